// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/plant/cost_probe.h"
#include "core/plant/task.h"
#include "core/scene/scene_reader.h"

using namespace gps;

/// Cost terms asked one by one: the same numbers as a run's costs, and a value at every place.
class TestCostProbe : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void atTheStartItIsTheTasksOwnCost_data();
  void atTheStartItIsTheTasksOwnCost();
  void aPlaceIsWhereTheBodyIsPut();
  void aTipIsMovedAsItsTargetWouldBe();
  void whatIsNoPlaceSaysSo();
  void aRolloutOfAnotherTaskHasNoValue();
};

namespace {

Scene shipped(const char* name) {
  const Result<Scene> scene = readScene(std::string(GPS_SCENES) + "/" + name + ".scene.json");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *scene;
}

}  // namespace

void TestCostProbe::atTheStartItIsTheTasksOwnCost_data() {
  QTest::addColumn<QString>("name");
  for (const char* name : {"point_mass", "reach", "obstacle_navigation", "blind_peg", "cart_pole", "pusher"})
    QTest::newRow(name) << name;
}

void TestCostProbe::atTheStartItIsTheTasksOwnCost() {
  QFETCH(QString, name);
  const Scene scene = shipped(qPrintable(name));
  const auto task = compileTask(std::make_shared<const Scene>(scene));
  QVERIFY(task.ok());
  const std::vector<int> conditions = conditionsIn(scene, ConditionSet::Training);
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    const Result<CostProbe> probe = CostProbe::make(scene, conditions[c]);
    QVERIFY(probe.ok());
    double sum = 0.0, last = 0.0;
    for (int term = 0; term < probe->terms(); ++term) {
      if (!scene.costs[static_cast<std::size_t>(term)].enabled) continue;
      sum += probe->atStart(term);
      last += probe->atLast(term);
    }
    const Vector u = Vector::Zero((*task)->dU), &x0 = (*task)->x0[c];
    const Cost& cost = (*task)->costs.of(static_cast<int>(c));
    QVERIFY(std::abs(sum - cost.value(0, (*task)->T, x0, u)) <= 1e-12 * std::max(1.0, std::abs(sum)));
    QVERIFY(std::abs(last - cost.value((*task)->T - 1, (*task)->T, x0, u)) <= 1e-12 * std::max(1.0, std::abs(last)));
  }
}

/// Putting the body there by the condition must give what the field says of the place.
void TestCostProbe::aPlaceIsWhereTheBodyIsPut() {
  Scene scene = shipped("obstacle_navigation");
  const Result<CostProbe> probe = CostProbe::make(scene, 0);
  QVERIFY(probe.ok());
  int places = 0;
  for (int term = 0; term < probe->terms(); ++term) {
    const auto place = probe->placeOf(term);
    if (!place) continue;
    ++places;
    QVERIFY(std::abs(probe->valueAt(term, *place, place->at) - probe->atLast(term)) < 1e-12);
    const Eigen::Vector2d there(1.4, 0.21);
    Scene moved = scene;
    moved.conditions[0].overrides[place->what + ".position"] = {there.x(), there.y()};
    const Result<CostProbe> other = CostProbe::make(moved, 0);
    QVERIFY(other.ok());
    const double wanted = other->atLast(term);
    // Box2D's positions are floats.
    QVERIFY2(std::abs(probe->valueAt(term, *place, there) - wanted) <= 1e-5 * std::max(1.0, std::abs(wanted)),
             scene.costs[static_cast<std::size_t>(term)].id.c_str());
  }
  QVERIFY(places >= 2);
}

/// The distance of a tip knows only p - target: moving the tip by d is moving the target by -d.
void TestCostProbe::aTipIsMovedAsItsTargetWouldBe() {
  const Scene scene = shipped("blind_peg");
  int tips = 0;
  const Result<CostProbe> probe = CostProbe::make(scene, 0);
  QVERIFY(probe.ok());
  for (int term = 0; term < probe->terms(); ++term) {
    const CostTermSpec& spec = scene.costs[static_cast<std::size_t>(term)];
    const auto place = probe->placeOf(term);
    if (spec.type != "end_effector" || !place) continue;
    ++tips;
    const Eigen::Vector2d shift(0.05, -0.02);
    Scene moved = scene;
    CostTermSpec& other = moved.costs[static_cast<std::size_t>(term)];
    // The table stands unturned in this scene, so its frame has the world's axes.
    for (std::size_t i = 0; i + 1 < other.target.size(); i += 2) {
      other.target[i] -= shift.x();
      other.target[i + 1] -= shift.y();
    }
    const Result<CostProbe> there = CostProbe::make(moved, 0);
    QVERIFY(there.ok());
    const double wanted = there->atLast(term), found = probe->valueAt(term, *place, place->at + shift);
    QVERIFY2(std::abs(wanted - found) <= 1e-9 * std::max(1.0, std::abs(wanted)), spec.id.c_str());
  }
  QVERIFY(tips >= 1);
}

void TestCostProbe::whatIsNoPlaceSaysSo() {
  const Scene scene = shipped("two_link_arm");
  const Result<CostProbe> probe = CostProbe::make(scene, 0);
  QVERIFY(probe.ok());
  for (int term = 0; term < probe->terms(); ++term) QVERIFY(!probe->placeOf(term));
}

void TestCostProbe::aRolloutOfAnotherTaskHasNoValue() {
  const Scene scene = shipped("point_mass");
  const Result<CostProbe> probe = CostProbe::make(scene, 0);
  QVERIFY(probe.ok());
  Trajectory rollout;
  rollout.X = RowMatrix::Zero(5, 17);
  rollout.U = RowMatrix::Zero(5, static_cast<Eigen::Index>(scene.actuators.size()));
  QVERIFY(!probe->along(0, rollout));
}

QTEST_MAIN(TestCostProbe)
#include "tst_cost_probe.moc"
