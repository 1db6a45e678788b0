// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/gaussian_mixture.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>

#include "core/math/linalg.h"

namespace gps {

namespace {

constexpr int kLloydSteps = 10;
// A point that belongs to a cluster by less than this changes no moment within rounding, but would cost as
// much as a full member; most points belong to one or two clusters only.
constexpr double kNegligible = 1e-14;

Error notFinite() {
  return Error{"The data of the mixture are not finite.", "mixture prior",
               "Check the simulation and the initial controller."};
}

struct Moments {
  Vector mean;
  Matrix covariance;
};

Moments globalMoments(const Matrix& columns) {
  const double N = static_cast<double>(columns.cols());
  Moments moments;
  moments.mean = columns.rowwise().mean();
  const Matrix centred = columns.colwise() - moments.mean;
  moments.covariance.noalias() = centred * centred.transpose() / N;
  return moments;
}

/// Who is responsible for each point (row).
struct Expectation {
  Matrix responsibility;  ///< (N x K), rows sum to 1
  Matrix logs;            ///< (N x K), their logarithms: they do not underflow
  Vector logDensity;      ///< (N), of the whole mixture
};

Expectation expectation(Matrix logJoint) {
  Expectation e;
  const Vector top = logJoint.rowwise().maxCoeff();
  e.responsibility = (logJoint.colwise() - top).array().exp().matrix();
  const Vector sums = e.responsibility.rowwise().sum();
  e.responsibility.array().colwise() /= sums.array();
  e.logDensity = top + sums.array().log().matrix();
  e.logs = std::move(logJoint);
  e.logs.colwise() -= e.logDensity;
  return e;
}

/// M-step: new parameters from the responsibilities.
void maximise(const Matrix& columns, const Expectation& e, const Moments& global, const EmOptions& options,
              GaussianMixture& mixture) {
  const Eigen::Index D = columns.rows();
  const Eigen::Index N = columns.cols();
  const int K = mixture.clusters();
  const Matrix& responsibility = e.responsibility;
  const Vector mass = responsibility.colwise().sum().transpose();
  Matrix members(D, N);
  Vector weights(N);

  for (int k = 0; k < K; ++k) {
    const std::size_t at = static_cast<std::size_t>(k);
    const double share = mass(k) / static_cast<double>(N);
    // The log of a sum that underflows is taken in logs.
    mixture.logWeight(k) =
        share > 1e-200 ? std::log(share) : logSumExp(e.logs.col(k)) - std::log(static_cast<double>(N));
    if (share < options.resetMass / K) {
      mixture.mu[at] = global.mean;
      mixture.sigma[at] = global.covariance;
    } else {
      Eigen::Index used = 0;
      for (Eigen::Index j = 0; j < N; ++j) {
        if (responsibility(j, k) < kNegligible) continue;
        members.col(used) = columns.col(j);
        weights(used) = responsibility(j, k);
        ++used;
      }
      const double total = weights.head(used).sum();
      mixture.mu[at].noalias() = members.leftCols(used) * weights.head(used) / total;
      members.leftCols(used).colwise() -= mixture.mu[at];
      weights.head(used) = (weights.head(used) / total).cwiseSqrt();
      members.leftCols(used) *= weights.head(used).asDiagonal();
      mixture.sigma[at].noalias() = members.leftCols(used) * members.leftCols(used).transpose();
      mixture.sigma[at] = symmetrized(mixture.sigma[at]);
    }
    mixture.sigma[at].diagonal().array() += options.covarianceFloor;
  }
}

/// Squared distances of all points to all centres (N x K).
Matrix squaredDistances(const Matrix& columns, const Matrix& centres) {
  Matrix distances(columns.cols(), centres.cols());
  for (Eigen::Index k = 0; k < centres.cols(); ++k) {
    distances.col(k) = (columns.colwise() - centres.col(k)).colwise().squaredNorm().transpose();
  }
  return distances;
}

/// k-means++ [Arthur07]: each further centre is a point drawn with probability proportional to its squared
/// distance from the nearest centre so far.
Matrix seedCentres(const Matrix& columns, int clusters, Rng& rng) {
  const Eigen::Index N = columns.cols();
  Matrix centres(columns.rows(), clusters);
  const std::uint32_t count = static_cast<std::uint32_t>(N);
  centres.col(0) = columns.col(static_cast<Eigen::Index>(rng.below(count)));
  Vector nearest = (columns.colwise() - centres.col(0)).colwise().squaredNorm().transpose();
  for (int k = 1; k < clusters; ++k) {
    const double total = nearest.sum();
    Eigen::Index chosen = N - 1;
    if (total > 0.0) {
      double left = rng.uniform() * total;
      for (Eigen::Index j = 0; j < N; ++j) {
        left -= nearest(j);
        if (left < 0.0) {
          chosen = j;
          break;
        }
      }
    } else {
      // All points coincide with centres already: any point will do.
      chosen = static_cast<Eigen::Index>(rng.below(count));
    }
    centres.col(k) = columns.col(chosen);
    const Vector distance = (columns.colwise() - centres.col(k)).colwise().squaredNorm().transpose();
    nearest = nearest.cwiseMin(distance);
  }
  return centres;
}

std::vector<Eigen::Index> nearestCentres(const Matrix& columns, const Matrix& centres) {
  const Matrix distances = squaredDistances(columns, centres);
  std::vector<Eigen::Index> nearest(static_cast<std::size_t>(columns.cols()));
  for (Eigen::Index j = 0; j < columns.cols(); ++j) {
    distances.row(j).minCoeff(&nearest[static_cast<std::size_t>(j)]);
  }
  return nearest;
}

}  // namespace

Result<MixtureDensity> MixtureDensity::make(GaussianMixture mixture) {
  const int K = mixture.clusters();
  const double D = static_cast<double>(mixture.dimension());
  MixtureDensity density;
  density.m_whitener.reserve(static_cast<std::size_t>(K));
  density.m_logScale.resize(K);
  for (int k = 0; k < K; ++k) {
    const Matrix& sigma = mixture.sigma[static_cast<std::size_t>(k)];
    const std::optional<Matrix> L = choleskyLower(sigma);
    if (!L) {
      return Error{
          "The covariance of cluster " + std::to_string(k) + " of the mixture is not positive definite.",
          "mixture prior", "Turn whitening on, or use fewer clusters."};
    }
    // The explicit inverse turns the solves of all points into one matrix product.
    density.m_whitener.push_back(
        L->triangularView<Eigen::Lower>().solve(Matrix::Identity(sigma.rows(), sigma.cols())));
    density.m_logScale(k) =
        mixture.logWeight(k) - 0.5 * D * std::log(2.0 * std::numbers::pi) - 0.5 * logDetFromCholesky(*L);
  }
  density.m_mixture = std::move(mixture);
  return density;
}

Matrix MixtureDensity::logJoint(const MatrixRef& columns) const {
  const int K = m_mixture.clusters();
  const Eigen::Index N = columns.cols();
  Matrix result(N, K);
  Matrix centred(columns.rows(), N);
  Matrix white(columns.rows(), N);
  for (int k = 0; k < K; ++k) {
    const std::size_t at = static_cast<std::size_t>(k);
    centred = columns.colwise() - m_mixture.mu[at];
    white.noalias() = m_whitener[at] * centred;
    result.col(k) = (m_logScale(k) - 0.5 * white.colwise().squaredNorm().array()).transpose().matrix();
  }
  return result;
}

Result<MixtureQuery> MixtureDensity::query(const MatrixRef& points) const {
  GPS_EXPECTS(points.rows() > 0 && points.cols() == m_mixture.dimension(),
              "the points must have the dimension of the mixture");
  if (!points.allFinite()) return notFinite();
  const int K = m_mixture.clusters();
  const Matrix columns = points.transpose();
  const Matrix logs = expectation(logJoint(columns)).logs;

  MixtureQuery query;
  query.logWeight.resize(K);
  for (int k = 0; k < K; ++k) {
    query.logWeight(k) = logSumExp(logs.col(k)) - std::log(static_cast<double>(points.rows()));
  }
  const Vector weight = query.logWeight.array().exp().matrix();
  const Eigen::Index D = m_mixture.dimension();
  query.mu0 = Vector::Zero(D);
  for (int k = 0; k < K; ++k) query.mu0 += weight(k) * m_mixture.mu[static_cast<std::size_t>(k)];
  query.covariance = Matrix::Zero(D, D);
  for (int k = 0; k < K; ++k) {
    if (weight(k) <= 0.0) continue;
    const std::size_t at = static_cast<std::size_t>(k);
    const Vector offset = m_mixture.mu[at] - query.mu0;
    query.covariance += weight(k) * m_mixture.sigma[at];
    query.covariance.noalias() += weight(k) * offset * offset.transpose();
  }
  query.covariance = symmetrized(query.covariance);
  if (!query.mu0.allFinite() || !query.covariance.allFinite()) return notFinite();
  return query;
}

Matrix logJoint(const GaussianMixture& mixture, const MatrixRef& points) {
  const Result<MixtureDensity> density = MixtureDensity::make(mixture);
  GPS_EXPECTS(density.ok(), "every covariance of a mixture is positive definite");
  const Matrix columns = points.transpose();
  return density->logJoint(columns);
}

Result<MixtureQuery> queryMixture(const GaussianMixture& mixture, const MatrixRef& points) {
  const Result<MixtureDensity> density = MixtureDensity::make(mixture);
  if (!density) return density.error();
  return density->query(points);
}

Result<EmResult> fitMixture(const MatrixRef& data, const GaussianMixture& start, const EmOptions& options) {
  GPS_EXPECTS(start.clusters() > 0 && start.dimension() == data.cols(),
              "the mixture must have the dimension of the data");
  if (data.rows() == 0 || !data.allFinite()) return notFinite();
  const Matrix columns = data.transpose();
  const Moments global = globalMoments(columns);

  EmResult result;
  result.mixture = start;
  double previous = -std::numeric_limits<double>::infinity();
  for (int pass = 0; pass < options.maxIterations; ++pass) {
    if (options.keepGoing && !options.keepGoing()) break;
    const Result<MixtureDensity> density = MixtureDensity::make(result.mixture);
    if (!density) return density.error();
    const Expectation e = expectation(density->logJoint(columns));
    const double ll = e.logDensity.sum();
    if (!std::isfinite(ll)) return notFinite();
    result.logLikelihood.push_back(ll);
    if (ll - previous < options.tolerance * std::abs(ll)) break;
    previous = ll;
    maximise(columns, e, global, options, result.mixture);
  }
  return result;
}

GaussianMixture initialMixture(const MatrixRef& data, int clusters, Rng& rng) {
  GPS_EXPECTS(data.rows() > 0 && clusters > 0, "a mixture needs points and clusters");
  const Matrix columns = data.transpose();
  const Eigen::Index D = columns.rows();
  const Eigen::Index N = columns.cols();
  const std::size_t K = static_cast<std::size_t>(clusters);
  Matrix centres = seedCentres(columns, clusters, rng);
  std::vector<Eigen::Index> owner = nearestCentres(columns, centres);
  Vector size(clusters);
  for (int step = 0; step < kLloydSteps; ++step) {
    size.setZero();
    Matrix sums = Matrix::Zero(D, clusters);
    for (Eigen::Index j = 0; j < N; ++j) {
      const Eigen::Index k = owner[static_cast<std::size_t>(j)];
      sums.col(k) += columns.col(j);
      size(k) += 1.0;
    }
    // A centre that lost all its points stays where it is.
    for (Eigen::Index k = 0; k < clusters; ++k) {
      if (size(k) > 0.0) centres.col(k) = sums.col(k) / size(k);
    }
    owner = nearestCentres(columns, centres);
  }

  GaussianMixture mixture;
  mixture.points = static_cast<int>(N);
  mixture.sigma.assign(K, Matrix::Zero(D, D));
  size.setZero();
  Matrix pooled = Matrix::Zero(D, D);
  for (Eigen::Index j = 0; j < N; ++j) {
    const Eigen::Index k = owner[static_cast<std::size_t>(j)];
    const Vector offset = columns.col(j) - centres.col(k);
    mixture.sigma[static_cast<std::size_t>(k)].noalias() += offset * offset.transpose();
    size(k) += 1.0;
  }
  for (const Matrix& scatter : mixture.sigma) pooled += scatter;
  pooled /= static_cast<double>(N);
  mixture.logWeight.resize(clusters);
  for (Eigen::Index k = 0; k < clusters; ++k) {
    Matrix& sigma = mixture.sigma[static_cast<std::size_t>(k)];
    sigma = (sigma + pooled) / (size(k) + 1.0);
    sigma.diagonal().array() += EmOptions{}.covarianceFloor;
    mixture.mu.push_back(centres.col(k));
    // One pseudo-point keeps the log of an empty cluster's weight finite.
    mixture.logWeight(k) = std::log((size(k) + 1.0) / static_cast<double>(N + clusters));
  }
  return mixture;
}

}  // namespace gps
