// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "core/policy/training_rows.h"
#include "tests/reference/case_check.h"

namespace gps::reference {
namespace {

/// obs [N][T][dO] and so on, as the dataset of N conditions with one sample each: a precision per row.
PolicyDataset datasetOf(const Json& call) {
  PolicyDataset data;
  data.conditions = static_cast<int>(call["obs"].size());
  data.samples = 1;
  data.horizon = static_cast<int>(call["obs"].front().size());
  const int n = data.conditions * data.horizon;
  data.observations.resize(n, static_cast<Eigen::Index>(call["obs"][0][0].size()));
  data.targets.resize(n, static_cast<Eigen::Index>(call["tgt_mu"][0][0].size()));
  data.weights.resize(n);
  int row = 0;
  for (int i = 0; i < data.conditions; ++i) {
    for (int t = 0; t < data.horizon; ++t, ++row) {
      data.observations.row(row) = vectorOf(call["obs"][i][t]).transpose();
      data.targets.row(row) = vectorOf(call["tgt_mu"][i][t]).transpose();
      data.precision.push_back(matrixOf(call["tgt_prc"][i][t]));
      data.weights[row] = call["tgt_wt"][i][t];
    }
  }
  data.controllerMeans = data.targets;
  return data;
}

Json nested(const std::vector<double>& numbers, const std::vector<int>& sizes, std::size_t level = 0,
            std::size_t offset = 0) {
  std::size_t stride = 1;
  for (std::size_t l = level + 1; l < sizes.size(); ++l) stride *= static_cast<std::size_t>(sizes[l]);
  Json result = Json::array();
  for (std::size_t i = 0; i < static_cast<std::size_t>(sizes[level]); ++i) {
    if (level + 1 == sizes.size()) {
      result.push_back(numbers[offset + i]);
    } else {
      result.push_back(nested(numbers, sizes, level + 1, offset + i * stride));
    }
  }
  return result;
}

Json feed(const TrainingRows<double>& batch) {
  return {{"obs", nested(batch.observations, {batch.rows(), batch.dO})},
          {"tgt_mu", nested(batch.targets, {batch.rows(), batch.dU})},
          {"prc", nested(batch.precisions, {batch.rows(), batch.dU, batch.dU})}};
}

}  // namespace

void checkPolicyPrepare(CaseCheck& check) {
  const Json& calls = check.in("calls");
  const Whitening whitening = whiteningOf(datasetOf(calls.front()).observations);
  check.compare("scale_diag", toJson(VectorRef(whitening.scale)));
  const Vector bias = -whitening.mean.cwiseProduct(whitening.scale);
  check.compare("bias", toJson(VectorRef(bias)));

  const PolicyDataset data = datasetOf(calls.back());
  const Vector weights = normalizedWeights(data.weights, 2.0);
  const std::vector<double> flatWeights(weights.data(), weights.data() + weights.size());
  check.compare("weights_after", nested(flatWeights, {data.conditions, data.horizon}));

  // The reference sums unweighted precisions but divides by the sum of the weights; unit weights and a factor
  // give its numbers from the consistent formula.
  const Result<Matrix> covariance =
      policyCovariance(data, Vector::Ones(data.rows()), /*full=*/false, check.in("ent_reg"));
  if (!covariance) return check.fail(covariance.error().text());
  const Vector variance = covariance->diagonal() * (weights.sum() / data.rows());
  const Vector deviation = variance.cwiseSqrt();
  const Matrix factor = deviation.asDiagonal();
  check.compare("var", toJson(VectorRef(variance)));
  check.compare("chol_pol_covar", toJson(MatrixRef(factor)));

  // Precisions as they are: the reference neither divides them by their mean trace nor cuts them.
  const TrainingRows<double> rows = trainingRows<double>(data, whitening, weights, data.precision);
  const std::vector<int> permutation = calls.back()["permutation"];
  TrainingRows<double> batch;
  Json batches = Json::array();
  for (long i = 0; i < check.in("optimiser_iterations").get<long>(); ++i) {
    gather(rows, minibatch(permutation, check.in("batch_size"), i), batch);
    batches.push_back(feed(batch));
  }
  check.compare("batches", batches);
}

}  // namespace gps::reference
