// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/policy/mlp_module.h"
#include "core/policy/neural_policy.h"

namespace gps {

/// What a policy consists of. Private to the policy and its training.
struct NeuralPolicy::Impl {
  explicit Impl(const MlpShape& shape)
      : module(shape), adamM(shape.parameterCount()), adamV(shape.parameterCount()), packed(shape) {}

  const MlpShape& shape() const { return packed.shape(); }
  /// Copies the module's parameters to where mean() reads them.
  void pack() { packed.load(module.parameters(), false); }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const;

  MlpModule module;
  std::vector<float> adamM;
  std::vector<float> adamV;
  long adamStep = 0;
  Whitening whitening;
  Matrix covariance;
  PackedMlp<float> packed;
};

/// The door through which training makes new policies.
struct NeuralPolicyAccess {
  using Impl = NeuralPolicy::Impl;
  static std::unique_ptr<Impl> copyOf(const NeuralPolicy& policy);
  static std::shared_ptr<const NeuralPolicy> make(std::unique_ptr<Impl> impl);
};

}  // namespace gps
