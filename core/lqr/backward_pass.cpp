// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/backward_pass.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/expects.h"
#include "core/math/linalg.h"
#include "core/math/riccati.h"

namespace gps {

namespace {

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
    recursion.scaledInverse(nu[at], step.C);
    result.minQuu(t) = smallestEigenvalue(recursion.Quu());
  }
  return result;
}

struct DeviationSweep::Impl {
  /// One step in shifted coordinates y = [x; w], and its solution.
  struct Stage {
    Matrix H, F, Pq;
    Vector g, f;
    double logDetCq = 0.0;

    Matrix Kw, C, Quu;
    Vector kw;
    double logDetC = 0.0;
  };

  const LinearGaussianDynamics& dynamics;
  SurrogateTerms terms;
  int dX;
  int dU;
  std::vector<Stage> stages;
  RiccatiRecursion recursion;
  std::vector<Vector> referenceMean;  ///< state marginals of the reference, computed when first asked for
  std::vector<Matrix> referenceCov;
  Vector klPerStep;
  Vector m, mNext, d, Pd;
  Matrix P, closed, closedP, FuC, next, KP, PK, shifted;

  Impl(const LinearGaussianDynamics& dyn, const QuadraticCost& cost, const SurrogateTerms& given)
      : dynamics(dyn),
        terms(given),
        dX(dyn.dX()),
        dU(dyn.dU()),
        stages(static_cast<std::size_t>(cost.horizon())),
        recursion(dX, dU),
        klPerStep(cost.horizon()),
        m(dX),
        mNext(dX),
        d(dU),
        Pd(dU),
        P(dX, dX),
        closed(dX, dX),
        closedP(dX, dX),
        FuC(dX, dU),
        next(dX, dX),
        KP(dU, dX),
        PK(dU, dX),
        shifted(dU, dU) {
    for (int t = 0; t < cost.horizon(); ++t) shift(t, cost);
  }

  void shift(int t, const QuadraticCost& cost) {
    const std::size_t at = static_cast<std::size_t>(t);
    Stage& s = stages[at];
    const Matrix& Kq = terms.reference->step(t).K;
    const Vector& kq = terms.reference->step(t).k;
    s.Pq = terms.reference->precision(t);
    s.logDetCq = logDetFromCholesky(terms.reference->cholC(t));

    s.H = cost.H[at];
    s.g = cost.g[at];
    subtractMultipliers(terms, t, s.H, s.g);
    s.g.noalias() += s.H.rightCols(dU).lazyProduct(kq);
    s.g.head(dX).noalias() += Kq.transpose().lazyProduct(s.g.tail(dU));
    s.H.leftCols(dX).noalias() += s.H.rightCols(dU).lazyProduct(Kq);
    s.H.topRows(dX).noalias() += Kq.transpose().lazyProduct(s.H.bottomRows(dU));
    if (const double rho = terms.rhoAt(t); rho != 0.0) addPolicy(t, rho, s);

    s.F = dynamics.F[at];
    s.f = dynamics.f[at];
    s.f.noalias() += s.F.rightCols(dU).lazyProduct(kq);
    s.F.leftCols(dX).noalias() += s.F.rightCols(dU).lazyProduct(Kq);

    s.Kw.setZero(dU, dX);
    s.kw.setZero(dU);
    s.C.setZero(dU, dU);
    s.Quu.setZero(dU, dU);
  }

  /// rho (-ln pibar) with u - Kb x - kb = w + D x + e.
  void addPolicy(int t, double rho, Stage& s) const {
    const Matrix D = terms.reference->step(t).K - terms.policy->step(t).K;
    const Vector e = terms.reference->step(t).k - terms.policy->step(t).k;
    const Matrix Pb = terms.policy->precision(t);
    const Matrix PD = Pb * D;
    const Vector Pe = Pb * e;
    s.H.topLeftCorner(dX, dX) += rho * D.transpose() * PD;
    s.H.bottomLeftCorner(dU, dX) += rho * PD;
    s.H.topRightCorner(dX, dU) += rho * PD.transpose();
    s.H.bottomRightCorner(dU, dU) += rho * Pb;
    s.g.head(dX) += rho * D.transpose() * Pe;
    s.g.tail(dU) += rho * Pe;
  }

  BackwardFailure solve(std::span<const double> eta) {
    const int T = static_cast<int>(stages.size());
    GPS_EXPECTS(eta.size() == 1 || eta.size() == stages.size(), "DeviationSweep: eta has a wrong number of entries");
    recursion.restart();
    for (int t = T - 1; t >= 0; --t) {
      Stage& s = stages[static_cast<std::size_t>(t)];
      const double etaNow = eta.size() == 1 ? eta[0] : eta[static_cast<std::size_t>(t)];
      const RiccatiRecursion::Outcome outcome = recursion.step(s.H, s.g, s.F, s.f, &s.Pq, etaNow);
      if (outcome != RiccatiRecursion::Outcome::Ok) return failureAt(t, outcome);
      const double nu = terms.temperature(t, etaNow);
      s.Kw = recursion.K();
      s.kw = recursion.k();
      s.Quu = recursion.Quu();
      recursion.scaledInverse(nu, s.C);
      s.logDetC = dU * std::log(nu) - 2.0 * recursion.cholQuu().diagonal().array().log().sum();
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
    for (Stage& s : stages) {
      if (isWithin(s.C, lo, hi)) continue;
      changed = true;
      s.C = clampEigenvalues(s.C, lo, hi);
      shifted = s.C;
      s.logDetC =
          choleskyInPlace(shifted) ? logDetFromCholesky(shifted) : -std::numeric_limits<double>::infinity();
    }
    return changed;
  }

  double klAt(const Stage& s, const Vector& mean, const Matrix& cov) {
    d = s.kw;
    d.noalias() += s.Kw.lazyProduct(mean);
    Pd.noalias() = s.Pq.lazyProduct(d);
    PK.noalias() = s.Pq.lazyProduct(s.Kw);
    KP.noalias() = s.Kw.lazyProduct(cov);
    const double kl = 0.5 * (s.Pq.cwiseProduct(s.C).sum() - dU + s.logDetCq - s.logDetC + d.dot(Pd) +
                             PK.cwiseProduct(KP).sum());
    return kl < 0.0 ? 0.0 : kl;  // NaN stays NaN: max() would call it satisfied
  }

  /// m, P <- state moments one step on; with `reference` those of q, for which w has mean 0 and covariance Cq.
  void propagate(int t, const Stage& s, bool reference) {
    const Matrix& C = reference ? terms.reference->step(t).C : s.C;
    closed = s.F.leftCols(dX);
    mNext = s.f;
    if (!reference) {
      closed.noalias() += s.F.rightCols(dU).lazyProduct(s.Kw);
      mNext.noalias() += s.F.rightCols(dU).lazyProduct(s.kw);
    }
    mNext.noalias() += closed.lazyProduct(m);
    FuC.noalias() = s.F.rightCols(dU).lazyProduct(C);
    next = dynamics.W[static_cast<std::size_t>(t)];
    next.noalias() += FuC.lazyProduct(s.F.rightCols(dU).transpose());
    closedP.noalias() = closed * P;
    next.noalias() += closedP * closed.transpose();
    P.noalias() = 0.5 * (next + next.transpose());
    m.swap(mNext);
  }

  void startMoments() {
    m = dynamics.x1.mean;
    P = dynamics.x1.cov;
  }

  void sweepReference() {
    if (!referenceMean.empty()) return;
    startMoments();
    for (std::size_t t = 0; t < stages.size(); ++t) {
      referenceMean.push_back(m);
      referenceCov.push_back(P);
      if (t + 1 < stages.size()) propagate(static_cast<int>(t), stages[t], true);
    }
  }

  const Vector& kl(KlMarginals marginals) {
    if (marginals == KlMarginals::Prev) {
      sweepReference();
      for (std::size_t t = 0; t < stages.size(); ++t) {
        klPerStep(static_cast<Eigen::Index>(t)) = klAt(stages[t], referenceMean[t], referenceCov[t]);
      }
      return klPerStep;
    }
    startMoments();
    for (std::size_t t = 0; t < stages.size(); ++t) {
      klPerStep(static_cast<Eigen::Index>(t)) = klAt(stages[t], m, P);
      if (t + 1 < stages.size()) propagate(static_cast<int>(t), stages[t], false);
    }
    return klPerStep;
  }

  BackwardResult result() const {
    BackwardResult out;
    out.steps.reserve(stages.size());
    out.minQuu.resize(static_cast<Eigen::Index>(stages.size()));
    for (std::size_t t = 0; t < stages.size(); ++t) {
      const LinearGaussianController::Step& q = terms.reference->step(static_cast<int>(t));
      const Stage& s = stages[t];
      out.steps.push_back({q.K + s.Kw, q.k + s.kw, s.C});
      out.minQuu(static_cast<Eigen::Index>(t)) = smallestEigenvalue(s.Quu);
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
  failed.minQuu.setZero(static_cast<Eigen::Index>(m_impl->stages.size()));
  failed.failure = failure;
  return failed;
}

BackwardFailure DeviationSweep::solve(std::span<const double> eta) { return m_impl->solve(eta); }

bool DeviationSweep::clampCovariance(double lo, double hi) { return m_impl->clampCovariance(lo, hi); }

const Vector& DeviationSweep::kl(KlMarginals marginals) { return m_impl->kl(marginals); }

BackwardResult DeviationSweep::result() const { return m_impl->result(); }

}  // namespace gps
