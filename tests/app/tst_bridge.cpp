// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <set>

#include "app/bridge/comparison.h"
#include "app/bridge/run_controls.h"
#include "app/bridge/run_session.h"
#include "app/documents/log_export.h"
#include "app/documents/settings.h"
#include "app/window_options.h"
#include "core/engine/run_log.h"
#include "tests/core/engine/closed_form_task.h"

using namespace gps;
using namespace gps::ui;

namespace {

constexpr int kPatience = 60000;  // ms; no test depends on the machine's speed

RunSetup setupOf(const std::string& algorithm, std::shared_ptr<const Task> task, int iterations) {
  RunSetup setup{algorithm + "-1", algorithm, task, *parametersFor(*task, algorithm)};
  setup.parameters.run.iterations = iterations;
  setup.parameters.run.seed = 3;
  setup.parameters.policy.steps = 100;
  setup.parameters.policy.hidden = {8};
  setup.parameters.badmm.inner = 2;
  return setup;
}

/// Drains like the window's timer until the session is in one of `states`.
bool reaches(RunSession& session, const std::set<RunState>& states) {
  return QTest::qWaitFor(
      [&] {
        session.drain();
        return states.contains(session.state());
      },
      kPatience);
}

std::optional<double> klStep(const RunSession& session) {
  return session.parameters().lqr.klStep;
}

}  // namespace

class TestBridge : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void finishedIterationsArriveInOrderAndOnce();
  void nothingArrivesUnlessDrained();
  void beforeDataParametersChangeAtOnce();
  void withDataAChangeIsQueuedAndThenInForce();
  void queuedChangeCanBeTakenBack();
  void wrongValueIsRefusedAtOnceWithTheKey();
  void failureIsReportedOnceAndStartRetries();
  void resetForgetsAndKeepsTheOldHistoryWhole();
  void destroyingARunningSessionIsQuick();
  void logIsWhatTrainPrints();
  void controlsFollowTheStateTable_data();
  void controlsFollowTheStateTable();
  void secondRunKeepsItsOwnDefaultsAndTakesEdits();
  void fairnessNamesWhatDiffers();
  void fairnessRemembersChangesOnTheWay();
  void damagedSettingsAreSetAside();
  void settingsSurvive();
  void windowOptionsAreChecked_data();
  void windowOptionsAreChecked();
};

void TestBridge::finishedIterationsArriveInOrderAndOnce() {
  RunSession session(setupOf("mdgps", testing::massTask(), 5), "MDGPS");
  QSignalSpy iterations(&session, &RunSession::iterationFinished);
  QCOMPARE(session.state(), RunState::Idle);
  session.start();
  QCOMPARE(session.state(), RunState::Starting);  // the buttons must not offer Start again
  QVERIFY(reaches(session, {RunState::Finished}));
  QCOMPARE(iterations.size(), 5);
  for (int k = 0; k < 5; ++k) QCOMPARE(iterations[k][0].toInt(), k + 1);
  QCOMPARE(session.history()->iterations(), 5);
  session.drain();
  QCOMPARE(iterations.size(), 5);
  session.start();  // finished: raises the limit by as many again
  QVERIFY(reaches(session, {RunState::Running, RunState::Finished}));
  QVERIFY(QTest::qWaitFor(
      [&] {
        session.drain();
        return session.history()->iterations() == 10 && session.state() == RunState::Finished;
      },
      kPatience));
  QCOMPARE(session.parameters().run.iterations, 10);
}

void TestBridge::nothingArrivesUnlessDrained() {
  RunSession session(setupOf("trajopt", testing::massTask(), 3), "Trajopt");
  QSignalSpy changed(&session, &RunSession::changed);
  session.start();
  const qsizetype before = changed.size();
  QTest::qWait(100);  // an event queue would deliver here
  QCOMPARE(changed.size(), before);
  QVERIFY(reaches(session, {RunState::Finished}));
}

void TestBridge::beforeDataParametersChangeAtOnce() {
  RunSession session(setupOf("trajopt", testing::massTask(), 2), "Trajopt");
  QSignalSpy moved(&session, &RunSession::parametersChanged);
  QVERIFY(session.setParameter("run.seed", "17"));
  QCOMPARE(moved.size(), 1);
  QCOMPARE(session.setup().parameters.run.seed, std::uint64_t{17});
  session.start();
  QVERIFY(reaches(session, {RunState::Finished}));
  QCOMPARE(session.history()->snapshots().front()->seed, std::uint64_t{17});
}

void TestBridge::withDataAChangeIsQueuedAndThenInForce() {
  RunSession session(setupOf("trajopt", testing::massTask(), 4), "Trajopt");
  session.step(StepUnit::Iteration);
  QVERIFY(reaches(session, {RunState::Paused}));
  const double before = *klStep(session);
  QVERIFY(session.setParameter("lqr.kl_step", "0.25"));
  session.drain();
  QCOMPARE(session.progress().queued.size(), std::size_t{1});
  QCOMPARE(*klStep(session), before);  // not yet
  session.start();
  QVERIFY(reaches(session, {RunState::Finished}));
  QCOMPARE(*klStep(session), 0.25);
  QCOMPARE(session.history()->events().size(), std::size_t{1});
  QCOMPARE(session.history()->events().front().iteration, 2);
}

void TestBridge::queuedChangeCanBeTakenBack() {
  RunSession session(setupOf("trajopt", testing::massTask(), 3), "Trajopt");
  session.step(StepUnit::Iteration);
  QVERIFY(reaches(session, {RunState::Paused}));
  QVERIFY(session.setParameter("lqr.kl_step", "0.25"));
  session.cancelParameter("lqr.kl_step");
  session.drain();
  QVERIFY(session.progress().queued.empty());
  session.start();
  QVERIFY(reaches(session, {RunState::Finished}));
  QVERIFY(session.history()->events().empty());
}

void TestBridge::wrongValueIsRefusedAtOnceWithTheKey() {
  RunSession session(setupOf("trajopt", testing::massTask(), 3), "Trajopt");
  const Status wrong = session.setParameter("lqr.kl_step", "-1");
  QVERIFY(!wrong);
  QVERIFY(QString::fromStdString(wrong.error().text()).contains("lqr.kl_step"));

  // What only the engine can refuse comes back with the key it was about.
  session.step(StepUnit::Iteration);
  QVERIFY(reaches(session, {RunState::Paused}));
  QSignalSpy replied(&session, &RunSession::replied);
  QVERIFY(session.setParameter("run.seed", "9"));
  session.drain();
  QCOMPARE(replied.size(), 1);
  QVERIFY(!replied[0][0].value<Reply>().accepted);
  QCOMPARE(replied[0][1].toString(), QString("run.seed"));
}

void TestBridge::failureIsReportedOnceAndStartRetries() {
  const auto armed = std::make_shared<std::atomic<bool>>(false);
  RunSession session(setupOf("mdgps", testing::massTask(armed), 4), "MDGPS");
  QSignalSpy failed(&session, &RunSession::failed);
  for (int k = 1; k <= 2; ++k) {
    session.step(StepUnit::Iteration);
    QVERIFY(QTest::qWaitFor(
        [&] {
          session.drain();
          return session.state() == RunState::Paused && session.history()->iterations() == k;
        },
        kPatience));
  }
  *armed = true;
  session.start();
  QVERIFY(reaches(session, {RunState::Failed}));
  session.drain();
  QCOMPARE(failed.size(), 1);
  QCOMPARE(failed[0][0].value<Failure>().iteration, 3);
  QCOMPARE(session.history()->iterations(), 2);  // the last good ones are intact
  *armed = false;
  session.start();
  QVERIFY(reaches(session, {RunState::Finished}));
  QCOMPARE(session.history()->iterations(), 4);
}

void TestBridge::resetForgetsAndKeepsTheOldHistoryWhole() {
  RunSession session(setupOf("trajopt", testing::massTask(), 3), "Trajopt");
  session.start();
  QVERIFY(reaches(session, {RunState::Finished}));
  const std::shared_ptr<const RunHistory> old = session.history();
  session.reset(setupOf("mdgps", testing::massTask(), 3), "MDGPS");
  QCOMPARE(session.state(), RunState::Idle);
  QVERIFY(!session.hasData());
  QCOMPARE(old->iterations(), 3);  // a plot that still draws it is not pulled the rug
  QCOMPARE(QString::fromUtf8(session.algorithm().id.data()), QString("mdgps"));
  session.start();
  QVERIFY(reaches(session, {RunState::Finished}));
}

void TestBridge::destroyingARunningSessionIsQuick() {
  auto session = std::make_unique<RunSession>(setupOf("badmm", testing::massTask(), 100000), "BADMM");
  QVERIFY(session->setParameter("pol.steps", "20000"));
  session->start();
  QVERIFY(reaches(*session, {RunState::Running}));
  QElapsedTimer clock;
  clock.start();
  session.reset();
  // The bound is 200 ms on a machine of its own; this only has to tell a stop from waiting for the iteration.
  QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
}

void TestBridge::logIsWhatTrainPrints() {
  RunSession session(setupOf("trajopt", testing::massTask(), 3), "Trajopt");
  QVERIFY(runLog(*session.history()).isEmpty());
  session.start();
  QVERIFY(reaches(session, {RunState::Finished}));
  QByteArray expected;
  for (const auto& snapshot : session.history()->snapshots()) {
    expected += QByteArray::fromStdString(iterationJson(*snapshot)) + '\n';
  }
  expected +=
      QByteArray::fromStdString(summaryJson(std::span(&session.history()->snapshots().back(), 1))) + '\n';
  QTemporaryDir folder;
  QVERIFY(writeFile(folder.filePath("run.jsonl"), runLog(*session.history())));
  QFile file(folder.filePath("run.jsonl"));
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readAll(), expected);
  const Status nowhere = writeFile(folder.filePath("no/such/folder/run.jsonl"), "x");
  QVERIFY(!nowhere);
  QVERIFY(!nowhere.error().mend.empty());
}

void TestBridge::controlsFollowTheStateTable_data() {
  QTest::addColumn<int>("state");
  QTest::addColumn<QString>("withoutData");
  QTest::addColumn<QString>("withData");
  const auto row = [](RunState state, const char* without, const char* with) {
    QTest::newRow(std::string(runStateName(state)).c_str()) << static_cast<int>(state) << without << with;
  };
  row(RunState::Idle, "start step", "start step reset");
  row(RunState::Starting, "stop", "stop");
  row(RunState::Running, "pause stop reset", "pause stop reset");
  row(RunState::Pausing, "start stop reset", "start stop reset");
  row(RunState::Paused, "start step stop reset", "start step stop reset");
  row(RunState::Stepping, "pause stop reset", "pause stop reset");
  row(RunState::Stopping, "stop", "stop");
  row(RunState::Finished, "start step reset", "start step reset");
  row(RunState::Failed, "start reset", "start reset");
}

void TestBridge::controlsFollowTheStateTable() {
  QFETCH(int, state);
  QFETCH(QString, withoutData);
  QFETCH(QString, withData);
  const auto words = [state](bool hasData) {
    const RunControls c = controlsFor(static_cast<RunState>(state), hasData);
    QStringList list;
    if (c.start) list << "start";
    if (c.pause) list << "pause";
    if (c.step) list << "step";
    if (c.stop) list << "stop";
    if (c.reset) list << "reset";
    return list.join(' ');
  };
  QCOMPARE(words(false), withoutData);
  QCOMPARE(words(true), withData);
}

void TestBridge::secondRunKeepsItsOwnDefaultsAndTakesEdits() {
  const auto task = testing::massTask();
  Parameters first = *parametersFor(*task, "mdgps");
  first.run.seed = 42;
  first.run.samples = 7;
  first.mdgps.onPolicy = true;
  const AlgorithmEntry& mdgps = **findAlgorithm("mdgps");
  const Result<Parameters> second = parametersBeside({&mdgps, task.get(), &first}, "badmm");
  QVERIFY(second);
  const Parameters own = *parametersFor(*task, "badmm");
  QCOMPARE(second->run.seed, std::uint64_t{42});
  QCOMPARE(second->run.samples, 7);
  QCOMPARE(second->lqr.stepMin, own.lqr.stepMin);
  QCOMPARE(static_cast<int>(second->step.rule), static_cast<int>(own.step.rule));
  QVERIFY(!second->mdgps.onPolicy);  // not read by BADMM
}

void TestBridge::fairnessNamesWhatDiffers() {
  const auto task = testing::massTask();
  const AlgorithmEntry& mdgps = **findAlgorithm("mdgps");
  const AlgorithmEntry& badmm = **findAlgorithm("badmm");
  const Parameters a = *parametersFor(*task, "mdgps");
  Parameters b = *parametersBeside({&mdgps, task.get(), &a}, "badmm");
  Fairness verdict = fairness({&mdgps, task.get(), &a}, {&badmm, task.get(), &b});
  QVERIFY(verdict.fair);
  QVERIFY2(verdict.text.contains("Equal: noise, start, cost.") &&
               verdict.text.contains("Differs: Step rule (A global, B classic)"),
           qPrintable(verdict.text));
  QVERIFY(!verdict.text.contains("Fair comparison"));  // not said of what differs
  QVERIFY(verdict.different.contains("Step rule"));    // on purpose, so noise, start and cost stay comparable

  b.run.seed = a.run.seed + 1;
  verdict = fairness({&mdgps, task.get(), &a}, {&badmm, task.get(), &b});
  QVERIFY(!verdict.fair);
  QVERIFY2(verdict.text.contains("different noise") && verdict.text.contains("Equal: start, cost.") &&
               verdict.text.contains("Seed (A 0, B 1)"),
           qPrintable(verdict.text));
  verdict = fairness({&mdgps, task.get(), &a}, {&mdgps, task.get(), &a});
  QVERIFY2(verdict.text.startsWith("Fair comparison. Equal: noise, start, cost, all shared parameters."),
           qPrintable(verdict.text));
}

// A parameter that was changed on the way has left its mark, even where both have the same value by now.
void TestBridge::fairnessRemembersChangesOnTheWay() {
  const auto task = testing::massTask();
  const AlgorithmEntry& mdgps = **findAlgorithm("mdgps");
  const AlgorithmEntry& badmm = **findAlgorithm("badmm");
  const Parameters a = *parametersFor(*task, "mdgps");
  const Parameters b = *parametersBeside({&mdgps, task.get(), &a}, "badmm");
  const ParameterEvent step{4, "lqr.kl_step", "2", "1"};
  const auto judged = [&](std::vector<ParameterEvent> ofA, std::vector<ParameterEvent> ofB) {
    return fairness({&mdgps, task.get(), &a, std::move(ofA)}, {&badmm, task.get(), &b, std::move(ofB)});
  };
  Fairness verdict = judged({step}, {});
  QVERIFY2(verdict.fair && verdict.text.contains("KL step (A, iteration 4)"), qPrintable(verdict.text));
  QVERIFY(judged({step}, {step}).changed.isEmpty());
  verdict = judged({step}, {{7, "lqr.kl_step", "2", "1"}});
  QVERIFY2(verdict.text.contains("A, iteration 4; B, iteration 7"), qPrintable(verdict.text));
  const auto fields = describe(a, a);
  const auto known = std::find_if(fields.begin(), fields.end(), [](const ParamField& field) {
    return field.spec.key.rfind("noise.", 0) == 0;
  });
  QVERIFY(known != fields.end());
  verdict = judged({{6, known->spec.key, "2", "1"}}, {});
  QVERIFY2(!verdict.fair && verdict.text.contains("different noise"), qPrintable(verdict.text));
  QVERIFY(judged({{9, "run.iterations", "10", "20"}}, {}).changed.isEmpty());
}

void TestBridge::damagedSettingsAreSetAside() {
  QTemporaryDir folder;
  const QByteArray rubbish("\x00\x01\x02[[[\nnot a setting\n", 21);
  QVERIFY(writeFile(folder.filePath("window.ini"), rubbish));
  Settings settings(folder.path());
  QVERIFY(!settings.damagedFile().isEmpty());
  QCOMPARE(settings.theme(), ThemeChoice::System);
  settings.setTheme(ThemeChoice::Dark);
  QCOMPARE(settings.theme(), ThemeChoice::Dark);
  QFile aside(settings.damagedFile());
  QVERIFY(aside.open(QIODevice::ReadOnly));
  QCOMPARE(aside.readAll(), rubbish);
}

void TestBridge::settingsSurvive() {
  QTemporaryDir folder;
  {
    Settings settings(folder.path() + "/made/on/demand");
    settings.setTheme(ThemeChoice::Light);
    settings.setLevel(Level::Expert);
    settings.setGeometry(QByteArray("abc\0def", 7));
  }
  const Settings settings(folder.path() + "/made/on/demand");
  QVERIFY(settings.damagedFile().isEmpty());
  QCOMPARE(settings.theme(), ThemeChoice::Light);
  QCOMPARE(settings.level(), Level::Expert);
  QCOMPARE(settings.geometry(), QByteArray("abc\0def", 7));
}

void TestBridge::windowOptionsAreChecked_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QString>("complaint");
  const auto row = [](const char* line, const char* complaint) {
    QTest::newRow(line) << QString(line).split(' ', Qt::SkipEmptyParts) << complaint;
  };
  row("", "");
  row("arm.scene.json --config-dir /tmp/x", "");
  row("--grab a.png --scene point_mass --algorithms badmm,mdgps --iterations 5 --size 1280x800 --theme dark",
      "");
  row("--grab=a.png --scene=point_mass --pause-after=c_step", "");
  row("--grab=a.png --scene=blind_peg --condition=2", "");
  row("a.json b.json", "two are named");
  row("--grap a.png", "--grap");
  row("--grab", "needs a value");
  row("--grab a.png --size 12", "1280x800");
  row("--grab a.png --size 1e9x4", "1280x800");
  row("--grab a.png --iterations 0", "1 to 100000");
  row("--grab a.png --algorithms a,b,c", "one or two");
  row("--theme pink", "light, dark or system");
  row("--iterations 5", "--grab");
}

void TestBridge::windowOptionsAreChecked() {
  QFETCH(QStringList, arguments);
  QFETCH(QString, complaint);
  std::vector<QByteArray> texts{"gps-studio"};
  for (const QString& argument : arguments) texts.push_back(argument.toUtf8());
  std::vector<const char*> argv;
  for (const QByteArray& text : texts) argv.push_back(text.constData());
  const Result<WindowOptions> options = parseWindowOptions(static_cast<int>(argv.size()), argv.data());
  QCOMPARE(options.ok(), complaint.isEmpty());
  if (!options) {
    const QString text = QString::fromStdString(options.error().text());
    QVERIFY2(text.contains(complaint), qPrintable(text));
  }
}

QTEST_GUILESS_MAIN(TestBridge)
#include "tst_bridge.moc"
