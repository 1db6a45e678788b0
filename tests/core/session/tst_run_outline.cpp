// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/run_outline.h"

#include <QtTest>

#include "core/session/session_fork.h"
#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

/// What a list of runs says of them is what their iterations say.
class TestRunOutline : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void lastNumbersAndWhatDiffersFromTheDefaults();
  void aForkIsComparedWithTheRunItLeft();
  void changesThatAreTakenBackAreNone();
  void namesAreTakenOnceAndNotesHavePlaces();
  void whatCannotBeReadLeavesTheRest();
};

namespace {

std::string fileIn(const QTemporaryDir& folder) {
  return folder.filePath("runs.gpss").toStdString();
}

}  // namespace

void TestRunOutline::lastNumbersAndWhatDiffersFromTheDefaults() {
  const QTemporaryDir folder;
  const std::string file = fileIn(folder);
  RunSetup setup = sceneSetup("mdgps", "point_mass", 3, {{"lqr.kl_step", "0.37"}});
  const Parameters used = setup.parameters;
  trainTo(file, std::move(setup));
  const auto session = SessionFile::open(file);
  QVERIFY(session.ok());
  const std::vector<RunOutline> all = outlineOf(*session);
  QCOMPARE(all.size(), std::size_t{1});
  const RunOutline& one = all.front();
  QCOMPARE(one.scene, std::string("point_mass"));
  const auto rows = *session->rows(one.run);
  QCOMPARE(*one.localCost, *rows[2].report.metrics.mean(Metric::LocalCost));
  QCOMPARE(*one.globalCost, *rows[2].report.metrics.mean(Metric::GlobalCost));
  QCOMPARE(one.successRate, rows[2].report.metrics.get(Metric::SuccessRate));
  // Just what differs from the defaults, apart from what has places of its own.
  const Parameters defaults = *parametersFor(*sceneTask("point_mass"), "mdgps");
  std::map<std::string, std::string> expected;
  for (const ParamField& field : describe(used, defaults)) {
    if (field.value != field.defaultValue) expected[field.spec.key] = field.value;
  }
  for (const char* key : {"run.seed", "run.threads", "run.iterations"}) expected.erase(key);
  QVERIFY(expected.contains("lqr.kl_step") && expected.contains("pol.steps"));
  std::map<std::string, std::string> told;
  for (const ParameterChange& each : one.changed) told[each.key] = each.to;
  QVERIFY(told == expected);
}

void TestRunOutline::aForkIsComparedWithTheRunItLeft() {
  const QTemporaryDir folder;
  const std::string file = fileIn(folder);
  trainTo(file, sceneSetup("trajopt", "point_mass", 4, {{"lqr.kl_step", "0.37"}}));
  RunSetup setup;
  RunOrigin origin;
  {
    const auto session = SessionFile::open(file);
    const SessionRun from = session->runs().front();
    setup = *setupAt(*session, from, 2);
    setup.name = "trajopt-2";
    origin.parent = from.id;
    origin.parentIteration = 2;
    auto point = std::make_shared<ResumePoint>(*setup.resume);
    point->pending = {{"lqr.kl_step", "0.5"}};
    setup.resume = std::move(point);
  }
  const auto writer = *SessionWriter::append(file);
  setup.recorder = *writer->begin(setup, origin);
  Watched watched(setup);
  watched.run.start();
  QVERIFY(watched.waitFor({RunState::Finished}));
  QVERIFY(writer->settle().ok());
  const std::vector<RunOutline> all = outlineOf(*SessionFile::open(file));
  QCOMPARE(all.size(), std::size_t{2});
  QCOMPARE(*all[1].run.parent, all[0].run.id);
  QCOMPARE(all[1].changed.size(), std::size_t{1});
  QCOMPARE(all[1].changed[0].key, std::string("lqr.kl_step"));
  QCOMPARE(all[1].changed[0].to, std::string("0.5"));
}

void TestRunOutline::changesThatAreTakenBackAreNone() {
  std::vector<ParameterChange> changes;
  noteChange(changes, "lqr.kl_step", "1", "2");
  noteChange(changes, "run.seed", "1", "2");
  noteChange(changes, "noise.scale", "1", "1");
  noteChange(changes, "lqr.kl_step", "2", "3");
  QCOMPARE(changes.size(), std::size_t{1});
  QCOMPARE(changes[0].from, std::string("1"));
  QCOMPARE(changes[0].to, std::string("3"));
  noteChange(changes, "lqr.kl_step", "3", "1");
  QVERIFY(changes.empty());
  // Each is searched for among those before it, so a file can't make them many.
  for (int i = 0; i < 1000; ++i) noteChange(changes, "key" + std::to_string(i), "1", "2");
  QVERIFY(changes.size() >= 200 && changes.size() < 500);
}

void TestRunOutline::namesAreTakenOnceAndNotesHavePlaces() {
  const QTemporaryDir folder;
  const std::string file = fileIn(folder);
  trainTo(file, sceneSetup("trajopt", "point_mass", 2));
  {
    const auto writer = *SessionWriter::append(file);
    const std::int64_t first = SessionFile::open(file)->runs().front().id;
    QVERIFY(writer->begin(sceneSetup("mdgps", "point_mass", 2), {}).ok());
    QVERIFY(writer->renameRun(first, "the good one").ok());
    QVERIFY(!writer->renameRun(first, "mdgps-1").ok());
    QVERIFY(!writer->renameRun(first + 100, "nobody").ok());
    QVERIFY(writer->addNote(first, "about all").ok());
    QVERIFY(writer->addNote(first, "about one", 2).ok());
  }
  const std::vector<RunOutline> all = outlineOf(*SessionFile::open(file));
  QCOMPARE(all[0].run.name, std::string("the good one"));
  QCOMPARE(all[1].run.name, std::string("mdgps-1"));
  QCOMPARE(all[0].notes.size(), std::size_t{2});
  QCOMPARE(all[0].notes[0].iteration, 0);
  QCOMPARE(all[0].notes[1].iteration, 2);
  QCOMPARE(all[0].notes[1].text, std::string("about one"));
}

void TestRunOutline::whatCannotBeReadLeavesTheRest() {
  const QTemporaryDir folder;
  const std::string file = fileIn(folder);
  trainTo(file, sceneSetup("trajopt", "point_mass", 2));
  {
    auto database = Database::open(file, Database::Access::Write);
    QVERIFY(database->execute("DELETE FROM conditions").ok());
    QVERIFY(database->execute("UPDATE runs SET parent=77, parent_iteration=1").ok());
  }
  const std::vector<RunOutline> all = outlineOf(*SessionFile::open(file));
  QCOMPARE(all.size(), std::size_t{1});
  QCOMPARE(all[0].run.iterations, 2);
  QVERIFY(!all[0].localCost);
}

QTEST_GUILESS_MAIN(TestRunOutline)
#include "tst_run_outline.moc"
