// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRandomGenerator>
#include <QtTest>

#include "core/device/arm/arm_file.h"

using namespace gps;

namespace {

ArmFile deskArm() {
  ArmFile arm;
  arm.name = "Desk arm";
  arm.serial = "FT5X";
  arm.calibrated = "2026-11-22T07:00:00Z";
  for (std::uint8_t id = 1; id <= 2; ++id) arm.config.joints.push_back(jointOf(*findServoModel("XL330-M288"), id));
  arm.config.joints[1].scale.sign = -1;
  arm.config.joints[1].scale.zeroCount = 2100;
  arm.config.joints[1].lowerLimit = -1.25;
  return arm;
}

}  // namespace

class TestArmFile : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whatIsWrittenIsRead();
  void mistakesAreNamed_data();
  void mistakesAreNamed();
  void brokenFilesOnlyFail();
};

void TestArmFile::whatIsWrittenIsRead() {
  const ArmFile arm = deskArm();
  const Result<ArmFile> read = parseArm(toJson(arm), "arm.json");
  QVERIFY2(read, read ? "" : read.error().text().c_str());
  QCOMPARE(read->name, arm.name);
  QCOMPARE(read->serial, arm.serial);
  QCOMPARE(read->calibrated, arm.calibrated);
  QCOMPARE(read->config.joints.size(), std::size_t{2});
  QCOMPARE(read->config.joints[1].scale.sign, -1);
  QCOMPARE(read->config.joints[1].scale.zeroCount, 2100);
  QCOMPARE(read->config.joints[1].lowerLimit, -1.25);
  QCOMPARE(read->config.joints[0].torqueLimit, arm.config.joints[0].torqueLimit);
  QCOMPARE(toJson(*read), toJson(arm));
}

void TestArmFile::mistakesAreNamed_data() {
  QTest::addColumn<QString>("from");
  QTest::addColumn<QString>("to");
  QTest::addColumn<QString>("said");
  QTest::newRow("newer") << "\"version\": 1" << "\"version\": 7" << "This arm was written in form 7; this program reads up to 1. (arm.json)";
  QTest::newRow("unknown") << "\"gear\"" << "\"geer\"" << "\"geer\" is unknown here. (arm.json, joint 1) Known are id, model, sign";
  QTest::newRow("model") << "XL330-M288" << "XL999" << "No servo is called XL999. (arm.json, joint 1)";
  QTest::newRow("sign") << "\"sign\": -1" << "\"sign\": 0" << "Speed limit, torque limit and gear ratio must be above 0, the sign +1 or -1. (arm.json, joint with id 2)";
  QTest::newRow("limits") << "\"lower\": -1.25" << "\"lower\": 9" << "The lower limit must be below the upper one.";
  QTest::newRow("strength") << "\"torque_limit\"" << "\"torque_limit\": 99, \"x\"" << "\"x\" is unknown here.";
  QTest::newRow("number") << "\"zero\": 2100" << "\"zero\": \"2100\"" << "\"zero\" must be a number.";
  QTest::newRow("ids") << "\"id\": 2" << "\"id\": 1" << "Two joints have the id 1.";
}

void TestArmFile::mistakesAreNamed() {
  QFETCH(QString, from);
  QFETCH(QString, to);
  QFETCH(QString, said);
  QString text = QString::fromStdString(toJson(deskArm()));
  const qsizetype at = text.indexOf(from);
  QVERIFY(at >= 0);
  text.replace(at, from.size(), to);
  const Result<ArmFile> read = parseArm(text.toStdString(), "arm.json");
  QVERIFY(!read);
  const QString error = QString::fromStdString(read.error().text());
  QVERIFY2(error.contains(said), qPrintable(error));
}

void TestArmFile::brokenFilesOnlyFail() {
  const std::string good = toJson(deskArm());
  QRandomGenerator random(5);
  int refused = 0;
  for (int k = 0; k < 5000; ++k) {
    std::string text = good;
    for (int changes = random.bounded(1, 4); changes > 0; --changes) {
      const auto at = static_cast<std::size_t>(random.bounded(static_cast<int>(text.size())));
      if (random.bounded(4) == 0) text.resize(at + 1);
      else text[at] = static_cast<char>(random.bounded(256));
    }
    const Result<ArmFile> read = parseArm(text, "arm.json");
    if (!read) {
      ++refused;
      QVERIFY(!read.error().what.empty() && !read.error().mend.empty());
    } else {
      QVERIFY(read->config.check());
    }
  }
  QVERIFY(refused > 1000);
  QVERIFY(!parseArm(std::string(200000, '['), "arm.json"));
  QVERIFY(!readArm("/no/such/file"));
}

QTEST_APPLESS_MAIN(TestArmFile)
#include "tst_arm_file.moc"
