// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "core/base/file_writer.h"
#include "core/session/export/export_arrays.h"
#include "core/session/export/npz_writer.h"
#include "tests/core/session/python.h"
#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

namespace {

/// Prints every array of a file as one line: name, dtype, shape and its bytes in hexadecimal.
const char* const kDump = R"(
import sys, zipfile, numpy as np
path = sys.argv[1]
assert zipfile.ZipFile(path).testzip() is None
with np.load(path, allow_pickle=False) as arrays:
    for name in arrays.files:
        a = arrays[name]
        print(name, a.dtype.str, '[' + ','.join(map(str, a.shape)) + ']', a.tobytes().hex() or '-')
)";

struct Dumped {
  QString dtype;
  QString shape;
  QByteArray bytes;
};

QByteArray bytesOf(const QString& file) {
  QFile reading(file);
  return reading.open(QIODevice::ReadOnly) ? reading.readAll() : QByteArray();
}

QString textOf(const Dumped& array) {
  return QString::fromUcs4(reinterpret_cast<const char32_t*>(array.bytes.constData()), array.bytes.size() / 4);
}

}  // namespace

/// Arrays of a session as Python reads them.
class TestExportArrays : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void numpyReadsTheSameNumbers_data();
  void numpyReadsTheSameNumbers();
  void everyIterationAndAFork();
  void theSameIterationGivesTheSameBytes();
  void oddNamesAndNumbersSurvive();
  void whatCannotBeIsRefused();

 private:
  std::map<QString, Dumped> dump(const QString& file) {
    const PythonResult result = runCommand(m_python, {"-c", kDump, file});
    if (result.exitCode != 0) qWarning("%s", result.err.constData());
    std::map<QString, Dumped> arrays;
    for (const QByteArray& line : result.out.split('\n')) {
      const QList<QByteArray> words = line.split(' ');
      if (words.size() == 4) arrays[words[0]] = {words[1], words[2], QByteArray::fromHex(words[3])};
    }
    return arrays;
  }
  bool needsNumpy() {
    if (m_python.isEmpty()) m_python = pythonWith("numpy");
    return !m_python.isEmpty();
  }
  QString m_python;
};

void TestExportArrays::numpyReadsTheSameNumbers_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::addColumn<QString>("scene");
  QTest::newRow("mdgps") << "mdgps" << "point_mass";
  QTest::newRow("badmm, several conditions") << "badmm" << "two_link_arm";
  QTest::newRow("trajopt has no policy") << "trajopt" << "point_mass";
}

void TestExportArrays::numpyReadsTheSameNumbers() {
  if (!needsNumpy()) QFAIL("there is no Python with numpy; tests/run installs python3-numpy");
  QFETCH(QString, algorithm);
  QFETCH(QString, scene);
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss"), target = folder.filePath("run.npz");
  trainTo(file.toStdString(), sceneSetup(algorithm.toStdString(), scene.toStdString(), 2, {{"badmm.inner", "1"}}));
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(session.ok());
  const Status done = exportArrays(*session, {.iteration = 1}, target.toStdString());
  QVERIFY2(done.ok(), done.ok() ? "" : done.error().text().c_str());
  const std::map<QString, Dumped> arrays = dump(target);

  const SessionRun run = *session->run("");
  const ArraySet stored = *session->arrays("arrays", run, 1);
  QVERIFY(stored.has("samples.X") && stored.has("controller.K"));
  for (const auto& [name, array] : stored.arrays()) {
    const auto found = arrays.find(QString::fromStdString(name));
    QVERIFY2(found != arrays.end(), name.c_str());
    QCOMPARE(found->second.dtype, QString::fromStdString(array.dtype));
    QCOMPARE(found->second.shape, QString::fromStdString(extentsText(array.shape)));
    const char* bytes = reinterpret_cast<const char*>(array.data.data());
    QCOMPARE(found->second.bytes, QByteArray(bytes, static_cast<qsizetype>(array.data.size())));
  }
  // Observations are there for everyone, also where the session keeps them once.
  QVERIFY(arrays.contains("samples.O"));
  const auto task = *session->task(run);
  QCOMPARE(arrays.at("samples.O").shape, QString("[%1,3,%2,%3]").arg(task->conditionCount()).arg(task->T).arg(task->dO));
  QCOMPARE(textOf(arrays.at("algorithm")), algorithm);
  QCOMPARE(arrays.at("state_names").shape, QString("[%1]").arg(task->dX));
  QCOMPARE(arrays.at("observation_units").shape, QString("[%1]").arg(task->dO));
  QCOMPARE(arrays.at("iteration").bytes, QByteArray("\1\0\0\0\0\0\0\0", 8));

  const auto policy = *session->policy(run, *task, 1);
  QCOMPARE(arrays.contains("policy.weight1"), policy != nullptr);
  if (!policy) return;
  const auto* network = dynamic_cast<const NeuralPolicy*>(policy.get());
  const NeuralPolicy::State state = network->state();
  QByteArray layers;
  for (int l = 1; l <= state.shape.layers(); ++l) {
    layers += arrays.at(QString("policy.weight%1").arg(l)).bytes + arrays.at(QString("policy.bias%1").arg(l)).bytes;
  }
  QCOMPARE(layers, QByteArray(reinterpret_cast<const char*>(state.parameters.data()),
                              static_cast<qsizetype>(4 * state.parameters.size())));
  QCOMPARE(arrays.at("policy.weight1").shape, QString("[%1,%2]").arg(state.shape.widths[0]).arg(state.shape.widths[1]));
}

void TestExportArrays::everyIterationAndAFork() {
  if (!needsNumpy()) QFAIL("there is no Python with numpy; tests/run installs python3-numpy");
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss"), target = folder.filePath("run.npz");
  trainTo(file.toStdString(), sceneSetup("trajopt", "point_mass", 3));
  // A fork after iteration 2, of which nothing is finished yet: it has what its parent has up to there.
  {
    const auto writer = *SessionWriter::append(file.toStdString());
    const auto opened = *SessionFile::open(file.toStdString());
    RunSetup fork = *opened.replay(*opened.run(""));
    fork.name = "fork";
    QVERIFY(writer->begin(fork, {.program = {}, .commandLine = {}, .parent = opened.run("")->id, .parentIteration = 2}).ok());
  }
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(exportArrays(*session, {.run = "trajopt-1", .all = true}, target.toStdString()).ok());
  const std::map<QString, Dumped> all = dump(target);
  for (int k = 1; k <= 3; ++k) {
    QVERIFY(exportArrays(*session, {.run = "trajopt-1", .iteration = k}, target.toStdString()).ok());
    for (const auto& [name, array] : dump(target)) {
      const QString within = QString("iteration-%1/%2").arg(k).arg(name);
      QCOMPARE(all.at(all.contains(name) ? name : within).bytes, array.bytes);
    }
  }
  QVERIFY(all.at("iteration-1/samples.X").bytes != all.at("iteration-3/samples.X").bytes);
  QVERIFY(exportArrays(*session, {.run = "fork"}, target.toStdString()).ok());
  const std::map<QString, Dumped> fork = dump(target);
  QCOMPARE(textOf(fork.at("run")), QString("fork"));
  QCOMPARE(fork.at("samples.X").bytes, all.at("iteration-2/samples.X").bytes);
  const Status tooFar = exportArrays(*session, {.run = "fork", .iteration = 3}, target.toStdString());
  QVERIFY(!tooFar.ok());
  QVERIFY2(tooFar.error().mend.find("1 to 2") != std::string::npos, tooFar.error().text().c_str());
}

void TestExportArrays::theSameIterationGivesTheSameBytes() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  trainTo(file.toStdString(), sceneSetup("mdgps", "point_mass", 1));
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(exportArrays(*session, {}, folder.filePath("a.npz").toStdString()).ok());
  QTest::qWait(1100);  // a time stamp would have another second
  QVERIFY(exportArrays(*session, {}, folder.filePath("b.npz").toStdString()).ok());
  const QByteArray first = bytesOf(folder.filePath("a.npz"));
  QVERIFY(first.size() > 1000);
  QVERIFY(first == bytesOf(folder.filePath("b.npz")));
  QCOMPARE(QDir(folder.path()).entryList({"*.part*"}, QDir::Files), QStringList());
}

void TestExportArrays::oddNamesAndNumbersSurvive() {
  if (!needsNumpy()) QFAIL("there is no Python with numpy; tests/run installs python3-numpy");
  const QTemporaryDir folder;
  const QString target = folder.filePath("odd.npz");
  auto file = FileWriter::open(target.toStdString());
  QVERIFY(file.ok());
  NpzWriter out(*file);
  const double odd[] = {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(), -0.0, 5e-324};
  const std::string texts[] = {"", "m\xc2\xb2 \xf0\x9f\xa4\x96", "\xff\xc3", "'; import os"};
  QVERIFY(out.add("odd", {2, 2}, odd).ok());
  QVERIFY(out.add("none", {0, 3}, std::span<const double>()).ok());
  QVERIFY(out.add("texts", {4}, texts).ok());
  QVERIFY(!out.add("odd", {2, 2}, odd).ok());
  for (const char* name : {"../escape", "/root", "with space", "", "line\nbreak"}) QVERIFY2(!out.add(name, {2, 2}, odd).ok(), name);
  out.finish();
  QVERIFY(file->commit().ok());
  const std::map<QString, Dumped> arrays = dump(target);
  QCOMPARE(arrays.size(), std::size_t{3});
  QCOMPARE(arrays.at("odd").bytes, QByteArray(reinterpret_cast<const char*>(odd), sizeof odd));
  QCOMPARE(arrays.at("none").shape, QString("[0,3]"));
  QCOMPARE(arrays.at("texts").dtype, QString("<U12"));
  QCOMPARE(textOf(arrays.at("texts")).remove(QChar(0)), QString::fromUtf8("m\u00b2 \U0001F916\uFFFD\uFFFD'; import os"));
}

void TestExportArrays::whatCannotBeIsRefused() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("run.gpss");
  trainTo(file.toStdString(), sceneSetup("trajopt", "point_mass", 1));
  const auto session = SessionFile::open(file.toStdString());
  const std::string target = folder.filePath("a.npz").toStdString();
  const auto refused = [&](const ArrayChoice& choice, const std::string& path, const char* what) {
    const Status status = exportArrays(*session, choice, path);
    QVERIFY2(!status.ok(), what);
    const Error& error = status.error();
    QVERIFY2(error.what.find(what) != std::string::npos, error.text().c_str());
    QVERIFY2(!error.where.empty() && !error.mend.empty(), error.text().c_str());
  };
  refused({.iteration = 0}, target, "no iteration 0");
  refused({.iteration = 2}, target, "no iteration 2");
  refused({.iteration = -2147483647}, target, "no iteration");
  refused({.run = "other"}, target, "no run");
  refused({}, folder.filePath("no/folder.npz").toStdString(), "could not be written");
  refused({}, folder.path().toStdString(), "could not be written");
  QVERIFY(!QFile::exists(folder.filePath("a.npz")));
  // A full disk leaves what was there.
  QFile before(folder.filePath("a.npz"));
  QVERIFY(before.open(QIODevice::WriteOnly) && before.write("before") == 6);
  before.close();
  if (QFile::exists("/dev/full")) refused({}, "/dev/full", "could not be written");
  const std::atomic<bool> stop = true;
  QVERIFY(!exportArrays(*session, {}, target, &stop).ok());
  QCOMPARE(bytesOf(folder.filePath("a.npz")), QByteArray("before"));
  QCOMPARE(QDir(folder.path()).entryList({"*.part*"}, QDir::Files), QStringList());
}

QTEST_APPLESS_MAIN(TestExportArrays)
#include "tst_export_arrays.moc"
