// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "core/base/rng.h"
#include "core/session/export/torch_policy.h"
#include "tests/core/session/python.h"
#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

namespace {

/// Evaluates the rows of a file all at once, one by one and in single precision; prints actions and what the module says.
const char* const kEvaluate = R"(
import sys, json, torch
files = {'metadata.json': ''}
policy = torch.jit.load(sys.argv[1], _extra_files=files)
rows = torch.tensor([[float(x) for x in line.split()] for line in open(sys.argv[2])], dtype=torch.float64)
batch = policy(rows)
single = torch.stack([policy(row) for row in rows])
deep = policy(rows.reshape(2, -1, rows.shape[1])).reshape(batch.shape)
narrow = policy(rows.float())
print(json.dumps({
    'batch': batch.tolist(), 'single': single.tolist(), 'deep': deep.tolist(), 'narrow': narrow.tolist(),
    'types': [str(batch.dtype), str(narrow.dtype), str(policy(torch.zeros(rows.shape[1], dtype=torch.int64)).dtype)],
    'observations': policy.observation_names, 'units': policy.action_units, 'covariance': policy.covariance.tolist(),
    'metadata': json.loads(files['metadata.json'])}))
)";

}  // namespace

/// The TorchScript archive as Python's torch takes it.
class TestExportTorch : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void pythonGetsTheSameActions_data();
  void pythonGetsTheSameActions();
  void withoutPolicyItIsRefused();
};

void TestExportTorch::pythonGetsTheSameActions_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::addColumn<QString>("scene");
  QTest::addColumn<QString>("activation");
  QTest::newRow("relu") << "mdgps" << "two_link_arm" << "relu";
  QTest::newRow("tanh") << "badmm" << "point_mass" << "tanh";
}

void TestExportTorch::pythonGetsTheSameActions() {
  const QString python = pythonWith("torch");
  if (python.isEmpty()) QFAIL("there is no Python with torch; tests/run installs python3-torch");
  QFETCH(QString, algorithm);
  QFETCH(QString, scene);
  QFETCH(QString, activation);
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup(algorithm.toStdString(), scene.toStdString(), 2,
                           {{"pol.activation", activation.toStdString()}, {"badmm.inner", "1"}}));
  const auto session = SessionFile::open(file);
  ExportPoint point = *readExportPoint(*session, "", std::nullopt);
  point.run.name = "odd \"\xff\n";  // no text of a session can break the archive
  point.observations.front().name = "\xff'\n";
  const auto archive = torchPolicy(point, "GPS Studio test");
  QVERIFY2(archive.ok(), archive.ok() ? "" : archive.error().text().c_str());
  QVERIFY(*archive == *torchPolicy(point, "GPS Studio test"));
  QFile target(folder.filePath("policy.pt"));
  QVERIFY(target.open(QIODevice::WriteOnly) && target.write(archive->data(), static_cast<qint64>(archive->size())) > 0);
  target.close();

  // Recorded observations, and the same disturbed.
  RowMatrix rows = point.snapshot->conditions.front().samples.front()->trajectory.O;
  const Eigen::Index T = rows.rows();
  rows.conservativeResize(2 * T, Eigen::NoChange);
  Rng rng(5);
  for (Eigen::Index t = 0; t < T; ++t) {
    for (Eigen::Index c = 0; c < rows.cols(); ++c) rows(T + t, c) = rows(t, c) + rng.normal();
  }
  const RowMatrix expected = point.policy->mean(rows);
  QFile input(folder.filePath("rows.txt"));
  QVERIFY(input.open(QIODevice::WriteOnly));
  for (Eigen::Index t = 0; t < rows.rows(); ++t) {
    for (Eigen::Index c = 0; c < rows.cols(); ++c) input.write(QByteArray::number(rows(t, c), 'g', 17) + ' ');
    input.write("\n");
  }
  input.close();

  const PythonResult result = runCommand(python, {"-c", kEvaluate, target.fileName(), input.fileName()});
  QVERIFY2(result.exitCode == 0, result.err.constData());
  const QJsonObject said = QJsonDocument::fromJson(result.out).object();
  for (const auto& [key, most] : {std::pair("batch", 1e-6), std::pair("single", 1e-6), std::pair("deep", 1e-6), std::pair("narrow", 1e-4)}) {
    const QJsonArray actions = said[QLatin1String(key)].toArray();
    QCOMPARE(actions.size(), static_cast<qsizetype>(expected.rows()));
    double worst = 0.0;
    for (Eigen::Index t = 0; t < expected.rows(); ++t) {
      const QJsonArray action = actions[t].toArray();
      QCOMPARE(action.size(), static_cast<qsizetype>(expected.cols()));
      const double scale = std::max(1.0, expected.row(t).cwiseAbs().maxCoeff());
      for (Eigen::Index j = 0; j < expected.cols(); ++j) {
        QVERIFY(action[j].isDouble());
        worst = std::max(worst, std::abs(action[j].toDouble() - expected(t, j)) / scale);
      }
    }
    qInfo("%s: largest difference %.3g of the action", key, worst);
    QVERIFY2(worst < most, key);
  }
  QCOMPARE(said["types"].toArray(), (QJsonArray{"torch.float64", "torch.float32", "torch.float64"}));
  QCOMPARE(said["observations"].toArray().size(), static_cast<qsizetype>(point.task->dO));
  QCOMPARE(said["observations"].toArray().first().toString(), QString::fromUtf8("\uFFFD'\n"));
  QCOMPARE(said["units"].toArray().first().toString(), QString::fromStdString(point.actions.front().unit));
  QCOMPARE(said["covariance"].toArray().first().toArray().first().toDouble(), point.policy->covariance()(0, 0));
  const QJsonObject metadata = said["metadata"].toObject();
  QCOMPARE(metadata["run"].toString(), QString::fromUtf8("odd \"\uFFFD\n"));
  QCOMPARE(metadata["iteration"].toInt(), 2);
  QCOMPARE(metadata["actions"].toArray().size(), static_cast<qsizetype>(point.task->dU));
}

void TestExportTorch::withoutPolicyItIsRefused() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("trajopt", "point_mass", 1));
  const auto session = SessionFile::open(file);
  const auto refused = torchPolicy(*readExportPoint(*session, "", std::nullopt), "GPS Studio test");
  QVERIFY(!refused.ok());
  QVERIFY2(refused.error().what.find("no global policy") != std::string::npos, refused.error().text().c_str());
  QVERIFY(!refused.error().where.empty());
  QVERIFY2(refused.error().mend.find(".h") != std::string::npos, refused.error().text().c_str());
}

QTEST_APPLESS_MAIN(TestExportTorch)
#include "tst_export_torch.moc"
