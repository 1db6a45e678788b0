// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "core/scene/scene_edit.h"

namespace gps::ui {

/// Position, angle and size of the one selected part, as numbers that can be typed. Empty for none or
/// several.
class PoseBar : public QWidget {
  Q_OBJECT
 public:
  explicit PoseBar(QWidget* parent = nullptr);
  ~PoseBar() override;
  void present(const std::shared_ptr<const Scene>& scene, const SceneSelection& selection, bool readOnly);

 Q_SIGNALS:
  /// A number was typed and Enter pressed, or the field left.
  void wished(const QString& title, const gps::SceneEdit& edit);

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
