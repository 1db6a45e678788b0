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

/// When a rollout counts as solved: |x[first .. first+D-1] - target| < within (or every entry within its own
/// bound), at the last step or throughout the last `holdSteps` steps.
struct SuccessTest {
  int first = 0;
  Vector target;
  double within = 0.1;
  int holdSteps = 1;
  bool observed = false;  ///< the entries are those of the observation, not of the state
  Vector withinEach{};    ///< (D) a bound per entry; empty: `within`
  bool wrap = false;      ///< entries are angles that count modulo a full turn

  /// Distance at the last step.
  double distance(const Trajectory& rollout) const;
  bool passed(const Trajectory& rollout) const;
};

/// What the canvas draws as a path: world position = x[first, first+1] + offset; or, with a body, the point of
/// it that moves along (and 2-sigma tubes only where `first` is given).
struct TracePoint {
  int first = 0;                ///< state entry; negative: not part of the state
  Eigen::Vector2d offset{0, 0};
  int body = -1;                ///< scene body whose point is drawn; negative: the state entries
  Eigen::Vector2d point{0, 0};  ///< in the body frame
};

/// One cost term's live parameters cost.ID.weight, cost.ID.alpha, cost.ID.ramp.
struct CostTermSettings {
  std::string id;
  double weight = 1.0;
  std::optional<double> alpha;  ///< absent where the term's norm has none
  std::optional<Ramp> ramp;     ///< absent where the term has none
};

/// The cost of every condition; targets that belong to a body move with it.
class CostPerCondition {
 public:
  CostPerCondition() = default;
  explicit CostPerCondition(std::shared_ptr<const Cost> forAll) : m_costs{std::move(forAll)} {}
  /// One per condition.
  explicit CostPerCondition(std::vector<std::shared_ptr<const Cost>> each) : m_costs(std::move(each)) {}

  const Cost& of(int condition) const {
    return *m_costs[m_costs.size() == 1 ? 0 : static_cast<std::size_t>(condition)];
  }

 private:
  std::vector<std::shared_ptr<const Cost>> m_costs;
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
  CostPerCondition costs;
  std::vector<CostTermSettings> costTerms;  ///< as the scene has them
  std::vector<SuccessTest> success;         ///< one for all conditions, one each, or none
  std::optional<TracePoint> trace;
  Vector initGains;                      ///< (dU) for the lqr initialiser; empty: ones
  Vector initAcc;                        ///< (dU); empty: zeros
  Matrix initFeedback;                   ///< (dU x dX) for the feedback initialiser; empty: none
  Vector initOffset;                     ///< (dU) for the same; empty: zeros
  Vector actionLimit;                    ///< (dU) |u| limit; infinity where there is none
  std::vector<std::string> stateNames;   ///< per state entry, "p.x"
  std::vector<bool> velocityEntry;       ///< per state entry: a speed; empty: none is
  std::vector<std::string> actionNames;  ///< per action
  std::shared_ptr<const Scene> scene;    ///< for drawing

  int conditionCount() const { return static_cast<int>(conditions.size()); }
  /// Null where the scene has no success test.
  const SuccessTest* successOf(int condition) const;
  /// (0.25 u_max)^2 of the smallest limit; 0 where no actuator has one.
  double defaultCovMax() const;
};

/// Which conditions of a scene a task has.
enum class ConditionSet { Training, Test };

/// Compiles a validated scene. Fails where the scene cannot be learned (no actuator, no condition, ...).
Result<std::shared_ptr<const Task>> compileTask(std::shared_ptr<const Scene> scene,
                                                ConditionSet set = ConditionSet::Training);

/// Indices of the enabled conditions of that kind.
std::vector<int> conditionsIn(const Scene& scene, ConditionSet set);

/// The settings of all cost terms as the scene has them; a disabled term has weight 0.
std::vector<CostTermSettings> costSettings(const Scene& scene);

/// The task's costs with changed weights, alphas and ramps.
Result<CostPerCondition> costWith(const Scene& scene, const std::vector<CostTermSettings>& settings,
                                  ConditionSet set = ConditionSet::Training);

}  // namespace gps
