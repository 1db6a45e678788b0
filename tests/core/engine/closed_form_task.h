// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <limits>
#include <memory>

#include "core/cost/cost_terms.h"
#include "core/plant/task.h"

namespace gps::testing {

/// A frictionless unit mass in the plane: x = [p, v], u = force, exact zero-order hold. `gust` blows along x.
class MassPlant final : public Plant {
 public:
  MassPlant(const Vector& x0, double dt, double gust) : m_x(x0), m_dt(dt), m_gust(gust) {}
  void state(Eigen::Ref<Vector> x) const override { x = m_x; }
  void observation(Eigen::Ref<Vector> o) const override { o = m_x; }
  void coordinates(Eigen::Ref<Vector> z) const override { z = m_x; }
  int step(const VectorRef& u) override {
    m_x.head(2) += m_dt * m_x.tail(2) + 0.5 * m_dt * m_dt * u;
    m_x.tail(2) += m_dt * u;
    m_x[0] += 0.5 * m_dt * m_dt * m_gust;
    m_x[2] += m_dt * m_gust;
    return 0;
  }
  void poses(std::vector<Pose>& out) const override {
    out.push_back({static_cast<float>(m_x[0]), static_cast<float>(m_x[1]), 0.0f});
  }

 private:
  Vector m_x;
  double m_dt;
  double m_gust;
};

using Wind = std::shared_ptr<const std::atomic<double>>;

class MassPlants final : public PlantFactory {
 public:
  MassPlants(std::vector<Vector> starts, double dt, Wind wind = nullptr)
      : m_starts(std::move(starts)), m_dt(dt), m_wind(std::move(wind)) {}
  std::unique_ptr<Plant> make(int condition, const VectorRef&) const override {
    return std::make_unique<MassPlant>(m_starts[static_cast<std::size_t>(condition)], m_dt,
                                       m_wind ? m_wind->load() : 0.0);
  }
  int startNoiseSize(int) const override { return 0; }
  Result<int> coordinateCount() const override { return 4; }
  std::unique_ptr<Plant> makeAt(int, const VectorRef& z) const override {
    return std::make_unique<MassPlant>(z, m_dt, m_wind ? m_wind->load() : 0.0);
  }

 private:
  std::vector<Vector> m_starts;
  double m_dt;
  Wind m_wind;
};

/// Zero, or NaN at time step 7 while `armed`.
class PoisonedCost final : public CostTerm {
 public:
  explicit PoisonedCost(std::shared_ptr<const std::atomic<bool>> armed) : m_armed(std::move(armed)) {}
  double value(int t, int, const VectorRef&, const VectorRef&) const override {
    return *m_armed && t == 7 ? std::numeric_limits<double>::quiet_NaN() : 0.0;
  }
  void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode,
                    CostExpansion& out) const override {
    out.l += weight * value(t, T, x, u);
  }

 private:
  std::shared_ptr<const std::atomic<bool>> m_armed;
};

/// Two starts, one target, 20 steps: an iteration takes milliseconds.
inline std::shared_ptr<const Task> massTask(std::shared_ptr<const std::atomic<bool>> poison = nullptr,
                                            Wind wind = nullptr) {
  auto task = std::make_shared<Task>();
  task->name = "mass";
  task->T = 20;
  task->dt = 0.1;
  task->dX = 4;
  task->dU = 2;
  task->dO = 4;
  task->conditions = {"left", "right"};
  task->x0 = {(Vector(4) << -1.0, 0.5, 0.0, 0.0).finished(), (Vector(4) << 1.0, -0.5, 0.0, 0.0).finished()};
  task->plants = std::make_shared<MassPlants>(task->x0, task->dt, std::move(wind));
  StateCost::Spec goal;
  goal.target = Vector::Zero(4);
  goal.wp = Vector::Ones(4);
  std::vector<Cost::Entry> terms{{"goal", 1.0, std::make_shared<StateCost>(goal)},
                                 {"effort", 0.01, std::make_shared<ActionCost>(Vector::Ones(2))}};
  if (poison) terms.push_back({"poison", 1.0, std::make_shared<PoisonedCost>(std::move(poison))});
  task->costs = CostPerCondition(std::make_shared<const Cost>(std::move(terms), 4, 2));
  task->success = {SuccessTest{.target = Vector::Zero(2), .within = 0.3}};
  task->trace = TracePoint{.first = 0};
  task->actionLimit = Vector::Constant(2, std::numeric_limits<double>::infinity());
  task->stateNames = {"p.x", "p.y", "v.x", "v.y"};
  task->velocityEntry = {false, false, true, true};
  task->actionNames = {"fx", "fy"};
  return task;
}

}  // namespace gps::testing
