// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <QtTest>
#include <atomic>

#include "app/plugins/plugin_folder.h"
#include "tests/app/run_program.h"

using namespace gps;
using gps::test::Outcome;
using gps::test::runProgram;

namespace {

/// The example as it was built, changed at one place, in a folder of the test's.
QString copyOfExample(const QTemporaryDir& folder, const QByteArray& from = {}, const QByteArray& to = {}) {
  QFile example(GPS_EXAMPLE_PLUGIN);
  if (!example.open(QIODevice::ReadOnly)) qFatal("the example plugin was not built");
  QByteArray bytes = example.readAll();
  if (!from.isEmpty()) {
    // Metadata is binary JSON (CBOR): only values of the same length can be exchanged.
    if (from.size() != to.size() || !bytes.contains(from)) qFatal("the example's metadata has another form");
    bytes.replace(from, to);
  }
  const QString path = folder.filePath("plugins/copy.so");
  QDir().mkpath(folder.filePath("plugins"));
  QFile copy(path);
  if (!copy.open(QIODevice::WriteOnly)) qFatal("no folder to write to");
  copy.write(bytes);
  copy.close();
  ::chmod(path.toUtf8().constData(), 0755);
  ::chmod(folder.filePath("plugins").toUtf8().constData(), 0755);
  return path;
}

std::vector<PluginInfo> pluginsIn(const QTemporaryDir& folder) {
  return findArmPlugins({folder.filePath("plugins").toStdString()});
}

std::string refusal(const std::vector<PluginInfo>& plugins) {
  return plugins.size() == 1 && plugins[0].refused ? plugins[0].refused->text() : "nothing was refused";
}

}  // namespace

class TestPlugins : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theExampleIsFoundAndMakesAnArm();
  void anotherInterfaceIsRefusedWithBothNumbers();
  void anotherCompilerIsRefused();
  void foldersThatOthersCanWriteAreRefused_data();
  void foldersThatOthersCanWriteAreRefused();
  void whatIsNoPluginIsNamed();
  void linksAreNotFollowed();
  void twoOfOneNameAreNotMixed();
  void settingsAreChecked_data();
  void settingsAreChecked();
  void commandsMoveThePluginsArm();
};

void TestPlugins::theExampleIsFoundAndMakesAnArm() {
  const QTemporaryDir folder;
  copyOfExample(folder);
  const std::vector<PluginInfo> plugins = pluginsIn(folder);
  QCOMPARE(plugins.size(), std::size_t{1});
  QVERIFY2(!plugins[0].refused, refusal(plugins).c_str());
  QCOMPARE(plugins[0].name, std::string("spring-arm"));
  QCOMPARE(plugins[0].settings.size(), std::size_t{2});
  QCOMPARE(plugins[0].settings[1].spec.unit, std::string("N m/rad"));
  const Result<ArmPlugin*> plugin = loadArmPlugin(plugins[0]);
  QVERIFY2(plugin, plugin ? "" : plugin.error().text().c_str());
  const Result<PluginArm> refused = (*plugin)->make(std::vector<double>{2.0, 0.05}, 1.0);
  QVERIFY(!refused);
  Result<PluginArm> arm = (*plugin)->make(std::vector<double>{3.0, 0.05}, 0.02);
  QVERIFY(arm);
  QCOMPARE(arm->joints, 3);
  QVERIFY(arm->driver->open().ok());
  const std::atomic<bool> stop{false};
  QVERIFY(arm->driver->arm(stop).ok());
  ArmReading reading;
  QVERIFY(arm->driver->read(reading).ok());
  QCOMPARE(reading.joints, 3);
  ArmCommand command;
  command.wanted = {0.1, 2.0, 0.0};
  QVERIFY(arm->driver->write(command).ok());
  QCOMPARE(command.sent[0], 0.1);
  QCOMPARE(command.sent[1], 0.5);
  QCOMPARE(command.clipped, 2u);
}

void TestPlugins::anotherInterfaceIsRefusedWithBothNumbers() {
  const QTemporaryDir folder;
  // "interface": 1 in CBOR is the text and the byte 0x01.
  copyOfExample(folder, QByteArray("\x69interface\x01", 11), QByteArray("\x69interface\x07", 11));
  const std::string said = refusal(pluginsIn(folder));
  QVERIFY2(said.starts_with("It was made for interface 7; this program has 1."), said.c_str());
  QVERIFY(!loadArmPlugin(pluginsIn(folder)[0]));
}

void TestPlugins::anotherCompilerIsRefused() {
  const QTemporaryDir folder;
  QByteArray other = QByteArray::fromStdString(pluginAbi());
  other[0] = 'X';
  copyOfExample(folder, QByteArray::fromStdString(pluginAbi()), other);
  const std::string said = refusal(pluginsIn(folder));
  QVERIFY2(said.starts_with("It was built for " + other.toStdString() + "; this program was built for " + pluginAbi() + "."), said.c_str());
}

void TestPlugins::foldersThatOthersCanWriteAreRefused_data() {
  QTest::addColumn<QString>("place");
  QTest::newRow("file") << "plugins/copy.so";
  QTest::newRow("folder") << "plugins";
  QTest::newRow("folder above") << ".";
}

void TestPlugins::foldersThatOthersCanWriteAreRefused() {
  QFETCH(QString, place);
  const QTemporaryDir folder;
  copyOfExample(folder);
  QVERIFY(!pluginsIn(folder)[0].refused);
  const QByteArray path = QDir::cleanPath(folder.filePath(place)).toUtf8();
  for (const mode_t mode : {0775, 0757}) {
    QCOMPARE(::chmod(path.constData(), mode), 0);
    const std::string said = refusal(pluginsIn(folder));
    QVERIFY2(said.starts_with("Other users can change what is here"), said.c_str());
    QVERIFY2(said.find(path.toStdString()) != std::string::npos, said.c_str());
    QVERIFY(!loadArmPlugin(pluginsIn(folder)[0]));
  }
  QCOMPARE(::chmod(path.constData(), 0755), 0);
  QVERIFY(!pluginsIn(folder)[0].refused);
}

void TestPlugins::whatIsNoPluginIsNamed() {
  const QTemporaryDir folder;
  QDir(folder.path()).mkdir("plugins");
  QFile file(folder.filePath("plugins/notes.so"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("hello");
  file.close();
  const std::string said = refusal(pluginsIn(folder));
  QVERIFY2(said.starts_with("This is no plugin for arms."), said.c_str());
}

void TestPlugins::linksAreNotFollowed() {
  const QTemporaryDir folder;
  QDir(folder.path()).mkdir("plugins");
  QVERIFY(QFile::link(GPS_EXAMPLE_PLUGIN, folder.filePath("plugins/link.so")));
  QVERIFY(pluginsIn(folder).empty());
}

void TestPlugins::twoOfOneNameAreNotMixed() {
  const QTemporaryDir folder;
  const QString first = copyOfExample(folder);
  QVERIFY(QFile::copy(first, folder.filePath("plugins/other.so")));
  ::chmod(folder.filePath("plugins/other.so").toUtf8().constData(), 0755);
  const std::vector<PluginInfo> plugins = pluginsIn(folder);
  QCOMPARE(plugins.size(), std::size_t{2});
  QVERIFY(!plugins[0].refused);
  QVERIFY(plugins[1].refused);
  QVERIFY(plugins[1].refused->what.starts_with("Another plugin has the same name: " + first.toStdString()));
}

void TestPlugins::settingsAreChecked_data() {
  QTest::addColumn<QString>("assignment");
  QTest::addColumn<QString>("said");
  QTest::newRow("unknown") << "stifness=1" << "spring-arm has no setting \"stifness\". (--setting) Did you mean stiffness?";
  QTest::newRow("too large") << "stiffness=2" << "\"stiffness\" must be a number from 0 to 1. (--setting) Write stiffness=NUMBER.";
  QTest::newRow("no number") << "stiffness=soft" << "\"stiffness\" must be a number from 0 to 1.";
  QTest::newRow("nan") << "stiffness=nan" << "\"stiffness\" must be a number from 0 to 1.";
  QTest::newRow("no value") << "stiffness" << "\"stiffness\" must be a number from 0 to 1.";
}

void TestPlugins::settingsAreChecked() {
  QFETCH(QString, assignment);
  QFETCH(QString, said);
  const QTemporaryDir folder;
  copyOfExample(folder);
  const PluginInfo plugin = pluginsIn(folder)[0];
  QCOMPARE(*settingsOf(plugin, {"stiffness=0.5"}), (std::vector<double>{2.0, 0.5}));
  const Result<std::vector<double>> wrong = settingsOf(plugin, {assignment.toStdString()});
  QVERIFY(!wrong);
  QVERIFY2(QString::fromStdString(wrong.error().text()).startsWith(said), wrong.error().text().c_str());
}

void TestPlugins::commandsMoveThePluginsArm() {
  const Outcome list = runProgram({"device", "plugins"});
  QCOMPARE(list.exitCode, 0);
  QVERIFY2(list.out.startsWith("spring-arm       Spring arm (example) 1.0, "), list.out);
  const Outcome jog = runProgram({"device", "jog", "plugin:spring-arm", "--setting", "stiffness=0.01", "--to", "0.2,-0.1", "--period", "0.05"});
  QVERIFY2(jog.exitCode == 0, jog.err);
  QVERIFY2(jog.out.contains("joint 1: 0.") && jog.out.contains("joint 2: -0."), jog.out);
  const Outcome unknown = runProgram({"device", "jog", "plugin:no-such", "--to", "0"});
  QCOMPARE(unknown.exitCode, 2);
  QVERIFY2(unknown.err.startsWith("No plugin is called no-such."), unknown.err);
  const Outcome wrong = runProgram({"device", "jog", "plugin:spring-arm", "--action", "velocity", "--to", "0,0"});
  QCOMPARE(wrong.exitCode, 2);
  QVERIFY2(wrong.err.contains("takes the action torque, not velocity"), wrong.err);
}

QTEST_GUILESS_MAIN(TestPlugins)
#include "tst_plugins.moc"
