// SPDX-License-Identifier: GPL-3.0-or-later
#include <signal.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QtTest>

#include "tests/app/run_program.h"
#include "tests/core/session/session_fixture.h"

using gps::SessionFile;
using gps::test::Outcome;
using gps::test::runProgram;
using gps::testing::differenceOf;

namespace {

/// A small training; iterations take milliseconds.
QStringList training(const QString& algorithm, int iterations, const QString& session) {
  return {"train",         "point_mass",    "--algorithm",   algorithm, "--iterations", QString::number(iterations),
          "--seed",        "4",             "--set",         "pol.steps=60",
          "--set",         "badmm.inner=2", "--set",         "pol.hidden=8",
          "--set",         "run.samples=3", "--json",        "--session", session};
}

QList<QByteArray> linesOf(const QByteArray& out) {
  QList<QByteArray> lines;
  for (const QByteArray& line : out.split('\n')) {
    if (!line.startsWith("{\"run\"")) continue;
    QString text = QString::fromUtf8(line);
    text.remove(QRegularExpression(QStringLiteral("\"seconds\":\\{[^}]*\\}")));
    lines << text.toUtf8();
  }
  return lines;
}

QString differenceOfFiles(const QString& a, const QString& b, int upTo) {
  const auto first = SessionFile::open(a.toStdString()), second = SessionFile::open(b.toStdString());
  if (!first) return QString::fromStdString(first.error().text());
  if (!second) return QString::fromStdString(second.error().text());
  return differenceOf(*first, *second, upTo);
}

/// Starts a program and reads what it prints until `count` iterations are there, or it ends.
QByteArray readIterations(QProcess& process, const QStringList& arguments, int count) {
  process.start(QStringLiteral(GPS_BINARY), arguments);
  QByteArray out;
  while (linesOf(out).size() < count && process.waitForReadyRead(60000)) out += process.readAllStandardOutput();
  return out;
}

}  // namespace

/// Sessions as a user of the terminal meets them, each command a process of its own.
class TestSessionCommand : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aStoppedRunGoesOnInANewProcess_data();
  void aStoppedRunGoesOnInANewProcess();
  void aKilledProgramLosesAtMostTwoIterations();
  void aLimitIsRaised();
  void namesOfASessionAreNoCommandsToTheTerminal();
  void aForkLeavesItsParentAsItIs();
  void replayPrintsTheSameLines();
  void evaluateRepeatsTheLog();
  void exportsAreThoseOfTheTraining();
  void infoAndCheckTellWhatThereIs();
  void aSecondProgramOnlyReads();
  void aFullDiskDoesNotEndTheRun();
  void wrongUseSaysWhatWhereAndMend_data();
  void wrongUseSaysWhatWhereAndMend();
};

void TestSessionCommand::aStoppedRunGoesOnInANewProcess_data() {
  QTest::addColumn<QString>("algorithm");
  for (const gps::AlgorithmEntry& entry : gps::algorithmRegistry()) {
    const QString id = QString::fromUtf8(entry.id.data(), static_cast<int>(entry.id.size()));
    QTest::newRow(qPrintable(id)) << id;
  }
}

void TestSessionCommand::aStoppedRunGoesOnInANewProcess() {
  QFETCH(QString, algorithm);
  const QTemporaryDir folder;
  const QString whole = folder.filePath("whole.gpss"), parts = folder.filePath("parts.gpss");
  const Outcome straight = runProgram(training(algorithm, 10, whole));
  QVERIFY2(straight.exitCode == 0, straight.err.constData());
  QCOMPARE(linesOf(straight.out).size(), 10);
  QProcess process;
  QByteArray out = readIterations(process, training(algorithm, 10, parts), 5);
  process.terminate();  // as Ctrl+C
  QVERIFY(process.waitForFinished(60000));
  out += process.readAllStandardOutput();
  QVERIFY(linesOf(out).size() >= 5);
  if (linesOf(out).size() < 10) {
    const Outcome rest = runProgram({"train", "--resume", parts, "--json"});
    QVERIFY2(rest.exitCode == 0, rest.err.constData());
    out += rest.out;
  }
  QCOMPARE(linesOf(out), linesOf(straight.out));
  QCOMPARE(differenceOfFiles(whole, parts, 10), QString());
}

void TestSessionCommand::aKilledProgramLosesAtMostTwoIterations() {
  const QTemporaryDir folder;
  constexpr int kIterations = 40;
  const QString whole = folder.filePath("whole.gpss");
  const Outcome straight = runProgram(training("mdgps", kIterations, whole));
  QVERIFY2(straight.exitCode == 0, straight.err.constData());
  const QList<QByteArray> reference = linesOf(straight.out);
  bool given = false;
  const int asked = qEnvironmentVariableIntValue("GPS_KILLS", &given);
  const int kills = given ? asked : 20;
  QRandomGenerator random(1);
  for (int i = 0; i < kills; ++i) {
    const QString file = folder.filePath(QStringLiteral("killed-%1.gpss").arg(i));
    QProcess process;
    QByteArray out = readIterations(process, training("mdgps", kIterations, file), 1 + random.bounded(30));
    QThread::msleep(random.bounded(30));
    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
    QVERIFY(process.waitForFinished(60000));
    out += process.readAllStandardOutput();
    // A line is printed when its iteration is safe.
    const int shown = static_cast<int>(linesOf(out.left(out.lastIndexOf('\n') + 1)).size());
    const auto session = SessionFile::open(file.toStdString());
    QVERIFY2(session.ok(), session.ok() ? "" : session.error().text().c_str());
    const int kept = session->run("")->iterations;
    QVERIFY2(kept >= shown, qPrintable(QStringLiteral("%1 shown, %2 kept").arg(shown).arg(kept)));
    QCOMPARE(linesOf(out), reference.mid(0, linesOf(out).size()));
    QCOMPARE(differenceOfFiles(whole, file, kept), QString());
    const gps::Status sound = session->check();
    QVERIFY2(sound.ok(), sound.ok() ? "" : sound.error().text().c_str());
    if (i % 5 != 0) continue;
    const Outcome rest = runProgram({"train", "--resume", file, "--json"});
    QVERIFY2(rest.exitCode == 0, rest.err.constData());
    QCOMPARE(linesOf(rest.out), reference.mid(kept));
    QCOMPARE(differenceOfFiles(whole, file, kIterations), QString());
  }
}

void TestSessionCommand::namesOfASessionAreNoCommandsToTheTerminal() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  QCOMPARE(runProgram(training("trajopt", 2, file)).exitCode, 0);
  {
    auto database = gps::Database::open(file.toStdString(), gps::Database::Access::Write);
    QVERIFY(database.ok());
    QVERIFY(database->execute("UPDATE runs SET name='evil' || char(27) || '[2J' || char(155) || '31m' || char(10, 7)").ok());
    QVERIFY(database->execute("INSERT INTO notes(run, iteration, written, text) VALUES (1, 2, 'now', 'a' || char(27) || '[31m')").ok());
  }
  const auto clean = [](const QByteArray& printed) {
    for (const char c : printed) {
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f) return false;
    }
    return !printed.contains("\xc2\x9b");
  };
  for (const QStringList& command : {QStringList{"info", file}, QStringList{"check", file},
                                     QStringList{"evaluate", file, "--rollouts", "1"},
                                     QStringList{"evaluate", file, "--run", "nobody"},
                                     QStringList{"train", "--resume", file, "--iterations", "3"}}) {
    const Outcome outcome = runProgram(command);
    QVERIFY2(clean(outcome.out) && clean(outcome.err), qPrintable(command.join(' ') + '\n' + outcome.out + outcome.err));
    QVERIFY2(outcome.exitCode != 2 || outcome.err.contains("evil"), outcome.err.constData());
  }
  const Outcome told = runProgram({"info", file});
  QVERIFY2(told.out.contains("note on iteration 2: a[31m"), told.out.constData());
}

void TestSessionCommand::aLimitIsRaised() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  QCOMPARE(runProgram(training("trajopt", 2, file)).exitCode, 0);
  const Outcome full = runProgram({"train", "--resume", file});
  QCOMPARE(full.exitCode, 2);
  QVERIFY2(full.err.contains("2 iterations already"), full.err.constData());
  const Outcome more = runProgram({"train", "--resume", file, "--iterations", "4", "--set", "lqr.kl_step=0.3", "--json"});
  QVERIFY2(more.exitCode == 0, more.err.constData());
  QCOMPARE(linesOf(more.out).size(), 2);
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(session.ok());
  const auto events = *session->events(*session->run(""));
  QCOMPARE(events.size(), std::size_t(2));
  QCOMPARE(events[0].iteration, 3);
  QCOMPARE(events[0].key, std::string("lqr.kl_step"));
  const Outcome seed = runProgram({"train", "--resume", file, "--iterations", "6", "--set", "run.seed=5"});
  QCOMPARE(seed.exitCode, 2);
  QVERIFY2(seed.err.contains("run.seed"), seed.err.constData());
}

void TestSessionCommand::aForkLeavesItsParentAsItIs() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  const Outcome first = runProgram(training("mdgps", 4, file));
  QCOMPARE(first.exitCode, 0);
  const Outcome same = runProgram({"train", "--resume", file, "--at", "2", "--json"});
  QVERIFY2(same.exitCode == 0, same.err.constData());
  QList<QByteArray> expected = linesOf(first.out).mid(2);
  for (QByteArray& line : expected) line.replace("\"mdgps-1\"", "\"mdgps-2\"");
  QCOMPARE(linesOf(same.out), expected);
  const Outcome other =
      runProgram({"train", "--resume", file, "--run", "mdgps-1", "--at", "3", "--set", "lqr.kl_step=0.4", "--json"});
  QVERIFY2(other.exitCode == 0, other.err.constData());
  QCOMPARE(linesOf(other.out).size(), 1);
  QVERIFY(linesOf(other.out) != linesOf(first.out).mid(3));
  // The first run goes on where it was.
  const Outcome more = runProgram({"train", "--resume", file, "--run", "mdgps-1", "--iterations", "5", "--json"});
  QVERIFY2(more.exitCode == 0, more.err.constData());
  QVERIFY(more.out.contains("\"mdgps-1\"") && linesOf(more.out).size() == 1);
  const Outcome told = runProgram({"info", file, "--json"});
  const QJsonArray runs = QJsonDocument::fromJson(told.out)["runs"].toArray();
  QCOMPARE(runs.size(), 3);
  QCOMPARE(runs[1]["forked_from"].toString(), QString("mdgps-1"));
  QCOMPARE(runs[2]["forked_after"].toInt(), 3);
  QCOMPARE(runProgram({"check", file}).exitCode, 0);
  // Its shared iterations are its own to whoever asks; so is where a fork left that did not go on.
  const auto judged = [&file](const char* run, const char* at) {
    const Outcome evaluated = runProgram({"evaluate", file, "--run", run, "--iteration", at, "--json"});
    return QJsonDocument::fromJson(evaluated.out)["conditions"].toArray();
  };
  QVERIFY(!judged("mdgps-1", "1").isEmpty());
  QCOMPARE(judged("mdgps-2", "1"), judged("mdgps-1", "1"));
  QVERIFY(judged("mdgps-3", "4") != judged("mdgps-1", "4"));
  const Outcome late = runProgram({"train", "--resume", file, "--at", "9"});
  QCOMPARE(late.exitCode, 2);
  QVERIFY2(late.err.contains("no iteration 9"), late.err.constData());
  const Outcome replayed = runProgram({"train", "--replay", file});
  QCOMPARE(replayed.exitCode, 2);
  QVERIFY2(replayed.err.contains("fork"), replayed.err.constData());
}

void TestSessionCommand::replayPrintsTheSameLines() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss"), again = folder.filePath("again.gpss");
  Outcome first = runProgram(training("mdgps", 2, file));
  QCOMPARE(first.exitCode, 0);
  const Outcome more = runProgram({"train", "--resume", file, "--iterations", "4", "--set", "cost.goal.weight=3", "--json"});
  QVERIFY2(more.exitCode == 0, more.err.constData());
  const Outcome replayed = runProgram({"train", "--replay", file, "--session", again, "--json"});
  QVERIFY2(replayed.exitCode == 0, replayed.err.constData());
  QCOMPARE(linesOf(replayed.out), linesOf(first.out + more.out));
  QCOMPARE(differenceOfFiles(file, again, 4), QString());
}

void TestSessionCommand::evaluateRepeatsTheLog() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  const Outcome trained = runProgram(training("mdgps", 3, file));
  QCOMPARE(trained.exitCode, 0);
  for (const int k : {2, 3}) {
    QStringList arguments{"evaluate", file, "--json"};
    if (k == 2) arguments << "--iteration" << "2";
    const Outcome evaluated = runProgram(arguments);
    QVERIFY2(evaluated.exitCode == 0, evaluated.err.constData());
    const QJsonObject told = QJsonDocument::fromJson(evaluated.out).object();
    const QJsonObject logged = QJsonDocument::fromJson(trained.out.split('\n')[k - 1]).object();
    QCOMPARE(told["iteration"].toInt(), k);
    QCOMPARE(told["conditions"][0]["cost"].toDouble(), logged["global_cost"][0].toDouble());
  }
  const Outcome many = runProgram({"evaluate", file, "--rollouts", "5", "--json"});
  QCOMPARE(QJsonDocument::fromJson(many.out)["conditions"][0]["rollouts"].toInt(), 5);
  const Outcome none = runProgram({"evaluate", file, "--iteration", "9"});
  QCOMPARE(none.exitCode, 2);
  QVERIFY2(none.err.contains("no iteration 9"), none.err.constData());
}

void TestSessionCommand::exportsAreThoseOfTheTraining() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  const QString direct = folder.filePath("direct.csv"), exported = folder.filePath("exported.csv"),
                json = folder.filePath("exported.json");
  const Outcome trained = runProgram(training("badmm", 3, file) + QStringList{"--metrics", direct});
  QCOMPARE(trained.exitCode, 0);
  QCOMPARE(runProgram({"export", file, "--metrics", exported}).exitCode, 0);
  QCOMPARE(runProgram({"export", file, "--metrics", json}).exitCode, 0);
  const auto content = [](const QString& name) {
    QFile opened(name);
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
  };
  QVERIFY(!content(direct).isEmpty());
  QCOMPARE(content(exported), content(direct));
  const QJsonArray objects = QJsonDocument::fromJson(content(json)).array();
  QCOMPARE(objects.size(), 3);
  for (int k = 0; k < 3; ++k) QCOMPARE(objects[k].toObject(), QJsonDocument::fromJson(trained.out.split('\n')[k]).object());
}

void TestSessionCommand::infoAndCheckTellWhatThereIs() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  QCOMPARE(runProgram(training("trajopt", 3, file)).exitCode, 0);
  const Outcome told = runProgram({"info", file, "--json"});
  const QJsonObject run = QJsonDocument::fromJson(told.out).object()["runs"][0].toObject();
  QCOMPARE(run["algorithm"].toString(), QStringLiteral("trajopt"));
  QCOMPARE(run["scene"].toString(), QStringLiteral("point_mass"));
  QCOMPARE(run["iterations"].toInt(), 3);
  QVERIFY(run["provenance"]["command_line"].toString().contains("--algorithm trajopt"));
  const Outcome plain = runProgram({"info", file});
  QVERIFY2(plain.out.contains("trajopt-1: trajopt on point_mass, seed 4, 3 iterations"), plain.out.constData());
  const Outcome checked = runProgram({"check", file});
  QVERIFY2(checked.exitCode == 0 && checked.out.contains("sound session: 1 run, 3 iterations"), checked.out.constData());
  QFile damaged(file);
  QVERIFY(damaged.open(QIODevice::ReadWrite));
  damaged.seek(damaged.size() / 2);
  damaged.write(QByteArray(4096, 'x'));
  damaged.close();
  const Outcome bad = runProgram({"check", file});
  QCOMPARE(bad.exitCode, 2);
  QVERIFY2(bad.err.contains("damaged"), bad.err.constData());
}

void TestSessionCommand::aSecondProgramOnlyReads() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  QProcess process;
  readIterations(process, training("mdgps", 2000, file), 3);
  const Outcome second = runProgram({"train", "--resume", file, "--iterations", "3000"});
  const Outcome reader = runProgram({"info", file});
  ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
  process.waitForFinished(60000);
  QCOMPARE(second.exitCode, 2);
  QVERIFY2(second.err.contains("Another program writes to this session, process"), second.err.constData());
  QVERIFY2(reader.exitCode == 0, reader.err.constData());
  // A lock goes with its program, however it ends.
  const Outcome after = runProgram({"check", file});
  QVERIFY2(after.exitCode == 0, after.err.constData());
}

void TestSessionCommand::aFullDiskDoesNotEndTheRun() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  QStringList quoted;
  for (const QString& argument : training("mdgps", 12, file)) quoted << '\'' + argument + '\'';
  // No file may grow beyond 400 kB.
  const Outcome full = runProgram({"-c", "ulimit -f 400; exec " GPS_BINARY " " + quoted.join(' ')},
                                  QProcessEnvironment::systemEnvironment(), "/bin/bash");
  QVERIFY2(full.exitCode == 1, full.err.constData());
  QCOMPARE(linesOf(full.out).size(), 12);
  QVERIFY2(full.err.contains("Saving failed after iteration"), full.err.constData());
  QVERIFY2(full.err.contains("save elsewhere"), full.err.constData());
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY2(session.ok(), session.ok() ? "" : session.error().text().c_str());
  const int kept = session->run("")->iterations;
  QVERIFY(kept < 12);
  const QString whole = folder.filePath("whole.gpss");
  QCOMPARE(runProgram(training("mdgps", 12, whole)).exitCode, 0);
  QCOMPARE(differenceOfFiles(whole, file, kept), QString());
}

void TestSessionCommand::wrongUseSaysWhatWhereAndMend_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QString>("said");
  QTest::newRow("no scene") << QStringList{"train"} << "no scene";
  QTest::newRow("no file") << QStringList{"train", "--resume", "/nowhere.gpss"} << "no such file";
  QTest::newRow("a folder") << QStringList{"info", "/tmp"} << "not a file";
  QTest::newRow("no session") << QStringList{"info", GPS_SCENES "/point_mass.scene.json"} << "not a session";
  QTest::newRow("resume with a scene") << QStringList{"train", "point_mass", "--resume", "a.gpss"} << "excludes";
  QTest::newRow("resume with a seed") << QStringList{"train", "--resume", "a.gpss", "--seed", "1"} << "excludes";
  QTest::newRow("no folder") << QStringList{"train", "point_mass", "--session", "/nowhere/a.gpss"} << "can't be written here";
  QTest::newRow("metrics of no kind") << QStringList{"export", "a.gpss", "--metrics", "a.txt"} << ".csv or .json";
}

void TestSessionCommand::wrongUseSaysWhatWhereAndMend() {
  QFETCH(QStringList, arguments);
  QFETCH(QString, said);
  const Outcome outcome = runProgram(arguments);
  QCOMPARE(outcome.exitCode, 2);
  QVERIFY2(QString::fromUtf8(outcome.err).contains(said), outcome.err.constData());
}

QTEST_APPLESS_MAIN(TestSessionCommand)
#include "tst_session_command.moc"
