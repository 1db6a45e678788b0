// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/math/linalg.h"
#include "core/math/mixture_kernels.h"
#include "core/math/tile_product.h"

namespace gps {

namespace {

using S = Simd<double>;
using Vec = S::Vec;

constexpr int kLloydSteps = 10;
// How much is done between two questions whether to go on: less than a millisecond for the tasks of this program.
constexpr int kBlocksPerQuestion = 64;
constexpr Eigen::Index kPointsPerQuestion = 4096;
// A point that belongs to a cluster by less than this changes no moment within rounding, but would cost as
// much as a full member; most points belong to one or two clusters only.
constexpr double kNegligible = 1e-14;
// How far below the best cluster's log density a cluster is given up before all of it is known; e^-40 is lost
// in the rounding of the sum over clusters.
constexpr double kGivenUp = 40.0;
// Below this mass the members given up may count for the log of a weight.
constexpr double kSmallMass = 1e-2;

using EmBlocks = PointBlocks<3>;
using QueryBlocks = PointBlocks<2>;  // queries are about as many points as rollouts of a condition

Error notFinite() {
  return Error{"The data of the mixture are not finite.", "mixture prior",
               "Check the simulation and the initial controller."};
}

struct Moments {
  Vector mean;
  Matrix covariance;
};

Moments globalMoments(const MatrixRef& data) {
  Moments moments;
  moments.mean = data.colwise().mean().transpose();
  const Matrix centred = data.rowwise() - moments.mean.transpose();
  moments.covariance.noalias() = centred.transpose() * centred / static_cast<double>(data.rows());
  return moments;
}

/// The points that count for a cluster and their responsibilities: the first `count` entries.
struct Members {
  int count = 0;
  std::vector<int> point;
  std::vector<double> responsibility;
};

/// Who is responsible for each point.
struct Expectation {
  std::vector<Members> members;  ///< per cluster, without negligible ones
  Vector mass;                   ///< (K) sum of responsibilities
  Vector logDensity;             ///< (N) of the whole mixture
};

/// Whether to go on, for work that may be told to stop.
bool goesOn(const std::function<bool()>& keepGoing) {
  return !keepGoing || keepGoing();
}

/// E-step. `e` is overwritten; its memory serves all passes. False: told to stop, `e` is of no use.
bool expect(const EmBlocks& points, const MixtureKernels& kernels, const std::function<bool()>& keepGoing,
            Expectation& e) {
  constexpr int kPoints = EmBlocks::kPoints;
  constexpr int kVectors = kPoints / S::kWidth;
  using Lanes = Eigen::Array<double, kPoints, 1>;
  const int K = kernels.clusters();
  e.members.resize(static_cast<std::size_t>(K));
  for (Members& members : e.members) {
    members.count = 0;
    members.point.resize(static_cast<std::size_t>(points.points()) + 1);
    members.responsibility.resize(static_cast<std::size_t>(points.points()) + 1);
  }
  e.mass = Vector::Zero(K);
  e.logDensity.resize(points.points());

  PanelBuffer scratch = kernels.scratch(kVectors);
  Eigen::Array<double, kPoints, Eigen::Dynamic> joint(kPoints, K);
  std::vector<int> reached;
  reached.reserve(static_cast<std::size_t>(K));
  int first = 0;  // the cluster of the point before: the likeliest one
  for (int block = 0; block < points.blocks(); ++block) {
    if (block % kBlocksPerQuestion == 0 && !goesOn(keepGoing)) return false;
    Vec best[kVectors], atLeast[kVectors], result[kVectors];
    for (Vec& lanes : best) lanes = S::broadcast(-std::numeric_limits<double>::infinity());
    for (Vec& lanes : atLeast) lanes = S::broadcast(-std::numeric_limits<double>::infinity());
    reached.clear();
    for (int i = 0; i < K; ++i) {
      const int k = i == 0 ? first : (i <= first ? i - 1 : i);
      if (!kernels.logJoint<kVectors>(k, points[block], atLeast, scratch.data(), result)) continue;
      reached.push_back(k);
      for (int v = 0; v < kVectors; ++v) {
        S::store(joint.col(k).data() + v * S::kWidth, result[v]);
        best[v] = S::max(best[v], result[v]);
        atLeast[v] = S::sub(best[v], S::broadcast(kGivenUp));
      }
    }
    Lanes top;
    for (int v = 0; v < kVectors; ++v) S::store(top.data() + v * S::kWidth, best[v]);
    Lanes sum = Lanes::Zero();
    for (const int k : reached) {
      joint.col(k) = (joint.col(k) - top).exp();
      sum += joint.col(k);
    }
    const int count = points.count(block);
    const int start = block * kPoints;
    e.logDensity.segment(start, count) = (top + sum.log()).head(count);
    const Lanes inverse = sum.inverse();
    double largest = 0.0;
    for (const int k : reached) {
      const Lanes responsibility = joint.col(k) * inverse;
      Members& members = e.members[static_cast<std::size_t>(k)];
      std::size_t next = static_cast<std::size_t>(members.count);
      for (int i = 0; i < count; ++i) {
        // No branch: which points count is hard to predict. What does not is overwritten by the next.
        members.point[next] = start + i;
        members.responsibility[next] = responsibility(i);
        next += responsibility(i) >= kNegligible ? 1 : 0;
      }
      members.count = static_cast<int>(next);
      e.mass(k) += responsibility.head(count).sum();
      if (responsibility(count - 1) > largest) {
        largest = responsibility(count - 1);
        first = k;
      }
    }
  }
  return true;
}

/// Log densities of all points under one cluster alone.
Vector logJointOf(const EmBlocks& points, const MixtureKernels& kernels, int k) {
  constexpr int kVectors = EmBlocks::kPoints / S::kWidth;
  PanelBuffer scratch = kernels.scratch(kVectors);
  Vector logs(points.blocks() * EmBlocks::kPoints);
  for (int block = 0; block < points.blocks(); ++block) {
    Vec result[kVectors];
    kernels.logJoint<kVectors>(k, points[block], nullptr, scratch.data(), result);
    for (int v = 0; v < kVectors; ++v) {
      S::store(logs.data() + block * EmBlocks::kPoints + v * S::kWidth, result[v]);
    }
  }
  logs.conservativeResize(points.points());
  return logs;
}

/// ln sum_j r_jk of clusters for which that sum underflows. Those that were reset share one density, whatever
/// their weights: it is taken once.
class SmallMasses {
 public:
  explicit SmallMasses(const EmBlocks& points) : m_points(points) {}

  void startPass() { m_known = false; }
  double of(int k, bool wasReset, double logWeight, const MixtureKernels& kernels, const Vector& logDensity) {
    if (!wasReset) return logSumExp(logJointOf(m_points, kernels, k) - logDensity);
    if (m_density.size() == 0) m_density = logJointOf(m_points, kernels, k).array() - logWeight;
    if (!m_known) m_ofReset = logSumExp(m_density - logDensity);
    m_known = true;
    return logWeight + m_ofReset;
  }

 private:
  const EmBlocks& m_points;
  Vector m_density;        // (N) of a cluster that was reset, for weight 1
  double m_ofReset = 0.0;  // for weight 1, in this pass
  bool m_known = false;
};

/// M-step for means and covariances, on rows of whole vectors.
class Maximisation {
 public:
  explicit Maximisation(const MatrixRef& data)
      : m_dimension(static_cast<int>(data.cols())),
        m_columns((m_dimension + S::kWidth - 1) / S::kWidth * S::kWidth),
        m_points(static_cast<std::size_t>(data.rows() * m_columns), 0.0),
        m_members(m_points.size()),
        m_mean(static_cast<std::size_t>(m_columns)),
        m_sigma(static_cast<std::size_t>(m_dimension * m_columns)) {
    for (Eigen::Index j = 0; j < data.rows(); ++j) {
      double* point = m_points.data() + j * m_columns;
      for (int d = 0; d < m_dimension; ++d) point[d] = data(j, d);
    }
  }

  void moments(const Members& members, Vector& mu, Matrix& sigma) {
    const int count = members.count;
    double total = 0.0;
    for (int i = 0; i < count; ++i) {
      const std::size_t at = static_cast<std::size_t>(i);
      total += members.responsibility[at];
      const double* from = m_points.data() + members.point[at] * m_columns;
      double* to = m_members.data() + i * m_columns;
      for (int c = 0; c < m_columns; c += S::kWidth) S::store(to + c, S::load(from + c));
    }
    product(ProductOperands<double>{.rows = 1,
                                    .inner = count,
                                    .columns = m_columns,
                                    .a = members.responsibility.data(),
                                    .aRow = 1,
                                    .aCol = 1,
                                    .b = m_members.data(),
                                    .bRow = m_columns,
                                    .c = m_mean.data(),
                                    .cRow = m_columns},
            [total](const Vec& sum, std::ptrdiff_t) { return S::div(sum, S::broadcast(total)); });
    for (int i = 0; i < count; ++i) {
      const Vec weight = S::broadcast(std::sqrt(members.responsibility[static_cast<std::size_t>(i)] / total));
      double* row = m_members.data() + i * m_columns;
      for (int c = 0; c < m_columns; c += S::kWidth) {
        S::store(row + c, S::mul(weight, S::sub(S::load(row + c), S::load(m_mean.data() + c))));
      }
    }
    lowerProduct(ProductOperands<double>{.rows = m_dimension,
                                         .inner = count,
                                         .columns = m_columns,
                                         .a = m_members.data(),
                                         .aRow = 1,
                                         .aCol = m_columns,
                                         .b = m_members.data(),
                                         .bRow = m_columns,
                                         .c = m_sigma.data(),
                                         .cRow = m_columns},
                 0, AsSummed());
    for (int i = 0; i < m_dimension; ++i) {
      mu(i) = m_mean[static_cast<std::size_t>(i)];
      for (int j = 0; j <= i; ++j) {
        sigma(i, j) = sigma(j, i) = m_sigma[static_cast<std::size_t>(i * m_columns + j)];
      }
    }
  }

 private:
  int m_dimension;
  int m_columns;
  PanelBuffer m_points;   // (N x columns)
  PanelBuffer m_members;  // of one cluster
  PanelBuffer m_mean;
  PanelBuffer m_sigma;
};

/// k-means++ [Arthur07]: each further centre is a point drawn with probability proportional to its squared
/// distance from the nearest centre so far.
Matrix seedCentres(const Matrix& columns, int clusters, Rng& rng, const std::function<bool()>& keepGoing) {
  const Eigen::Index N = columns.cols();
  Matrix centres(columns.rows(), clusters);
  const std::uint32_t count = static_cast<std::uint32_t>(N);
  centres.col(0) = columns.col(static_cast<Eigen::Index>(rng.below(count)));
  Vector nearest = (columns.colwise() - centres.col(0)).colwise().squaredNorm().transpose();
  for (int k = 1; k < clusters; ++k) {
    if (!goesOn(keepGoing)) {
      centres.rightCols(clusters - k).colwise() = centres.col(0);
      break;
    }
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

/// The nearest centre of every point, of equally near ones the first.
std::vector<Eigen::Index> nearestCentres(const Matrix& columns, const Matrix& centres,
                                         const std::function<bool()>& keepGoing) {
  std::vector<Eigen::Index> nearest(static_cast<std::size_t>(columns.cols()), 0);
  Vector least = (columns.colwise() - centres.col(0)).colwise().squaredNorm().transpose();
  Vector distance(columns.cols());
  for (Eigen::Index k = 1; k < centres.cols() && goesOn(keepGoing); ++k) {
    distance = (columns.colwise() - centres.col(k)).colwise().squaredNorm().transpose();
    for (Eigen::Index j = 0; j < columns.cols(); ++j) {
      if (distance(j) >= least(j)) continue;
      least(j) = distance(j);
      nearest[static_cast<std::size_t>(j)] = k;
    }
  }
  return nearest;
}

}  // namespace

Result<MixtureDensity> MixtureDensity::make(GaussianMixture mixture) {
  Result<MixtureKernels> kernels = MixtureKernels::make(mixture);
  if (!kernels) return kernels.error();
  MixtureDensity density;
  density.m_kernels = std::make_shared<const MixtureKernels>(*std::move(kernels));
  density.m_mixture = std::move(mixture);
  return density;
}

namespace {

/// Log densities of all clusters (columns), rows filled up to whole blocks with the last point.
Eigen::ArrayXXd filledLogJoint(const MixtureKernels& kernels, const QueryBlocks& blocks) {
  constexpr int kVectors = QueryBlocks::kPoints / S::kWidth;
  PanelBuffer scratch = kernels.scratch(kVectors);
  Eigen::ArrayXXd joint(blocks.blocks() * QueryBlocks::kPoints, kernels.clusters());
  for (int block = 0; block < blocks.blocks(); ++block) {
    for (int k = 0; k < kernels.clusters(); ++k) {
      Vec result[kVectors];
      kernels.logJoint<kVectors>(k, blocks[block], nullptr, scratch.data(), result);
      double* to = joint.col(k).data() + block * QueryBlocks::kPoints;
      for (int v = 0; v < kVectors; ++v) S::store(to + v * S::kWidth, result[v]);
    }
  }
  return joint;
}

}  // namespace

Matrix MixtureDensity::logJoint(const MatrixRef& points) const {
  return filledLogJoint(*m_kernels, QueryBlocks(points)).topRows(points.rows()).matrix();
}

Result<MixtureQuery> MixtureDensity::query(const MatrixRef& points) const {
  GPS_EXPECTS(points.rows() > 0 && points.cols() == m_mixture.dimension(),
              "the points must have the dimension of the mixture");
  if (!points.allFinite()) return notFinite();
  const int K = m_mixture.clusters();
  const Eigen::Index N = points.rows();
  Eigen::ArrayXXd logs = filledLogJoint(*m_kernels, QueryBlocks(points));
  const Eigen::Index filled = logs.rows();
  Eigen::ArrayXd top = logs.col(0);
  for (int k = 1; k < K; ++k) top = top.max(logs.col(k));
  Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(filled);
  for (int k = 0; k < K; ++k) sum += (logs.col(k) - top).exp();
  const Eigen::ArrayXd density = top + sum.log();
  // From here on logarithms of responsibilities; points that only fill up have none.
  logs.colwise() -= density;
  logs.bottomRows(filled - N).setConstant(-1e300);

  MixtureQuery query;
  query.logWeight.resize(K);
  Eigen::ArrayXd largest(K);
  for (int k = 0; k < K; ++k) {
    largest(k) = logs.col(k).maxCoeff();
    query.logWeight(k) = (logs.col(k) - largest(k)).exp().sum();
  }
  query.logWeight = (query.logWeight.array().log() + largest - std::log(static_cast<double>(N))).matrix();
  const Vector weight = query.logWeight.array().exp().matrix();
  const Eigen::Index D = m_mixture.dimension();
  query.mu0 = Vector::Zero(D);
  for (int k = 0; k < K; ++k) query.mu0 += weight(k) * m_mixture.mu[static_cast<std::size_t>(k)];
  query.covariance = Matrix::Zero(D, D);
  Vector offset(D);
  for (int k = 0; k < K; ++k) {
    // What weighs less is lost even beside the smallest variance that the rounding of the others leaves.
    if (weight(k) < 1e-40) continue;
    const std::size_t at = static_cast<std::size_t>(k);
    offset = m_mixture.mu[at] - query.mu0;
    query.covariance += weight(k) * m_mixture.sigma[at];
    query.covariance.noalias() += (weight(k) * offset).lazyProduct(offset.transpose());
  }
  query.covariance = symmetrized(query.covariance);
  if (!query.mu0.allFinite() || !query.covariance.allFinite()) return notFinite();
  return query;
}

Matrix logJoint(const GaussianMixture& mixture, const MatrixRef& points) {
  const Result<MixtureDensity> density = MixtureDensity::make(mixture);
  GPS_EXPECTS(density.ok(), "every covariance of a mixture is positive definite");
  return density->logJoint(points);
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
  Moments reset = globalMoments(data);
  reset.covariance.diagonal().array() += options.covarianceFloor;
  const EmBlocks points(data);
  Maximisation maximisation(data);
  SmallMasses smallMasses(points);
  std::vector<bool> wasReset(start.mu.size(), false);
  Expectation e;

  EmResult result;
  result.mixture = start;
  GaussianMixture& mixture = result.mixture;
  const int K = mixture.clusters();
  const double N = static_cast<double>(data.rows());
  double previous = -std::numeric_limits<double>::infinity();
  for (int pass = 0; pass < options.maxIterations; ++pass) {
    if (!goesOn(options.keepGoing)) break;
    const Result<MixtureKernels> kernels = MixtureKernels::make(mixture);
    if (!kernels) return kernels.error();
    if (!expect(points, *kernels, options.keepGoing, e)) break;
    const double ll = e.logDensity.sum();
    if (!std::isfinite(ll)) return notFinite();
    result.logLikelihood.push_back(ll);
    if (ll - previous < options.tolerance * std::abs(ll)) break;
    previous = ll;

    smallMasses.startPass();
    for (int k = 0; k < K && goesOn(options.keepGoing); ++k) {
      const std::size_t at = static_cast<std::size_t>(k);
      double& logWeight = mixture.logWeight(k);
      logWeight = (e.mass(k) > kSmallMass
                       ? std::log(e.mass(k))
                       : smallMasses.of(k, wasReset[at], logWeight, *kernels, e.logDensity)) -
                  std::log(N);
      wasReset[at] = e.mass(k) / N < options.resetMass / K || e.members[at].count == 0;
      if (wasReset[at]) {
        mixture.mu[at] = reset.mean;
        mixture.sigma[at] = reset.covariance;
      } else {
        maximisation.moments(e.members[at], mixture.mu[at], mixture.sigma[at]);
        mixture.sigma[at].diagonal().array() += options.covarianceFloor;
      }
    }
  }
  return result;
}

GaussianMixture initialMixture(const MatrixRef& data, int clusters, Rng& rng,
                               const std::function<bool()>& keepGoing) {
  GPS_EXPECTS(data.rows() > 0 && clusters > 0, "a mixture needs points and clusters");
  const Matrix columns = data.transpose();
  const Eigen::Index D = columns.rows();
  const Eigen::Index N = columns.cols();
  const std::size_t K = static_cast<std::size_t>(clusters);
  Matrix centres = seedCentres(columns, clusters, rng, keepGoing);
  std::vector<Eigen::Index> owner = nearestCentres(columns, centres, keepGoing);
  Vector size(clusters);
  for (int step = 0; step < kLloydSteps && goesOn(keepGoing); ++step) {
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
    owner = nearestCentres(columns, centres, keepGoing);
  }

  GaussianMixture mixture;
  mixture.points = static_cast<int>(N);
  mixture.sigma.assign(K, Matrix::Zero(D, D));
  size.setZero();
  Matrix pooled = Matrix::Zero(D, D);
  for (Eigen::Index j = 0; j < N; ++j) {
    if (j % kPointsPerQuestion == 0 && !goesOn(keepGoing)) break;
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
