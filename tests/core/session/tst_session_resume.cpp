// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

/// A run that was saved and loaded goes on as if nothing had happened, bit for bit.
class TestSessionResume : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tenAreFiveAndFive_data();
  void tenAreFiveAndFive();
  void changesThatWaitedTakeEffect();
  void replayRepeatsLiveChanges();
  void keyframesGoOnAsWell();
};

using Settings = std::vector<std::pair<std::string, std::string>>;

void TestSessionResume::tenAreFiveAndFive_data() {
  QTest::addColumn<std::string>("algorithm");
  QTest::addColumn<std::string>("scene");
  QTest::addColumn<Settings>("settings");
  // Whatever is registered is tested; the variants are those of the algorithms' own parameters.
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    const std::string id(entry.id);
    QTest::addRow("%s, four conditions", id.c_str()) << id << std::string("two_link_arm") << Settings{};
    QTest::addRow("%s", id.c_str()) << id << std::string("point_mass") << Settings{};
    QTest::addRow("%s, window prior", id.c_str())
        << id << std::string("point_mass") << Settings{{"dyn.gmm", "false"}, {"dyn.window", "2"}};
    QTest::addRow("%s, rollback, shared mixture", id.c_str())
        << id << std::string("point_mass") << Settings{{"step.rollback", "true"}, {"dyn.gmm_shared", "true"}};
  }
  const std::pair<const char*, Settings> kVariants[] = {
      {"on policy", {{"mdgps.on_policy", "true"}}},
      {"forward", {{"mdgps.s_step_kl", "forward"}}},
      {"all rollouts", {{"mdgps.sample_mode", "add"}}},
      {"classic rule, no residual", {{"step.rule", "classic"}, {"mdgps.s_residual", "off"}}},
      {"sampled rule, smooth noise", {{"step.rule", "mc"}, {"noise.smooth", "true"}}},
      {"tanh, full covariance", {{"pol.activation", "tanh"}, {"pol.full_cov", "true"}}},
  };
  QTest::addRow("mdgps, shared eta and mixture, rollback")
      << std::string("mdgps") << std::string("two_link_arm")
      << Settings{{"mdgps.shared_eta", "true"}, {"dyn.gmm_shared", "true"}, {"step.rollback", "true"}};
  for (const auto& [name, settings] : kVariants) {
    QTest::addRow("mdgps, %s", name) << std::string("mdgps") << std::string("point_mass") << settings;
  }
}

void TestSessionResume::tenAreFiveAndFive() {
  QFETCH(std::string, algorithm);
  QFETCH(std::string, scene);
  QFETCH(Settings, settings);
  const QTemporaryDir folder;
  const std::string whole = folder.filePath("whole.gpss").toStdString();
  const std::string parts = folder.filePath("parts.gpss").toStdString();
  trainTo(whole, sceneSetup(algorithm, scene, 10, settings));
  {
    RunSetup setup = sceneSetup(algorithm, scene, 10, settings);
    const auto writer = *SessionWriter::create(parts);
    setup.recorder = *writer->begin(setup, {});
    Watched watched(std::move(setup));
    for (int k = 1; k <= 5; ++k) {
      watched.run.step(StepUnit::Iteration);
      QVERIFY(watched.waitFor({RunState::Paused, RunState::Failed}));
      while (static_cast<int>(watched.snapshots.size()) < k) watched.drain();
    }
    // Stop in the middle of the sixth.
    for (int phase = 0; phase < 2; ++phase) {
      watched.run.step(StepUnit::Phase);
      QVERIFY(watched.waitFor({RunState::Stepping, RunState::Paused}));
      QVERIFY(watched.waitFor({RunState::Paused}));
    }
    watched.run.stop();
    QVERIFY(watched.waitFor({RunState::Idle}));
    QCOMPARE(watched.snapshots.size(), std::size_t(5));
  }
  {
    const auto session = SessionFile::open(parts);
    QVERIFY2(session.ok(), session.ok() ? "" : session.error().text().c_str());
    const SessionRun run = *session->run("");
    QCOMPARE(run.iterations, 5);
    Result<RunSetup> setup = session->resume(run, 5);
    QVERIFY2(setup.ok(), setup.ok() ? "" : setup.error().text().c_str());
    const auto writer = *SessionWriter::append(parts);
    setup->recorder = *writer->resume(run.id, *setup, {});
    Watched watched(*setup);
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QVERIFY(writer->flush().ok());
    QCOMPARE(watched.snapshots.size(), std::size_t(5));
  }
  const auto a = SessionFile::open(whole), b = SessionFile::open(parts);
  QVERIFY(a.ok() && b.ok());
  QCOMPARE(differenceOf(*a, *b, 10), QString());
  // The comparison sees a difference where there is one.
  QVERIFY(
      !differenceOf(*a->arrays("arrays", *a->run(""), 9), *b->arrays("arrays", *b->run(""), 10)).isEmpty());
  QCOMPARE((*b->states(*b->run(""))).back(), 10);
  const Status sound = b->check();
  QVERIFY2(sound.ok(), sound.ok() ? "" : sound.error().text().c_str());
}

void TestSessionResume::changesThatWaitedTakeEffect() {
  const QTemporaryDir folder;
  const std::string first = folder.filePath("a.gpss").toStdString();
  const std::string second = folder.filePath("b.gpss").toStdString();
  // In memory: two iterations, a change that waits, an iteration that used it is stopped, then on to four.
  const auto partly = [](Watched& watched) {
    for (int k = 1; k <= 2; ++k) {
      watched.run.step(StepUnit::Iteration);
      QVERIFY(watched.waitFor({RunState::Paused}));
      while (static_cast<int>(watched.snapshots.size()) < k) watched.drain();
    }
    watched.run.setParameter("lqr.kl_step", "0.05");
    watched.run.setParameter("cost.goal.weight", "2");
    watched.run.step(StepUnit::Phase);
    QVERIFY(watched.waitFor({RunState::Stepping, RunState::Paused}));
    QVERIFY(watched.waitFor({RunState::Paused}));
    watched.run.stop();
    QVERIFY(watched.waitFor({RunState::Idle}));
    watched.run.setParameter("run.samples", "4");
  };
  const auto begin = [](const std::string& file) {
    RunSetup setup = sceneSetup("mdgps", "point_mass", 4);
    const auto writer = *SessionWriter::create(file);
    setup.recorder = *writer->begin(setup, {});
    return setup;
  };
  QVERIFY(parameterText(sceneSetup("mdgps", "point_mass", 4).parameters, "cost.goal.weight").ok());
  {
    Watched watched(begin(first));
    partly(watched);
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QCOMPARE(watched.snapshots[2]->events.size(),
             std::size_t(3));  // none was lost with the stopped iteration
  }
  {
    Watched watched(begin(second));
    partly(watched);
  }
  {
    const auto session = SessionFile::open(second);
    QVERIFY(session.ok());
    const SessionRun run = *session->run("");
    RunSetup setup = *session->resume(run, run.iterations);
    QCOMPARE(setup.resume->pending.size(), std::size_t(3));
    const auto writer = *SessionWriter::append(second);
    setup.recorder = *writer->resume(run.id, setup, {});
    Watched watched(setup);
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
  }
  QCOMPARE(differenceOf(*SessionFile::open(first), *SessionFile::open(second), 4), QString());
}

void TestSessionResume::replayRepeatsLiveChanges() {
  const QTemporaryDir folder;
  const std::string first = folder.filePath("a.gpss").toStdString();
  const std::string second = folder.filePath("b.gpss").toStdString();
  {
    RunSetup setup = sceneSetup("badmm", "point_mass", 3);
    const auto writer = *SessionWriter::create(first);
    setup.recorder = *writer->begin(setup, {});
    Watched watched(std::move(setup));
    watched.run.step(StepUnit::Iteration);
    QVERIFY(watched.waitFor({RunState::Paused}));
    watched.run.setParameter("lqr.kl_step", "0.07");
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    watched.run.start();  // raises the limit to six
    QVERIFY(watched.waitFor({RunState::Running}));
    QVERIFY(watched.waitFor({RunState::Finished}));
    QCOMPARE(watched.snapshots.size(), std::size_t(6));
  }
  const auto session = SessionFile::open(first);
  QVERIFY(session.ok());
  trainTo(second, *session->replay(*session->run("")));
  QCOMPARE(session->events(*session->run(""))->size(), std::size_t(2));
  QCOMPARE(differenceOf(*session, *SessionFile::open(second), 6), QString());
}

void TestSessionResume::keyframesGoOnAsWell() {
  const QTemporaryDir folder;
  const std::string whole = folder.filePath("whole.gpss").toStdString();
  const std::string fork = folder.filePath("fork.gpss").toStdString();
  trainTo(whole, sceneSetup("trajopt", "point_mass", kKeyframeEvery + 2));
  const auto session = SessionFile::open(whole);
  QVERIFY(session.ok());
  const SessionRun run = *session->run("");
  QCOMPARE(*session->states(run), (std::vector<int>{kKeyframeEvery, kKeyframeEvery + 2}));
  RunSetup setup = *session->resume(run, kKeyframeEvery);
  {
    const auto writer = *SessionWriter::create(fork);
    RunOrigin origin;
    origin.parent = run.id;
    origin.parentIteration = kKeyframeEvery;
    setup.name = "trajopt-2";
    setup.recorder = *writer->begin(setup, origin);
    Watched watched(setup);
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QCOMPARE(watched.snapshots.size(), std::size_t(2));
  }
  const auto forked = SessionFile::open(fork);
  QVERIFY(forked.ok());
  for (int k = kKeyframeEvery + 1; k <= kKeyframeEvery + 2; ++k) {
    QCOMPARE(differenceOf(*session->arrays("arrays", run, k), *forked->arrays("arrays", *forked->run(""), k)),
             QString());
  }
  QVERIFY(!session->resume(run, kKeyframeEvery + 1).ok());
}

QTEST_APPLESS_MAIN(TestSessionResume)
#include "tst_session_resume.moc"
