// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/arm/arm_words.h"

#include <QCoreApplication>

#include "core/device/arm/arm_file.h"
#include "core/device/arm/joint_name.h"
#include "core/plant/arm/arm_joints.h"

namespace gps::ui {

namespace {

/// A second of the window's timer: the arm answers within some hundredths of one.
constexpr int kWaitsForStop = 30;

QString tr(const char* text) { return QCoreApplication::translate("ArmWords", text); }

QString stateWords(const ArmLink& link) {
  switch (link.phase()) {
    case ArmLink::Phase::Closed: return tr("No arm connected");
    case ArmLink::Phase::Opening: return tr("Opening the port…");
    case ArmLink::Phase::Closing: return tr("Disconnecting…");
    case ArmLink::Phase::Open: break;
  }
  switch (link.status().state) {
    case ArmState::Disconnected: return tr("Looking for the servos…");
    case ArmState::Connected: return tr("Connected, torque off");
    case ArmState::Armed: return tr("Armed: torque on");
    case ArmState::Resetting: return tr("Moving to the start of a trial");
    case ArmState::Settling: return tr("Coming to rest at the start");
    case ArmState::Running: return tr("Running a trial");
    case ArmState::Fault: return tr("Fault");
    case ArmState::Stopped: return tr("Stopped");
  }
  return {};
}

Lamp lampOf(const ArmLink& link) {
  if (link.phase() == ArmLink::Phase::Closed) return link.problem() ? Lamp::Bad : Lamp::Off;
  if (link.phase() != ArmLink::Phase::Open) return Lamp::Wait;
  switch (link.status().state) {
    case ArmState::Connected: return Lamp::Good;
    case ArmState::Fault:
    case ArmState::Stopped: return Lamp::Bad;
    default: return Lamp::Wait;  // torque is on, or nothing is known yet
  }
}

void tell(ArmView& view, const Error& error) {
  view.cause = QString::fromStdString(error.what);
  if (!error.where.empty()) view.cause += QStringLiteral(" (") + QString::fromStdString(error.where) + QLatin1Char(')');
  view.mend = QString::fromStdString(error.mend);
}

void showCause(ArmView& view, const ArmLink& link) {
  const ArmStatus& status = link.status();
  if (link.phase() == ArmLink::Phase::Closed) {
    if (link.problem()) tell(view, *link.problem());
    return;
  }
  if (link.phase() != ArmLink::Phase::Open) return;
  if (status.state == ArmState::Stopped) {
    view.cause = QString::fromLatin1(meaning(status.stopReason));
    if (status.stopJoint >= 0) view.cause += tr(" (joint %1)").arg(status.stopJoint + 1);
    view.mend = tr("When the arm is safe, press Reset; it is then connected, not armed.");
    view.reset = tr("Reset");
  } else if (status.state == ArmState::Fault) {
    tell(view, describe(status.fault, link.config()));
    view.reset = status.fault.code == DriverCode::LinkLost ? tr("Connect again") : tr("Reset");
  } else if (!status.fault.ok()) {
    Error why = describe(status.fault, link.config());
    why.what = tr("Arming was refused: ").toStdString() + why.what;
    tell(view, why);
  }
}

void showStop(ArmView& view, const ArmLink& link) {
  const ArmStatus& status = link.status();
  const bool open = link.phase() == ArmLink::Phase::Open;
  if (link.isUnconfirmed()) {
    view.stop = ArmView::Stop::Unconfirmed;
    view.stopWords = tr("TORQUE COULD NOT BE CONFIRMED OFF: CUT THE POWER");
  } else if (open && link.stopIsDue() && link.waitsForStop() > kWaitsForStop) {
    view.stop = ArmView::Stop::Unconfirmed;
    view.stopWords = tr("THE STOP COULD NOT BE CONFIRMED: CUT THE POWER");
  } else if (open && link.stopIsDue()) {
    view.stop = ArmView::Stop::Requested;
    view.stopWords = tr("Stop requested…");
  } else if (open && status.state == ArmState::Stopped && status.torqueOffVerified) {
    view.stop = ArmView::Stop::Confirmed;
    view.stopWords = tr("Confirmed: torque is off at every joint");
  }
}

ArmJointView jointOf(const ArmLink& link, std::size_t i) {
  const ArmStatus& status = link.status();
  const JointConfig& config = link.config().joints[i];
  const JointReading& reading = status.reading.joint[i];
  const JointHealth& health = status.health[i];
  ArmJointView joint;
  joint.name = tr("Joint %1").arg(i + 1);
  joint.servo = tr("%1, id %2").arg(QString::fromUtf8(config.model->name.data(), static_cast<qsizetype>(config.model->name.size()))).arg(config.id);
  joint.lower = config.lowerLimit;
  joint.upper = config.upperLimit;
  joint.read = link.phase() == ArmLink::Phase::Open && status.reading.joints > static_cast<int>(i) &&
               status.state != ArmState::Disconnected;
  joint.aimed = joint.read && status.state == ArmState::Armed;
  joint.measured = health.known;
  joint.target = status.target[i];
  joint.angle = reading.angle;
  joint.velocity = reading.velocity;
  joint.torque = reading.torque;
  joint.voltage = health.voltage;
  joint.temperature = health.temperature;
  const bool blamed = (status.state == ArmState::Fault && status.fault.joint == static_cast<int>(i)) ||
                      (status.state == ArmState::Stopped && status.stopJoint == static_cast<int>(i));
  const bool outside = joint.read && (joint.angle < joint.lower || joint.angle > joint.upper);
  if (blamed) joint.status = tr("the cause");
  else if (outside) joint.status = tr("outside its limits");
  else if (joint.read && reading.stale) joint.status = tr("did not answer");
  joint.lamp = !joint.read ? Lamp::Off : joint.status.isEmpty() ? Lamp::Good : Lamp::Bad;
  return joint;
}

QString statisticsOf(const ArmLink& link) {
  const ArmStatus& status = link.status();
  if (link.phase() != ArmLink::Phase::Open) return {};
  const DeadlineCounters& kept = status.deadlines;
  const GuardCounters& guards = status.guards;
  const auto count = [](std::uint64_t n) { return QString::number(n); };
  return tr("%1 cycles of %2 ms%3. Since arming: %4 late, %5 missed, longest way to the wire %6 ms.\n"
            "Guards: %7 cut, %8 near a limit, %9 beyond it, ")
             .arg(count(status.cycles), QString::number(1e3 * link.config().period, 'g', 4),
                  link.realTime() ? tr(", real-time priority") : QString(), count(kept.late), count(kept.missed),
                  QString::number(1e-6 * static_cast<double>(kept.worst), 'f', 1), count(guards.clamped),
                  count(guards.nearLimit), count(guards.beyondLimit)) +
         tr("%1 damped.").arg(count(guards.damped));
}

}  // namespace

Result<ArmConfig> configOf(const ArmForm& form, const Task* task) {
  ArmConfig config;
  if (!form.armFile.isEmpty()) {
    Result<ArmFile> file = readArm(form.armFile.toStdString());
    if (!file) return file.error();
    config = std::move(file->config);
  } else {
    Result<std::vector<JointConfig>> joints = jointsNamed(form.servos.toStdString(), "servos");
    if (!joints) return joints.error();
    config.joints = *std::move(joints);
    config.baud = form.baud;
  }
  if (!config.joints.empty()) config.protocol = config.joints.front().model->protocol;
  config.action = config.protocol == Protocol::Dynamixel2 ? ActionKind::Torque : ActionKind::PositionOffset;
  if (task && task->scene) {
    // A task that is not for arms is no reason not to connect one: the interlocks say so.
    if (const Result<ActionKind> action = actionOf(*task->scene)) {
      config.action = *action;
      config.period = controlPeriod(task->dt);
    }
  }
  if (Status checked = config.check(); !checked) return checked.error();
  if (form.port.isEmpty()) return Error{"No port is chosen.", "port", "Plug the adapter in or start a simulated arm, then look again."};
  return config;
}

ArmView viewOf(const ArmLink& link) {
  ArmView view;
  view.opened = link.phase() != ArmLink::Phase::Closed;
  view.settled = link.phase() != ArmLink::Phase::Closing;
  view.lamp = lampOf(link);
  view.state = stateWords(link);
  showCause(view, link);
  showStop(view, link);
  if (view.opened) {
    for (std::size_t i = 0; i < link.config().joints.size(); ++i) view.joints.push_back(jointOf(link, i));
  }
  view.statistics = statisticsOf(link);
  view.canDisarm = link.torqueIsOn();
  view.canJog = link.phase() == ArmLink::Phase::Open && link.status().state == ArmState::Armed;
  return view;
}

}  // namespace gps::ui
