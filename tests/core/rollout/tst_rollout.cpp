// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>
#include <stdexcept>

#include "core/rollout/rollout.h"
#include "core/scene/scene_reader.h"

using gps::Matrix;
using gps::RowMatrix;
using gps::Vector;

namespace {

/// u = -0.5 o[0..dU-1], with unit covariance times `variance`.
class LinearPolicy final : public gps::GlobalPolicy {
 public:
  LinearPolicy(int dO, int dU, double variance)
      : m_dO(dO), m_covariance(variance * Matrix::Identity(dU, dU)) {}
  int dO() const override { return m_dO; }
  int dU() const override { return static_cast<int>(m_covariance.rows()); }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    ++calls;
    return -0.5 * observations.leftCols(m_covariance.rows());
  }
  const Matrix& covariance() const override { return m_covariance; }
  mutable std::atomic<int> calls{0};

 private:
  int m_dO;
  Matrix m_covariance;
};

/// A plant that integrates its action and turns into NaN at a step, or throws when it is made.
class FragilePlants final : public gps::PlantFactory {
 public:
  enum class Fault { NanState, BadAlloc, Exception };
  FragilePlants(Fault fault, int step) : m_fault(fault), m_step(step) {}
  int startNoiseSize(int) const override { return 0; }
  std::unique_ptr<gps::Plant> make(int, const gps::VectorRef&) const override {
    if (m_fault == Fault::BadAlloc) throw std::bad_alloc();
    if (m_fault == Fault::Exception) throw std::runtime_error("no world");
    return std::make_unique<Fragile>(m_step);
  }

 private:
  class Fragile final : public gps::Plant {
   public:
    explicit Fragile(int step) : m_nanAt(step) {}
    void state(Eigen::Ref<Vector> x) const override {
      x(0) = m_t == m_nanAt ? std::numeric_limits<double>::quiet_NaN() : m_x;
    }
    void observation(Eigen::Ref<Vector> o) const override { o(0) = m_x; }
    int step(const gps::VectorRef& u) override {
      m_x += u(0);
      ++m_t;
      return u(0) > 0.9 ? 1 : 0;
    }
    void poses(std::vector<gps::Pose>&) const override {}

   private:
    int m_nanAt;
    int m_t = 0;
    double m_x = 0.0;
  };
  Fault m_fault;
  int m_step;
};

gps::Task fragileTask(FragilePlants::Fault fault, int step) {
  gps::Task task;
  task.name = "fragile";
  task.T = 5;
  task.dX = task.dU = task.dO = 1;
  task.conditions = {"only"};
  task.plants = std::make_shared<FragilePlants>(fault, step);
  return task;
}

gps::LinearGaussianController controller(const gps::Task& task, double k, double variance) {
  gps::LinearGaussianController::Step step;
  step.K = Matrix::Zero(task.dU, task.dX);
  step.k = Vector::Constant(task.dU, k);
  step.C = variance * Matrix::Identity(task.dU, task.dU);
  return *gps::LinearGaussianController::make(std::vector(static_cast<std::size_t>(task.T), step));
}

std::shared_ptr<const gps::Task> shipped(const std::string& name) {
  auto scene = gps::findScene(name, GPS_SCENES);
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *gps::compileTask(std::make_shared<const gps::Scene>(*scene));
}

std::vector<gps::RolloutRequest> requestsFor(const gps::Task& task, gps::Actor actor, int samples) {
  std::vector<gps::RolloutRequest> requests;
  for (int i = 0; i < task.conditionCount(); ++i) {
    for (int j = 0; j < samples; ++j) {
      gps::Rng rng = gps::makeRng(3, gps::Purpose::RolloutNoise, 1, i, j);
      gps::RolloutRequest request;
      request.task = &task;
      request.condition = i;
      request.actor = actor;
      request.noise = gps::drawNoise(task.T, task.dU, rng);
      requests.push_back(std::move(request));
    }
  }
  return requests;
}

bool same(const std::vector<gps::Rollout>& a, const std::vector<gps::Rollout>& b) {
  bool equal = a.size() == b.size();
  for (std::size_t i = 0; equal && i < a.size(); ++i) {
    equal = a[i].trajectory.X == b[i].trajectory.X && a[i].trajectory.U == b[i].trajectory.U &&
            a[i].trajectory.O == b[i].trajectory.O && a[i].poses.size() == b[i].poses.size();
  }
  return equal;
}

}  // namespace

class TestRollout : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void controllersGiveTheSameBytesOnOneAndFourThreads();
  void policiesGiveTheSameBytesOnOneAndFourThreads();
  void aPolicyIsAskedOncePerStepForABatch();
  void aRolloutRecordsWhatItDid();
  void noiseGoesThroughTheCholeskyFactor();
  void theLastActionMovesNothing();
  void clippedActionsAreCounted();
  void aSetStopFlagStopsAtOnce();
  void aStateThatIsNotFiniteNamesItsStep();
  void anActionThatIsNotFiniteNamesItsStep();
  void theFirstFailingRequestIsReported();
  void memoryShortageBecomesAnError();
  void exceptionsOfAJobReachTheCaller();
  void everyIndexRunsOnce();
  void smoothNoiseOfAConstantIsTheConstant();
  void smoothNoiseHasUnitDeviation();
  void smoothNoiseIsSmooth();
  void kernelsLongerThanTheSignalWork();
};

void TestRollout::controllersGiveTheSameBytesOnOneAndFourThreads() {
  const auto task = shipped("two_link_arm");
  const auto p = controller(*task, 0.1, 0.5);
  const auto requests = requestsFor(*task, {.controller = &p}, 3);
  gps::RolloutPool one(1);
  gps::RolloutPool four(4);
  QCOMPARE(four.threads(), 4);
  const auto a = one.run(requests, nullptr);
  const auto b = four.run(requests, nullptr);
  QVERIFY(a && b);
  QVERIFY(same(*a, *b));
  const auto alone = gps::runRollout(requests[4], nullptr);
  QVERIFY(alone && same({*alone}, {(*b)[4]}));
}

void TestRollout::policiesGiveTheSameBytesOnOneAndFourThreads() {
  const auto task = shipped("obstacle_navigation");
  const LinearPolicy policy(task->dO, task->dU, 0.5);
  const auto requests = requestsFor(*task, {.policy = &policy}, 7);
  gps::RolloutPool one(1);
  gps::RolloutPool four(4);
  const auto a = one.run(requests, nullptr);
  const auto b = four.run(requests, nullptr);
  QVERIFY(a && b);
  QVERIFY(same(*a, *b));
  const auto alone = gps::runRollout(requests[20], nullptr);
  QVERIFY(alone && same({*alone}, {(*b)[20]}));
}

void TestRollout::aPolicyIsAskedOncePerStepForABatch() {
  const auto task = shipped("obstacle_navigation");
  const LinearPolicy policy(task->dO, task->dU, 0.5);
  gps::RolloutPool pool(2);
  QVERIFY(pool.run(requestsFor(*task, {.policy = &policy}, 2), nullptr));
  QCOMPARE(policy.calls.load(), task->T);
}

void TestRollout::aRolloutRecordsWhatItDid() {
  const auto task = shipped("point_mass");
  const auto p = controller(*task, 1.0, 1.0);
  const auto rollout = gps::runRollout(
      {.task = task.get(), .actor = {.controller = &p}, .noise = {}, .startNoise = {}}, nullptr);
  QVERIFY(rollout);
  const gps::Trajectory& trajectory = rollout->trajectory;
  QCOMPARE(trajectory.horizon(), 100);
  QVERIFY(trajectory.X.row(0).transpose() == task->x0[0]);
  QVERIFY((trajectory.U.array() == 1.0).all());
  QCOMPARE(rollout->poses.size(), std::size_t{100} * task->scene->bodies.size());
  QCOMPARE(rollout->poses[100 / 2 * 3 + 1].x, static_cast<float>(trajectory.X(50, 0)));
  QCOMPARE(trajectory.clipFraction, 0.0);
}

void TestRollout::noiseGoesThroughTheCholeskyFactor() {
  const auto task = shipped("point_mass");
  const auto p = controller(*task, 1.0, 4.0);
  auto requests = requestsFor(*task, {.controller = &p}, 1);
  const auto rollout = gps::runRollout(requests[0], nullptr);
  QVERIFY(rollout);
  QVERIFY((rollout->trajectory.U.array() - 1.0 - 2.0 * requests[0].noise.array()).abs().maxCoeff() < 1e-12);
}

void TestRollout::theLastActionMovesNothing() {
  const gps::Task task = fragileTask(FragilePlants::Fault::NanState, -1);
  const auto p = controller(task, 0.5, 1.0);
  const auto rollout =
      gps::runRollout({.task = &task, .actor = {.controller = &p}, .noise = {}, .startNoise = {}}, nullptr);
  QVERIFY(rollout);
  QCOMPARE(rollout->trajectory.X(4, 0), 4 * 0.5);
  QCOMPARE(rollout->trajectory.U(4, 0), 0.5);
}

void TestRollout::clippedActionsAreCounted() {
  const gps::Task task = fragileTask(FragilePlants::Fault::NanState, -1);
  const auto p = controller(task, 1.0, 1.0);
  const auto rollout =
      gps::runRollout({.task = &task, .actor = {.controller = &p}, .noise = {}, .startNoise = {}}, nullptr);
  QVERIFY(rollout);
  QCOMPARE(rollout->trajectory.clipFraction, 1.0);
}

void TestRollout::aSetStopFlagStopsAtOnce() {
  const auto task = shipped("two_link_arm");
  const auto p = controller(*task, 0.1, 0.5);
  const std::atomic<bool> stop{true};
  gps::RolloutPool pool(2);
  const auto rollouts = pool.run(requestsFor(*task, {.controller = &p}, 50), &stop);
  QVERIFY(!rollouts);
  QCOMPARE(rollouts.error().what, std::string("stopped"));
}

void TestRollout::aStateThatIsNotFiniteNamesItsStep() {
  const gps::Task task = fragileTask(FragilePlants::Fault::NanState, 3);
  const auto p = controller(task, 0.5, 1.0);
  const auto rollout =
      gps::runRollout({.task = &task, .actor = {.controller = &p}, .noise = {}, .startNoise = {}}, nullptr);
  QVERIFY(!rollout);
  QCOMPARE(rollout.error().what, std::string("The state is not finite at step 3."));
  QCOMPARE(rollout.error().where, std::string("rollout, condition only"));
}

void TestRollout::anActionThatIsNotFiniteNamesItsStep() {
  const auto task = shipped("two_link_arm");
  const auto p = controller(*task, 0.1, 0.5);
  auto requests = requestsFor(*task, {.controller = &p}, 1);
  requests[2].noise(41, 1) = std::numeric_limits<double>::quiet_NaN();
  gps::RolloutPool pool(2);
  const auto rollouts = pool.run(requests, nullptr);
  QVERIFY(!rollouts);
  QCOMPARE(rollouts.error().what, std::string("The action is not finite at step 41."));
  QCOMPARE(rollouts.error().where, std::string("rollout, condition c3"));
}

void TestRollout::theFirstFailingRequestIsReported() {
  const auto task = shipped("obstacle_navigation");
  const LinearPolicy policy(task->dO, task->dU, 0.5);
  auto requests = requestsFor(*task, {.policy = &policy}, 1);
  requests[3].noise(5, 0) = std::numeric_limits<double>::infinity();
  requests[1].noise(80, 0) = std::numeric_limits<double>::quiet_NaN();
  gps::RolloutPool pool(2);
  const auto rollouts = pool.run(requests, nullptr);
  QVERIFY(!rollouts);
  QCOMPARE(rollouts.error().what, std::string("The action is not finite at step 80."));
}

void TestRollout::memoryShortageBecomesAnError() {
  gps::RolloutPool pool(2);
  for (const auto fault : {FragilePlants::Fault::BadAlloc, FragilePlants::Fault::Exception}) {
    const gps::Task task = fragileTask(fault, 0);
    const auto p = controller(task, 0.5, 1.0);
    const auto rollouts = pool.run(requestsFor(task, {.controller = &p}, 8), nullptr);
    QVERIFY(!rollouts);
    QCOMPARE(rollouts.error().what, std::string(fault == FragilePlants::Fault::BadAlloc
                                                    ? "There was not enough memory for a rollout."
                                                    : "A rollout failed: no world."));
  }
}

void TestRollout::exceptionsOfAJobReachTheCaller() {
  gps::RolloutPool pool(3);
  std::string first;
  try {
    pool.parallelFor(20, [](int i) {
      if (i >= 7) throw std::runtime_error(std::to_string(i));
    });
  } catch (const std::runtime_error& error) {
    first = error.what();
  }
  QCOMPARE(first, std::string("7"));
}

void TestRollout::everyIndexRunsOnce() {
  gps::RolloutPool pool(4);
  for (int n : {0, 1, 3, 1000}) {
    std::vector<int> runs(static_cast<std::size_t>(n), 0);
    pool.parallelFor(n, [&runs](int i) { ++runs[static_cast<std::size_t>(i)]; });
    QVERIFY(std::all_of(runs.begin(), runs.end(), [](int count) { return count == 1; }));
  }
}

void TestRollout::smoothNoiseOfAConstantIsTheConstant() {
  const RowMatrix smooth = gps::smoothedNoise(RowMatrix::Constant(30, 2, 1.5), 2.0, false);
  QVERIFY((smooth.array() - 1.5).abs().maxCoeff() < 1e-12);
}

void TestRollout::smoothNoiseHasUnitDeviation() {
  gps::Rng rng = gps::makeRng(1, gps::Purpose::RolloutNoise);
  const RowMatrix noise = gps::smoothedNoise(gps::drawNoise(100, 3, rng), 2.0, true);
  for (int i = 0; i < 3; ++i) {
    const double mean = noise.col(i).mean();
    QVERIFY(std::abs((noise.col(i).array() - mean).square().mean() - 1.0) < 1e-12);
  }
}

// Neighbours under a Gaussian kernel of deviation 2 correlate with exp(-1/16) = 0.94.
void TestRollout::smoothNoiseIsSmooth() {
  gps::Rng rng = gps::makeRng(2, gps::Purpose::RolloutNoise);
  const RowMatrix noise = gps::smoothedNoise(gps::drawNoise(2000, 1, rng), 2.0, true);
  const double correlation =
      noise.col(0).head(1999).dot(noise.col(0).tail(1999)) / noise.col(0).squaredNorm();
  QVERIFY(std::abs(correlation - std::exp(-1.0 / 16.0)) < 0.02);
}

void TestRollout::kernelsLongerThanTheSignalWork() {
  gps::Rng rng = gps::makeRng(4, gps::Purpose::RolloutNoise);
  const RowMatrix noise = gps::smoothedNoise(gps::drawNoise(3, 1, rng), 20.0, true);
  QVERIFY(noise.allFinite());
  QVERIFY(gps::smoothedNoise(RowMatrix::Constant(1, 1, 0.3), 2.0, true)(0, 0) > 0.29);
}

QTEST_APPLESS_MAIN(TestRollout)
#include "tst_rollout.moc"
