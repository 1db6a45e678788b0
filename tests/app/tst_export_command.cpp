// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/app/run_program.h"

using gps::test::Outcome;
using gps::test::runProgram;

namespace {

QByteArray bytesOf(const QString& file) {
  QFile reading(file);
  return reading.open(QIODevice::ReadOnly) ? reading.readAll() : QByteArray();
}

bool train(const QString& algorithm, const QString& session, const QString& scene = "point_mass") {
  const Outcome outcome = runProgram({"train", scene, "--algorithm", algorithm, "--iterations", "2", "--seed", "4", "--set",
                                      "pol.steps=60", "--set", "pol.hidden=8", "--set", "run.samples=3", "--session", session});
  if (outcome.exitCode != 0) qWarning("%s", outcome.err.constData());
  return outcome.exitCode == 0;
}

}  // namespace

/// `gps-studio export` as a user of the terminal meets it. What the files hold is checked beside the code that writes them.
class TestExportCommand : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void oneCallWritesWhatIsAskedFor();
  void wrongUseSaysWhatWhereAndMend_data();
  void wrongUseSaysWhatWhereAndMend();
  void aFullDiskLeavesWhatWasThere();

 private:
  QTemporaryDir m_folder;
  QString m_learned;   ///< a session of mdgps
  QString m_noPolicy;  ///< of trajopt
};

void TestExportCommand::initTestCase() {
  m_learned = m_folder.filePath("learned.gpss");
  m_noPolicy = m_folder.filePath("trajopt.gpss");
  QVERIFY(train("mdgps", m_learned) && train("trajopt", m_noPolicy));
}

void TestExportCommand::oneCallWritesWhatIsAskedFor() {
  const QTemporaryDir folder;
  const QString arrays = folder.filePath("a.npz"), header = folder.filePath("point mass.h"), csv = folder.filePath("a.csv");
  const Outcome outcome = runProgram({"export", m_learned, "--arrays", arrays, "--policy", header, "--metrics", csv});
  QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
  QVERIFY(outcome.out.isEmpty() && outcome.err.isEmpty());
  QVERIFY(bytesOf(arrays).startsWith("PK"));
  QVERIFY(bytesOf(header).contains("void point_mass_policy(const double observation["));
  QVERIFY(bytesOf(header).contains("iteration 2."));
  QVERIFY(bytesOf(csv).startsWith("run,algorithm,seed,iteration"));
  const QString archive = folder.filePath("a.pt");
  QCOMPARE(runProgram({"export", m_learned, "--policy", archive, "--iteration", "1"}).exitCode, 0);
  QVERIFY(bytesOf(archive).startsWith("PK"));
  QCOMPARE(runProgram({"export", m_learned, "--policy", header, "--iteration", "1"}).exitCode, 0);
  QVERIFY(bytesOf(header).contains("iteration 1."));
  QCOMPARE(runProgram({"export", m_noPolicy, "--policy", header}).exitCode, 0);
  QVERIFY(!bytesOf(header).contains("_policy("));
  QVERIFY(bytesOf(header).contains("point_mass_controller("));
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 4);
}

void TestExportCommand::wrongUseSaysWhatWhereAndMend_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("mend");
  const auto row = [](const char* name, const QStringList& arguments, const char* what, const char* mend) {
    QTest::newRow(name) << arguments << QString::fromLatin1(what) << QString::fromLatin1(mend);
  };
  row("nothing", {"SESSION"}, "nothing to export", "--arrays");
  row("ending of arrays", {"SESSION", "--arrays", "OUT/a.zip"}, "ends in \".zip\"", ".npz");
  row("ending of a policy", {"SESSION", "--policy", "OUT/a.py"}, "ends in \".py\"", ".pt or .h");
  row("no ending", {"SESSION", "--policy", "OUT/a"}, "ends in \"\"", ".pt or .h");
  row("iteration 0", {"SESSION", "--arrays", "OUT/a.npz", "--iteration", "0"}, "is \"0\"", "--iteration 3");
  row("iteration -1", {"SESSION", "--arrays", "OUT/a.npz", "--iteration", "-1"}, "is \"-1\"", "--iteration 3");
  row("no number", {"SESSION", "--arrays", "OUT/a.npz", "--iteration", "2x"}, "is \"2x\"", "--iteration 3");
  row("too large a number", {"SESSION", "--arrays", "OUT/a.npz", "--iteration", "99999999999"}, "99999999999", "--iteration 3");
  row("not there", {"SESSION", "--arrays", "OUT/a.npz", "--iteration", "3"}, "no iteration 3", "1 to 2");
  row("not there, policy", {"SESSION", "--policy", "OUT/a.h", "--iteration", "3"}, "no iteration 3", "1 to 2");
  row("all policies", {"SESSION", "--policy", "OUT/a.h", "--iteration", "all"}, "one iteration", "number");
  row("run", {"SESSION", "--arrays", "OUT/a.npz", "--run", "other"}, "no run \"other\"", "mdgps-1");
  row("no policy", {"TRAJOPT", "--policy", "OUT/a.pt"}, "no global policy", ".h");
  row("no folder", {"SESSION", "--arrays", "OUT/no/a.npz"}, "does not exist", "Make it");
  row("no session", {"OUT/none.gpss", "--arrays", "OUT/a.npz"}, "none.gpss", "");
}

void TestExportCommand::wrongUseSaysWhatWhereAndMend() {
  QFETCH(QStringList, arguments);
  QFETCH(QString, what);
  QFETCH(QString, mend);
  const QTemporaryDir folder;
  for (QString& argument : arguments) {
    argument.replace("SESSION", m_learned).replace("TRAJOPT", m_noPolicy).replace("OUT", folder.path());
  }
  const Outcome outcome = runProgram(QStringList{"export"} + arguments);
  QCOMPARE(outcome.exitCode, 2);
  const QString said = QString::fromUtf8(outcome.err);
  QVERIFY2(said.contains(what) && said.contains(mend), qPrintable(said));
  QVERIFY2(said.contains('(') && said.count('\n') == 1, qPrintable(said));
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList());
}

void TestExportCommand::aFullDiskLeavesWhatWasThere() {
  const QTemporaryDir folder;
  // A limit on the size of files, as a full disk: 4096 bytes.
  for (const char* name : {"a.npz", "a.h", "a.pt"}) {
    const QString file = folder.filePath(name);
    QFile before(file);
    QVERIFY(before.open(QIODevice::WriteOnly) && before.write("before") == 6);
    before.close();
    const char* option = file.endsWith("npz") ? "--arrays" : "--policy";
    const Outcome outcome =
        runProgram({"-c", "ulimit -f 8; exec \"$0\" \"$@\"", GPS_BINARY, "export", m_learned, option, file},
                   QProcessEnvironment::systemEnvironment(), "/bin/sh");
    QVERIFY2(outcome.exitCode == 1, outcome.err.constData());
    QVERIFY2(outcome.err.contains("could not be written") && outcome.err.contains("space"), outcome.err.constData());
    QCOMPARE(bytesOf(file), QByteArray("before"));
  }
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 3);
}

QTEST_APPLESS_MAIN(TestExportCommand)
#include "tst_export_command.moc"
