// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <map>
#include <unordered_set>

#include "core/scene/polygon.h"
#include "core/scene/scene_edit_steps.h"

namespace gps {
namespace {

Error refused(const std::string& what, const std::string& mend) {
  return {what, "edit", mend};
}

/// "box3": the name with the lowest number from 1 that neither a body nor a joint has; overrides name both.
/// Keeps what it looked up, so that many copies get theirs in a time that grows like their number.
class FreeIds {
 public:
  explicit FreeIds(const Scene& scene) {
    for (const Body& body : scene.bodies) m_used.insert(body.id);
    for (const Joint& joint : scene.joints) m_used.insert(joint.id);
  }
  std::string take(std::string name) {
    while (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back()))) name.pop_back();
    if (name.empty()) name = "part";
    name = name.substr(0, 56);  // an id has at most 64 letters
    for (int& number = m_next.try_emplace(name, 1).first->second;; ++number) {
      std::string id = name + std::to_string(number);
      if (m_used.insert(id).second) return id;
    }
  }

 private:
  std::unordered_set<std::string> m_used;
  std::map<std::string, int> m_next;  // per stem: numbers below are used
};

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// Gives a drawn shape its own frame: position and angle of the body, and the shape within.
struct FrameVisitor {
  Body& body;

  void centreVertices(std::vector<Eigen::Vector2d>& vertices) const {
    Eigen::Vector2d low = vertices.front(), high = low;
    for (const Eigen::Vector2d& each : vertices) {
      low = low.cwiseMin(each);
      high = high.cwiseMax(each);
    }
    body.position = tidy((low + high) / 2);
    for (Eigen::Vector2d& each : vertices) each = tidy(each - body.position);
  }
  Status operator()(CircleShape& circle) const {
    if (!(circle.radius > 0))
      return refused("A circle needs a radius above 0.", "Drag from its centre outwards.");
    body.position = tidy(circle.centre);
    circle = {{0, 0}, tidy(circle.radius)};
    return Done{};
  }
  Status operator()(BoxShape& box) const {
    if (!(box.halfExtents.minCoeff() > 0))
      return refused("A box needs a width and a height above 0.",
                     "Drag from one corner to the opposite one.");
    body.position = tidy(box.centre);
    body.angle = tidy(box.angle);
    box = {{0, 0}, tidy(box.halfExtents), 0.0};
    return Done{};
  }
  Status operator()(PolygonShape& polygon) const {
    if (polygon.vertices.size() > 8) return refused("A polygon has at most 8 corners.", "Use two polygons.");
    if (!isConvexPolygon(polygon.vertices))
      return refused("A polygon must be convex.", "Split it into convex polygons, or draw a chain.");
    centreVertices(polygon.vertices);
    return Done{};
  }
  Status operator()(ChainShape& chain) const {
    if (chain.vertices.size() < 2)
      return refused("A chain needs at least 2 points.", "Click one more point.");
    if (body.dynamic) return refused("A chain cannot move.", "Draw it static, or use boxes.");
    centreVertices(chain.vertices);
    return Done{};
  }
};

constexpr const char* kShapeNames[] = {"circle", "box", "polygon", "wall"};
constexpr const char* kJointNames[] = {"hinge", "slider", "weld", "rod"};

/// Takes entry `at` out of each list that has one entry for each of `size` things.
template <class... Lists>
void dropEntry(std::size_t at, std::size_t size, Lists&... lists) {
  const auto drop = [&](auto& list) {
    if (list.size() == size) list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  };
  (drop(lists), ...);
}

void removeSensor(Scene& scene, const std::string& id) {
  std::erase_if(scene.sensors, [&](const Sensor& sensor) { return sensor.id == id; });
  std::erase(scene.state, id);
  std::erase(scene.observation, id);
  std::erase_if(scene.costs, [&](const CostTermSpec& cost) { return cost.sensor == id; });
  if (scene.success && scene.success->sensor == id) scene.success.reset();
  if (scene.camera.trace == id) scene.camera.trace.clear();
}

/// A joint sensor loses one joint; what counts its entries loses the same one.
void shrinkSensor(Scene& scene, Sensor& sensor, std::size_t at) {
  const std::size_t size = sensor.targets.size();
  dropEntry(at, size, sensor.targets, sensor.relativeTo);
  for (CostTermSpec& cost : scene.costs) {
    if (cost.sensor == sensor.id) dropEntry(at, size, cost.target, cost.wp);
  }
  if (scene.success && scene.success->sensor == sensor.id)
    dropEntry(at, size, scene.success->target, scene.success->withinEach);
}

void removeActuatorsOf(Scene& scene, const std::string& target) {
  for (std::size_t i = scene.actuators.size(); i-- > 0;) {
    if (scene.actuators[i].target != target) continue;
    const std::size_t size = scene.actuators.size();
    for (CostTermSpec& cost : scene.costs) dropEntry(i, size, cost.wu);
    scene.actuators.erase(scene.actuators.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void removeOverrides(Condition& condition, const std::string& owner) {
  std::erase_if(condition.overrides, [&](const auto& each) { return each.first.rfind(owner + ".", 0) == 0; });
  if (condition.overrides.empty()) condition.spread = 0.0;  // it needs numbers to disturb
}

/// Sensors, actuators, terms and overrides of a joint or body that is gone.
void removeUsesOf(Scene& scene, const std::string& owner) {
  std::vector<std::string> gone;
  for (Sensor& sensor : scene.sensors) {
    for (std::size_t i = sensor.targets.size(); i-- > 0;) {
      if (sensor.targets[i] == owner) shrinkSensor(scene, sensor, i);
    }
    const bool measures = sensor.type != Sensor::Type::Constant;
    if ((measures && sensor.targets.empty()) || sensor.relativeBody == owner) gone.push_back(sensor.id);
  }
  for (const std::string& id : gone) removeSensor(scene, id);
  removeActuatorsOf(scene, owner);
  std::erase_if(scene.costs, [&](CostTermSpec& cost) {
    const bool avoids = !cost.bodies.empty();
    std::erase(cost.bodies, owner);
    return cost.targetBody == owner || contains(cost.joints, owner) || (avoids && cost.bodies.empty());
  });
  if (scene.success && scene.success->targetBody == owner) scene.success.reset();
  for (Condition& condition : scene.conditions) removeOverrides(condition, owner);
}

}  // namespace

Status addBody(Scene& scene, const BodyDrawn& drawn) {
  Body body;
  body.id = FreeIds(scene).take(kShapeNames[drawn.geometry.index()]);
  body.dynamic = drawn.dynamic;
  Shape shape;
  shape.geometry = drawn.geometry;
  const Status framed = std::visit(FrameVisitor{body}, shape.geometry);
  if (!framed) return framed;
  body.shapes = {shape};
  scene.bodies.push_back(std::move(body));
  return Done{};
}

Status addJoint(Scene& scene, const JointDrawn& drawn) {
  const Body *a = scene.body(drawn.bodyA), *b = scene.body(drawn.bodyB);
  if (!a || !b || a == b) return refused("A joint needs two bodies.", "Click two different bodies.");
  if (a->ghost || b->ghost)
    return refused("A ghost has no part in the physics, so no joint can hold it.", "Click another body.");
  if (!a->dynamic && !b->dynamic) return refused("Neither body can move.", "Make one of them dynamic.");
  Joint joint;
  joint.id = FreeIds(scene).take(kJointNames[static_cast<int>(drawn.type)]);
  joint.type = drawn.type;
  joint.bodyA = drawn.bodyA;
  joint.bodyB = drawn.bodyB;
  joint.anchorA = tidy(toLocal(*a, drawn.anchorA));
  joint.anchorB = tidy(toLocal(*b, drawn.anchorB));
  if (drawn.axis.norm() > 1e-9) joint.axis = tidy(turned(-a->angle, drawn.axis.normalized()));
  if (drawn.type != Joint::Type::Distance) joint.referenceAngle = tidy(b->angle - a->angle);
  scene.joints.push_back(std::move(joint));
  return Done{};
}

Status removeParts(Scene& scene, const SceneSelection& parts) {
  std::vector<std::string> joints = parts.joints;
  for (const Joint& joint : scene.joints) {
    const bool loose = contains(parts.bodies, joint.bodyA) || contains(parts.bodies, joint.bodyB);
    if (loose && !contains(joints, joint.id)) joints.push_back(joint.id);
  }
  for (const std::string& id : joints) {
    std::erase_if(scene.joints, [&](const Joint& joint) { return joint.id == id; });
    removeUsesOf(scene, id);
  }
  for (const std::string& id : parts.bodies) {
    std::erase_if(scene.bodies, [&](const Body& body) { return body.id == id; });
    removeUsesOf(scene, id);
  }
  for (const StartRef& start : parts.starts) {
    for (Condition& condition : scene.conditions) {
      if (condition.id == start.condition) removeOverrides(condition, start.body);
    }
  }
  if (parts.target) scene.success.reset();
  std::erase_if(scene.costs, [&](const CostTermSpec& cost) { return contains(parts.terms, cost.id); });
  return Done{};
}

Status duplicateParts(Scene& scene, const PartsDuplicated& wish) {
  FreeIds ids(scene);
  std::map<std::string, std::string> copies;
  for (const std::string& id : wish.parts.bodies) {
    const Body* original = scene.body(id);
    if (!original) continue;
    Body copy = *original;
    copy.id = ids.take(id);
    copy.position = tidy(copy.position + wish.offset);
    copies[id] = copy.id;
    scene.bodies.push_back(std::move(copy));
  }
  if (copies.empty()) return refused("Nothing that can be doubled is selected.", "Select bodies first.");
  const std::vector<Joint> joints = scene.joints;
  for (Joint joint : joints) {
    const auto a = copies.find(joint.bodyA), b = copies.find(joint.bodyB);
    if (a == copies.end() || b == copies.end()) continue;
    joint.id = ids.take(joint.id);
    joint.bodyA = a->second;
    joint.bodyB = b->second;
    scene.joints.push_back(std::move(joint));
  }
  return Done{};
}

}  // namespace gps
