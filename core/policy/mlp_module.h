// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>

#include "core/policy/mlp.h"

namespace gps {

/// One batch as the loss reads it, row-major and contiguous; see FusedMlp.
struct MlpBatch {
  int rows = 0;
  const float* observations = nullptr;
  const float* targets = nullptr;
  const float* precisions = nullptr;
};

/// An MLP as a LibTorch module of linear layers y = x W + b. Every parameter tensor (float32) is a view into
/// one flat buffer in the order of MlpShape, so other code can work on the same numbers without a copy.
class MlpModule {
 public:
  /// All parameters zero.
  explicit MlpModule(const MlpShape& shape);
  ~MlpModule();
  MlpModule(const MlpModule&) = delete;
  MlpModule& operator=(const MlpModule&) = delete;

  std::span<float> parameters();
  std::span<const float> parameters() const;

  /// One step of Adam in place, by LibTorch's autograd and tensor operations, on one thread. The same loss
  /// and the same form of Adam as FusedMlp and adamStep. Returns the loss before the step.
  float autogradStep(const MlpBatch& batch, std::span<float> m, std::span<float> v, long step,
                     const AdamOptions& options);

 private:
  struct Network;
  std::shared_ptr<Network> m_network;
};

}  // namespace gps
