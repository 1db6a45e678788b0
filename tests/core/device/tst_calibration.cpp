// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <numbers>

#include "core/device/arm/calibration.h"

using namespace gps;

namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

JointConfig servo() { return jointOf(*findServoModel("XL330-M288"), 4); }

/// Moves by hand, as far as a reading each 20 ms shows it.
void move(JointCalibration& calibration, int from, int to) {
  const int step = from < to ? 7 : -7;
  for (int at = from; (step > 0) == (at < to) && at != to; at += step) calibration.feed(at);
  calibration.feed(to);
}

}  // namespace

class TestCalibration : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void findsZeroDirectionAndRange_data();
  void findsZeroDirectionAndRange();
  void refusesTooLittle();
  void refusesAWrapInside();
  void opensWhateverThePose();
};

void TestCalibration::findsZeroDirectionAndRange_data() {
  QTest::addColumn<int>("sign");
  QTest::newRow("as mounted") << 1;
  QTest::newRow("the other way round") << -1;
}

void TestCalibration::findsZeroDirectionAndRange() {
  QFETCH(int, sign);
  JointCalibration calibration(servo());
  move(calibration, 1500, 1900);
  calibration.takeZero();
  move(calibration, 1900, 1900 + sign * 200);
  QVERIFY(calibration.takeDirection());
  calibration.beginRange();
  move(calibration, 1900, 900);
  move(calibration, 900, 2700);
  QVERIFY(calibration.takeRange());
  const JointConfig& joint = calibration.joint();
  QCOMPARE(joint.id, std::uint8_t{4});
  QCOMPARE(joint.scale.zeroCount, 1900);
  QCOMPARE(joint.scale.sign, sign);
  const double low = 1000 * kRadiansPerCount - 3 * kDegree;
  const double high = 800 * kRadiansPerCount - 3 * kDegree;
  QVERIFY(std::abs(joint.lowerLimit - (sign > 0 ? -low : -high)) < 1e-12);
  QVERIFY(std::abs(joint.upperLimit - (sign > 0 ? high : low)) < 1e-12);
  QVERIFY(std::abs(joint.scale.angle(1900 + sign * 100) - 100 * kRadiansPerCount) < 1e-12);
}

void TestCalibration::refusesTooLittle() {
  JointCalibration calibration(servo());
  calibration.feed(2000);
  calibration.takeZero();
  move(calibration, 2000, 2040);  // 3.5 degrees
  const Status direction = calibration.takeDirection();
  QVERIFY(!direction);
  QCOMPARE(direction.error().text(), std::string("The joint turned by 3.5 degrees only. (XL330-M288, id 4) Turn it by at "
                                                 "least 5 degrees in the positive direction."));
  move(calibration, 2040, 2100);
  QVERIFY(calibration.takeDirection());
  calibration.beginRange();
  move(calibration, 2100, 2190);
  QVERIFY(!calibration.takeRange());
  move(calibration, 2190, 2300);
  QVERIFY(calibration.takeRange());
}

void TestCalibration::refusesAWrapInside() {
  JointCalibration calibration(servo());
  calibration.feed(3900);
  calibration.takeZero();
  move(calibration, 3900, 3700);
  QVERIFY(calibration.takeDirection());
  calibration.beginRange();
  move(calibration, 3700, 4095);
  move(calibration, 2, 300);
  const Status range = calibration.takeRange();
  QVERIFY(!range);
  QVERIFY(range.error().what.find("starts anew") != std::string::npos);
  calibration.beginRange();
  move(calibration, 300, 900);
  QVERIFY(calibration.takeRange());
}

void TestCalibration::opensWhateverThePose() {
  ArmConfig arm;
  arm.joints = {servo()};
  arm.joints[0].lowerLimit = 0.1;
  const ArmConfig open = openForCalibration(arm);
  QVERIFY(open.check());
  QVERIFY(open.joints[0].lowerLimit < -1000.0);
}

QTEST_APPLESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
