// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
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
  void plotsOfASession();
  void aReportIsTheSameTwice();
  void whatAReportSaysMakesTheRunAgain();
  void comparisonsHaveAReport();
  void wordsOfASceneStayText();

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
  row("ending of a report", {"SESSION", "--report", "OUT/a.pdf"}, "ends in \".pdf\"", ".html");
  row("report, not there", {"SESSION", "--report", "OUT/a.html", "--iteration", "3"}, "no iteration 3", "1 to 2");
  row("no folder", {"SESSION", "--arrays", "OUT/no/a.npz"}, "does not exist", "Make it");
  row("itself", {"OUT/s.npz", "--arrays", "OUT/s.npz"}, "overwrite the session", "another name");
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
  const bool itself = arguments.first().endsWith("s.npz");
  if (itself) QVERIFY(QFile::copy(m_learned, folder.filePath("s.npz")));
  const Outcome outcome = runProgram(QStringList{"export"} + arguments);
  QCOMPARE(outcome.exitCode, 2);
  if (itself) {
    QVERIFY(bytesOf(folder.filePath("s.npz")) == bytesOf(m_learned));
    QVERIFY(QFile::remove(folder.filePath("s.npz")));
  }
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

void TestExportCommand::plotsOfASession() {
  const QTemporaryDir folder;
  const Outcome outcome = runProgram({"export", m_learned, "--plots", folder.filePath("plots")});
  if (outcome.err.contains("without the window")) QSKIP("no plots in this build");
  QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
  const QStringList files = QDir(folder.filePath("plots")).entryList(QDir::Files);
  for (const char* file : {"cost.png", "cost.svg", "cost.pdf", "profile.pdf"}) QVERIFY2(files.contains(file), file);
  const Outcome refused = runProgram({"export", m_learned, "--plots", "/proc/nothing"});
  QVERIFY(refused.exitCode == 2);
  QVERIFY2(refused.err.contains("--plots"), refused.err.constData());
}

void TestExportCommand::aReportIsTheSameTwice() {
  const QTemporaryDir folder;
  for (const char* name : {"a.html", "b.html"}) {
    const Outcome outcome = runProgram({"export", m_learned, "--report", folder.filePath(name)});
    QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
    QTest::qSleep(1100);
  }
  const QByteArray page = bytesOf(folder.filePath("a.html"));
  QVERIFY(page.startsWith("<!DOCTYPE html>"));
  QVERIFY(page == bytesOf(folder.filePath("b.html")));
  QVERIFY(!page.contains("<script") && !page.contains("href=") && !page.contains("src="));
  QXmlStreamReader xml(page);
  int pictures = 0;
  while (!xml.atEnd()) {
    if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == QStringLiteral("svg")) ++pictures;
  }
  QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
  QVERIFY(pictures > 5 || page.contains("without the window"));
}

void TestExportCommand::whatAReportSaysMakesTheRunAgain() {
  const QTemporaryDir folder;
  QCOMPARE(runProgram({"export", m_learned, "--report", folder.filePath("a.html")}).exitCode, 0);
  const QString page = QString::fromUtf8(bytesOf(folder.filePath("a.html")));
  QStringList commands;
  static const QRegularExpression kCommand(QStringLiteral("<pre>gps-studio (train [^<]*)</pre>"));
  for (auto match = kCommand.globalMatch(page); match.hasNext();) commands << match.next().captured(1);
  QCOMPARE(commands.size(), 2);  // from the scene, and from the session
  QVERIFY(runProgram({"export", m_learned, "--metrics", folder.filePath("wanted.json")}).exitCode == 0);
  static const QRegularExpression kSeconds(QStringLiteral("\"seconds\":\\{[^}]*\\}"));
  const QString wanted = QString::fromUtf8(bytesOf(folder.filePath("wanted.json"))).remove(kSeconds);
  for (const QString& command : commands) {
    const Outcome again = runProgram({"-c", "cd " + m_folder.path() + " && exec " GPS_BINARY " " + command + " --json"},
                                     QProcessEnvironment::systemEnvironment(), "/bin/sh");
    QVERIFY2(again.exitCode == 0, again.err.constData());
    int lines = 0;
    for (const QString& line : QString::fromUtf8(again.out).remove(kSeconds).split('\n')) {
      if (!line.startsWith("{\"run\"")) continue;
      ++lines;
      QVERIFY2(wanted.contains(line), qPrintable(command));
    }
    QCOMPARE(lines, 2);
  }
}

void TestExportCommand::comparisonsHaveAReport() {
  const QTemporaryDir folder;
  const QString page = folder.filePath("c.html");
  const QStringList compare{"compare", "point_mass", "--algorithms", "mdgps,trajopt", "--iterations", "1", "--set",
                            "mdgps:pol.steps=60", "--report", page};
  const Outcome outcome = runProgram(compare);
  QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
  QVERIFY(bytesOf(page).contains("2 runs"));
  QVERIFY(bytesOf(page).contains("gps-studio train point_mass --algorithm trajopt"));
  QVERIFY(!bytesOf(page).contains("--replay"));
  const Outcome saved = runProgram(compare + QStringList{"--session", folder.filePath("c.gpss")});
  QVERIFY2(saved.exitCode == 0, saved.err.constData());
  QVERIFY(bytesOf(page).contains("gps-studio train --replay c.gpss --run trajopt-1"));
  // Refused before anything is learned.
  const Outcome refused = runProgram({"train", "point_mass", "--report", folder.filePath("c.txt")});
  QCOMPARE(refused.exitCode, 2);
  QVERIFY2(refused.err.contains(".html") && refused.out.isEmpty(), refused.err.constData());
}

void TestExportCommand::wordsOfASceneStayText() {
  const QTemporaryDir folder;
  const QString hostile = QStringLiteral("</title></svg></pre><script>alert(1)</script> \"&amp;");
  QByteArray text = bytesOf(GPS_SCENES "/point_mass.scene.json");
  QString escaped = hostile;
  escaped.replace('"', "\\\"");
  for (const char* words : {"\"Point mass\"", "\"A body is steered"}) {
    QVERIFY2(text.contains(words), words);
    text.replace(words, ("\"" + escaped + (words[1] == 'P' ? "\"" : "")).toUtf8());
  }
  QFile scene(folder.filePath("hostile.scene.json"));
  QVERIFY(scene.open(QIODevice::WriteOnly) && scene.write(text) > 0);
  scene.close();
  const QString session = folder.filePath("s.gpss"), page = folder.filePath("s.html");
  QVERIFY(train("mdgps", session, scene.fileName()));
  const Outcome outcome = runProgram({"export", session, "--report", page});
  QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
  QXmlStreamReader xml(bytesOf(page));
  while (!xml.atEnd()) {
    if (xml.readNext() == QXmlStreamReader::StartElement) QVERIFY(xml.name() != QStringLiteral("script"));
  }
  QVERIFY2(!xml.hasError(), qPrintable(QStringLiteral("line %1: %2").arg(xml.lineNumber()).arg(xml.errorString())));
  QVERIFY(!bytesOf(page).contains("<script"));
  QVERIFY(bytesOf(page).contains("&lt;script&gt;alert(1)"));
}

QTEST_APPLESS_MAIN(TestExportCommand)
#include "tst_export_command.moc"
