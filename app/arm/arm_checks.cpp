// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/arm/arm_checks.h"

#include <QCoreApplication>
#include <algorithm>

namespace gps::ui {

namespace {

constexpr int kFirstSpeed = 25;  // [%]

QString tr(const char* text) { return QCoreApplication::translate("ArmChecks", text); }

QString joint(std::size_t i) { return tr("joint %1").arg(i + 1); }

Interlock line(const char* key, const QString& text, const QString& detail) {
  return {QLatin1String(key), text, detail, detail.isEmpty() ? Lamp::Good : Lamp::Bad};
}

}  // namespace

std::vector<Interlock> interlocksOf(const ArmCircumstances& now) {
  const ArmStatus& status = now.status;
  const std::size_t joints = now.config ? now.config->joints.size() : 0;
  const bool on = status.state == ArmState::Armed || status.state == ArmState::Resetting ||
                  status.state == ArmState::Settling || status.state == ArmState::Running;
  // After a stop, and after most faults, the arm is still looked at.
  const bool looksOn = status.state != ArmState::Disconnected &&
                       !(status.state == ArmState::Fault && status.fault.code == DriverCode::LinkLost);
  QString silent, outside, unknown;
  const bool reads = looksOn && joints > 0 && status.reading.joints == static_cast<int>(joints);
  for (std::size_t i = 0; i < joints; ++i) {
    const JointReading& reading = status.reading.joint[i];
    const JointConfig& config = now.config->joints[i];
    const JointHealth& health = status.health[i];
    if (silent.isEmpty() && (!reads || reading.stale)) silent = joint(i);
    if (outside.isEmpty() && reads && !(reading.angle >= config.lowerLimit && reading.angle <= config.upperLimit)) {
      outside = joint(i);
    }
    if (unknown.isEmpty() && (!health.known || !(health.voltage > 0.0) || health.errorBits != 0)) unknown = joint(i);
  }
  std::vector<Interlock> lines;
  lines.push_back(line("state", tr("Connected, torque off"),
                       status.state == ArmState::Connected && status.torqueOffVerified
                           ? QString()
                           : QString::fromLatin1(toText(status.state))));
  if (on) lines.back() = {QStringLiteral("state"), tr("Connected"), {}, Lamp::Good};
  lines.push_back(line("report", tr("Every joint reports"), silent.isEmpty() ? QString() : tr("%1 does not").arg(silent)));
  lines.push_back(line("pose", tr("Every joint stands inside its limits"),
                       !reads              ? tr("not known")
                       : outside.isEmpty() ? QString()
                                           : tr("%1 does not; move it by hand").arg(outside)));
  lines.push_back(line("health", tr("Supply and temperature are in range"),
                       !looksOn || !unknown.isEmpty() ? tr("not known%1").arg(unknown.isEmpty() ? QString() : tr(" at ") + unknown)
                                                      : QString()));
  if (!now.hasTask) {
    lines.push_back({QStringLiteral("task"), tr("No task is open"), tr("the arm can be jogged, not learned on"), Lamp::Wait});
  } else if (!now.misfit) {
    lines.push_back(line("task", tr("The task fits the arm"), {}));
  } else {
    lines.push_back(line("task", tr("The task must fit the arm"),
                         QString::fromStdString(now.misfit->what + " " + now.misfit->mend) +
                             tr(" Or go back to the start page (Alt+Home) to jog without a task.")));
  }
  lines.push_back(line("port", tr("This program alone holds the port"), now.config ? QString() : tr("it is not open")));
  lines.push_back(line("speed", tr("Speed at most %1 % at first").arg(kFirstSpeed),
                       now.armedBefore || on || now.speed <= kFirstSpeed ? QString() : tr("it is %1 %").arg(now.speed)));
  lines.push_back(line("checklist", tr("You have looked"), now.checklist || on ? QString() : tr("tick the line below")));
  return lines;
}

bool allMet(const std::vector<Interlock>& interlocks) {
  return std::none_of(interlocks.begin(), interlocks.end(), [](const Interlock& each) { return each.holdsBack(); });
}

}  // namespace gps::ui
