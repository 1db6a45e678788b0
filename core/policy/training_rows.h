// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/base/rng.h"
#include "core/policy/neural_policy.h"
#include "core/policy/policy_dataset.h"

namespace gps {

/// A dataset as the loss reads it: whitened observations, targets, and precisions with the weights folded in.
/// Arrays are row-major and contiguous; also the form of one minibatch.
template <class Scalar>
struct TrainingRows {
  int dO = 0;
  int dU = 0;
  std::vector<Scalar> observations;  ///< (n x dO)
  std::vector<Scalar> targets;       ///< (n x dU)
  std::vector<Scalar> precisions;    ///< (n x dU x dU)

  int rows() const { return static_cast<int>(targets.size()) / dU; }
};

/// s_P = mean trace(P) / dU over the dataset's precisions.
double precisionScaleOf(const PolicyDataset& data);

/// P / scale with eigenvalues cut at `cap` times the median eigenvalue of all of them.
std::vector<Matrix> cappedPrecisions(std::span<const Matrix> precisions, double scale, double cap);

/// `precisions` replace those of `data`, same indices; weights one per row.
template <class Scalar>
TrainingRows<Scalar> trainingRows(const PolicyDataset& data, const Whitening& whitening,
                                  const VectorRef& weights, std::span<const Matrix> precisions);

/// Fisher-Yates.
void shuffle(std::span<int> permutation, Rng& rng);

/// Rows of minibatch `index`: the permutation is read in order, over and over, and the tail that does not
/// fill a batch is never used. 1 <= batch <= size of the permutation.
std::span<const int> minibatch(std::span<const int> permutation, int batch, long index);

/// Copies the named rows. Allocates only when `batch` is used for the first time.
template <class Scalar>
void gather(const TrainingRows<Scalar>& data, std::span<const int> rows, TrainingRows<Scalar>& batch);

}  // namespace gps
