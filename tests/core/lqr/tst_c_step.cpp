// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <QtTest>
#include <cmath>
#include <limits>
#include <string>

#include "core/lqr/badmm_dual.h"
#include "core/lqr/c_step.h"
#include "core/lqr/step_rule.h"
#include "tests/core/lqr/conflict_toy.h"
#include "tests/core/lqr/lq_instance.h"

using namespace gps;
using namespace gps::test;

namespace {

Instance instanceOf(std::uint64_t seed, int T = 30) {
  return Instance::random(seed, T, 4, 2, 1.02);
}

/// One step, K = 0, cost 0.5*2*u^2 - 3u, q = N(0.5, 0.4).
Instance scalarInstance() {
  LinearGaussianDynamics dynamics;
  dynamics.F.assign(1, Matrix::Zero(2, 3));
  dynamics.f.assign(1, Vector::Zero(2));
  dynamics.W.assign(1, Matrix::Zero(2, 2));
  dynamics.x1 = {Vector::Constant(2, 0.3), 0.1 * Matrix::Identity(2, 2)};
  Matrix H = Matrix::Zero(3, 3);
  H(2, 2) = 2.0;
  const QuadraticCost cost{{H}, {Vector::Unit(3, 2) * -3.0}, {0.0}};
  const LinearGaussianController::Step step{Matrix::Zero(1, 2), Vector::Constant(1, 0.5),
                                            Matrix::Constant(1, 1, 0.4)};
  return {dynamics, cost, LinearGaussianController::make({step}).value()};
}

/// The same action whatever is observed.
class ConstantPolicy : public GlobalPolicy {
 public:
  explicit ConstantPolicy(double action) : m_action(action), m_covariance(Matrix::Identity(1, 1)) {}
  int dO() const override { return 1; }
  int dU() const override { return 1; }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    return RowMatrix::Constant(observations.rows(), 1, m_action);
  }
  const Matrix& covariance() const override { return m_covariance; }

 private:
  double m_action;
  Matrix m_covariance;
};

LinearGaussianController constantController(double mean) {
  return LinearGaussianController::make({{Matrix::Zero(1, 1), Vector::Constant(1, mean), Matrix::Identity(1, 1)}})
      .value();
}

/// What BADMM makes of ConflictToy, with all covariances 1.
struct Toy {
  double theta = 0.0;
  Multipliers multipliers[2];
};

Toy runToy(double rho, double rate, int iterations) {
  Toy toy;
  for (Multipliers& m : toy.multipliers) m = {{Vector::Zero(1)}, {Matrix::Zero(1, 1)}, Vector::Constant(1, rho)};
  BadmmParams params;
  params.dualRate = rate;
  const ConflictToy task;
  const double noTrustRegion = 0.0;
  for (int k = 0; k < iterations; ++k) {
    const LinearGaussianController pi = constantController(toy.theta);
    std::vector<LinearGaussianController> p;
    for (int i = 0; i < 2; ++i) {
      const SurrogateTerms terms{.reference = &pi, .policy = &pi, .rho = std::span(&rho, 1),
                                 .lambda = toy.multipliers[i].lambda};
      DeviationSweep sweep(task.still, task.costs[i], terms);
      p.push_back(constantController(sweep.backward(std::span(&noTrustRegion, 1)).steps[0].k(0)));
    }
    // S-step: the targets' mean, as both conditions weigh the same.
    const ConditionTargets targets[] = {{std::span(&task.rollout, 1), &p[0], &toy.multipliers[0]},
                                        {std::span(&task.rollout, 1), &p[1], &toy.multipliers[1]}};
    toy.theta = policyTargets(targets).value().targets.mean();
    for (int i = 0; i < 2; ++i) {
      toy.multipliers[i] = dualStep(toy.multipliers[i], p[static_cast<std::size_t>(i)], pi, ConstantPolicy(toy.theta),
                                    std::span(&task.rollout, 1), params);
    }
  }
  return toy;
}

}  // namespace

class TestCStep : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void scalarStepAtFixedEtaIsTheClosedForm_data();
  void scalarStepAtFixedEtaIsTheClosedForm();
  void scalarStepReachesTheBudget_data();
  void scalarStepReachesTheBudget();
  void slopeOfTheDualIsKlMinusBudget();
  void klFallsWithEta();
  void expectedCostNeverGrowsUnderTheSameModel();
  void illinoisNeedsFewEvaluations();
  void bracketGivesUpAfterFiftyEvaluations();
  void gradientRulesFindAnyScale_data();
  void gradientRulesFindAnyScale();
  void gradientRulesStayInsideWhatTheyKnow();
  void plainGradientStepsAreKept();
  void klFarBeyondItsBudgetIsAFailure_data();
  void klFarBeyondItsBudgetIsAFailure();
  void looseBudgetIsAcceptedAtTheSmallestEta();
  void indefiniteCostRaisesEta();
  void hopelessCostIsAnErrorWithItsStep();
  void nanInTheDynamicsIsAnErrorWithItsStep();
  void covarianceIsLimitedAndKlTakenAfterwards();
  void perStepDualsBoundEveryStep();
  void sharedEtaBoundsTheMean();
  void searchStopsWhenTold();
  void stepRuleFindsTheMinimumOfTheParabola();
  void stepRuleIsClamped();
  void badmmToyReachesConsensus_data();
  void badmmToyReachesConsensus();
  void badmmToyWithoutMultipliersIsBiased();
  void weightRules();
  void schedulesInterpolateLogarithms();
};

void TestCStep::scalarStepAtFixedEtaIsTheClosedForm_data() {
  QTest::addColumn<double>("eta");
  QTest::addColumn<double>("mean");
  QTest::addColumn<double>("variance");
  QTest::addColumn<double>("kl");
  QTest::newRow("0.5") << 0.5 << 1.1153846 << 0.1538462 << 0.6434362;
  QTest::newRow("1") << 1.0 << 0.9444444 << 0.2222222 << 0.3185847;
  QTest::newRow("4") << 4.0 << 0.6666667 << 0.3333333 << 0.0425497;
}

// precision = 2/eta + 1/0.4, mean = (0.5/0.4 + 3/eta)/precision
void TestCStep::scalarStepAtFixedEtaIsTheClosedForm() {
  QFETCH(double, eta);
  QFETCH(double, mean);
  QFETCH(double, variance);
  QFETCH(double, kl);
  const Instance instance = scalarInstance();
  DeviationSweep sweep(instance.dynamics, instance.cost, {.reference = &instance.q});
  const BackwardResult result = sweep.backward(std::span(&eta, 1));
  QVERIFY(std::abs(result.steps[0].k(0) - mean) < 1e-7);
  QVERIFY(std::abs(result.steps[0].C(0, 0) - variance) < 1e-7);
  QVERIFY(result.steps[0].K.isZero(1e-15));
  QVERIFY(std::abs(sweep.kl(KlMarginals::New)(0) - kl) < 1e-7);
}

void TestCStep::scalarStepReachesTheBudget_data() {
  QTest::addColumn<int>("solver");
  QTest::addColumn<double>("epsilon");
  QTest::addColumn<double>("eta");
  QTest::addColumn<double>("mean");
  QTest::addColumn<double>("variance");
  const char* const names[] = {"bracket", "illinois", "dgd", "dgd_log"};
  for (int solver = 0; solver < 4; ++solver) {
    QTest::addRow("%s 0.1", names[solver]) << solver << 0.1 << 2.3520706 << 0.7538014 << 0.2984794;
    QTest::addRow("%s 0.5", names[solver]) << solver << 0.5 << 0.6577247 << 1.0488005 << 0.1804798;
  }
}

void TestCStep::scalarStepReachesTheBudget() {
  QFETCH(int, solver);
  QFETCH(double, epsilon);
  QFETCH(double, eta);
  QFETCH(double, mean);
  QFETCH(double, variance);
  const Instance instance = scalarInstance();
  CStepProblem problem = instance.problem(epsilon);
  problem.params.dualSolver = static_cast<DualSolver>(solver);
  problem.params.dgdRate = 0.5;
  problem.params.klTol = 1e-6;
  const Result<CStepResult> result = cStep(problem);
  QVERIFY(result);
  QVERIFY(result->converged);
  QVERIFY(std::abs(result->kl - epsilon) < 1e-6 * epsilon);
  // d ln KL/d ln eta is between -1 and -2 here, so eta is as exact as the KL.
  QVERIFY(std::abs(result->eta - eta) < 1e-5 * eta);
  QVERIFY(std::abs(result->controller.step(0).k(0) - mean) < 1e-5);
  QVERIFY(std::abs(result->controller.step(0).C(0, 0) - variance) < 1e-5);
  QCOMPARE(result->nextEta, result->eta);
}

// dual(eta) = min_p E_p[cost] + eta (KL(p||q) - eps); by the envelope theorem its slope is KL - eps.
void TestCStep::slopeOfTheDualIsKlMinusBudget() {
  const Instance instance = instanceOf(1);
  DeviationSweep sweep(instance.dynamics, instance.cost, {.reference = &instance.q});
  constexpr double kEpsilon = 3.0;
  const auto dual = [&](double eta) {
    const BackwardResult result = sweep.backward(std::span(&eta, 1));
    const LinearGaussianController p = LinearGaussianController::make(result.steps).value();
    return instance.costOf(p) + eta * (sweep.kl(KlMarginals::New).sum() - kEpsilon);
  };
  for (const double eta : {0.3, 2.0, 40.0}) {
    const double h = 1e-4 * eta;
    const double slope = (dual(eta + h) - dual(eta - h)) / (2.0 * h);
    sweep.solve(std::span(&eta, 1));
    const double expected = sweep.kl(KlMarginals::New).sum() - kEpsilon;
    QVERIFY2(std::abs(slope - expected) < 1e-6 * (1.0 + std::abs(expected)), qPrintable(QString::number(slope)));
  }
}

void TestCStep::klFallsWithEta() {
  const Instance instance = instanceOf(2);
  DeviationSweep sweep(instance.dynamics, instance.cost, {.reference = &instance.q});
  double previous = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 30; ++i) {
    const double eta = std::pow(10.0, -3.0 + 8.0 * i / 29.0);
    QVERIFY(!sweep.solve(std::span(&eta, 1)).any());
    const double kl = sweep.kl(KlMarginals::New).sum();
    QVERIFY(kl < previous);
    previous = kl;
  }
}

void TestCStep::expectedCostNeverGrowsUnderTheSameModel() {
  for (std::uint64_t seed = 100; seed < 150; ++seed) {
    const Instance instance = instanceOf(seed, 10);
    const Result<CStepResult> result = cStep(instance.problem(0.01 * static_cast<double>(seed - 99)));
    QVERIFY(result);
    QVERIFY(result->converged);
    QVERIFY(instance.costOf(result->controller) < instance.costOf(instance.q));
  }
}

void TestCStep::illinoisNeedsFewEvaluations() {
  for (std::uint64_t seed = 200; seed < 230; ++seed) {
    const Instance instance = instanceOf(seed);
    CStepProblem problem = instance.problem(5.0);
    problem.params.klTol = 1e-3;
    const Result<CStepResult> result = cStep(problem);
    QVERIFY(result);
    QVERIFY(result->converged);
    QVERIFY2(result->trace.size() <= 14, qPrintable(QString::number(result->trace.size())));
  }
}

// The search without shortcuts runs into its lower end; what it returns is the last evaluation, and an eta that
// has moved on.
void TestCStep::bracketGivesUpAfterFiftyEvaluations() {
  const Instance instance = instanceOf(3, 6);
  CStepProblem problem = instance.problem(1e4);
  problem.params.dualSolver = DualSolver::Bracket;
  problem.params.acceptSlack = false;
  problem.params.raiseLoOnFailure = false;
  const Result<CStepResult> result = cStep(problem);
  QVERIFY(result);
  QVERIFY(!result->converged);
  QCOMPARE(result->trace.size(), std::size_t{50});
  QCOMPARE(result->eta, result->trace.back().eta);
  QVERIFY(result->nextEta < result->eta);
}

void TestCStep::gradientRulesFindAnyScale_data() {
  QTest::addColumn<int>("solver");
  QTest::addColumn<double>("start");
  QTest::addColumn<double>("solution");
  for (const int solver : {2, 3}) {
    for (const double start : {1e-6, 1.0, 1e4, 1e9}) {
      for (const double solution : {1e-4, 3.0, 1e5}) {
        QTest::addRow("%s from %g to %g", solver == 2 ? "dgd" : "dgd_log", start, solution)
            << solver << start << solution;
      }
    }
  }
}

// KL = 20 (solution / eta)^1.7: from far below, the first step of dgd jumps far above the solution, where the
// slope is only -20.
void TestCStep::gradientRulesFindAnyScale() {
  QFETCH(int, solver);
  QFETCH(double, start);
  QFETCH(double, solution);
  LqrParams params;
  params.dualSolver = static_cast<DualSolver>(solver);
  const auto kl = [&](double eta) -> Result<DualTrial> {
    return DualTrial{20.0 * std::pow(solution / eta, 1.7), -1};
  };
  const Result<DualSearchResult> found = searchDual(params, 20.0, start, kl);
  QVERIFY(found);
  QVERIFY2(found->converged, qPrintable(QString::number(found->accepted.eta)));
  QVERIFY(std::abs(std::log(found->accepted.eta / solution)) < 0.1);
  QVERIFY2(found->trace.size() <= 120, qPrintable(QString::number(found->trace.size())));
}

void TestCStep::gradientRulesStayInsideWhatTheyKnow() {
  LqrParams params;
  params.dualSolver = DualSolver::Dgd;
  params.klTol = 1e-3;
  const Result<DualSearchResult> found = searchDual(params, 20.0, 1e-3, [](double eta) -> Result<DualTrial> {
    return DualTrial{400.0 / (eta * eta), -1};
  });
  QVERIFY(found);
  QVERIFY(found->converged);
  double low = 0.0, high = std::numeric_limits<double>::infinity();
  for (const DualPoint& point : found->trace) {
    QVERIFY(point.eta >= low && point.eta <= high);
    if (point.kl > 20.0) low = std::max(low, point.eta);
    else high = std::min(high, point.eta);
  }
}

// Where nothing goes wrong the rule is the plain one.
void TestCStep::plainGradientStepsAreKept() {
  const Instance instance = scalarInstance();
  CStepProblem problem = instance.problem(0.5);
  problem.params.dualSolver = DualSolver::Dgd;
  problem.params.dgdRate = 0.1;
  const Result<CStepResult> result = cStep(problem);
  QVERIFY(result);
  QVERIFY(result->converged);
  for (std::size_t i = 1; i < result->trace.size(); ++i) {
    const DualPoint& before = result->trace[i - 1];
    QCOMPARE(result->trace[i].eta, before.eta + 0.1 * (before.kl - 0.5));
  }
  QVERIFY(result->trace.size() > 10);
}

void TestCStep::klFarBeyondItsBudgetIsAFailure_data() {
  QTest::addColumn<int>("solver");
  QTest::addColumn<bool>("perStep");
  QTest::newRow("bracket") << 0 << false;
  QTest::newRow("illinois") << 1 << false;
  QTest::newRow("dgd") << 2 << false;
  QTest::newRow("dgd_log") << 3 << false;
  QTest::newRow("per step") << 1 << true;
}

void TestCStep::klFarBeyondItsBudgetIsAFailure() {
  QFETCH(int, solver);
  QFETCH(bool, perStep);
  const Instance instance = instanceOf(12);
  CStepProblem problem = instance.problem(0.01);
  problem.params.dualSolver = static_cast<DualSolver>(solver);
  problem.params.perStep = perStep;
  problem.params.etaMax = 1.0;  // far too small for this budget
  const Result<CStepResult> result = cStep(problem);
  QVERIFY(!result);
  const std::string text = result.error().text();
  QVERIFY2(text.find("KL = ") != std::string::npos, text.c_str());
  QVERIFY2(text.find(perStep ? "lqr.per_step" : "lqr.eta_max") != std::string::npos, text.c_str());

  // Several conditions: the one with the largest KL is named.
  Instance calm = instanceOf(13);
  for (Matrix& H : calm.cost.H) H *= 1e-6;
  for (Vector& g : calm.cost.g) g *= 1e-6;
  CStepProblem both[] = {calm.problem(0.01), problem};
  both[0].params = problem.params;
  both[0].name = "calm";
  both[1].name = "wild";
  const Result<std::vector<CStepResult>> shared = cStepShared(both);
  QVERIFY(!shared);
  QVERIFY2(shared.error().where.find("condition wild") != std::string::npos, shared.error().where.c_str());
}

void TestCStep::looseBudgetIsAcceptedAtTheSmallestEta() {
  const Instance instance = instanceOf(3, 6);
  for (const DualSolver solver : {DualSolver::Bracket, DualSolver::Illinois}) {
    CStepProblem problem = instance.problem(1e4);
    problem.params.dualSolver = solver;
    const Result<CStepResult> result = cStep(problem);
    QVERIFY(result);
    QVERIFY(result->slack && result->converged);
    QCOMPARE(result->eta, problem.params.etaMin);
    QVERIFY(result->kl < problem.epsilon);
    QVERIFY(result->trace.size() <= 12);
  }
}

// Without a memory of failures the bracket steps back to an eta that fails, is raised, and steps back again.
void TestCStep::indefiniteCostRaisesEta() {
  Instance instance = instanceOf(4, 12);
  for (Matrix& H : instance.cost.H) H -= 2.0 * Matrix::Identity(6, 6);
  CStepProblem problem = instance.problem(20.0);
  problem.eta = 1e-3;
  for (const DualSolver solver : {DualSolver::Bracket, DualSolver::Illinois}) {
    problem.params.dualSolver = solver;
    problem.params.raiseLoOnFailure = true;
    const Result<CStepResult> result = cStep(problem);
    QVERIFY(result);
    QVERIFY(result->converged);
    QVERIFY(result->raises > 0);
    QVERIFY(result->eta > problem.eta);
    QVERIFY(result->minQuu.minCoeff() > 0.0);
    problem.params.raiseLoOnFailure = false;
    const Result<CStepResult> bouncing = cStep(problem);
    QVERIFY(bouncing);
    QVERIFY(!bouncing->converged);
  }
}

void TestCStep::hopelessCostIsAnErrorWithItsStep() {
  Instance instance = instanceOf(5, 8);
  instance.cost.H[3](5, 5) = -1e20;
  const Result<CStepResult> result = cStep(instance.problem(1.0));
  QVERIFY(!result);
  QVERIFY(result.error().what.find("step 3") != std::string::npos);
  CStepProblem perStep = instance.problem(1.0);
  perStep.params.perStep = true;
  QVERIFY(!cStep(perStep));
}

void TestCStep::nanInTheDynamicsIsAnErrorWithItsStep() {
  Instance instance = instanceOf(6, 8);
  instance.dynamics.F[4](1, 2) = std::numeric_limits<double>::quiet_NaN();
  const Result<CStepResult> result = cStep(instance.problem(1.0));
  QVERIFY(!result);
  QVERIFY(result.error().what.find("F of the dynamics") != std::string::npos);
  QVERIFY(result.error().what.find("step 4") != std::string::npos);
  QVERIFY(!cStep(instanceOf(6, 8).problem(0.0)));
}

void TestCStep::covarianceIsLimitedAndKlTakenAfterwards() {
  const Instance instance = instanceOf(7);
  CStepProblem problem = instance.problem(10.0);
  problem.params.covMin = 0.25;
  problem.covMax = 0.35;
  const Result<CStepResult> result = cStep(problem);
  QVERIFY(result);
  for (const LinearGaussianController::Step& step : result->controller.steps()) {
    const Vector eigenvalues = step.C.selfadjointView<Eigen::Lower>().eigenvalues();
    QVERIFY(eigenvalues.minCoeff() > 0.25 - 1e-12 && eigenvalues.maxCoeff() < 0.35 + 1e-12);
  }
  const Vector kl = klPerStep(result->controller, instance.q, result->marginals);
  QVERIFY((kl - result->klPerStep).cwiseAbs().maxCoeff() < 1e-9);
  QVERIFY(std::abs(result->kl - result->trace.back().kl) > 1e-3);  // the limits did bite
}

void TestCStep::perStepDualsBoundEveryStep() {
  const Instance instance = instanceOf(8, 20);
  CStepProblem problem = instance.problem(4.0);
  problem.params.perStep = true;
  const Result<CStepResult> result = cStep(problem);
  QVERIFY(result);
  QVERIFY(result->converged);
  QCOMPARE(result->etaPerStep.size(), std::size_t{20});
  QVERIFY((result->klPerStep.array() - 0.2).abs().maxCoeff() < 0.1 * 0.2);
  QVERIFY(instance.costOf(result->controller) < instance.costOf(instance.q));
}

void TestCStep::sharedEtaBoundsTheMean() {
  const Instance a = instanceOf(9);
  const Instance b = instanceOf(10);
  const CStepProblem problems[] = {a.problem(5.0), b.problem(5.0)};
  const Result<std::vector<CStepResult>> results = cStepShared(problems);
  QVERIFY(results);
  QCOMPARE(results->size(), std::size_t{2});
  QCOMPARE(results->at(0).eta, results->at(1).eta);
  QVERIFY(std::abs(0.5 * (results->at(0).kl + results->at(1).kl) - 5.0) < 0.5);
  QVERIFY(std::abs(results->at(0).kl - results->at(1).kl) > 1e-3);
}

void TestCStep::searchStopsWhenTold() {
  const Instance instance = instanceOf(11);
  CStepProblem problem = instance.problem(5.0);
  int asked = 0;
  problem.keepGoing = [&] { return ++asked < 2; };
  const Result<CStepResult> result = cStep(problem);
  QVERIFY(!result);
  QCOMPARE(result.error().what, std::string("stopped"));
  QCOMPARE(asked, 2);
}

// A cost l(eps) = 10 + b eps + a eps^2 of which only b was predicted: the best step is -b/2a.
void TestCStep::stepRuleFindsTheMinimumOfTheParabola() {
  constexpr double kA = 0.7, kB = -3.0, kEps = 1.3;
  const double predicted = -kB * kEps;
  const double actual = -(kA * kEps * kEps + kB * kEps);
  const StepDecision decision = adaptStep(predicted, actual, kEps, LqrParams());
  QVERIFY(std::abs(decision.stepMult - 2.142857142857143) < 1e-12);
  QVERIFY(!decision.negativePrediction);
}

void TestCStep::stepRuleIsClamped() {
  const LqrParams params;
  QCOMPARE(adaptStep(1.0, 5.0, 1.0, params).stepMult, params.stepGrowth);
  QCOMPARE(adaptStep(1.0, 5.0, 2.9, params).stepMult, params.stepMax);
  QCOMPARE(adaptStep(1.0, -100.0, 2.0, params).stepMult, 2.0 * params.stepShrink);
  const StepDecision negative = adaptStep(-1.0, 0.5, 1.0, params);
  QVERIFY(negative.negativePrediction);
  QCOMPARE(negative.stepMult, params.stepShrink);
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<double, double> overflows[] = {{inf, 1.0}, {1.0, -inf}, {-inf, 1.0}, {nan, 1.0}, {1.0, nan}};
  for (const auto& [predicted, actual] : overflows) {
    QCOMPARE(adaptStep(predicted, actual, 2.0, params).stepMult, 2.0 * params.stepShrink);
  }
  // Limits that cross: the upper one holds, in every branch.
  LqrParams crossed;
  crossed.stepMin = 1.0;
  crossed.stepMax = 0.01;
  QCOMPARE(smallestStep(crossed), 0.01);
  QCOMPARE(adaptStep(1.0, 5.0, 0.01, crossed).stepMult, 0.01);
  QCOMPARE(adaptStep(nan, 1.0, 2.0, crossed).stepMult, 0.01);
}

void TestCStep::badmmToyReachesConsensus_data() {
  QTest::addColumn<double>("rho");
  QTest::addColumn<int>("iterations");
  QTest::newRow("0.1") << 0.1 << 2000;
  QTest::newRow("1") << 1.0 << 300;
  QTest::newRow("10") << 10.0 << 300;
}

// At the optimum lambda_i is the slope of cost i: 1 (2.5 - 1) and 3 (2.5 - 3).
void TestCStep::badmmToyReachesConsensus() {
  QFETCH(double, rho);
  QFETCH(int, iterations);
  const Toy toy = runToy(rho, 1.0, iterations);
  QVERIFY2(std::abs(toy.theta - 2.5) < 1e-6, qPrintable(QString::number(toy.theta)));
  QVERIFY(std::abs(toy.multipliers[0].lambda[0](0) - 1.5) < 1e-6);
  QVERIFY(std::abs(toy.multipliers[1].lambda[0](0) + 1.5) < 1e-6);
}

void TestCStep::badmmToyWithoutMultipliersIsBiased() {
  QVERIFY(std::abs(runToy(0.1, 0.0, 400).theta - 2.03125) < 1e-9);
  QVERIFY(std::abs(runToy(1.0, 0.0, 100).theta - 2.2) < 1e-9);
  QVERIFY(std::abs(runToy(10.0, 0.0, 200).theta - 2.4347826086956523) < 1e-9);
}

void TestCStep::weightRules() {
  const Vector rho = Vector::Constant(4, 0.1);
  const Vector kl = (Vector(4) << 0.0, 1.0, 1.0, 2.0).finished();  // mean 1, deviation 0.7071
  BadmmParams params;
  params.rhoRule = RhoRule::Gradient;
  QVERIFY(adaptRho(rho, kl, {}, 0.5, params).isApprox((Vector(4) << 0.1, 0.6, 0.6, 1.1).finished()));
  params.rhoRule = RhoRule::Fixed;
  QVERIFY(adaptRho(rho, kl, {}, 0.5, params).isApprox(Vector::Constant(4, 0.6)));
  params.rhoRule = RhoRule::Deviation;
  QVERIFY(adaptRho(rho, kl, {}, 0.5, params).isApprox((Vector(4) << 0.05, 0.1, 0.1, 0.2).finished()));
  params.rhoRule = RhoRule::Ratio;
  QCOMPARE(adaptRho(rho, kl, {}, 0.5, params), rho);  // nothing to compare with yet
  const Vector previous = (Vector(4) << 1.0, 1.0, 1.1, 2.5).finished();
  QVERIFY(adaptRho(rho, kl, previous, 0.5, params).isApprox((Vector(4) << 0.05, 0.2, 0.1, 0.1).finished()));
  params.rhoRule = RhoRule::Fixed;
  QCOMPARE(adaptRho(rho, kl, {}, 1e9, params).maxCoeff(), 1e4);
}

void TestCStep::schedulesInterpolateLogarithms() {
  const std::vector<double> schedule{1e-4, 1e-2, 1e-2};
  QVERIFY(std::abs(geometricSchedule(schedule, 0, 5) / 1e-3 - 1.0) < 1e-12);  // s = 1/4
  QVERIFY(std::abs(geometricSchedule(schedule, 1, 5) / 1e-2 - 1.0) < 1e-12);
  QVERIFY(std::abs(geometricSchedule(schedule, 40, 5) / 1e-2 - 1.0) < 1e-12);
  QVERIFY(std::abs(geometricSchedule(schedule, 0, 1) / 1e-2 - 1.0) < 1e-12);
  QCOMPARE(geometricSchedule(std::vector<double>{0.3}, 2, 5), 0.3);
}

QTEST_APPLESS_MAIN(TestCStep)
#include "tst_c_step.moc"
