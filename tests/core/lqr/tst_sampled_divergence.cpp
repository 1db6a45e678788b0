// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <numbers>

#include "core/lqr/forward_pass.h"
#include "core/math/linalg.h"
#include "tests/core/lqr/random_problem.h"

using namespace gps;
using namespace gps::test;

namespace {

constexpr int kT = 6, kX = 3, kU = 2, kN = 20000;

double logDensity(const LinearGaussianController& p, int t, const Vector& x, const Vector& u) {
  const Matrix& L = p.cholC(t);
  const Vector z = L.triangularView<Eigen::Lower>().solve(u - p.mean(t, x));
  return -0.5 * z.squaredNorm() - L.diagonal().array().log().sum() - 0.5 * kU * std::log(2.0 * std::numbers::pi);
}

/// ln p(u|x) and ln q(u|x), summed over time, of trajectories drawn from p   (kN).
struct LogDensities {
  Vector p = Vector::Zero(kN), q = Vector::Zero(kN);
};

LogDensities sampled(const LinearGaussianController& p, const LinearGaussianController& q,
                     const LinearGaussianDynamics& dynamics, Rng& rng) {
  LogDensities result;
  const Matrix L1 = *choleskyLower(dynamics.x1.cov);
  std::vector<Matrix> LW;
  for (std::size_t t = 0; t + 1 < kT; ++t) LW.push_back(*choleskyLower(dynamics.W[t]));
  for (int j = 0; j < kN; ++j) {
    Vector x = dynamics.x1.mean + L1 * randomMatrix(kX, 1, rng);
    for (int t = 0; t < kT; ++t) {
      const Vector u = p.mean(t, x) + p.cholC(t) * randomMatrix(kU, 1, rng);
      result.p(j) += logDensity(p, t, x, u);
      result.q(j) += logDensity(q, t, x, u);
      if (t + 1 == kT) break;
      const auto i = static_cast<std::size_t>(t);
      Vector y(kX + kU);
      y << x, u;
      x = dynamics.F[i] * y + dynamics.f[i] + LW[i] * randomMatrix(kX, 1, rng);
    }
  }
  return result;
}

/// The mean of the samples is within 4 standard errors of `expected`.
bool agrees(const Vector& samples, double expected) {
  const double error = std::sqrt((samples.array() - samples.mean()).square().mean() / kN);
  return std::abs(samples.mean() - expected) < 4.0 * error;
}

}  // namespace

/// Entropy and divergence of whole trajectories against their definitions, by drawing them.
class TestSampledDivergence : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void entropyIsTheMeanSurprise();
  void klIsTheMeanLogRatio();
};

void TestSampledDivergence::entropyIsTheMeanSurprise() {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Rng rng(seed);
    const LinearGaussianController p = randomController(kT, kX, kU, rng);
    const LinearGaussianDynamics dynamics = randomDynamics(kT, kX, kU, 1.0, rng);
    QVERIFY(agrees(-sampled(p, p, dynamics, rng).p, p.entropy()));
  }
}

void TestSampledDivergence::klIsTheMeanLogRatio() {
  for (const std::uint64_t seed : {4U, 5U, 6U}) {
    Rng rng(seed);
    const LinearGaussianController p = randomController(kT, kX, kU, rng);
    const LinearGaussianController q = randomController(kT, kX, kU, rng);
    const LinearGaussianDynamics dynamics = randomDynamics(kT, kX, kU, 1.0, rng);
    const LogDensities densities = sampled(p, q, dynamics, rng);
    const double kl = klPerStep(p, q, forwardPass(p, dynamics)).sum();
    QVERIFY(agrees(densities.p - densities.q, kl));
    // The other direction is another number.
    QVERIFY(!agrees(densities.p - densities.q, klPerStep(q, p, forwardPass(q, dynamics)).sum()));
  }
}

QTEST_APPLESS_MAIN(TestSampledDivergence)
#include "tst_sampled_divergence.moc"
