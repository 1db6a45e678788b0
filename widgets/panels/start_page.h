// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/scene/scene.h"

namespace gps::ui {

/// One tile of the start page. Title, text and picture come from the scene.
struct SceneTile {
  QString name;  ///< what sceneChosen() reports; the tile's objectName is "scene.<name>"
  std::shared_ptr<const Scene> scene;
  QString hint;  ///< "Compares BADMM and MDGPS"; may be empty
  /// Tiles of one group stand together under its name, groups in the order of their first tiles; a single
  /// group has no heading.
  QString group = {};
  QString title{};     ///< instead of the scene's
  QString text{};      ///< instead of the scene's, where a title is given
  bool missing{};      ///< a file that is not there
  bool removable{};    ///< has a button that takes it off the page; the Delete key does too
};

/// The first thing people see: the shipped scenes as tiles in a grid that wraps, and buttons for files and for a new
/// task.
/// Arrow keys move between tiles, Enter or Space chooses, Delete takes a removable one away. Colours follow the application's palette.
class StartPage : public QWidget {
  Q_OBJECT
 public:
  explicit StartPage(QWidget* parent = nullptr);
  ~StartPage() override;

  void setScenes(const std::vector<SceneTile>& tiles);

 Q_SIGNALS:
  void sceneChosen(const QString& name);
  void removeRequested(const QString& name);
  void openRequested();
  void newRequested();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
