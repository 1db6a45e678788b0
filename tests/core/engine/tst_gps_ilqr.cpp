// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>

#include "tests/core/engine/closed_form_task.h"
#include "tests/core/engine/iterations.h"

using namespace gps;
using gps::testing::Iterations;
using gps::testing::massTask;

namespace {

/// 0.5 * 2 u^2 - 3 u at the first step, nothing at the second.
class FirstStepCost final : public CostTerm {
 public:
  double value(int t, int, const VectorRef&, const VectorRef& u) const override {
    return t == 0 ? u(0) * u(0) - 3.0 * u(0) : 0.0;
  }
  void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode,
                    CostExpansion& out) const override {
    out.l += weight * value(t, T, x, u);
    if (t > 0) return;
    out.lu(0) += weight * (2.0 * u(0) - 3.0);
    out.luu(0, 0) += weight * 2.0;
  }
};

class StillPlant final : public Plant {
 public:
  void state(Eigen::Ref<Vector> x) const override { x.setZero(); }
  void observation(Eigen::Ref<Vector> o) const override { o.setZero(); }
  int step(const VectorRef&) override { return 0; }
  void poses(std::vector<Pose>& out) const override { out.push_back({}); }
};

class StillPlants final : public PlantFactory {
 public:
  std::unique_ptr<Plant> make(int, const VectorRef&) const override { return std::make_unique<StillPlant>(); }
  int startNoiseSize(int) const override { return 0; }
};

std::shared_ptr<const Task> scalarTask() {
  auto task = std::make_shared<Task>();
  task->name = "scalar";
  task->T = 2;
  task->dt = 0.1;
  task->dX = task->dU = task->dO = 1;
  task->conditions = {"only"};
  task->x0 = {Vector::Zero(1)};
  task->plants = std::make_shared<StillPlants>();
  std::vector<Cost::Entry> terms{{"first", 1.0, std::make_shared<FirstStepCost>()}};
  task->costs = CostPerCondition(std::make_shared<const Cost>(std::move(terms), 1, 1));
  task->actionLimit = Vector::Constant(1, std::numeric_limits<double>::infinity());
  task->stateNames = {"x"};
  task->actionNames = {"u"};
  return task;
}

}  // namespace

class TestGpsIlqr : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theScalarAnswersAreKnown_data();
  void theScalarAnswersAreKnown();
  void everyInnerStepIsLogged();
  void theDualStepsFollowTheSlope();
};

void TestGpsIlqr::theScalarAnswersAreKnown_data() {
  QTest::addColumn<double>("epsilon");
  QTest::addColumn<double>("lam");
  QTest::addColumn<double>("mean");
  QTest::addColumn<double>("variance");
  QTest::newRow("0.1") << 0.1 << 2.3520706 << 0.7538014 << 0.2984794;
  QTest::newRow("0.5") << 0.5 << 0.6577247 << 1.0488005 << 0.1804798;
}

// Old controller N(0.5, 0.4). The KL is met within 1e-3 of eps, and d ln lam / d ln KL is about -1 there, so lam is
// within 2e-3.
void TestGpsIlqr::theScalarAnswersAreKnown() {
  QFETCH(double, epsilon);
  QFETCH(double, lam);
  QFETCH(double, mean);
  QFETCH(double, variance);
  for (const DualSolver solver : {DualSolver::Dgd, DualSolver::DgdLog, DualSolver::Illinois}) {
    Iterations gps(scalarTask(), "gps_ilqr");
    gps.parameters.lqr.klStep = epsilon / 2.0;  // per step of T = 2
    gps.parameters.lqr.klTol = 1e-3;
    gps.parameters.lqr.dualSolver = solver;
    gps.parameters.lqr.dgdRate = 1.0;
    gps.parameters.dynamics.gmm = false;
    gps.parameters.init.kind = InitKind::Zero;
    const Result<AlgorithmState> start = gps.start();
    QVERIFY2(start, start ? "" : start.error().text().c_str());
    AlgorithmState state = *start;
    const LinearGaussianController::Step old{Matrix::Zero(1, 1), Vector::Constant(1, 0.5), Matrix::Constant(1, 1, 0.4)};
    state.conditions[0].controller =
        std::make_shared<const LinearGaussianController>(LinearGaussianController::make({old, old}).value());
    const Result<IterationResult> result = gps.next(state);
    QVERIFY2(result, result ? "" : result.error().text().c_str());
    const double found = result->report.metrics.get(Metric::Eta, 0).value();
    QVERIFY2(std::abs(found / lam - 1.0) < 2e-3, qPrintable(QString::number(found, 'g', 9)));
    const LinearGaussianController::Step& step = result->state.conditions[0].controller->step(0);
    QVERIFY(std::abs(step.k(0) - mean) < 2e-3 && std::abs(step.C(0, 0) - variance) < 2e-3);
    // E[cost] of N(m, v) is v + m^2 - 3 m.
    const DualPoint& last = result->report.dualTrace[0].back();
    QVERIFY(last.cost);
    QVERIFY(std::abs(*last.cost - (step.C(0, 0) + step.k(0) * step.k(0) - 3.0 * step.k(0))) < 1e-9);
  }
}

// The traced cost is the model cost of that multiplier's controller: it falls as lam falls.
void TestGpsIlqr::everyInnerStepIsLogged() {
  Iterations gps(massTask(), "gps_ilqr");
  gps.parameters.lqr.klStep = 0.3;
  const IterationResult result = gps.next(gps.start().value()).value();
  for (std::size_t i = 0; i < 2; ++i) {
    const std::vector<DualPoint>& trace = result.report.dualTrace[i];
    const int index = static_cast<int>(i);
    QVERIFY(trace.size() > 1 && trace.size() <= 100);
    QCOMPARE(static_cast<double>(trace.size()), *result.report.metrics.get(Metric::DualEvaluations, index));
    for (const DualPoint& a : trace) {
      QVERIFY(a.cost);
      for (const DualPoint& b : trace) QVERIFY(a.eta <= b.eta || (*a.cost >= *b.cost && a.kl <= b.kl));
    }
    QVERIFY(std::abs(*trace.back().cost - *result.report.metrics.get(Metric::ModelCost, index)) <
            1e-9 * std::abs(*trace.back().cost));
  }
}

// lam <- lam + alpha (KL - eps), as long as that stays within what is known.
void TestGpsIlqr::theDualStepsFollowTheSlope() {
  Iterations gps(massTask(), "gps_ilqr");
  gps.parameters.lqr.dgdRate = 0.01;
  const IterationResult result = gps.next(gps.start().value()).value();
  const std::vector<DualPoint>& trace = result.report.dualTrace[0];
  const double epsilon = *result.report.metrics.get(Metric::KlBound, 0);
  QVERIFY(trace.size() > 1);
  const double expected = std::max(gps.parameters.lqr.etaMin, trace[0].eta + 0.01 * (trace[0].kl - epsilon));
  QVERIFY2(std::abs(trace[1].eta - expected) < 1e-9 * (1.0 + expected),
           qPrintable(QStringLiteral("%1, not %2").arg(trace[1].eta).arg(expected)));
}

QTEST_GUILESS_MAIN(TestGpsIlqr)
#include "tst_gps_ilqr.moc"
