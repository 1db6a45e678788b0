// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/algorithms/algorithms.h"
#include "core/algorithms/evaluation_steps.h"
#include "core/algorithms/model_steps.h"

namespace gps {

namespace {

/// Steps of the inner loop.
constexpr int kInnerSteps = 100;

/// Guided policy search with iLQR on fitted linear-Gaussian dynamics, as one loop: roll out, fit, and let a dual descent
/// choose the weight lam of the old controller in the maximum-entropy LQR with reward r / lam + ln p_old, so that
/// KL(p || p_old) = eps. lam is the eta of the other algorithms; the bound does not adapt.
class GpsIlqr final : public Algorithm {
 public:
  std::string_view id() const override { return "gps_ilqr"; }

  std::span<const Phase> phases() const override {
    static const std::array<Phase, 4> kPhases{{
        {"sample", "Sample", "Draw noisy rollouts from every local controller and evaluate their cost."},
        {"dynamics", "Fit dynamics", "Fit time-varying linear-Gaussian dynamics to the rollouts, with the mixture as prior."},
        {"c_step", "Dual descent",
         "Solve a maximum-entropy LQR around the old controller again and again, each time with its weight moved along "
         "the slope KL - eps of the dual."},
        {"evaluate", "Evaluate", "Roll the new controllers out without noise."},
    }};
    return kPhases;
  }

  Result<AlgorithmState> start(const Task& task, const Parameters& parameters) const override {
    return freshState(task, parameters, /*withPolicy=*/false);
  }

  Result<IterationResult> iterate(const AlgorithmState& before, RunContext& run) const override {
    IterationResult result = beginResult(before, run);
    AlgorithmState& state = result.state;
    const std::vector<std::shared_ptr<const LinearGaussianController>> sampling = controllersOf(state);

    Result<std::vector<ConditionData>> sampled = sampleAndFit(run, state, /*onPolicy=*/false, result);
    if (!sampled) return sampled.error();
    std::vector<ConditionData>& data = *sampled;

    const auto inner = [](CStepProblem& problem) {
      problem.traceCosts = true;
      problem.evaluations = kInnerSteps;
    };
    if (Status stepped = stepLocally(run, state, data, sampling, result, inner); !stepped) return stepped.error();
    rememberModels(state, data, sampling, nullptr);

    run.beginPhase("evaluate");
    if (Status s = evaluateAll(run, state, result); !s) return s.error();
    if (Status s = run.endPhase(result); !s) return s.error();
    state.iteration = run.iteration();
    return result;
  }
};

}  // namespace

std::unique_ptr<Algorithm> makeGpsIlqr() {
  return std::make_unique<GpsIlqr>();
}

}  // namespace gps
