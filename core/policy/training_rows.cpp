// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/training_rows.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/expects.h"
#include "core/math/linalg.h"

namespace gps {

double precisionScaleOf(const PolicyDataset& data) {
  double trace = 0.0;
  for (const Matrix& P : data.precision) trace += P.trace();
  return trace / (static_cast<double>(data.precision.size()) * static_cast<double>(data.targets.cols()));
}

std::vector<Matrix> cappedPrecisions(std::span<const Matrix> precisions, double scale, double cap) {
  std::vector<Matrix> scaled;
  std::vector<double> eigenvalues;
  std::vector<double> largest;
  scaled.reserve(precisions.size());
  for (const Matrix& P : precisions) {
    scaled.push_back(P / scale);
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(scaled.back(), Eigen::EigenvaluesOnly);
    const Vector values = solver.eigenvalues();
    eigenvalues.insert(eigenvalues.end(), values.data(), values.data() + values.size());
    largest.push_back(values.maxCoeff());
  }
  const auto middle = eigenvalues.begin() + static_cast<std::ptrdiff_t>(eigenvalues.size() / 2);
  std::nth_element(eigenvalues.begin(), middle, eigenvalues.end());
  const double bound = cap * *middle;
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    if (largest[i] > bound) {
      scaled[i] = clampEigenvalues(scaled[i], -std::numeric_limits<double>::infinity(), bound);
    }
  }
  return scaled;
}

template <class Scalar>
TrainingRows<Scalar> trainingRows(const PolicyDataset& data, const Whitening& whitening,
                                  const VectorRef& weights, std::span<const Matrix> precisions) {
  GPS_EXPECTS(precisions.size() == data.precision.size(), "one precision per condition and time");
  GPS_EXPECTS(weights.size() == data.rows(), "one weight per row");
  TrainingRows<Scalar> result;
  result.dO = static_cast<int>(data.observations.cols());
  result.dU = static_cast<int>(data.targets.cols());
  const std::size_t n = static_cast<std::size_t>(data.rows());
  const std::size_t dU = static_cast<std::size_t>(result.dU);
  const RowMatrix inputs = whitened(whitening, data.observations);
  result.observations.assign(inputs.data(), inputs.data() + inputs.size());
  result.targets.assign(data.targets.data(), data.targets.data() + data.targets.size());
  result.precisions.reserve(n * dU * dU);
  for (int row = 0; row < data.rows(); ++row) {
    const Matrix P = weights[row] * precisions[data.precisionIndex(row)];
    for (int d = 0; d < result.dU; ++d) {
      for (int e = 0; e < result.dU; ++e) result.precisions.push_back(static_cast<Scalar>(P(d, e)));
    }
  }
  return result;
}

void shuffle(std::span<int> permutation, Rng& rng) {
  for (std::size_t last = permutation.size(); last > 1; --last) {
    std::swap(permutation[last - 1], permutation[rng.below(static_cast<std::uint32_t>(last))]);
  }
}

std::span<const int> minibatch(std::span<const int> permutation, int batch, long index) {
  const long perEpoch = static_cast<long>(permutation.size()) / batch;
  GPS_EXPECTS(perEpoch >= 1, "a batch is not larger than the dataset");
  return permutation.subspan(static_cast<std::size_t>(index % perEpoch * batch),
                             static_cast<std::size_t>(batch));
}

template <class Scalar>
void gather(const TrainingRows<Scalar>& data, std::span<const int> rows, TrainingRows<Scalar>& batch) {
  batch.dO = data.dO;
  batch.dU = data.dU;
  const std::size_t dO = static_cast<std::size_t>(data.dO);
  const std::size_t dU = static_cast<std::size_t>(data.dU);
  batch.observations.resize(rows.size() * dO);
  batch.targets.resize(rows.size() * dU);
  batch.precisions.resize(rows.size() * dU * dU);
  for (std::size_t b = 0; b < rows.size(); ++b) {
    const std::size_t row = static_cast<std::size_t>(rows[b]);
    std::copy_n(&data.observations[row * dO], dO, &batch.observations[b * dO]);
    std::copy_n(&data.targets[row * dU], dU, &batch.targets[b * dU]);
    std::copy_n(&data.precisions[row * dU * dU], dU * dU, &batch.precisions[b * dU * dU]);
  }
}

template struct TrainingRows<float>;
template struct TrainingRows<double>;
template TrainingRows<float> trainingRows<float>(const PolicyDataset&, const Whitening&, const VectorRef&,
                                                 std::span<const Matrix>);
template TrainingRows<double> trainingRows<double>(const PolicyDataset&, const Whitening&, const VectorRef&,
                                                   std::span<const Matrix>);
template void gather<float>(const TrainingRows<float>&, std::span<const int>, TrainingRows<float>&);
template void gather<double>(const TrainingRows<double>&, std::span<const int>, TrainingRows<double>&);

}  // namespace gps
