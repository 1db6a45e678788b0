// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/cost/cost.h"
#include "core/math/trajectory.h"
#include "core/plant/plant.h"
#include "core/scene/scene.h"

namespace gps {

/// When a rollout counts as solved: |x[first .. first+D-1] - target| < within, at the last step or throughout
/// the last `holdSteps` steps. Entries are state entries.
struct SuccessTest {
  int first = 0;
  Vector target;
  double within = 0.1;
  int holdSteps = 1;

  /// Distance at the last step.
  double distance(const Trajectory& rollout) const;
  bool passed(const Trajectory& rollout) const;
};

/// Which two state entries the canvas draws as a path: world position = x[first, first+1] + offset.
struct TracePoint {
  int first = 0;
  Eigen::Vector2d offset{0, 0};
};

/// One cost term's live parameters cost.ID.weight, cost.ID.alpha, cost.ID.ramp.
struct CostTermSettings {
  std::string id;
  double weight = 1.0;
  std::optional<double> alpha;  ///< absent where the term's norm has none
  std::optional<Ramp> ramp;     ///< absent where the term has none
};

/// What the algorithms need of a scene, compiled once. Immutable.
struct Task {
  std::string name;
  int T = 0;
  double dt = 0.0;
  int dX = 0;
  int dU = 0;
  int dO = 0;
  std::vector<std::string> conditions;  ///< labels of the enabled training conditions
  std::vector<Vector> x0;               ///< nominal initial state per condition
  std::shared_ptr<const PlantFactory> plants;
  std::shared_ptr<const Cost> cost;
  std::vector<CostTermSettings> costTerms;  ///< as the scene has them
  std::optional<SuccessTest> success;
  std::optional<TracePoint> trace;
  Vector initGains;                      ///< (dU) for the lqr initialiser; empty: ones
  Vector initAcc;                        ///< (dU); empty: zeros
  Vector actionLimit;                    ///< (dU) |u| limit; infinity where there is none
  std::vector<std::string> stateNames;   ///< per state entry, "p.x"
  std::vector<std::string> actionNames;  ///< per action
  std::shared_ptr<const Scene> scene;    ///< for drawing

  int conditionCount() const { return static_cast<int>(conditions.size()); }
  /// (0.25 u_max)^2 of the smallest limit; 0 where no actuator has one.
  double defaultCovMax() const;
};

/// Compiles a validated scene. Fails where the scene cannot be learned (no actuator, no condition, ...).
Result<std::shared_ptr<const Task>> compileTask(std::shared_ptr<const Scene> scene);

/// The settings of all cost terms as the scene has them; a disabled term has weight 0.
std::vector<CostTermSettings> costSettings(const Scene& scene);

/// The task's cost with changed weights, alphas and ramps.
Result<std::shared_ptr<const Cost>> costWith(const Scene& scene,
                                             const std::vector<CostTermSettings>& settings);

}  // namespace gps
