// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <utility>

#include "app/bridge/run_controls.h"
#include "widgets/style/theme.h"

class QAction;
class QActionGroup;
class QComboBox;
class QLabel;
class QMainWindow;
class QMenu;
class QToolBar;

namespace gps::ui {

/// Every command of the window as an action with text, shortcut, icon and object name, and where it is found:
/// menus and toolbar. The window connects them.
class WindowActions {
 public:
  explicit WindowActions(QMainWindow* window);

  // File
  QAction* newTask;
  QAction* openScene;
  QAction* startPage;
  QMenu* recent;  ///< filled by the window whenever it opens
  QAction* save;
  QAction* saveAs;
  QAction* saveSessionAs;
  QAction* exportLogA;
  QAction* exportLogB;
  QAction* exportPlots;
  QAction* exportArrays;  ///< this and the next three: from the session
  QAction* exportTorch;
  QAction* exportHeader;
  QAction* exportReport;
  QMenu* exports;
  QAction* quit;
  // Edit
  QAction* undo;
  QAction* redo;
  QAction* cut;
  QAction* copy;
  QAction* paste;
  QAction* duplicate;
  QAction* remove;
  QMenu* insert;  ///< filled by the window with what the Design view can add
  // Run
  QAction* start;
  QAction* pause;
  QAction* stepPhase;
  QAction* stepIteration;
  QAction* stop;
  QAction* reset;
  QAction* fork;
  QAction* addRun;
  QAction* removeRun;
  // View
  QActionGroup* modes;  ///< design, learn
  QAction* design;
  QAction* learn;
  QAction* showSamples;
  QAction* showLocal;
  QAction* showGlobal;
  QAction* showTubes;
  QAction* showGhosts;
  QAction* showGrid;
  QAction* showTests;
  QAction* fit;
  QActionGroup* panes;  ///< of the Design view; data: DesignPane as int
  QActionGroup* themes;  ///< data: ThemeChoice as int
  QActionGroup* levels;  ///< data: Level as int
  QAction* switchTheme;  ///< light <-> dark, in the toolbar
  // Help
  QAction* keys;
  QAction* about;

  QLabel* algorithmLabel;
  QComboBox* algorithm;  ///< in the toolbar; item data: registry id
  QToolBar* toolBar;

  /// Adds what shows and hides a dock to the View menu.
  void addDockToggle(QAction* toggle);
  void setTheme(const Theme& theme);
  void setControls(const RunControls& controls, bool retry, bool raises);
  /// Texts and keys of everything that has a shortcut, for Help.
  QList<std::pair<QString, QString>> shortcuts() const;

 private:
  QAction* add(const char* name, const QString& text, const QString& tip, const QString& iconName = {},
               const QString& shortcut = {});
  QAction* addLayer(const char* name, const QString& text, const QString& tip, const QString& iconName);
  void makeFileActions();
  void makeEditActions();
  void makeRunActions();
  void makeViewActions();
  void makeMenus();
  void makeToolBar();

  QMainWindow* m_window;
  QMenu* m_docks = nullptr;
  QAction* m_stepMenu = nullptr;
  QList<QAction*> m_all;
};

}  // namespace gps::ui
