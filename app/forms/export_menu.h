// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <array>
#include <functional>

#include "app/bridge/session_export.h"

class QAction;
class QWidget;

namespace gps::ui {

class MessageBar;
class RunSession;
class Settings;
class WindowActions;

/// What the window's Export menu does: asks for a file, has the shown iteration of the selected run written from its
/// session, and says how it went. Entries that have nothing to write say why in their tooltips.
class ExportMenu : public QObject {
  Q_OBJECT
 public:
  /// The selected run, null where there is none, and the iteration that is shown of it.
  struct Shown {
    const RunSession* run = nullptr;
    int iteration = 0;
  };
  ExportMenu(WindowActions& actions, MessageBar* messages, Settings& settings, std::function<Shown()> shown, QWidget* window);

  /// As if this file had been chosen. False, and said in the message bar, where it can't begin.
  bool exportTo(ExportKind kind, const QString& file);
  bool busy() const { return m_export.busy(); }
  /// After anything that decides what can be exported.
  void refresh();

 private:
  struct Entry {
    QAction* action = nullptr;
    QString tip{};     ///< what it does
    QString title{};   ///< of the dialog
    QString filter{};
    QString ending{};
  };
  /// Why there is nothing to write, in words; empty: there is.
  QString obstacle(ExportKind kind) const;
  void choose(ExportKind kind);
  void say(const QString& what, const QString& where);

  MessageBar* m_messages;
  Settings& m_settings;
  std::function<Shown()> m_shown;
  QWidget* m_window;
  std::array<Entry, 4> m_entries;  ///< in the order of ExportKind
  QString m_what;                  ///< that is being written: "Iteration 3 of mdgps-1"
  SessionExport m_export;
};

}  // namespace gps::ui
