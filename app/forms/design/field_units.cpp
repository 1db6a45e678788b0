// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/field_units.h"

#include <QStringList>
#include <algorithm>

#include "app/commands/scene_part.h"

namespace gps::ui {

namespace {

const QString kDegrees = QStringLiteral("\u00B0"), kDegreesPerSecond = QStringLiteral("\u00B0/s");

const SceneTree* partNamed(const SceneTree& tree, PartKind kind, const std::string& id) {
  const auto index = findPart(tree, {kind, id});
  return index ? &partsOf(tree, kind)[*index] : nullptr;
}

bool isHinge(const SceneTree& tree, const std::string& joint) {
  const SceneTree* part = partNamed(tree, PartKind::Joint, joint);
  return part && textAt(*part, "type") == "revolute";
}

/// One unit for all entries, or both names.
FieldUnits mixedUnits(std::vector<bool> angles, const QString& angle, const QString& length) {
  const auto turning = std::count(angles.begin(), angles.end(), true);
  if (turning == 0) return {length, {}};
  if (turning == static_cast<std::ptrdiff_t>(angles.size())) return {angle, {true, {}}};
  return {angle + QStringLiteral(", ") + length, {false, std::move(angles)}};
}

/// Of the numbers a sensor gives.
FieldUnits sensorUnits(const SceneTree& tree, const SceneTree& sensor) {
  const std::string type = textAt(sensor, "type");
  if (type == "body_angle") return {kDegrees, {true, {}}};
  if (type == "body_spin") return {kDegreesPerSecond, {true, {}}};
  if (type == "constant") return {};
  if (type != "joint_angle" && type != "joint_speed")
    return {type.ends_with("velocity") ? QStringLiteral("m/s") : QStringLiteral("m"), {}};
  std::vector<bool> angles;
  if (const auto joints = sensor.find("joints"); joints != sensor.end() && joints->is_array()) {
    for (const SceneTree& id : *joints)
      angles.push_back(id.is_string() && isHinge(tree, id.get<std::string>()));
  }
  return type == "joint_angle" ? mixedUnits(std::move(angles), kDegrees, QStringLiteral("m"))
                               : mixedUnits(std::move(angles), kDegreesPerSecond, QStringLiteral("m/s"));
}

/// Of what an actuator commands.
FieldUnits actionUnits(const SceneTree& tree, const SceneTree& actuator) {
  const std::string type = textAt(actuator, "type");
  const bool turns = isHinge(tree, textAt(actuator, "joint"));
  if (type == "joint_torque") return {turns ? QStringLiteral("N m") : QStringLiteral("N"), {}};
  if (type == "joint_velocity" && turns) return {kDegreesPerSecond, {true, {}}};
  if (type == "joint_velocity" || type == "body_velocity") return {QStringLiteral("m/s"), {}};
  return {QStringLiteral("N"), {}};
}

FieldUnits spreadUnits(const SceneTree& tree, const SceneTree& condition) {
  const auto overrides = condition.find("overrides");
  if (overrides == condition.end() || !overrides->is_object() || overrides->empty()) return {};
  bool angles = false, others = false;
  for (const auto& item : overrides->items()) {
    const bool turns = overrideUnits(tree, item.key()).angles.all;
    (turns ? angles : others) = true;
  }
  // One number for both: it is left in the file's units, which the label says; spreadText() says the rest.
  if (angles && others) return {QStringLiteral("m, rad"), {}};
  return angles ? FieldUnits{kDegrees, {true, {}}} : FieldUnits{QStringLiteral("m"), {}};
}

}  // namespace

FieldUnits fieldUnits(const SceneTree& tree, const TreePath& object, const SceneField& field) {
  const QString unit = QString::fromUtf8(field.unit.data(), static_cast<qsizetype>(field.unit.size()));
  if (field.unit == "rad") return {kDegrees, {true, {}}};
  if (field.unit == "rad/s") return {kDegreesPerSecond, {true, {}}};
  if (!tree.contains(object) || !tree.at(object).is_object()) return {unit, {}};
  const SceneTree& part = tree.at(object);
  if (field.object == "joint") {
    const std::string type = textAt(part, "type");
    const bool turns = type == "revolute";
    if (field.key == "limits")
      return turns ? FieldUnits{kDegrees, {true, {}}} : FieldUnits{QStringLiteral("m"), {}};
    if (field.key == "max_motor") return {turns ? QStringLiteral("N m") : QStringLiteral("N"), {}};
    if (field.key == "damping") return {turns ? QStringLiteral("N m s") : QStringLiteral("N s/m"), {}};
  }
  if (field.object == "actuator" && field.key == "limit") return actionUnits(tree, part);
  if (field.object == "condition" && field.key == "spread") return spreadUnits(tree, part);
  if (field.object == "sensor" && field.key == "relative_to") return sensorUnits(tree, part);
  const bool aims = field.key == "target" || field.key == "within";
  if (aims && (field.object == "cost" || field.object == "success")) {
    const SceneTree* sensor = partNamed(tree, PartKind::Sensor, textAt(part, "sensor"));
    if (sensor) return sensorUnits(tree, *sensor);
    return {textAt(part, "type") == "end_effector" ? QStringLiteral("m") : QString(), {}};
  }
  return {unit, {}};
}

FieldUnits overrideUnits(const SceneTree& tree, const std::string& name) {
  const std::size_t dot = name.rfind('.');
  const std::string owner = name.substr(0, dot), key = dot == std::string::npos ? "" : name.substr(dot + 1);
  if (key == "angle") return {kDegrees, {true, {}}};
  if (key == "angular_velocity") return {kDegreesPerSecond, {true, {}}};
  if (key == "speed" && isHinge(tree, owner)) return {kDegreesPerSecond, {true, {}}};
  return {key == "velocity" || key == "speed" ? QStringLiteral("m/s") : QStringLiteral("m"), {}};
}

QString spreadText(const SceneTree& tree, const SceneTree& condition) {
  const auto overrides = condition.find("overrides"), spread = condition.find("spread");
  if (overrides == condition.end() || !overrides->is_object()) return {};
  if (spread == condition.end() || !spread->is_number() || spread->get<double>() <= 0.0) return {};
  QStringList parts, units;
  for (const auto& item : overrides->items()) {
    const FieldUnits each = overrideUnits(tree, item.key());
    units << each.unit;
    const QString number = fieldText(FieldKind::Number, *spread, each.angles, Digits::Few);
    parts << QStringLiteral("\u00B1 %1 %2 for %3").arg(number, each.unit, QString::fromStdString(item.key()).replace('.', ' ').replace('_', ' '));
  }
  units.removeDuplicates();
  return units.size() > 1 ? parts.join(QStringLiteral(", ")) : QString();
}

}  // namespace gps::ui
