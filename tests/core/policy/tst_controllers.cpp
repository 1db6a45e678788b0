// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/policy/initial_controllers.h"

using namespace gps;

namespace {

using Step = LinearGaussianController::Step;

Step unitStep(int dX, int dU) {
  return {Matrix::Zero(dU, dX), Vector::Zero(dU), Matrix::Identity(dU, dU)};
}

InitProblem twoJoints() {
  InitProblem problem;
  problem.T = 50;
  problem.dU = 2;
  problem.dt = 0.05;
  problem.x0 = (Vector(5) << 0.3, -0.7, 0.0, 0.0, 1.4).finished();
  return problem;
}

bool mentions(const Error& error, const std::string& words) { return error.text().find(words) != std::string::npos; }

}  // namespace

class TestControllers : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void makeNamesTheFaultyStep();
  void precisionInvertsTheCovariance();
  void entropyIsTheClosedForm();
  void lqrHoldsTheStart();
  void lqrWithoutGainsIsNoise();
  void lqrIsStiffestFarFromTheEnd();
  void pdPullsTowardsTheStart();
  void zeroIsNoiseAlone();
  void feedbackIsWhatTheSceneSays();
  void badInputIsRefused();
};

void TestControllers::makeNamesTheFaultyStep() {
  QVERIFY(!LinearGaussianController::make({}));
  std::vector<Step> steps(4, unitStep(3, 2));
  QVERIFY(LinearGaussianController::make(steps));
  steps[2].k.resize(3);
  QVERIFY(mentions(LinearGaussianController::make(steps).error(), "step 2"));
  steps[2] = unitStep(3, 2);
  steps[3].C(1, 1) = -1.0;
  QVERIFY(mentions(LinearGaussianController::make(steps).error(), "not positive definite at step 3"));
  steps[1].K(0, 0) = std::numeric_limits<double>::quiet_NaN();
  QVERIFY(mentions(LinearGaussianController::make(steps).error(), "not finite at step 1"));
}

void TestControllers::precisionInvertsTheCovariance() {
  Step step = unitStep(1, 2);
  step.C << 2.0, 0.3, 0.3, 0.5;
  const LinearGaussianController p = LinearGaussianController::make({step}).value();
  QVERIFY((p.precision(0) * step.C).isIdentity(1e-14));
  QVERIFY((p.cholC(0) * p.cholC(0).transpose()).isApprox(step.C, 1e-15));
  QCOMPARE(p.cholC(0)(0, 1), 0.0);
}

void TestControllers::entropyIsTheClosedForm() {
  Step step = unitStep(1, 2);
  step.C << 2.0, 0.3, 0.3, 0.5;
  const LinearGaussianController p = LinearGaussianController::make({step, step, step}).value();
  const double expected = 3.0 * (1.0 + std::log(2.0 * std::numbers::pi) + 0.5 * std::log(2.0 * 0.5 - 0.09));
  QVERIFY(std::abs(p.entropy() - expected) < 1e-13);
}

void TestControllers::lqrHoldsTheStart() {
  const InitProblem problem = twoJoints();
  const Result<LinearGaussianController> p = initialController(InitParams(), problem);
  QVERIFY(p);
  QCOMPARE(p->horizon(), 50);
  for (int t = 0; t < 50; ++t) {
    QVERIFY(p->mean(t, problem.x0).cwiseAbs().maxCoeff() < 1e-12);
    QCOMPARE(p->step(t).K.col(4).cwiseAbs().maxCoeff(), 0.0);  // neither position nor velocity
  }
  QVERIFY(p->step(0).K(0, 0) < 0.0 && p->step(0).K(0, 2) < 0.0);
}

void TestControllers::lqrWithoutGainsIsNoise() {
  InitProblem problem = twoJoints();
  problem.gains = Vector::Zero(2);
  InitParams params;
  params.var = 0.3;
  params.finalWeight = 50.0;
  const Result<LinearGaussianController> p = initialController(params, problem);
  QVERIFY(p);
  QVERIFY(p->step(10).K.isZero() && p->step(10).k.isZero());
  QVERIFY(p->step(10).C.isApprox(0.3 * Matrix::Identity(2, 2)));
  QVERIFY(p->step(49).C.isApprox(0.3 / 50.0 * Matrix::Identity(2, 2)));
}

// An action at the last step moves nothing, so nothing is gained by one; early ones have time to pay off.
void TestControllers::lqrIsStiffestFarFromTheEnd() {
  const Result<LinearGaussianController> p = initialController(InitParams(), twoJoints());
  QVERIFY(p);
  QVERIFY(p->step(49).K.isZero());
  QVERIFY(p->step(0).K(0, 0) < p->step(40).K(0, 0));
}

void TestControllers::pdPullsTowardsTheStart() {
  const InitProblem problem = twoJoints();
  InitParams params;
  params.kind = InitKind::Pd;
  params.var = 2.0;
  const Result<LinearGaussianController> p = initialController(params, problem);
  QVERIFY(p);
  Vector x = problem.x0;
  QVERIFY(p->mean(7, x).isZero(1e-12));
  x(1) += 0.1;
  x(3) += 1.0;
  const Vector u = p->mean(7, x);
  QVERIFY(std::abs(u(0)) < 1e-12);
  QVERIFY(std::abs(u(1) + 10.0 * 0.1 + 0.1 * 1.0) < 1e-12);
  QVERIFY(p->step(7).C.isApprox(2.0 * Matrix::Identity(2, 2)));
}

void TestControllers::zeroIsNoiseAlone() {
  InitProblem problem = twoJoints();
  problem.x0 = Vector::Ones(1);  // no velocities needed
  InitParams params;
  params.kind = InitKind::Zero;
  const Result<LinearGaussianController> p = initialController(params, problem);
  QVERIFY(p);
  QVERIFY(p->step(3).K.isZero() && p->step(3).k.isZero());
  QCOMPARE(p->step(3).C, Matrix(Matrix::Identity(2, 2)));
}

void TestControllers::feedbackIsWhatTheSceneSays() {
  InitProblem problem = twoJoints();
  InitParams params;
  params.kind = InitKind::Feedback;
  params.var = 0.5;
  QVERIFY(mentions(initialController(params, problem).error(), "no gains"));
  problem.feedback = Matrix::Random(2, problem.x0.size());
  problem.offset = Vector::LinSpaced(2, 1, 2);
  const Result<LinearGaussianController> p = initialController(params, problem);
  QVERIFY(p);
  QCOMPARE(p->step(11).K, problem.feedback);
  QCOMPARE(p->step(11).k, problem.offset);
  QCOMPARE(p->step(11).C, Matrix(0.5 * Matrix::Identity(2, 2)));
  problem.offset = Vector::Ones(3);
  QVERIFY(mentions(initialController(params, problem).error(), "offset"));
}

void TestControllers::badInputIsRefused() {
  InitProblem problem = twoJoints();
  problem.x0 = Vector::Zero(3);
  QVERIFY(mentions(initialController(InitParams(), problem).error(), "3 entries"));
  problem = twoJoints();
  problem.gains = Vector::Ones(3);
  QVERIFY(mentions(initialController(InitParams(), problem).error(), "gains"));
  problem = twoJoints();
  problem.x0(0) = std::numeric_limits<double>::infinity();
  QVERIFY(!initialController(InitParams(), problem));
  InitParams params;
  params.var = 0.0;
  QVERIFY(mentions(initialController(params, twoJoints()).error(), "init.var"));
  params = InitParams();
  params.finalWeight = 0.0;
  QVERIFY(mentions(initialController(params, twoJoints()).error(), "step 49"));
  problem = twoJoints();
  problem.T = 0;
  QVERIFY(!initialController(InitParams(), problem));
}

QTEST_APPLESS_MAIN(TestControllers)
#include "tst_controllers.moc"
