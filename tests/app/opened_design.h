// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QTemporaryDir>
#include <QTreeWidgetItemIterator>

#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/design/outline.h"
#include "app/main_window.h"

namespace gps::testing {

using namespace gps::ui;

/// The window on its design page, with settings of its own.
struct OpenedDesign {
  /// Null: a new task.
  explicit OpenedDesign(const char* scene, ThemeChoice theme = ThemeChoice::Light)
      : window({folder.path(), GPS_SCENES, false, theme}) {
    window.resize(1280, 800);
    window.show();
    if (scene) {
      window.openScene(QLatin1String(scene));
      window.actions().design->trigger();
    } else {
      window.newTask();
    }
  }
  DesignPage& page() { return *window.designPage(); }
  SceneDocument& document() { return *window.document(); }
  Outline& outline() { return *page().findChild<Outline*>(); }
  template <class Widget>
  Widget* find(const char* name) {
    return page().findChild<Widget*>(QLatin1String(name));
  }
  void select(PartKind kind, const char* id) { page().select({{{kind, id}}, TreePath()}); }
  QTreeWidgetItem* item(const char* id) {
    for (QTreeWidgetItemIterator it(&outline()); *it; ++it) {
      if ((*it)->text(0) == QLatin1String(id)) return *it;
    }
    return nullptr;
  }

  QTemporaryDir folder;
  MainWindow window;
};

}  // namespace gps::testing
