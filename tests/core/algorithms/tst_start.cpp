// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <algorithm>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/start_controllers.h"
#include "core/algorithms/start_preview.h"
#include "core/algorithms/track_path.h"
#include "core/engine/run.h"
#include "core/scene/problems.h"
#include "core/scene/scene_reader.h"
#include "core/scene/scene_writer.h"
#include "tests/core/engine/watched_run.h"

using namespace gps;

namespace {

Scene shipped(const char* name) {
  Result<Scene> scene = findScene(name, GPS_SCENES);
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *std::move(scene);
}

std::shared_ptr<const Task> taskOf(Scene scene) {
  auto task = compileTask(std::make_shared<const Scene>(std::move(scene)));
  if (!task) qFatal("%s", task.error().text().c_str());
  return *std::move(task);
}

/// The arm with a table of its own controllers.
Scene tabledArm(const char* kind) {
  Scene scene = shipped("two_link_arm");
  const auto task = taskOf(scene);
  InitParams params;
  params.kind = InitKind::Pd;
  params.posGain = 3.14159;
  const auto controllers = startControllers(*task, params);
  for (std::size_t i = 0; i < controllers->size(); ++i) {
    ControllerTable table = tableOf(task->conditions[i], *(*controllers)[i]);
    table.k.resize(100, table.k.front());
    table.k[7][1] = 0.25;
    scene.initialController.tables.push_back(std::move(table));
  }
  scene.initialController.kind = kind;
  return scene;
}

std::string textOf(const Scene& scene) {
  return sceneText(sceneTree(scene, Defaults::LeftOut));
}

}  // namespace

/// First controllers of whole tasks: tables of the scene, and what trying them shows.
class TestStart : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tablesAreTheControllers();
  void tablesSurviveTheFile();
  void conditionsWithoutTableStartAsLqr();
  void shortTablesHoldTheirLastRow();
  void kindWithoutTablesIsRefused();
  void previewDrawsTheRolloutsOfIterationOne();
  void tubeIsTheSpreadOfTheSamples();
  void saturationSaysWhichWhenAndHowMuch();
  void unstableLoopsAreNamed();
  void previewIsTheSameOnAnyNumberOfThreads();
  void previewStops();
  void demonstrationIsFollowed_data();
  void demonstrationIsFollowed();
};

void TestStart::tablesAreTheControllers() {
  const auto task = taskOf(tabledArm("table"));
  const Result<Parameters> parameters = parametersFor(*task, "mdgps");
  QVERIFY(parameters);
  QCOMPARE(parameters->init.kind, InitKind::Table);
  const auto controllers = startControllers(*task, parameters->init);
  QVERIFY(controllers);
  const LinearGaussianController& first = *controllers->front();
  QCOMPARE(first.horizon(), 100);
  QCOMPARE(first.step(50).K(0, 0), -3.14159);
  QCOMPARE(first.step(50).K(1, 0), 0.0);
  QCOMPARE(first.step(7).k(1), 0.25);
  QVERIFY(first.step(8).k(1) != 0.25);
  // The deviation of the table, not the variance of the parameters (0.1).
  QVERIFY(std::abs(first.step(3).C(0, 0) - 1.0) < 1e-12);
}

void TestStart::tablesSurviveTheFile() {
  const std::string text = textOf(tabledArm("run"));
  const Result<Scene> read = parseScene(text, "arm");
  QVERIFY2(read, read ? "" : read.error().text().c_str());
  QCOMPARE(read->initialController.tables.size(), std::size_t{4});
  QCOMPARE(textOf(*read), text);
}

void TestStart::conditionsWithoutTableStartAsLqr() {
  Scene scene = tabledArm("demonstration");
  scene.initialController.tables.resize(1);
  const std::vector<Problem> problems = problemsOf(scene);
  QCOMPARE(std::count_if(problems.begin(), problems.end(),
                         [](const Problem& p) { return p.what.ends_with("start as with lqr: c2, c3, c4."); }),
           1);
  const auto task = taskOf(scene);
  const Result<Parameters> parameters = parametersFor(*task, "mdgps");
  InitParams lqr = parameters->init;
  lqr.kind = InitKind::Lqr;
  const auto mixed = startControllers(*task, parameters->init), plain = startControllers(*task, lqr);
  QVERIFY(mixed && plain);
  QVERIFY((*mixed)[0]->step(0).K != (*plain)[0]->step(0).K);
  QCOMPARE((*mixed)[1]->step(0).K, (*plain)[1]->step(0).K);
  QCOMPARE((*mixed)[1]->step(0).C, (*plain)[1]->step(0).C);
}

void TestStart::shortTablesHoldTheirLastRow() {
  Scene scene = tabledArm("table");
  scene.horizon = 120;
  scene.initialController.tables[0].k[99] = {1.5, -2.5};
  const std::vector<Problem> problems = problemsOf(scene);
  QVERIFY(std::any_of(problems.begin(), problems.end(), [](const Problem& p) {
    return p.what.find("has 100 rows, but the horizon is 120; the last row holds for the rest.") != std::string::npos;
  }));
  const auto task = taskOf(scene);
  const auto controllers = startControllers(*task, parametersFor(*task, "trajopt")->init);
  QVERIFY(controllers);
  QCOMPARE((*controllers)[0]->step(119).k, Vector(Eigen::Vector2d(1.5, -2.5)));
}

void TestStart::kindWithoutTablesIsRefused() {
  const auto task = taskOf(shipped("two_link_arm"));
  InitParams params;
  params.kind = InitKind::Run;
  const auto controllers = startControllers(*task, params);
  QVERIFY(!controllers);
  QVERIFY(controllers.error().text().find("no tables") != std::string::npos);
}

void TestStart::previewDrawsTheRolloutsOfIterationOne() {
  const auto task = taskOf(shipped("two_link_arm"));
  RunSetup setup;
  setup.task = task;
  setup.algorithm = "trajopt";
  setup.parameters = *parametersFor(*task, "trajopt");
  setup.parameters.run.iterations = 1;
  setup.parameters.run.threads = 1;
  const Result<StartPreview> preview = previewStart(*task, setup.parameters, setup.parameters.run.samples, nullptr);
  QVERIFY(preview);
  testing::Watched run(setup);
  run.run.start();
  QVERIFY(run.waitFor({RunState::Finished}));
  QCOMPARE(run.snapshots.size(), std::size_t{1});
  for (std::size_t i = 0; i < preview->conditions.size(); ++i) {
    const auto& drawn = run.snapshots[0]->conditions[i].samples;
    QCOMPARE(preview->conditions[i].samples.size(), drawn.size());
    for (std::size_t j = 0; j < drawn.size(); ++j) {
      QCOMPARE(preview->conditions[i].samples[j]->trajectory.X, drawn[j]->trajectory.X);
      QCOMPARE(preview->conditions[i].samples[j]->trajectory.U, drawn[j]->trajectory.U);
    }
  }
}

void TestStart::tubeIsTheSpreadOfTheSamples() {
  // The trace point of the cart pole is not part of its state.
  const auto task = taskOf(shipped("cart_pole"));
  QVERIFY(task->trace && task->trace->first < 0);
  const Result<StartPreview> preview = previewStart(*task, *parametersFor(*task, "mdgps"), 6, nullptr);
  QVERIFY(preview);
  const StartRollouts& first = preview->conditions.front();
  QCOMPARE(first.tube.horizon(), task->T);
  double mean = 0.0, square = 0.0;
  for (const auto& sample : first.samples) {
    const double x = tracedPlaces(*task, *sample)(60, 0);
    mean += x / 6.0;
    square += x * x / 6.0;
  }
  QVERIFY(std::abs(first.tube.mean[60](0) - mean) < 1e-9);
  QVERIFY(std::abs(first.tube.cov[60](0, 0) - (square - mean * mean) * 6.0 / 5.0) < 1e-9);
}

void TestStart::saturationSaysWhichWhenAndHowMuch() {
  Scene scene = tabledArm("table");
  scene.actuators[1].limit = 2.0;
  for (ControllerTable& table : scene.initialController.tables) {
    table.K = {std::vector<double>(table.K.front().size(), 0.0)};
    table.k.assign(100, {0.0, 0.0});
    table.sigma = {{1e-6, 1e-6}};
  }
  scene.initialController.tables[2].k[40] = {0.0, -7.0};
  const auto task = taskOf(scene);
  const Result<StartPreview> preview = previewStart(*task, *parametersFor(*task, "mdgps"), 3, nullptr);
  QVERIFY(preview);
  QCOMPARE(preview->warnings.size(), std::size_t{1});
  const StartWarning& warning = preview->warnings.front();
  QCOMPARE(warning.kind, StartWarning::Kind::Saturates);
  QCOMPARE(warning.condition, 2);
  QCOMPARE(warning.action, 1);
  const QString said = QString::fromStdString(warning.what);
  QVERIFY2(said.contains("asked for 7 at t = 2 s") && said.contains("at most 2: 3.5 times"), qPrintable(said));
}

void TestStart::unstableLoopsAreNamed() {
  const auto task = taskOf(shipped("obstacle_navigation"));
  Parameters parameters = *parametersFor(*task, "mdgps");
  const auto unstable = [&] {
    const Result<StartPreview> preview = previewStart(*task, parameters, 2, nullptr);
    if (!preview) qFatal("%s", preview.error().text().c_str());
    return std::any_of(preview->warnings.begin(), preview->warnings.end(), [](const StartWarning& warning) {
      return warning.kind == StartWarning::Kind::Unstable && warning.what.find("spectral radius") != std::string::npos;
    });
  };
  QVERIFY(!unstable());
  // q'' = -900 q - 9000 v with steps of 0.05 s: one step overshoots by a factor of some 450.
  parameters.init.posGain = 900.0;
  QVERIFY(unstable());
}

void TestStart::previewIsTheSameOnAnyNumberOfThreads() {
  const auto task = taskOf(shipped("obstacle_navigation"));
  Parameters parameters = *parametersFor(*task, "mdgps");
  parameters.init.posGain = 900.0;  // so that there are warnings, of several kinds
  parameters.run.threads = 1;
  const Result<StartPreview> one = previewStart(*task, parameters, 3, nullptr);
  parameters.run.threads = 4;
  const Result<StartPreview> four = previewStart(*task, parameters, 3, nullptr);
  QVERIFY(one && four);
  QVERIFY(one->warnings.size() > 1);
  QCOMPARE(one->warnings.size(), four->warnings.size());
  for (std::size_t i = 0; i < one->warnings.size(); ++i) QCOMPARE(one->warnings[i].what, four->warnings[i].what);
  QCOMPARE(one->conditions.size(), four->conditions.size());
  for (std::size_t i = 0; i < one->conditions.size(); ++i) {
    QCOMPARE(one->conditions[i].samples.size(), four->conditions[i].samples.size());
    for (std::size_t j = 0; j < one->conditions[i].samples.size(); ++j) {
      QVERIFY(one->conditions[i].samples[j]->trajectory.X == four->conditions[i].samples[j]->trajectory.X);
    }
  }
}

void TestStart::previewStops() {
  const auto task = taskOf(shipped("two_link_arm"));
  const std::atomic<bool> stop = true;
  QVERIFY(!previewStart(*task, *parametersFor(*task, "mdgps"), 3, &stop));
}

void TestStart::demonstrationIsFollowed_data() {
  QTest::addColumn<double>("farthest");
  // m; a circle of 1 m for the mass, some decimetres for the arms, whose dynamics are nonlinear.
  QTest::newRow("point_mass") << 0.1;
  QTest::newRow("two_link_arm_single") << 0.5;
  QTest::newRow("reach") << 0.05;
}

void TestStart::demonstrationIsFollowed() {
  QFETCH(double, farthest);
  const auto task = taskOf(shipped(QTest::currentDataTag()));
  const Parameters parameters = *parametersFor(*task, "mdgps");
  RolloutRequest still;
  still.task = task.get();
  Parameters zero = parameters;
  zero.init.kind = InitKind::Zero;
  const auto rest = startControllers(*task, zero.init);
  still.actor.controller = rest->front().get();
  const RowMatrix places = tracedPlaces(*task, *runRollout(still, nullptr));
  // Half a circle in four fifths of the time, then rest.
  const double radius = task->scene->camera.width / 16.0;
  std::vector<double> times;
  std::vector<Eigen::Vector2d> points;
  for (int i = 0; i <= 20; ++i) {
    times.push_back(0.8 * task->T * task->dt * i / 20.0);
    const double turn = 3.14159 * i / 20.0;
    points.emplace_back(places(0, 0) + radius * (1.0 - std::cos(turn)), places(0, 1) + radius * std::sin(turn));
  }
  const RowMatrix path = pathAtSteps(times, points, task->T, task->dt);
  QCOMPARE(path(0, 0), places(0, 0));
  QVERIFY(std::abs(path(task->T - 1, 0) - places(0, 0) - 2.0 * radius) < 1e-3 * radius);
  const Result<TrackedPath> tracked = trackPath(*task, 0, path, parameters, nullptr);
  QVERIFY2(tracked, tracked ? "" : tracked.error().text().c_str());
  qInfo("error %g, farthest %g, radius %g", tracked->error, tracked->farthest, radius);
  QVERIFY(tracked->farthest < farthest);
  // What the file keeps of it follows as well.
  Scene scene = *task->scene;
  scene.initialController.tables = {tableOf(task->conditions[0], tracked->controller)};
  scene.initialController.kind = "demonstration";
  const Result<Scene> read = parseScene(textOf(scene), "demonstrated");
  QVERIFY2(read, read ? "" : read.error().text().c_str());
  const auto again = taskOf(*read);
  const Result<StartPreview> preview = previewStart(*again, *parametersFor(*again, "mdgps"), 2, nullptr);
  QVERIFY(preview);
  const RowMatrix went = tracedPlaces(*again, *preview->conditions[0].mean);
  QVERIFY((went - path).rowwise().norm().maxCoeff() < farthest);
}

QTEST_APPLESS_MAIN(TestStart)
#include "tst_start.moc"
