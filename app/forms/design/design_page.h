// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "app/documents/scene_document.h"
#include "app/forms/design/outline.h"
#include "core/rollout/rollout.h"
#include "widgets/style/theme.h"

class QLabel;
class QMenu;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace gps::ui {

class ControllerPage;
class HistoryPanel;
class Inspector;
class ProblemList;
class SceneEditor;
class TryCanvas;
class TryPanel;
class TrySession;

/// What a run of this task did last, for the numbers of cost terms.
struct RunLook {
  QString name{};                                    ///< "MDGPS, iteration 3"
  std::shared_ptr<const Scene> scene{};              ///< that was run
  std::vector<std::string> conditions{};             ///< labels
  std::vector<std::shared_ptr<const Rollout>> rollouts{};  ///< one each; may be null
  /// Null where there is none, or `now` has another state or other actuators than the scene that was run.
  const Trajectory* of(const std::string& condition, const Scene& now) const;
};

/// The places of the Design view the keyboard can be put at.
enum class DesignPane { Parts, Drawing, Properties, Problems };

/// Where a task is designed: its parts on the left, the drawing, the properties of what is selected on the
/// right, problems below. Everything a user does here becomes a step of the document.
class DesignPage : public QWidget {
  Q_OBJECT
 public:
  explicit DesignPage(QWidget* parent = nullptr);
  ~DesignPage() override;

  /// Not owned; must outlive the page.
  void setDocument(SceneDocument* document);
  void setTheme(const Theme& theme);

  const DesignSelection& selection() const { return m_selection; }
  void select(const DesignSelection& selection);
  /// Selects what a JSON pointer lies in and leads to its field.
  void showCulprit(const std::string& pointer);

  /// Takes what is being typed in the form or the drawing, before the task is saved, learned or left.
  void settle();

  /// Puts the keyboard there.
  void focusPane(DesignPane pane);
  /// What can be added: robots and parts.
  QMenu* addMenu() const;

  // What the Edit menu does.
  void addPart(PartKind kind, const std::string& type);
  void removeSelected();
  void duplicateSelected();
  bool copySelected();
  void cutSelected();
  void paste();
  void moveSelected(int by);  ///< within its list
  SceneEditor* view() const { return m_view; }
  HistoryPanel* history() const { return m_history; }
  /// The newest rollouts of the task; empty: none.
  void setLearned(const RunLook& look);
  /// Lets the task move, from the start of the selected condition; said why not where it has errors. Any change of
  /// the document ends it.
  void setTrying(bool on);
  bool trying() const { return m_session != nullptr; }
  TrySession* session() const { return m_session.get(); }
  ControllerPage* controllers() const { return m_controllers; }
  bool canCopy() const { return !m_selection.parts.empty(); }

 Q_SIGNALS:
  void selectionChanged();
  /// Something worth saying: what went along with a removal.
  void noted(const QString& what);
  /// A wish that could not be granted.
  void refused(const gps::Error& error);
  void tryingChanged(bool on);

 protected:
  void hideEvent(QHideEvent* event) override;

 private:
  void makeLayout();
  QMenu* makeAddMenu();
  void addRobots(QMenu* menu);
  void showDocument();
  void showSelection();
  /// Which of its pages the middle shows, and what stands beside it.
  void showPages();
  void giveProblemsRoom(bool some);
  bool run(const QString& title, const SceneDocument::Command& command);
  bool apply(const QString& title, const SceneDocument::Command& command);
  void arrange(int how);
  QString nameOfSelection() const;
  /// Id of the part a JSON pointer lies in; empty where it is none.
  QString ownerOf(const std::string& pointer) const;

  void connectView();
  void connectTry();
  void startTrying();
  QString whyNotTried() const;
  /// The condition whose start is shown: selected, or selected last, or the first that is trained; -1: none.
  int shownCondition() const;
  void showTerm();
  /// Of all cost terms, in the list of parts.
  void showTermValues();
  void showParts();
  void takeViewSelection();

  SceneDocument* m_document = nullptr;
  std::shared_ptr<const Scene> m_gestureScene;  ///< what the view showed when its gesture began
  std::vector<std::string> m_went;              ///< with what the gesture removed
  bool m_stale = false;                         ///< outline, form and problems wait for the end of a gesture
  bool m_selecting = false;                     ///< the view is being told what is selected
  DesignSelection m_selection;
  Outline* m_outline = nullptr;
  HistoryPanel* m_history = nullptr;
  Inspector* m_inspector = nullptr;
  ProblemList* m_problems = nullptr;
  QSplitter* m_rows = nullptr;
  QWidget* m_below = nullptr;
  QLabel* m_problemTitle = nullptr;
  SceneEditor* m_view = nullptr;
  std::string m_lastCondition;  ///< selected last
  bool m_mapWanted = false;
  RunLook m_learnedLook;
  std::unique_ptr<TrySession> m_session;
  TryCanvas* m_tryCanvas = nullptr;
  TryPanel* m_tryPanel = nullptr;
  QLabel* m_tryTitle = nullptr;
  QToolButton* m_tryButton = nullptr;
  QWidget* m_tryPage = nullptr;
  QStackedWidget* m_side = nullptr;
  QWidget* m_left = nullptr;
  QStackedWidget* m_centre = nullptr;  ///< the drawing, the page of the first controllers, or trying
  ControllerPage* m_controllers = nullptr;
  QToolButton* m_add = nullptr;
  QToolButton* m_duplicate = nullptr;
  QToolButton* m_remove = nullptr;
  QToolButton* m_up = nullptr;
  QToolButton* m_down = nullptr;
};

}  // namespace gps::ui
