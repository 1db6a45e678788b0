// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/math/joint_prior.h"
#include "core/math/trajectory.h"
#include "tests/reference/case_check.h"

// What the checkers of the fitting files share: reading their inputs, and running the production EM with the
// reference's own start and stop rules.
namespace gps::reference {

/// X [N][T][dX] and U [N][T][dU] as rollouts.
inline std::vector<Trajectory> trajectoriesOf(const Json& X, const Json& U) {
  std::vector<Trajectory> rollouts;
  for (std::size_t j = 0; j < X.size(); ++j) {
    Trajectory rollout;
    rollout.X = matrixOf(X[j]);
    rollout.U = matrixOf(U[j]);
    rollouts.push_back(std::move(rollout));
  }
  return rollouts;
}

/// {"mu", "sigma", "logmass", "N"} as a mixture.
inline GaussianMixture mixtureOf(const Json& j) {
  GaussianMixture mixture;
  mixture.mu = vectorsOf(j.at("mu"));
  mixture.sigma = matricesOf(j.at("sigma"));
  mixture.logWeight = vectorOf(j.at("logmass"));
  mixture.points = j.at("N").get<int>();
  return mixture;
}

/// The reference's n0 for strength 1 is slightly below ours (1): it subtracts the degrees of freedom.
inline double referenceN0(int points, Eigen::Index D) {
  return (points - 2.0 - static_cast<double>(D)) / points;
}

/// The reference's start of EM from a given assignment; its covariances are divided by the number of
/// clusters.
inline GaussianMixture mixtureFromAssignment(const Matrix& data, const std::vector<int>& owner,
                                             int clusters) {
  GaussianMixture mixture;
  const Eigen::Index D = data.cols();
  for (int k = 0; k < clusters; ++k) {
    Vector mean = Vector::Zero(D);
    double members = 0.0;
    for (std::size_t j = 0; j < owner.size(); ++j) {
      if (owner[j] != k) continue;
      mean += data.row(static_cast<Eigen::Index>(j)).transpose();
      members += 1.0;
    }
    mean /= members;
    Matrix sigma = Matrix::Zero(D, D);
    for (std::size_t j = 0; j < owner.size(); ++j) {
      if (owner[j] != k) continue;
      const Vector offset = data.row(static_cast<Eigen::Index>(j)).transpose() - mean;
      sigma += offset * offset.transpose() / clusters;
    }
    sigma.diagonal().array() += 2e-6;
    mixture.mu.push_back(mean);
    mixture.sigma.push_back(sigma);
  }
  mixture.logWeight = Vector::Constant(clusters, -std::log(static_cast<double>(clusters)));
  mixture.points = static_cast<int>(data.rows());
  return mixture;
}

/// Number of M-steps the reference makes. It stops when the log-likelihood falls or when its change is below
/// 1e-5 times the previous value WITH its sign, so never by the second rule while it is negative.
inline int referenceSteps(const std::vector<double>& logLikelihood) {
  for (std::size_t i = 1; i < logLikelihood.size(); ++i) {
    const double previous = logLikelihood[i - 1];
    const double change = logLikelihood[i] - previous;
    if (change < 0.0 || std::abs(change) < 1e-5 * previous) return static_cast<int>(i);
  }
  return static_cast<int>(logLikelihood.size());
}

struct ReferenceEm {
  EmOptions options;  ///< with which the production EM makes the reference's number of M-steps
  std::vector<double> logLikelihood;  ///< up to and including the E-step that stopped the reference
};

/// Runs the production EM without a tolerance and finds where the reference would have stopped.
inline std::optional<ReferenceEm> referenceEm(const Matrix& data, const GaussianMixture& start,
                                              int maxIterations) {
  ReferenceEm em;
  em.options.tolerance = 0.0;
  em.options.maxIterations = maxIterations;
  const Result<EmResult> probe = fitMixture(data, start, em.options);
  if (!probe) return std::nullopt;
  em.logLikelihood = probe->logLikelihood;
  em.options.maxIterations = referenceSteps(em.logLikelihood);
  if (em.logLikelihood.size() > static_cast<std::size_t>(em.options.maxIterations)) {
    em.logLikelihood.resize(static_cast<std::size_t>(em.options.maxIterations) + 1);
  }
  return em;
}

}  // namespace gps::reference
