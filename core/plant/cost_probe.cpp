// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/cost_probe.h"

#include <Eigen/Geometry>

#include "core/base/expects.h"
#include "core/cost/cost_terms.h"
#include "core/plant/box2d_plant.h"
#include "core/plant/start_state.h"
#include "core/plant/task.h"

namespace gps {
namespace {

/// The scene with one condition, and every term on.
std::shared_ptr<const Scene> alone(const Scene& scene, int condition) {
  auto copy = std::make_shared<Scene>(scene);
  Condition start;
  start.id = "start";
  if (condition >= 0) start = scene.conditions[static_cast<std::size_t>(condition)];
  start.enabled = true;
  start.test = false;
  copy->conditions = {start};
  for (CostTermSpec& term : copy->costs) term.enabled = true;
  return copy;
}

}  // namespace

Result<CostProbe> CostProbe::make(const Scene& scene, int condition) {
  GPS_EXPECTS(condition < static_cast<int>(scene.conditions.size()), "there is no such condition");
  CostProbe probe;
  probe.m_scene = alone(scene, condition);
  Result<CostPerCondition> costs = costWith(*probe.m_scene, costSettings(*probe.m_scene));
  if (!costs) return costs.error();
  probe.m_cost = costs->of(0);
  int dX = 0;
  for (const std::string& id : probe.m_scene->state) dX += probe.m_scene->sensor(id)->size();
  probe.m_x0 = Vector::Zero(dX);
  makeBox2dPlants(probe.m_scene, {0})->make(0, Vector())->state(probe.m_x0);
  if (!probe.m_x0.allFinite())
    return Error{"The start state is not finite.", scene.name, "Check sizes, positions and densities of the bodies."};
  probe.m_u0 = Vector::Zero(static_cast<Eigen::Index>(probe.m_scene->actuators.size()));
  return probe;
}

std::optional<int> CostProbe::find(const std::string& id) const {
  for (int term = 0; term < terms(); ++term) {
    if (m_cost.entries()[static_cast<std::size_t>(term)].id == id) return term;
  }
  return std::nullopt;
}

double CostProbe::atStart(int term) const {
  const Cost::Entry& entry = m_cost.entries()[static_cast<std::size_t>(term)];
  return entry.weight * entry.term->value(0, m_scene->horizon, m_x0, m_u0);
}

double CostProbe::atLast(int term) const {
  const Cost::Entry& entry = m_cost.entries()[static_cast<std::size_t>(term)];
  return entry.weight * entry.term->value(m_scene->horizon - 1, m_scene->horizon, m_x0, m_u0);
}

std::optional<double> CostProbe::along(int term, const Trajectory& rollout) const {
  const int T = rollout.horizon();
  if (T == 0 || rollout.X.cols() != m_x0.size() || rollout.U.cols() != m_u0.size()) return std::nullopt;
  const Cost::Entry& entry = m_cost.entries()[static_cast<std::size_t>(term)];
  double sum = 0.0;
  Vector x(m_x0.size()), u(m_u0.size());
  for (int t = 0; t < T; ++t) {
    x = rollout.X.row(t);
    u = rollout.U.row(t);
    sum += entry.term->value(t, T, x, u);
  }
  return entry.weight * sum / T;
}

std::optional<CostProbe::Place> CostProbe::placeOf(int term) const {
  const CostTermSpec& spec = m_scene->costs[static_cast<std::size_t>(term)];
  if (const auto* reach =
          dynamic_cast<const EndEffectorCost*>(m_cost.entries()[static_cast<std::size_t>(term)].term.get())) {
    const Joint& last = *m_scene->joint(spec.joints.back());
    return Place{"the tip of " + last.bodyB, reach->tip(m_x0), -1};
  }
  const Sensor* sensor = m_scene->sensor(spec.sensor);
  const bool position = sensor && (sensor->type == Sensor::Type::BodyPosition ||
                                   sensor->type == Sensor::Type::PointPosition);
  if (!position || (spec.type != "state" && spec.type != "obstacle")) return std::nullopt;
  const std::string& id = sensor->targets.front();
  const std::vector<BodyStart> start = startState(*m_scene, m_scene->conditions.front(), Vector());
  const auto body = static_cast<std::size_t>(m_scene->body(id) - m_scene->bodies.data());
  const Eigen::Vector2d local =
      sensor->type == Sensor::Type::PointPosition ? sensor->point : Eigen::Vector2d(0, 0);
  return Place{sensor->type == Sensor::Type::PointPosition ? "the point " + sensor->id + " of " + id : id,
               start[body].position + Eigen::Rotation2Dd(start[body].angle) * local,
               *m_scene->stateOffset(sensor->id)};
}

double CostProbe::valueAt(int term, const Place& placed, const Eigen::Vector2d& place) const {
  const Cost::Entry& entry = m_cost.entries()[static_cast<std::size_t>(term)];
  const int T = m_scene->horizon;
  const Eigen::Vector2d shift = place - placed.at;
  if (placed.first < 0) {
    const auto* reach = dynamic_cast<const EndEffectorCost*>(entry.term.get());
    GPS_EXPECTS(reach != nullptr, "a tip belongs to a term of a tip");
    return entry.weight * reach->valueMoved(shift, T - 1, T, m_x0);
  }
  Vector x = m_x0;
  x.segment<2>(placed.first) += shift;
  return entry.weight * entry.term->value(T - 1, T, x, m_u0);
}

}  // namespace gps
