// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/problems.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/scene/body_extent.h"
#include "core/scene/json_node.h"
#include "core/scene/overlap.h"
#include "core/scene/scene_doubts.h"

namespace gps {
namespace {

class Collector {
 public:
  void error(std::string pointer, std::string what, std::string mend) {
    m_found.push_back({Problem::Severity::Error, std::move(pointer), std::move(what), std::move(mend)});
  }
  void warning(std::string pointer, std::string what, std::string mend) {
    m_found.push_back({Problem::Severity::Warning, std::move(pointer), std::move(what), std::move(mend)});
  }
  void add(std::vector<Problem> problems) {
    for (Problem& problem : problems) m_found.push_back(std::move(problem));
  }
  std::vector<Problem> take() {
    std::stable_sort(m_found.begin(), m_found.end(),
                     [](const Problem& a, const Problem& b) { return a.severity < b.severity; });
    return std::move(m_found);
  }

 private:
  std::vector<Problem> m_found;
};

std::string at(const char* list, std::size_t index, const char* key = nullptr) {
  return std::string("/") + list + "/" + std::to_string(index) +
         (key ? std::string("/") + key : std::string());
}

bool contains(const std::vector<std::string>& list, const std::string& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

void findMissingParts(const Scene& scene, Collector& found) {
  if (scene.bodies.empty()) found.error("/bodies", "The task has no body.", "Add a body.");
  if (scene.actuators.empty()) {
    found.error("/actuators", "Nothing can be moved: the task has no actuator.", "Add an actuator.");
  }
  if (scene.sensors.empty()) found.error("/sensors", "The task has no sensor.", "Add a sensor.");
  if (scene.state.empty() && !scene.sensors.empty()) {
    found.error("/state", "The state is empty.", "Add sensors to it.");
  }
  if (scene.observation.empty() && !scene.state.empty()) {
    found.error("/observation", "The observation is empty.",
                "Add sensors to it, or remove the list to observe the state.");
  }
  if (scene.conditions.empty()) {
    found.error("/conditions", "The task has no condition to start from.", "Add a condition.");
  } else if (std::none_of(scene.conditions.begin(), scene.conditions.end(),
                          [](const Condition& condition) { return condition.enabled && !condition.test; })) {
    found.error("/conditions", "No condition is enabled for training.",
                "Enable at least one condition that is not a test condition.");
  }
  if (scene.costs.empty()) {
    found.error("/costs", "The task has no cost term; there is nothing to learn.", "Add a cost term.");
  } else if (std::none_of(scene.costs.begin(), scene.costs.end(),
                          [](const CostTermSpec& cost) { return cost.enabled; })) {
    found.error("/costs", "No cost term is enabled; there is nothing to learn.", "Enable a cost term.");
  } else if (std::none_of(scene.costs.begin(), scene.costs.end(),
                          [](const CostTermSpec& cost) { return cost.enabled && cost.weight > 0.0; })) {
    found.warning("/costs", "All cost terms have weight 0, so every motion is as good as any other.",
                  "Give one of them a weight above 0.");
  }
  // Nothing a first look at an empty task must say; whoever has written down a cost has an aim.
  if (!scene.success && !scene.costs.empty()) {
    found.warning("/success", "The task has no success test, so no rollout counts as solved.",
                  "Add one, to see which share of the starts succeeds.");
  }
}

void findUnboundedMotors(const Scene& scene, Collector& found) {
  for (std::size_t i = 0; i < scene.actuators.size(); ++i) {
    const Actuator& actuator = scene.actuators[i];
    // A servo is bounded by its motor; a velocity that is set needs no force.
    const bool force = actuator.type == Actuator::Type::JointTorque ||
                       actuator.type == Actuator::Type::BodyForce ||
                       actuator.type == Actuator::Type::Thruster;
    if (!force || actuator.limit) continue;
    found.warning(at("actuators", i),
                  "The actuator " + actuator.id + " has no limit: learning may ask for any force.",
                  "Set its limit to what a motor could do.");
  }
}

void findUnusedSensors(const Scene& scene, Collector& found) {
  for (std::size_t i = 0; i < scene.sensors.size(); ++i) {
    const std::string& id = scene.sensors[i].id;
    const bool used = contains(scene.state, id) || contains(scene.observation, id) ||
                      scene.camera.trace == id || (scene.success && scene.success->sensor == id) ||
                      std::any_of(scene.costs.begin(), scene.costs.end(),
                                  [&id](const CostTermSpec& cost) { return cost.sensor == id; });
    if (used) continue;
    found.warning(at("sensors", i), "The sensor " + id + " is used nowhere.",
                  "Add it to the state or the observation, or remove it.");
  }
}

/// Bodies that nothing in the state measures, directly or through a joint.
void findUnmeasuredBodies(const Scene& scene, Collector& found) {
  if (scene.state.empty()) return;
  std::set<std::string> measured, joints;
  for (const std::string& id : scene.state) {
    const Sensor* sensor = scene.sensor(id);
    // How fast something is does not say where it is.
    if (!sensor || sensor->type == Sensor::Type::JointSpeed || sensor->type == Sensor::Type::BodyVelocity ||
        sensor->type == Sensor::Type::PointVelocity || sensor->type == Sensor::Type::BodySpin)
      continue;
    const bool angles = sensor->type == Sensor::Type::JointAngle;
    for (const std::string& target : sensor->targets) (angles ? joints : measured).insert(target);
    if (!sensor->relativeBody.empty()) measured.insert(sensor->relativeBody);
  }
  for (const Body& body : scene.bodies) {
    if (!body.dynamic) measured.insert(body.id);
  }
  // A measured joint, or a weld, tells the place of one body from that of the other.
  for (bool grows = true; grows;) {
    grows = false;
    for (const Joint& joint : scene.joints) {
      if (joint.type != Joint::Type::Weld && !joints.contains(joint.id)) continue;
      for (const auto& [from, to] :
           {std::pair(joint.bodyA, joint.bodyB), std::pair(joint.bodyB, joint.bodyA)}) {
        if (measured.contains(from) && measured.insert(to).second) grows = true;
      }
    }
  }
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const Body& body = scene.bodies[i];
    if (body.ghost || measured.contains(body.id)) continue;
    found.warning(at("bodies", i),
                  "Nothing in the state says where " + body.id + " is, so no controller can react to it.",
                  "Add a sensor of it to the state.");
  }
}

/// Enabled conditions; null for the file itself where there is none.
std::vector<const Condition*> startsOf(const Scene& scene) {
  std::vector<const Condition*> starts;
  for (const Condition& condition : scene.conditions) {
    if (condition.enabled) starts.push_back(&condition);
  }
  if (starts.empty()) starts.push_back(nullptr);
  return starts;
}

/// A point of a body's frame in the world; of the world's frame for the empty id.
Eigen::Vector2d toWorld(const std::vector<PlacedBody>& bodies, const std::string& id,
                        const Eigen::Vector2d& local) {
  for (const PlacedBody& each : bodies) {
    if (each.body->id == id) return each.position + Eigen::Rotation2Dd(each.angle) * local;
  }
  return local;
}

/// Joints of a chain and how far its points get from its root; nothing where a joint is missing.
struct Chain {
  const Joint* root = nullptr;
  std::vector<double> reach;  ///< per point
};
std::optional<Chain> chainOf(const Scene& scene, const CostTermSpec& cost) {
  Chain chain;
  const Joint* last = nullptr;
  double links = 0.0;
  for (const std::string& id : cost.joints) {
    const Joint* joint = scene.joint(id);
    if (!joint) return std::nullopt;
    if (last) links += (joint->anchorA - last->anchorB).norm();
    if (!chain.root) chain.root = joint;
    last = joint;
  }
  if (!last) return std::nullopt;
  for (const Eigen::Vector2d& point : cost.points)
    chain.reach.push_back(links + (point - last->anchorB).norm());
  return chain;
}

/// The first target of a tip that is longer away than the arm, over all starts.
void findUnreachableTarget(const Scene& scene, std::size_t index, Collector& found) {
  const CostTermSpec& cost = scene.costs[index];
  const std::optional<Chain> chain = chainOf(scene, cost);
  if (!chain) return;
  const auto round = [](double value) { return shortestNumber(std::round(value * 1000.0) / 1000.0); };
  for (const Condition* start : startsOf(scene)) {
    const std::vector<PlacedBody> bodies = placedBodies(scene, start);
    const Eigen::Vector2d root = toWorld(bodies, chain->root->bodyA, chain->root->anchorA);
    for (std::size_t p = 0; p < chain->reach.size() && 2 * p + 1 < cost.target.size(); ++p) {
      const Eigen::Vector2d wanted(cost.target[2 * p], cost.target[2 * p + 1]);
      const double distance = (toWorld(bodies, cost.targetBody, wanted) - root).norm();
      if (distance <= chain->reach[p] * (1.0 + 1e-9)) continue;
      found.warning(at("costs", index, "target"),
                    "The target of " + cost.id + " is " + round(distance) + " m from the chain's root" +
                        (start ? " in " + start->id : std::string()) + ", but the chain is only " +
                        round(chain->reach[p]) + " m long.",
                    "Move the target, or lengthen the links.");
      return;
    }
  }
}

void findUnreachableTargets(const Scene& scene, Collector& found) {
  for (std::size_t i = 0; i < scene.costs.size(); ++i) {
    const CostTermSpec& cost = scene.costs[i];
    if (cost.type == "end_effector" && cost.enabled) findUnreachableTarget(scene, i, found);
  }
}

void findBodiesOutOfView(const Scene& scene, Collector& found) {
  // Views are wider than high, and how much nobody knows here.
  const Eigen::Vector2d half(scene.camera.width / 2, scene.camera.width / 2);
  const Eigen::AlignedBox2d view(Eigen::Vector2d(scene.camera.centre - half),
                                 Eigen::Vector2d(scene.camera.centre + half));
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const Body& body = scene.bodies[i];
    const bool placed = std::any_of(
        scene.conditions.begin(), scene.conditions.end(),
        [&body](const Condition& condition) { return condition.overrides.contains(body.id + ".position"); });
    if (placed || view.intersects(bodyExtent(body))) continue;
    found.warning(at("bodies", i, "position"),
                  "The body " + body.id + " stands outside of what the camera shows.",
                  "Move it, or change the camera.");
  }
}

/// Pairs that begin inside each other: the physics pushes them apart with a jolt. Nobody reads more than
/// kMostOverlaps of them.
constexpr std::size_t kMostOverlaps = 50;
void findOverlaps(const Scene& scene, Collector& found) {
  std::set<std::pair<std::string, std::string>> joined;
  for (const Joint& joint : scene.joints) {
    if (!joint.collide) joined.insert(std::minmax(joint.bodyA, joint.bodyB));
  }
  // Joints place their bodies at the start, which is more than a look at positions can tell.
  std::set<std::string> placed;
  for (const Condition& condition : scene.conditions) {
    for (const auto& [name, value] : condition.overrides) {
      const Joint* joint = scene.joint(name.substr(0, name.rfind('.')));
      if (joint && (name.ends_with(".angle") || name.ends_with(".translation"))) placed.insert(joint->bodyB);
    }
  }
  for (bool grows = !placed.empty(); grows;) {
    grows = false;
    for (const Joint& joint : scene.joints) {
      if (placed.contains(joint.bodyA) && placed.insert(joint.bodyB).second) grows = true;
    }
  }
  std::set<std::pair<std::size_t, std::size_t>> told;
  for (const Condition* start : startsOf(scene)) {
    const std::vector<PlacedBody> bodies = placedBodies(scene, start);
    const auto wanted = [&](std::size_t a, std::size_t b) {
      const std::string &one = scene.bodies[a].id, &other = scene.bodies[b].id;
      return !told.contains({a, b}) && !placed.contains(one) && !placed.contains(other) &&
             !joined.contains(std::minmax(one, other));
    };
    // One more than is told, to know whether there are more.
    const std::size_t most = kMostOverlaps + 1 - told.size();
    for (const auto& [a, b] : overlappingPairs(bodies, kSlop / scene.world.scale * 4, wanted, most)) {
      const Body &one = scene.bodies[a], &other = scene.bodies[b];
      if (told.size() == kMostOverlaps) {
        found.warning("/bodies", "Bodies overlap at the start in more than " + std::to_string(kMostOverlaps) +
                                     " pairs, and more of them are not named here.",
                      "Move the bodies apart, or give them the same negative group.");
        return;
      }
      told.insert({a, b});
      found.warning(at("bodies", one.dynamic ? a : b),
                    "The bodies " + one.id + " and " + other.id + " overlap at the start" +
                        (start ? " of " + start->id : std::string()) + ".",
                    "Move one of them, or give both the same negative group.");
    }
  }
}

}  // namespace

std::vector<Problem> problemsOf(const Scene& scene) {
  Collector found;
  findMissingParts(scene, found);
  found.add(doubtsOf(scene));
  findOverlaps(scene, found);
  findUnreachableTargets(scene, found);
  findUnmeasuredBodies(scene, found);
  findUnusedSensors(scene, found);
  findUnboundedMotors(scene, found);
  findBodiesOutOfView(scene, found);
  return found.take();
}

}  // namespace gps
