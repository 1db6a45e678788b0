// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/nearest_name.h"
#include "core/scene/cost_registry.h"
#include "core/scene/json_text.h"
#include "core/scene/scene_keys.h"
#include "core/scene/scene_parts.h"

namespace gps {
namespace {

/// What a condition may override, and how many numbers each takes.
struct Override {
  std::string name;
  std::size_t size;
  NumberRange range;
};

std::vector<Override> overridesOf(const Scene& scene) {
  std::vector<Override> all;
  for (const Body& body : scene.bodies) {
    if (body.ghost) continue;
    all.push_back({body.id + ".position", 2, kCoordinate});
    all.push_back({body.id + ".angle", 1, kAngle});
    if (!body.dynamic) continue;
    all.push_back({body.id + ".velocity", 2, kSpeed});
    all.push_back({body.id + ".angular_velocity", 1, kSpeed});
  }
  for (const Joint& joint : scene.joints) {
    if (joint.type == Joint::Type::Revolute) all.push_back({joint.id + ".angle", 1, kAngle});
    if (joint.type == Joint::Type::Prismatic) all.push_back({joint.id + ".translation", 1, kCoordinate});
    if (joint.type == Joint::Type::Revolute || joint.type == Joint::Type::Prismatic) {
      all.push_back({joint.id + ".speed", 1, kSpeed});
    }
  }
  return all;
}

/// The sensor a cost or the success test looks at; it must be part of the state.
const Sensor* readStateSensor(const JsonNode& node, const Scene& scene, std::string& out) {
  node.read("sensor", out, 1000);
  if (!node.good() || !node.has("sensor")) return nullptr;
  requireKnown(node.at("sensor"), out, idsOf(scene.sensors), "sensor");
  const Sensor* sensor = scene.sensor(out);
  if (sensor && !scene.stateOffset(out)) {
    node.at("sensor").fail("The sensor " + out + " is not part of the state.", "Add it to the list state.");
    return nullptr;
  }
  return sensor;
}

/// The static body in whose frame a target stands.
void readTargetBody(const JsonNode& node, const Scene& scene, std::string& out) {
  node.read("target_body", out, 1000);
  if (!node.good() || !node.has("target_body")) return;
  requireKnown(node.at("target_body"), out, idsOf(scene.bodies), "body");
  const Body* body = scene.body(out);
  if (body && body->dynamic) {
    node.at("target_body").fail("The body " + out + " is dynamic; a target stands still.", "Name a static body.");
  }
}

bool isPosition(const Sensor& sensor) {
  return sensor.type == Sensor::Type::BodyPosition || sensor.type == Sensor::Type::PointPosition;
}

/// A sensor that is part of the state or of the observation.
const Sensor* readSeenSensor(const JsonNode& node, std::string_view key, const Scene& scene, std::string& out) {
  node.read(key, out, 1000);
  if (!node.good() || !node.has(key)) return nullptr;
  requireKnown(node.at(key), out, idsOf(scene.sensors), "sensor");
  const Sensor* sensor = scene.sensor(out);
  if (sensor && !scene.stateOffset(out) && !scene.observationOffset(out)) {
    node.at(key).fail("The sensor " + out + " is part of neither the state nor the observation.",
                      "Add it to the list state or to the list observation.");
    return nullptr;
  }
  return sensor;
}

void readCostBodies(const JsonNode& node, const Scene& scene, CostTermSpec& cost) {
  node.read("bodies", cost.bodies, 1, 1000);
  for (const std::string& id : cost.bodies) {
    requireKnown(node.at("bodies"), id, idsOf(scene.bodies), "body");
    const Body* body = scene.body(id);
    if (!node.good() || !body) return;
    if (body->dynamic) {
      node.at("bodies").fail("The body " + id + " is dynamic; clearance is kept from static bodies only.",
                             "Name static bodies.");
    }
    for (const Shape& shape : body->shapes) {
      if (std::holds_alternative<PolygonShape>(shape.geometry)) {
        node.at("bodies").fail(
            "The body " + id + " has a polygon; clearance is kept from circles, boxes and chains.",
            "Draw the polygon as a closed chain or as boxes.");
      }
    }
  }
}

void readNorm(const JsonNode& node, std::size_t size, CostTermSpec& cost) {
  node.read("target", cost.target, kAnyNumber, size, size);
  node.read("wp", cost.wp, kNotNegative, size, size);
  int kind = 0;
  constexpr std::string_view kNorms[] = {"l2", "l1", "log"};
  node.readChoice("norm", kind, kNorms);
  cost.norm.kind = static_cast<NormKind>(kind);
  node.read("l1", cost.norm.l1, kNotNegative);
  node.read("l2", cost.norm.l2, kNotNegative);
  node.read("alpha", cost.norm.alpha, NumberRange{1e-12, 1e3});
}

/// A parameter's value in the syntax of --set.
std::optional<std::string> settingText(const nlohmann::json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return shortestNumber(value.get<double>());
  if (value.is_string() && value.get_ref<const std::string&>().size() <= 200) return value.get<std::string>();
  if (!value.is_array() || value.empty() || value.size() > 100) return std::nullopt;
  std::string list;
  for (const nlohmann::json& entry : value) {
    const std::optional<std::string> text = entry.is_array() ? std::nullopt : settingText(entry);
    if (!text) return std::nullopt;
    list += (list.empty() ? "" : ",") + *text;
  }
  return list;
}

}  // namespace

void readCondition(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("condition"))) return;
  Condition condition;
  node.readId("id", condition.id);
  requireNew(node, condition.id, scene.conditions);
  if (node.has("overrides")) {
    const JsonNode part = node.at("overrides");
    const std::vector<Override> known = overridesOf(scene);
    std::vector<std::string_view> names;
    for (const Override& entry : known) names.push_back(entry.name);
    if (!part.isObject(names)) return;
    for (const Override& entry : known) {
      if (!part.has(entry.name)) continue;
      part.read(entry.name, condition.overrides[entry.name], entry.range, entry.size, entry.size);
    }
  }
  node.read("spread", condition.spread, NumberRange{0.0, 1e3});
  if (node.good() && condition.spread > 0.0 && condition.overrides.empty()) {
    node.fail("spread disturbs the numbers in overrides, but there are none.",
              "Add the coordinates that should vary to overrides.");
  }
  node.read("enabled", condition.enabled);
  node.read("test", condition.test);
  scene.conditions.push_back(std::move(condition));
}

void readCost(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("cost"))) return;
  CostTermSpec cost;
  node.readId("id", cost.id);
  requireNew(node, cost.id, scene.costs);
  int type = 0;
  if (!readType(node, costTypes(), "cost", type)) return;
  cost.type = costTypes()[static_cast<std::size_t>(type)].name;
  node.read("weight", cost.weight, kNotNegative);
  node.read("enabled", cost.enabled);
  const std::size_t actions = scene.actuators.size();
  node.read("wu", cost.wu, kNotNegative, actions, actions);

  std::size_t size = 2;
  if (node.has("sensor")) {
    const Sensor* sensor = readStateSensor(node, scene, cost.sensor);
    if (!sensor) return;
    size = static_cast<std::size_t>(sensor->size());
    if (cost.type == "obstacle" && !isPosition(*sensor)) {
      node.at("sensor").fail("The sensor " + cost.sensor + " is not a position.",
                             "Name a body_position or point_position sensor.");
    } else if (cost.type == "obstacle" && !sensor->relativeBody.empty()) {
      node.at("sensor").fail(
          "The sensor " + cost.sensor + " is relative to a body; clearance needs a position in the world.",
          "Name a position sensor without relative_body.");
    }
  }
  if (node.has("points")) {
    if (node.has("point")) node.fail("point and points exclude each other.", "Keep points.");
    node.read("points", cost.points, kCoordinate, 1, 8);
  } else {
    node.read("point", cost.points.front(), kCoordinate);
  }
  if (cost.type == "end_effector") size = 2 * cost.points.size();
  readNorm(node, size, cost);
  readTargetBody(node, scene, cost.targetBody);
  readCostBodies(node, scene, cost);
  node.read("margin", cost.margin, NumberRange{0.0, 1e4});
  node.read("radius", cost.radius, NumberRange{0.0, 1e4});
  node.read("joints", cost.joints, 1, kMaxStateSize);
  for (const std::string& id : cost.joints) requireKnown(node.at("joints"), id, idsOf(scene.joints), "joint");
  int ramp = 0;
  constexpr std::string_view kRamps[] = {"constant", "linear", "quadratic", "final"};
  node.readChoice("ramp", ramp, kRamps);
  cost.ramp = static_cast<Ramp>(ramp);
  int rampOn = 0;
  constexpr std::string_view kRampOn[] = {"weights", "value"};
  node.readChoice("ramp_on", rampOn, kRampOn);
  cost.rampOnValue = rampOn == 1;
  node.read("final_multiplier", cost.finalMultiplier, kNotNegative);
  scene.costs.push_back(std::move(cost));
}

void readSuccess(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("success"))) return;
  for (const std::string_view key : {"sensor", "target", "within"}) {
    if (!node.require(key)) return;
  }
  SuccessSpec success;
  const Sensor* sensor = readSeenSensor(node, "sensor", scene, success.sensor);
  if (!sensor) return;
  const auto size = static_cast<std::size_t>(sensor->size());
  node.read("target", success.target, kAnyNumber, size, size);
  readTargetBody(node, scene, success.targetBody);
  if (node.good() && !success.targetBody.empty() && (!isPosition(*sensor) || !sensor->relativeBody.empty())) {
    node.at("target_body").fail("A target in a body's frame needs a position in the world, but " + sensor->id +
                                    " is none.",
                                "Name a body_position or point_position sensor without relative_body.");
  }
  const NumberRange bound{1e-6, 1e5};
  if (node.at("within").value().is_array()) {
    node.read("within", success.withinEach, bound, size, size);
  } else {
    node.read("within", success.within, bound);
  }
  node.read("wrap", success.wrap);
  const bool hinges = sensor->type == Sensor::Type::JointAngle &&
                      std::all_of(sensor->targets.begin(), sensor->targets.end(), [&scene](const std::string& id) {
                        const Joint* joint = scene.joint(id);
                        return joint && joint->type == Joint::Type::Revolute;
                      });
  const bool angles = hinges || sensor->type == Sensor::Type::BodyAngle;
  if (node.good() && success.wrap && !angles) {
    node.at("wrap").fail("Only angles count modulo a full turn, but " + sensor->id + " is none.",
                         "Leave wrap out, or name a joint_angle sensor of hinges or a body_angle sensor.");
  }
  node.read("hold", success.hold, NumberRange{0.0, 1e5});
  scene.success = std::move(success);
}

void readInitialController(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("initial_controller"))) return;
  InitialControllerSpec& spec = scene.initialController;
  if (node.has("kind")) {
    int kind = 0;
    constexpr std::string_view kKinds[] = {"lqr", "pd", "zero", "feedback", "demonstration", "run", "table"};
    node.readChoice("kind", kind, kKinds);
    spec.kind = kKinds[kind];
  }
  const std::size_t actions = scene.actuators.size();
  node.read("gains", spec.gains, kAnyNumber, actions, actions);
  node.read("acc", spec.acc, kAnyNumber, actions, actions);
  constexpr std::size_t kMostStates = 200;
  node.read("feedback", spec.feedback, kAnyNumber, actions, actions * kMostStates);
  node.read("offset", spec.offset, kAnyNumber, actions, actions);
  if (spec.kind == "feedback" && spec.feedback.empty()) {
    node.fail("An initial controller of kind feedback needs the gains K of u = K x + k.",
              "Add \"feedback\": one number per state entry for each action, row by row.");
  }
  if (node.good()) readControllerTables(node, scene);
}

void readSuggested(const JsonNode& node, Scene& scene) {
  if (!node.value().is_object() || node.value().size() > 50) {
    node.fail("suggested must be an object of at most 50 algorithms.",
              "Write {\"all\": { ... }}, for example.");
    return;
  }
  for (const auto& algorithm : node.value().items()) {
    const JsonNode settings = node.at(algorithm.key());
    if (!algorithm.value().is_object() || algorithm.value().size() > 500 || algorithm.key().size() > 64) {
      settings.fail("The parameters suggested for an algorithm must be an object of at most 500 keys.",
                    "Write {\"lqr.kl_step\": 1}, for example.");
      return;
    }
    for (const auto& setting : algorithm.value().items()) {
      const std::optional<std::string> text = settingText(setting.value());
      if (!text || setting.key().size() > 100) {
        settings.at(setting.key())
            .fail("A suggested value must be a number, true, false, a text or a list of these.",
                  "Write it as its parameter takes it, for example [42, 42] for pol.hidden.");
        return;
      }
      scene.suggested[algorithm.key()][setting.key()] = *text;
    }
  }
}

void readCamera(const JsonNode& node, Scene& scene) {
  if (!node.isObject(keysOf("camera"))) return;
  node.read("centre", scene.camera.centre, kCoordinate);
  node.read("width", scene.camera.width, NumberRange{1e-3, 1e5});
  node.read("trace", scene.camera.trace, 1000);
  if (!node.good() || scene.camera.trace.empty()) return;
  requireKnown(node.at("trace"), scene.camera.trace, idsOf(scene.sensors), "sensor");
  const Sensor* sensor = scene.sensor(scene.camera.trace);
  if (sensor && !isPosition(*sensor)) {
    node.at("trace").fail("trace must name a position sensor, but " + sensor->id + " is none.",
                          "Name a body_position or point_position sensor.");
  }
}

}  // namespace gps
