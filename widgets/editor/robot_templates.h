// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <vector>

namespace gps::ui {

/// A ready robot to drop into a scene.
struct RobotTemplate {
  QString name;   ///< as TemplateDropped names it
  QString title;  ///< "Cart-pole"
  QString help;
  bool links = false;  ///< comes with 1 to 6 links
};
std::vector<RobotTemplate> robotTemplates();

/// Its parts (bodies, joints, actuators, sensors) around the origin, as JSON in the format in which parts
/// travel on the clipboard. `links` counts only for a template that has them and is clamped to 1..6. Empty
/// for an unknown name.
QByteArray robotTemplateText(const QString& name, int links);

}  // namespace gps::ui
