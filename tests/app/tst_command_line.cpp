// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "app/main_window.h"
#include "tests/app/run_program.h"

using gps::test::Outcome;

namespace {

Outcome run(const QStringList& arguments,
            const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment()) {
  return gps::test::runProgram(arguments, environment);
}

/// JSON lines without the one thing that may differ.
QByteArray withoutSeconds(QByteArray lines) {
  QString text = QString::fromUtf8(lines);
  text.remove(QRegularExpression(QStringLiteral("\"seconds\":\\{[^}]*\\}")));
  return text.toUtf8();
}

/// A short training: two iterations, few gradient steps.
QStringList shortTraining(const QString& scene, const QString& algorithm) {
  return {"train", scene,   "--algorithm",   algorithm, "--iterations",  "2",     "--seed",
          "4",     "--set", "pol.steps=200", "--set",   "badmm.inner=2", "--json"};
}

}  // namespace

/// The program as a user of the terminal meets it.
class TestCommandLine : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyShippedSceneIsValid();
  void trainPrintsOneObjectPerIterationAndASummary_data();
  void trainPrintsOneObjectPerIterationAndASummary();
  void threadsNeverChangeTheLines_data();
  void threadsNeverChangeTheLines();
  void windowExportsTheSameLines_data();
  void windowExportsTheSameLines();
  void metricsAndPlotsAreWritten();
  void badInputExitsWithTwoAndSaysWhatWhereAndMend_data();
  void badInputExitsWithTwoAndSaysWhatWhereAndMend();
  void hugeAndDeepFilesAreRefused();
  void windowWithoutADisplaySaysWhatToDoInstead();
  void listsComeFromTheRegistries();
  void listedValuesSayWhereTheyComeFrom();
  void checkTakesTheNameOfAShippedScene();
  void compareEndsWithTheMeansOfEachAlgorithm();
  void aValueMayHoldForOneAlgorithm();
  void aValueThatNobodyReadsIsSaid();
  void helpExplainsTheColumns();
  void aFinishedRunSaysHowManyItSolved();
};

void TestCommandLine::everyShippedSceneIsValid() {
  const Outcome listed = run({"list", "scenes", "--json"});
  QCOMPARE(listed.exitCode, 0);
  QStringList names;
  for (const QJsonValue& scene : QJsonDocument::fromJson(listed.out).array())
    names << scene["name"].toString();
  for (const char* name : {"point_mass", "two_link_arm", "two_link_arm_single", "obstacle_navigation"}) {
    QVERIFY2(names.contains(name), name);
  }
  for (const QString& name : names) {
    const Outcome checked = run({"check", QStringLiteral(GPS_SCENES "/%1.scene.json").arg(name)});
    QVERIFY2(checked.exitCode == 0, checked.err.constData());
  }
}

void TestCommandLine::trainPrintsOneObjectPerIterationAndASummary_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::newRow("trajopt") << "trajopt";
  QTest::newRow("badmm") << "badmm";
  QTest::newRow("mdgps") << "mdgps";
  QTest::newRow("ilqr") << "ilqr";
  QTest::newRow("gps_ilqr") << "gps_ilqr";
}

void TestCommandLine::trainPrintsOneObjectPerIterationAndASummary() {
  QFETCH(QString, algorithm);
  const Outcome outcome = run(shortTraining("two_link_arm", algorithm));
  QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
  const QList<QByteArray> lines = outcome.out.trimmed().split('\n');
  QCOMPARE(lines.size(), 3);
  for (int k = 0; k < 2; ++k) {
    const QJsonObject line = QJsonDocument::fromJson(lines[k]).object();
    QCOMPARE(line["iteration"].toInt(), k + 1);
    QCOMPARE(line["algorithm"].toString(), algorithm);
    QCOMPARE(line["seed"].toInt(), 4);
    QCOMPARE(line["local_cost"].toArray().size(), 4);
    for (const QJsonValue& cost : line["local_cost"].toArray())
      QVERIFY(cost.isDouble() && cost.toDouble() > 0.0);
    QCOMPARE(line["global_cost"].isNull(), algorithm != "badmm" && algorithm != "mdgps");
    QCOMPARE(line["kl"].isNull(), algorithm == "ilqr");
    QCOMPARE(line["lambda_norm"].isNull(), algorithm != "badmm");
    QCOMPARE(line["rho"].isNull(), algorithm != "badmm");
    QCOMPARE(line["rollouts"].toInt(), 20 * (k + 1));
    for (const char* key : {"kl", "kl_bound", "eta", "step_mult", "entropy", "success_rate", "seconds"}) {
      QVERIFY2(line.contains(key), key);
    }
  }
  QVERIFY(QJsonDocument::fromJson(lines[2]).object().contains("summary"));
}

void TestCommandLine::threadsNeverChangeTheLines_data() {
  trainPrintsOneObjectPerIterationAndASummary_data();
}

void TestCommandLine::threadsNeverChangeTheLines() {
  QFETCH(QString, algorithm);
  const Outcome one = run(shortTraining("obstacle_navigation", algorithm) + QStringList{"--threads", "1"});
  const Outcome four = run(shortTraining("obstacle_navigation", algorithm) + QStringList{"--threads", "4"});
  QCOMPARE(one.exitCode, 0);
  QVERIFY(one.out.size() > 500);
  QCOMPARE(withoutSeconds(one.out), withoutSeconds(four.out));
}

void TestCommandLine::windowExportsTheSameLines_data() {
  trainPrintsOneObjectPerIterationAndASummary_data();
}

void TestCommandLine::windowExportsTheSameLines() {
  QFETCH(QString, algorithm);
  const Outcome terminal = run(shortTraining("two_link_arm", algorithm));
  QCOMPARE(terminal.exitCode, 0);

  QTemporaryDir folder;
  gps::ui::WindowSetup setup;
  setup.configFolder = folder.filePath("config");
  setup.sceneFolder = GPS_SCENES;
  gps::ui::MainWindow window(setup);
  window.show();
  QVERIFY(window.openScene("two_link_arm"));
  QVERIFY(window.changeAlgorithm(0, algorithm.toStdString()));
  gps::ui::RunSession* session = window.runs().front();
  for (const auto& [key, value] : {std::pair{"run.iterations", "2"}, {"run.seed", "4"}, {"pol.steps", "200"},
                                   {"badmm.inner", "2"}}) {
    QVERIFY(session->setParameter(key, value).ok());
  }
  session->start();
  QTRY_COMPARE_WITH_TIMEOUT(session->state(), gps::RunState::Finished, 120000);
  QVERIFY(window.exportLog(0, folder.filePath("log.jsonl")));
  QFile log(folder.filePath("log.jsonl"));
  QVERIFY(log.open(QIODevice::ReadOnly));
  QCOMPARE(withoutSeconds(log.readAll()), withoutSeconds(terminal.out));
}

void TestCommandLine::metricsAndPlotsAreWritten() {
  QTemporaryDir folder;
  const Outcome outcome =
      run({"compare", "two_link_arm", "--algorithms", "badmm,mdgps", "--iterations", "2", "--set",
           "pol.steps=200", "--metrics", folder.filePath("m.csv"), "--plots", folder.filePath("plots")});
  QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
  QFile csv(folder.filePath("m.csv"));
  QVERIFY(csv.open(QIODevice::ReadOnly));
  const QList<QByteArray> rows = csv.readAll().trimmed().split('\n');
  QCOMPARE(rows.size(), 1 + 2 * 2 * 4);  // head, then algorithms x iterations x conditions
  QVERIFY(rows[0].startsWith("run,algorithm,seed,iteration,condition,cost.mc"));
  for (const QByteArray& row : rows) {
    QCOMPARE(row.count(','), rows[0].count(','));
    QVERIFY(!row.contains("nan") && !row.contains("inf"));
  }
  const QStringList files = QDir(folder.filePath("plots")).entryList(QDir::Files);
  QVERIFY(files.contains("cost.png") && files.contains("cost.svg") && files.contains("cost.pdf") && files.contains("multipliers.svg"));
}

void TestCommandLine::badInputExitsWithTwoAndSaysWhatWhereAndMend_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QStringList>("said");
  const QString files = QStringLiteral(GPS_TEST_FILES "/scenes/");
  const auto check = [&](const char* name, const QString& file, const QStringList& said) {
    QTest::newRow(name) << QStringList{"check", files + file} << said;
  };
  for (const QString& file : QDir(files).entryList({"*.json"}, QDir::Files)) {
    if (file != "valid.scene.json") check(qPrintable("check " + file), file, {file});
  }
  QTest::newRow("folder") << QStringList{"check", files} << QStringList{"folder"};
  QTest::newRow("missing") << QStringList{"check", files + "nothing.json"} << QStringList{"nothing.json"};
  QTest::newRow("unknown scene") << QStringList{"train", "two_link_amr"} << QStringList{"two_link_arm"};
  QTest::newRow("unknown algorithm") << QStringList{"train", "point_mass", "--algorithm", "ppo"}
                                     << QStringList{"mdgps, badmm, trajopt"};
  QTest::newRow("unknown key") << QStringList{"train", "point_mass", "--set", "lqr.klstep=1"}
                               << QStringList{"lqr.kl_step"};
  QTest::newRow("out of range") << QStringList{"train", "point_mass", "--set", "lqr.kl_step=-1"}
                                << QStringList{"between 0.001 and 100"};
  QTest::newRow("no equals sign") << QStringList{"train", "point_mass", "--set", "lqr.kl_step"}
                                  << QStringList{"key=value"};
  QTest::newRow("zero iterations") << QStringList{"train", "point_mass", "--iterations", "0"}
                                   << QStringList{"between 1 and 100000"};
  QTest::newRow("no folder for metrics")
      << QStringList{"train", "point_mass", "--metrics", "/nowhere/at/all.csv"}
      << QStringList{"/nowhere/at", "does not exist"};
  QTest::newRow("metrics is a folder")
      << QStringList{"train", "point_mass", "--metrics", files} << QStringList{"is a folder"};
  QTest::newRow("unknown option") << QStringList{"train", "point_mass", "--colour"}
                                  << QStringList{"--colour"};
  QTest::newRow("no scene") << QStringList{"train"} << QStringList{"scene"};
}

void TestCommandLine::badInputExitsWithTwoAndSaysWhatWhereAndMend() {
  QFETCH(QStringList, arguments);
  QFETCH(QStringList, said);
  const Outcome outcome = run(arguments);
  QVERIFY2(outcome.exitCode == 2, outcome.err.constData());
  QVERIFY(outcome.out.isEmpty());
  for (const QString& part : said) QVERIFY2(outcome.err.contains(part.toUtf8()), outcome.err.constData());
}

void TestCommandLine::hugeAndDeepFilesAreRefused() {
  QTemporaryDir folder;
  QFile huge(folder.filePath("huge.scene.json"));
  QVERIFY(huge.open(QIODevice::WriteOnly));
  QVERIFY(huge.resize(200LL * 1024 * 1024));
  huge.close();
  const Outcome tooLarge = run({"check", huge.fileName()});
  QCOMPARE(tooLarge.exitCode, 2);
  QVERIFY2(tooLarge.err.contains("at most 16"), tooLarge.err.constData());

  QFile deep(folder.filePath("deep.scene.json"));
  QVERIFY(deep.open(QIODevice::WriteOnly));
  deep.write(QByteArray(100000, '['));
  deep.close();
  const Outcome tooDeep = run({"check", deep.fileName()});
  QCOMPARE(tooDeep.exitCode, 2);
  QVERIFY2(tooDeep.err.contains("64"), tooDeep.err.constData());
  QCOMPARE(QFileInfo(huge.fileName()).size(), 200LL * 1024 * 1024);  // nothing is overwritten
}

void TestCommandLine::windowWithoutADisplaySaysWhatToDoInstead() {
  QProcessEnvironment bare = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) bare.remove(name);
  const Outcome outcome = run({}, bare);
  QCOMPARE(outcome.exitCode, 2);
  QVERIFY2(outcome.err.contains("gps-studio train"), outcome.err.constData());
}

void TestCommandLine::listsComeFromTheRegistries() {
  for (const char* what : {"scenes", "algorithms", "parameters", "metrics", "devices"}) {
    const Outcome plain = run({"list", what});
    QCOMPARE(plain.exitCode, 0);
    QVERIFY(!plain.out.isEmpty());
    const Outcome json = run({"list", what, "--json"});
    QVERIFY2(QJsonDocument::fromJson(json.out).isArray(), what);
  }
  const Outcome parameters = run({"list", "parameters"});
  QVERIFY(parameters.out.contains("lqr.kl_step = 1"));
}

void TestCommandLine::listedValuesSayWhereTheyComeFrom() {
  const Outcome listed =
      run({"list", "parameters", "--scene", "obstacle_navigation", "--algorithm", "mdgps", "--json"});
  QVERIFY2(listed.exitCode == 0, listed.err.constData());
  QFile file(QStringLiteral(GPS_SCENES "/obstacle_navigation.scene.json"));
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QJsonObject suggested = QJsonDocument::fromJson(file.readAll()).object()["suggested"].toObject();
  int suggestedHere = 0;
  for (const QJsonValue& row : QJsonDocument::fromJson(listed.out).array()) {
    const QString key = row["key"].toString(), from = row["from"].toString();
    QVERIFY2(!key.startsWith("badmm."), qPrintable(key));  // MDGPS never reads them
    if (key.startsWith("cost.")) continue;
    if (key == "init.kind") {
      QCOMPARE(from, QString("scene, initial_controller"));
      continue;
    }
    const QString wanted = suggested["mdgps"].toObject().contains(key) ? "scene, mdgps"
                           : suggested["all"].toObject().contains(key) ? "scene, all"
                                                                       : QString();
    if (!wanted.isEmpty()) ++suggestedHere;
    if (!wanted.isEmpty()) QCOMPARE(from, wanted);
    else QVERIFY2(!from.startsWith("scene, mdgps") && !from.startsWith("scene, all"), qPrintable(key));
    if (from == "default") QCOMPARE(row["value"].toString(), row["default"].toString());
  }
  QVERIFY(suggestedHere > 0);
  QCOMPARE(run({"list", "scenes", "--algorithm", "badmm"}).exitCode, 2);
  QCOMPARE(run({"list", "parameters", "--algorithm", "ppo"}).exitCode, 2);
}

void TestCommandLine::checkTakesTheNameOfAShippedScene() {
  const Outcome named = run({"check", "point_mass"});
  QVERIFY2(named.exitCode == 0 && named.out.contains("is a valid scene"), named.err.constData());
  const Outcome misspelt = run({"check", "point_mas"});
  QCOMPARE(misspelt.exitCode, 2);
  QVERIFY2(misspelt.err.contains("Did you mean point_mass?"), misspelt.err.constData());
}

void TestCommandLine::compareEndsWithTheMeansOfEachAlgorithm() {
  const QStringList arguments{"compare", "two_link_arm", "--algorithms", "trajopt,mdgps", "--seeds", "1,2",
                              "--iterations", "2", "--set", "pol.steps=100"};
  const Outcome json = run(arguments + QStringList{"--json"});
  QVERIFY2(json.exitCode == 0, json.err.constData());
  const QList<QByteArray> lines = json.out.trimmed().split('\n');
  const QJsonArray algorithms =
      QJsonDocument::fromJson(lines.back()).object()["summary"].toObject()["algorithms"].toArray();
  QCOMPARE(algorithms.size(), 2);
  for (const QJsonValue& algorithm : algorithms) {
    const QString name = algorithm["algorithm"].toString();
    QCOMPARE(algorithm["seeds"].toArray(), (QJsonArray{1, 2}));
    QCOMPARE(algorithm["rollouts"].toDouble(), 40.0);
    QCOMPARE(algorithm["global_cost"].isNull(), name == "trajopt");
    // From the lines themselves: the last iteration of both seeds, the seconds of all.
    double cost = 0.0, seconds = 0.0;
    for (const QByteArray& text : lines) {
      const QJsonObject line = QJsonDocument::fromJson(text).object();
      if (line["algorithm"].toString() != name) continue;
      seconds += line["seconds"].toObject()["total"].toDouble() / 2.0;
      if (line["iteration"].toInt() < 2) continue;
      for (const QJsonValue& value : line["local_cost"].toArray()) cost += value.toDouble() / 8.0;
    }
    QVERIFY(std::abs(algorithm["local_cost"].toDouble() - cost) < 1e-9 * std::abs(cost));
    QVERIFY(std::abs(algorithm["seconds"].toDouble() - seconds) < 1e-9);
  }
  const Outcome text = run(arguments);
  QVERIFY(!text.out.contains("algorithm "));
  QVERIFY2(QRegularExpression("\ntrajopt +2 +[0-9.]+ +- ").match(text.err).hasMatch(), text.err.constData());
  QVERIFY(QRegularExpression("\nmdgps +2 +").match(text.err).hasMatch());
  QVERIFY(!QJsonDocument::fromJson(run(shortTraining("point_mass", "trajopt")).out.trimmed().split('\n').back())
               .object()["summary"]
               .toObject()
               .contains("algorithms"));
}

void TestCommandLine::aValueMayHoldForOneAlgorithm() {
  const auto bounds = [](const QStringList& sets) {
    QStringList arguments{"compare", "point_mass", "--algorithms", "trajopt,mdgps", "--iterations", "1", "--json",
                          "--set", "pol.steps=100"};
    for (const QString& set : sets) arguments << "--set" << set;
    QMap<QString, double> bound;
    for (const QByteArray& text : run(arguments).out.trimmed().split('\n')) {
      const QJsonObject line = QJsonDocument::fromJson(text).object();
      if (line.contains("algorithm")) bound[line["algorithm"].toString()] = line["kl_bound"].toArray()[0].toDouble();
    }
    return bound;
  };
  const auto found = bounds({"mdgps:lqr.kl_step=2", "lqr.kl_step=0.5"});
  QCOMPARE(found.size(), 2);
  QCOMPARE(found["mdgps"], 4.0 * found["trajopt"]);
  const Outcome absent = run({"train", "point_mass", "--set", "badmm:lqr.kl_step=2"});
  QCOMPARE(absent.exitCode, 2);
  QVERIFY2(absent.err.contains("badmm") && absent.err.contains("mdgps"), absent.err.constData());
  QCOMPARE(run({"train", "point_mass", "--set", "ppo:lqr.kl_step=2"}).exitCode, 2);
}

void TestCommandLine::aValueThatNobodyReadsIsSaid() {
  const Outcome unread = run({"train", "point_mass", "--algorithm", "trajopt", "--iterations", "1", "--set",
                              "badmm.inner=2", "--set", "run.samples=4", "--json"});
  QCOMPARE(unread.exitCode, 0);
  QCOMPARE(unread.err, QByteArray("badmm.inner changes nothing: trajopt never reads it.\n"));
  const Outcome read = run({"compare", "point_mass", "--algorithms", "trajopt,badmm", "--iterations", "1", "--set",
                            "badmm.inner=2", "--set", "pol.steps=100", "--json"});
  QCOMPARE(read.err, QByteArray());
}

void TestCommandLine::helpExplainsTheColumns() {
  const QByteArray head = run({"train", "point_mass", "--algorithm", "trajopt", "--iterations", "1"}).out.split('\n')[0];
  for (const char* command : {"train", "compare"}) {
    const Outcome help = run({command, "--help"});
    QCOMPARE(help.exitCode, 0);
    for (const QByteArray& column : head.simplified().split(' ')) {
      if (column == "run" || column == "iter") continue;
      QVERIFY2(QRegularExpression("\n  (KL, )?" + column).match(help.out).hasMatch(), column.constData());
    }
  }
}

void TestCommandLine::aFinishedRunSaysHowManyItSolved() {
  const Outcome outcome = run({"train", "two_link_arm", "--iterations", "1", "--set", "pol.steps=100"});
  QCOMPARE(outcome.exitCode, 0);
  QVERIFY2(QRegularExpression("mdgps-1: Finished, [0-4] of 4 solved\\.").match(outcome.err).hasMatch(),
           outcome.err.constData());
}

QTEST_MAIN(TestCommandLine)
#include "tst_command_line.moc"
