// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_fork.h"

#include <QtTest>

#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

namespace {

/// A run of `iterations`, with two changes while it went on.
void trainWithChanges(const std::string& file, const std::string& algorithm, int iterations) {
  RunSetup setup = sceneSetup(algorithm, "point_mass", iterations);
  const auto writer = *SessionWriter::create(file);
  setup.recorder = *writer->begin(setup, {});
  Watched watched(std::move(setup));
  watched.run.step(StepUnit::Iteration);
  QVERIFY(watched.waitFor({RunState::Paused}));
  watched.run.setParameter("lqr.kl_step", "0.07");
  watched.run.step(StepUnit::Iteration);
  QVERIFY(watched.waitFor({RunState::Stepping}) && watched.waitFor({RunState::Paused}));
  watched.run.setParameter("cost.goal.weight", "2");
  watched.run.start();
  QVERIFY(watched.waitFor({RunState::Finished}));
  QVERIFY(writer->flush().ok());
}

/// Forks the run of the file, in the same file, and goes on to `iterations`; with the changes that were made of the
/// run after that, or those given.
SessionRun fork(const std::string& file, const std::string& run, int at, int iterations,
                std::vector<std::pair<std::string, std::string>> changes = {}) {
  RunSetup setup;
  RunOrigin origin;
  {
    const auto session = SessionFile::open(file);
    if (!session) qFatal("%s", session.error().text().c_str());
    const SessionRun from = *session->run(run);
    Result<RunSetup> made = setupAt(*session, from, at);
    if (!made) qFatal("%s", made.error().text().c_str());
    setup = *std::move(made);
    setup.name = nameOfFork(*session, run);
    origin.parent = ownerOf(*session, from, at)->id;
    origin.parentIteration = at;
    if (changes.empty()) {
      const std::vector<ParameterEvent> later = *session->events(*ownerOf(*session, from, at));
      for (const ParameterEvent& event : later) {
        if (event.iteration > at && event.key != "run.iterations") setup.replay.push_back(event);
      }
    }
  }
  changes.emplace_back("run.iterations", std::to_string(iterations));
  auto point = std::make_shared<ResumePoint>(*setup.resume);
  point->pending = std::move(changes);
  setup.resume = std::move(point);
  const auto writer = *SessionWriter::append(file);
  setup.recorder = *writer->begin(setup, origin);
  Watched watched(setup);
  watched.run.start();
  if (!watched.waitFor({RunState::Finished})) qFatal("the fork did not finish");
  if (!writer->flush()) qFatal("the fork was not saved");
  return *SessionFile::open(file)->run(setup.name);
}

QString differenceAfter(const std::string& file, const std::string& a, const std::string& b, int after, int upTo) {
  const auto session = SessionFile::open(file);
  const SessionRun one = *session->run(a), other = *session->run(b);
  for (int k = after + 1; k <= upTo; ++k) {
    const auto first = session->arrays("arrays", one, k), second = session->arrays("arrays", other, k);
    if (!first || !second || first->arrays().empty()) return QStringLiteral("no arrays of %1").arg(k);
    if (const QString d = differenceOf(*first, *second); !d.isEmpty()) return QStringLiteral("%1: ").arg(k) + d;
  }
  return differenceOf(*session->arrays("states", one, upTo), *session->arrays("states", other, upTo));
}

}  // namespace

/// Any past iteration can be gone on from, and a fork that changes nothing is its parent, bit for bit.
class TestSessionFork : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aForkWithoutChangesIsItsParent_data();
  void aForkWithoutChangesIsItsParent();
  void aChangedForkDiffersFromItsFirstIterationOn();
  void forksOfForksShareThePast();
  void betweenKeyframesItGoesOnFromTheOneBefore();
  void impossibleIterationsAreRefused();
  void thousandsOfForksOfForksAreFollowed();
  void ringsAreRefused();
};

void TestSessionFork::aForkWithoutChangesIsItsParent_data() {
  QTest::addColumn<std::string>("algorithm");
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    const std::string id(entry.id);
    QTest::addRow("%s", id.c_str()) << id;
  }
}

void TestSessionFork::aForkWithoutChangesIsItsParent() {
  QFETCH(std::string, algorithm);
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainWithChanges(file, algorithm, 6);
  const std::string parent = SessionFile::open(file)->run("")->name;
  for (const int at : {1, 4, 6}) {
    const SessionRun child = fork(file, parent, at, 6 + (at == 6 ? 1 : 0));
    QCOMPARE(child.parentIteration, at);
    if (at < 6) QCOMPARE(differenceAfter(file, parent, child.name, at, 6), QString());
  }
  const auto session = SessionFile::open(file);
  QCOMPARE(session->runs().size(), std::size_t{4});
  const Status sound = session->check();
  QVERIFY2(sound.ok(), sound.ok() ? "" : sound.error().text().c_str());
}

void TestSessionFork::aChangedForkDiffersFromItsFirstIterationOn() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainWithChanges(file, "mdgps", 5);
  const SessionRun child = fork(file, "mdgps-1", 3, 5, {{"lqr.kl_step", "0.5"}});
  QCOMPARE(child.name, std::string("mdgps-2"));
  QVERIFY(!differenceAfter(file, "mdgps-1", "mdgps-2", 3, 5).isEmpty());
  const auto session = SessionFile::open(file);
  const auto events = *session->events(child);
  QCOMPARE(events.size(), std::size_t{1});
  QCOMPARE(events[0].iteration, 4);
  QCOMPARE(events[0].from, std::string("0.07"));
  QCOMPARE(session->rows(child)->front().report.iteration, 4);
}

void TestSessionFork::forksOfForksShareThePast() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainWithChanges(file, "mdgps", 4);
  fork(file, "mdgps-1", 2, 7, {{"lqr.kl_step", "0.5"}});
  // Within its own iterations, which are made again from where it left its parent.
  fork(file, "mdgps-2", 5, 7);
  QCOMPARE(differenceAfter(file, "mdgps-2", "mdgps-3", 5, 7), QString());
  // In the past that it shares: a fork of its parent.
  const SessionRun last = fork(file, "mdgps-3", 1, 4);
  const auto session = SessionFile::open(file);
  QCOMPARE(*last.parent, session->run("mdgps-1")->id);
  QCOMPARE(differenceAfter(file, "mdgps-1", last.name, 1, 4), QString());
  QVERIFY(session->check().ok());
}

void TestSessionFork::betweenKeyframesItGoesOnFromTheOneBefore() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("trajopt", "point_mass", kKeyframeEvery + 4));
  const SessionRun child = fork(file, "trajopt-1", kKeyframeEvery + 2, kKeyframeEvery + 4);
  QCOMPARE(differenceAfter(file, "trajopt-1", child.name, kKeyframeEvery + 2, kKeyframeEvery + 4), QString());
}

void TestSessionFork::impossibleIterationsAreRefused() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("trajopt", "point_mass", 3));
  const auto session = SessionFile::open(file);
  for (const int at : {0, -1, 4}) {
    const auto refused = setupAt(*session, *session->run(""), at);
    QVERIFY(!refused.ok());
    QVERIFY(QString::fromStdString(refused.error().text()).contains("1 to 3"));
  }
  const std::atomic<bool> stop = true;
  const auto stopped = setupAt(*session, *session->run(""), 2, &stop);
  QVERIFY(!stopped.ok());
}

void TestSessionFork::thousandsOfForksOfForksAreFollowed() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("trajopt", "point_mass", 2));
  constexpr int kRuns = 9900;
  {
    auto database = Database::open(file, Database::Access::Write);
    QVERIFY(database.ok());
    // Each leaves the one before an iteration later: what no program wrote, but a file may say.
    const Status made = database->execute(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i+1 FROM n WHERE i<" + std::to_string(kRuns) +
        ") INSERT INTO runs(id, parent, parent_iteration, name, algorithm, seed, scene, started) "
        "SELECT i, i-1, i, 'trajopt-'||i, 'trajopt', 4, 1, '' FROM n;"
        "INSERT INTO iterations SELECT id-1, id, '', '' FROM runs WHERE id>2");
    QVERIFY2(made.ok(), made.ok() ? "" : made.error().text().c_str());
  }
  const auto session = SessionFile::open(file);
  QVERIFY(session.ok());
  QCOMPARE(session->runs().size(), std::size_t{kRuns});
  const auto refused = setupAtEnd(*session, session->runs().back());  // a function that calls itself would end the program
  QVERIFY(!refused.ok());
  const auto owner = ownerOf(*session, session->runs().back(), 2);
  QVERIFY(owner.ok());
  QCOMPARE(owner->id, std::int64_t{1});
}

void TestSessionFork::ringsAreRefused() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("trajopt", "point_mass", 2));
  {
    auto database = Database::open(file, Database::Access::Write);
    QVERIFY(database->execute("INSERT INTO runs SELECT 2, 1, 2, 'b', algorithm, seed, scene, started FROM runs;"
                              "UPDATE runs SET parent=2, parent_iteration=1 WHERE id=1").ok());
  }
  const auto session = SessionFile::open(file);
  for (const SessionRun& run : session->runs()) {
    QVERIFY(!setupAt(*session, run, 1).ok());
    QVERIFY(!ownerOf(*session, run, 1).ok());
  }
}

QTEST_APPLESS_MAIN(TestSessionFork)
#include "tst_session_fork.moc"
