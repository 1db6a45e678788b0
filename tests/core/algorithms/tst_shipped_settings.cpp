// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <map>
#include <set>

#include "core/algorithms/algorithm.h"
#include "core/scene/scene_reader.h"

using namespace gps;

namespace {

std::shared_ptr<const Scene> shipped(const std::string& name) {
  Result<Scene> scene = findScene(name, GPS_SCENES);
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return std::make_shared<const Scene>(*std::move(scene));
}

}  // namespace

/// Every scene in scenes/ can be learned as it stands.
class TestShippedSettings : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everySceneCompiles_data();
  void everySceneCompiles();
  void everySuggestionIsAParameter_data() { everySceneCompiles_data(); }
  void everySuggestionIsAParameter();
  void wrongSuggestionsAreRefused();
  void suggestionsForAMisspeltAlgorithmAreRefused();
};

void TestShippedSettings::everySceneCompiles_data() {
  QTest::addColumn<QString>("name");
  for (const ShippedScene& entry : shippedScenes(GPS_SCENES)) {
    QTest::newRow(entry.name.c_str()) << QString::fromStdString(entry.name);
  }
}

void TestShippedSettings::everySceneCompiles() {
  QFETCH(QString, name);
  const std::shared_ptr<const Scene> scene = shipped(name.toStdString());
  const Result<std::shared_ptr<const Task>> compiled = compileTask(scene);
  QVERIFY2(compiled.ok(), compiled ? "" : compiled.error().text().c_str());
  const Task& task = **compiled;
  QVERIFY(task.dO > 0 && task.trace.has_value() && !task.success.empty());
  for (int i = 0; i < task.conditionCount(); ++i) {
    const Vector& x = task.x0[static_cast<std::size_t>(i)];
    QVERIFY(std::isfinite(task.costs.of(i).value(0, task.T, x, Vector::Zero(task.dU))));
    // A start that counts as solved would make success say nothing.
    Trajectory still;
    still.X = x.transpose().replicate(task.T, 1);
    still.O.resize(task.T, task.dO);
    Vector o(task.dO);
    task.plants->make(i, Vector())->observation(o);
    still.O.rowwise() = o.transpose();
    QVERIFY2(!task.successOf(i)->passed(still), task.conditions[static_cast<std::size_t>(i)].c_str());
  }
  const std::vector<int> tests = conditionsIn(*scene, ConditionSet::Test);
  if (!tests.empty()) QVERIFY(compileTask(scene, ConditionSet::Test).ok());
}

// Read back: a suggestion that is dropped on the way would be as bad as one that is refused.
void TestShippedSettings::everySuggestionIsAParameter() {
  QFETCH(QString, name);
  const std::shared_ptr<const Scene> scene = shipped(name.toStdString());
  const auto task = compileTask(scene).value();
  std::set<std::string> algorithms;
  for (const AlgorithmEntry& entry : algorithmRegistry()) algorithms.emplace(entry.id);
  for (const auto& [algorithm, settings] : scene->suggested) {
    QVERIFY2(algorithm == "all" || algorithms.contains(algorithm), algorithm.c_str());
  }
  for (const std::string& algorithm : algorithms) {
    const Result<Parameters> parameters = parametersFor(*task, algorithm);
    QVERIFY2(parameters.ok(), parameters ? "" : parameters.error().text().c_str());
    std::map<std::string, std::string> wanted;
    for (const char* key : {"all", algorithm.c_str()}) {
      const auto found = scene->suggested.find(key);
      if (found == scene->suggested.end()) continue;
      for (const auto& [setting, value] : found->second) wanted[setting] = value;
    }
    for (const auto& [key, value] : wanted) {
      if (key == "init.kind" && !scene->initialController.kind.empty()) continue;  // the scene's own wins
      Parameters same = *parameters;
      const Status set = setParameter(same, key, value);
      QVERIFY2(set.ok(), set ? "" : set.error().text().c_str());
      QVERIFY2(parameterText(same, key).value() == parameterText(*parameters, key).value(), key.c_str());
    }
  }
}

void TestShippedSettings::wrongSuggestionsAreRefused() {
  for (const auto& [key, value] : {std::pair("lqr.klstep", "1"), std::pair("lqr.kl_step", "-1")}) {
    Scene scene = *shipped("point_mass");
    scene.suggested["mdgps"][key] = value;
    const auto task = compileTask(std::make_shared<const Scene>(scene)).value();
    const Result<Parameters> parameters = parametersFor(*task, "mdgps");
    QVERIFY(!parameters);
    QVERIFY2(parameters.error().text().find("lqr.kl_step") != std::string::npos,
             parameters.error().text().c_str());
    QVERIFY(parametersFor(*task, "badmm").ok());
  }
}

// They would be left out without a word.
void TestShippedSettings::suggestionsForAMisspeltAlgorithmAreRefused() {
  Scene scene = *shipped("point_mass");
  scene.suggested["mdpgs"]["lqr.kl_step"] = "1";
  const auto task = compileTask(std::make_shared<const Scene>(scene)).value();
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    const Result<Parameters> parameters = parametersFor(*task, entry.id);
    QVERIFY(!parameters);
    QCOMPARE(parameters.error().what,
             std::string("There is no algorithm \"mdpgs\" to suggest parameters for."));
    QCOMPARE(parameters.error().where, std::string("point_mass, /suggested/mdpgs"));
    QCOMPARE(parameters.error().mend, std::string("The nearest known key is mdgps."));
  }
}

QTEST_APPLESS_MAIN(TestShippedSettings)
#include "tst_shipped_settings.moc"
