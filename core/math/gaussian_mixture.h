// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/math/types.h"

namespace gps {

/// Mixture of Gaussians. Every sigma is symmetric positive definite.
struct GaussianMixture {
  std::vector<Vector> mu;     ///< K vectors (D)
  std::vector<Matrix> sigma;  ///< K matrices (D x D)
  Vector logWeight;           ///< (K), log mixture weights
  int points = 0;             ///< number of points at the last initialisation

  int clusters() const { return static_cast<int>(mu.size()); }
  int dimension() const { return mu.empty() ? 0 : static_cast<int>(mu.front().size()); }
};

struct EmOptions {
  int maxIterations = 100;
  /// Stop before the M-step when ll - ll_prev < tolerance |ll|; 0 stops only when the likelihood falls.
  double tolerance = 1e-5;
  double covarianceFloor = 1e-6;  ///< added to the diagonal of every covariance
  double resetMass = 1e-4;        ///< a cluster with weight < resetMass/K is reset to the global moments
  /// Asked every few milliseconds of work; false ends EM early with what there is.
  std::function<bool()> keepGoing;
};

struct EmResult {
  GaussianMixture mixture;
  std::vector<double> logLikelihood;  ///< at each E-step
};

/// EM from `start` on the rows of `data` (N x D). Covariances are centred, sum r (z-mu)(z-mu)' / sum r, so no
/// digits are lost far from the origin. Fails when the data are not finite or a covariance is not positive
/// definite.
Result<EmResult> fitMixture(const MatrixRef& data, const GaussianMixture& start, const EmOptions& options);

/// Start for EM: k-means++ seeding and 10 Lloyd steps. Every cluster's covariance holds the pooled one as one
/// pseudo-sample, so clusters of few points are not flat. Deterministic in rng. `data` has at least one row. `keepGoing`
/// as in EmOptions: what is returned after a stop is a valid mixture that fits nothing.
GaussianMixture initialMixture(const MatrixRef& data, int clusters, Rng& rng,
                               const std::function<bool()>& keepGoing = {});

/// Log responsibilities, not normalised: ln w_k + ln N(z_j; mu_k, sigma_k)   (N x K).
Matrix logJoint(const GaussianMixture& mixture, const MatrixRef& points);

/// The mixture seen at some points as one Gaussian: the responsibilities of the rows averaged over the
/// points give weights w_k; mu0 = sum w_k mu_k, covariance = sum w_k (sigma_k + (mu_k-mu0)(mu_k-mu0)').
struct MixtureQuery {
  Vector logWeight;  ///< (K) log of w_k
  Vector mu0;
  Matrix covariance;  ///< unscaled
};
Result<MixtureQuery> queryMixture(const GaussianMixture& mixture, const MatrixRef& points);

class MixtureKernels;

/// A mixture with its covariances factored once, for many evaluations.
class MixtureDensity {
 public:
  /// Fails when a covariance is not positive definite.
  static Result<MixtureDensity> make(GaussianMixture mixture);

  const GaussianMixture& mixture() const { return m_mixture; }
  /// As gps::logJoint.
  Matrix logJoint(const MatrixRef& points) const;
  /// As queryMixture.
  Result<MixtureQuery> query(const MatrixRef& points) const;

 private:
  MixtureDensity() = default;
  GaussianMixture m_mixture;
  std::shared_ptr<const MixtureKernels> m_kernels;
};

}  // namespace gps
