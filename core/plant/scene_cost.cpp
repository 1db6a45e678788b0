// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/nearest_name.h"
#include "core/cost/cost_terms.h"
#include "core/plant/start_state.h"
#include "core/plant/task.h"

namespace gps {
namespace {

using Eigen::Rotation2Dd;
using Eigen::Vector2d;

Vector toVector(const std::vector<double>& numbers) {
  return Eigen::Map<const Vector>(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
}

Vector orConstant(const std::vector<double>& numbers, Eigen::Index size, double value) {
  return numbers.empty() ? Vector::Constant(size, value) : toVector(numbers);
}

std::string whereOf(const Scene& scene, const CostTermSpec& spec) {
  return scene.name + ", cost " + spec.id;
}

/// State entry of the angle of a hinge, or nothing when no joint_angle sensor of the state has it.
std::optional<int> angleEntry(const Scene& scene, const std::string& joint) {
  for (const std::string& id : scene.state) {
    const Sensor& sensor = *scene.sensor(id);
    if (sensor.type != Sensor::Type::JointAngle || !sensor.relativeTo.empty()) continue;
    for (std::size_t i = 0; i < sensor.targets.size(); ++i) {
      if (sensor.targets[i] == joint) return *scene.stateOffset(id) + static_cast<int>(i);
    }
  }
  return std::nullopt;
}

/// The kinematics of hinges joint 1 .. n, each on the body the one before moves. Link j leads from hinge j to
/// hinge j+1; the last link has length 0 and its tip is the point, seen from the last hinge.
/// The tips of all points but the first are appended to `tips`.
Result<PlanarChain> chainOf(const Scene& scene, const CostTermSpec& spec, const std::vector<BodyStart>& start,
                            std::vector<Vector2d>& tips) {
  PlanarChain chain;
  const std::string where = whereOf(scene, spec);
  const std::size_t count = spec.joints.size();
  double reference = 0.0;  // angle of the link's body minus the sum of the joint angles
  for (std::size_t j = 0; j < count; ++j) {
    const Joint& joint = *scene.joint(spec.joints[j]);
    if (joint.type != Joint::Type::Revolute) {
      return Error{"The joint " + joint.id + " is not a hinge.", where, "Name revolute joints only."};
    }
    const std::optional<int> entry = angleEntry(scene, joint.id);
    if (!entry || (j > 0 && *entry != chain.firstAngle + static_cast<int>(j))) {
      return Error{"The angles of the chain must stand in the state one after the other, but that of " +
                       joint.id + " does not.",
                   where, "Add a joint_angle sensor with the chain's joints in order to the state."};
    }
    if (j == 0) {
      const Body& base = *scene.body(joint.bodyA);
      if (base.dynamic) {
        return Error{"The chain must hang on a static body, but " + base.id + " is dynamic.", where,
                     "Start the list at the joint on the static body."};
      }
      chain.firstAngle = *entry;
      const BodyStart& placed = start[static_cast<std::size_t>(&base - scene.bodies.data())];
      chain.base = placed.position + Rotation2Dd(placed.angle) * joint.anchorA;
      reference = placed.angle;
    } else if (scene.joint(spec.joints[j - 1])->bodyB != joint.bodyA) {
      return Error{"The joint " + joint.id + " does not hang on the link of " + spec.joints[j - 1] + ".",
                   where, "List the joints from the base to the tip."};
    }
    reference += joint.referenceAngle;
    if (j + 1 == count) {
      chain.lengths.push_back(0.0);
      chain.tip = Rotation2Dd(reference - chain.zeroAngle) * (spec.points.front() - joint.anchorB);
      for (std::size_t i = 1; i < spec.points.size(); ++i) {
        tips.push_back(Rotation2Dd(reference - chain.zeroAngle) * (spec.points[i] - joint.anchorB));
      }
      break;
    }
    const Vector2d link = scene.joint(spec.joints[j + 1])->anchorA - joint.anchorB;
    const double direction = reference + std::atan2(link.y(), link.x());
    if (j == 0) chain.zeroAngle = direction;
    if (link.norm() > 1e-9 &&
        std::abs(std::remainder(direction - chain.zeroAngle, 2.0 * std::numbers::pi)) > 1e-6) {
      return Error{"The links of the chain must be in line when all joint angles are 0, but that of " +
                       joint.id + " is not.",
                   where, "Change reference_angle of the joints so that angle 0 means straight."};
    }
    chain.lengths.push_back(link.norm());
  }
  return chain;
}

bool contains(const ObstacleCost::Obstacle& outer, const Vector2d& centre, double radius) {
  const Vector2d along = outer.b - outer.a;
  const double length2 = along.squaredNorm();
  const double s = length2 > 0.0 ? std::clamp((centre - outer.a).dot(along) / length2, 0.0, 1.0) : 0.0;
  return (centre - outer.a - s * along).norm() + radius <= outer.radius + 1e-9;
}

/// Capsules of one body. A box counts as the capsule along its longer axis, which contains it, so that a post
/// drawn as a box with round ends is one obstacle: discs inside a capsule add nothing.
void addObstacles(const Body& body, const BodyStart& placed, double extra,
                  std::vector<ObstacleCost::Obstacle>& obstacles) {
  std::vector<ObstacleCost::Obstacle> own;
  const Rotation2Dd turn(placed.angle);
  const auto world = [&placed, &turn](const Vector2d& p) -> Vector2d { return placed.position + turn * p; };
  for (const Shape& shape : body.shapes) {
    if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
      const bool wide = box->halfExtents.x() >= box->halfExtents.y();
      const Vector2d axis = Rotation2Dd(box->angle) * (wide ? Vector2d::UnitX() : Vector2d::UnitY());
      const Vector2d half = box->halfExtents.maxCoeff() * axis;
      own.push_back({world(box->centre - half), world(box->centre + half), box->halfExtents.minCoeff()});
    } else if (const auto* chain = std::get_if<ChainShape>(&shape.geometry)) {
      const std::size_t count = chain->vertices.size();
      for (std::size_t i = 0; i + (chain->closed ? 0 : 1) < count; ++i) {
        own.push_back({world(chain->vertices[i]), world(chain->vertices[(i + 1) % count]), 0.0});
      }
    }
  }
  const std::size_t capsules = own.size();
  for (const Shape& shape : body.shapes) {
    const auto* circle = std::get_if<CircleShape>(&shape.geometry);
    if (!circle) continue;
    const Vector2d centre = world(circle->centre);
    bool inside = false;
    for (std::size_t i = 0; i < capsules; ++i) inside = inside || contains(own[i], centre, circle->radius);
    if (!inside) own.push_back({centre, centre, circle->radius});
  }
  for (ObstacleCost::Obstacle& obstacle : own) {
    obstacle.radius += extra;
    obstacles.push_back(obstacle);
  }
}

Result<std::shared_ptr<const CostTerm>> makeTerm(const Scene& scene, const CostTermSpec& spec,
                                                 const Condition& condition) {
  using Term = std::shared_ptr<const CostTerm>;
  if (spec.type == "action") return Term(std::make_shared<ActionCost>(toVector(spec.wu)));
  if (spec.type == "end_effector") {
    EndEffectorCost::Spec reach;
    Result<PlanarChain> chain = chainOf(scene, spec, startState(scene, condition, Vector()), reach.tips);
    if (!chain) return chain.error();
    reach.chain = *std::move(chain);
    reach.target = toVector(spec.target);
    if (!spec.targetBody.empty()) reach.target = pointsOnBody(scene, condition, spec.targetBody, reach.target);
    reach.wp = orConstant(spec.wp, reach.target.size(), 1.0);
    reach.norm = spec.norm;
    reach.ramp = spec.ramp;
    reach.rampOnValue = spec.rampOnValue;
    reach.finalMultiplier = spec.finalMultiplier;
    return Term(std::make_shared<EndEffectorCost>(std::move(reach)));
  }
  const Sensor& sensor = *scene.sensor(spec.sensor);
  const int first = *scene.stateOffset(spec.sensor);
  if (spec.type == "obstacle") {
    ObstacleCost::Spec obstacle;
    obstacle.first = first;
    if (!sensor.relativeTo.empty()) obstacle.offset = toVector(sensor.relativeTo);
    obstacle.margin = spec.margin;
    const std::vector<BodyStart> start = startState(scene, condition, Vector());
    for (const std::string& id : spec.bodies) {
      const Body& body = *scene.body(id);
      addObstacles(body, start[static_cast<std::size_t>(&body - scene.bodies.data())], spec.radius,
                   obstacle.obstacles);
    }
    obstacle.ramp = spec.ramp;
    obstacle.finalMultiplier = spec.finalMultiplier;
    return Term(std::make_shared<ObstacleCost>(std::move(obstacle)));
  }
  const Eigen::Index size = sensor.size();
  if (spec.type == "angle") {
    return Term(std::make_shared<AngleCost>(AngleCost::Spec{.first = first,
                                                            .target = orConstant(spec.target, size, 0.0),
                                                            .wp = orConstant(spec.wp, size, 1.0),
                                                            .ramp = spec.ramp,
                                                            .finalMultiplier = spec.finalMultiplier}));
  }
  return Term(std::make_shared<StateCost>(StateCost::Spec{.first = first,
                                                          .target = orConstant(spec.target, size, 0.0),
                                                          .wp = orConstant(spec.wp, size, 1.0),
                                                          .norm = spec.norm,
                                                          .ramp = spec.ramp,
                                                          .finalMultiplier = spec.finalMultiplier,
                                                          .rampOnValue = spec.rampOnValue}));
}

bool movesStaticBody(const Scene& scene, const Condition& condition) {
  return std::any_of(condition.overrides.begin(), condition.overrides.end(), [&scene](const auto& override) {
    const Body* body = scene.body(override.first.substr(0, override.first.find('.')));
    return body && !body->dynamic;
  });
}

}  // namespace

std::vector<CostTermSettings> costSettings(const Scene& scene) {
  std::vector<CostTermSettings> all;
  for (const CostTermSpec& spec : scene.costs) {
    CostTermSettings settings{
        .id = spec.id, .weight = spec.enabled ? spec.weight : 0.0, .alpha = {}, .ramp = {}};
    const bool hasNorm = spec.type == "state" || spec.type == "end_effector";
    if (hasNorm && spec.norm.kind != NormKind::L2) settings.alpha = spec.norm.alpha;
    if (spec.type != "action") settings.ramp = spec.ramp;
    all.push_back(std::move(settings));
  }
  return all;
}

Result<CostPerCondition> costWith(const Scene& scene, const std::vector<CostTermSettings>& settings,
                                  ConditionSet set) {
  std::vector<CostTermSpec> specs = scene.costs;
  for (CostTermSpec& spec : specs) spec.weight = spec.enabled ? spec.weight : 0.0;
  for (const CostTermSettings& change : settings) {
    const auto it = std::find_if(specs.begin(), specs.end(),
                                 [&change](const CostTermSpec& spec) { return spec.id == change.id; });
    if (it == specs.end()) {
      std::vector<std::string> ids;
      for (const CostTermSpec& spec : specs) ids.push_back(spec.id);
      return Error{"The scene " + scene.name + " has no cost term " + change.id + ".", "cost." + change.id,
                   "The nearest is " + nearestName(change.id, ids) + "."};
    }
    it->weight = change.weight;
    if (change.alpha) it->norm.alpha = *change.alpha;
    if (change.ramp) it->ramp = *change.ramp;
  }
  int dX = 0;
  for (const std::string& id : scene.state) dX += scene.sensor(id)->size();
  std::vector<int> conditions = conditionsIn(scene, set);
  // Only what refers to a static body differs between conditions, where these move such a body.
  const bool moving = std::any_of(conditions.begin(), conditions.end(), [&scene](int i) {
    return movesStaticBody(scene, scene.conditions[static_cast<std::size_t>(i)]);
  });
  if (conditions.empty()) return CostPerCondition();
  if (!moving) conditions.erase(conditions.begin() + 1, conditions.end());
  std::vector<std::shared_ptr<const Cost>> costs;
  for (const int i : conditions) {
    std::vector<Cost::Entry> entries;
    for (const CostTermSpec& spec : specs) {
      Result<std::shared_ptr<const CostTerm>> term =
          makeTerm(scene, spec, scene.conditions[static_cast<std::size_t>(i)]);
      if (!term) return term.error();
      entries.push_back(Cost::Entry{spec.id, spec.weight, *std::move(term)});
    }
    costs.push_back(
        std::make_shared<const Cost>(std::move(entries), dX, static_cast<int>(scene.actuators.size())));
  }
  return CostPerCondition(std::move(costs));
}

}  // namespace gps
