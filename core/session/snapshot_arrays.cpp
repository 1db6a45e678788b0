// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/snapshot_arrays.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>

#include "core/session/snapshot_fields.h"
#include "core/session/step_arrays.h"

namespace gps {

namespace {

std::span<const double> numbersOf(const RowMatrix& m) {
  return {m.data(), static_cast<std::size_t>(m.size())};
}

bool sameBits(const RowMatrix& a, const RowMatrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)) == 0;
}

bool sameBits(const Pose& a, const Pose& b) {
  return std::memcmp(&a, &b, sizeof(Pose)) == 0;
}
static_assert(sizeof(Pose) == 3 * sizeof(float));

/// Stacks one matrix per rollout: extents `leading`, then those of a matrix.
void putMatrices(const std::string& name, const Extents& leading, const Rollouts& rollouts, RowMatrix Trajectory::*part,
                 ArraySet& arrays) {
  std::vector<double> numbers;
  const RowMatrix& first = rollouts.front()->trajectory.*part;
  numbers.reserve(rollouts.size() * static_cast<std::size_t>(first.size()));
  for (const auto& rollout : rollouts) {
    const std::span<const double> own = numbersOf(rollout->trajectory.*part);
    numbers.insert(numbers.end(), own.begin(), own.end());
  }
  Extents shape = leading;
  shape.insert(shape.end(), {first.rows(), first.cols()});
  arrays.put(name, shape, std::span<const double>(numbers));
}

/// Poses of the bodies that move, and one pose of every body for those that do not.
void putPoses(const std::string& name, const Extents& leading, const Rollouts& rollouts, ArraySet& arrays) {
  const std::vector<Pose>& first = rollouts.front()->poses;
  const std::size_t T = static_cast<std::size_t>(rollouts.front()->trajectory.horizon());
  if (first.empty() || T == 0) return;
  const std::size_t bodies = first.size() / T;
  std::vector<std::int64_t> moving;
  for (std::size_t b = 0; b < bodies; ++b) {
    const bool still = std::all_of(rollouts.begin(), rollouts.end(), [&](const auto& rollout) {
      for (std::size_t t = 0; t < T; ++t) {
        if (!sameBits(rollout->poses[t * bodies + b], first[b])) return false;
      }
      return true;
    });
    if (!still) moving.push_back(sizeOf(b));
  }
  std::vector<float> numbers;
  numbers.reserve(rollouts.size() * T * moving.size() * 3);
  for (const auto& rollout : rollouts) {
    for (std::size_t t = 0; t < T; ++t) {
      for (const std::int64_t b : moving) {
        const Pose& pose = rollout->poses[t * bodies + static_cast<std::size_t>(b)];
        numbers.insert(numbers.end(), {pose.x, pose.y, pose.angle});
      }
    }
  }
  std::vector<float> still;
  for (std::size_t b = 0; b < bodies; ++b) still.insert(still.end(), {first[b].x, first[b].y, first[b].angle});
  Extents shape = leading;
  shape.insert(shape.end(), {sizeOf(T), sizeOf(moving.size()), 3});
  arrays.put(name + ".poses", shape, std::span<const float>(numbers));
  arrays.put(name + ".poses.bodies", {sizeOf(moving.size())}, std::span<const std::int64_t>(moving));
  arrays.put(name + ".poses.start", {sizeOf(bodies), 3}, std::span<const float>(still));
}

Status putRollouts(const std::string& name, const Extents& leading, const Rollouts& rollouts, ArraySet& arrays) {
  const Rollout& first = *rollouts.front();
  bool observesState = true;
  for (const auto& rollout : rollouts) {
    const Trajectory& own = rollout->trajectory;
    if (own.X.rows() != first.trajectory.X.rows() || own.X.cols() != first.trajectory.X.cols() ||
        own.U.cols() != first.trajectory.U.cols() || own.O.cols() != first.trajectory.O.cols() ||
        rollout->poses.size() != first.poses.size()) {
      return Error{"Rollouts of one iteration differ in shape and can't be saved.", name, ""};
    }
    observesState = observesState && sameBits(own.X, own.O);
  }
  putMatrices(name + ".X", leading, rollouts, &Trajectory::X, arrays);
  putMatrices(name + ".U", leading, rollouts, &Trajectory::U, arrays);
  // Where the observation is the state it is kept once.
  if (!observesState) putMatrices(name + ".O", leading, rollouts, &Trajectory::O, arrays);
  std::vector<double> clipped;
  for (const auto& rollout : rollouts) clipped.push_back(rollout->trajectory.clipFraction);
  arrays.put(name + ".clip_fraction", leading, std::span<const double>(clipped));
  putPoses(name, leading, rollouts, arrays);
  return Done{};
}

/// One part of every condition that has it: `shapeOf` of the first, numbers of all.
struct Part {
  Extents shape;
  std::vector<double> numbers;
};

/// Stacks what `of(i)` gives for every condition; nothing where that is empty.
Status putStacked(const std::string& name, std::size_t M, const std::function<std::optional<Part>(std::size_t)>& of,
                  ArraySet& arrays, bool rounded = false) {
  std::vector<std::int64_t> present;
  Extents shape;
  std::vector<double> numbers;
  for (std::size_t i = 0; i < M; ++i) {
    std::optional<Part> part = of(i);
    if (!part) continue;
    if (present.empty()) shape = part->shape;
    else if (shape != part->shape) return Error{"Arrays of one iteration differ in shape and can't be saved.", name, ""};
    present.push_back(sizeOf(i));
    numbers.insert(numbers.end(), part->numbers.begin(), part->numbers.end());
  }
  if (present.empty()) return Done{};
  shape.insert(shape.begin(), sizeOf(present.size()));
  if (present.size() < M) {
    arrays.put(name + ".conditions", {sizeOf(present.size())}, std::span<const std::int64_t>(present));
  }
  if (!rounded) {
    arrays.put(name, shape, std::span<const double>(numbers));
    return Done{};
  }
  std::vector<float> narrow;
  narrow.reserve(numbers.size());
  constexpr double kMost = std::numeric_limits<float>::max();
  for (const double x : numbers) narrow.push_back(static_cast<float>(std::clamp(x, -kMost, kMost)));
  arrays.put(name, shape, std::span<const float>(narrow));
  return Done{};
}

std::optional<Part> partOf(const Vector& v) {
  if (v.size() == 0) return std::nullopt;
  return Part{{v.size()}, {v.begin(), v.end()}};
}

std::optional<Part> partOf(const RowMatrix& m) {
  if (m.size() == 0) return std::nullopt;
  return Part{{m.rows(), m.cols()}, {m.data(), m.data() + m.size()}};
}

template <class M>
std::optional<Part> stepsOf(const std::shared_ptr<const LinearGaussianController>& controller,
                            M LinearGaussianController::Step::*part) {
  if (!controller) return std::nullopt;
  Part result;
  for (const LinearGaussianController::Step& step : controller->steps()) {
    const M& m = step.*part;
    for (Eigen::Index r = 0; r < m.rows(); ++r) {
      for (Eigen::Index c = 0; c < m.cols(); ++c) result.numbers.push_back(m(r, c));
    }
    if (result.shape.empty()) {
      result.shape = {controller->horizon(), m.rows()};
      if constexpr (!M::IsVectorAtCompileTime) result.shape.push_back(m.cols());
    }
  }
  return result;
}

Status putMarginals(const std::string& name, const Snapshot& snapshot,
                    std::shared_ptr<const Marginals> ConditionView::*which, ArraySet& arrays) {
  const std::size_t M = snapshot.conditions.size();
  Status means = putStacked(
      name + ".mean", M,
      [&](std::size_t i) -> std::optional<Part> {
        const auto& marginals = snapshot.conditions[i].*which;
        if (!marginals || marginals->mean.empty()) return std::nullopt;
        Part part{{marginals->horizon(), marginals->mean.front().size()}, {}};
        for (const Vector& mean : marginals->mean) part.numbers.insert(part.numbers.end(), mean.begin(), mean.end());
        return part;
      },
      arrays, /*rounded=*/true);
  if (!means) return means;
  return putStacked(
      name + ".cov_lower", M,
      [&](std::size_t i) -> std::optional<Part> {
        const auto& marginals = snapshot.conditions[i].*which;
        if (!marginals || marginals->cov.empty()) return std::nullopt;
        const Eigen::Index n = snapshot.task->dX;
        if (marginals->cov.front().rows() < n) return std::nullopt;
        Part part{{marginals->horizon(), n * (n + 1) / 2}, {}};
        for (const Matrix& cov : marginals->cov) {
          for (Eigen::Index r = 0; r < n; ++r) {
            for (Eigen::Index c = 0; c <= r; ++c) part.numbers.push_back(cov(r, c));
          }
        }
        return part;
      },
      arrays, /*rounded=*/true);
}

void putPolicy(const GlobalPolicy* policy, ArraySet& arrays) {
  const NeuralPolicy* network = dynamic_cast<const NeuralPolicy*>(policy);
  if (!network) return;
  const NeuralPolicy::State state = network->state();
  const std::vector<std::int64_t> widths(state.shape.widths.begin(), state.shape.widths.end());
  arrays.put("policy.widths", {sizeOf(widths.size())}, std::span<const std::int64_t>(widths));
  arrays.putText("policy.activation", state.shape.activation == Activation::Relu ? "relu" : "tanh");
  arrays.put("policy.parameters", {sizeOf(state.parameters.size())}, std::span<const float>(state.parameters));
  const auto vector = [&](const std::string& name, const Vector& v) {
    arrays.put(name, {v.size()}, std::span<const double>(v.data(), static_cast<std::size_t>(v.size())));
  };
  vector("policy.whitening_mean", state.whitening.mean);
  vector("policy.whitening_scale", state.whitening.scale);
  const RowMatrix covariance = state.covariance;
  arrays.put("policy.covariance", {covariance.rows(), covariance.cols()}, numbersOf(covariance));
}

}  // namespace

Status putSnapshot(const Snapshot& snapshot, const GlobalPolicy* policy, ArraySet& arrays) {
  const std::vector<ConditionView>& views = snapshot.conditions;
  const std::size_t M = views.size();
  Rollouts samples;
  for (const ConditionView& view : views) {
    if (view.samples.size() != views.front().samples.size()) {
      return Error{"The conditions have different numbers of rollouts, which can't be saved.", "samples", ""};
    }
    samples.insert(samples.end(), view.samples.begin(), view.samples.end());
  }
  if (!samples.empty()) {
    const Extents leading{sizeOf(M), sizeOf(samples.size() / M)};
    if (Status s = putRollouts("samples", leading, samples, arrays); !s) return s;
  }
  for (const auto& [name, which] :
       {std::pair("local", &ConditionView::local), std::pair("global", &ConditionView::global)}) {
    Rollouts rollouts;
    std::vector<std::int64_t> present;
    for (std::size_t i = 0; i < M; ++i) {
      if (!(views[i].*which)) continue;
      rollouts.push_back(views[i].*which);
      present.push_back(sizeOf(i));
    }
    if (rollouts.empty()) continue;
    if (present.size() < M) {
      arrays.put(std::string(name) + ".conditions", {sizeOf(present.size())}, std::span<const std::int64_t>(present));
    }
    if (Status s = putRollouts(name, {sizeOf(rollouts.size())}, rollouts, arrays); !s) return s;
  }
  using Step = LinearGaussianController::Step;
  const auto controllers = [&](const char* name, auto part) {
    return putStacked(name, M, [&](std::size_t i) { return stepsOf(views[i].controller, part); }, arrays);
  };
  if (Status s = controllers("controller.K", &Step::K); !s) return s;
  if (Status s = controllers("controller.k", &Step::k); !s) return s;
  if (Status s = controllers("controller.C", &Step::C); !s) return s;
  if (Status s = putMarginals("local_marginals", snapshot, &ConditionView::localMarginals, arrays); !s) return s;
  if (Status s = putMarginals("global_marginals", snapshot, &ConditionView::globalMarginals, arrays); !s) return s;
  putPolicy(policy, arrays);

  const IterationReport& report = snapshot.report;
  for (const SeriesField& field : kSeries) {
    Status s = putStacked(field.name, report.series.size(),
                          [&](std::size_t i) { return partOf(report.series[i].*field.values); }, arrays);
    if (!s) return s;
  }
  Status deviations = putStacked("series.std", report.series.size(),
                                 [&](std::size_t i) { return partOf(report.series[i].std); }, arrays);
  if (!deviations) return deviations;
  std::vector<double> points, costs;
  std::vector<std::int64_t> counts;
  for (const std::vector<DualPoint>& trace : report.dualTrace) {
    counts.push_back(sizeOf(trace.size()));
    for (const DualPoint& point : trace) {
      points.insert(points.end(), {point.eta, point.kl});
      if (point.cost) costs.push_back(*point.cost);
    }
  }
  // A trace with holes is stored without its costs.
  if (!costs.empty() && 2 * costs.size() == points.size()) {
    arrays.put("dual_trace.cost", {sizeOf(costs.size())}, std::span<const double>(costs));
  }
  if (!points.empty()) {
    arrays.put("dual_trace", {sizeOf(points.size() / 2), 2}, std::span<const double>(points));
    arrays.put("dual_trace.counts", {sizeOf(counts.size())}, std::span<const std::int64_t>(counts));
  }
  putStep(report.step, arrays);
  const TrainingLog& training = report.training;
  if (!training.loss.empty()) {
    const std::vector<std::int64_t> steps(training.lossStep.begin(), training.lossStep.end());
    const double numbers[] = {training.precisionScale, training.gradientNorm, training.weightNorm,
                              static_cast<double>(training.steps)};
    arrays.put("training.loss", {sizeOf(training.loss.size())}, std::span<const double>(training.loss));
    arrays.put("training.loss_step", {sizeOf(steps.size())}, std::span<const std::int64_t>(steps));
    arrays.put("training.numbers", {4}, std::span<const double>(numbers));
  }
  return Done{};
}

}  // namespace gps
