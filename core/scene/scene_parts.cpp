// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_parts.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/nearest_name.h"
#include "core/scene/json_text.h"
#include "core/scene/part_registry.h"
#include "core/scene/polygon.h"
#include "core/scene/scene_keys.h"
#include "core/scene/shape_mass.h"

namespace gps {
namespace {

constexpr NumberRange kSize{1e-4, 1e4};
// Box2D merges points closer than its linear slop, in world units.
constexpr double kSmallestLength = 0.005;

void requireLength(const JsonNode& node, double length, const World& world, const std::string& what) {
  const double smallest = kSmallestLength / world.scale;
  if (length >= smallest) return;
  node.fail(what + " must be at least " + shortestNumber(smallest) + " m for the physics, but is " +
                shortestNumber(length) + " m.",
            "Make it larger, or raise world.scale.");
}

/// Convex without repeated or collinear corners, in either direction of rotation.
void checkPolygon(const JsonNode& node, const PolygonShape& polygon, const World& world) {
  const std::size_t count = polygon.vertices.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Eigen::Vector2d edge = polygon.vertices[(i + 1) % count] - polygon.vertices[i];
    requireLength(node, edge.norm(), world, "The edge from vertex " + std::to_string(i));
    if (!node.good()) return;
  }
  if (!isConvexPolygon(polygon.vertices)) {
    node.fail("A polygon must be convex without straight corners, but this one is not.",
              "Split it into convex polygons.");
  }
}

void readShape(const JsonNode& node, const Body& body, const World& world, std::vector<Shape>& shapes) {
  if (!node.isObject(keysOf("shape"))) return;
  Shape shape;
  int kinds = 0;
  if (node.has("circle")) {
    ++kinds;
    const JsonNode part = node.at("circle");
    CircleShape circle;
    if (!part.isObject(keysOf("circle")) || !part.require("radius")) return;
    part.read("centre", circle.centre, kCoordinate);
    part.read("radius", circle.radius, kSize);
    requireLength(part, circle.radius, world, "radius");
    shape.geometry = circle;
  }
  if (node.has("box")) {
    ++kinds;
    const JsonNode part = node.at("box");
    BoxShape box;
    if (!part.isObject(keysOf("box")) || !part.require("half_extents")) return;
    part.read("centre", box.centre, kCoordinate);
    part.read("half_extents", box.halfExtents, kSize);
    part.read("angle", box.angle, kAngle);
    requireLength(part, box.halfExtents.minCoeff(), world, "half_extents");
    shape.geometry = box;
  }
  if (node.has("polygon")) {
    ++kinds;
    const JsonNode part = node.at("polygon");
    PolygonShape polygon;
    if (!part.isObject(keysOf("polygon")) || !part.require("vertices")) return;
    part.read("vertices", polygon.vertices, kCoordinate, 3, 8);
    if (!node.good()) return;
    checkPolygon(part, polygon, world);
    shape.geometry = polygon;
  }
  if (node.has("chain")) {
    ++kinds;
    const JsonNode part = node.at("chain");
    ChainShape chain;
    if (!part.isObject(keysOf("chain")) || !part.require("vertices")) return;
    part.read("vertices", chain.vertices, kCoordinate, 2, 1000);
    part.read("closed", chain.closed);
    for (std::size_t i = 1; i < chain.vertices.size(); ++i) {
      requireLength(part, (chain.vertices[i] - chain.vertices[i - 1]).norm(), world,
                    "The edge to vertex " + std::to_string(i));
    }
    if (body.dynamic) {
      part.fail("A chain can only be part of a static body, but " + body.id + " is dynamic.",
                "Use circles, boxes or polygons.");
    }
    shape.geometry = chain;
  }
  if (node.good() && kinds != 1) {
    node.fail("A shape must have exactly one of circle, box, polygon, chain, but has " +
                  std::to_string(kinds) + ".",
              "Write each of them as its own shape.");
  }
  node.read("density", shape.density, NumberRange{-1e6, 1e6});
  node.read("friction", shape.friction, NumberRange{0.0, 100.0});
  node.read("restitution", shape.restitution, NumberRange{0.0, 1.0});
  node.read("group", shape.group, -32767, 32767);
  node.read("sensor", shape.sensor);
  const bool needsMass = body.dynamic && !body.ghost && !shape.sensor;
  if (node.good() && (needsMass ? !(shape.density > 0.0) : shape.density < 0.0)) {
    const JsonNode place = node.has("density") ? node.at("density") : node;
    place.fail(needsMass ? "density must be greater than 0 on a dynamic body, but is " +
                               shortestNumber(shape.density) + "."
                         : "density must not be negative, but is " + shortestNumber(shape.density) + ".",
               needsMass ? "Use a density above 0, or make the body static." : "Use 0 or more.");
  }
  shapes.push_back(std::move(shape));
}

/// The physics counts in single precision and shape by shape: of a small shape far from the origin of its body it
/// finds no moment of inertia, and gives up.
void checkMoments(const JsonNode& node, const Body& body, const World& world) {
  constexpr double kShare = 1e-5;      // of the moment about the origin, some twenty times its rounding
  constexpr double kSmallest = 1e-30;  // kg times square world units; single precision ends at 1e-38
  Moments sum;
  for (std::size_t i = 0; i < body.shapes.size(); ++i) {
    sum += momentsOf(body.shapes[i]);
    if (!(sum.mass > 0.0)) continue;
    if (sum.central() * world.scale * world.scale < kSmallest) {
      node.fail("The body " + body.id + " is too light for the physics.", "Raise its density, or make it larger.");
    } else if (sum.central() < kShare * sum.second) {
      node.fail("Shape " + std::to_string(i) + " of " + body.id + " is too far from the body's origin for its size.",
                "Put the shape near the origin, and the body where the shape should be.");
    }
  }
}

/// The body a part acts on or measures: it must exist and take part in the physics.
const Body* readBodyReference(const JsonNode& node, std::string_view key, const Scene& scene,
                              std::string& out) {
  node.read(key, out, 1000);
  if (!node.good() || !node.has(key)) return nullptr;
  requireKnown(node.at(key), out, idsOf(scene.bodies), "body");
  const Body* body = scene.body(out);
  if (body && body->ghost) {
    node.at(key).fail("The body " + out + " is a ghost: it is drawn but has no part in the physics.",
                      "Name another body, or set its ghost to false.");
    return nullptr;
  }
  return body;
}

void requireDirection(const JsonNode& node, std::string_view key, const Eigen::Vector2d& direction) {
  if (!node.good() || !node.has(key) || direction.norm() > 1e-6) return;
  node.at(key).fail(std::string(key) + " must be a direction, but is [0, 0].", "Use [1, 0], for example.");
}

}  // namespace

void requireKnown(const JsonNode& node, const std::string& id, const std::vector<std::string>& ids,
                  const std::string& what) {
  if (!node.good() || std::find(ids.begin(), ids.end(), id) != ids.end()) return;
  node.fail("There is no " + what + " " + quotedText(id) + ".",
            ids.empty() ? "Add a " + what + " first." : "The nearest id is " + nearestName(id, ids) + ".");
}

bool readType(const JsonNode& node, std::span<const TypeEntry> types, const std::string& what, int& out) {
  if (!node.require("type")) return false;
  std::vector<std::string_view> names;
  for (const TypeEntry& entry : types) names.push_back(entry.name);
  int index = 0;
  node.readChoice("type", index, names);
  if (!node.good()) return false;
  const TypeEntry& entry = types[static_cast<std::size_t>(index)];
  for (const TypeField& field : entry.fields) {
    if (field.required && !node.require(field.key)) return false;
  }
  for (const auto& item : node.value().items()) {
    const std::string& key = item.key();
    if (key == "id" || key == "type") continue;
    const auto reads = [&key](const TypeField& field) { return field.key == key; };
    if (std::any_of(entry.fields.begin(), entry.fields.end(), reads)) continue;
    std::string all;
    for (const TypeField& field : entry.fields) all += (all.empty() ? "" : ", ") + std::string(field.key);
    node.at(key).fail("The " + what + " type " + std::string(entry.name) + " does not read " + key + ".",
                      "Remove it. This type reads " + all + ".");
    return false;
  }
  out = index;
  return true;
}

void readWorld(const JsonNode& node, World& world) {
  if (!node.isObject(keysOf("world"))) return;
  node.read("gravity", world.gravity, NumberRange{-1e3, 1e3});
  node.read("dt", world.dt, NumberRange{1e-5, 1.0});
  node.read("substeps", world.substeps, 1, 1000);
  node.read("velocity_iterations", world.velocityIterations, 1, 1000);
  node.read("position_iterations", world.positionIterations, 1, 1000);
  node.read("scale", world.scale, NumberRange{1e-3, 1e3});
  node.read("sleeping", world.sleeping);
  node.read("warm_starting", world.warmStarting);
}

void readBody(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("body"))) return;
  Body body;
  node.readId("id", body.id);
  requireNew(node, body.id, scene.bodies);
  int dynamic = 0;
  constexpr std::string_view kKinds[] = {"static", "dynamic"};
  if (node.require("type")) node.readChoice("type", dynamic, kKinds);
  body.dynamic = dynamic == 1;
  node.read("position", body.position, kCoordinate);
  node.read("angle", body.angle, kAngle);
  node.read("velocity", body.velocity, kSpeed);
  node.read("angular_velocity", body.angularVelocity, kSpeed);
  node.read("linear_damping", body.linearDamping, NumberRange{0.0, 1e5});
  node.read("angular_damping", body.angularDamping, NumberRange{0.0, 1e5});
  node.read("bullet", body.bullet);
  node.read("ghost", body.ghost);
  node.read("load", body.load, NumberRange{-1e6, 1e6});
  node.read("load_point", body.loadPoint, kCoordinate);
  if (node.good() && node.has("load") && (!body.dynamic || body.ghost)) {
    node.at("load").fail("A load pulls at a dynamic body, but " + body.id + " cannot move.",
                         "Make it dynamic, or remove the load.");
  }
  if (node.good() && node.has("load_point") && !node.has("load")) {
    node.at("load_point").fail("load_point says where a load pulls, but " + body.id + " has no load.",
                               "Add the load, or remove load_point.");
  }
  if (!node.require("shapes")) return;
  for (const JsonNode& shape : node.elements("shapes", 1, 200)) {
    if (node.good()) readShape(shape, body, scene.world, body.shapes);
  }
  const auto heavy = [](const Shape& shape) { return shape.density > 0.0; };
  if (node.good() && body.dynamic && !body.ghost &&
      std::none_of(body.shapes.begin(), body.shapes.end(), heavy)) {
    node.fail("The dynamic body " + body.id + " has no mass.", "Give one of its shapes a density above 0.");
  }
  if (node.good() && body.dynamic && !body.ghost) checkMoments(node, body, scene.world);
  scene.bodies.push_back(std::move(body));
}

void readJoint(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("joint"))) return;
  Joint joint;
  node.readId("id", joint.id);
  requireNew(node, joint.id, scene.joints);
  requireNew(node, joint.id, scene.bodies);
  int type = 0;
  if (!readType(node, jointTypes(), "joint", type)) return;
  joint.type = static_cast<Joint::Type>(type);
  const Body* bodyA = readBodyReference(node, "body_a", scene, joint.bodyA);
  const Body* bodyB = readBodyReference(node, "body_b", scene, joint.bodyB);
  if (!bodyA || !bodyB) return;
  if (bodyA == bodyB)
    node.fail("A joint must connect two bodies, but both are " + joint.bodyA + ".", "Change one.");
  if (!bodyA->dynamic && !bodyB->dynamic) {
    node.fail("A joint needs a dynamic body, but " + joint.bodyA + " and " + joint.bodyB + " are static.",
              "Make one of them dynamic.");
  }
  node.read("anchor_a", joint.anchorA, kCoordinate);
  node.read("anchor_b", joint.anchorB, kCoordinate);
  node.read("axis", joint.axis, kCoordinate);
  requireDirection(node, "axis", joint.axis);
  node.read("reference_angle", joint.referenceAngle, kAngle);
  if (node.has("limits")) {
    const bool lengths = joint.type == Joint::Type::Distance;
    Eigen::Vector2d limits(0, 0);
    node.read("limits", limits, lengths ? NumberRange{0.0, 1e5} : kCoordinate);
    if (node.good() && limits[0] > limits[1]) {
      node.at("limits").fail("The lower limit " + shortestNumber(limits[0]) + " is above the upper limit " +
                                 shortestNumber(limits[1]) + ".",
                             "Write the lower limit first.");
    }
    joint.limits = limits;
  }
  node.read("max_motor", joint.maxMotor, kNotNegative);
  node.read("damping", joint.damping, kNotNegative);
  node.read("collide", joint.collide);
  scene.joints.push_back(std::move(joint));
}

void readActuator(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("actuator"))) return;
  Actuator actuator;
  node.readId("id", actuator.id);
  requireNew(node, actuator.id, scene.actuators);
  int type = 0;
  if (!readType(node, actuatorTypes(), "actuator", type)) return;
  actuator.type = static_cast<Actuator::Type>(type);
  if (node.has("joint")) {
    node.read("joint", actuator.target, 1000);
    if (!node.good()) return;
    requireKnown(node.at("joint"), actuator.target, idsOf(scene.joints), "joint");
    const Joint* joint = scene.joint(actuator.target);
    if (!joint) return;
    if (joint->type != Joint::Type::Revolute && joint->type != Joint::Type::Prismatic) {
      node.at("joint").fail("The joint " + joint->id + " cannot be driven: it is a " +
                                std::string(typeEntry(joint->type).name) + " joint.",
                            "Name a revolute or prismatic joint.");
    }
    if (actuator.type == Actuator::Type::JointVelocity && !(joint->maxMotor > 0.0)) {
      node.at("joint").fail("The joint " + joint->id + " has no motor: its max_motor is 0.",
                            "Set the max_motor of the joint.");
    }
  } else {
    const Body* body = readBodyReference(node, "body", scene, actuator.target);
    if (!body) return;
    if (!body->dynamic) {
      node.at("body").fail("The body " + body->id + " is static; no actuator can move it.",
                           "Name a dynamic body.");
    }
    node.read("axis", actuator.axis, kCoordinate);
    requireDirection(node, "axis", actuator.axis);
    node.read("point", actuator.point, kCoordinate);
  }
  node.read("limit", actuator.limit, NumberRange{1e-6, 1e9});
  scene.actuators.push_back(std::move(actuator));
}

void readSensor(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("sensor"))) return;
  Sensor sensor;
  node.readId("id", sensor.id);
  requireNew(node, sensor.id, scene.sensors);
  int type = 0;
  if (!readType(node, sensorTypes(), "sensor", type)) return;
  sensor.type = static_cast<Sensor::Type>(type);
  if (node.has("joints")) {
    node.read("joints", sensor.targets, 1, kMaxStateSize);
    for (const std::string& id : sensor.targets) {
      requireKnown(node.at("joints"), id, idsOf(scene.joints), "joint");
      const Joint* joint = scene.joint(id);
      if (joint && joint->type != Joint::Type::Revolute && joint->type != Joint::Type::Prismatic) {
        node.at("joints").fail("The joint " + id + " has no angle: it is a " +
                                   std::string(typeEntry(joint->type).name) + " joint.",
                               "Name revolute or prismatic joints.");
      }
    }
  }
  if (node.has("body")) {
    std::string id;
    if (!readBodyReference(node, "body", scene, id)) return;
    sensor.targets = {id};
  }
  node.read("point", sensor.point, kCoordinate);
  node.read("direction", sensor.direction, kCoordinate);
  requireDirection(node, "direction", sensor.direction);
  node.read("range", sensor.range, kSize);
  node.read("value", sensor.value, kAnyNumber, 1, kMaxStateSize);
  const auto size = static_cast<std::size_t>(sensor.size());
  if (node.good()) node.read("relative_to", sensor.relativeTo, kCoordinate, size, size);
  if (node.has("relative_body")) {
    if (!readBodyReference(node, "relative_body", scene, sensor.relativeBody)) return;
    if (!sensor.targets.empty() && sensor.relativeBody == sensor.targets.front()) {
      node.at("relative_body").fail("The sensor " + sensor.id + " measures " + sensor.relativeBody +
                                        " relative to itself, which tells nothing of where it is.",
                                    "Name another body, or remove relative_body.");
      return;
    }
    if (node.has("relative_to")) {
      node.at("relative_to").fail("A sensor is relative to numbers or to a body, not to both.",
                                  "Remove relative_to, and use relative_point for an offset.");
    }
  } else if (node.has("relative_point")) {
    node.at("relative_point").fail("relative_point needs a relative_body.", "Name the body it belongs to.");
  }
  node.read("relative_point", sensor.relativePoint, kCoordinate);
  scene.sensors.push_back(std::move(sensor));
}

}  // namespace gps
