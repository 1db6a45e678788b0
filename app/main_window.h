// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QTimer>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "app/bridge/latest_job.h"
#include "app/bridge/run_session.h"
#include "app/documents/recovery_copy.h"
#include "app/documents/settings.h"
#include "app/window_actions.h"
#include "core/scene/tree_edit.h"
#include "widgets/panels/message_bar.h"

class QDockWidget;
class QStackedWidget;

namespace gps::ui {

class ArmControl;
class DesignPage;
class ExportMenu;
struct LeftSession;
struct OpenedRun;
struct OpenedSession;
struct RunLook;
class SessionKeeper;
class PlotBoard;
class RunPanel;
class RunTreeControl;
class SceneDocument;
class StartPage;
class StatusStrip;
class StepPanel;
class Workspace;

struct WindowSetup {
  QString configFolder;                ///< empty: the user's
  std::filesystem::path sceneFolder;   ///< shipped scenes
  bool systemIsDark = false;           ///< what "like the system" means
  std::optional<ThemeChoice> theme{};  ///< for this time, instead of the remembered one
  bool keepsSessions = true;           ///< runs are saved as they go; a picture needs none
};

/// The main window: start page, then one or two runs with their parameters and plots. Owns the sessions and
/// drains them with its one timer; everything else shows values and says what the user wants.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(WindowSetup setup, QWidget* parent = nullptr);
  ~MainWindow() override;

  // What the actions, menus and drops do; also for --grab and tests.
  /// A shipped scene's name, or a file. What is wrong with it stands in the message bar.
  bool openScene(const QString& nameOrFile);
  /// A task that is ready, learned by this algorithm; `file` is what it was read from.
  bool openTask(std::shared_ptr<const Task> task, const std::string& algorithm, const QString& file = {});
  bool addSecondRun(const std::string& algorithm);
  void removeSecondRun();
  bool changeAlgorithm(int run, const std::string& algorithm);
  void selectRun(int run);
  /// What was typed in the form holds for it.
  void startRun(RunSession* run);
  /// As if typed in the form of the selected run.
  void editParameter(const QString& key, const QString& value);
  bool exportLog(int run, const QString& path);
  bool exportPlots(const QString& folder);
  /// Opens it; asks first when a run would be lost and the file can be opened at all.
  void openWhenAllowed(const QString& nameOrFile);
  void setThemeChoice(ThemeChoice choice);
  void showStartPage();
  /// The task of the window, to be changed.
  void showDesign();
  /// The runs of the task as it is now. Where it changed since they began, a new run begins; asks first when
  /// iterations would be lost. `start`: and learns at once.
  void showLearn(bool start);
  /// A task without parts. Asks first when something would be lost.
  void newTask();
  bool saveTask();
  bool saveTaskAs(const QString& path);
  /// Reads a session beside the window and shows it; asks first when something would be lost. What is wrong with it
  /// stands in the message bar.
  void openSessionFile(const QString& file);
  /// Gives the session a name; how it went stands in the message bar.
  void saveSessionAs(const QString& file);

  std::vector<RunSession*> runs() const;
  int selectedRun() const { return m_selected; }
  Workspace* workspace() const { return m_workspace; }
  PlotBoard* plots() const { return m_plots; }
  RunPanel* runPanel() const { return m_panel; }
  MessageBar* messages() const { return m_messages; }
  SceneDocument* document() const { return m_document.get(); }
  const SessionKeeper& session() const { return *m_keeper; }
  DesignPage* designPage() const { return m_design; }
  ExportMenu* exports() const { return m_exports; }
  WindowActions& actions() { return m_actions; }
  const Settings& settings() const { return m_settings; }
  ArmControl* arm() const { return m_arm.get(); }
  /// The selected run; null on the start page.
  RunSession* shownRun() const;
  /// Draws everything that is due, now.
  void refreshNow();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void childEvent(QChildEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  /// What the first run of a task learns with.
  static constexpr const char* kFirstAlgorithm = "mdgps";

  void makeLayout();
  void connectActions();
  void connectViews();
  void watch(RunSession* run);
  void tick();

  /// Null, and said in the message bar, when there is something wrong with it.
  std::shared_ptr<const Task> readTask(const QString& nameOrFile);
  void showWorkspace();
  void leaveWorkspace();
  QString sceneFile(const QString& nameOrFile) const;
  bool beginRuns(std::shared_ptr<const Task> task, const std::string& algorithm);
  void connectDesign();
  RunLook newestRollouts() const;
  /// Null, and said in the message bar, when the task cannot be learned.
  std::shared_ptr<const Task> compileDocument();
  bool unsaved() const;
  void showTitle();
  void showEditActions();
  /// Says in the message bar how saving went; true: it went well.
  bool saySaved(const Status& done);
  /// Asks for a name; `then` follows when it was saved.
  void chooseTaskFile(std::function<void()> then = {});
  /// Saves where the task belongs: asks for a name where it has none, and before it overwrites what somebody else
  /// wrote. `then` follows when it was saved.
  void requestSave(std::function<void()> then = {});
  /// Changes would be lost: offers to save them first, to give them up, or neither. `then` follows the first two;
  /// `where`: "and open", what both lead to; empty: nothing more.
  void askAboutChanges(const QString& key, const QString& where, std::function<void()> then);
  void offerRecovery();
  /// Ends and forgets the runs, and what was said about them.
  void dropRuns();

  void connectSessions();
  /// Ends the runs and the session they are saved to.
  void endSession();
  /// What would be lost if the window closed now: changes of the task, or iterations without a name.
  bool losesWork() const;
  void chooseSessionFile(std::function<void()> then = {});
  /// Saves the task and names the session, as far as either needs it; `then` follows when all of it was done.
  void keepAll(std::function<void()> then);
  /// A new run beside the selected one, with its past up to the iteration that is shown.
  void forkHere();
  void showFork(const std::shared_ptr<OpenedRun>& fork, const QString& file, int parent);
  void showSession(const std::shared_ptr<OpenedSession>& opened);
  void offerLeftSessions();
  /// Whether the newest iterations are on the disk, and loudly when they are not.
  void showSaving();
  void recordRun(RunSession* run, int index);
  /// A file that is a task, but not one that can be learned yet. False: it is neither.
  bool openUnfinished(const QString& file);
  void runsChanged();
  void restart(int run, const std::string& algorithm, Parameters parameters);
  QString letter(const RunSession* run) const;
  QString legend(const std::string& algorithm, int run) const;
  bool anyActive() const;
  /// What is lost when the runs go.
  int discardedIterations() const;
  int shownIterations() const;

  /// Before a run goes on: the form shows what it goes on with, and questions that this answers are withdrawn.
  void settleForm();
  void withdraw(std::initializer_list<const char*> questions);
  /// The answers of a question that is gone.
  void forgetAnswers(const QString& key);
  void requestStart();
  void requestStep(StepUnit unit);
  void requestReset();
  void requestAlgorithm();
  void chooseSceneFile();
  void chooseLogFile(int run);
  void choosePlotFolder();
  void showKeys();
  void showAbout();

  void showForm();
  void showStepRule();
  void showQueued();
  void showControls();
  void showFairness();
  void showTiles();
  void showFailure(RunSession* run, const Failure& failure);
  void showWarnings();
  void applyChosenTheme();
  void applyLayers();

  /// A question in the message bar: `yes` runs when its button is pressed.
  void ask(const QString& key, const QString& what, const QString& mend, const QString& action,
           std::function<void()> yes);
  /// The same with a second button before it, on whose way nothing is lost, and with Cancel.
  void askToKeep(const QString& key, const QString& what, const QString& mend, const QString& action,
                 std::function<void()> yes, const QString& keep, std::function<void()> keeping);
  void answer(const QString& key, bool keeps);

  /// Whether the runs are of the task as it is now. Words about the task make no difference.
  bool runsAreOfThisTask() const;
  /// The runs of the task as it was, beside changes that are kept.
  void showEarlierResults();
  /// Says what the way back to the runs is, as the task changes.
  void showWayBack();

  /// Shipped scenes are on the start page anyway.
  void noteRecent(const QString& file);
  void forgetRecent(const QString& file);
  void fillRecentMenu();
  void openRecent(const QString& file);

  WindowSetup m_setup;
  Settings m_settings;
  WindowActions m_actions;
  std::unique_ptr<SceneDocument> m_document;
  std::unique_ptr<RecoveryCopy> m_recovery;
  std::optional<SceneTree> m_learned;  ///< the task that the runs are of
  std::unique_ptr<SessionKeeper> m_keeper;  ///< outlives the runs, which leave their iterations with it
  std::vector<LeftSession> m_leftSessions;  ///< offered, not answered yet
  std::function<void()> m_afterSaving;      ///< what follows when the session has its name
  QString m_savingTold;                     ///< the problem that was told last
  QString m_readOnlySession;                ///< the file that is shown and can't be written to; empty: none
  bool m_givingUp = false;                  ///< the session that ends now is not to be kept
  std::vector<std::unique_ptr<RunSession>> m_runs;
  int m_selected = 0;

  QStackedWidget* m_pages = nullptr;
  StartPage* m_start = nullptr;
  Workspace* m_workspace = nullptr;
  DesignPage* m_design = nullptr;
  MessageBar* m_messages = nullptr;
  ExportMenu* m_exports = nullptr;
  RunPanel* m_panel = nullptr;
  PlotBoard* m_plots = nullptr;
  StatusStrip* m_status = nullptr;
  QDockWidget* m_parametersDock = nullptr;
  QDockWidget* m_plotsDock = nullptr;
  StepPanel* m_step = nullptr;
  QDockWidget* m_stepDock = nullptr;
  QDockWidget* m_runsDock = nullptr;

  QTimer m_timer;
  int m_ticks = 0;
  bool m_viewsDirty = false;
  bool m_plotsDirty = false;
  bool m_plotsDue = false;  ///< some plots still wait for their turn
  bool m_formDirty = false;
  bool m_closing = false;  ///< asked before, or nothing to ask
  bool m_recoverLater = false;  ///< the offer of unsaved work was closed; the next start makes it again
  std::map<QString, std::function<void()>> m_answers;  ///< to questions, by their keys
  std::map<QString, std::function<void()>> m_keeping;  ///< the answers on whose way nothing is lost
  std::vector<std::pair<QString, QString>> m_queuedShown;
  std::unique_ptr<LatestJob> m_opening;  ///< reads sessions
  friend class RunTreeControl;
  std::unique_ptr<RunTreeControl> m_tree;  ///< the panel of the session's runs and what it brings about
  std::unique_ptr<ArmControl> m_arm;
};

}  // namespace gps::ui
