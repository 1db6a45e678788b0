// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <random>

#include "core/plant/coordinates.h"
#include "core/plant/forward_kinematics.h"
#include "core/plant/posed_plant.h"
#include "core/rollout/rollout.h"
#include "tests/core/plant/arm_world.h"

using namespace gps;
using gps::testing::ArmWorld;
using gps::testing::deskArm;
using gps::testing::deskServos;

namespace {

/// A constant torque, whatever the state.
LinearGaussianController constantTorque(const Task& task, double u) {
  LinearGaussianController::Step step{Matrix::Zero(task.dU, task.dX), Vector::Constant(task.dU, u),
                                      1e-6 * Matrix::Identity(task.dU, task.dU)};
  return *LinearGaussianController::make(std::vector(static_cast<std::size_t>(task.T), step));
}

RolloutRequest requestOf(const ArmWorld& world, const LinearGaussianController& controller) {
  RolloutRequest request;
  request.task = world.onArm.get();
  request.actor.controller = &controller;
  return request;
}

/// Does nothing, but in so many trials two answers in a row are lost at its fifth step.
class LosingActor final : public StepActor {
 public:
  LosingActor(SimulatedBus& bus, int trials) : m_bus(&bus), m_left(trials) {}
  void action(int t, const VectorRef&, const VectorRef&, Eigen::Ref<Vector> u) noexcept override {
    u.setZero();
    if (t == 5 && m_left-- > 0) m_bus->servo(1)->faults.dropReplies = 2;
  }

 private:
  SimulatedBus* m_bus;  // of the control thread, which is the one that calls
  int m_left;
};

QString textOf(const Error& error) { return QString::fromStdString(error.text()); }

}  // namespace

class TestArmPlant : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bodiesStandWhereTheyWouldStart_data();
  void bodiesStandWhereTheyWouldStart();
  void aMeasuredArmReadsLikeASimulatedOne();
  void periodsDivideTimeSteps();
  void armsThatDoNotFitAreRefused_data();
  void armsThatDoNotFitAreRefused();
  void theRecordIsWhatWasOnTheWire();
  void aTrialStartsWhereTheConditionSays();
  void explorationIsWhatTheSimulationWouldAdd();
  void anInvalidTrialIsMadeAgain();
  void threeInvalidTrialsAreToldWhy();
  void theEmergencyStopEndsRolloutsUntilTheUserClearsIt();
  void stoppingTheRunAbortsTheTrial();
  void withoutAnArmedArmNothingMoves();
};

void TestArmPlant::bodiesStandWhereTheyWouldStart_data() {
  QTest::addColumn<QString>("name");
  for (const char* name : {"desk_arm", "reach", "two_link_arm", "cart_pole", "point_mass", "peg_insertion"}) QTest::newRow(name) << name;
}

void TestArmPlant::bodiesStandWhereTheyWouldStart() {
  QFETCH(QString, name);
  const Result<Scene> scene = readScene((QString(GPS_SCENES) + "/" + name + ".scene.json").toStdString());
  QVERIFY(scene);
  const Result<Coordinates> coordinates = coordinatesOf(*scene);
  QVERIFY(coordinates);
  const Condition& condition = scene->conditions.back();
  ForwardKinematics kinematics(*scene, *coordinates, condition);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> number(-2.0, 2.0);
  for (int trial = 0; trial < 20; ++trial) {
    Vector z(coordinates->size());
    for (double& entry : z) entry = number(random);
    const std::vector<BodyStart> expected = startAt(*scene, *coordinates, condition, z);
    const std::vector<BodyStart>& found = kinematics.at(z);
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      QCOMPARE(found[i].position, expected[i].position);
      QCOMPARE(found[i].angle, expected[i].angle);
      QCOMPARE(found[i].velocity, expected[i].velocity);
      QCOMPARE(found[i].angularVelocity, expected[i].angularVelocity);
    }
  }
}

void TestArmPlant::aMeasuredArmReadsLikeASimulatedOne() {
  const std::shared_ptr<const Task> task = deskArm();
  auto posed = makePosedPlant(task->scene, task->scene->conditions.front());
  QVERIFY(posed);
  for (const double angle : {-0.7, 0.0, 0.4}) {
    Vector z(4);
    z << angle, 0.5, -1.1 * angle, -0.8;
    (*posed)->place(z);
    Vector x(task->dX), expected(task->dX);
    (*posed)->state(x);
    task->plants->makeAt(0, z)->state(expected);
    QVERIFY2((x - expected).cwiseAbs().maxCoeff() < 1e-6, "state");
    Vector o(task->dO);
    (*posed)->observation(o);
    QCOMPARE(o, x);  // the scene observes its state
    std::vector<Pose> poses;
    (*posed)->poses(poses);
    QCOMPARE(poses.size(), task->scene->bodies.size());
    QVERIFY(std::abs(poses[1].angle - angle) < 1e-6);
  }
}

void TestArmPlant::periodsDivideTimeSteps() {
  QCOMPARE(controlPeriod(0.02), 0.02);
  QCOMPARE(controlPeriod(0.05), 0.05 / 3);
  QCOMPARE(controlPeriod(0.005), 0.005);
  QCOMPARE(controlPeriod(0.1, 0.05), 0.05);
}

void TestArmPlant::armsThatDoNotFitAreRefused_data() {
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("said");
  QTest::newRow("joints") << "joints" << "The scene drives 2 joints, but the arm has 1.";
  QTest::newRow("action") << "action" << "The scene's actions are torques, but the arm takes velocities.";
  QTest::newRow("strength") << "strength" << "The actuator \"torque1\" goes up to 0.2 N m, but the arm's joint 1 is limited to 0.01 N m.";
  QTest::newRow("limits") << "limits" << "The start is at -0.9 rad, but the joint's limits are -0.5 and 0.5 rad.";
  QTest::newRow("period") << "period" << "The scene's time step of 0.05 s is no multiple of the arm's control period of 0.02 s.";
  QTest::newRow("scene") << "scene" << "The actuator \"vx\" drives no hinge, and an arm has nothing else.";
}

void TestArmPlant::armsThatDoNotFitAreRefused() {
  QFETCH(QString, what);
  QFETCH(QString, said);
  std::shared_ptr<const Task> task = deskArm();
  ArmConfig config = deskServos(*task);
  QVERIFY(matchArm(*task, config));
  if (what == "joints") config.joints.pop_back();
  if (what == "action") config.action = ActionKind::Velocity;
  if (what == "strength") config.joints[0].torqueLimit = 0.01;
  if (what == "limits") config.joints[0].lowerLimit = -0.5, config.joints[0].upperLimit = 0.5;
  if (what == "period") config.period = 0.02;
  if (what == "scene") {
    Result<Scene> scene = readScene(GPS_SCENES "/point_mass.scene.json");
    task = *compileTask(std::make_shared<const Scene>(*std::move(scene)));
  }
  const Result<ArmJoints> match = matchArm(*task, config);
  QVERIFY(!match);
  QVERIFY2(textOf(match.error()).startsWith(said), qPrintable(textOf(match.error())));
  QVERIFY(!match.error().mend.empty());
}

void TestArmPlant::theRecordIsWhatWasOnTheWire() {
  ArmWorld world;
  QVERIFY(world.begin());
  // Torques that are no whole number of counts, and one that the servo cuts.
  std::vector<LinearGaussianController::Step> steps;
  for (int t = 0; t < world.task->T; ++t) {
    Vector k(2);
    k << 0.03 * std::sin(0.3 * t) + 1e-5, t == 7 ? 0.9 : 0.01 * std::cos(0.5 * t);
    steps.push_back({Matrix::Zero(2, world.task->dX), k, 1e-6 * Matrix::Identity(2, 2)});
  }
  const LinearGaussianController controller = *LinearGaussianController::make(steps);
  const Result<Rollout> rollout = runRollout(requestOf(world, controller), nullptr);
  QVERIFY2(rollout, rollout ? "" : rollout.error().text().c_str());
  const RowMatrix& U = rollout->trajectory.U;
  QCOMPARE(rollout->time.size(), world.task->T);
  for (int t = 1; t < world.task->T; ++t) QVERIFY(std::abs(rollout->time(t) - t * world.task->dt) < 0.002);
  QCOMPARE(rollout->wanted(3, 0), controller.step(3).k(0));
  QVERIFY(rollout->trajectory.clipFraction > 0.0);
  QVERIFY(rollout->trajectory.clipFraction < 0.05);

  // The goal currents of the trial's steps, as they reached the servos: every third period begins a step.
  const std::shared_ptr<const Task> task = world.task;
  const ArmConfig config = world.config;
  world.stop();
  const std::uint16_t address = config.joints[0].model->at(Item::GoalCurrent).address;
  std::vector<std::vector<double>> sent(2);
  for (const BusRecord& record : world.bus->log()) {
    if (record.address != address || record.data.size() != 2 || record.id < 1 || record.id > 2) continue;
    const auto raw = static_cast<std::int16_t>(record.data[0] | record.data[1] << 8);
    sent[record.id - 1u].push_back(config.joints[record.id - 1u].scale.torque(raw));
  }
  const std::size_t periods = 3 * static_cast<std::size_t>(task->T);
  bool found = false;
  for (std::size_t at = 0; !found && at + periods <= sent[0].size(); ++at) {
    found = true;
    for (std::size_t t = 0; found && t < static_cast<std::size_t>(task->T); ++t) {
      for (std::size_t i = 0; i < 2; ++i) {
        if (sent[i][at + 3 * t] != U(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(i))) found = false;
      }
    }
  }
  QVERIFY2(found, "the recorded actions were never on the wire in this order");
}

void TestArmPlant::aTrialStartsWhereTheConditionSays() {
  ArmWorld world;
  QVERIFY(world.begin());
  const LinearGaussianController controller = constantTorque(*world.task, 0.0);
  const Result<Rollout> rollout = runRollout(requestOf(world, controller), nullptr);
  QVERIFY(rollout);
  // Settled within 0.03 rad of each joint's start, at rest.
  for (int i = 0; i < 2; ++i) {
    QVERIFY(std::abs(rollout->trajectory.X(0, i) - world.task->x0[0](i)) < 0.03);
    QVERIFY(std::abs(rollout->trajectory.X(0, 2 + i)) < 0.05);
  }
  QCOMPARE(rollout->poses.size(), static_cast<std::size_t>(world.task->T) * world.task->scene->bodies.size());
}

void TestArmPlant::explorationIsWhatTheSimulationWouldAdd() {
  ArmWorld world;
  QVERIFY(world.begin());
  LinearGaussianController::Step step{Matrix::Zero(2, world.task->dX), Vector::Zero(2), Matrix::Zero(2, 2)};
  step.C << 4e-4, 1e-4, 1e-4, 1e-4;
  const LinearGaussianController controller =
      *LinearGaussianController::make(std::vector(static_cast<std::size_t>(world.task->T), step));
  RolloutRequest request = requestOf(world, controller);
  Rng rng = makeRng(3, Purpose::RolloutNoise, 1, 0, 0);
  request.noise = drawNoise(world.task->T, 2, rng);
  const Result<Rollout> real = runRollout(request, nullptr);
  QVERIFY(real);
  request.task = world.task.get();
  const Result<Rollout> simulated = runRollout(request, nullptr);
  QVERIFY(simulated);
  QVERIFY((real->wanted - simulated->trajectory.U).cwiseAbs().maxCoeff() < 1e-15);
}

void TestArmPlant::anInvalidTrialIsMadeAgain() {
  ArmWorld world;
  QVERIFY(world.begin());
  const auto actor = std::make_shared<LosingActor>(*world.bus, 1);
  const Result<TrialRecord> record = world.trials->run(0, Vector(), actor, nullptr);
  QVERIFY2(record, record ? "" : record.error().text().c_str());
  const ArmTrialCounts counts = world.trials->counts();
  QCOMPARE(counts.valid, 1);
  QCOMPARE(counts.invalid[static_cast<std::size_t>(TrialEnd::LostReplies)], 1);
}

void TestArmPlant::threeInvalidTrialsAreToldWhy() {
  ArmWorld world;
  QVERIFY(world.begin());
  const auto actor = std::make_shared<LosingActor>(*world.bus, 100);
  const Result<TrialRecord> record = world.trials->run(0, Vector(), actor, nullptr);
  QVERIFY(!record);
  QCOMPARE(record.error().what, std::string("Too many answers of the servos were lost, in three trials."));
  QCOMPARE(world.trials->counts().invalid[static_cast<std::size_t>(TrialEnd::LostReplies)], 3);
  QCOMPARE(world.trials->counts().valid, 0);
  QCOMPARE(world.arm->status().state, ArmState::Armed);  // held, and good for another try
}

void TestArmPlant::theEmergencyStopEndsRolloutsUntilTheUserClearsIt() {
  ArmWorld world;
  QVERIFY(world.begin());
  world.arm->pressStop();
  QVERIFY(world.waitFor(ArmState::Stopped));
  const LinearGaussianController controller = constantTorque(*world.task, 0.01);
  for (int k = 0; k < 2; ++k) {
    const Result<Rollout> rollout = runRollout(requestOf(world, controller), nullptr);
    QVERIFY(!rollout);
    QCOMPARE(rollout.error().what, std::string("The emergency stop was pressed; torque is off at every joint."));
  }
  world.arm->request({.kind = ArmRequest::Kind::Reconnect});
  QVERIFY(world.waitFor(ArmState::Connected));
  QVERIFY(!runRollout(requestOf(world, controller), nullptr));  // still not armed
  world.arm->request({.kind = ArmRequest::Kind::Arm});
  QVERIFY(world.waitFor(ArmState::Armed));
  const std::uint64_t since = world.arm->status().cycles;
  QTRY_VERIFY(world.arm->status().cycles > since + 4);
  QVERIFY(runRollout(requestOf(world, controller), nullptr));
}

void TestArmPlant::stoppingTheRunAbortsTheTrial() {
  ArmWorld world;
  QVERIFY(world.begin());
  const LinearGaussianController controller = constantTorque(*world.task, 0.0);
  const std::atomic<bool> stop{true};
  const Result<Rollout> rollout = runRollout(requestOf(world, controller), &stop);
  QVERIFY(!rollout);
  QCOMPARE(rollout.error().what, std::string("stopped"));
  QCOMPARE(world.arm->status().state, ArmState::Armed);
  QVERIFY(runRollout(requestOf(world, controller), nullptr));
}

void TestArmPlant::withoutAnArmedArmNothingMoves() {
  ArmWorld world;
  QVERIFY(world.begin(/*arms=*/false));
  const LinearGaussianController controller = constantTorque(*world.task, 0.02);
  const Result<Rollout> rollout = runRollout(requestOf(world, controller), nullptr);
  QVERIFY(!rollout);
  QCOMPARE(rollout.error().what, std::string("The arm is connected, so that no trial can run."));
  world.stop();
  for (SimulatedServo& servo : world.bus->servos()) QCOMPARE(servo.value(Item::TorqueEnable), 0);
}

QTEST_APPLESS_MAIN(TestArmPlant)
#include "tst_arm_plant.moc"
