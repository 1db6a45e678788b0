// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/editor_parts.h"

#include <algorithm>
#include <numbers>
#include <unordered_set>

namespace gps::ui {

namespace {

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

template <class T>
void toggle(std::vector<T>& all, const T& one) {
  const auto found = std::find(all.begin(), all.end(), one);
  if (found == all.end())
    all.push_back(one);
  else
    all.erase(found);
}

const std::vector<Eigen::Vector2d>* verticesOf(const Shape& shape) {
  if (const auto* polygon = std::get_if<PolygonShape>(&shape.geometry)) return &polygon->vertices;
  if (const auto* chain = std::get_if<ChainShape>(&shape.geometry)) return &chain->vertices;
  return nullptr;
}

std::array<Eigen::Vector2d, 4> boxCorners(const BoxShape& box) {
  const Eigen::Vector2d right = rotatedBy(box.angle, {box.halfExtents.x(), 0});
  const Eigen::Vector2d up = rotatedBy(box.angle, {0, box.halfExtents.y()});
  return {box.centre - right - up, box.centre + right - up, box.centre + right + up, box.centre - right + up};
}

struct Extent {
  Eigen::Vector2d low{INFINITY, INFINITY};
  Eigen::Vector2d high{-INFINITY, -INFINITY};

  void add(const Eigen::Vector2d& point, double radius = 0.0) {
    low = low.cwiseMin(point - Eigen::Vector2d(radius, radius));
    high = high.cwiseMax(point + Eigen::Vector2d(radius, radius));
  }
};

/// Grows `extent` by a body, its points taken through `place`.
template <class Place>
void addBody(Extent& extent, const Body& body, const Place& place) {
  for (const Shape& shape : body.shapes) {
    if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
      extent.add(place(circle->centre), circle->radius);
    } else if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
      for (const Eigen::Vector2d& corner : boxCorners(*box)) extent.add(place(corner));
    } else {
      for (const Eigen::Vector2d& vertex : *verticesOf(shape)) extent.add(place(vertex));
    }
  }
}

/// Poses are floats; what goes into a file gets no more digits than they have.
double fromFloat(double value) {
  return std::round(value * 1e5) / 1e5;
}

int indexOf(const Scene& scene, const std::string& body) {
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    if (scene.bodies[i].id == body) return static_cast<int>(i);
  }
  return -1;
}

const Condition* conditionOf(const Scene& scene, const std::string& id) {
  for (const Condition& condition : scene.conditions) {
    if (condition.id == id) return &condition;
  }
  return nullptr;
}

}  // namespace

bool isSelected(const SceneSelection& selection, const PickedPart& part) {
  switch (part.kind) {
    case PickedPart::Kind::Body:
      return contains(selection.bodies, part.id);
    case PickedPart::Kind::Joint:
      return contains(selection.joints, part.id);
    case PickedPart::Kind::Start:
      return contains(selection.starts, StartRef{part.condition, part.id});
    case PickedPart::Kind::Target:
      return selection.target;
    case PickedPart::Kind::None:
      break;
  }
  return false;
}

SceneSelection toggled(SceneSelection selection, const PickedPart& part) {
  switch (part.kind) {
    case PickedPart::Kind::Body:
      toggle(selection.bodies, part.id);
      break;
    case PickedPart::Kind::Joint:
      toggle(selection.joints, part.id);
      break;
    case PickedPart::Kind::Start:
      toggle(selection.starts, StartRef{part.condition, part.id});
      break;
    case PickedPart::Kind::Target:
      selection.target = !selection.target;
      break;
    case PickedPart::Kind::None:
      break;
  }
  return selection;
}

SceneSelection onlyPart(const PickedPart& part) {
  return toggled({}, part);
}

SceneSelection existing(const Scene& scene, SceneSelection selection) {
  std::unordered_set<std::string> bodies, joints;
  for (const Body& body : scene.bodies) bodies.insert(body.id);
  for (const Joint& joint : scene.joints) joints.insert(joint.id);
  std::erase_if(selection.bodies, [&](const std::string& id) { return !bodies.count(id); });
  std::erase_if(selection.joints, [&](const std::string& id) { return !joints.count(id); });
  std::erase_if(selection.starts, [&](const StartRef& start) {
    return !bodies.count(start.body) || !conditionOf(scene, start.condition);
  });
  selection.target = selection.target && scene.success.has_value();
  return selection;
}

std::vector<PickedPart> allParts(const Scene& scene, bool withStarts) {
  std::vector<PickedPart> parts;
  for (const Body& body : scene.bodies) parts.push_back({PickedPart::Kind::Body, body.id, {}});
  for (const Joint& joint : scene.joints) parts.push_back({PickedPart::Kind::Joint, joint.id, {}});
  if (withStarts) {
    for (const Start& start : startsOf(scene))
      parts.push_back({PickedPart::Kind::Start, start.ref.body, start.ref.condition});
  }
  if (draggableGoal(scene)) parts.push_back({PickedPart::Kind::Target, {}, {}});
  return parts;
}

QString nameOf(const PickedPart& part) {
  const QString id = QString::fromStdString(part.id);
  switch (part.kind) {
    case PickedPart::Kind::Body:
    case PickedPart::Kind::Joint:
      return id;
    case PickedPart::Kind::Start:
      return QStringLiteral("start of %1 in %2").arg(id, QString::fromStdString(part.condition));
    case PickedPart::Kind::Target:
      return QStringLiteral("target");
    case PickedPart::Kind::None:
      break;
  }
  return {};
}

QString described(const Scene& scene, const PickedPart& part) {
  const QString name = nameOf(part);
  if (part.kind == PickedPart::Kind::Body) {
    const Body* body = scene.body(part.id);
    if (!body) return {};
    const char* kind = body->ghost     ? "only drawn, no part in the physics"
                       : body->dynamic ? "dynamic body"
                                       : "static body";
    return QStringLiteral("%1: %2").arg(name, QLatin1String(kind));
  }
  if (part.kind != PickedPart::Kind::Joint) return name;
  const Joint* joint = scene.joint(part.id);
  if (!joint) return {};
  constexpr const char* kKinds[] = {"hinge", "slider", "weld", "rod"};
  QString text = QStringLiteral("%1: %2 of %3 and %4")
                     .arg(name, QLatin1String(kKinds[static_cast<int>(joint->type)]),
                          QString::fromStdString(joint->bodyA), QString::fromStdString(joint->bodyB));
  const bool turns = joint->type == Joint::Type::Revolute;
  if (joint->limits) {
    const auto bound = [turns](double value) {
      return turns ? degreesText(value) : numberText(value) + QStringLiteral(" m");
    };
    text += QStringLiteral(", %1 to %2").arg(bound(joint->limits->x()), bound(joint->limits->y()));
  }
  if (joint->maxMotor > 0)
    text += QStringLiteral(", motor %1 %2").arg(numberText(joint->maxMotor), turns ? "N m" : "N");
  return text;
}

QString numberText(double value) {
  if (std::abs(value) < 5e-10) return QStringLiteral("0");
  return QString::number(value, 'g', 4);
}

QString degreesText(double radians) {
  return numberText(std::round(radians * 180 / std::numbers::pi * 1e4) / 1e4) + QStringLiteral("°");
}

std::vector<Corner> cornersOf(const Body& body) {
  std::vector<Corner> corners;
  for (std::size_t s = 0; s < body.shapes.size(); ++s) {
    const Shape& shape = body.shapes[s];
    const auto add = [&](std::size_t vertex, const Eigen::Vector2d& at) {
      corners.push_back({s, vertex, worldPoint(body, at)});
    };
    if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
      add(0, circle->centre + Eigen::Vector2d(circle->radius, 0));
    } else if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
      const auto all = boxCorners(*box);
      for (std::size_t v = 0; v < all.size(); ++v) add(v, all[v]);
    } else {
      const std::vector<Eigen::Vector2d>& all = *verticesOf(shape);
      for (std::size_t v = 0; v < all.size(); ++v) add(v, all[v]);
    }
  }
  return corners;
}

std::vector<Corner> edgeMiddlesOf(const Body& body) {
  std::vector<Corner> middles;
  for (std::size_t s = 0; s < body.shapes.size(); ++s) {
    const std::vector<Eigen::Vector2d>* all = verticesOf(body.shapes[s]);
    if (!all || all->size() < 2) continue;
    const auto* chain = std::get_if<ChainShape>(&body.shapes[s].geometry);
    if (!chain && all->size() >= 8) continue;
    const std::size_t edges = chain && !chain->closed ? all->size() - 1 : all->size();
    for (std::size_t v = 0; v < edges; ++v) {
      const Eigen::Vector2d middle = ((*all)[v] + (*all)[(v + 1) % all->size()]) / 2;
      middles.push_back({s, v + 1, worldPoint(body, middle)});
    }
  }
  return middles;
}

std::optional<Frame> frameOf(const Scene& scene, const std::vector<std::string>& bodies) {
  Frame frame;
  Extent extent;
  const Body* alone = bodies.size() == 1 ? scene.body(bodies.front()) : nullptr;
  if (alone) {
    frame.angle = alone->angle;
    addBody(extent, *alone, [](const Eigen::Vector2d& point) { return point; });
  } else {
    const std::unordered_set<std::string> wanted(bodies.begin(), bodies.end());
    for (const Body& body : scene.bodies) {
      if (wanted.count(body.id))
        addBody(extent, body, [&](const Eigen::Vector2d& point) { return worldPoint(body, point); });
    }
  }
  if (!(extent.low.x() <= extent.high.x())) return std::nullopt;
  frame.half = (extent.high - extent.low) / 2;
  frame.centre = (extent.high + extent.low) / 2;
  if (alone) frame.centre = worldPoint(*alone, frame.centre);
  return frame;
}

bool growsUnevenly(const Body& body) {
  return std::all_of(body.shapes.begin(), body.shapes.end(), [](const Shape& shape) {
    const auto* box = std::get_if<BoxShape>(&shape.geometry);
    const bool askew = box && std::abs(std::sin(2 * box->angle)) > 1e-6;
    return !askew && !std::holds_alternative<CircleShape>(shape.geometry);
  });
}

std::optional<JointPlace> placeOf(const Scene& scene, const Joint& joint) {
  const Body *a = scene.body(joint.bodyA), *b = scene.body(joint.bodyB);
  if (!a || !b) return std::nullopt;
  return JointPlace{worldPoint(*a, joint.anchorA), worldPoint(*b, joint.anchorB)};
}

const Joint* hingeOf(const Scene& scene, const std::string& body) {
  const Joint* hinge = nullptr;
  for (const Joint& joint : scene.joints) {
    if (joint.bodyB != body) continue;
    if (hinge || joint.type != Joint::Type::Revolute) return nullptr;
    hinge = &joint;
  }
  return hinge;
}

std::vector<std::string> assemblyOf(const Scene& scene, const std::string& body) {
  std::vector<std::string> found{body};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const Joint& joint : scene.joints) {
      const bool isA = joint.bodyA == found[i];
      if (!isA && joint.bodyB != found[i]) continue;
      const std::string& other = isA ? joint.bodyB : joint.bodyA;
      if (!contains(found, other)) found.push_back(other);
    }
  }
  return found;
}

std::vector<SnapPoint> snapPoints(const Scene& scene, const std::vector<std::string>& leaveOut) {
  const std::unordered_set<std::string> left(leaveOut.begin(), leaveOut.end());
  std::vector<SnapPoint> points;
  for (const Body& body : scene.bodies) {
    if (left.count(body.id)) continue;
    const QString id = QString::fromStdString(body.id);
    points.push_back({body.position, QStringLiteral("origin of %1").arg(id)});
    for (const Corner& corner : cornersOf(body)) {
      const bool edge = std::holds_alternative<CircleShape>(body.shapes[corner.shape].geometry);
      if (!edge) points.push_back({corner.at, QStringLiteral("corner of %1").arg(id)});
    }
    for (const Shape& shape : body.shapes) {
      const auto* circle = std::get_if<CircleShape>(&shape.geometry);
      const auto* box = std::get_if<BoxShape>(&shape.geometry);
      if (circle || box)
        points.push_back({worldPoint(body, circle ? circle->centre : box->centre),
                          QStringLiteral("centre of %1").arg(id)});
    }
  }
  for (const Joint& joint : scene.joints) {
    if (left.count(joint.bodyA) || left.count(joint.bodyB)) continue;
    const std::optional<JointPlace> place = placeOf(scene, joint);
    if (!place) continue;
    const QString name = QStringLiteral("anchor of %1").arg(QString::fromStdString(joint.id));
    points.push_back({place->a, name});
    if (joint.type == Joint::Type::Distance) points.push_back({place->b, name});
  }
  return points;
}

std::vector<Eigen::Vector2d> ownPoints(const Scene& scene, const std::vector<std::string>& bodies) {
  constexpr std::size_t kMost = 64;  // each is compared with every other point at each step of a drag
  std::vector<Eigen::Vector2d> points;
  for (const std::string& id : bodies) {
    const Body* body = scene.body(id);
    if (!body) continue;
    points.push_back(body->position);
    for (const Corner& corner : cornersOf(*body)) points.push_back(corner.at);
    if (points.size() > kMost) break;
  }
  return points;
}

std::vector<Start> startsOf(const Scene& scene) {
  std::vector<Start> starts;
  for (std::size_t c = 0; c < scene.conditions.size(); ++c) {
    const Condition& condition = scene.conditions[c];
    if (condition.overrides.empty() || !condition.enabled) continue;
    const std::vector<Pose> poses = startPoses(scene, &condition);
    for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
      const Body& body = scene.bodies[i];
      const Pose file = poseOf(body), &pose = poses[i];
      if (pose.x == file.x && pose.y == file.y && pose.angle == file.angle) continue;
      if (!std::isfinite(pose.x) || !std::isfinite(pose.y) || !std::isfinite(pose.angle)) continue;
      starts.push_back({{condition.id, body.id}, i, static_cast<int>(c), pose, condition.test});
    }
  }
  return starts;
}

ConditionStartMoved startDragged(const Scene& scene, const StartRef& start, const Eigen::Vector2d& from,
                                 const Eigen::Vector2d& to) {
  const Condition* condition = conditionOf(scene, start.condition);
  const int index = indexOf(scene, start.body);
  ConditionStartMoved edit{start.condition, start.body, start.body + ".position", {0, 0}};
  if (!condition || index < 0) return edit;
  const std::vector<Pose> poses = startPoses(scene, condition);
  const Pose& pose = poses[static_cast<std::size_t>(index)];
  const bool placed = condition->overrides.count(edit.key) > 0;
  const Joint* carrier = nullptr;
  for (const Joint& joint : scene.joints) {
    if (joint.bodyB != start.body) continue;
    const bool turns = joint.type == Joint::Type::Revolute, slides = joint.type == Joint::Type::Prismatic;
    const bool driven = condition->overrides.count(joint.id + (slides ? ".translation" : ".angle")) > 0;
    if ((turns || slides) && (driven || !placed)) carrier = &joint;
  }
  const int a = carrier ? indexOf(scene, carrier->bodyA) : -1;
  if (a < 0) {
    Eigen::Vector2d at(fromFloat(pose.x), fromFloat(pose.y));
    const auto exact = condition->overrides.find(edit.key);
    if (exact != condition->overrides.end() && exact->second.size() == 2)
      at = {exact->second[0], exact->second[1]};
    at += to - from;
    edit.value = {at.x(), at.y()};
    return edit;
  }
  const auto coordinate = [&](const std::string& key, double derived) {
    const auto exact = condition->overrides.find(key);
    return exact != condition->overrides.end() && exact->second.size() == 1 ? exact->second[0]
                                                                            : fromFloat(derived);
  };
  const Pose& base = poses[static_cast<std::size_t>(a)];
  const Eigen::Vector2d pivot = bodyPoint(base, carrier->anchorA);
  if (carrier->type == Joint::Type::Prismatic) {
    const Eigen::Vector2d axis = rotatedBy(base.angle, carrier->axis.normalized());
    edit.key = carrier->id + ".translation";
    edit.value = {coordinate(edit.key, (bodyPoint(pose, carrier->anchorB) - pivot).dot(axis)) +
                  (to - from).dot(axis)};
    return edit;
  }
  const Eigen::Vector2d before = from - pivot, after = to - pivot;
  const double turn = std::remainder(std::atan2(after.y(), after.x()) - std::atan2(before.y(), before.x()),
                                     2 * std::numbers::pi);
  edit.key = carrier->id + ".angle";
  edit.value = {coordinate(edit.key, static_cast<double>(pose.angle) - base.angle - carrier->referenceAngle) +
                turn};
  return edit;
}

std::optional<double> startAngle(const Scene& scene, const StartRef& start) {
  const Condition* condition = conditionOf(scene, start.condition);
  const int index = indexOf(scene, start.body);
  if (!condition || index < 0) return std::nullopt;
  if (startDragged(scene, start, {0, 0}, {0, 0}).value.size() != 2) return std::nullopt;
  const auto exact = condition->overrides.find(start.body + ".angle");
  if (exact != condition->overrides.end() && exact->second.size() == 1) return exact->second[0];
  return fromFloat(startPoses(scene, condition)[static_cast<std::size_t>(index)].angle);
}

std::optional<Frame> startFrame(const Scene& scene, const StartRef& start) {
  const Condition* condition = conditionOf(scene, start.condition);
  const int index = indexOf(scene, start.body);
  if (!condition || index < 0) return std::nullopt;
  const auto i = static_cast<std::size_t>(index);
  const Pose pose = startPoses(scene, condition)[i];
  const QRectF box = bodyBounds(scene.bodies[i], Pose{});
  const Eigen::Vector2d middle = bodyPoint(pose, {box.center().x(), box.center().y()});
  return Frame{middle, {box.width() / 2, box.height() / 2}, pose.angle};
}

ConditionStartMoved startTurned(const StartRef& start, double angle) {
  return {start.condition, start.body, start.body + ".angle", {angle}};
}

std::optional<Goal> draggableGoal(const Scene& scene) {
  if (!scene.success) return std::nullopt;
  const Sensor* sensor = scene.sensor(scene.success->sensor);
  // What is measured from a body is aimed at by dragging that body.
  if (sensor == nullptr || (!sensor->relativeBody.empty() && scene.success->targetBody.empty()))
    return std::nullopt;
  const Goal goal = goalOf(scene);
  return goal.point ? std::optional<Goal>(goal) : std::nullopt;
}

std::optional<TargetMoved> targetDragged(const Scene& scene, const Eigen::Vector2d& delta) {
  const std::optional<Goal> goal = draggableGoal(scene);
  if (!goal || scene.success->target.size() < 2) return std::nullopt;
  Eigen::Vector2d along = delta;
  if (!scene.success->targetBody.empty()) {
    const std::vector<const Condition*> trained = trainedConditions(scene);
    const int body = indexOf(scene, scene.success->targetBody);
    if (body < 0) return std::nullopt;
    const std::vector<Pose> poses = startPoses(scene, trained.empty() ? nullptr : trained.front());
    along = rotatedBy(-static_cast<double>(poses[static_cast<std::size_t>(body)].angle), delta);
  }
  TargetMoved edit{scene.success->target, *goal->point, *goal->point + delta};
  edit.target[0] += along.x();
  edit.target[1] += along.y();
  return edit;
}

}  // namespace gps::ui
