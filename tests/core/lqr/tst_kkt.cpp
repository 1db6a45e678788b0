// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <functional>

#include "core/lqr/c_step.h"
#include "core/lqr/forward_pass.h"
#include "tests/core/lqr/lq_instance.h"

using namespace gps;
using namespace gps::test;

namespace {

constexpr int kT = 3, kX = 2, kU = 2;
constexpr double kKlTol = 1e-3;

using Objective = std::function<double(const LinearGaussianController&)>;
using Steps = std::vector<LinearGaussianController::Step>;

Instance instanceOf(std::uint64_t seed) {
  return Instance::random(seed, kT, kX, kU, 1.1);
}

/// Found closely, so that the conditions hold closely.
CStepProblem problemOf(const Instance& instance, double epsilon) {
  CStepProblem problem = instance.problem(epsilon);
  problem.params.klTol = kKlTol;
  return problem;
}

/// Central differences of f over every entry of K, k and C (symmetric ones together) of every step.
Vector gradientAt(const Objective& f, const LinearGaussianController& p) {
  constexpr double h = 1e-5;
  std::vector<double> gradient;
  const auto along = [&](const std::function<void(Steps&, double)>& move) {
    Steps up = p.steps(), down = p.steps();
    move(up, h);
    move(down, -h);
    gradient.push_back((f(LinearGaussianController::make(up).value()) -
                        f(LinearGaussianController::make(down).value())) /
                       (2.0 * h));
  };
  for (std::size_t t = 0; t < kT; ++t) {
    for (int r = 0; r < kU; ++r) {
      for (int c = 0; c < kX; ++c) along([=](Steps& s, double d) { s[t].K(r, c) += d; });
      along([=](Steps& s, double d) { s[t].k(r) += d; });
      for (int c = 0; c <= r; ++c) {
        along([=](Steps& s, double d) {
          s[t].C(r, c) += d;
          if (c != r) s[t].C(c, r) += d;
        });
      }
    }
  }
  return Eigen::Map<const Vector>(gradient.data(), static_cast<Eigen::Index>(gradient.size()));
}

/// The Lagrangian is flat at p, measured against how steep the objective is there without its constraint.
bool flat(const Objective& lagrangian, const Objective& objective, const LinearGaussianController& p) {
  return gradientAt(lagrangian, p).cwiseAbs().maxCoeff() < 1e-6 * gradientAt(objective, p).cwiseAbs().maxCoeff();
}

}  // namespace

/// The C-step against the conditions of Karush, Kuhn and Tucker, over all entries of K, k and C, with costs and
/// divergences from the forward pass alone. For given multipliers the Lagrangian has one minimum (every Q_uu is
/// positive definite), so the conditions are enough for the optimum.
class TestKkt : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void summedBound_data();
  void summedBound();
  void boundPerStep_data();
  void boundPerStep();
  void sharedEta();
  void pStepOfBadmm_data();
  void pStepOfBadmm();
  void noFeasibleControllerIsCheaper();
  void looseBoundIsPlainLqr();
  void tightBoundIsTheReference();
};

void TestKkt::summedBound_data() {
  QTest::addColumn<int>("seed");
  QTest::addColumn<double>("epsilon");
  for (int seed = 1; seed <= 5; ++seed) {
    for (const double epsilon : {0.05, 0.5, 3.0}) QTest::addRow("%d, %g", seed, epsilon) << seed << epsilon;
  }
}

void TestKkt::summedBound() {
  QFETCH(int, seed);
  QFETCH(double, epsilon);
  const Instance instance = instanceOf(static_cast<std::uint64_t>(seed));
  const Result<CStepResult> step = cStep(problemOf(instance, epsilon));
  QVERIFY(step && step->converged && !step->slack);
  QVERIFY(step->eta > 0.0);
  QVERIFY(std::abs(instance.klOf(step->controller, instance.q).sum() - epsilon) < kKlTol * epsilon);
  const Objective cost = [&](const LinearGaussianController& p) { return instance.costOf(p); };
  const Objective lagrangian = [&](const LinearGaussianController& p) {
    return cost(p) + step->eta * instance.klOf(p, instance.q).sum();
  };
  QVERIFY(flat(lagrangian, cost, step->controller));
}

void TestKkt::boundPerStep_data() {
  summedBound_data();
}

// eta_t belongs to the bound of step t; the distribution of later states counts in all later bounds.
void TestKkt::boundPerStep() {
  QFETCH(int, seed);
  QFETCH(double, epsilon);
  const Instance instance = instanceOf(static_cast<std::uint64_t>(seed));
  CStepProblem problem = problemOf(instance, epsilon);
  problem.params.perStep = true;
  const Result<CStepResult> step = cStep(problem);
  QVERIFY2(step.ok(), step ? "" : step.error().text().c_str());
  QVERIFY(step->converged);
  const Vector kl = instance.klOf(step->controller, instance.q);
  for (int t = 0; t < kT; ++t) {
    // Either the bound holds with equality, or its multiplier is all but 0.
    const double bound = epsilon / kT;
    const bool active = std::abs(kl(t) - bound) < kKlTol * bound;
    QVERIFY(active || (kl(t) < bound && step->etaPerStep[static_cast<std::size_t>(t)] < 1e-6));
  }
  const Objective cost = [&](const LinearGaussianController& p) { return instance.costOf(p); };
  const Objective lagrangian = [&](const LinearGaussianController& p) {
    const Vector each = instance.klOf(p, instance.q);
    double sum = cost(p);
    for (int t = 0; t < kT; ++t) sum += step->etaPerStep[static_cast<std::size_t>(t)] * each(t);
    return sum;
  };
  QVERIFY(flat(lagrangian, cost, step->controller));
}

// mean_i J_i + eta (mean_i KL_i - epsilon): every condition is flat with the same eta.
void TestKkt::sharedEta() {
  const Instance instances[] = {instanceOf(11), instanceOf(12), instanceOf(13)};
  std::vector<CStepProblem> problems;
  for (const Instance& instance : instances) problems.push_back(problemOf(instance, 0.7));
  const Result<std::vector<CStepResult>> steps = cStepShared(problems);
  QVERIFY(steps);
  double mean = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    const Instance& instance = instances[i];
    const CStepResult& step = steps->at(i);
    mean += instance.klOf(step.controller, instance.q).sum() / 3.0;
    const Objective cost = [&](const LinearGaussianController& p) { return instance.costOf(p); };
    const Objective lagrangian = [&](const LinearGaussianController& p) {
      return cost(p) + steps->front().eta * instance.klOf(p, instance.q).sum();
    };
    QVERIFY(flat(lagrangian, cost, step.controller));
  }
  QVERIFY(std::abs(mean - 0.7) < kKlTol * 0.7);
}

void TestKkt::pStepOfBadmm_data() {
  summedBound_data();
}

// E[l - u'lambda - u'lambdaK x] + rho_t KL(p || pibar) - w H(p) within KL(p || p_prev) <= epsilon.
void TestKkt::pStepOfBadmm() {
  QFETCH(int, seed);
  QFETCH(double, epsilon);
  const Instance instance = instanceOf(static_cast<std::uint64_t>(seed));
  Rng rng(static_cast<std::uint64_t>(seed) + 100);
  const LinearGaussianController pi = randomController(kT, kX, kU, rng);
  const std::vector<double> rho{0.02, 1.0, 0.3};
  std::vector<Vector> lambda;
  std::vector<Matrix> lambdaK;
  for (int t = 0; t < kT; ++t) {
    lambda.push_back(randomMatrix(kU, 1, rng));
    lambdaK.push_back(0.1 * randomMatrix(kU, kX, rng));
  }
  CStepProblem problem = problemOf(instance, epsilon);
  problem.terms.policy = &pi;
  problem.terms.rho = rho;
  problem.terms.lambda = lambda;
  problem.terms.lambdaK = lambdaK;
  problem.terms.maxEnt = 0.1;
  const Result<CStepResult> step = cStep(problem);
  QVERIFY(step && step->converged);
  const Objective objective = [&](const LinearGaussianController& p) {
    const Marginals marginals = forwardPass(p, instance.dynamics);
    const Vector klPi = klPerStep(p, pi, marginals);
    double sum = expectedCost(marginals, instance.cost).sum() - 0.1 * p.entropy();
    for (int t = 0; t < kT; ++t) {
      const auto i = static_cast<std::size_t>(t);
      const Vector &y = marginals.mean[i], x = y.head(kX), u = y.tail(kU);
      const Matrix ux = marginals.cov[i].block(kX, 0, kU, kX) + u * x.transpose();  // E[u x']
      sum += rho[i] * klPi(t) - lambda[i].dot(u) - lambdaK[i].cwiseProduct(ux).sum();
    }
    return sum;
  };
  const Objective lagrangian = [&](const LinearGaussianController& p) {
    return objective(p) + step->eta * instance.klOf(p, instance.q).sum();
  };
  QVERIFY(step->slack || std::abs(instance.klOf(step->controller, instance.q).sum() - epsilon) < kKlTol * epsilon);
  QVERIFY(flat(lagrangian, step->slack ? Objective([&](const auto& p) { return instance.costOf(p); }) : objective,
               step->controller));
}

// By duality no controller with KL <= epsilon costs less than J* - eta (KL* - epsilon).
void TestKkt::noFeasibleControllerIsCheaper() {
  const Instance instance = instanceOf(21);
  const double epsilon = 0.5;
  const Result<CStepResult> step = cStep(problemOf(instance, epsilon));
  QVERIFY(step);
  const double best = instance.costOf(step->controller), slack = step->eta * kKlTol * epsilon;
  Rng rng(22);
  int feasible = 0;
  double nearest = 1e300;
  for (int i = 0; i < 4000; ++i) {
    const double size = std::pow(10.0, -3.0 * rng.uniform());
    Steps steps = step->controller.steps();
    for (LinearGaussianController::Step& s : steps) {
      s.K += size * randomMatrix(kU, kX, rng);
      s.k += size * randomMatrix(kU, 1, rng);
      const Matrix D = Matrix::Identity(kU, kU) + size * randomMatrix(kU, kU, rng);
      s.C = D * s.C * D.transpose();
    }
    const Result<LinearGaussianController> other = LinearGaussianController::make(steps);
    if (!other || instance.klOf(*other, instance.q).sum() > epsilon) continue;
    ++feasible;
    nearest = std::min(nearest, instance.costOf(*other) - best);
    QVERIFY(instance.costOf(*other) > best - slack);
  }
  QVERIFY2(feasible > 200, qPrintable(QString::number(feasible)));
  QVERIFY(nearest < 0.05);  // some of them were close
}

void TestKkt::looseBoundIsPlainLqr() {
  const Instance instance = instanceOf(31);
  const Result<CStepResult> step = cStep(problemOf(instance, 1e6));
  QVERIFY(step && step->slack);
  const std::vector<double> nu(kT, 1.0);
  const BackwardResult lqr = backwardPass(instance.dynamics, instance.cost, nu);
  for (std::size_t t = 0; t < kT; ++t) {
    QVERIFY((step->controller.steps()[t].K - lqr.steps[t].K).norm() < 1e-6);
    QVERIFY((step->controller.steps()[t].k - lqr.steps[t].k).norm() < 1e-6);
  }
}

// KL grows with the square of a small step, so the distance shrinks with the root of the bound.
void TestKkt::tightBoundIsTheReference() {
  const Instance instance = instanceOf(41);
  double before = 0.0;
  for (const double epsilon : {1e-4, 1e-6, 1e-8}) {
    const Result<CStepResult> step = cStep(problemOf(instance, epsilon));
    QVERIFY(step && step->converged);
    double distance = 0.0;
    for (std::size_t t = 0; t < kT; ++t) {
      const auto &p = step->controller.steps()[t], &q = instance.q.steps()[t];
      distance += (p.K - q.K).norm() + (p.k - q.k).norm() + (p.C - q.C).norm();
    }
    if (before > 0.0) QVERIFY(std::abs(before / distance - 10.0) < 0.5);
    before = distance;
  }
  QVERIFY(before < 1e-3);
}

QTEST_APPLESS_MAIN(TestKkt)
#include "tst_kkt.moc"
