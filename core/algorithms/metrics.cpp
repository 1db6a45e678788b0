// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/metrics.h"

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
    {Metric::ModelCost, "cost.model", "", "Model cost", "", Condition, true,
     "Expected cost of the new controller under the fitted dynamics and cost model."},
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
    {Metric::StepMult, "step_mult", "step_mult", "Step multiplier", "", Condition, true,
     "Factor on kl_step that the step rule adapts."},
    {Metric::Predicted, "pred", "", "Predicted improvement", "", Condition, false,
     "Cost decrease the last C-step promised."},
    {Metric::Actual, "act", "", "Actual improvement", "", Condition, false, "Cost decrease that came."},
    {Metric::EntropyLocal, "entropy.p", "entropy", "Local entropy", "nat", Condition, false,
     "Differential entropy of the new controller's actions, summed over time."},
    {Metric::EntropyGlobal, "entropy.pi", "", "Global entropy", "nat", Condition, false,
     "Differential entropy of the policy's actions, summed over time."},
    {Metric::KlLocalGlobal, "kl.p_pi", "", "KL(local || global)", "nat", Condition, true,
     "Mean over the rollouts, summed over time."},
    {Metric::KlGlobalLocal, "kl.pi_p", "", "KL(global || local)", "nat", Condition, true,
     "Mean over the rollouts, summed over time."},
    {Metric::Rho, "rho.mean", "rho", "rho", "", Condition, true, "Weight of KL(p || pi), mean over time."},
    {Metric::RhoLow, "rho.low", "", "rho, 10 %", "", Condition, true, "10 % quantile over time."},
    {Metric::RhoHigh, "rho.high", "", "rho, 90 %", "", Condition, true, "90 % quantile over time."},
    {Metric::LambdaNorm, "lambda.norm", "lambda_norm", "|lambda|", "", Condition, true,
     "Euclidean norm of the multipliers over all time steps."},
    {Metric::ActionGap, "gap.u", "", "Action gap", "action", Condition, true,
     "Root mean square over time of the difference of mean actions, E u_p - E u_pi."},
    {Metric::PolicyLoss, "sstep.loss", "", "S-step loss", "", Iteration, true, "Training loss at the end of the S-step."},
    {Metric::PolicyStd, "policy.std", "", "Policy deviation", "action", Iteration, true,
     "Root mean square of the policy's standard deviations."},
    {Metric::DynamicsR2, "dyn.r2", "", "Dynamics R2", "", Condition, false,
     "One-step coefficient of determination on the training rollouts."},
    {Metric::DynamicsR2Next, "dyn.r2_next", "", "Dynamics R2, next", "", Condition, false,
     "The previous iteration's model on this iteration's rollouts."},
    {Metric::LinearisationR2, "lin.r2", "", "Linearisation R2", "", Condition, false,
     "How well the linearised policy explains the network on the rollouts."},
    {Metric::GmmLogLikelihood, "gmm.ll", "", "Mixture log likelihood", "nat", Condition, false,
     "Log likelihood of the dynamics prior per point."},
    {Metric::ClipFraction, "clip_fraction", "", "Clipped actions", "", Condition, false,
     "Share of commanded action components beyond the actuator's limit."},
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
  column[static_cast<std::size_t>(condition)] = value;
}

void MetricTable::set(Metric metric, double value) {
  GPS_EXPECTS(metricSpec(metric).per == MetricPer::Iteration, "this metric is per condition");
  m_values[static_cast<std::size_t>(metric)].assign(1, value);
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
