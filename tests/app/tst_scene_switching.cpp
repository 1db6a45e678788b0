// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include "app/main_window.h"

using namespace gps;
using namespace gps::ui;

namespace {

constexpr int kPatience = 60000;  // ms; no test depends on the machine's speed

void makeCheap(MainWindow& window) {
  for (RunSession* run : window.runs()) {
    for (const auto& [key, value] : {std::pair{"run.iterations", "100000"}, {"pol.steps", "50"}, {"run.samples", "2"}})
      QVERIFY(run->setParameter(key, value).ok());
  }
}

}  // namespace

/// Another task, again and again, while the one before is being learned: 200 times in one window.
class TestSceneSwitching : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void switchingWhileARunTrains_data();
  void switchingWhileARunTrains();
  void cleanupTestCase();

 private:
  QTemporaryDir m_folder;
  std::unique_ptr<MainWindow> m_window;
};

void TestSceneSwitching::initTestCase() {
  QStandardPaths::setTestModeEnabled(true);
  m_window = std::make_unique<MainWindow>(
      WindowSetup{.configFolder = m_folder.path(), .sceneFolder = GPS_SCENES, .systemIsDark = false});
  m_window->resize(1024, 700);
  m_window->show();
}

/// Twenty at a time: what one function may take has a limit, and a sanitizer is slow.
void TestSceneSwitching::switchingWhileARunTrains_data() {
  QTest::addColumn<int>("first");
  for (int first = 0; first < 200; first += 20) QTest::addRow("%d to %d", first + 1, first + 20) << first;
}

void TestSceneSwitching::switchingWhileARunTrains() {
  QFETCH(int, first);
  MainWindow& window = *m_window;
  const QStringList scenes{"point_mass", "two_link_arm_single", "reach", "cart_pole", "obstacle_navigation"};
  for (int round = first; round < first + 20; ++round) {
    const QString& scene = scenes[round % scenes.size()];
    const bool before = !window.runs().empty();
    window.openWhenAllowed(scene);
    QCOMPARE(window.messages()->keys().contains("open"), before);  // the run is still going, so it asks
    if (before) Q_EMIT window.messages()->actionTriggered("open");
    QCOMPARE(window.runs().size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(window.runs().front()->setup().task->name), scene);
    QVERIFY(!window.runs().front()->hasData());
    makeCheap(window);
    if (round % 4 == 3) QVERIFY(window.addSecondRun("badmm"));
    window.actions().start->trigger();
    // From a look at once to some phases later; one in twenty finishes an iteration.
    const RunSession& run = *window.runs().front();
    QTest::qWait(round * 7 % 23);
    if (round == first) QTRY_VERIFY2_WITH_TIMEOUT(run.hasData(), qPrintable(scene), kPatience);
    QVERIFY2(run.active(), qPrintable(scene));
    if (round % 3 == 1) {  // by way of the editor
      window.showDesign();
      QTest::qWait(1);
    }
  }
}

void TestSceneSwitching::cleanupTestCase() {
  for (RunSession* run : m_window->runs()) run->stop();
  for (RunSession* run : m_window->runs()) QTRY_VERIFY_WITH_TIMEOUT(!run->active(), kPatience);
  m_window.reset();
}

QTEST_MAIN(TestSceneSwitching)
#include "tst_scene_switching.moc"
