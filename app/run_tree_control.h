// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/bridge/latest_job.h"
#include "app/bridge/session_opening.h"
#include "app/run_tree_rows.h"
#include "core/session/run_outline.h"

namespace gps::ui {

class MainWindow;
class RunTreePanel;

/// The runs of the window's session: fills their panel, brings any of them back into the window, names them and keeps
/// notes on them. All reading and writing is done beside the window. Part of the window, which owns it.
class RunTreeControl : public QObject {
  Q_OBJECT
 public:
  explicit RunTreeControl(MainWindow& window);

  RunTreePanel* panel() const { return m_panel; }
  const std::vector<RunOutline>& outline() const { return m_outline; }

  /// Asked by the window's timer: looks whether there are other runs, or newer numbers of those.
  void tick();
  /// What was read holds no longer: other runs or notes may be there.
  void lookAgain();

  /// Shows a run as run A: at this iteration, or at its last one (0). A run that is shown keeps its engine.
  void show(qint64 run, int iteration);
  /// Puts a run beside run A: as it is, able to go on, or as it was after an earlier iteration.
  void compare(qint64 run, int iteration);
  void compareWithLast(qint64 run, int iteration);
  /// What stood there before the last of these.
  void back();

  /// Writes down how the session is shown, where that is not as it was opened; before it ends.
  void keepLayout();
  /// A session was opened: what is shown now need not be written down.
  void noteOpened();
  /// Shows it like that again, its runs being there.
  void applyLayout(const SessionLayout& layout);

  /// A run that was read, as the window shows it at a place (0: A): able to go on where its session can be written to.
  std::unique_ptr<RunSession> sessionOf(OpenedRun opened, const QString& file, const QString& label, int place);

 private:
  /// What stands where, and where the slider is.
  struct Look {
    std::vector<RunNode> shown{};  ///< A, then B; run 0: one that is in no file
    int selected = 0;
    int iteration = 0;  ///< 0: follows the newest
  };
  struct Reading;

  QString file() const;
  void follow();
  std::optional<SessionLayout> layout() const;
  void refresh();
  Look current() const;
  std::int64_t idOf(const RunSession& run) const;
  const RunOutline* outlineOf(std::int64_t run) const;
  QString nameOf(const Look& look) const;
  void readOutline();
  void go(Look next, bool returning);
  void read(const std::shared_ptr<Reading>& reading);
  void arrange(const std::shared_ptr<Reading>& reading, bool confirmed);
  void place(Reading& reading);
  void moveTo(const Look& look);
  void rename(qint64 run, const QString& name);
  void noteOn(qint64 run, int iteration, const QString& text);
  void refuse(const QString& what, const QString& mend = {});
  bool sameScene(const std::string& sceneText) const;

  MainWindow& m_window;
  RunTreePanel* m_panel;
  QString m_file;                   ///< whose outline this is
  std::vector<RunOutline> m_outline;
  std::map<std::string, LastSeen> m_seen;
  std::string m_looked;             ///< which runs were shown when it was read last
  QString m_drawn;                  ///< what the rows said of the shown runs
  bool m_changed = true;
  std::vector<Look> m_back;
  std::optional<SessionLayout> m_opened;  ///< the layout when the session was opened
  bool m_layoutDue = false;         ///< that is to be noted as soon as its runs are known
  int m_ticks = 0;
  quint64 m_asked = 0;              ///< number of the newest request to show something
  LatestJob m_listing;              ///< reads the outline
  LatestJob m_opening;              ///< reads runs
};

}  // namespace gps::ui
