// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/task.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/expects.h"
#include "core/plant/box2d_plant.h"
#include "core/plant/channels.h"
#include "core/plant/start_state.h"

namespace gps {
namespace {

int sizeOf(const Scene& scene, const std::vector<std::string>& sensors) {
  int size = 0;
  for (const std::string& id : sensors) size += scene.sensor(id)->size();
  return size;
}

Vector toVector(const std::vector<double>& numbers) {
  return Eigen::Map<const Vector>(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
}

/// The success test of one condition.
SuccessTest successTest(const Scene& scene, const SuccessSpec& spec, const Condition& condition) {
  SuccessTest test;
  const std::optional<int> inState = scene.stateOffset(spec.sensor);
  test.observed = !inState.has_value();
  test.first = inState ? *inState : *scene.observationOffset(spec.sensor);
  test.target = toVector(spec.target);
  if (!spec.targetBody.empty()) {
    test.target = pointsOnBody(scene, condition, spec.targetBody, test.target);
    const std::vector<double>& relativeTo = scene.sensor(spec.sensor)->relativeTo;
    if (!relativeTo.empty()) test.target -= toVector(relativeTo);
  }
  test.within = spec.within;
  test.withinEach = toVector(spec.withinEach);
  test.wrap = spec.wrap;
  const double steps = std::min(std::round(spec.hold / scene.world.dt), static_cast<double>(scene.horizon));
  test.holdSteps = std::max(1, static_cast<int>(steps));
  return test;
}

std::optional<TracePoint> tracePoint(const Scene& scene) {
  const std::string& id = scene.camera.trace;
  if (id.empty()) return std::nullopt;
  TracePoint trace;
  const Sensor& sensor = *scene.sensor(id);
  if (const std::optional<int> entry = scene.stateOffset(id); entry && sensor.relativeBody.empty()) {
    trace.first = *entry;
    if (!sensor.relativeTo.empty()) trace.offset = Eigen::Vector2d(sensor.relativeTo[0], sensor.relativeTo[1]);
    return trace;
  }
  trace.first = -1;
  trace.body = static_cast<int>(scene.body(sensor.targets.front()) - scene.bodies.data());
  trace.point = sensor.point;
  return trace;
}

bool isVelocity(Sensor::Type type) {
  return type == Sensor::Type::JointSpeed || type == Sensor::Type::BodyVelocity ||
         type == Sensor::Type::PointVelocity || type == Sensor::Type::BodySpin;
}

/// Entries minus target at step t.
Vector deviationAt(const SuccessTest& test, const Trajectory& rollout, Eigen::Index t) {
  const RowMatrix& from = test.observed ? rollout.O : rollout.X;
  Vector d = from.row(t).segment(test.first, test.target.size()).transpose() - test.target;
  if (test.wrap) {
    for (double& entry : d) entry = std::remainder(entry, 2.0 * std::numbers::pi);
  }
  return d;
}

// Both are written so that a number that is not finite fails.
bool near(const SuccessTest& test, const Vector& d) {
  if (test.withinEach.size() == 0) return d.norm() < test.within;
  return (d.array().abs() < test.withinEach.array()).all();
}

}  // namespace

double SuccessTest::distance(const Trajectory& rollout) const {
  return deviationAt(*this, rollout, rollout.X.rows() - 1).norm();
}

bool SuccessTest::passed(const Trajectory& rollout) const {
  const Eigen::Index T = rollout.X.rows();
  for (Eigen::Index t = std::max<Eigen::Index>(0, T - holdSteps); t < T; ++t) {
    if (!near(*this, deviationAt(*this, rollout, t))) return false;
  }
  return T > 0;
}

const SuccessTest* Task::successOf(int condition) const {
  if (success.empty()) return nullptr;
  return &success[success.size() == 1 ? 0 : static_cast<std::size_t>(condition)];
}

double Task::defaultCovMax() const {
  const double limit =
      actionLimit.size() > 0 ? actionLimit.minCoeff() : std::numeric_limits<double>::infinity();
  return std::isfinite(limit) ? 0.0625 * limit * limit : 0.0;
}

std::vector<int> conditionsIn(const Scene& scene, ConditionSet set) {
  std::vector<int> conditions;
  for (std::size_t i = 0; i < scene.conditions.size(); ++i) {
    const Condition& condition = scene.conditions[i];
    if (condition.enabled && condition.test == (set == ConditionSet::Test)) {
      conditions.push_back(static_cast<int>(i));
    }
  }
  return conditions;
}

Result<std::shared_ptr<const Task>> compileTask(std::shared_ptr<const Scene> scene, ConditionSet set) {
  GPS_EXPECTS(scene != nullptr, "compileTask() needs a scene");
  auto task = std::make_shared<Task>();
  task->name = scene->name;
  task->T = scene->horizon;
  task->dt = scene->world.dt;
  task->dX = sizeOf(*scene, scene->state);
  task->dU = static_cast<int>(scene->actuators.size());
  task->dO = sizeOf(*scene, scene->observation);
  if (task->dX == 0)
    return Error{"The scene has an empty state.", scene->name, "Add sensors to the list state."};
  if (task->dU == 0) return Error{"The scene has no actuator.", scene->name, "Add an actuator."};

  const std::vector<int> conditions = conditionsIn(*scene, set);
  for (const int i : conditions) task->conditions.push_back(scene->conditions[static_cast<std::size_t>(i)].id);
  if (conditions.empty()) {
    return Error{"No condition is enabled for training.", scene->name + ", conditions",
                 "Enable at least one condition that is not a test condition."};
  }
  if (std::all_of(scene->costs.begin(), scene->costs.end(),
                  [](const CostTermSpec& cost) { return !cost.enabled; })) {
    return Error{"The scene has no enabled cost term; there is nothing to learn.", scene->name + ", costs",
                 "Enable a cost term."};
  }

  task->costTerms = costSettings(*scene);
  Result<CostPerCondition> costs = costWith(*scene, task->costTerms, set);
  if (!costs) return costs.error();
  task->costs = *std::move(costs);

  task->plants = makeBox2dPlants(scene, conditions);
  for (int i = 0; i < task->conditionCount(); ++i) {
    Vector x0(task->dX);
    task->plants->make(i, Vector())->state(x0);
    if (!x0.allFinite()) {
      return Error{"The start state is not finite.",
                   scene->name + ", condition " + task->conditions[static_cast<std::size_t>(i)],
                   "Check sizes, positions and densities of the bodies."};
    }
    task->x0.push_back(std::move(x0));
  }

  if (scene->success) {
    const std::size_t count = scene->success->targetBody.empty() ? 1 : conditions.size();
    for (std::size_t i = 0; i < count; ++i) {
      const Condition& condition = scene->conditions[static_cast<std::size_t>(conditions[i])];
      task->success.push_back(successTest(*scene, *scene->success, condition));
    }
  }
  task->trace = tracePoint(*scene);
  task->initGains = toVector(scene->initialController.gains);
  task->initAcc = toVector(scene->initialController.acc);
  task->initOffset = toVector(scene->initialController.offset);
  if (const std::vector<double>& feedback = scene->initialController.feedback; !feedback.empty()) {
    if (static_cast<int>(feedback.size()) != task->dU * task->dX) {
      return Error{"feedback has " + std::to_string(feedback.size()) + " numbers, but " + std::to_string(task->dU) +
                       " actions of " + std::to_string(task->dX) + " states need " +
                       std::to_string(task->dU * task->dX) + ".",
                   "initial_controller.feedback", "Give one number per state entry for each action, row by row."};
    }
    task->initFeedback = Eigen::Map<const RowMatrix>(feedback.data(), task->dU, task->dX);
  }
  task->actionLimit.resize(task->dU);
  for (int i = 0; i < task->dU; ++i) {
    const Actuator& actuator = scene->actuators[static_cast<std::size_t>(i)];
    task->actionLimit(i) = actuator.limit.value_or(std::numeric_limits<double>::infinity());
    task->actionNames.push_back(actuator.id);
  }
  for (const std::string& id : scene->state) {
    const Sensor& sensor = *scene->sensor(id);
    for (Channel& channel : channelsOf(*scene, {id})) task->stateNames.push_back(std::move(channel.name));
    task->velocityEntry.resize(task->stateNames.size(), isVelocity(sensor.type));
  }
  task->scene = std::move(scene);
  return std::shared_ptr<const Task>(std::move(task));
}

}  // namespace gps
