// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/robot_templates.h"

#include <QCoreApplication>
#include <QFile>
#include <algorithm>

// Outside any namespace, as the macro wants it: the linker would drop the static library's initialiser.
static void initTemplateResources() {
  Q_INIT_RESOURCE(resources);
}

namespace gps::ui {

std::vector<RobotTemplate> robotTemplates() {
  const auto tr = [](const char* text) {
    return QCoreApplication::translate("gps::ui::RobotTemplate", text);
  };
  return {
      {"point_mass", tr("Point mass"), tr("A disc pushed by two forces."), false},
      {"arm", tr("Arm"), tr("A chain of links on a base, a torque at each hinge."), true},
      {"cart_pole", tr("Cart-pole"), tr("A cart on a rail with a pole to balance. Needs gravity."), false},
      {"pusher", tr("Pusher"), tr("An arm of three links with a finger, and a box to push."), false},
      {"peg_arm", tr("Peg arm"), tr("An arm of four links that holds a peg."), false},
      {"quadrotor", tr("Quadrotor"), tr("Seen from the side: two thrusters, and its weight as a load."),
       false},
  };
}

QByteArray robotTemplateText(const QString& name, int links) {
  initTemplateResources();
  for (const RobotTemplate& each : robotTemplates()) {
    if (each.name != name) continue;
    const QString number = each.links ? QStringLiteral("_%1").arg(std::clamp(links, 1, 6)) : QString();
    QFile file(QStringLiteral(":/templates/%1%2.json").arg(name, number));
    if (file.open(QIODevice::ReadOnly)) return file.readAll();
  }
  return {};
}

}  // namespace gps::ui
