// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/metrics.h"

#include <cmath>

#include "core/base/expects.h"

namespace gps {

namespace {

using enum MetricPer;

constexpr std::array<MetricSpec, kMetricCount> kRegistry{{
    {Metric::LocalCost, "cost.mc", "local_cost", "Local cost", "", Condition, true,
     "Mean cost of the noisy rollouts drawn at the start of the iteration."},
    {Metric::LocalCostMin, "cost.mc_min", "", "Smallest local cost", "", Condition, true,
     "Smallest cost among those rollouts."},
    {Metric::LocalCostMax, "cost.mc_max", "", "Largest local cost", "", Condition, true,
     "Largest cost among those rollouts."},
    {Metric::LocalCleanCost, "cost.local", "", "Local cost without noise", "", Condition, true,
     "Cost of a noise-free rollout of the new controller."},
    {Metric::ModelCost, "cost.model", "", "Model cost", "", Condition, true,
     "Expected cost of the new controller under the fitted dynamics and cost model."},
    {Metric::GlobalModelCost, "cost.policy_model", "", "Global model cost", "", Condition, true,
     "Expected cost of the new policy, linearised, under the fitted dynamics and cost model."},
    {Metric::GlobalCost, "cost.policy", "global_cost", "Global cost", "", Condition, true,
     "Cost of a noise-free rollout of the global policy after the last phase."},
    {Metric::Success, "success", "", "Success", "", Condition, false, "1 when the noise-free rollout passes the test."},
    {Metric::FinalDistance, "final_dist", "", "Final distance", "", Condition, true,
     "Distance from the target at the last step of the noise-free rollout."},
    {Metric::Kl, "kl.total", "kl", "KL", "nat", Condition, true,
     "Divergence of the new controller from the centre of its trust region, summed over time. After a rollback "
     "that of the restored controller, to which no bound applies."},
    {Metric::KlBound, "kl.eps", "kl_bound", "KL bound", "nat", Condition, true,
     "epsilon = kl_step step_mult T. With mdgps.shared_eta it bounds the mean over the conditions, kl.mean, and a "
     "single condition may lie beyond it."},
    {Metric::KlMean, "kl.mean", "", "Mean KL", "nat", Iteration, true,
     "With mdgps.shared_eta: mean of KL over the conditions, which the shared eta bounds."},
    {Metric::Eta, "eta", "eta", "eta", "", Condition, true, "Multiplier of the KL bound."},
    {Metric::EtaRaises, "eta.raises", "", "eta raises", "", Condition, false,
     "Times eta was raised because Q_uu was not positive definite."},
    {Metric::DualEvaluations, "eta.evaluations", "", "eta evaluations", "", Condition, false,
     "Backward passes of the search for eta."},
    {Metric::QuuMin, "quu.min", "", "Smallest Q_uu", "", Condition, true,
     "Smallest eigenvalue of Q_uu over time at the accepted eta."},
    {Metric::StepMult, "step_mult", "step_mult", "Step multiplier", "", Condition, true,
     "Factor on kl_step that the step rule adapts."},
    {Metric::Predicted, "pred", "", "Predicted improvement", "", Condition, false,
     "Cost decrease the last C-step promised. iLQR: what this pass promised for the accepted step length, for the "
     "full step where none was."},
    {Metric::Actual, "act", "", "Actual improvement", "", Condition, false, "Cost decrease that came. iLQR: that of this pass's noise-free rollout."},
    {Metric::StepRatio, "step.ratio", "", "Actual / predicted", "", Condition, false,
     "Actual divided by predicted improvement: 1 where the models keep what they promise."},
    {Metric::CostPrevious, "step.previous", "", "Previous cost", "", Condition, true,
     "What the last C-step started from under the last models: MDGPS the linearised policy (l_{k-1}^{k-1,pi}), the "
     "others the controller that drew the rollouts. BADMM adds sum rho_t KL_t(p || pi) to this and the next two."},
    {Metric::CostPromised, "step.promised", "", "Promised cost", "", Condition, true,
     "The controller of the last C-step under the last models (l_{k-1}^k)."},
    {Metric::CostLocalNow, "step.local", "", "Local cost now", "", Condition, true,
     "The same controller under the new models (l_k^k): what step.rule classic compares."},
    {Metric::CostGlobalNow, "step.global", "", "Global cost now", "", Condition, true,
     "The linearised policy under the new models (l_k^{k,pi}): what step.rule global compares."},
    {Metric::EntropyLocal, "entropy.p", "entropy", "Local entropy", "nat", Condition, false,
     "Differential entropy of the new controller's actions, summed over time."},
    {Metric::EntropyGlobal, "entropy.pi", "", "Global entropy", "nat", Condition, false,
     "Differential entropy of the policy's actions, summed over time."},
    {Metric::GainNorm, "gain.p", "", "|K|", "action/state", Condition, true,
     "Root mean square over time of the norm of the new controller's gains."},
    {Metric::KlLocalGlobal, "kl.p_pi", "", "KL(local || global)", "nat", Condition, true,
     "Mean over the rollouts, summed over time."},
    {Metric::KlGlobalLocal, "kl.pi_p", "", "KL(global || local)", "nat", Condition, true,
     "Mean over the rollouts, summed over time."},
    {Metric::KlGlobalLocalBefore, "kl.pi_p_before", "", "KL(global || local), before", "nat", Condition, true,
     "The same before the last S-step: how far the policy had to move."},
    {Metric::Rho, "rho.mean", "rho", "rho", "", Condition, true, "Weight of KL(p || pi), mean over time."},
    {Metric::RhoLow, "rho.low", "", "rho, 10 %", "", Condition, true, "10 % quantile over time."},
    {Metric::RhoHigh, "rho.high", "", "rho, 90 %", "", Condition, true, "90 % quantile over time."},
    {Metric::LambdaNorm, "lambda.norm", "lambda_norm", "|lambda|", "", Condition, true,
     "Euclidean norm of the multipliers over all time steps."},
    {Metric::ActionGap, "gap.u", "", "Action gap", "action", Condition, true,
     "Root mean square over time of the difference of mean actions, E u_p - E u_pi."},
    {Metric::PolicyLoss, "sstep.loss", "", "S-step loss", "", Iteration, true, "Training loss at the end of the S-step."},
    {Metric::PolicySteps, "sstep.steps", "", "S-step length", "", Iteration, false, "Gradient steps of the S-step."},
    {Metric::PrecisionScale, "sstep.precision_scale", "", "Precision scale", "action^-2", Iteration, true,
     "s_P = mean trace(C^-1)/dU, by which the S-step divides its weights. Grows as controllers sharpen."},
    {Metric::GradientNorm, "sstep.gradient_norm", "", "Gradient norm", "", Iteration, true,
     "Norm of the gradient of the S-step's last batch."},
    {Metric::WeightNorm, "policy.weight_norm", "", "Weight norm", "", Iteration, true,
     "Norm of all parameters of the policy."},
    {Metric::PolicyStd, "policy.std", "", "Policy deviation", "action", Iteration, true,
     "Root mean square of the policy's standard deviations."},
    {Metric::DynamicsR2, "dyn.r2", "", "Dynamics R2", "", Condition, false,
     "One-step coefficient of determination on the training rollouts."},
    {Metric::DynamicsR2Next, "dyn.r2_next", "", "Dynamics R2, next", "", Condition, false,
     "The previous iteration's model on this iteration's rollouts."},
    {Metric::DynamicsError, "dyn.pred_err", "", "Prediction error", "", Condition, true,
     "One-step error on the training rollouts in units of the model's own noise, sqrt(mean e'W^-1 e / dX): 1 where "
     "the errors are as large as W says."},
    {Metric::DynamicsErrorNext, "dyn.pred_err_next", "", "Prediction error, next", "", Condition, true,
     "The previous iteration's model on this iteration's rollouts."},
    {Metric::DynamicsNorm, "dyn.norm", "", "|F|", "", Condition, false,
     "Root mean square over time of the Frobenius norm of F_t."},
    {Metric::DynamicsNoise, "dyn.noise", "", "tr W", "state^2", Condition, true, "Mean over time of the trace of W_t."},
    {Metric::LinearisationR2, "lin.r2", "", "Linearisation R2", "", Condition, false,
     "How well the linearised policy explains the network on the rollouts."},
    {Metric::GmmLogLikelihood, "gmm.ll", "", "Mixture log likelihood", "nat", Condition, false,
     "Log likelihood of the dynamics prior per point."},
    {Metric::GmmClusters, "gmm.clusters", "", "Clusters", "", Condition, false,
     "Components of the mixture behind the dynamics prior."},
    {Metric::ClipFraction, "clip_fraction", "", "Clipped actions", "", Condition, false,
     "Share of commanded action components beyond the actuator's limit."},
    {Metric::EpsilonMax, "bound.eps_max", "", "Largest eps", "nat", Condition, true,
     "eps_t = largest KL(p(.|x) || pi(.|o)) over the visited states of step t; the largest over time."},
    {Metric::EpsilonMean, "bound.eps_mean", "", "Mean eps", "nat", Condition, true,
     "Mean over the visited states and over time of KL(p(.|x) || pi(.|o))."},
    {Metric::TvBound, "bound.tv", "", "Distance bound", "", Condition, false,
     "Total variation of the last states of policy and controller: at most sum sqrt(eps_t/2), cut at 1."},
    {Metric::TvBoundPrinted, "bound.tv_printed", "", "Distance bound, lemma 1", "", Condition, false,
     "The looser bound as printed [Montgomery16], 2 sum sqrt(2 eps_t), cut at 1."},
    {Metric::CostGapSampled, "bound.gap_mc", "", "Cost gap", "", Condition, true,
     "J(pi) - J(p) from one noise-free rollout each."},
    {Metric::CostGapModel, "bound.gap", "", "Cost gap, model", "", Condition, true,
     "J(pi) - J(p) under the fitted model, the policy linearised."},
    {Metric::CostGapBound, "bound.sharp", "", "Gap bound", "", Condition, true,
     "J(pi) - J(p) <= sum_t (lmax_t - lmin_t) sum_{s<=t} sqrt(eps_s/2). A heuristic: the range of the stage cost is "
     "that of all rollouts so far, as quadratic costs have no bound, and eps_t is that of the visited states."},
    {Metric::CostGapBoundPrinted, "bound.printed", "", "Gap bound, lemma 2", "", Condition, true,
     "The looser bound as printed [Montgomery16], sum_t sqrt(2 eps_t) (l_t + 2 sum_{t'>=t} l_t') with l_t = max |l|."},
    {Metric::StageCostMax, "bound.lmax", "", "Largest stage cost", "", Condition, true,
     "Largest cost of one time step in all rollouts of this condition since the costs last changed: the heuristic "
     "bound behind the two gap bounds."},
    {Metric::IlqrMu, "ilqr.mu", "", "Regularisation", "", Condition, true,
     "mu, which was added to the diagonal of Q_uu in the last backward pass: falls while steps succeed, rises where "
     "they fail."},
    {Metric::IlqrAlpha, "ilqr.alpha", "", "Step length", "", Condition, true,
     "Accepted step length alpha of the line search: 1 is the full step, 0 that no step lowered the cost."},
    {Metric::IlqrGradient, "ilqr.gradient", "", "Relative change", "", Condition, true,
     "Mean over time of max |k_t| / (|u_t| + 1) for the full step: below 1e-4 the trajectory counts as optimal."},
    {Metric::IlqrConverged, "ilqr.converged", "", "Converged", "", Condition, false,
     "1 where the pass lowered the cost by less than ilqr.tol, or had next to nothing left to change."},
    {Metric::IlqrClamped, "ilqr.clamped", "", "Actions at their limit", "", Condition, false,
     "Share of the action components of the trajectory that lie at the actuator's limit."},
    {Metric::IlqrGap, "ilqr.gap", "", "Step error", "", Condition, true,
     "Root mean square difference between the next state of the rollout and that of a fresh world set to the same "
     "coordinates, divided by the root mean square change per step. Derivatives come from fresh worlds."},
    {Metric::IlqrHidden, "ilqr.hidden", "", "Unobserved share", "", Condition, true,
     "Largest share over time of the next state's derivative that lies along coordinates the state does not show. 0 "
     "where the state determines the next one."},
    {Metric::SuccessRate, "success_rate", "success_rate", "Success rate", "", Iteration, false,
     "Share of conditions whose noise-free rollout passes the test."},
    {Metric::Rollouts, "rollouts", "rollouts", "Rollouts", "", Iteration, false, "Training rollouts drawn so far."},
}};

}  // namespace

std::span<const MetricSpec> metricRegistry() {
  return kRegistry;
}

const MetricSpec& metricSpec(Metric metric) {
  const MetricSpec& spec = kRegistry[static_cast<std::size_t>(metric)];
  GPS_EXPECTS(spec.id == metric, "the metric registry is out of order");
  return spec;
}

void MetricTable::set(Metric metric, int condition, double value) {
  GPS_EXPECTS(metricSpec(metric).per == MetricPer::Condition, "this metric is per iteration");
  GPS_EXPECTS(condition >= 0 && condition < m_conditions, "condition out of range");
  std::vector<std::optional<double>>& column = m_values[static_cast<std::size_t>(metric)];
  column.resize(static_cast<std::size_t>(m_conditions));
  column[static_cast<std::size_t>(condition)] = value + 0.0;  // a zero has no sign: logs and files agree
}

void MetricTable::set(Metric metric, double value) {
  GPS_EXPECTS(metricSpec(metric).per == MetricPer::Iteration, "this metric is per condition");
  m_values[static_cast<std::size_t>(metric)].assign(1, value + 0.0);
}

void MetricTable::setFinite(Metric metric, int condition, double value) {
  if (std::isfinite(value)) set(metric, condition, value);
}

std::optional<double> MetricTable::get(Metric metric, int condition) const {
  const std::vector<std::optional<double>>& column = m_values[static_cast<std::size_t>(metric)];
  if (condition < 0 || static_cast<std::size_t>(condition) >= column.size()) return std::nullopt;
  return column[static_cast<std::size_t>(condition)];
}

std::optional<double> MetricTable::mean(Metric metric) const {
  double sum = 0.0;
  int count = 0;
  for (const std::optional<double>& value : m_values[static_cast<std::size_t>(metric)]) {
    if (!value) continue;
    sum += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

}  // namespace gps
