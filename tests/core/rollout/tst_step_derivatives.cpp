// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "core/rollout/step_derivatives.h"
#include "tests/core/plant/disc_scene.h"

using namespace gps;

namespace {

/// A pendulum, z = [angle, rate, hidden]; `hidden` follows the torque and pushes with `push`. One semi-implicit Euler
/// step of 0.1. What the state shows is up to the test.
class Pendulum final : public Plant {
 public:
  using View = Vector (*)(const Vector& z);
  Pendulum(Vector z, View view, double push, double limit) : m_z(std::move(z)), m_view(view), m_push(push), m_limit(limit) {}
  void state(Eigen::Ref<Vector> x) const override { x = m_view(m_z); }
  void observation(Eigen::Ref<Vector> o) const override { o = m_view(m_z); }
  void coordinates(Eigen::Ref<Vector> z) const override { z = m_z; }
  int step(const VectorRef& u) override {
    const double torque = std::clamp(u(0), -m_limit, m_limit);
    m_z(1) += 0.1 * (torque - std::sin(m_z(0)) + m_push * m_z(2));
    m_z(0) += 0.1 * m_z(1);
    m_z(2) += 0.1 * torque;
    return 0;
  }
  void poses(std::vector<Pose>&) const override {}

 private:
  Vector m_z;
  View m_view;
  double m_push;
  double m_limit;
};

class Pendulums final : public PlantFactory {
 public:
  Pendulums(Pendulum::View view, double push, double limit) : m_view(view), m_push(push), m_limit(limit) {}
  std::unique_ptr<Plant> make(int condition, const VectorRef&) const override {
    return makeAt(condition, Vector::Zero(3));
  }
  int startNoiseSize(int) const override { return 0; }
  Result<int> coordinateCount() const override { return 3; }
  std::unique_ptr<Plant> makeAt(int, const VectorRef& z) const override {
    return std::make_unique<Pendulum>(z, m_view, m_push, m_limit);
  }

 private:
  Pendulum::View m_view;
  double m_push;
  double m_limit;
};

constexpr double kNone = std::numeric_limits<double>::infinity();

Task pendulum(Pendulum::View view, int dX, double push = 0.0, double limit = kNone) {
  Task task;
  task.T = 5;
  task.dX = dX;
  task.dU = task.dO = 1;
  task.plants = std::make_shared<Pendulums>(view, push, limit);
  task.actionLimit = Vector::Constant(1, limit);
  return task;
}

Vector plain(const Vector& z) {
  return z.head(2);
}
/// The angle twice over, a point on the rod, a constant.
Vector redundant(const Vector& z) {
  return (Vector(6) << z(0), z(1), 2.0 * z(0), std::sin(z(0)), std::cos(z(0)) * z(1), 0.5).finished();
}
Vector angleOnly(const Vector& z) {
  return z.head(1);
}

StepDerivatives at(const Task& task, const Vector& z, double u, DifferenceOptions options = {}) {
  return stepDerivatives(task, 0, z, Vector::Constant(1, u), options, Rng(3)).value();
}

/// d[angle', rate'] / d[angle, rate, u]
Matrix closedForm(const Vector& z) {
  const double c = std::cos(z(0));
  return (Matrix(2, 3) << 1.0 - 0.01 * c, 0.1, 0.01, -0.1 * c, 1.0, 0.1).finished();
}

const Vector kZ = (Vector(3) << 0.7, -1.2, 0.3).finished();

}  // namespace

class TestStepDerivatives : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theyAgreeWithTheClosedForm();
  void entriesThatRepeatEachOtherKeepTheDirections();
  void hiddenCoordinatesCountOnlyWhereTheyMatter();
  void limitsDoNotHalveThem();
  void smoothingAveragesAndIsReproducible();
  void aDiscOfTheSimulatorFollowsTheClosedForm();
  void theSimulatorCanBeSetAnywhere_data();
  void theSimulatorCanBeSetAnywhere();
  void loopsAndRodsAreRefusedByName();
};

// The error of central differences is h^2/6 times the third derivative, here at most 0.1.
void TestStepDerivatives::theyAgreeWithTheClosedForm() {
  for (const double h : {1e-2, 1e-3, 1e-4}) {
    const StepDerivatives found = at(pendulum(plain, 2), kZ, 0.4, {.step = h});
    const double error = (found.F - closedForm(kZ)).cwiseAbs().maxCoeff();
    const double size = h * (1.0 + 0.7);
    QVERIFY2(error < 0.1 / 6.0 * size * size + 1e-11, qPrintable(QString::number(error)));
    QVERIFY(found.hidden < 1e-9);
  }
}

// Where the state can be, dx = G dz, the derivative of every entry must come out: F_x G = dx'/dz.
void TestStepDerivatives::entriesThatRepeatEachOtherKeepTheDirections() {
  const StepDerivatives found = at(pendulum(redundant, 6), kZ, 0.4, {.step = 1e-4});
  const double s = std::sin(kZ(0)), c = std::cos(kZ(0));
  const Matrix G = (Matrix(6, 2) << 1, 0, 0, 1, 2, 0, c, 0, -s * kZ(1), c, 0, 0).finished();
  const StepDerivatives bare = at(pendulum(plain, 2), kZ, 0.4, {.step = 1e-4});
  const Matrix next = bare.F.leftCols(2);  // of angle and rate
  QVERIFY((found.F.leftCols(6).topRows(2) * G - next).cwiseAbs().maxCoeff() < 1e-7);
  QVERIFY((found.F.leftCols(6).row(2) * G - 2.0 * next.row(0)).cwiseAbs().maxCoeff() < 1e-7);
  QVERIFY(found.F.row(5).isZero() && found.F.col(5).isZero());  // what is constant stays so
  QVERIFY((found.F.col(6).head(2) - bare.F.col(2)).cwiseAbs().maxCoeff() < 1e-9);
  QVERIFY(found.hidden < 1e-9);
}

void TestStepDerivatives::hiddenCoordinatesCountOnlyWhereTheyMatter() {
  QVERIFY(at(pendulum(plain, 2, 0.0), kZ, 0.4).hidden < 1e-9);
  QVERIFY(at(pendulum(plain, 2, 5.0), kZ, 0.4).hidden > 0.1);
  // The next angle depends on a rate that is not shown: d angle'/d rate = 0.1 beside d angle'/d angle = 1.
  const double hidden = at(pendulum(angleOnly, 1), kZ, 0.4).hidden;
  QVERIFY2(hidden > 0.09 && hidden < 0.11, qPrintable(QString::number(hidden)));
  // The centre of the point mass lies beside its origin: a force spins it, and its spin, which is not shown, moves it.
  const std::shared_ptr<const Task> mass = test::shipped("point_mass");
  Vector z(6);
  mass->plants->make(0, Vector())->coordinates(z);
  const double spin = stepDerivatives(*mass, 0, z, Vector::Ones(2), {}, Rng(1)).value().hidden;
  QVERIFY2(spin > 1e-3 && spin < 0.05, qPrintable(QString::number(spin)));
}

void TestStepDerivatives::limitsDoNotHalveThem() {
  const double inside = at(pendulum(plain, 2, 0.0, 1.0), kZ, 0.4).F(1, 2);
  for (const double u : {1.0, -1.0, 0.9999}) {
    QVERIFY(std::abs(at(pendulum(plain, 2, 0.0, 1.0), kZ, u).F(1, 2) - inside) < 1e-9);
  }
  QVERIFY(std::abs(at(pendulum(plain, 2, 0.0, 1.0), kZ, 1.5).F(1, 2)) < 1e-12);  // beyond, nothing changes
}

// E cos(a + 0.01 (1 + |a|) xi) differs from cos a by some 1e-4; 64 states leave less than 0.02 of that scatter.
void TestStepDerivatives::smoothingAveragesAndIsReproducible() {
  const Task task = pendulum(plain, 2);
  const DifferenceOptions options{.smoothing = 64};
  const StepDerivatives smooth = at(task, kZ, 0.4, options);
  const double error = (smooth.F - closedForm(kZ)).cwiseAbs().maxCoeff();
  QVERIFY2(error > 1e-6 && error < 1e-2, qPrintable(QString::number(error)));
  QVERIFY(smooth.F == at(task, kZ, 0.4, options).F);
}

// Mass 2, ten substeps of 5 ms, semi-implicit Euler: v' = v + dt u/m, p' = p + dt v + (dt/10)^2 u/m 55.
void TestStepDerivatives::aDiscOfTheSimulatorFollowsTheClosedForm() {
  const std::shared_ptr<const Task> task = test::taskOf(test::discScene(
      R"({"id": "fx", "type": "body_force", "body": "disc", "axis": [1, 0]},
         {"id": "fy", "type": "body_force", "body": "disc", "axis": [0, 1]})"));
  const std::unique_ptr<Plant> plant = task->plants->make(0, Vector());
  const Result<int> count = task->plants->coordinateCount();
  QVERIFY(count);
  QCOMPARE(*count, 6);
  Vector z(6);
  plant->coordinates(z);
  const StepDerivatives found =
      stepDerivatives(*task, 0, z, (Vector(2) << 3.0, -1.0).finished(), {}, Rng(1)).value();
  Matrix expected = Matrix::Zero(4, 6);
  expected.leftCols(4).setIdentity();
  expected(0, 2) = expected(1, 3) = 0.05;
  expected(0, 4) = expected(1, 5) = 0.005 * 0.005 / 2.0 * 55.0;
  expected(2, 4) = expected(3, 5) = 0.025;
  const double error = (found.F - expected).cwiseAbs().maxCoeff();
  QVERIFY2(error < 2e-4, qPrintable(QString::number(error)));
  QVERIFY(found.hidden < 1e-3);  // angle and spin are not shown and change nothing
}

void TestStepDerivatives::theSimulatorCanBeSetAnywhere_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<double>("gap");  // of a step from a world that remembers no impulses, in steps
  for (const char* name : {"point_mass", "two_link_arm", "reach", "cart_pole", "pendulum_swing_up", "pusher",
                           "obstacle_navigation", "peg_insertion", "blind_peg"}) {
    // The servos of the arm need the remembered impulses most: eight iterations alone do not reach their speed.
    QTest::newRow(name) << name << (std::string_view(name) == "two_link_arm" ? 0.3 : 0.1);
  }
}

// Follow a rollout, set a fresh plant to where it is after 20 steps: it shows the same state, and steps the same way.
void TestStepDerivatives::theSimulatorCanBeSetAnywhere() {
  QFETCH(QString, name);
  QFETCH(double, gap);
  const std::shared_ptr<const Task> task = test::shipped(name.toStdString());
  QVERIFY(task->plants->coordinateCount());
  for (int condition = 0; condition < task->conditionCount(); ++condition) {
    const std::unique_ptr<Plant> plant = task->plants->make(condition, Vector());
    const Vector u = (0.1 * task->actionLimit).cwiseMin(1.0);
    for (int t = 0; t < 20; ++t) plant->step(u);
    Vector z(*task->plants->coordinateCount());
    plant->coordinates(z);
    const std::unique_ptr<Plant> fresh = task->plants->makeAt(condition, z);
    const Vector x = test::stateOf(*task, *plant), y = test::stateOf(*task, *fresh);
    // The solver leaves joints a little open, which joint coordinates do not know.
    QVERIFY2((x - y).cwiseAbs().maxCoeff() < 1e-2 * (1.0 + x.cwiseAbs().maxCoeff()),
             qPrintable(QString::number((x - y).cwiseAbs().maxCoeff())));
    plant->step(u);
    fresh->step(u);
    const Vector next = test::stateOf(*task, *plant);
    const double error = (test::stateOf(*task, *fresh) - next).norm() / (next - x).norm();
    QVERIFY2(error < gap, qPrintable(QStringLiteral("condition %1: %2").arg(condition).arg(error)));
  }
}

void TestStepDerivatives::loopsAndRodsAreRefusedByName() {
  const std::string post = R"(, {"id": "post", "type": "static", "position": [0, 2], "shapes":
      [{"circle": {"radius": 0.05}}]})";
  const std::string force = R"({"id": "fx", "type": "body_force", "body": "disc", "axis": [1, 0]})";
  const auto refusal = [&](const std::string& joints) {
    const std::shared_ptr<const Task> task = test::taskOf(test::discScene(force, "", post, joints));
    const Result<int> count = task->plants->coordinateCount();
    return count ? std::string() : count.error().text();
  };
  const std::string hinge = R"({"id": "hinge", "type": "revolute", "body_a": "post", "body_b": "disc",
      "anchor_a": [0, 0], "anchor_b": [-1, 0]})";
  QCOMPARE(refusal(hinge), std::string());
  const std::string rod = R"({"id": "rod", "type": "distance", "body_a": "post", "body_b": "disc"})";
  QVERIFY2(refusal(rod).find("\"rod\" is a rod") != std::string::npos, refusal(rod).c_str());
  const std::string weld = R"(, {"id": "second", "type": "revolute", "body_a": "post", "body_b": "disc",
      "anchor_a": [0, 0], "anchor_b": [-1, 0]})";
  QVERIFY2(refusal(hinge + weld).find("\"second\" closes a loop") != std::string::npos,
           refusal(hinge + weld).c_str());
}

QTEST_APPLESS_MAIN(TestStepDerivatives)
#include "tst_step_derivatives.moc"
