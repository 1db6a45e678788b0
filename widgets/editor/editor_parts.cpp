// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/editor_parts.h"

#include <algorithm>
#include <numbers>
#include <unordered_set>

#include "widgets/editor/cost_targets.h"

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
    case PickedPart::Kind::Term:
      return contains(selection.terms, part.id);
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
    case PickedPart::Kind::Term:
      toggle(selection.terms, part.id);
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
  std::erase_if(selection.terms, [&](const std::string& id) {
    return std::none_of(scene.costs.begin(), scene.costs.end(),
                        [&id](const CostTermSpec& cost) { return cost.id == id; });
  });
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
  for (const CostTarget& each : costTargets(scene)) {
    if (each.point == 0) parts.push_back({PickedPart::Kind::Term, each.cost, {}});
  }
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
    case PickedPart::Kind::Term:
      return QStringLiteral("target of %1").arg(id);
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

}  // namespace gps::ui
