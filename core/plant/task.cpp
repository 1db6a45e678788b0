// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/task.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/expects.h"
#include "core/plant/box2d_plant.h"

namespace gps {
namespace {

int sizeOf(const Scene& scene, const std::vector<std::string>& sensors) {
  int size = 0;
  for (const std::string& id : sensors) size += scene.sensor(id)->size();
  return size;
}

/// "p.x", "angles.joint1", "zero".
void appendNames(const Sensor& sensor, std::vector<std::string>& names) {
  const int size = sensor.size();
  const bool planar = size == 2 && sensor.type != Sensor::Type::Constant &&
                      sensor.type != Sensor::Type::JointAngle && sensor.type != Sensor::Type::JointSpeed;
  const bool joints = sensor.type == Sensor::Type::JointAngle || sensor.type == Sensor::Type::JointSpeed;
  for (int i = 0; i < size; ++i) {
    std::string name = sensor.id;
    if (planar) {
      name += i == 0 ? ".x" : ".y";
    } else if (size > 1) {
      name += "." + (joints ? sensor.targets[static_cast<std::size_t>(i)] : std::to_string(i + 1));
    }
    names.push_back(std::move(name));
  }
}

Vector toVector(const std::vector<double>& numbers) {
  return Eigen::Map<const Vector>(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
}

SuccessTest successTest(const Scene& scene, const SuccessSpec& spec) {
  SuccessTest test;
  test.first = *scene.stateOffset(spec.sensor);
  test.target = toVector(spec.target);
  test.within = spec.within;
  const double steps = std::min(std::round(spec.hold / scene.world.dt), static_cast<double>(scene.horizon));
  test.holdSteps = std::max(1, static_cast<int>(steps));
  return test;
}

std::optional<TracePoint> tracePoint(const Scene& scene) {
  const std::string& id = scene.camera.trace;
  if (id.empty()) return std::nullopt;
  TracePoint trace;
  trace.first = *scene.stateOffset(id);
  const std::vector<double>& relativeTo = scene.sensor(id)->relativeTo;
  if (!relativeTo.empty()) trace.offset = Eigen::Vector2d(relativeTo[0], relativeTo[1]);
  return trace;
}

double distanceAt(const SuccessTest& test, const Trajectory& rollout, Eigen::Index t) {
  const Vector part = rollout.X.row(t).segment(test.first, test.target.size()).transpose();
  return (part - test.target).norm();
}

}  // namespace

double SuccessTest::distance(const Trajectory& rollout) const {
  return distanceAt(*this, rollout, rollout.X.rows() - 1);
}

bool SuccessTest::passed(const Trajectory& rollout) const {
  const Eigen::Index T = rollout.X.rows();
  for (Eigen::Index t = std::max<Eigen::Index>(0, T - holdSteps); t < T; ++t) {
    // Written so that a distance that is not a number fails.
    if (!(distanceAt(*this, rollout, t) < within)) return false;
  }
  return T > 0;
}

double Task::defaultCovMax() const {
  const double limit =
      actionLimit.size() > 0 ? actionLimit.minCoeff() : std::numeric_limits<double>::infinity();
  return std::isfinite(limit) ? 0.0625 * limit * limit : 0.0;
}

Result<std::shared_ptr<const Task>> compileTask(std::shared_ptr<const Scene> scene) {
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

  std::vector<int> conditions;
  for (std::size_t i = 0; i < scene->conditions.size(); ++i) {
    const Condition& condition = scene->conditions[i];
    if (!condition.enabled || condition.test) continue;
    conditions.push_back(static_cast<int>(i));
    task->conditions.push_back(condition.id);
  }
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
  Result<std::shared_ptr<const Cost>> cost = costWith(*scene, task->costTerms);
  if (!cost) return cost.error();
  task->cost = *std::move(cost);

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

  if (scene->success) task->success = successTest(*scene, *scene->success);
  task->trace = tracePoint(*scene);
  task->initGains = toVector(scene->initialController.gains);
  task->initAcc = toVector(scene->initialController.acc);
  task->actionLimit.resize(task->dU);
  for (int i = 0; i < task->dU; ++i) {
    const Actuator& actuator = scene->actuators[static_cast<std::size_t>(i)];
    task->actionLimit(i) = actuator.limit.value_or(std::numeric_limits<double>::infinity());
    task->actionNames.push_back(actuator.id);
  }
  for (const std::string& id : scene->state) appendNames(*scene->sensor(id), task->stateNames);
  task->scene = std::move(scene);
  return std::shared_ptr<const Task>(std::move(task));
}

}  // namespace gps
