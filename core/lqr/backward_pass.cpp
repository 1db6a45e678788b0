// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/backward_pass.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/expects.h"
#include "core/math/linalg.h"
#include "core/math/moment_recursion.h"
#include "core/math/riccati.h"
#include "core/math/tile_product.h"

namespace gps {

namespace {

using S = Simd<double>;
using Vec = S::Vec;

double smallestEigenvalue(const Matrix& A) {
  if (A.rows() == 1) return A(0, 0);
  if (A.rows() == 2) {
    const double mean = 0.5 * (A(0, 0) + A(1, 1));
    return mean - std::hypot(0.5 * (A(0, 0) - A(1, 1)), A(1, 0));
  }
  return Eigen::SelfAdjointEigenSolver<Matrix>(A, Eigen::EigenvaluesOnly).eigenvalues()(0);
}

BackwardFailure failureAt(int t, RiccatiRecursion::Outcome outcome) {
  return {t, outcome == RiccatiRecursion::Outcome::NotFinite};
}

}  // namespace

BackwardResult backwardPass(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost,
                            std::span<const double> nu) {
  const int T = cost.horizon();
  GPS_EXPECTS(dynamics.horizon() >= T && static_cast<int>(nu.size()) == T,
              "backwardPass: dynamics, cost and temperatures differ in length");
  BackwardResult result;
  result.steps.resize(static_cast<std::size_t>(T));
  result.minQuu.resize(T);
  RiccatiRecursion recursion(dynamics.dX(), dynamics.dU());
  for (int t = T - 1; t >= 0; --t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const RiccatiRecursion::Outcome outcome =
        recursion.step(cost.H[at], cost.g[at], dynamics.F[at], dynamics.f[at]);
    if (outcome != RiccatiRecursion::Outcome::Ok) {
      result.failure = failureAt(t, outcome);
      result.steps.clear();
      return result;
    }
    LinearGaussianController::Step& step = result.steps[at];
    step.K = recursion.K();
    step.k = recursion.k();
    step.C = recursion.scaledInverse(nu[at]);
    result.minQuu(t) = smallestEigenvalue(recursion.Quu());
  }
  return result;
}

struct DeviationSweep::Impl {
  const LinearGaussianDynamics& dynamics;
  SurrogateTerms terms;
  StageLayout layout;
  int dX;
  int dU;
  int T;
  // Every step in shifted coordinates y = [x; w] ...
  PanelSeries cost, map, transposedMap;
  PanelSeries Pq;  ///< (dU x dU)
  Vector logDetCq;
  // ... and its solution.
  PanelSeries gain, noise;
  PanelSeries Qww;  ///< (dU x dU)
  Vector logDetC;

  RiccatiRecursion recursion;
  MomentRecursion moments;
  std::vector<PanelBuffer> referenceMoments;  ///< under the reference, computed when first asked for
  PanelBuffer spread;    ///< of klAt: [d, Kw P]
  PanelBuffer weighted;  ///< of klAt: Pq [d, Kw]
  Vector klPerStep;
  Matrix shifted;

  Impl(const LinearGaussianDynamics& dyn, const QuadraticCost& trueCost, const SurrogateTerms& given)
      : dynamics(dyn),
        terms(given),
        layout(dyn.dX(), dyn.dU()),
        dX(dyn.dX()),
        dU(dyn.dU()),
        T(trueCost.horizon()),
        cost(T, layout.costSize()),
        map(T, layout.mapSize()),
        transposedMap(T, layout.transposedMapSize()),
        Pq(T, static_cast<std::size_t>(dU * dU)),
        logDetCq(T),
        gain(T, layout.gainSize()),
        noise(T, layout.noiseSize()),
        Qww(T, static_cast<std::size_t>(dU * dU)),
        logDetC(T),
        recursion(dX, dU),
        moments(dX, dU),
        spread(layout.gainSize(), 0.0),
        weighted(layout.gainSize(), 0.0),
        klPerStep(T),
        shifted(dU, dU) {
    PanelBuffer reference(layout.gainSize());
    for (int t = 0; t < T; ++t) {
      const std::size_t at = static_cast<std::size_t>(t);
      const LinearGaussianController::Step& q = terms.reference->step(t);
      square(Pq[t]) = terms.reference->precision(t);
      logDetCq(t) = logDetFromCholesky(terms.reference->cholC(t));
      layout.packMap(dynamics.F[at], dynamics.f[at], map[t]);
      layout.packCost(trueCost.H[at], trueCost.g[at], cost[t]);
      layout.packGain(q.K, q.k, reference.data());
      layout.closeLoop(map[t], reference.data(), map[t]);
      layout.transposeMap(map[t], transposedMap[t]);
      subtractMultipliers(t, cost[t]);
      shiftCost(reference.data(), cost[t]);
      if (const double rho = terms.rhoAt(t); rho != 0.0) addPolicy(t, rho, cost[t]);
    }
  }

  Eigen::Map<Matrix> square(double* values) const { return Eigen::Map<Matrix>(values, dU, dU); }
  Eigen::Map<const Matrix> square(const double* values) const {
    return Eigen::Map<const Matrix>(values, dU, dU);
  }
  double* actionRow(double* panel, int i) const { return panel + layout.actionRows() + i * layout.columns(); }

  /// g_u -= lambda, H_ux -= lambdaK.
  void subtractMultipliers(int t, double* panel) const {
    const std::size_t at = static_cast<std::size_t>(t);
    for (int i = 0; i < dU; ++i) {
      double* row = actionRow(panel, i);
      if (!terms.lambda.empty()) row[0] -= terms.lambda[at](i);
      if (terms.lambdaK.empty()) continue;
      for (int j = 0; j < dX; ++j) row[1 + j] -= terms.lambdaK[at](i, j);
    }
  }

  /// The cost of y = T [x; w] + s, T = [I 0; Kq I], s = [0; kq]. Rows of x first: they need the old H_ux.
  void shiftCost(const double* reference, double* panel) {
    const int state = layout.stateColumns();
    const int all = layout.columns();
    double* action = actionRow(panel, 0);
    const auto plus = [](double* start) {
      return [start](const Vec& sum, std::ptrdiff_t at) { return S::add(S::load(start + at), sum); };
    };
    // [g_x, H_xx] += H_ux' [kq, Kq]
    ProductOperands<double> ofStates{.rows = dX,
                                     .inner = dU,
                                     .columns = state,
                                     .a = action + 1,
                                     .aRow = 1,
                                     .aCol = all,
                                     .b = reference,
                                     .bRow = state,
                                     .c = panel,
                                     .cRow = state};
    lowerProduct(ofStates, 1, plus(panel));
    // [g_w, H_wx] = [g_u, H_ux] + H_uu [kq, Kq]
    const Matrix& Huu = mirrored(action);
    product(ProductOperands<double>{.rows = dU,
                                    .inner = dU,
                                    .columns = state,
                                    .a = Huu.data(),
                                    .aRow = dU,
                                    .aCol = 1,
                                    .b = reference,
                                    .bRow = state,
                                    .c = action,
                                    .cRow = all},
            plus(action));
    // [g_x, H_xx] += Kq' [g_w, H_wx]
    ofStates.a = reference + 1;
    ofStates.aCol = state;
    ofStates.b = action;
    ofStates.bRow = all;
    lowerProduct(ofStates, 1, plus(panel));
  }

  /// The block H_uu of rows of u, of which only the lower half is stored.
  const Matrix& mirrored(const double* action) {
    for (int i = 0; i < dU; ++i) {
      const double* row = action + i * layout.columns() + layout.stateColumns();
      for (int j = 0; j <= i; ++j) shifted(i, j) = shifted(j, i) = row[j];
    }
    return shifted;
  }

  /// rho (-ln pibar) with u - Kb x - kb = w + D x + e.
  void addPolicy(int t, double rho, double* panel) const {
    const Matrix D = terms.reference->step(t).K - terms.policy->step(t).K;
    const Vector e = terms.reference->step(t).k - terms.policy->step(t).k;
    const Matrix Pb = terms.policy->precision(t);
    Matrix H(dX + dU, dX + dU);
    Vector g(dX + dU);
    H.bottomLeftCorner(dU, dX) = rho * Pb * D;
    H.topRightCorner(dX, dU) = H.bottomLeftCorner(dU, dX).transpose();
    H.topLeftCorner(dX, dX) = D.transpose() * H.bottomLeftCorner(dU, dX);
    H.bottomRightCorner(dU, dU) = rho * Pb;
    g.tail(dU) = rho * Pb * e;
    g.head(dX) = D.transpose() * g.tail(dU);
    PanelBuffer added(layout.costSize());
    layout.packCost(H, g, added.data());
    for (std::size_t i = 0; i < added.size(); ++i) panel[i] += added[i];
  }

  BackwardFailure solve(std::span<const double> eta) {
    GPS_EXPECTS(eta.size() == 1 || eta.size() == static_cast<std::size_t>(T),
                "DeviationSweep: eta has a wrong number of entries");
    recursion.restart();
    for (int t = T - 1; t >= 0; --t) {
      const double etaNow = eta.size() == 1 ? eta[0] : eta[static_cast<std::size_t>(t)];
      const RiccatiRecursion::Outcome outcome = recursion.step(cost[t], map[t], Pq[t], etaNow);
      if (outcome != RiccatiRecursion::Outcome::Ok) return failureAt(t, outcome);
      const double nu = terms.temperature(t, etaNow);
      std::copy_n(recursion.gain(), layout.gainSize(), gain[t]);
      recursion.scaledInverse(nu, noise[t]);
      square(Qww[t]) = recursion.Quu();
      logDetC(t) = dU * std::log(nu) - recursion.logDetQuu();
    }
    return {};
  }

  /// lo I < C < hi I by two factorisations, far cheaper than the eigenvalues.
  bool isWithin(const Matrix& C, double lo, double hi) {
    shifted = C;
    shifted.diagonal().array() -= lo;
    if (!choleskyInPlace(shifted)) return false;
    if (!std::isfinite(hi)) return true;
    shifted = -C;
    shifted.diagonal().array() += hi;
    return choleskyInPlace(shifted);
  }

  bool clampCovariance(double lo, double hi) {
    bool changed = false;
    for (int t = 0; t < T; ++t) {
      const Matrix C = layout.noiseMatrix(noise[t]);
      if (isWithin(C, lo, hi)) continue;
      changed = true;
      shifted = clampEigenvalues(C, lo, hi);
      layout.packNoise(shifted, noise[t]);
      logDetC(t) =
          choleskyInPlace(shifted) ? logDetFromCholesky(shifted) : -std::numeric_limits<double>::infinity();
    }
    return changed;
  }

  /// 0.5 [tr(Pq C) - dU + ln|Cq| - ln|C| + d'Pq d + tr(Kw'Pq Kw P)], d = Kw m + kw, from a panel [m, P].
  double klAt(int t, const double* stateMoments) {
    const int state = layout.stateColumns();
    const int action = layout.actionColumns();
    product(ProductOperands<double>{.rows = dU,
                                    .inner = dX,
                                    .columns = state,
                                    .a = gain[t] + 1,
                                    .aRow = state,
                                    .aCol = 1,
                                    .b = stateMoments,
                                    .bRow = state,
                                    .c = spread.data(),
                                    .cRow = state},
            AsSummed());
    product(ProductOperands<double>{.rows = dU,
                                    .inner = dU,
                                    .columns = state,
                                    .a = Pq[t],
                                    .aRow = dU,
                                    .aCol = 1,
                                    .b = gain[t],
                                    .bRow = state,
                                    .c = weighted.data(),
                                    .cRow = state},
            AsSummed());
    for (int i = 0; i < dU; ++i) spread[static_cast<std::size_t>(i * state)] += gain[t][i * state];
    double sum = logDetCq(t) - logDetC(t) - dU;
    for (int i = 0; i < dU; ++i) {
      double Pd = 0.0;
      for (int j = 0; j < dU; ++j) {
        Pd += Pq[t][i * dU + j] * spread[static_cast<std::size_t>(j * state)];
        sum += Pq[t][i * dU + j] * noise[t][i * action + j];
      }
      weighted[static_cast<std::size_t>(i * state)] = Pd;
    }
    Vec products = S::broadcast(0.0);
    for (std::size_t i = 0; i < spread.size(); i += S::kWidth) {
      products = S::fma(S::load(weighted.data() + i), S::load(spread.data() + i), products);
    }
    const double kl = 0.5 * (sum + S::sum(products));
    return kl < 0.0 ? 0.0 : kl;  // NaN stays NaN: max() would call it satisfied
  }

  /// Under the reference w has mean 0 and covariance Cq.
  void sweepReference() {
    if (!referenceMoments.empty()) return;
    const PanelBuffer noGain(layout.gainSize(), 0.0);
    PanelBuffer Cq(layout.noiseSize());
    moments.start(dynamics.x1);
    for (int t = 0; t < T; ++t) {
      referenceMoments.emplace_back(moments.moments(), moments.moments() + moments.momentsSize());
      if (t + 1 == T) break;
      layout.packNoise(terms.reference->step(t).C, Cq.data());
      moments.step(transposedMap[t], noGain.data(), Cq.data(), dynamics.W[static_cast<std::size_t>(t)]);
    }
  }

  const Vector& kl(KlMarginals marginals) {
    if (marginals == KlMarginals::Prev) {
      sweepReference();
      for (int t = 0; t < T; ++t) klPerStep(t) = klAt(t, referenceMoments[static_cast<std::size_t>(t)].data());
      return klPerStep;
    }
    moments.start(dynamics.x1);
    for (int t = 0; t < T; ++t) {
      klPerStep(t) = klAt(t, moments.moments());
      if (t + 1 < T) moments.step(transposedMap[t], gain[t], noise[t], dynamics.W[static_cast<std::size_t>(t)]);
    }
    return klPerStep;
  }

  BackwardResult result() const {
    BackwardResult out;
    out.steps.reserve(static_cast<std::size_t>(T));
    out.minQuu.resize(T);
    for (int t = 0; t < T; ++t) {
      const LinearGaussianController::Step& q = terms.reference->step(t);
      out.steps.push_back({q.K + layout.gainMatrix(gain[t]), q.k + layout.gainVector(gain[t]),
                           layout.noiseMatrix(noise[t])});
      out.minQuu(t) = smallestEigenvalue(square(Qww[t]));
    }
    return out;
  }
};

DeviationSweep::DeviationSweep(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost,
                               const SurrogateTerms& terms) {
  GPS_EXPECTS(terms.reference != nullptr && terms.reference->horizon() == cost.horizon() &&
                  dynamics.horizon() >= cost.horizon() && terms.reference->dX() == dynamics.dX() &&
                  terms.reference->dU() == dynamics.dU(),
              "DeviationSweep: dynamics, cost and reference differ in shape");
  m_impl = std::make_unique<Impl>(dynamics, cost, terms);
}

DeviationSweep::~DeviationSweep() = default;
DeviationSweep::DeviationSweep(DeviationSweep&&) noexcept = default;

BackwardResult DeviationSweep::backward(std::span<const double> eta) {
  const BackwardFailure failure = solve(eta);
  if (!failure.any()) return result();
  BackwardResult failed;
  failed.minQuu.setZero(m_impl->T);
  failed.failure = failure;
  return failed;
}

BackwardFailure DeviationSweep::solve(std::span<const double> eta) { return m_impl->solve(eta); }

bool DeviationSweep::clampCovariance(double lo, double hi) { return m_impl->clampCovariance(lo, hi); }

const Vector& DeviationSweep::kl(KlMarginals marginals) { return m_impl->kl(marginals); }

BackwardResult DeviationSweep::result() const { return m_impl->result(); }

}  // namespace gps
