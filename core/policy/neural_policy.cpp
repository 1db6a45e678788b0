// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/neural_policy.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/expects.h"
#include "core/math/linalg.h"
#include "core/policy/neural_policy_impl.h"

namespace gps {
namespace {

constexpr double kSmallestStd = 1e-3;
constexpr int kWidestLayer = 65536;
constexpr int kMostLayers = 64;

bool allFinite(std::span<const float> numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](float x) { return std::isfinite(x); });
}

Error badState(std::string what) {
  return {.what = std::move(what),
          .where = "policy",
          .mend = "The stored policy is damaged; use an earlier iteration."};
}

Status checkShape(const MlpShape& shape) {
  if (shape.layers() < 1 || shape.layers() > kMostLayers) {
    return badState("A policy needs 1 to " + std::to_string(kMostLayers) + " layers, but has " +
                    std::to_string(shape.layers()) + ".");
  }
  for (const int width : shape.widths) {
    if (width < 1 || width > kWidestLayer) {
      return badState("The width of a policy's layer must be between 1 and " + std::to_string(kWidestLayer) +
                      ", but is " + std::to_string(width) + ".");
    }
  }
  return Done{};
}

Status checkState(const NeuralPolicy::State& state) {
  const Status shape = checkShape(state.shape);
  if (!shape) return shape;
  const std::size_t count = state.shape.parameterCount();
  if (state.parameters.size() != count || state.adamM.size() != count || state.adamV.size() != count) {
    return badState("A policy of this shape has " + std::to_string(count) + " parameters, but " +
                    std::to_string(state.parameters.size()) + " are stored, with " +
                    std::to_string(state.adamM.size()) + " and " + std::to_string(state.adamV.size()) +
                    " moments.");
  }
  if (!allFinite(state.parameters) || !allFinite(state.adamM) || !allFinite(state.adamV)) {
    return badState("A parameter or moment of the policy is not finite.");
  }
  if (state.adamStep < 0) {
    return badState("The optimiser's step must not be negative, but is " + std::to_string(state.adamStep) +
                    ".");
  }
  const Eigen::Index dO = state.shape.widths.front();
  const Whitening& whitening = state.whitening;
  if (whitening.mean.size() != whitening.scale.size() ||
      (whitening.mean.size() != 0 && whitening.mean.size() != dO) || !whitening.mean.allFinite() ||
      !whitening.scale.allFinite()) {
    return badState("The input whitening does not fit " + std::to_string(dO) + " observations.");
  }
  const Eigen::Index dU = state.shape.widths.back();
  if (state.covariance.rows() != dU || state.covariance.cols() != dU || !choleskyLower(state.covariance)) {
    return badState("The policy's covariance is not a positive definite matrix of size " +
                    std::to_string(dU) + ".");
  }
  return Done{};
}

}  // namespace

Whitening whiteningOf(const Eigen::Ref<const RowMatrix>& observations) {
  GPS_EXPECTS(observations.rows() >= 1, "whitening needs observations");
  const double n = static_cast<double>(observations.rows());
  Whitening result;
  result.mean = observations.colwise().mean().transpose();
  const RowMatrix centred = observations.rowwise() - result.mean.transpose();
  const Vector deviation = (centred.colwise().squaredNorm().transpose() / n).cwiseSqrt();
  result.scale = deviation.cwiseMax(kSmallestStd).cwiseInverse();
  return result;
}

RowMatrix whitened(const Whitening& whitening, const Eigen::Ref<const RowMatrix>& observations) {
  if (whitening.mean.size() == 0) return observations;
  GPS_EXPECTS(whitening.mean.size() == observations.cols(), "whitening has the observations' size");
  RowMatrix result = observations.rowwise() - whitening.mean.transpose();
  result.array().rowwise() *= whitening.scale.transpose().array();
  return result;
}

NeuralPolicy::NeuralPolicy(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

NeuralPolicy::~NeuralPolicy() = default;

std::shared_ptr<const NeuralPolicy> NeuralPolicyAccess::make(std::unique_ptr<Impl> impl) {
  impl->pack();
  return std::shared_ptr<const NeuralPolicy>(new NeuralPolicy(std::move(impl)));
}

std::unique_ptr<NeuralPolicy::Impl> NeuralPolicyAccess::copyOf(const NeuralPolicy& policy) {
  const Impl& from = *policy.m_impl;
  auto impl = std::make_unique<Impl>(from.shape());
  const std::span<const float> parameters = std::as_const(from.module).parameters();
  std::copy(parameters.begin(), parameters.end(), impl->module.parameters().begin());
  impl->adamM = from.adamM;
  impl->adamV = from.adamV;
  impl->adamStep = from.adamStep;
  impl->whitening = from.whitening;
  impl->covariance = from.covariance;
  return impl;
}

std::shared_ptr<const NeuralPolicy> NeuralPolicy::create(int dO, int dU, const PolicyParams& params,
                                                         Rng rng) {
  MlpShape shape;
  shape.activation = params.activation;
  shape.widths.push_back(dO);
  shape.widths.insert(shape.widths.end(), params.hidden.begin(), params.hidden.end());
  shape.widths.push_back(dU);
  GPS_EXPECTS(checkShape(shape), "a policy's widths are at least 1");
  auto impl = std::make_unique<Impl>(shape);
  const std::span<float> parameters = impl->module.parameters();
  for (int l = 0; l < shape.layers(); ++l) {
    double deviation = 0.01;
    if (params.init == WeightInit::He) {
      deviation = std::sqrt(2.0 / shape.widths[static_cast<std::size_t>(l)]);
      if (l + 1 == shape.layers()) deviation *= 0.1;
    }
    for (std::size_t i = shape.weightOffset(l); i < shape.biasOffset(l); ++i) {
      parameters[i] = static_cast<float>(deviation * rng.normal());
    }
  }
  impl->covariance = params.initVar * Matrix::Identity(dU, dU);
  return NeuralPolicyAccess::make(std::move(impl));
}

Result<std::shared_ptr<const NeuralPolicy>> NeuralPolicy::restore(State state) {
  const Status status = checkState(state);
  if (!status) return status.error();
  auto impl = std::make_unique<Impl>(state.shape);
  std::copy(state.parameters.begin(), state.parameters.end(), impl->module.parameters().begin());
  impl->adamM = std::move(state.adamM);
  impl->adamV = std::move(state.adamV);
  impl->adamStep = state.adamStep;
  impl->whitening = std::move(state.whitening);
  impl->covariance = std::move(state.covariance);
  return NeuralPolicyAccess::make(std::move(impl));
}

int NeuralPolicy::dO() const {
  return m_impl->shape().widths.front();
}

int NeuralPolicy::dU() const {
  return m_impl->shape().widths.back();
}

RowMatrix NeuralPolicy::Impl::mean(const Eigen::Ref<const RowMatrix>& observations) const {
  const int rows = static_cast<int>(observations.rows());
  using FloatRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const FloatRows inputs = whitened(whitening, observations).cast<float>();
  FloatRows outputs(rows, shape().widths.back());
  packed.forward(inputs.data(), rows, outputs.data());
  return outputs.cast<double>();
}

RowMatrix NeuralPolicy::mean(const Eigen::Ref<const RowMatrix>& observations) const {
  GPS_EXPECTS(observations.cols() == dO(), "an observation has the size the policy was made for");
  return m_impl->mean(observations);
}

const Matrix& NeuralPolicy::covariance() const {
  return m_impl->covariance;
}

NeuralPolicy::State NeuralPolicy::state() const {
  const std::span<const float> parameters = std::as_const(m_impl->module).parameters();
  return {.shape = m_impl->shape(),
          .parameters = {parameters.begin(), parameters.end()},
          .adamM = m_impl->adamM,
          .adamV = m_impl->adamV,
          .adamStep = m_impl->adamStep,
          .whitening = m_impl->whitening,
          .covariance = m_impl->covariance};
}

}  // namespace gps
