// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/algorithms/parameters.h"
#include "core/algorithms/report.h"
#include "core/base/rng.h"
#include "core/dynamics/dynamics_fit.h"
#include "core/lqr/c_step.h"
#include "core/lqr/ilqr_params.h"
#include "core/math/joint_prior.h"
#include "core/policy/linearise.h"
#include "core/policy/policy_dataset.h"
#include "core/rollout/rollout.h"

namespace gps {

/// A noise-free rollout, and the coordinates of the plant along it.
struct NominalRollout {
  Trajectory trajectory;
  RowMatrix coordinates;  ///< (T x coordinates), see PlantFactory::makeAt
  int touching = 0;       ///< steps in which shapes touch
};

/// What iLQR remembers of one condition.
struct IlqrMemory {
  Regularisation regularisation;
  std::shared_ptr<const NominalRollout> nominal;  ///< (xhat, uhat); null before the first pass
};

/// What an algorithm remembers of one condition between iterations. Big parts are shared and immutable.
struct ConditionState {
  std::shared_ptr<const LinearGaussianController> controller;  ///< p_i: samples the next iteration
  double eta = 1.0;
  double stepMult = 1.0;
  JointPrior dynamicsPrior;
  JointPrior policyPrior;
  std::vector<std::shared_ptr<const Trajectory>> policyWindow;  ///< rollouts behind policyPrior, newest last
  Multipliers multipliers;  ///< BADMM
  Vector previousKl;        ///< (T) KL(p || pi) of the previous iteration, for the ratio rule
  IlqrMemory ilqr;

  // The last iteration, for the step rule. Null before the first.
  std::shared_ptr<const LinearGaussianController> samplingController;  ///< what drew its rollouts
  std::shared_ptr<const LinearGaussianDynamics> dynamics;
  std::shared_ptr<const QuadraticCost> cost;
  std::shared_ptr<const LinearGaussianController> linearised;          ///< pibar before its C-step
  double sampledCost = 0.0;                                            ///< mean over its rollouts

  Vector stageCostMin;  ///< (T) over all rollouts since the costs last changed, for the bounds; empty at first
  Vector stageCostMax;
};

/// Controllers and policy of the best iteration so far, for step.rollback.
struct RollbackState {
  std::optional<double> bestCost;
  std::optional<double> previousCost;
  std::vector<std::shared_ptr<const LinearGaussianController>> controllers;
  std::vector<double> eta;               ///< where their next search for eta starts
  std::vector<Multipliers> multipliers;  ///< BADMM: they belong to the controllers
  std::shared_ptr<const GlobalPolicy> policy;
  int worse = 0;  ///< times in a row
  std::optional<double> firstCost;  ///< of the initial controllers
  int behindStart = 0;              ///< iterations in a row that cost more than those
};

/// All memory of an algorithm: with the same state, the next iteration is the same.
struct AlgorithmState {
  int iteration = 0;  ///< finished iterations
  std::vector<ConditionState> conditions;
  std::shared_ptr<const GlobalPolicy> policy;  ///< null for trajopt
  RollbackState rollback;
  long rollouts = 0;
  bool skipStepRule = false;  ///< the cost changed, or the controllers were restored: costs do not compare
};

/// What the window shows of one condition at one iteration.
struct ConditionView {
  std::vector<std::shared_ptr<const Rollout>> samples;   ///< noisy rollouts drawn at the start
  std::shared_ptr<const Rollout> local;                  ///< noise-free rollout of the new controller; may be null
  std::shared_ptr<const Rollout> global;                 ///< noise-free rollout of the policy; null without one
  std::shared_ptr<const LinearGaussianController> controller;
  std::shared_ptr<const Marginals> localMarginals;       ///< new controller under the fitted dynamics
  std::shared_ptr<const Marginals> globalMarginals;      ///< linearised policy under the same; null without
};

struct IterationResult {
  AlgorithmState state;
  IterationReport report;
  std::vector<ConditionView> views;
};

/// What iterate() may ask of its surroundings. The engine implements it; tests and vector checks replace it.
class RunContext {
 public:
  virtual ~RunContext() = default;
  virtual const Task& task() const = 0;
  virtual const Cost& cost(int condition) const = 0;   ///< with the live weights
  virtual const Parameters& parameters() const = 0;    ///< frozen for this iteration
  virtual int iteration() const = 0;                   ///< from 1
  virtual Rng rng(Purpose purpose, int condition = 0, int sample = 0) const = 0;

  /// Noisy rollouts: result[i][j] is sample j of condition i, drawn by actors[i].
  virtual Result<std::vector<std::vector<Rollout>>> sample(const std::vector<Actor>& actors) = 0;
  /// One noise-free rollout per condition, kept out of training.
  virtual Result<std::vector<Rollout>> evaluate(const std::vector<Actor>& actors) = 0;
  virtual Result<TrainedPolicy> trainPolicy(const GlobalPolicy& start, const PolicyDataset& data,
                                            double entropyReg, int round) = 0;
  /// job(i) for every condition, in parallel; returns the first error in order of i.
  virtual Status forEachCondition(const std::function<Status(int)>& job) = 0;
  /// The same for i = 0 .. n-1.
  virtual Status forEach(int n, const std::function<Status(int)>& job) {
    for (int i = 0; i < n; ++i) {
      if (Status s = job(i); !s) return s;
    }
    return Done{};
  }

  /// A safe point: blocks while paused, false when the run is to stop.
  virtual bool keepGoing() = 0;
  /// Says which phase starts (for progress and for naming failures).
  virtual void beginPhase(std::string_view phase) = 0;
  /// Ends it: blocks here when the user steps by phases; fails with "stopped" when the run is to stop.
  /// `partial` is what can be shown so far.
  virtual Status endPhase(const IterationResult& partial) = 0;
};

/// One learning rule.
class Algorithm {
 public:
  virtual ~Algorithm() = default;
  /// Key in files; never changes once released.
  virtual std::string_view id() const = 0;
  /// The phases in the order in which iterate() runs them (BADMM repeats its inner ones); those marked firstOnly
  /// are left out after the first iteration.
  virtual std::span<const Phase> phases() const = 0;
  /// State before the first iteration: initial controllers, fresh policy.
  virtual Result<AlgorithmState> start(const Task& task, const Parameters& parameters) const = 0;
  /// One iteration: old state in, new state and report out. const: all memory is in AlgorithmState.
  virtual Result<IterationResult> iterate(const AlgorithmState& state, RunContext& run) const = 0;
};

/// One registry entry.
struct AlgorithmEntry {
  std::string_view id;
  std::string_view label;
  std::string_view help;
  unsigned usedBy;
  bool hasPolicy;
  std::unique_ptr<Algorithm> (*make)();
  void (*defaults)(Parameters&);  ///< where they differ from the members' defaults
};

std::span<const AlgorithmEntry> algorithmRegistry();
/// Fails with the list of known ids.
Result<const AlgorithmEntry*> findAlgorithm(std::string_view id);

/// Defaults of the algorithm, then the task's suggestions (suggested.all, suggested.<algorithm>).
Result<Parameters> parametersFor(const Task& task, std::string_view algorithm);

}  // namespace gps
