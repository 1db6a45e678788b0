// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>

#include "core/session/session_file.h"
#include "tests/app/arm_window.h"
#include "widgets/panels/run_header.h"

using namespace gps;
using namespace gps::testing;
using namespace gps::ui;

namespace {

/// The desk arm's task in the window, the arm connected and armed.
struct LearningWindow : ArmWindow {
  explicit LearningWindow(const QString& folder) : ArmWindow(folder) {}
  bool isReady(int iterations) {
    prepare("desk_arm", "trajopt", iterations);
    return connects() && arms() && QTest::qWaitFor([&] { return learns()->isEnabled(); }, kPatience);
  }
  QComboBox* learns() { return find<QComboBox>("arm.learns"); }
  void choose(int where) {
    learns()->setCurrentIndex(where);
    Q_EMIT learns()->activated(where);
  }
  /// The button of the next step, once it says this.
  bool confirms(const QString& text) {
    auto* button = find<QPushButton>("arm.confirm");
    const bool there = QTest::qWaitFor([&] { return button->isVisibleTo(&panel()) && button->text().contains(text); }, kPatience);
    if (!there) {
      qWarning("%s | %s", qPrintable(button->text()), qPrintable(words("arm.learning")));
      return false;
    }
    QTest::mouseClick(button, Qt::LeftButton);
    return true;
  }
  bool passesFirstTrials() {
    for (const char* step : {"Dry run", "10 %", "50 %", "100 %"}) {
      if (!confirms(QLatin1String(step))) return false;
    }
    return true;
  }
  bool becomes(RunState state) {
    return QTest::qWaitFor([&] { return run().state() == state; }, kPatience);
  }
  /// A trial of the run is under way.
  bool moves() {
    return QTest::qWaitFor([&] { return run().active() && link().status().state == ArmState::Running; }, kPatience);
  }
};

}  // namespace

/// A run of the window whose rollouts are made on the arm.
class TestArmRuns : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }
  void learnsAfterTheFirstTrials();
  void noRunWithoutTheFirstTrials();
  void stoppedRunGoesOnAfterReset();
  void disconnectedRunGoesOnAfterConnecting();
  void anotherSceneEndsTheTrial();
  void closingEndsTheTrial();
  void simulationStaysTheRule();

 private:
  std::unique_ptr<QTemporaryDir> m_folder;
};

void TestArmRuns::learnsAfterTheFirstTrials() {
  LearningWindow w(m_folder->path());
  QVERIFY(w.isReady(1));
  w.choose(1);
  QTRY_VERIFY_WITH_TIMEOUT(!w.words("arm.learning").isEmpty(), kPatience);
  QVERIFY(w.passesFirstTrials());
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.learning").contains("100 % of the actions: done"), kPatience);
  QCOMPARE(w.run().state(), RunState::Idle);  // nothing begins by itself
  QVERIFY(w.confirms("Start learning"));
  QVERIFY(w.becomes(RunState::Finished));
  QVERIFY(w.run().plant().trials);
  QTRY_VERIFY_WITH_TIMEOUT(w.window.findChild<RunHeader*>("run.headerA")->summary().contains("on the arm"), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.learning").contains("valid trials"), kPatience);
  QCOMPARE(w.link().status().state, ArmState::Armed);
  // What is kept says where it was learned.
  QVERIFY(w.isSaved(1));
  const Result<SessionFile> session = SessionFile::open(w.window.session().file().toStdString());
  QVERIFY(session);
  const Result<SessionRun> saved = session->run("");
  QVERIFY(saved);
  const auto provenance = session->provenance(*saved);
  QVERIFY(provenance);
  std::string plant;
  for (const auto& [key, value] : *provenance) {
    if (key == "plant") plant = value;
  }
  QCOMPARE(QString::fromStdString(plant), QString("XL330-M288:1, XL330-M288:2 at simulated"));
}

void TestArmRuns::noRunWithoutTheFirstTrials() {
  LearningWindow w(m_folder->path());
  QVERIFY(w.isReady(1));
  w.choose(1);
  w.window.actions().start->trigger();
  QVERIFY(w.becomes(RunState::Failed));
  QTRY_VERIFY2_WITH_TIMEOUT(w.said("failure.A").contains("first trials"), qPrintable(w.said("failure.A")), kPatience);
  QCOMPARE(w.link().status().state, ArmState::Armed);
}

void TestArmRuns::stoppedRunGoesOnAfterReset() {
  LearningWindow w(m_folder->path());
  QVERIFY(w.isReady(1));
  w.choose(1);
  QVERIFY(w.passesFirstTrials() && w.confirms("Start learning"));
  QVERIFY(w.moves());
  w.click("arm.stop");
  QVERIFY(w.is(ArmState::Stopped));
  QVERIFY(w.becomes(RunState::Failed));
  QTRY_VERIFY_WITH_TIMEOUT(w.said("failure.A").contains("emergency stop"), kPatience);
  // Too early.
  w.run().retry();
  QVERIFY(w.looks(60));
  QVERIFY(w.becomes(RunState::Failed));
  QCOMPARE(w.link().status().state, ArmState::Stopped);
  w.click("arm.reset");
  QVERIFY(w.is(ArmState::Connected));
  QVERIFY(w.arms());
  w.run().retry();
  QVERIFY(w.becomes(RunState::Finished));
}

void TestArmRuns::disconnectedRunGoesOnAfterConnecting() {
  LearningWindow w(m_folder->path());
  QVERIFY(w.isReady(1));
  w.choose(1);
  QVERIFY(w.passesFirstTrials() && w.confirms("Start learning"));
  QVERIFY(w.moves());
  w.click("arm.connect");
  QVERIFY(w.isClosed());
  QVERIFY(w.arm.torqueIsOff());
  QVERIFY(w.becomes(RunState::Failed));
  QVERIFY(w.connects());
  QVERIFY(w.looks(20));
  QCOMPARE(w.link().status().state, ArmState::Connected);
  QVERIFY(w.arms());
  w.run().retry();
  QVERIFY(w.becomes(RunState::Finished));
}

void TestArmRuns::anotherSceneEndsTheTrial() {
  LearningWindow w(m_folder->path());
  QVERIFY(w.isReady(1));
  w.choose(1);
  QVERIFY(w.passesFirstTrials() && w.confirms("Start learning"));
  QVERIFY(w.moves());
  QVERIFY(w.window.openScene("point_mass"));
  QVERIFY(w.is(ArmState::Armed));  // holds where it is
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.interlock.task").contains("drives no hinge"), kPatience);
  QCOMPARE(w.learns()->currentIndex(), 0);
}

void TestArmRuns::closingEndsTheTrial() {
  LearningWindow w(m_folder->path());
  QVERIFY(w.isReady(1));
  w.choose(1);
  QVERIFY(w.passesFirstTrials() && w.confirms("Start learning"));
  QVERIFY(w.moves());
  w.window.close();  // asks first, because a run is going
  w.press("message.close.action");
  QTRY_VERIFY_WITH_TIMEOUT(!w.window.isVisible(), kPatience);
  QVERIFY(w.arm.torqueIsOff());
}

void TestArmRuns::simulationStaysTheRule() {
  LearningWindow w(m_folder->path());
  QVERIFY(w.isReady(1));
  w.choose(1);
  w.choose(0);
  w.learn();
  QVERIFY(!w.run().plant().trials);
  // What has begun in the simulation is not moved.
  w.choose(1);
  QTRY_VERIFY_WITH_TIMEOUT(w.words("arm.learning").contains("begun in the simulation"), kPatience);
}

QTEST_MAIN(TestArmRuns)
#include "tst_arm_runs.moc"
