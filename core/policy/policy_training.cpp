// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "core/base/expects.h"
#include "core/policy/neural_policy.h"
#include "core/policy/neural_policy_impl.h"
#include "core/policy/training_rows.h"

namespace gps {
namespace {

constexpr int kLogPoints = 200;

Error badData(std::string what) {
  return {.what = std::move(what),
          .where = "training of the global policy",
          .mend = "Look for diverging rollouts; a smaller lqr.kl_step or init.var keeps them in bounds."};
}

Status checkData(const PolicyDataset& data, const VectorRef& weights) {
  if (data.rows() < 1) return badData("The global policy has no samples to learn from.");
  if (!data.observations.allFinite()) return badData("An observation of the training data is not finite.");
  if (!data.targets.allFinite()) return badData("A target action of the training data is not finite.");
  for (std::size_t index = 0; index < data.precision.size(); ++index) {
    if (!data.precision[index].allFinite()) {
      return badData("The target precision of condition " +
                     std::to_string(index / static_cast<std::size_t>(data.horizon)) + " at step " +
                     std::to_string(index % static_cast<std::size_t>(data.horizon)) + " is not finite.");
    }
  }
  if (!weights.allFinite() || weights.minCoeff() < 0.0 || weights.sum() <= 0.0) {
    return badData("The sample weights must be finite and not all zero.");
  }
  return Done{};
}

/// Gradient steps between two questions to keepGoing: one to two milliseconds of the fused pass, which does
/// about 5e10 operations per second on a processor with AVX2 and needs six per parameter and row.
int stepsPerQuestion(const MlpShape& shape, int batch, bool autograd) {
  if (autograd) return 4;
  const double operations = 6.0 * static_cast<double>(shape.parameterCount()) * batch;
  return static_cast<int>(std::clamp(7e7 / operations, 1.0, 1000.0));
}

/// Means of equally long runs of losses, at most kLogPoints of them.
class LossLog {
 public:
  explicit LossLog(int steps) : m_interval((steps + kLogPoints - 1) / kLogPoints), m_last(steps) {}

  void add(int step, float loss, TrainingLog& log) {
    m_sum += loss;
    ++m_count;
    if (m_count < m_interval && step < m_last) return;
    finish(step, log);
  }

  /// Logs the steps since the last entry, if any.
  void finish(int step, TrainingLog& log) {
    if (m_count == 0) return;
    log.loss.push_back(m_sum / m_count);
    log.lossStep.push_back(step);
    m_sum = 0.0;
    m_count = 0;
  }

 private:
  int m_interval;
  int m_last;
  double m_sum = 0.0;
  int m_count = 0;
};

/// Sees a loss that no longer falls: its mean over kPlateauSteps steps against that over as many before   (J5).
class Plateau {
 public:
  /// True at the last step of a stretch that is less than a thousandth better than the one before.
  bool reached(float loss) {
    m_sum += loss;
    if (++m_count < kPlateauSteps) return false;
    const double mean = m_sum / m_count;
    const bool flat = m_previous && mean >= *m_previous * (1.0 - kPlateauShare);
    m_previous = mean;
    m_sum = 0.0;
    m_count = 0;
    return flat;
  }

 private:
  static constexpr int kPlateauSteps = 500;
  static constexpr double kPlateauShare = 1e-3;
  std::optional<double> m_previous;
  double m_sum = 0.0;
  int m_count = 0;
};

/// pol.lr for the first half of the steps 1 .. n, then geometrically down to pol.lr_final at step n.
double learningRate(const PolicyParams& params, int step) {
  if (!params.lrFinal || 2 * step <= params.steps) return params.lr;
  const double share = static_cast<double>(2L * step - params.steps) / params.steps;
  return params.lr * std::pow(*params.lrFinal / params.lr, share);
}

Error diverged(int step, const char* what) {
  return {.what = std::string(what) + " is not finite at gradient step " + std::to_string(step) + ".",
          .where = "training of the global policy",
          .mend = "Lower pol.lr, or look for outliers in the target actions."};
}

double normOf(std::span<const float> numbers) {
  double sum = 0.0;
  for (const float x : numbers) sum += static_cast<double>(x) * x;
  return std::sqrt(sum);
}

/// Adam over shuffled minibatches, in place on the module's parameters. Steps count from 1.
Status descend(NeuralPolicyAccess::Impl& impl, const TrainingRows<float>& rows,
               const TrainingRequest& request, Rng& rng, TrainingLog& log) {
  const PolicyParams& params = request.params;
  const int batch = std::min(params.batch, rows.rows());
  const int perEpoch = rows.rows() / batch;
  const int question = stepsPerQuestion(impl.shape(), batch, request.autograd);
  AdamOptions adam{.lr = params.lr, .weightDecay = params.weightDecay};
  const std::span<float> parameters = impl.module.parameters();
  MlpDescent<float> descent(impl.shape(), batch, parameters, impl.adamM, impl.adamV);
  std::vector<int> permutation(static_cast<std::size_t>(rows.rows()));
  std::iota(permutation.begin(), permutation.end(), 0);
  TrainingRows<float> minirows;
  LossLog losses(params.steps);
  Plateau plateau;
  log.steps = params.steps;
  for (int step = 1; step <= params.steps; ++step) {
    if (request.keepGoing && (step - 1) % question == 0 &&
        !request.keepGoing(static_cast<double>(step - 1) / params.steps)) {
      return Error{.what = "The training of the global policy was stopped at gradient step " +
                           std::to_string(step) + ".",
                   .where = "",
                   .mend = ""};
    }
    if ((step - 1) % perEpoch == 0) shuffle(permutation, rng);
    gather(rows, minibatch(permutation, batch, step - 1), minirows);
    ++impl.adamStep;
    adam.lr = learningRate(params, step);
    float loss = 0.0F;
    if (request.autograd) {
      loss = impl.module.autogradStep({.rows = batch,
                                       .observations = minirows.observations.data(),
                                       .targets = minirows.targets.data(),
                                       .precisions = minirows.precisions.data()},
                                      impl.adamM, impl.adamV, impl.adamStep, adam);
    } else {
      loss = descent.step(minirows.observations.data(), minirows.targets.data(), minirows.precisions.data(),
                          impl.adamStep, adam);
    }
    if (!std::isfinite(loss)) return diverged(step, "The loss");
    losses.add(step, loss, log);
    if (params.earlyStop && plateau.reached(loss)) {
      losses.finish(step, log);
      log.steps = step;
      break;
    }
  }
  if (!request.autograd) {
    descent.store(parameters, impl.adamM, impl.adamV);
    log.gradientNorm = normOf(descent.gradient());
  }
  log.weightNorm = normOf(parameters);
  // A weight that overflows shows in the loss of the next step; only the last step has none.
  const auto finite = [](float x) { return std::isfinite(x); };
  if (!std::all_of(parameters.begin(), parameters.end(), finite)) return diverged(log.steps, "A weight");
  return Done{};
}

}  // namespace

Result<TrainedPolicy> trainPolicy(const NeuralPolicy& start, const PolicyDataset& data,
                                  const TrainingRequest& request, Rng rng) {
  GPS_EXPECTS(data.observations.cols() == start.dO(), "the data's observations fit the policy");
  GPS_EXPECTS(data.targets.cols() == start.dU(), "the data's actions fit the policy");
  GPS_EXPECTS(request.params.batch >= 1 && request.params.steps >= 1, "training parameters are in range");
  const Status checked = checkData(data, data.weights);
  if (!checked) return checked.error();

  std::unique_ptr<NeuralPolicyAccess::Impl> impl = NeuralPolicyAccess::copyOf(start);
  if (impl->whitening.mean.size() == 0) impl->whitening = whiteningOf(data.observations);
  TrainingLog log;
  log.precisionScale = precisionScaleOf(data);
  if (!(log.precisionScale > 0.0)) return badData("The target precisions have no positive trace.");
  const Vector weights = normalizedWeights(data.weights, request.params.weightCap);
  const std::vector<Matrix> precisions =
      cappedPrecisions(data.precision, log.precisionScale, request.params.precisionCap);
  const TrainingRows<float> rows = trainingRows<float>(data, impl->whitening, weights, precisions);
  const Status descended = descend(*impl, rows, request, rng, log);
  if (!descended) return descended.error();

  if (data.targetCovariance.size() != 0) {
    impl->pack();
    const RowMatrix residuals = data.targets - impl->mean(data.observations);
    impl->covariance = forwardCovariance(data, residuals, weights, request.params.fullCov);
  } else {
    Result<Matrix> covariance = policyCovariance(data, weights, request.params.fullCov, request.entropyReg);
    if (!covariance) return covariance.error();
    impl->covariance = std::move(*covariance);
  }
  return TrainedPolicy{.policy = NeuralPolicyAccess::make(std::move(impl)), .log = std::move(log)};
}

}  // namespace gps
