// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QProcess>
#include <QtTest>
#include <cstring>
#include <filesystem>
#include <limits>

#include "core/session/schema.h"
#include "core/session/state_archive.h"
#include "tests/core/session/session_fixture.h"
#include "tests/full_disk.h"

using namespace gps;
using namespace gps::testing;

namespace {

/// Runs SQL with a connection of its own, as any tool would.
void change(const std::string& file, const std::string& sql) {
  sqlite3* raw = nullptr;
  if (sqlite3_open(file.c_str(), &raw) != SQLITE_OK) qFatal("open");
  char* message = nullptr;
  if (sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message) != SQLITE_OK) qFatal("%s", message);
  sqlite3_close(raw);
}

std::string textOf(const Status& status) {
  return status.ok() ? std::string() : status.error().text();
}

}  // namespace

/// What a session file keeps, and how it refuses what it should not read.
class TestSession : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void checksumIsThatOfZlib();
  void arraysKeepEveryBit();
  void extentsAreParsedStrictly();
  void whatIsLoadedIsWhatWasThere();
  void metricsAreRowsForAnyTool();
  void theReaderOfTheReadmeReads();
  void aNewerSchemaIsRefusedWithBothNumbers();
  void aFlippedBitIsFound();
  void impossibleSizesAreRefusedBeforeAllocation();
  void viewsAndTriggersNeverRun();
  void statesMustFitTheScene_data();
  void statesMustFitTheScene();
  void oneWriterPerFile();
  void readOnlyPlacesAreRead();
  void anUnwritableFolderIsRefused();
  void aFullDiskKeepsTheRunAndWhatWasSaved();
  void aDiskWithSomeRoomHoldsWhatCanGoOn();
  void aClosedSessionIsOneFile();
  void aDeletedFileIsNoticed();

 private:
  QTemporaryDir m_folder;
  std::string m_file;  ///< a finished run of three iterations
  std::vector<std::shared_ptr<const Snapshot>> m_snapshots;

  std::string copy(const char* name) const {
    const QString target = m_folder.filePath(name);
    QFile::remove(target);
    if (!QFile::copy(QString::fromStdString(m_file), target)) qFatal("copy");
    return target.toStdString();
  }
};

void TestSession::initTestCase() {
  m_file = m_folder.filePath("run.gpss").toStdString();
  RunSetup setup = sceneSetup("mdgps", "two_link_arm", 3);
  const auto writer = *SessionWriter::create(m_file);
  setup.recorder = *writer->begin(setup, {.program = "test", .commandLine = "tst_session"});
  Watched watched(std::move(setup));
  watched.run.start();
  QVERIFY(watched.waitFor({RunState::Finished}));
  m_snapshots = watched.snapshots;
  QCOMPARE(m_snapshots.size(), std::size_t(3));
}

void TestSession::checksumIsThatOfZlib() {
  const std::string check = "123456789";  // the check value of the CRC catalogue
  QCOMPARE(crc32(std::as_bytes(std::span(check))), 0xCBF43926u);
  const std::string longer = "The quick brown fox jumps over the lazy dog";
  QCOMPARE(crc32(std::as_bytes(std::span(longer))), 0x414FA339u);
}

void TestSession::arraysKeepEveryBit() {
  ArraySet arrays;
  const std::vector<double> exact{1.0, -0.0, 0.5, 16777216.0};
  const std::vector<double> wide{0.1, std::numeric_limits<double>::infinity(), -0.0, 1e300, 5e-324};
  arrays.put("exact", {2, 2}, std::span<const double>(exact));
  arrays.put("wide", {5}, std::span<const double>(wide));
  QCOMPARE(arrays.find("exact")->dtype, std::string("<f4"));
  QCOMPARE(arrays.find("wide")->dtype, std::string("<f8"));
  for (const auto& [name, values] : {std::pair("exact", exact), std::pair("wide", wide)}) {
    const std::vector<double> back = *arrays.reals(name);
    QCOMPARE(std::memcmp(back.data(), values.data(), values.size() * sizeof(double)), 0);
  }
  QVERIFY(!arrays.reals("none").ok());
  QVERIFY(!arrays.integers("wide").ok());
}

void TestSession::extentsAreParsedStrictly() {
  QCOMPARE(*parseExtents("[4,5,100,7]"), (Extents{4, 5, 100, 7}));
  QCOMPARE(*parseExtents("[]"), Extents{});
  QCOMPARE(extentsText({4, 5}), std::string("[4,5]"));
  for (const char* bad : {"", "[", "4", "[4,]", "[,4]", "[-1]", "[4 5]", "[1,1,1,1,1,1,1]",
                          "[99999999999999999999]", "[1.5]"}) {
    QVERIFY2(!parseExtents(bad), bad);
  }
  QVERIFY(!arrayBytes("<f8", {1 << 30, 1 << 30, 1 << 30}));
  QVERIFY(!arrayBytes("object", {1}));
  QCOMPARE(*arrayBytes("|S7", {}), std::int64_t(7));
}

void TestSession::whatIsLoadedIsWhatWasThere() {
  const auto session = SessionFile::open(m_file);
  QVERIFY2(session.ok(), session.ok() ? "" : session.error().text().c_str());
  const SessionRun run = *session->run("mdgps-1");
  QCOMPARE(run.algorithm, std::string("mdgps"));
  QCOMPARE(run.seed, std::uint64_t(3));
  const auto task = *session->task(run);
  QCOMPARE(task->conditions, m_snapshots[0]->task->conditions);
  for (const std::shared_ptr<const Snapshot>& was : m_snapshots) {
    const auto loaded = session->snapshot(run, task, was->report.iteration);
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().text().c_str());
    const Snapshot& is = **loaded;
    // Metrics, seconds and warnings as the log and the table print them.
    QCOMPARE(iterationJson(is), iterationJson(*was));
    QCOMPARE(csvRows(is), csvRows(*was));
    QCOMPARE(is.report.stepRule, was->report.stepRule);
    QCOMPARE(is.report.training.loss, was->report.training.loss);
    QCOMPARE(is.report.training.lossStep, was->report.training.lossStep);
    for (std::size_t i = 0; i < was->conditions.size(); ++i) {
      const ConditionView &a = was->conditions[i], &b = is.conditions[i];
      QCOMPARE(b.samples.size(), a.samples.size());
      const auto same = [](const Rollout& x, const Rollout& y) {
        return x.trajectory.X == y.trajectory.X && x.trajectory.U == y.trajectory.U &&
               x.trajectory.O == y.trajectory.O && x.trajectory.clipFraction == y.trajectory.clipFraction &&
               x.poses.size() == y.poses.size() &&
               std::memcmp(x.poses.data(), y.poses.data(), x.poses.size() * sizeof(Pose)) == 0;
      };
      for (std::size_t j = 0; j < a.samples.size(); ++j) QVERIFY(same(*a.samples[j], *b.samples[j]));
      QVERIFY(same(*a.local, *b.local));
      QVERIFY(same(*a.global, *b.global));
      QVERIFY(!a.samples[0]->poses.empty());
      for (int t = 0; t < task->T; ++t) {
        QVERIFY(a.controller->step(t).K == b.controller->step(t).K);
        QVERIFY(a.controller->step(t).k == b.controller->step(t).k);
        QVERIFY(a.controller->step(t).C == b.controller->step(t).C);
        // Drawn, not computed with: single precision.
        const std::size_t at = static_cast<std::size_t>(t);
        QVERIFY(a.localMarginals->mean[at].isApprox(b.localMarginals->mean[at], 1e-6));
        QVERIFY(a.localMarginals->cov[at]
                    .topLeftCorner(task->dX, task->dX)
                    .isApprox(b.localMarginals->cov[at], 1e-6));
      }
      QCOMPARE(b.globalMarginals != nullptr, a.globalMarginals != nullptr);
      const TimeSeries &s = was->report.series[i], &r = is.report.series[i];
      QVERIFY(s.costMean == r.costMean && s.kl == r.kl && s.std == r.std && s.minQuu == r.minQuu);
      QCOMPARE(is.report.dualTrace[i].size(), was->report.dualTrace[i].size());
      for (std::size_t d = 0; d < was->report.dualTrace[i].size(); ++d) {
        QCOMPARE(is.report.dualTrace[i][d].eta, was->report.dualTrace[i][d].eta);
      }
    }
  }
  const auto rows = session->rows(run);
  QVERIFY(rows.ok());
  QCOMPARE(rows->size(), std::size_t(3));
  const auto policy = session->policy(run, *task, 3);
  QVERIFY(policy.ok());
  const RowMatrix& O = m_snapshots[2]->conditions[0].global->trajectory.O;
  QVERIFY((*policy)->mean(O) == m_snapshots[2]->conditions[0].global->trajectory.U);
}

void TestSession::metricsAreRowsForAnyTool() {
  QVERIFY2(!QStandardPaths::findExecutable("sqlite3").isEmpty(), "install the package sqlite3");
  QProcess tool;
  tool.start("sqlite3",
             {QString::fromStdString(m_file),
              "select iteration, avg(global_cost) from metrics group by iteration order by iteration"});
  QVERIFY(tool.waitForFinished());
  const QStringList lines = QString::fromUtf8(tool.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts);
  QCOMPARE(lines.size(), 3);
  for (int k = 0; k < 3; ++k) {
    const double mean = *m_snapshots[static_cast<std::size_t>(k)]->report.metrics.mean(Metric::GlobalCost);
    QVERIFY(std::abs(lines[k].section('|', 1).toDouble() - mean) < 1e-9 * std::abs(mean));
  }
  tool.start("sqlite3",
             {QString::fromStdString(m_file), "select iteration, round(eta, 3), success_rate from progress"});
  QVERIFY(tool.waitForFinished());
  QCOMPARE(tool.exitCode(), 0);
  QCOMPARE(tool.readAllStandardOutput().count('\n'), 3);
}

void TestSession::theReaderOfTheReadmeReads() {
  QProcess python;
  QString interpreter;
  for (const char* candidate : {"/usr/bin/python3", "python3"}) {
    python.start(candidate, {"-c", "import numpy"});
    if (python.waitForFinished() && python.exitCode() == 0) interpreter = candidate;
    if (!interpreter.isEmpty()) break;
  }
  QVERIFY2(!interpreter.isEmpty(), "install the package python3-numpy");
  QFile readme(QStringLiteral(GPS_TEST_FILES "/../../README.md"));
  QVERIFY(readme.open(QIODevice::ReadOnly));
  const QString code = QString::fromUtf8(readme.readAll()).section("```python\n", 1, 1).section("```", 0, 0);
  QVERIFY(code.contains("def array"));
  python.start(interpreter, {"-c", code, QString::fromStdString(m_file)});
  QVERIFY(python.waitForFinished());
  const QString out = QString::fromUtf8(python.readAllStandardOutput()).trimmed();
  QVERIFY2(out.startsWith("(4, 3, 100, 7) float32 "), python.readAllStandardError().constData());
  double sum = 0.0;
  int count = 0;
  for (const ConditionView& view : m_snapshots[1]->conditions) {
    for (const auto& rollout : view.samples) {
      sum += rollout->trajectory.X.sum();
      count += static_cast<int>(rollout->trajectory.X.size());
    }
  }
  // numpy adds up in single precision.
  QVERIFY(std::abs(out.section(' ', -1).toDouble() - sum / count) < 1e-4 * (1.0 + std::abs(sum / count)));
}

void TestSession::aNewerSchemaIsRefusedWithBothNumbers() {
  const std::string file = copy("newer.gpss");
  change(file, "PRAGMA user_version=7");
  for (const std::string& text :
       {SessionFile::open(file).error().text(), SessionWriter::append(file).error().text()}) {
    QVERIFY2(text.find("schema 7") != std::string::npos && text.find("up to 1") != std::string::npos,
             text.c_str());
  }
  const std::string other = copy("other.gpss");
  change(other, "PRAGMA application_id=1");
  QVERIFY(SessionFile::open(other).error().text().find("no session") != std::string::npos);
}

void TestSession::aFlippedBitIsFound() {
  const std::string file = copy("flipped.gpss");
  change(file, "UPDATE arrays SET data = zeroblob(length(data)) WHERE iteration=2 AND name='controller.K'");
  const auto session = SessionFile::open(file);
  QVERIFY(session.ok());
  const SessionRun run = *session->run("");
  const auto task = *session->task(run);
  QVERIFY(session->snapshot(run, task, 1).ok());
  const auto damaged = session->snapshot(run, task, 2);
  QVERIFY(!damaged.ok());
  QVERIFY2(damaged.error().text().find("iteration 2, controller.K") != std::string::npos,
           damaged.error().text().c_str());
  QVERIFY(session->resume(run, 3).ok());
  QVERIFY(!session->check().ok());
}

void TestSession::impossibleSizesAreRefusedBeforeAllocation() {
  const char* kAttacks[] = {
      "UPDATE arrays SET shape='[1000000000,1000000]' WHERE name='samples.X'",
      "UPDATE arrays SET shape='[-4]' WHERE name='samples.X'",
      "UPDATE arrays SET dtype='|O' WHERE name='samples.X'",
      "UPDATE arrays SET data=zeroblob(7) WHERE name='samples.X'",
      "UPDATE arrays SET data='text' WHERE name='samples.X'",
      "UPDATE arrays SET shape='[1]', dtype='<i8', crc=0, data=zeroblob(8) WHERE name='samples.X'",
      "UPDATE states SET shape='[]', dtype='<i8', data=x'ffffffffffffff7f', crc=0 WHERE "
      "name='conditions.count'",
  };
  for (const char* sql : kAttacks) {
    const std::string file = copy("attack.gpss");
    change(file, sql);
    const auto session = SessionFile::open(file);
    if (!session) continue;
    const SessionRun run = *session->run("");
    const auto setup = session->resume(run, 3);
    QVERIFY2(!setup.ok(), sql);
    QVERIFY(!setup.error().what.empty());
  }
}

void TestSession::viewsAndTriggersNeverRun() {
  const std::string file = copy("views.gpss");
  change(file, "ALTER TABLE runs RENAME TO hidden; CREATE VIEW runs AS SELECT * FROM hidden");
  const auto session = SessionFile::open(file);
  QVERIFY(!session.ok());
  QVERIFY2(session.error().text().find("table runs") != std::string::npos, session.error().text().c_str());

  const std::string trapped = copy("trapped.gpss");
  change(trapped, "CREATE TRIGGER trap AFTER INSERT ON iterations BEGIN DELETE FROM arrays; END");
  {
    const auto old = SessionFile::open(trapped);
    QVERIFY(old.ok());
    const SessionRun run = *old->run("");
    RunSetup setup = *old->resume(run, 3);
    auto point = std::make_shared<ResumePoint>(*setup.resume);
    point->pending.emplace_back("run.iterations", "4");
    setup.resume = point;
    const auto writer = *SessionWriter::append(trapped);
    setup.recorder = *writer->resume(run.id, setup, {});
    Watched watched(setup);
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QVERIFY(writer->flush().ok());
  }
  const auto again = SessionFile::open(trapped);
  QVERIFY(again.ok());
  QVERIFY(!again->arrays("arrays", *again->run(""), 1)->arrays().empty());
}

void TestSession::statesMustFitTheScene_data() {
  QTest::addColumn<std::string>("name");
  QTest::addColumn<std::string>("dtype");
  QTest::addColumn<std::string>("shape");
  QTest::newRow("a condition less") << std::string("conditions.count") << std::string("<i8")
                                    << std::string("[]");
  QTest::newRow("a controller of one step")
      << std::string("conditions.1.controller.K") << std::string("<f8") << std::string("[1,2,7]");
  QTest::newRow("a network without layers")
      << std::string("policy.widths") << std::string("<i8") << std::string("[0]");
  QTest::newRow("a negative count") << std::string("rollouts") << std::string("<i8") << std::string("[]");
}

void TestSession::statesMustFitTheScene() {
  QFETCH(std::string, name);
  QFETCH(std::string, dtype);
  QFETCH(std::string, shape);
  const std::string file = copy("misfit.gpss");
  // Well formed, with the right checksum: only the meaning is wrong.
  const std::int64_t bytes = *arrayBytes(dtype, *parseExtents(shape));
  std::vector<std::byte> data(static_cast<std::size_t>(bytes));
  if (name == "rollouts") std::memset(data.data(), 0xff, data.size());
  if (name == "conditions.count") data[0] = std::byte{3};
  QByteArray hex =
      QByteArray(reinterpret_cast<const char*>(data.data()), static_cast<int>(data.size())).toHex();
  change(file, "UPDATE states SET dtype='" + dtype + "', shape='" + shape +
                   "', crc=" + std::to_string(crc32(data)) + ", data=x'" + hex.toStdString() +
                   "' WHERE name='" + name + "'");
  const auto session = SessionFile::open(file);
  QVERIFY(session.ok());
  const auto setup = session->resume(*session->run(""), 3);
  QVERIFY(!setup.ok());
  QVERIFY2(setup.error().text().find("damaged") != std::string::npos, setup.error().text().c_str());
}

void TestSession::oneWriterPerFile() {
  const std::string file = copy("shared.gpss");
  {
    const auto first = SessionWriter::append(file);
    QVERIFY(first.ok());
    const auto second = SessionWriter::append(file);
    QVERIFY(!second.ok());
    const std::string text = second.error().text();
    QVERIFY2(text.find("process " + std::to_string(getpid())) != std::string::npos, text.c_str());
    QVERIFY(SessionFile::open(file).ok());  // reading goes on
  }
  QVERIFY(SessionWriter::append(file).ok());
  QVERIFY(!SessionWriter::create(file).ok());  // nothing is overwritten
}

void TestSession::readOnlyPlacesAreRead() {
  QTemporaryDir place;
  const QString file = place.filePath("run.gpss");
  QVERIFY(QFile::copy(QString::fromStdString(m_file), file));
  ::chmod(place.path().toLocal8Bit().constData(), 0555);
  // The superuser may write everywhere, so it looks on as somebody else.
  const uid_t self = geteuid();
  constexpr uid_t kNobody = 65534;
  QVERIFY(self != 0 || seteuid(kNobody) == 0);
  const auto session = SessionFile::open(file.toStdString());
  const auto writer = SessionWriter::append(file.toStdString());
  QVERIFY(seteuid(self) == 0);
  ::chmod(place.path().toLocal8Bit().constData(), 0700);
  QVERIFY2(session.ok(), session.ok() ? "" : session.error().text().c_str());
  QVERIFY(!writer.ok());
}

void TestSession::anUnwritableFolderIsRefused() {
  const auto nowhere = SessionWriter::create("/nonexistent-folder/run.gpss");
  QVERIFY(!nowhere.ok());
  QVERIFY2(nowhere.error().mend.find("folder") != std::string::npos, nowhere.error().text().c_str());
}

void TestSession::aFullDiskKeepsTheRunAndWhatWasSaved() {
  const std::string file = m_folder.filePath("full.gpss").toStdString();
  const std::string elsewhere = m_folder.filePath("elsewhere.gpss").toStdString();
  {
    RunSetup setup = sceneSetup("mdgps", "two_link_arm", 6);
    const auto writer = *SessionWriter::create(file);
    setup.recorder = *writer->begin(setup, {});
    const auto recorder = setup.recorder;
    Watched watched(std::move(setup));
    watched.run.step(StepUnit::Iteration);
    QVERIFY(watched.waitFor({RunState::Paused}));
    QCOMPARE(recorder->waitFor(1).iteration, 1);
    {
      const FullDisk full;
      watched.run.start();
      QVERIFY(watched.waitFor({RunState::Finished}));
      const SaveState saved = recorder->saved();
      QCOMPARE(saved.iteration, 1);
      QVERIFY(saved.problem);
      QVERIFY2(!saved.problem->mend.empty(), saved.problem->text().c_str());
      QCOMPARE(watched.snapshots.size(), std::size_t(6));  // the run went on
      QVERIFY(!writer->flush().ok());
      // Nothing earlier is harmed.
      const auto meanwhile = SessionFile::open(file);
      QVERIFY2(meanwhile.ok(), meanwhile.ok() ? "" : meanwhile.error().text().c_str());
      QCOMPARE(meanwhile->run("")->iterations, 1);
    }
    QVERIFY2(textOf(writer->saveElsewhere(elsewhere)).empty(), "saving elsewhere");
    QCOMPARE(writer->file(), elsewhere);
    QCOMPARE(recorder->saved().iteration, 6);
    QVERIFY(!recorder->saved().problem);
  }
  const auto first = SessionFile::open(file), second = SessionFile::open(elsewhere);
  QVERIFY(first.ok() && second.ok());
  // Once the disk had room again the writer may have saved more there, before it was sent elsewhere.
  QVERIFY(first->run("")->iterations >= 1 && first->run("")->iterations <= 6);
  QVERIFY(first->check().ok());
  QCOMPARE(second->run("")->iterations, 6);
  QVERIFY2(second->check().ok(), textOf(second->check()).c_str());
  const std::string whole = m_folder.filePath("whole.gpss").toStdString();
  trainTo(whole, sceneSetup("mdgps", "two_link_arm", 6));
  QCOMPARE(differenceOf(*second, *SessionFile::open(whole), 6), QString());
}

void TestSession::aDiskWithSomeRoomHoldsWhatCanGoOn() {
  const std::string file = m_folder.filePath("room.gpss").toStdString();
  RunSetup setup = sceneSetup("mdgps", "two_link_arm", 8);
  const auto writer = *SessionWriter::create(file);
  setup.recorder = *writer->begin(setup, {});
  Watched watched(std::move(setup));
  {
    const FullDisk full;
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QVERIFY(!writer->flush().ok());
  }
  // While nothing could be saved only the newest state was kept: what is saved now must not end without one.
  constexpr rlim_t kStep = 65536;
  int sizes = 0, last = 0;
  for (rlim_t bytes = kStep; last < 8; bytes += kStep) {
    QVERIFY(bytes < 1000 * kStep);
    const FullDisk some(bytes);
    if (!writer->flush().ok()) QVERIFY(last < 8);
    const auto session = SessionFile::open(file);
    QVERIFY2(session.ok(), session.ok() ? "" : session.error().text().c_str());
    const int now = session->run("")->iterations;
    QVERIFY(now >= last);
    if (now == last) continue;
    QVERIFY2(session->check().ok(), textOf(session->check()).c_str());
    QVERIFY(session->resume(*session->run(""), now).ok());
    last = now;
    ++sizes;
  }
  QVERIFY(sizes > 1);  // the room grew in steps small enough to hold only some of them
}

void TestSession::aClosedSessionIsOneFile() {
  for (const char* ending : {"-wal", "-shm", "-journal", ".lock", ".part"}) {
    QVERIFY2(!QFile::exists(QString::fromStdString(m_file + ending)), ending);
  }
}

void TestSession::aDeletedFileIsNoticed() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("gone.gpss").toStdString(), copy = folder.filePath("copy.gpss").toStdString();
  const auto writer = *SessionWriter::create(file);
  RunSetup setup = sceneSetup("trajopt", "point_mass", 100);
  const std::shared_ptr<IterationRecorder> recorder = *writer->begin(setup, {});
  setup.recorder = recorder;
  Watched watched(setup);
  const auto step = [&] {
    watched.run.step(StepUnit::Iteration);
    return watched.waitFor({RunState::Paused});
  };
  QVERIFY(step());
  QVERIFY(recorder->waitFor(1).iteration == 1 && !recorder->saved().problem);
  QVERIFY(std::filesystem::remove(file));
  QVERIFY(step());
  const SaveState lost = recorder->waitFor(2);
  QCOMPARE(lost.iteration, 1);  // never called saved
  QVERIFY(lost.problem && lost.problem->what.find("deleted") != std::string::npos);
  // What the file had, and what waits, is all there.
  QCOMPARE(textOf(writer->saveElsewhere(copy)), std::string());
  QCOMPARE(recorder->saved().iteration, 2);
  QVERIFY(!recorder->saved().problem);
  QVERIFY(step());
  QCOMPARE(recorder->waitFor(3).iteration, 3);
  QCOMPARE(SessionFile::open(copy)->runs().front().iterations, 3);
  QCOMPARE(textOf(SessionFile::open(copy)->check()), std::string());
}

QTEST_APPLESS_MAIN(TestSession)
#include "tst_session.moc"
