// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_edit.h"

#include <algorithm>
#include <type_traits>

#include "core/scene/polygon.h"
#include "core/scene/scene_edit_steps.h"

namespace gps {
namespace {

template <class Part>
Part* find(std::vector<Part>& parts, const std::string& id) {
  const auto it = std::find_if(parts.begin(), parts.end(), [&id](const Part& part) { return part.id == id; });
  return it == parts.end() ? nullptr : &*it;
}

Error missing(const std::string& what, const std::string& id) {
  return {"There is no " + what + " \"" + id + "\" in this scene.", "edit",
          "Select what is there and try again."};
}

/// Lets `change` work on each body; fails before the first change when one is missing.
template <class Change>
Status eachBody(Scene& scene, const std::vector<std::string>& ids, const Change& change) {
  for (const std::string& id : ids) {
    if (!scene.body(id)) return missing("body", id);
  }
  for (const std::string& id : ids) change(*find(scene.bodies, id));
  return Done{};
}

Status move(Scene& scene, const BodiesMoved& edit) {
  return eachBody(scene, edit.bodies, [&](Body& body) { body.position = tidy(body.position + edit.delta); });
}

Status rotate(Scene& scene, const BodiesRotated& edit) {
  return eachBody(scene, edit.bodies, [&](Body& body) {
    body.position = tidy(edit.centre + turned(edit.angle, body.position - edit.centre));
    body.angle = tidy(body.angle + edit.angle);
  });
}

struct ScaleVisitor {
  Eigen::Vector2d factor;

  Eigen::Vector2d grown(const Eigen::Vector2d& point) const { return tidy(point.cwiseProduct(factor)); }
  void operator()(CircleShape& circle) const {
    circle.centre = grown(circle.centre);
    circle.radius = tidy(circle.radius * std::sqrt(factor.x() * factor.y()));
  }
  void operator()(BoxShape& box) const {
    box.centre = grown(box.centre);
    const double alongX = turned(box.angle, {1, 0}).cwiseProduct(factor).norm();
    const double alongY = turned(box.angle, {0, 1}).cwiseProduct(factor).norm();
    box.halfExtents = tidy(box.halfExtents.cwiseProduct(Eigen::Vector2d(alongX, alongY)));
  }
  void operator()(PolygonShape& polygon) const {
    for (Eigen::Vector2d& vertex : polygon.vertices) vertex = grown(vertex);
  }
  void operator()(ChainShape& chain) const {
    for (Eigen::Vector2d& vertex : chain.vertices) vertex = grown(vertex);
  }
};

/// Points other parts hold in the frame of a body.
template <class Change>
void eachPointOn(Scene& scene, const Body& body, const Change& change) {
  for (Joint& joint : scene.joints) {
    if (joint.bodyA == body.id) change(joint.anchorA);
    if (joint.bodyB == body.id) change(joint.anchorB);
  }
  for (Sensor& sensor : scene.sensors) {
    const bool onBody = sensor.type == Sensor::Type::PointPosition ||
                        sensor.type == Sensor::Type::PointVelocity ||
                        sensor.type == Sensor::Type::DistanceRay;
    if (onBody && !sensor.targets.empty() && sensor.targets.front() == body.id) change(sensor.point);
    if (sensor.relativeBody == body.id) change(sensor.relativePoint);
  }
  for (Actuator& actuator : scene.actuators) {
    if (actuator.type == Actuator::Type::Thruster && actuator.target == body.id) change(actuator.point);
  }
  for (CostTermSpec& cost : scene.costs) {
    const Joint* last = cost.joints.empty() ? nullptr : scene.joint(cost.joints.back());
    if (last == nullptr || last->bodyB != body.id) continue;
    for (Eigen::Vector2d& point : cost.points) change(point);
  }
}

Status scale(Scene& scene, const BodiesScaled& edit) {
  if (!(edit.factor.minCoeff() > 1e-6 && edit.factor.maxCoeff() < 1e6))
    return Error{"A factor of growth must be above 0.", "edit", "Drag the handle to the other side again."};
  return eachBody(scene, edit.bodies, [&](Body& body) {
    const Eigen::Vector2d apart = turned(-edit.frame, body.position - edit.centre).cwiseProduct(edit.factor);
    body.position = tidy(edit.centre + turned(edit.frame, apart));
    const ScaleVisitor visitor{edit.factor};
    for (Shape& shape : body.shapes) std::visit(visitor, shape.geometry);
    body.loadPoint = visitor.grown(body.loadPoint);
    eachPointOn(scene, body, [&](Eigen::Vector2d& point) { point = visitor.grown(point); });
  });
}

Status pose(Scene& scene, const BodyPosed& edit) {
  return eachBody(scene, {edit.body}, [&](Body& body) {
    body.position = tidy(edit.position);
    body.angle = tidy(edit.angle);
  });
}

Result<Shape*> shapeOf(Scene& scene, const std::string& bodyId, std::size_t shape) {
  Body* body = find(scene.bodies, bodyId);
  if (!body) return missing("body", bodyId);
  if (shape >= body->shapes.size()) return missing("shape", bodyId + "/" + std::to_string(shape));
  return &body->shapes[shape];
}

/// The vertices of a polygon or chain; null for other shapes.
std::vector<Eigen::Vector2d>* verticesOf(Shape& shape) {
  if (auto* polygon = std::get_if<PolygonShape>(&shape.geometry)) return &polygon->vertices;
  if (auto* chain = std::get_if<ChainShape>(&shape.geometry)) return &chain->vertices;
  return nullptr;
}

Status checkedShape(const Shape& shape) {
  const auto* polygon = std::get_if<PolygonShape>(&shape.geometry);
  if (!polygon || isConvexPolygon(polygon->vertices)) return Done{};
  return Error{"The polygon would no longer be convex.", "edit", "Keep every corner turned outwards."};
}

Status moveBoxCorner(BoxShape& box, std::size_t corner, const Eigen::Vector2d& point) {
  constexpr int kSign[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
  if (corner > 3) return missing("corner", std::to_string(corner));
  const Eigen::Vector2d sign(kSign[corner][0], kSign[corner][1]);
  const Eigen::Vector2d held =
      -sign.cwiseProduct(box.halfExtents);  // the opposite corner, in the box's frame
  const Eigen::Vector2d pulled = turned(-box.angle, point - box.centre);
  const Eigen::Vector2d size = (pulled - held).cwiseProduct(sign);
  if (!(size.minCoeff() > 1e-9))
    return Error{"The box would have no size.", "edit", "Keep the corner on its side of the opposite one."};
  box.centre = tidy(box.centre + turned(box.angle, (pulled + held) / 2));
  box.halfExtents = tidy(size / 2);
  return Done{};
}

Status moveVertex(Scene& scene, const VertexMoved& edit) {
  const Result<Shape*> found = shapeOf(scene, edit.body, edit.shape);
  if (!found) return found.error();
  Shape& shape = **found;
  const Eigen::Vector2d point = tidy(toLocal(*scene.body(edit.body), edit.position));
  if (auto* box = std::get_if<BoxShape>(&shape.geometry)) return moveBoxCorner(*box, edit.vertex, point);
  if (auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
    const double radius = tidy((point - circle->centre).norm());
    if (!(radius > 0))
      return Error{"The circle would have no size.", "edit", "Keep some distance to its centre."};
    circle->radius = radius;
    return Done{};
  }
  std::vector<Eigen::Vector2d>* vertices = verticesOf(shape);
  if (edit.vertex >= vertices->size()) return missing("vertex", std::to_string(edit.vertex));
  (*vertices)[edit.vertex] = point;
  return checkedShape(shape);
}

Status insertVertex(Scene& scene, const VertexInserted& edit) {
  const Result<Shape*> found = shapeOf(scene, edit.body, edit.shape);
  if (!found) return found.error();
  std::vector<Eigen::Vector2d>* vertices = verticesOf(**found);
  if (!vertices || edit.vertex > vertices->size()) return missing("vertex", std::to_string(edit.vertex));
  if (std::holds_alternative<PolygonShape>((*found)->geometry) && vertices->size() >= 8)
    return Error{"A polygon has at most 8 corners.", "edit", "Use two polygons."};
  const Eigen::Vector2d point = tidy(toLocal(*scene.body(edit.body), edit.position));
  vertices->insert(vertices->begin() + static_cast<std::ptrdiff_t>(edit.vertex), point);
  return checkedShape(**found);
}

Status removeVertex(Scene& scene, const VertexRemoved& edit) {
  const Result<Shape*> found = shapeOf(scene, edit.body, edit.shape);
  if (!found) return found.error();
  std::vector<Eigen::Vector2d>* vertices = verticesOf(**found);
  if (!vertices || edit.vertex >= vertices->size()) return missing("vertex", std::to_string(edit.vertex));
  const std::size_t least = std::holds_alternative<PolygonShape>((*found)->geometry) ? 3 : 2;
  if (vertices->size() <= least)
    return Error{"It needs at least " + std::to_string(least) + " corners.", "edit",
                 "Remove the body instead."};
  vertices->erase(vertices->begin() + static_cast<std::ptrdiff_t>(edit.vertex));
  return checkedShape(**found);
}

Status moveAnchor(Scene& scene, const JointAnchorMoved& edit) {
  Joint* joint = find(scene.joints, edit.joint);
  if (!joint) return missing("joint", edit.joint);
  const Body *a = scene.body(joint->bodyA), *b = scene.body(joint->bodyB);
  if (!a || !b) return missing("body", a ? joint->bodyB : joint->bodyA);
  if (edit.end != JointAnchorMoved::End::B) joint->anchorA = tidy(toLocal(*a, edit.position));
  if (edit.end != JointAnchorMoved::End::A) joint->anchorB = tidy(toLocal(*b, edit.position));
  return Done{};
}

Status moveStart(Scene& scene, const ConditionStartMoved& edit) {
  Condition* condition = find(scene.conditions, edit.condition);
  if (!condition) return missing("condition", edit.condition);
  const std::string owner = edit.key.substr(0, edit.key.rfind('.'));
  if (!scene.body(owner) && !scene.joint(owner)) return missing("body or joint", owner);
  std::vector<double> value = edit.value;
  for (double& each : value) each = tidy(each);
  condition->overrides[edit.key] = value;
  return Done{};
}

Status moveTarget(Scene& scene, const TargetMoved& edit) {
  if (!scene.success) return Error{"This task has no success test.", "edit", "Add one first."};
  const SuccessSpec before = *scene.success;
  std::vector<double> target = edit.target;
  for (double& each : target) each = tidy(each);
  scene.success->target = target;
  for (CostTermSpec& cost : scene.costs) {
    // A state term without a target aims at zeros.
    const bool zeros = cost.type == "state" && cost.target.empty() &&
                       std::all_of(before.target.begin(), before.target.end(), [](double each) { return each == 0; });
    const bool alike = cost.target == before.target || zeros;
    if (cost.sensor == before.sensor && cost.targetBody == before.targetBody && alike) cost.target = target;
  }
  for (Body& body : scene.bodies) {
    if (body.ghost && (body.position - edit.from).norm() < 1e-6) body.position = tidy(edit.to);
  }
  return Done{};
}

Status moveCostTarget(Scene& scene, const CostTargetMoved& edit) {
  const CostTermSpec* moved = find(scene.costs, edit.cost);
  if (!moved) return missing("cost term", edit.cost);
  const CostTermSpec before = *moved;
  std::vector<double> target = edit.target;
  for (double& each : target) each = tidy(each);
  for (CostTermSpec& cost : scene.costs) {
    const bool alike = cost.type == before.type && cost.sensor == before.sensor && cost.joints == before.joints &&
                       cost.points == before.points && cost.targetBody == before.targetBody &&
                       cost.target == before.target;
    if (alike) cost.target = target;
  }
  return Done{};
}

/// Keeps anchors together that lay together before: the joint goes with the body that moved.
void mendJoints(const Scene& before, Scene& after) {
  for (Joint& joint : after.joints) {
    if (joint.type == Joint::Type::Distance) continue;
    const Body *a = after.body(joint.bodyA), *b = after.body(joint.bodyB);
    const Body *oldA = before.body(joint.bodyA), *oldB = before.body(joint.bodyB);
    const Joint* old = before.joint(joint.id);
    if (!a || !b || !oldA || !oldB || !old) continue;
    const bool movedA =
        a->position != oldA->position || a->angle != oldA->angle || old->anchorA != joint.anchorA;
    const bool movedB =
        b->position != oldB->position || b->angle != oldB->angle || old->anchorB != joint.anchorB;
    if (movedA == movedB) continue;
    const Eigen::Vector2d gap = toWorld(*oldB, old->anchorB) - toWorld(*oldA, old->anchorA);
    const bool slides = joint.type == Joint::Type::Prismatic;
    const Eigen::Vector2d axis = turned(oldA->angle, joint.axis.normalized());
    const double apart = slides ? std::abs(gap.x() * axis.y() - gap.y() * axis.x()) : gap.norm();
    // Bodies that stand apart in the file are put in place by the conditions: not ours to mend.
    if (apart > 1e-4) continue;
    if (joint.type != Joint::Type::Revolute &&
        std::abs(oldB->angle - oldA->angle - joint.referenceAngle) < 1e-4)
      joint.referenceAngle = tidy(b->angle - a->angle);
    const Eigen::Vector2d pinA = toWorld(*a, joint.anchorA), pinB = toWorld(*b, joint.anchorB);
    if (!slides) {
      if (movedB) joint.anchorA = tidy(toLocal(*a, pinB));
      if (movedA) joint.anchorB = tidy(toLocal(*b, pinA));
      continue;
    }
    // Along the rail a body may stand anywhere; only what lies beside it is mended.
    const Eigen::Vector2d rail = turned(a->angle, joint.axis.normalized());
    const Eigen::Vector2d beside = (pinB - pinA) - (pinB - pinA).dot(rail) * rail;
    if (movedB) joint.anchorA = tidy(toLocal(*a, pinA + beside));
    if (movedA) joint.anchorB = tidy(toLocal(*b, pinB - beside));
  }
}

}  // namespace

Result<Scene> applied(const Scene& scene, const SceneEdit& edit) {
  Scene next = scene;
  const Status done = std::visit(
      [&next](const auto& each) -> Status {
        using Edit = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<Edit, BodiesMoved>)
          return move(next, each);
        else if constexpr (std::is_same_v<Edit, BodiesRotated>)
          return rotate(next, each);
        else if constexpr (std::is_same_v<Edit, BodiesScaled>)
          return scale(next, each);
        else if constexpr (std::is_same_v<Edit, BodyPosed>)
          return pose(next, each);
        else if constexpr (std::is_same_v<Edit, VertexMoved>)
          return moveVertex(next, each);
        else if constexpr (std::is_same_v<Edit, VertexInserted>)
          return insertVertex(next, each);
        else if constexpr (std::is_same_v<Edit, VertexRemoved>)
          return removeVertex(next, each);
        else if constexpr (std::is_same_v<Edit, JointAnchorMoved>)
          return moveAnchor(next, each);
        else if constexpr (std::is_same_v<Edit, ConditionStartMoved>)
          return moveStart(next, each);
        else if constexpr (std::is_same_v<Edit, TargetMoved>)
          return moveTarget(next, each);
        else if constexpr (std::is_same_v<Edit, CostTargetMoved>)
          return moveCostTarget(next, each);
        else if constexpr (std::is_same_v<Edit, BodyDrawn>)
          return addBody(next, each);
        else if constexpr (std::is_same_v<Edit, JointDrawn>)
          return addJoint(next, each);
        else if constexpr (std::is_same_v<Edit, PartsRemoved>)
          return removeParts(next, each.parts);
        else if constexpr (std::is_same_v<Edit, PartsDuplicated>)
          return duplicateParts(next, each);
        else
          return Error{"There is no template \"" + each.name + "\" here.", "edit", "Use one of the list."};
      },
      edit);
  if (!done) return done.error();
  const bool posed = std::holds_alternative<BodiesMoved>(edit) ||
                     std::holds_alternative<BodiesRotated>(edit) ||
                     std::holds_alternative<BodiesScaled>(edit) || std::holds_alternative<BodyPosed>(edit);
  if (posed) mendJoints(scene, next);
  return next;
}

}  // namespace gps
