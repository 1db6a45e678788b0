// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/app/run_program.h"

namespace {

struct Outcome : gps::test::Outcome {
  QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

Outcome bench(const QStringList& arguments, const QString& program = QStringLiteral(GPS_BINARY)) {
  return {gps::test::runProgram(QStringList{QStringLiteral("bench")} + arguments,
                                QProcessEnvironment::systemEnvironment(), program)};
}

QStringList sortedKeys(const QJsonObject& object) {
  QStringList keys = object.keys();
  keys.sort();
  return keys;
}

/// A copy of the program, installed with scenes of its own.
class Installed {
 public:
  Installed() {
    const QDir root(m_folder.path());
    m_scenes = root.filePath(QStringLiteral("share/gps-studio/scenes"));
    m_program = root.filePath(QStringLiteral("bin/gps-studio"));
    m_ok = root.mkpath(QStringLiteral("bin")) && root.mkpath(m_scenes) &&
           QFile::copy(QStringLiteral(GPS_BINARY), m_program);
  }
  bool ok() const { return m_ok; }
  const QString& program() const { return m_program; }
  bool writeScene(const QString& name, const QByteArray& text) const {
    QFile file(QDir(m_scenes).filePath(name + QStringLiteral(".scene.json")));
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
  }

 private:
  QTemporaryDir m_folder;
  QString m_scenes;
  QString m_program;
  bool m_ok = false;
};

QByteArray shippedScene(const QString& name) {
  QFile file(QStringLiteral(GPS_SCENES "/") + name + QStringLiteral(".scene.json"));
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

/// The program measured against its budgets, as a user of the terminal meets it. How fast this machine is must not
/// decide any of these.
class TestBench : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void listNamesEveryFigureOnce();
  void onlyNarrowsTheListInItsOrder();
  void unknownFigureIsRefusedBeforeAnythingIsMeasured();
  void jsonIsOneObjectWithTheDocumentedKeys();
  void exitCodeFollowsFromTheFigures();
  void missedBudgetExitsWithOne();
  void failedMeasurementExitsWithOneAndSaysWhy();
};

void TestBench::listNamesEveryFigureOnce() {
  const Outcome plain = bench({"--list"});
  QCOMPARE(plain.exitCode, 0);
  const Outcome json = bench({"--list", "--json"});
  QCOMPARE(json.exitCode, 0);
  const QJsonArray entries = QJsonDocument::fromJson(json.out).array();
  const QStringList keys{"baseline_what", "budget", "budget_times_baseline", "name", "unit", "what"};
  QSet<QString> names;
  for (const QJsonValue& entry : entries) {
    QCOMPARE(sortedKeys(entry.toObject()), keys);
    names << entry["name"].toString();
    QVERIFY(!entry["what"].toString().isEmpty());
    QVERIFY(plain.out.contains(entry["name"].toString().toUtf8() + ' '));
  }
  QCOMPARE(names.size(), entries.size());
  QCOMPARE(plain.out.count('\n'), entries.size());
  // What the plan of the project sets budgets for.
  const QHash<QString, double> budgets{{"backward_pass_7_2", 44.0},  {"backward_pass_14_7", 160.0},
                                       {"backward_pass_26_7", 436.0}, {"em_pass", 1.0},
                                       {"gradient_step", 11.0},       {"rollout_step", 1.5},
                                       {"mdgps_iteration", 88.0},     {"badmm_iteration", 500.0},
                                       {"trajopt_iteration", 10.0},   {"scaling_samples", 1.1},
                                       {"scaling_conditions", 1.1},   {"scaling_horizon", 1.1},
                                       {"scaling_state", 1.1}};
  int found = 0;
  for (const QJsonValue& entry : entries) {
    const auto budget = budgets.constFind(entry["name"].toString());
    if (budget == budgets.constEnd()) continue;
    ++found;
    QCOMPARE(entry["budget"].toDouble(), *budget);
    QCOMPARE(entry["budget_times_baseline"].toBool(), budget.key() == QLatin1String("rollout_step"));
  }
  QCOMPARE(found, budgets.size());
}

void TestBench::onlyNarrowsTheListInItsOrder() {
  const Outcome outcome = bench({"--list", "--json", "--only", "rollout_step,em_pass"});
  const QJsonArray entries = QJsonDocument::fromJson(outcome.out).array();
  QCOMPARE(entries.size(), 2);
  QCOMPARE(entries[0]["name"].toString(), QStringLiteral("em_pass"));
  QCOMPARE(entries[1]["name"].toString(), QStringLiteral("rollout_step"));
}

void TestBench::unknownFigureIsRefusedBeforeAnythingIsMeasured() {
  const Outcome outcome = bench({"--only", "trajopt_iteration,em_pas"});
  QCOMPARE(outcome.exitCode, 2);
  QVERIFY(outcome.out.isEmpty());
  for (const char* part : {"There is no figure \"em_pas\".", "--only", "em_pass", "bench --list"}) {
    QVERIFY2(outcome.err.contains(part), outcome.err.constData());
  }
}

void TestBench::jsonIsOneObjectWithTheDocumentedKeys() {
  const Outcome outcome = bench({"--json", "--only", "backward_pass_7_2,trajopt_iteration"});
  const QJsonObject report = outcome.json();
  QCOMPARE(sortedKeys(report), (QStringList{"clock", "cores", "figures", "instructions", "met"}));
  QVERIFY(report["cores"].toInt() >= 1);
  const QJsonArray figures = report["figures"].toArray();
  QCOMPARE(figures.size(), 2);
  for (const QJsonValue& figure : figures) {
    QCOMPARE(sortedKeys(figure.toObject()), (QStringList{"baseline", "baseline_what", "budget", "details",
                                                         "details_what", "met", "name", "unit", "value", "what"}));
    QVERIFY(figure["value"].toDouble() > 0.0);
  }
  QVERIFY(figures[0]["baseline"].toDouble() > 0.0);
  QCOMPARE(figures[0]["unit"].toString(), QStringLiteral("us"));
  QVERIFY(figures[0]["details_what"].isNull() && figures[0]["details"].toObject().isEmpty());
  QVERIFY(figures[1]["baseline"].isNull() && figures[1]["baseline_what"].isNull());
  QCOMPARE(sortedKeys(figures[1]["details"].toObject()),
           (QStringList{"c_step", "dynamics", "evaluate", "sample", "step_rule"}));
}

void TestBench::exitCodeFollowsFromTheFigures() {
  const Outcome outcome = bench({"--json", "--only", "gradient_step,rollout_step,rollout_rate"});
  bool met = true;
  const QJsonObject report = outcome.json();
  const QJsonArray figures = report["figures"].toArray();
  QCOMPARE(figures.size(), 3);
  for (const QJsonValue& figure : figures) {
    const bool told = figure["budget"].isNull();
    QCOMPARE(figure["met"].toBool(), told || figure["value"].toDouble() <= figure["budget"].toDouble());
    met = met && figure["met"].toBool();
  }
  QCOMPARE(figures[1]["budget"].toDouble(), 1.5 * figures[1]["baseline"].toDouble());
  QVERIFY(figures[2]["budget"].isNull());
  QCOMPARE(report["met"].toBool(), met);
  QCOMPARE(outcome.exitCode, met ? 0 : 1);
}

// An iteration of four conditions over 1000 steps is forty times the work of the one the 10 ms are meant for, which
// itself takes milliseconds: no machine in sight meets the budget.
void TestBench::missedBudgetExitsWithOne() {
  const Installed installed;
  QVERIFY(installed.ok());
  QJsonObject scene = QJsonDocument::fromJson(shippedScene(QStringLiteral("point_mass"))).object();
  scene["horizon"] = 1000;
  QJsonObject condition = scene["conditions"].toArray().first().toObject();
  QJsonArray conditions;
  for (int i = 0; i < 4; ++i) {
    condition["id"] = QStringLiteral("c%1").arg(i);
    conditions.append(condition);
  }
  scene["conditions"] = conditions;
  QVERIFY(installed.writeScene(QStringLiteral("point_mass"), QJsonDocument(scene).toJson()));
  const Outcome outcome = bench({"--json", "--only", "trajopt_iteration"}, installed.program());
  const QJsonObject figure = outcome.json()["figures"].toArray().first().toObject();
  QVERIFY2(figure["value"].toDouble() > 10.0, outcome.out.constData());
  QVERIFY(!figure["met"].toBool());
  QVERIFY(!outcome.json()["met"].toBool());
  QCOMPARE(outcome.exitCode, 1);
}

void TestBench::failedMeasurementExitsWithOneAndSaysWhy() {
  const Installed installed;  // without any scene
  QVERIFY(installed.ok());
  const Outcome outcome = bench({"--only", "trajopt_iteration"}, installed.program());
  QCOMPARE(outcome.exitCode, 1);
  QVERIFY2(outcome.err.contains("trajopt_iteration could not be measured"), outcome.err.constData());
  QVERIFY2(outcome.err.contains("point_mass"), outcome.err.constData());
  QVERIFY(outcome.out.contains("Not all budgets are met."));
}

QTEST_GUILESS_MAIN(TestBench)
#include "tst_bench.moc"
