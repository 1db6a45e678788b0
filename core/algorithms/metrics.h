// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gps {

/// Scalar channels of an iteration. Add new ones before kCount and to the registry in metrics.cpp.
enum class Metric {
  LocalCost,       ///< mean cost of the noisy rollouts drawn at the start of the iteration
  LocalCostMin,
  LocalCostMax,
  LocalCleanCost,  ///< noise-free rollout of the new controller
  ModelCost,       ///< expected cost of the new controller under the fitted model
  GlobalModelCost, ///< expected cost of the new linearised policy under the fitted model
  GlobalCost,      ///< noise-free rollout of the global policy at the end of the iteration
  Success,         ///< 1 or 0 per condition
  FinalDistance,
  Kl,              ///< KL of the new controller from the trust region's centre
  KlBound,
  KlMean,          ///< over the conditions; only where one eta bounds it
  Eta,
  EtaRaises,
  DualEvaluations, ///< of the search for eta
  QuuMin,          ///< smallest eigenvalue of Q_uu over time
  StepMult,
  Predicted,       ///< improvement the last C-step promised
  Actual,          ///< improvement that came
  StepRatio,       ///< came / promised
  CostPrevious,    ///< the costs behind the step rule, under the models of the last and of this iteration
  CostPromised,
  CostLocalNow,
  CostGlobalNow,
  EntropyLocal,
  EntropyGlobal,
  GainNorm,        ///< |K_t|, root mean square over t
  KlLocalGlobal,   ///< KL(p || pi), mean over samples, summed over t
  KlGlobalLocal,   ///< KL(pi || p)
  KlGlobalLocalBefore,  ///< the same before the S-step
  Rho,             ///< mean over t
  RhoLow,          ///< 10 % quantile over t
  RhoHigh,         ///< 90 % quantile over t
  LambdaNorm,      ///< Euclidean norm of all lambda_t
  ActionGap,       ///< |E u_p - E u_pi|, root mean square over t
  PolicyLoss,      ///< S-step loss at its end
  PolicySteps,     ///< gradient steps of the S-step
  PrecisionScale,  ///< s_P by which the target precisions were divided
  GradientNorm,    ///< of the S-step's last batch
  WeightNorm,      ///< of the policy's parameters
  PolicyStd,
  DynamicsR2,
  DynamicsR2Next,  ///< last iteration's model on this iteration's rollouts
  DynamicsError,   ///< one-step error in units of W
  DynamicsErrorNext,
  DynamicsNorm,    ///< |F_t|, root mean square over t
  DynamicsNoise,   ///< tr W_t, mean over t
  LinearisationR2,
  GmmLogLikelihood,
  GmmClusters,
  ClipFraction,
  EpsilonMax,      ///< F7: eps_t = max over visited states of KL(p || pi), largest over t
  EpsilonMean,
  TvBound,
  TvBoundPrinted,
  CostGapSampled,  ///< J(pi) - J(p) from noise-free rollouts
  CostGapModel,    ///< under the fitted model
  CostGapBound,
  CostGapBoundPrinted,
  StageCostMax,    ///< largest stage cost seen so far
  IlqrMu,          ///< regularisation of Q_uu in the last backward pass
  IlqrAlpha,       ///< accepted step length, 0 when none was
  IlqrGradient,    ///< mean over t of max |k_t| / (|u_t| + 1)
  IlqrConverged,   ///< 1 where the stop rule holds
  IlqrClamped,     ///< share of actions at their limit
  IlqrGap,         ///< one step of a fresh world beside the rollout's
  IlqrHidden,      ///< share of the next state that the state does not determine
  SuccessRate,
  Rollouts,        ///< drawn so far
  kCount
};

inline constexpr std::size_t kMetricCount = static_cast<std::size_t>(Metric::kCount);

enum class MetricPer { Condition, Iteration };

/// One registry entry: CSV columns, JSON lines, plots and lists follow from it.
struct MetricSpec {
  Metric id;
  std::string_view key;      ///< "kl.total"; column name and --json-independent key
  std::string_view jsonKey;  ///< key in the JSON lines; empty when it is not part of them
  std::string_view label;    ///< "KL"
  std::string_view unit;
  MetricPer per;
  bool logAxis;
  std::string_view help;
};

/// In the order of the enumeration.
std::span<const MetricSpec> metricRegistry();
const MetricSpec& metricSpec(Metric metric);

/// Values of one iteration. A quantity an algorithm does not have is absent, never 0.
class MetricTable {
 public:
  explicit MetricTable(int conditions = 0) : m_conditions(conditions) {}
  int conditions() const { return m_conditions; }

  void set(Metric metric, int condition, double value);
  void set(Metric metric, double value);  ///< per-iteration metrics
  /// The same where the value is finite; nothing where a diagnostic has no number.
  void setFinite(Metric metric, int condition, double value);
  /// Whether the algorithm has this metric at all.
  bool has(Metric metric) const { return !m_values[static_cast<std::size_t>(metric)].empty(); }
  std::optional<double> get(Metric metric, int condition = 0) const;
  /// Mean over the conditions that have a value.
  std::optional<double> mean(Metric metric) const;

 private:
  int m_conditions;
  std::array<std::vector<std::optional<double>>, kMetricCount> m_values;
};

}  // namespace gps
