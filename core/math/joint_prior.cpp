// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/joint_prior.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace gps {

namespace {

/// Scaling of the points while EM runs: z = (point - centre) / scale.
struct Whitening {
  Vector centre;
  Vector scale;
};

Whitening whiteningOf(const Matrix& data, const MixtureSettings& settings) {
  const Eigen::Index D = data.cols();
  if (!settings.whiten) return {Vector::Zero(D), Vector::Ones(D)};
  Whitening whitening;
  whitening.centre = data.colwise().mean().transpose();
  const Matrix centred = data.rowwise() - whitening.centre.transpose();
  const Vector variance = centred.colwise().squaredNorm().transpose() / static_cast<double>(data.rows());
  whitening.scale = variance.cwiseSqrt().cwiseMax(settings.stdFloor);
  return whitening;
}

void whiten(const Whitening& whitening, GaussianMixture& mixture) {
  const Vector inverse = whitening.scale.cwiseInverse();
  for (Vector& mu : mixture.mu) mu = (mu - whitening.centre).cwiseProduct(inverse).eval();
  for (Matrix& sigma : mixture.sigma) sigma = (inverse.asDiagonal() * sigma * inverse.asDiagonal()).eval();
}

void unwhiten(const Whitening& whitening, GaussianMixture& mixture) {
  const Vector& scale = whitening.scale;
  for (Vector& mu : mixture.mu) mu = (whitening.centre + mu.cwiseProduct(scale)).eval();
  for (Matrix& sigma : mixture.sigma) sigma = (scale.asDiagonal() * sigma * scale.asDiagonal()).eval();
}

std::optional<Error> firstNotFinite(std::span<const RowMatrix> fresh, const char* prior) {
  for (std::size_t j = 0; j < fresh.size(); ++j) {
    if (fresh[j].allFinite()) continue;
    for (Eigen::Index t = 0; t < fresh[j].rows(); ++t) {
      if (fresh[j].row(t).allFinite()) continue;
      return Error{"The data of the " + std::string(prior) + " are not finite at time step " + std::to_string(t) +
                       " of rollout " + std::to_string(j) + ".",
                   prior, "Check the simulation and the initial controller."};
    }
  }
  return std::nullopt;
}

/// Mean and covariance (1/n) of the window around every time step. The moments of single steps are merged, each
/// about its own mean: running sums over the window would cancel where a state hardly varies.
std::vector<Gaussian> windowMoments(const WindowPrior& prior) {
  const Eigen::Index steps = prior.rollouts.front().rows();
  const Eigen::Index D = prior.rollouts.front().cols();
  const double N = static_cast<double>(prior.rollouts.size());
  std::vector<Gaussian> single(static_cast<std::size_t>(steps));
  RowMatrix points(static_cast<Eigen::Index>(prior.rollouts.size()), D);
  for (Eigen::Index t = 0; t < steps; ++t) {
    for (std::size_t j = 0; j < prior.rollouts.size(); ++j) {
      points.row(static_cast<Eigen::Index>(j)) = prior.rollouts[j].row(t);
    }
    Gaussian& moments = single[static_cast<std::size_t>(t)];
    moments.mean = points.colwise().mean().transpose();
    points.rowwise() -= moments.mean.transpose();
    moments.cov.noalias() = points.transpose() * points;
    moments.cov /= N;
  }
  std::vector<Gaussian> result(static_cast<std::size_t>(steps));
  Matrix offsets(D, std::min<Eigen::Index>(steps, 2 * prior.halfWidth + 1));
  for (Eigen::Index t = 0; t < steps; ++t) {
    const Eigen::Index first = std::max<Eigen::Index>(0, t - prior.halfWidth);
    const Eigen::Index last = std::min<Eigen::Index>(steps - 1, t + prior.halfWidth);
    const Eigen::Index count = last - first + 1;
    Gaussian& window = result[static_cast<std::size_t>(t)];
    window.mean = Vector::Zero(D);
    window.cov = Matrix::Zero(D, D);
    for (Eigen::Index s = first; s <= last; ++s) {
      window.mean += single[static_cast<std::size_t>(s)].mean;
      window.cov += single[static_cast<std::size_t>(s)].cov;
    }
    window.mean /= static_cast<double>(count);
    for (Eigen::Index s = first; s <= last; ++s) {
      offsets.col(s - first) = single[static_cast<std::size_t>(s)].mean - window.mean;
    }
    window.cov.noalias() += offsets.leftCols(count) * offsets.leftCols(count).transpose();
    window.cov /= static_cast<double>(count);
  }
  return result;
}

}  // namespace

Result<MixtureUpdate> updateMixture(MixturePrior prior, std::span<const RowMatrix> fresh,
                                    const MixtureSettings& settings, Rng rng) {
  if (const std::optional<Error> error = firstNotFinite(fresh, "mixture prior")) return *error;
  std::vector<RowMatrix>& window = prior.window;
  window.insert(window.end(), fresh.begin(), fresh.end());
  const std::size_t kept = static_cast<std::size_t>(std::max(1, settings.maxRollouts));
  if (window.size() > kept) window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(kept));

  Eigen::Index points = 0;
  for (const RowMatrix& rollout : window) points += rollout.rows();
  if (points == 0) {
    return Error{"There are no points to fit the mixture prior to.", "mixture prior",
                 "Draw at least one rollout of two time steps."};
  }
  Matrix data(points, window.front().cols());
  Eigen::Index row = 0;
  for (const RowMatrix& rollout : window) {
    GPS_EXPECTS(rollout.cols() == data.cols(), "all rollouts of a mixture prior must have one dimension");
    data.middleRows(row, rollout.rows()) = rollout;
    row += rollout.rows();
  }

  const int wanted = static_cast<int>(points) / std::max(1, settings.minPointsPerCluster);
  const int clusters = std::min(std::max(wanted, 2), std::max(1, settings.maxClusters));
  const Whitening whitening = whiteningOf(data, settings);
  data.rowwise() -= whitening.centre.transpose();
  data *= whitening.scale.cwiseInverse().asDiagonal();

  MixtureUpdate update;
  const bool warm = prior.mixture.clusters() == clusters && prior.mixture.dimension() == data.cols();
  std::optional<EmResult> em;
  if (warm) {
    whiten(whitening, prior.mixture);
    Result<EmResult> result = fitMixture(data, prior.mixture, settings.em);
    if (result) em = std::move(result).value();
  }
  // Under a new scaling an old covariance can lose its definiteness; then EM starts afresh.
  if (!em) {
    Result<EmResult> result = fitMixture(data, initialMixture(data, clusters, rng, settings.em.keepGoing), settings.em);
    if (!result) return result.error();
    em = std::move(result).value();
    update.reinitialised = true;
  }

  update.prior.window = std::move(window);
  update.prior.mixture = std::move(em->mixture);
  unwhiten(whitening, update.prior.mixture);
  // Densities change by the volume of the scaling, so likelihoods of successive iterations can be compared.
  const double volume = static_cast<double>(points) * whitening.scale.array().log().sum();
  update.logLikelihood = std::move(em->logLikelihood);
  for (double& ll : update.logLikelihood) ll -= volume;
  return update;
}

Result<PriorSource> PriorSource::make(const JointPrior& prior) {
  PriorSource source;
  if (const FixedPrior* fixed = std::get_if<FixedPrior>(&prior)) {
    if (!fixed->steps.empty()) source.m_fixed = *fixed;
  } else if (const MixturePrior* learnt = std::get_if<MixturePrior>(&prior)) {
    if (learnt->mixture.clusters() > 0) {
      Result<MixtureDensity> density = MixtureDensity::make(learnt->mixture);
      if (!density) return density.error();
      source.m_mixture = std::move(density).value();
    }
  } else if (const WindowPrior* window = std::get_if<WindowPrior>(&prior)) {
    if (window->halfWidth > 0 && !window->rollouts.empty()) {
      for (const RowMatrix& rollout : window->rollouts) {
        GPS_EXPECTS(rollout.rows() == window->rollouts[0].rows() && rollout.cols() == window->rollouts[0].cols(),
                    "all rollouts of a window prior must have one shape");
      }
      if (const std::optional<Error> error = firstNotFinite(window->rollouts, "window prior")) return *error;
      source.m_window = windowMoments(*window);
    }
  }
  return source;
}

Result<NiwPrior> PriorSource::at(int t, const MatrixRef& points, double strength) const {
  if (m_fixed) return m_fixed->at(t);
  if (!m_window.empty()) {
    GPS_EXPECTS(t >= 0 && static_cast<std::size_t>(t) < m_window.size(), "the window has this time step");
    const Gaussian& moments = m_window[static_cast<std::size_t>(t)];
    return NiwPrior{moments.mean, strength * moments.cov, strength, strength};
  }
  if (!m_mixture || points.rows() == 0) return NiwPrior{};
  Result<MixtureQuery> query = m_mixture->query(points);
  if (!query) return query.error();
  NiwPrior prior;
  prior.mu0 = std::move(query->mu0);
  prior.Phi = strength * query->covariance;
  prior.m = strength;
  prior.n0 = strength;
  return prior;
}

Result<NiwPrior> priorAt(const JointPrior& prior, int t, const MatrixRef& points, double strength) {
  const Result<PriorSource> source = PriorSource::make(prior);
  if (!source) return source.error();
  return source->at(t, points, strength);
}

}  // namespace gps
