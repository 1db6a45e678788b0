// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/policy/global_policy.h"
#include "core/policy/mlp.h"
#include "core/policy/policy_dataset.h"
#include "core/policy/policy_params.h"

namespace gps {

/// Input whitening (o - mean) / max(std, 1e-3), fixed at the first S-step and part of the policy (J3).
struct Whitening {
  Vector mean;   ///< (dO); empty before the first S-step
  Vector scale;  ///< (dO), 1 / max(std, 1e-3)
};

/// Population statistics of the rows.
Whitening whiteningOf(const Eigen::Ref<const RowMatrix>& observations);
/// The network's inputs; the observations themselves while the whitening is empty.
RowMatrix whitened(const Whitening& whitening, const Eigen::Ref<const RowMatrix>& observations);

/// MLP policy on a LibTorch module. The module owns the float32 parameters; the fused pass works on them in
/// place, LibTorch's autograd on the same tensors. Immutable: training returns a new policy that also
/// carries the optimiser's moments, so that a warm start goes on exactly.
class NeuralPolicy final : public GlobalPolicy {
 public:
  struct State {
    MlpShape shape;
    std::vector<float> parameters;
    std::vector<float> adamM;
    std::vector<float> adamV;
    long adamStep = 0;
    Whitening whitening;
    Matrix covariance;
  };

  /// A fresh policy: He or N(0, 0.01^2) weights from the stream, covariance initVar I.
  static std::shared_ptr<const NeuralPolicy> create(int dO, int dU, const PolicyParams& params, Rng rng);
  static Result<std::shared_ptr<const NeuralPolicy>> restore(State state);
  ~NeuralPolicy() override;

  int dO() const override;
  int dU() const override;
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override;
  const Matrix& covariance() const override;
  State state() const;

 private:
  struct Impl;
  explicit NeuralPolicy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
  friend struct NeuralPolicyAccess;
};

/// How one S-step went.
struct TrainingLog {
  std::vector<double> loss;     ///< running mean of the batch loss, at most 200 points
  std::vector<int> lossStep;    ///< the gradient step each belongs to
  double precisionScale = 1.0;  ///< s_P = mean trace(P)/dU
  double gradientNorm = 0.0;    ///< of the last batch; 0 with autograd
  double weightNorm = 0.0;      ///< of all parameters afterwards
  int steps = 0;                ///< gradient steps done
};

struct TrainedPolicy {
  std::shared_ptr<const GlobalPolicy> policy;
  TrainingLog log;
};

struct TrainingRequest {
  PolicyParams params;
  double entropyReg = 0.0;  ///< used instead of params.entropyReg, which BADMM replaces by its schedule
  bool autograd = false;    ///< LibTorch's autograd and tensors instead of the fused pass (checks only)
  /// Asked every few milliseconds of work; false aborts with an error that says "stopped".
  std::function<bool(double fraction)> keepGoing;
};

/// One S-step (J1-J5): whitening (first time), weights normalised, precisions divided by s_P and capped,
/// Adam over shuffled minibatches (a new permutation per epoch from `rng`, the partial batch dropped), fewer
/// steps where earlyStop says so, then the covariance in closed form. Fails when the loss or a weight becomes non-finite.
Result<TrainedPolicy> trainPolicy(const NeuralPolicy& start, const PolicyDataset& data,
                                  const TrainingRequest& request, Rng rng);

}  // namespace gps
