// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QDialog>
#include <QMouseEvent>
#include <QSemaphore>
#include <QSlider>

#include "core/device/simulation/pty_server.h"
#include "tests/app/arm_window.h"
#include "widgets/panels/arm/device_form.h"

using namespace gps;
using namespace gps::testing;
using namespace gps::ui;

/// The panel of the serial arm: what arms, what moves, and above all what stops it.
class TestArmPanel : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }
  void hiddenUntilAskedFor();
  void fromConnectingToStopAndBack();
  void armsByKeyboard();
  void nothingToStop();
  void keysStop_data();
  void keysStop();
  void stopThatIsNotConfirmedIsLoud();
  void pulledPlugIsAFaultAndDisarms();
  void closingTheWindowSwitchesOff();
  void endOfTheWindowSwitchesOff();
  void taskMustFit();
  void limitsAndSpeedHoldBack();
  void openingIsCalledOff_data();
  void openingIsCalledOff();
  void wrongFormIsExplained_data();
  void wrongFormIsExplained();
  void connectsToAPort();
  void anArmThatIsOnStaysInSight();

 private:
  std::unique_ptr<QTemporaryDir> m_folder;
};

void TestArmPanel::hiddenUntilAskedFor() {
  SessionWindow w(m_folder->path());
  auto* dock = w.window.findChild<QDockWidget*>("dock.arm");
  QVERIFY(dock && !dock->isVisible());
  QVERIFY(w.window.openScene("desk_arm"));
  QVERIFY(!dock->isVisible());
  dock->toggleViewAction()->trigger();
  QVERIFY(dock->isVisible());
  auto* welcome = w.window.findChild<QLabel*>("arm.welcome");
  QVERIFY(welcome->isVisible() && welcome->text().contains("device simulate"));
  QVERIFY(w.window.findChild<QPushButton*>("arm.stop")->isEnabled());
  // It stays when another page comes and goes.
  w.window.showStartPage();
  QVERIFY(dock->isVisible());
  w.window.showLearn(false);
  QVERIFY(dock->isVisible());
  QCOMPARE(w.window.arm()->link().phase(), ArmLink::Phase::Closed);
}

void TestArmPanel::fromConnectingToStopAndBack() {
  ArmWindow w(m_folder->path());
  QVERIFY(w.window.openScene("desk_arm"));
  QVERIFY(w.connects());
  QTRY_COMPARE_WITH_TIMEOUT(w.words("arm.state"), QString("Connected, torque off"), kPatience);
  QVERIFY(w.looks(30));  // every servo has told its temperature
  QVERIFY(!w.find<HoldButton>("arm.arm")->isEnabled());  // the checklist
  QCOMPARE(w.find<QSlider>("arm.speed")->value(), 10);
  w.find<QCheckBox>("arm.checklist")->setChecked(true);
  QVERIFY(w.canArm());
  // A click is not enough.
  QTest::mouseClick(w.find<HoldButton>("arm.arm"), Qt::LeftButton);
  QVERIFY(w.looks(40));
  QCOMPARE(w.link().status().state, ArmState::Connected);
  QVERIFY(w.arms());
  QTRY_COMPARE_WITH_TIMEOUT(w.words("arm.state"), QString("Armed: torque on"), kPatience);

  // One joint moves as long as its button is held.
  const double before = w.angle(0), other = w.angle(1);
  auto* plus = w.find<QPushButton>("arm.jog1.plus");
  QTRY_VERIFY_WITH_TIMEOUT(plus->isEnabled(), kPatience);
  QTest::mousePress(plus, Qt::LeftButton);
  QTRY_VERIFY_WITH_TIMEOUT(w.angle(0) > before + 0.1, kPatience);
  QTest::mouseRelease(plus, Qt::LeftButton);
  QTRY_VERIFY_WITH_TIMEOUT(w.looks(60) && std::abs(w.link().status().reading.joint[0].velocity) < 0.02, kPatience);
  const double rest = w.angle(0);
  QVERIFY(w.looks(100));
  QVERIFY2(std::abs(w.angle(0) - rest) < 0.03, qPrintable(QString::number(w.angle(0) - rest)));
  QVERIFY2(std::abs(w.angle(1) - other) < 0.05, qPrintable(QString::number(w.angle(1) - other)));

  // Requested at once, confirmed when the servos have said so, and latched.
  QTest::mousePress(w.find<QPushButton>("arm.stop"), Qt::LeftButton);
  QVERIFY(!w.words("arm.stopWords").isEmpty());
  QTest::mouseRelease(w.find<QPushButton>("arm.stop"), Qt::LeftButton);
  QVERIFY(w.is(ArmState::Stopped));
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.stopWords").startsWith("Confirmed"), kPatience);
  QVERIFY(w.words("arm.cause").contains("emergency stop"));
  QVERIFY(!w.find<QCheckBox>("arm.checklist")->isChecked());
  w.find<QCheckBox>("arm.checklist")->setChecked(true);
  QVERIFY(w.looks(20));
  QVERIFY(!w.find<HoldButton>("arm.arm")->isEnabled());
  w.link().switchOn();  // not even so
  QVERIFY(w.looks(20));
  QCOMPARE(w.link().status().state, ArmState::Stopped);

  w.click("arm.reset");
  QVERIFY(w.is(ArmState::Connected));
  QVERIFY(w.looks(30));
  QCOMPARE(w.link().status().state, ArmState::Connected);  // nothing arms by itself
  QVERIFY(w.arms());
  w.click("arm.disarm");
  QVERIFY(w.is(ArmState::Connected));
  QVERIFY(w.arms());
  w.click("arm.connect");  // disconnects
  QVERIFY(w.isClosed());
  QVERIFY(w.arm.torqueIsOff());
  QVERIFY(w.words("arm.cause").isEmpty());
}

void TestArmPanel::armsByKeyboard() {
  ArmWindow w(m_folder->path());
  QVERIFY(w.connects());
  w.find<QCheckBox>("arm.checklist")->setChecked(true);
  QVERIFY(w.canArm());
  auto* button = w.find<HoldButton>("arm.arm");
  for (const Qt::Key key : {Qt::Key_Space, Qt::Key_Return}) {
    button->setFocus();
    QTest::keyClick(button, key);
    QVERIFY(w.looks(40));
    QCOMPARE(w.link().status().state, ArmState::Connected);
    QTest::keyPress(button, key);
    QVERIFY(button->progress() > 0.0 || button->isDown());
    QVERIFY(w.is(ArmState::Armed));
    QTest::keyRelease(button, key);
    w.click("arm.disarm");
    QVERIFY(w.is(ArmState::Connected));
    QVERIFY(w.canArm());
  }
  // Who loses the keyboard meanwhile has let go.
  button->setFocus();
  QTest::keyPress(button, Qt::Key_Space);
  w.find<QSlider>("arm.speed")->setFocus();
  QTest::qWait(1200);  // longer than it must be held
  QCOMPARE(w.link().status().state, ArmState::Connected);
}

void TestArmPanel::nothingToStop() {
  ArmWindow w(m_folder->path());
  w.click("arm.stop");
  QVERIFY(w.words("arm.stopWords").contains("nothing to stop"));
  QTest::keyClick(&w.window, Qt::Key_Pause);
  QCOMPARE(w.link().phase(), ArmLink::Phase::Closed);
  QVERIFY(w.connects());  // and it is no stop of the arm that comes
  QVERIFY(w.looks(20));
  QCOMPARE(w.link().status().state, ArmState::Connected);
  QVERIFY(w.arms());
}

void TestArmPanel::keysStop_data() {
  QTest::addColumn<int>("way");
  QTest::newRow("Pause in the panel") << 0;
  QTest::newRow("Pause in the window") << 1;
  QTest::newRow("Pause in a dialog") << 2;
  QTest::newRow("Esc twice in the panel") << 3;
}

void TestArmPanel::keysStop() {
  QFETCH(int, way);
  ArmWindow w(m_folder->path());
  QVERIFY(w.window.openScene("desk_arm"));
  QVERIFY(w.connects());
  QVERIFY(w.arms());
  if (way == 0) {
    QTest::keyClick(w.find<QSlider>("arm.speed"), Qt::Key_Pause);
  } else if (way == 1) {
    QTest::keyClick(&w.window, Qt::Key_Pause);
  } else if (way == 2) {
    QDialog dialog(&w.window);
    dialog.setModal(true);
    dialog.show();
    QTest::keyClick(&dialog, Qt::Key_Pause);
  } else {
    auto* slider = w.find<QSlider>("arm.speed");
    QTest::keyClick(slider, Qt::Key_Escape);
    QVERIFY(w.looks(10));
    QCOMPARE(w.link().status().state, ArmState::Armed);  // one is none
    QTest::qWait(1600);
    QTest::keyClick(slider, Qt::Key_Escape);
    QTest::keyClick(slider, Qt::Key_Escape);
  }
  QVERIFY(w.is(ArmState::Stopped));
  QTRY_VERIFY_WITH_TIMEOUT(w.link().status().torqueOffVerified, kPatience);
}

void TestArmPanel::stopThatIsNotConfirmedIsLoud() {
  ArmWindow w(m_folder->path());
  w.arm.bus().servo(2)->faults.ignoresTorqueOff = true;
  QVERIFY(w.connects());
  QVERIFY(w.arms());
  w.click("arm.stop");
  QVERIFY(w.is(ArmState::Stopped));
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.stopWords").contains("CUT THE POWER"), kPatience);
  QVERIFY(w.looks(50));
  QVERIFY(w.words("arm.stopWords").contains("CUT THE POWER"));  // until it is confirmed
}

void TestArmPanel::pulledPlugIsAFaultAndDisarms() {
  ArmWindow w(m_folder->path());
  QVERIFY(w.connects());
  QVERIFY(w.arms());
  w.arm.unplug();
  QVERIFY(w.is(ArmState::Fault));
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.cause").contains("connection to the arm is lost"), kPatience);
  QVERIFY(w.words("arm.stopWords").contains("CUT THE POWER"));  // nobody can know
  QCOMPARE(w.find<QPushButton>("arm.reset")->text(), QString("Connect again"));
  // Too early: the port is not back.
  w.click("arm.reset");
  QVERIFY(w.isClosed());
  QTRY_VERIFY_WITH_TIMEOUT(w.link().problem().has_value(), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.cause").contains("There is no port"), kPatience);
  QVERIFY(w.words("arm.stopWords").contains("CUT THE POWER"));  // still
  w.arm.plugIn();
  QVERIFY(w.connects());
  QVERIFY(w.looks(40));
  QCOMPARE(w.link().status().state, ArmState::Connected);
  QVERIFY(!w.find<QCheckBox>("arm.checklist")->isChecked());
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.stopWords").isEmpty(), kPatience);
  QVERIFY(w.arms());
  // Back in the same moment.
  w.arm.unplug();
  QVERIFY(w.is(ArmState::Fault));
  w.arm.plugIn();
  QVERIFY(w.is(ArmState::Fault));
  QTRY_VERIFY_WITH_TIMEOUT(w.find<QPushButton>("arm.reset")->isVisibleTo(&w.panel()), kPatience);
  w.click("arm.reset");
  QVERIFY(w.is(ArmState::Connected));
  QVERIFY(w.looks(20));
  QCOMPARE(w.link().status().state, ArmState::Connected);
}

void TestArmPanel::closingTheWindowSwitchesOff() {
  ArmWindow w(m_folder->path());
  QVERIFY(w.connects());
  QVERIFY(w.arms());
  QVERIFY(w.window.close());
  QVERIFY(w.arm.torqueIsOff());  // already: the control thread has ended
}

void TestArmPanel::endOfTheWindowSwitchesOff() {
  PluggedArm arm;
  {
    ArmWindow w(m_folder->path());
    w.link().openWith("simulated", arm.config, arm.opening());
    QVERIFY(w.is(ArmState::Connected));
    QVERIFY(w.arms());
  }
  QVERIFY(arm.torqueIsOff());
  {
    ArmWindow w(m_folder->path());
    w.link().openWith("simulated", arm.config, arm.opening());
    // Ends while it is being opened.
  }
  QVERIFY(arm.torqueIsOff());
}

void TestArmPanel::taskMustFit() {
  ArmWindow w(m_folder->path());
  QVERIFY(w.connects());
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.interlock.task").startsWith("No task is open"), kPatience);
  QVERIFY(w.window.openScene("reach"));
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.interlock.task").contains("drives 3 joints, but the arm has 2"), kPatience);
  w.find<QCheckBox>("arm.checklist")->setChecked(true);
  QVERIFY(w.looks(40));
  QVERIFY(!w.find<HoldButton>("arm.arm")->isEnabled());
  w.window.showStartPage();
  QVERIFY(w.arms());  // to be jogged
  // Another task while it is armed: it holds, and learns nothing.
  QVERIFY(w.window.openScene("point_mass"));
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.interlock.task").contains("drives no hinge"), kPatience);
  QVERIFY(w.looks(20));
  QCOMPARE(w.link().status().state, ArmState::Armed);
  QVERIFY(w.window.openScene("desk_arm"));
  QTRY_COMPARE_WITH_TIMEOUT(w.words("arm.interlock.task"), QString("The task fits the arm"), kPatience);
}

void TestArmPanel::limitsAndSpeedHoldBack() {
  ArmWindow w(m_folder->path());
  QVERIFY(w.connects());
  w.find<QCheckBox>("arm.checklist")->setChecked(true);
  QVERIFY(w.canArm());
  w.find<QSlider>("arm.speed")->setValue(60);
  QTRY_VERIFY_WITH_TIMEOUT(!w.find<HoldButton>("arm.arm")->isEnabled(), kPatience);
  QVERIFY(w.words("arm.interlock.speed").contains("60 %"));
  w.find<QSlider>("arm.speed")->setValue(20);
  QVERIFY(w.canArm());
  w.click("arm.connect");
  QVERIFY(w.isClosed());
  w.arm.config.joints[0].upperLimit = -1.2;  // it stands at -0.9
  w.arm.config.joints[0].lowerLimit = -1.6;
  w.link().openWith("simulated", w.arm.config, w.arm.opening());
  QVERIFY(w.is(ArmState::Connected) || w.is(ArmState::Fault));
  w.find<QCheckBox>("arm.checklist")->setChecked(true);
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.interlock.pose").contains("joint 1"), kPatience);
  QVERIFY(!w.find<HoldButton>("arm.arm")->isEnabled());
}

void TestArmPanel::openingIsCalledOff_data() {
  QTest::addColumn<int>("way");
  QTest::newRow("disconnect") << 0;
  QTest::newRow("emergency stop") << 1;
}

void TestArmPanel::openingIsCalledOff() {
  QFETCH(int, way);
  ArmWindow w(m_folder->path());
  // A port that takes its time; twice, as by a double click.
  QSemaphore port;
  const ArmLink::Opening slow = [&port, opening = w.arm.opening()] {
    port.acquire();
    return opening();
  };
  w.link().openWith("simulated", w.arm.config, slow);
  w.link().openWith("simulated", w.arm.config, slow);
  QTRY_COMPARE_WITH_TIMEOUT(w.words("arm.state"), QString("Opening the port…"), kPatience);
  w.click(way == 0 ? "arm.connect" : "arm.stop");
  QCOMPARE(w.link().phase(), ArmLink::Phase::Opening);  // the port has not answered yet
  port.release(2);
  QVERIFY(w.isClosed());
  QVERIFY(!w.link().problem());
  QCOMPARE(w.arm.openings(), 1);
  QVERIFY(w.arm.torqueIsOff());
  // It can be opened anew.
  QVERIFY(w.connects());
}

void TestArmPanel::wrongFormIsExplained_data() {
  QTest::addColumn<QString>("servos");
  QTest::addColumn<QString>("port");
  QTest::addColumn<QString>("message");
  QTest::newRow("no servo") << "" << "/dev/none" << "MODEL:ID";
  QTest::newRow("unknown servo") << "XL999:1" << "/dev/none" << "No servo is called XL999";
  QTest::newRow("same id") << "XL330-M288:1, XL330-M288:1" << "/dev/none" << "Two joints have the id 1";
  QTest::newRow("two families") << "XL330-M288:1,STS3215:2" << "/dev/none" << "does not speak";
  QTest::newRow("no port") << "XL330-M288:1" << "" << "No port is chosen";
  QTest::newRow("port is not there") << "XL330-M288:1" << "/dev/no-such-arm" << "There is no port";
}

void TestArmPanel::wrongFormIsExplained() {
  QFETCH(QString, servos);
  QFETCH(QString, port);
  QFETCH(QString, message);
  ArmWindow w(m_folder->path());
  w.panel().form()->setForm({.port = port, .servos = servos});
  w.click("arm.connect");
  QTRY_VERIFY2_WITH_TIMEOUT(w.words("arm.cause").contains(message), qPrintable(w.words("arm.cause")), kPatience);
  QCOMPARE(w.link().phase(), ArmLink::Phase::Closed);
}

void TestArmPanel::connectsToAPort() {
  // A terminal of this user, as `device simulate` makes them.
  PluggedArm world;
  std::vector<SimulatedJoint> joints;
  for (const JointConfig& joint : world.config.joints) joints.push_back({joint.model, joint.id});
  auto server = PtyServer::start(SimulatedBus(Protocol::Dynamixel2, joints), m_folder->filePath("arm").toStdString());
  QVERIFY(server);
  ArmWindow w(m_folder->path());
  w.panel().form()->setForm({.port = QString::fromStdString((*server)->path()), .servos = "XL330-M288:1,XL330-M288:2"});
  auto* connect = w.find<QPushButton>("arm.connect");
  QTest::mouseClick(connect, Qt::LeftButton);
  for (const QEvent::Type type : {QEvent::MouseButtonDblClick, QEvent::MouseButtonRelease}) {  // of a hasty hand
    const QPoint at = connect->rect().center();
    QMouseEvent event(type, at, connect->mapToGlobal(at), Qt::LeftButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(connect, &event);
  }
  QVERIFY(w.is(ArmState::Connected));
  QCOMPARE(connect->text(), QString("Disconnect"));
  QVERIFY(!w.find<QComboBox>("arm.port")->isEnabled());
  // It is this program's alone.
  QVERIFY(!ControlThread::connect((*server)->path(), world.config));
  (*server)->unplug();
  QVERIFY(w.is(ArmState::Fault));
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.cause").contains("connection to the arm is lost"), kPatience);
  w.click("arm.connect");
  QVERIFY(w.isClosed());
}

void TestArmPanel::anArmThatIsOnStaysInSight() {
  ArmWindow w(m_folder->path());
  QVERIFY(w.connects());
  QVERIFY(w.arms());
  auto* dock = w.window.arm()->dock();
  QVERIFY(!dock->toggleViewAction()->isEnabled());
  dock->hide();  // however it came
  QTRY_VERIFY_WITH_TIMEOUT(dock->isVisible(), kPatience);
  QVERIFY(w.window.openScene("desk_arm"));
  QTRY_VERIFY_WITH_TIMEOUT(dock->isVisible(), kPatience);
  w.click("arm.disarm");
  QVERIFY(w.is(ArmState::Connected));
  QTRY_VERIFY_WITH_TIMEOUT(dock->toggleViewAction()->isEnabled(), kPatience);
}

QTEST_MAIN(TestArmPanel)
#include "tst_arm_panel.moc"
