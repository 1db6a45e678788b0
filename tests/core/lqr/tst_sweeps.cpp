// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/lqr/backward_pass.h"
#include "core/math/linalg.h"
#include "tests/core/lqr/random_problem.h"

using namespace gps;
using namespace gps::test;

namespace {

double largestDifference(const BackwardResult& a, const BackwardResult& b) {
  double worst = 0.0;
  for (std::size_t t = 0; t < a.steps.size(); ++t) {
    worst = std::max(worst, (a.steps[t].K - b.steps[t].K).cwiseAbs().maxCoeff());
    worst = std::max(worst, (a.steps[t].k - b.steps[t].k).cwiseAbs().maxCoeff());
    worst = std::max(worst, (a.steps[t].C - b.steps[t].C).cwiseAbs().maxCoeff());
  }
  return worst;
}

/// -ln q(u|x), constants included.
QuadraticCost surprise(const LinearGaussianController& q) {
  QuadraticCost cost;
  for (int t = 0; t < q.horizon(); ++t) {
    const NegLogQuadratic quadratic = negLogLikelihood(q, t);
    const Vector& k = q.step(t).k;
    cost.H.push_back(quadratic.M);
    cost.g.push_back(quadratic.v);
    cost.c.push_back(0.5 * k.dot(q.precision(t) * k) + 0.5 * logDetFromCholesky(q.cholC(t)) +
                     0.5 * q.dU() * std::log(2.0 * std::numbers::pi));
  }
  return cost;
}

}  // namespace

class TestSweeps : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void forwardPassAgreesWithSampling();
  void marginalCovariancesStaySymmetric();
  void klOfAControllerFromItselfIsZero();
  void klIsNeverNegative();
  void crossEntropyMinusEntropyIsKl();
  void sweepsEqualThePlainStatement_data();
  void sweepsEqualThePlainStatement();
  void longHorizonReachesRiccatiFixedPoint();
  void deviationFormEqualsRawForm();
  void deviationFormSurvivesAnUnstableReference();
  void deviationFormKeepsMultipliersAndEntropy();
  void deviationKlEqualsKlOfTheControllers();
  void prevMarginalsAreThoseOfTheReference();
  void hugeEtaReturnsTheReference();
  void solutionMinimisesTheSurrogate();
  void failuresNameTheStep();
  void smallestEigenvalueOfQuuIsReported();
};

// 20000 rollouts: the standard error of a mean is sd/141, so 5 of them bound every entry but by bad luck
// (fixed seed).
void TestSweeps::forwardPassAgreesWithSampling() {
  constexpr int kT = 6, kX = 3, kU = 2, kN = 20000;
  Rng rng(7);
  const LinearGaussianController p = randomController(kT, kX, kU, rng);
  const LinearGaussianDynamics dynamics = randomDynamics(kT, kX, kU, 1.0, rng);
  const QuadraticCost cost = randomCost(kT, kX + kU, rng);
  const Marginals marginals = forwardPass(p, dynamics);

  std::vector<Matrix> samples(kT, Matrix(kN, kX + kU));
  Vector costs = Vector::Zero(kN);
  const Matrix L1 = *choleskyLower(dynamics.x1.cov);
  for (int j = 0; j < kN; ++j) {
    Vector x = dynamics.x1.mean + L1 * randomMatrix(kX, 1, rng);
    for (int t = 0; t < kT; ++t) {
      const std::size_t at = static_cast<std::size_t>(t);
      Vector y(kX + kU);
      y << x, p.mean(t, x) + p.cholC(t) * randomMatrix(kU, 1, rng);
      samples[at].row(j) = y.transpose();
      costs(j) += cost.c[at] + cost.g[at].dot(y) + 0.5 * y.dot(cost.H[at] * y);
      if (t + 1 < kT) {
        x = dynamics.F[at] * y + dynamics.f[at] + *choleskyLower(dynamics.W[at]) * randomMatrix(kX, 1, rng);
      }
    }
  }
  for (int t = 0; t < kT; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const Vector mean = samples[at].colwise().mean();
    const Matrix centred = samples[at].rowwise() - mean.transpose();
    const Matrix cov = centred.transpose() * centred / kN;
    const Vector sd = marginals.cov[at].diagonal().cwiseSqrt();
    for (int a = 0; a < kX + kU; ++a) {
      QVERIFY(std::abs(mean(a) - marginals.mean[at](a)) < 5.0 * sd(a) / std::sqrt(kN));
      for (int b = 0; b < kX + kU; ++b) {
        // The variance of a product of two Gaussians is at most 2 sd_a^2 sd_b^2.
        QVERIFY(std::abs(cov(a, b) - marginals.cov[at](a, b)) < 5.0 * std::sqrt(2.0 / kN) * sd(a) * sd(b));
      }
    }
  }
  const double spread = std::sqrt((costs.array() - costs.mean()).square().mean() / kN);
  QVERIFY(std::abs(costs.mean() - expectedCost(marginals, cost).sum()) < 5.0 * spread);
}

void TestSweeps::marginalCovariancesStaySymmetric() {
  Rng rng(3);
  const LinearGaussianController p = randomController(60, 5, 2, rng);
  const Marginals marginals = forwardPass(p, randomDynamics(60, 5, 2, 1.02, rng));
  for (const Matrix& S : marginals.cov) {
    QCOMPARE((S.topLeftCorner(5, 5) - S.topLeftCorner(5, 5).transpose()).cwiseAbs().maxCoeff(), 0.0);
    QVERIFY(choleskyLower(S));
  }
}

void TestSweeps::klOfAControllerFromItselfIsZero() {
  Rng rng(5);
  const LinearGaussianController p = randomController(20, 4, 3, rng);
  const Vector kl = klPerStep(p, p, forwardPass(p, randomDynamics(20, 4, 3, 1.0, rng)));
  QVERIFY(kl.maxCoeff() < 1e-14);
}

void TestSweeps::klIsNeverNegative() {
  Rng rng(11);
  for (int i = 0; i < 1000; ++i) {
    const LinearGaussianController p = randomController(2, 3, 2, rng);
    const LinearGaussianController q = randomController(2, 3, 2, rng);
    const Vector kl = klPerStep(p, q, forwardPass(p, randomDynamics(2, 3, 2, 1.0, rng)));
    // Different controllers: a clamped 0 would mean that the formula itself went negative.
    QVERIFY(kl.minCoeff() > 0.0);
  }
}

void TestSweeps::crossEntropyMinusEntropyIsKl() {
  Rng rng(13);
  for (int i = 0; i < 20; ++i) {
    const LinearGaussianController p = randomController(15, 4, 2, rng);
    const LinearGaussianController q = randomController(15, 4, 2, rng);
    const Marginals marginals = forwardPass(p, randomDynamics(15, 4, 2, 1.0, rng));
    const double kl = klPerStep(p, q, marginals).sum();
    const double difference = expectedCost(marginals, surprise(q)).sum() - p.entropy();
    QVERIFY(std::abs(difference - kl) < 1e-9 * (1.0 + kl));
  }
}

// The shapes leave every remainder that whole vectors and tiles of rows can leave.
void TestSweeps::sweepsEqualThePlainStatement_data() {
  QTest::addColumn<int>("dX");
  QTest::addColumn<int>("dU");
  for (const auto& [dX, dU] : {std::pair{1, 1}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {6, 4}, {7, 2}, {8, 5}, {10, 1},
                               {11, 6}, {12, 9}, {14, 7}, {26, 7}}) {
    QTest::addRow("%d+%d", dX, dU) << dX << dU;
  }
}

void TestSweeps::sweepsEqualThePlainStatement() {
  QFETCH(int, dX);
  QFETCH(int, dU);
  constexpr int kT = 12;
  const int n = dX + dU;
  Rng rng(47);
  const LinearGaussianDynamics dynamics = randomDynamics(kT, dX, dU, 1.0, rng);
  const QuadraticCost cost = randomCost(kT, n, rng);
  std::vector<double> nu;
  for (int t = 0; t < kT; ++t) nu.push_back(0.5 + rng.uniform());

  const BackwardResult result = backwardPass(dynamics, cost, nu);
  QVERIFY(result.ok());
  Matrix V;
  Vector v;
  for (int t = kT - 1; t >= 0; --t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const Matrix& F = dynamics.F[at];
    Matrix Q = cost.H[at];
    Vector q = cost.g[at];
    if (t + 1 < kT) {
      Q += F.transpose() * V * F;
      q += F.transpose() * (v + V * dynamics.f[at]);
    }
    const Matrix inverse = inverseFromCholesky(*choleskyLower(Q.bottomRightCorner(dU, dU)));
    const Matrix K = -inverse * Q.bottomLeftCorner(dU, dX);
    const Vector k = -inverse * q.tail(dU);
    V = symmetrized(Q.topLeftCorner(dX, dX) + Q.topRightCorner(dX, dU) * K);
    v = q.head(dX) + Q.topRightCorner(dX, dU) * k;
    QVERIFY((result.steps[at].K - K).cwiseAbs().maxCoeff() < 1e-11 * (1.0 + K.cwiseAbs().maxCoeff()));
    QVERIFY((result.steps[at].k - k).cwiseAbs().maxCoeff() < 1e-11 * (1.0 + k.cwiseAbs().maxCoeff()));
    QVERIFY((result.steps[at].C - nu[at] * inverse).cwiseAbs().maxCoeff() < 1e-12 * inverse.cwiseAbs().maxCoeff());
    QVERIFY(result.steps[at].C == result.steps[at].C.transpose());
  }

  const LinearGaussianController p = LinearGaussianController::make(result.steps).value();
  const Marginals marginals = forwardPass(p, dynamics);
  Vector m = dynamics.x1.mean;
  Matrix P = dynamics.x1.cov;
  for (int t = 0; t < kT; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const LinearGaussianController::Step& step = p.step(t);
    Vector mu(n);
    mu << m, step.K * m + step.k;
    Matrix S(n, n);
    S << P, P * step.K.transpose(), step.K * P, step.K * P * step.K.transpose() + step.C;
    QVERIFY((marginals.mean[at] - mu).cwiseAbs().maxCoeff() < 1e-11 * (1.0 + mu.cwiseAbs().maxCoeff()));
    QVERIFY((marginals.cov[at] - S).cwiseAbs().maxCoeff() < 1e-11 * S.cwiseAbs().maxCoeff());
    m = dynamics.F[at] * mu + dynamics.f[at];
    P = symmetrized(dynamics.F[at] * S * dynamics.F[at].transpose() + dynamics.W[at]);
  }
}

// x' = x + u with unit costs: P^2 = P + 1, so P is the golden ratio and K = -1/P.
void TestSweeps::longHorizonReachesRiccatiFixedPoint() {
  constexpr std::size_t kT = 60;
  LinearGaussianDynamics integrator;
  integrator.F.assign(kT, Matrix::Ones(1, 2));
  integrator.f.assign(kT, Vector::Zero(1));
  integrator.W.assign(kT, Matrix::Zero(1, 1));
  integrator.x1 = {Vector::Zero(1), Matrix::Zero(1, 1)};
  const QuadraticCost cost{std::vector<Matrix>(kT, Matrix::Identity(2, 2)),
                           std::vector<Vector>(kT, Vector::Zero(2)), std::vector<double>(kT, 0.0)};
  const BackwardResult result = backwardPass(integrator, cost, std::vector<double>(kT, 1.0));
  QVERIFY(result.ok());
  const double golden = 0.5 * (1.0 + std::sqrt(5.0));
  QCOMPARE(result.steps[0].K(0, 0), -1.0 / golden);
  QCOMPARE(result.steps[0].C(0, 0), 1.0 / (1.0 + golden));
}

void TestSweeps::deviationFormEqualsRawForm() {
  constexpr int kT = 40;
  Rng rng(17);
  const LinearGaussianDynamics dynamics = randomDynamics(kT, 4, 2, 1.1, rng);  // unstable
  const QuadraticCost cost = randomCost(kT, 6, rng);
  const LinearGaussianController q = randomController(kT, 4, 2, rng);
  const SurrogateTerms terms{.reference = &q};
  DeviationSweep sweep(dynamics, cost, terms);
  for (const double eta : {0.1, 1.0, 100.0}) {
    const std::vector<double> nu(kT, eta);
    const BackwardResult raw = backwardPass(dynamics, surrogateCost(cost, terms, eta), nu);
    const BackwardResult deviation = sweep.backward(std::span(&eta, 1));
    QVERIFY(raw.ok() && deviation.ok());
    QVERIFY2(largestDifference(raw, deviation) < 1e-9, qPrintable(QString::number(largestDifference(raw, deviation))));
    QVERIFY((raw.minQuu - deviation.minQuu).cwiseAbs().maxCoeff() < 1e-8 * raw.minQuu.cwiseAbs().maxCoeff());
  }
}

// The reference's gains make the state grow by orders of magnitude per ten steps. The controller undoes that, so
// the value function stays small, and rounding must not grow like the shifted dynamics.
void TestSweeps::deviationFormSurvivesAnUnstableReference() {
  constexpr int kT = 100, kX = 26, kU = 7;
  Rng rng(1);
  const LinearGaussianDynamics dynamics = randomDynamics(kT, kX, kU, 0.75, rng);
  const QuadraticCost cost = randomCost(kT, kX + kU, rng);
  const LinearGaussianController q = randomController(kT, kX, kU, rng);
  const SurrogateTerms terms{.reference = &q};
  const double eta = 2.0;
  const BackwardResult raw =
      backwardPass(dynamics, surrogateCost(cost, terms, eta), std::vector<double>(kT, eta));
  const BackwardResult deviation = DeviationSweep(dynamics, cost, terms).backward(std::span(&eta, 1));
  QVERIFY(raw.ok() && deviation.ok());
  QVERIFY2(largestDifference(raw, deviation) < 1e-10, qPrintable(QString::number(largestDifference(raw, deviation))));
}

void TestSweeps::deviationFormKeepsMultipliersAndEntropy() {
  constexpr int kT = 12;
  Rng rng(19);
  const LinearGaussianDynamics dynamics = randomDynamics(kT, 3, 2, 1.0, rng);
  const QuadraticCost cost = randomCost(kT, 5, rng);
  const LinearGaussianController q = randomController(kT, 3, 2, rng);
  const LinearGaussianController pi = randomController(kT, 3, 2, rng);
  std::vector<double> rho, eta, nu;
  std::vector<Vector> lambda;
  std::vector<Matrix> lambdaK;
  for (int t = 0; t < kT; ++t) {
    rho.push_back(0.1 + rng.uniform());
    lambda.push_back(randomMatrix(2, 1, rng));
    lambdaK.push_back(0.1 * randomMatrix(2, 3, rng));
    eta.push_back(1.7);
    nu.push_back(1.7 + rho.back() + 0.3);
  }
  const SurrogateTerms terms{.reference = &q, .policy = &pi, .rho = rho, .lambda = lambda, .lambdaK = lambdaK,
                             .maxEnt = 0.3};
  const BackwardResult raw = backwardPass(dynamics, surrogateCost(cost, terms, 1.7), nu);
  const BackwardResult deviation = DeviationSweep(dynamics, cost, terms).backward(eta);
  QVERIFY(raw.ok() && deviation.ok());
  QVERIFY(largestDifference(raw, deviation) < 1e-11);
}

void TestSweeps::deviationKlEqualsKlOfTheControllers() {
  Rng rng(23);
  const LinearGaussianDynamics dynamics = randomDynamics(30, 4, 3, 1.05, rng);
  const QuadraticCost cost = randomCost(30, 7, rng);
  const LinearGaussianController q = randomController(30, 4, 3, rng);
  DeviationSweep sweep(dynamics, cost, {.reference = &q});
  const double eta = 3.0;
  const LinearGaussianController p =
      LinearGaussianController::make(sweep.backward(std::span(&eta, 1)).steps).value();
  const Vector expected = klPerStep(p, q, forwardPass(p, dynamics));
  QVERIFY((sweep.kl(KlMarginals::New) - expected).cwiseAbs().maxCoeff() < 1e-9 * expected.maxCoeff());
}

void TestSweeps::prevMarginalsAreThoseOfTheReference() {
  Rng rng(29);
  const LinearGaussianDynamics dynamics = randomDynamics(30, 4, 3, 1.05, rng);
  const QuadraticCost cost = randomCost(30, 7, rng);
  const LinearGaussianController q = randomController(30, 4, 3, rng);
  DeviationSweep sweep(dynamics, cost, {.reference = &q});
  const double eta = 3.0;
  const LinearGaussianController p =
      LinearGaussianController::make(sweep.backward(std::span(&eta, 1)).steps).value();
  const Vector expected = klPerStep(p, q, forwardPass(q, dynamics));
  QVERIFY((sweep.kl(KlMarginals::Prev) - expected).cwiseAbs().maxCoeff() < 1e-9 * expected.maxCoeff());
}

// In raw form the terms of order eta cancel and half of the digits are gone at 1e15.
void TestSweeps::hugeEtaReturnsTheReference() {
  Rng rng(31);
  const LinearGaussianDynamics dynamics = randomDynamics(40, 4, 2, 1.1, rng);
  const QuadraticCost cost = randomCost(40, 6, rng);
  const LinearGaussianController q = randomController(40, 4, 2, rng);
  const double eta = 1e15;
  const BackwardResult result = DeviationSweep(dynamics, cost, {.reference = &q}).backward(std::span(&eta, 1));
  QVERIFY(largestDifference(result, {q.steps(), {}, {}}) < 1e-9);
}

// No perturbation of any K, k or C lowers E[cost] + eta KL(p||q) + rho KL(p||pi) - lambda'E[u] - maxEnt H(p).
void TestSweeps::solutionMinimisesTheSurrogate() {
  constexpr int kT = 5;
  constexpr double kEta = 0.8, kEntropy = 0.2;
  Rng rng(37);
  const LinearGaussianDynamics dynamics = randomDynamics(kT, 3, 2, 1.0, rng);
  const QuadraticCost cost = randomCost(kT, 5, rng);
  const LinearGaussianController q = randomController(kT, 3, 2, rng);
  const LinearGaussianController pi = randomController(kT, 3, 2, rng);
  const std::vector<double> rho{0.2, 1.0, 0.5, 2.0, 0.1};
  std::vector<Vector> lambda;
  for (int t = 0; t < kT; ++t) lambda.push_back(randomMatrix(2, 1, rng));
  const SurrogateTerms terms{.reference = &q, .policy = &pi, .rho = rho, .lambda = lambda, .maxEnt = kEntropy};
  const auto objective = [&](const LinearGaussianController& p) {
    const Marginals marginals = forwardPass(p, dynamics);
    const Vector klPi = klPerStep(p, pi, marginals);
    double sum = expectedCost(marginals, cost).sum() + kEta * klPerStep(p, q, marginals).sum() -
                 kEntropy * p.entropy();
    for (int t = 0; t < kT; ++t) {
      const std::size_t at = static_cast<std::size_t>(t);
      sum += rho[at] * klPi(t) - lambda[at].dot(marginals.mean[at].tail(2));
    }
    return sum;
  };
  const BackwardResult result = DeviationSweep(dynamics, cost, terms).backward(std::span(&kEta, 1));
  const double best = objective(LinearGaussianController::make(result.steps).value());
  for (int i = 0; i < 200; ++i) {
    std::vector<LinearGaussianController::Step> steps = result.steps;
    LinearGaussianController::Step& step = steps[static_cast<std::size_t>(i % kT)];
    step.K += 1e-3 * randomMatrix(2, 3, rng);
    step.k += 1e-3 * randomMatrix(2, 1, rng);
    const Matrix D = randomMatrix(2, 2, rng);
    step.C += 1e-3 * step.C.norm() * (D + D.transpose());
    QVERIFY(objective(LinearGaussianController::make(steps).value()) > best);
  }
}

void TestSweeps::failuresNameTheStep() {
  Rng rng(41);
  LinearGaussianDynamics dynamics = randomDynamics(8, 3, 2, 1.0, rng);
  QuadraticCost cost = randomCost(8, 5, rng);
  const LinearGaussianController q = randomController(8, 3, 2, rng);
  cost.H[5](4, 4) = -1e6;
  const double eta = 1.0;
  const BackwardResult indefinite = DeviationSweep(dynamics, cost, {.reference = &q}).backward(std::span(&eta, 1));
  QCOMPARE(indefinite.failure.t, 5);
  QVERIFY(!indefinite.failure.nonFinite);
  QVERIFY(indefinite.steps.empty());
  QCOMPARE(backwardPass(dynamics, cost, std::vector<double>(8, 1.0)).failure.t, 5);

  dynamics.f[6](0) = std::numeric_limits<double>::quiet_NaN();
  const BackwardResult poisoned = DeviationSweep(dynamics, cost, {.reference = &q}).backward(std::span(&eta, 1));
  QCOMPARE(poisoned.failure.t, 6);
  QVERIFY(poisoned.failure.nonFinite);
}

void TestSweeps::smallestEigenvalueOfQuuIsReported() {
  for (const int dU : {1, 2, 3}) {
    Rng rng(43);
    LinearGaussianDynamics dynamics = randomDynamics(1, 2, dU, 1.0, rng);
    QuadraticCost cost = randomCost(1, 2 + dU, rng);
    cost.H[0].bottomRightCorner(dU, dU) = Vector::LinSpaced(dU, 0.5, 3.0).asDiagonal();
    const BackwardResult result = backwardPass(dynamics, cost, std::vector<double>(1, 1.0));
    const double expected = cost.H[0].bottomRightCorner(dU, dU).diagonal().minCoeff();
    QCOMPARE(result.minQuu(0), expected);
  }
}

QTEST_APPLESS_MAIN(TestSweeps)
#include "tst_sweeps.moc"
