// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QRegularExpression>
#include <QtTest>

#include "core/base/rng.h"
#include "core/session/export/c_header.h"
#include "core/session/export/c_text.h"
#include "tests/core/session/python.h"
#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

namespace {

bool write(const QString& file, const QByteArray& bytes) {
  QFile target(file);
  return target.open(QIODevice::WriteOnly) && target.write(bytes) == bytes.size();
}

/// A program that reads rows of numbers and prints what the header makes of them: "p o..." and "c condition t x...".
QByteArray mainProgram(const QByteArray& header, const QByteArray& name, const QByteArray& capital, bool policy) {
  return "#include \"" + header + "\"\n#include <stdio.h>\n#include <stdlib.h>\n"
         "int main(void) {\n  static double in[4096], out[4096];\n  char what;\n  int i, condition = 0, t = 0;\n"
         "  while (scanf(\" %c\", &what) == 1) {\n"
         "    int n = what == 'p' ? " + capital + "_OBSERVATIONS : " + capital + "_STATES;\n"
         "    if (what == 'c' && scanf(\"%d %d\", &condition, &t) != 2) return 1;\n"
         "    for (i = 0; i < n; ++i) if (scanf(\"%lf\", &in[i]) != 1) return 2;\n"
         "    if (what == 'p') " + (policy ? name + "_policy(in, out)" : QByteArray("return 3")) + ";\n"
         "    else if (!" + name + "_controller(condition, t, in, out)) return 4;\n"
         "    for (i = 0; i < " + capital + "_ACTIONS; ++i) printf(\"%.17g \", out[i]);\n"
         "    printf(\"\\n\");\n  }\n"
         "  " + name + "_clip(out);\n"
         "  return " + name + "_controller(" + capital + "_CONDITIONS, 0, in, out);\n}\n";
}

QByteArray rowOf(const QByteArray& head, const Eigen::Ref<const Vector>& numbers) {
  QByteArray row = head;
  for (const double x : numbers) row += ' ' + QByteArray::number(x, 'g', 17);
  return row + '\n';
}

struct Compiler {
  const char* name;
  QStringList arguments;
  const char* source;
};
const Compiler kCompilers[] = {{"cc", {"-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1"}, "main.c"},
                               {"g++", {"-std=c++11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1"}, "main.cpp"}};

}  // namespace

/// The C header as two compilers take it.
class TestExportHeader : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void compiledItActsAsTheProgram_data();
  void compiledItActsAsTheProgram();
  void hostileNamesStayNames();
  void twoHeadersGoTogether();
  void numbersReadBack();
};

void TestExportHeader::compiledItActsAsTheProgram_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::addColumn<QString>("scene");
  QTest::addColumn<QString>("activation");
  QTest::newRow("relu") << "mdgps" << "two_link_arm" << "relu";
  QTest::newRow("tanh") << "mdgps" << "point_mass" << "tanh";
  QTest::newRow("no policy") << "trajopt" << "point_mass" << "relu";
}

void TestExportHeader::compiledItActsAsTheProgram() {
  QFETCH(QString, algorithm);
  QFETCH(QString, scene);
  QFETCH(QString, activation);
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup(algorithm.toStdString(), scene.toStdString(), 2, {{"pol.activation", activation.toStdString()}}));
  const auto session = SessionFile::open(file);
  const auto point = readExportPoint(*session, "", std::nullopt);
  QVERIFY2(point.ok(), point.ok() ? "" : point.error().text().c_str());
  const auto header = cHeader(*point, "my arm", "GPS Studio test");
  QVERIFY2(header.ok(), header.ok() ? "" : header.error().text().c_str());
  QCOMPARE(*header, *cHeader(*point, "my arm", "GPS Studio test"));
  QVERIFY(write(folder.filePath("my arm.h"), QByteArray::fromStdString(*header)));

  // Recorded rows, and random ones around and far from them.
  const Task& task = *point->task;
  QByteArray input;
  std::vector<Vector> expected;
  Rng rng(7);
  const auto noisy = [&rng](Vector v, double size) {
    for (double& x : v) x += size * rng.normal();
    return v;
  };
  for (int i = 0; i < task.conditionCount(); ++i) {
    const ConditionView& view = point->snapshot->conditions[static_cast<std::size_t>(i)];
    const Trajectory& recorded = view.samples.front()->trajectory;
    for (const int t : {0, 1, task.T / 2, task.T - 1}) {
      for (const double size : {0.0, 0.1, 10.0}) {
        const Vector x = noisy(recorded.X.row(t).transpose(), size);
        input += rowOf("c " + QByteArray::number(i) + " " + QByteArray::number(t), x);
        expected.push_back(view.controller->mean(t, x));
        if (!point->policy) continue;
        const Vector o = noisy(recorded.O.row(t).transpose(), size);
        input += rowOf("p", o);
        expected.push_back(point->policy->mean(o.transpose()).row(0).transpose());
      }
    }
  }
  QVERIFY(write(folder.filePath("rows.txt"), input));
  for (const Compiler& compiler : kCompilers) {
    const QString program = QStandardPaths::findExecutable(compiler.name);
    if (program.isEmpty()) QFAIL("there is no cc or g++; tests/run installs build-essential");
    const QString source = folder.filePath(compiler.source), binary = folder.filePath(QString(compiler.source) + ".bin");
    QVERIFY(write(source, mainProgram("my arm.h", "my_arm", "MY_ARM", point->policy != nullptr)));
    const PythonResult built = runCommand(program, compiler.arguments + QStringList{source, "-o", binary, "-lm"});
    QVERIFY2(built.exitCode == 0, built.err.left(2000).constData());
    QProcess process;
    process.setStandardInputFile(folder.filePath("rows.txt"));
    process.start(binary, QStringList());
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 0);
    const QList<QByteArray> lines = process.readAllStandardOutput().trimmed().split('\n');
    QCOMPARE(lines.size(), static_cast<qsizetype>(expected.size()));
    double worst = 0.0;
    for (std::size_t r = 0; r < expected.size(); ++r) {
      const QList<QByteArray> numbers = lines[static_cast<qsizetype>(r)].trimmed().split(' ');
      QCOMPARE(numbers.size(), static_cast<qsizetype>(task.dU));
      const double scale = std::max(1.0, expected[r].cwiseAbs().maxCoeff());
      for (Eigen::Index j = 0; j < task.dU; ++j) {
        worst = std::max(worst, std::abs(numbers[j].toDouble() - expected[r](j)) / scale);
      }
    }
    qInfo("%s: largest difference %.3g of the action", compiler.name, worst);
    QVERIFY2(worst < 1e-6, qPrintable(QString::number(worst)));
  }
}

void TestExportHeader::hostileNamesStayNames() {
  QCOMPARE(cPrefix("int"), std::string("int"));
  QCOMPARE(cPrefix("2 link-arm"), std::string("p_2_link_arm"));
  QCOMPARE(cPrefix("__x__ y__"), std::string("x_y"));
  QCOMPARE(cPrefix("\xc3\xa4\xc3\xb6"), std::string("gps"));
  QCOMPARE(cPrefix(""), std::string("gps"));
  QCOMPARE(cPrefix(std::string(500, 'a')).size(), std::size_t{40});

  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("mdgps", "point_mass", 1));
  const auto session = SessionFile::open(file);
  ExportPoint point = *readExportPoint(*session, "", std::nullopt);
  const std::string hostile = "*/ int main(void) { return 1; } /* \\\n?\?/\n\"); #error \x01\xff // ?\?)";
  point.run.name = hostile;
  point.run.algorithm = hostile + "\\";
  point.scene = "/*/ */*/";
  auto task = std::make_shared<Task>(*point.task);
  task->conditions.assign(task->conditions.size(), hostile);
  point.task = task;
  for (auto* channels : {&point.states, &point.observations, &point.actions}) {
    for (Channel& channel : *channels) channel = {hostile, hostile};
  }
  for (const char* name : {"int", "*/ x", "1"}) {
    const auto header = cHeader(point, name, "GPS Studio " + hostile);
    QVERIFY(header.ok());
    QVERIFY(write(folder.filePath("h.h"), QByteArray::fromStdString(*header)));
    const QByteArray prefix = QByteArray::fromStdString(cPrefix(name));
    for (const Compiler& compiler : kCompilers) {
      const QString program = QStandardPaths::findExecutable(compiler.name);
      if (program.isEmpty()) QFAIL("there is no cc or g++; tests/run installs build-essential");
      const QString source = folder.filePath(compiler.source), binary = folder.filePath("bin");
      QVERIFY(write(source, mainProgram("h.h", prefix, prefix.toUpper(), true) +
                                "int more(void) { return " + prefix + "_state_name(0)[0] == '*' && " + prefix +
                                "_condition_name(99)[0] == 0; }\n"));
      const PythonResult built = runCommand(program, compiler.arguments + QStringList{source, "-o", binary, "-lm"});
      QVERIFY2(built.exitCode == 0, built.err.left(2000).constData());
      QCOMPARE(runCommand(binary, {}).exitCode, 0);
    }
  }
}

void TestExportHeader::twoHeadersGoTogether() {
  const QString program = QStandardPaths::findExecutable("cc");
  if (program.isEmpty()) QFAIL("there is no cc or g++; tests/run installs build-essential");
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("mdgps", "point_mass", 2));
  const auto session = SessionFile::open(file);
  for (const int k : {1, 2}) {
    const auto header = cHeader(*readExportPoint(*session, "", k), "arm" + std::to_string(k), "GPS Studio test");
    QVERIFY(header.ok());
    QVERIFY(write(folder.filePath(QString("arm%1.h").arg(k)), QByteArray::fromStdString(*header)));
  }
  QVERIFY(write(folder.filePath("both.c"),
                "#include \"arm1.h\"\n#include \"arm2.h\"\n#include \"arm1.h\"\n"
                "int main(void) { double o[ARM1_OBSERVATIONS] = {0}, u[ARM1_ACTIONS], v[ARM2_ACTIONS];\n"
                "arm1_policy(o, u); arm2_policy(o, v); return u[0] == v[0]; }\n"));
  const PythonResult built = runCommand(program, kCompilers[0].arguments + QStringList{folder.filePath("both.c"), "-o", folder.filePath("both"), "-lm"});
  QVERIFY2(built.exitCode == 0, built.err.left(2000).constData());
  QCOMPARE(runCommand(folder.filePath("both"), {}).exitCode, 0);
}

void TestExportHeader::numbersReadBack() {
  Rng rng(3);
  std::vector<double> numbers{0.0, -0.0, 1.0, -3.0, 1e300, 5e-324, 0.1, 123456789012345.0, 1e22};
  for (int i = 0; i < 1000; ++i) numbers.push_back(std::ldexp(rng.normal(), static_cast<int>(rng.below(200)) - 100));
  for (const double x : numbers) {
    const std::string text = cNumber(x);
    QVERIFY2(text.find_first_of(".e") != std::string::npos, text.c_str());  // else it would be of type int
    QCOMPARE(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)), std::bit_cast<std::uint64_t>(x));
    const float narrow = static_cast<float>(x);
    if (!std::isfinite(narrow)) continue;
    const std::string single = cNumber(narrow);
    QVERIFY2(single.back() == 'f' && single.find_first_of(".e") != std::string::npos, single.c_str());
    QCOMPARE(std::bit_cast<std::uint32_t>(std::strtof(single.c_str(), nullptr)), std::bit_cast<std::uint32_t>(narrow));
  }
}

QTEST_APPLESS_MAIN(TestExportHeader)
#include "tst_export_header.moc"
