// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_writer.h"

#include <cmath>
#include <cstdint>

#include "core/scene/controller_tables.h"
#include "core/scene/cost_registry.h"
#include "core/scene/part_registry.h"

namespace gps {
namespace {

SceneTree tree(double value) {
  return numberTree(value);
}
SceneTree tree(int value) {
  return value;
}
SceneTree tree(bool value) {
  return value;
}
SceneTree tree(const std::string& value) {
  return value;
}
SceneTree tree(const Eigen::Vector2d& point) {
  return SceneTree::array({tree(point.x()), tree(point.y())});
}
SceneTree tree(const ControllerTable& table) {
  return controllerTableTree(table);
}
template <class Entry>
SceneTree tree(const std::vector<Entry>& list) {
  SceneTree all = SceneTree::array();
  for (const Entry& entry : list) all.push_back(tree(entry));
  return all;
}

/// Writes the keys of one object in their order.
class ObjectWriter {
 public:
  explicit ObjectWriter(Defaults defaults) : m_all(defaults == Defaults::Written) {}

  template <class Value>
  ObjectWriter& key(const char* name, const Value& value) {
    m_object[name] = tree(value);
    return *this;
  }
  ObjectWriter& object(const char* name, SceneTree value) {
    m_object[name] = std::move(value);
    return *this;
  }
  template <class Value>
  ObjectWriter& key(const char* name, const Value& value, const Value& standard) {
    if (m_all || value != standard) m_object[name] = tree(value);
    return *this;
  }
  /// Left out when empty, whatever the defaults: an empty list is not the same as none.
  template <class List>
  ObjectWriter& list(const char* name, const List& value) {
    if (!value.empty()) m_object[name] = tree(value);
    return *this;
  }
  SceneTree take() { return std::move(m_object); }

 private:
  bool m_all;
  SceneTree m_object = SceneTree::object();
};

struct GeometryWriter {
  Defaults defaults;
  SceneTree& shape;

  void operator()(const CircleShape& circle) const {
    const CircleShape standard;
    shape["circle"] = ObjectWriter(defaults)
                          .key("centre", circle.centre, standard.centre)
                          .key("radius", circle.radius)
                          .take();
  }
  void operator()(const BoxShape& box) const {
    const BoxShape standard;
    shape["box"] = ObjectWriter(defaults)
                       .key("centre", box.centre, standard.centre)
                       .key("half_extents", box.halfExtents)
                       .key("angle", box.angle, standard.angle)
                       .take();
  }
  void operator()(const PolygonShape& polygon) const {
    shape["polygon"] = ObjectWriter(defaults).key("vertices", polygon.vertices).take();
  }
  void operator()(const ChainShape& chain) const {
    shape["chain"] =
        ObjectWriter(defaults).key("vertices", chain.vertices).key("closed", chain.closed, false).take();
  }
};

SceneTree shapeTree(const Shape& shape, Defaults defaults) {
  const Shape standard;
  SceneTree geometry = SceneTree::object();
  std::visit(GeometryWriter{defaults, geometry}, shape.geometry);
  SceneTree rest = ObjectWriter(defaults)
                       .key("density", shape.density, standard.density)
                       .key("friction", shape.friction, standard.friction)
                       .key("restitution", shape.restitution, standard.restitution)
                       .key("group", shape.group, standard.group)
                       .key("sensor", shape.sensor, standard.sensor)
                       .take();
  for (auto& item : rest.items()) geometry[item.key()] = std::move(item.value());
  return geometry;
}

SceneTree bodyTree(const Body& body, Defaults defaults) {
  const Body standard;
  ObjectWriter writer(defaults);
  writer.key("id", body.id)
      .key("type", std::string(body.dynamic ? "dynamic" : "static"))
      .key("position", body.position)
      .key("angle", body.angle, standard.angle)
      .key("velocity", body.velocity, standard.velocity)
      .key("angular_velocity", body.angularVelocity, standard.angularVelocity)
      .key("linear_damping", body.linearDamping, standard.linearDamping)
      .key("angular_damping", body.angularDamping, standard.angularDamping)
      .key("bullet", body.bullet, standard.bullet)
      .key("ghost", body.ghost, standard.ghost);
  // The reader refuses a load on what cannot move, even one of nothing.
  if (body.load != standard.load)
    writer.key("load", body.load).key("load_point", body.loadPoint, standard.loadPoint);
  SceneTree shapes = SceneTree::array();
  for (const Shape& shape : body.shapes) shapes.push_back(shapeTree(shape, defaults));
  return writer.object("shapes", std::move(shapes)).take();
}

SceneTree jointTree(const Joint& joint, Defaults defaults) {
  const Joint standard;
  const bool turns = joint.type == Joint::Type::Revolute;
  const bool slides = joint.type == Joint::Type::Prismatic;
  ObjectWriter writer(defaults);
  writer.key("id", joint.id)
      .key("type", std::string(typeEntry(joint.type).name))
      .key("body_a", joint.bodyA)
      .key("body_b", joint.bodyB)
      .key("anchor_a", joint.anchorA)
      .key("anchor_b", joint.anchorB);
  if (slides) writer.key("axis", joint.axis);
  if (joint.type != Joint::Type::Distance)
    writer.key("reference_angle", joint.referenceAngle, standard.referenceAngle);
  if (joint.limits) writer.key("limits", *joint.limits);
  if (turns || slides) {
    writer.key("max_motor", joint.maxMotor, standard.maxMotor)
        .key("damping", joint.damping, standard.damping);
  }
  return writer.key("collide", joint.collide, standard.collide).take();
}

SceneTree actuatorTree(const Actuator& actuator, Defaults defaults) {
  const bool onJoint =
      actuator.type == Actuator::Type::JointTorque || actuator.type == Actuator::Type::JointVelocity;
  ObjectWriter writer(defaults);
  writer.key("id", actuator.id).key("type", std::string(typeEntry(actuator.type).name));
  writer.key(onJoint ? "joint" : "body", actuator.target);
  if (!onJoint) writer.key("axis", actuator.axis);
  if (actuator.type == Actuator::Type::Thruster) writer.key("point", actuator.point, Actuator{}.point);
  if (actuator.limit) writer.key("limit", *actuator.limit);
  return writer.take();
}

SceneTree sensorTree(const Sensor& sensor, Defaults defaults) {
  using Type = Sensor::Type;
  const Sensor standard;
  ObjectWriter writer(defaults);
  writer.key("id", sensor.id).key("type", std::string(typeEntry(sensor.type).name));
  if (sensor.type == Type::JointAngle || sensor.type == Type::JointSpeed) {
    writer.key("joints", sensor.targets);
  } else if (sensor.type == Type::Constant) {
    writer.key("value", sensor.value);
  } else {
    writer.key("body", sensor.targets.empty() ? std::string() : sensor.targets.front());
  }
  if (sensor.type == Type::PointPosition || sensor.type == Type::PointVelocity)
    writer.key("point", sensor.point);
  if (sensor.type == Type::DistanceRay) {
    writer.key("point", sensor.point, standard.point)
        .key("range", sensor.range)
        .key("direction", sensor.direction);
  }
  writer.list("relative_to", sensor.relativeTo);
  if (!sensor.relativeBody.empty()) {
    const bool angle = sensor.type == Type::BodyAngle || sensor.type == Type::BodySpin;
    writer.key("relative_body", sensor.relativeBody);
    if (!angle) writer.key("relative_point", sensor.relativePoint, standard.relativePoint);
  }
  return writer.take();
}

SceneTree conditionTree(const Condition& condition, Defaults defaults) {
  const Condition standard;
  SceneTree overrides = SceneTree::object();
  for (const auto& [name, value] : condition.overrides) overrides[name] = tree(value);
  ObjectWriter writer(defaults);
  writer.key("id", condition.id);
  if (!overrides.empty()) writer.object("overrides", std::move(overrides));
  return writer.key("spread", condition.spread, standard.spread)
      .key("enabled", condition.enabled, standard.enabled)
      .key("test", condition.test, standard.test)
      .take();
}

/// Keys a type does not read are left out, or the reader would refuse them.
SceneTree costTree(const CostTermSpec& cost, Defaults defaults) {
  const CostTermSpec standard;
  constexpr const char* kNorms[] = {"l2", "l1", "log"};
  constexpr const char* kRamps[] = {"constant", "linear", "quadratic", "final"};
  ObjectWriter writer(defaults);
  writer.key("weight", cost.weight, standard.weight)
      .key("enabled", cost.enabled, standard.enabled)
      .list("wu", cost.wu);
  if (!cost.sensor.empty()) writer.key("sensor", cost.sensor);
  writer.list("bodies", cost.bodies).list("joints", cost.joints);
  if (cost.points.size() == 1) {
    writer.key("point", cost.points.front(), standard.points.front());
  } else {
    writer.key("points", cost.points);
  }
  writer.list("target", cost.target);
  if (!cost.targetBody.empty()) writer.key("target_body", cost.targetBody);
  writer.list("wp", cost.wp)
      .key("norm", std::string(kNorms[static_cast<std::size_t>(cost.norm.kind)]),
           std::string(kNorms[static_cast<std::size_t>(standard.norm.kind)]))
      .key("l1", cost.norm.l1, standard.norm.l1)
      .key("l2", cost.norm.l2, standard.norm.l2)
      .key("alpha", cost.norm.alpha, standard.norm.alpha)
      .key("margin", cost.margin, standard.margin)
      .key("radius", cost.radius, standard.radius)
      .key("ramp", std::string(kRamps[static_cast<std::size_t>(cost.ramp)]), std::string(kRamps[0]))
      .key("ramp_on", std::string(cost.rampOnValue ? "value" : "weights"), std::string("weights"))
      .key("final_multiplier", cost.finalMultiplier, standard.finalMultiplier);
  SceneTree all = writer.take();
  SceneTree own = SceneTree::object();
  own["id"] = cost.id;
  own["type"] = cost.type;
  const TypeEntry* type = findType(costTypes(), cost.type);
  for (auto& item : all.items()) {
    for (const TypeField& field : type ? type->fields : std::span<const TypeField>()) {
      if (field.key == item.key()) own[item.key()] = std::move(item.value());
    }
  }
  return own;
}

SceneTree successTree(const SuccessSpec& success, Defaults defaults) {
  const SuccessSpec standard;
  ObjectWriter writer(defaults);
  writer.key("sensor", success.sensor).key("target", success.target);
  if (!success.targetBody.empty()) writer.key("target_body", success.targetBody);
  if (success.withinEach.empty()) {
    writer.key("within", success.within);
  } else {
    writer.key("within", success.withinEach);
  }
  if (success.wrap) writer.key("wrap", true);
  return writer.key("hold", success.hold, standard.hold).take();
}

SceneTree worldTree(const World& world, Defaults defaults) {
  const World standard;
  return ObjectWriter(defaults)
      .key("dt", world.dt)
      .key("substeps", world.substeps, standard.substeps)
      .key("gravity", world.gravity)
      .key("scale", world.scale, standard.scale)
      .key("velocity_iterations", world.velocityIterations, standard.velocityIterations)
      .key("position_iterations", world.positionIterations, standard.positionIterations)
      .key("sleeping", world.sleeping, standard.sleeping)
      .key("warm_starting", world.warmStarting, standard.warmStarting)
      .take();
}

template <class Part>
SceneTree partsTree(const std::vector<Part>& parts, Defaults defaults,
                    SceneTree (*write)(const Part&, Defaults)) {
  SceneTree list = SceneTree::array();
  for (const Part& part : parts) list.push_back(write(part, defaults));
  return list;
}

}  // namespace

SceneTree numberTree(double value) {
  // -0 is a number of its own, and beyond 2^53 a double is no longer the whole number it looks like.
  const bool whole =
      value == std::floor(value) && std::abs(value) < 9e15 && !(value == 0.0 && std::signbit(value));
  return whole ? SceneTree(static_cast<std::int64_t>(value)) : SceneTree(value);
}

SceneTree sceneTree(const Scene& scene, Defaults defaults) {
  ObjectWriter writer(defaults);
  writer.key("version", scene.version).key("name", scene.name);
  writer.object("text",
                ObjectWriter(defaults).key("title", scene.title).key("description", scene.text).take());
  writer.object("world", worldTree(scene.world, defaults))
      .object("bodies", partsTree(scene.bodies, defaults, bodyTree))
      .object("joints", partsTree(scene.joints, defaults, jointTree))
      .object("actuators", partsTree(scene.actuators, defaults, actuatorTree))
      .object("sensors", partsTree(scene.sensors, defaults, sensorTree))
      .key("state", scene.state)
      .key("observation", scene.observation)
      .object("conditions", partsTree(scene.conditions, defaults, conditionTree))
      .object("costs", partsTree(scene.costs, defaults, costTree));
  if (scene.success) writer.object("success", successTree(*scene.success, defaults));
  writer.key("horizon", scene.horizon);
  const InitialControllerSpec& start = scene.initialController;
  ObjectWriter controller(defaults);
  if (!start.kind.empty()) controller.key("kind", start.kind);
  controller.list("gains", start.gains)
      .list("acc", start.acc)
      .list("feedback", start.feedback)
      .list("offset", start.offset)
      .list("tables", start.tables);
  SceneTree controllerTree = controller.take();
  if (!controllerTree.empty()) writer.object("initial_controller", std::move(controllerTree));
  SceneTree suggested = SceneTree::object();
  for (const auto& [algorithm, settings] : scene.suggested) {
    for (const auto& [key, value] : settings) suggested[algorithm][key] = value;
  }
  if (!suggested.empty()) writer.object("suggested", std::move(suggested));
  ObjectWriter camera(defaults);
  camera.key("centre", scene.camera.centre).key("width", scene.camera.width);
  if (!scene.camera.trace.empty()) camera.key("trace", scene.camera.trace);
  return writer.object("camera", camera.take()).take();
}

}  // namespace gps
