// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <set>

#include "core/device/servo/joint_scale.h"
#include "tests/core/device/vectors.h"

using namespace gps;

class TestServoTables : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tablesAreConsistent_data();
  void tablesAreConsistent();
  void blocksOfACycleAreContiguous();
  void registersDecodeLikeTheVectors();
  void modesAreThoseOfTheModel();
  void baudCodesGoBothWays();
  void anglesGoBothWays();
  void torqueIsQuantisedAndClamped();
  void pwmTorqueAgreesWithTheMotor();
};

void TestServoTables::tablesAreConsistent_data() {
  QTest::addColumn<QString>("name");
  for (const ServoModel& model : servoModels()) {
    const QString name = QString::fromLatin1(model.name.data(), static_cast<qsizetype>(model.name.size()));
    QTest::newRow(qPrintable(name)) << name;
  }
}

void TestServoTables::tablesAreConsistent() {
  QFETCH(QString, name);
  const ServoModel* model = findServoModel(name.toStdString());
  QVERIFY(model);
  QCOMPARE(findServoModel(model->protocol, model->number), model);
  QCOMPARE(model->at(Item::ModelNumber).initial, std::int32_t(model->number));
  std::set<int> used;
  std::set<Item> items;
  for (const Register& reg : model->registers) {
    QVERIFY2(items.insert(reg.item).second, std::string(reg.name).c_str());
    QVERIFY(reg.address + reg.size <= model->tableSize);
    for (int i = 0; i < reg.size; ++i) {
      QVERIFY2(used.insert(reg.address + i).second, std::string(reg.name).c_str());  // no byte is two registers
    }
    // The value as delivered survives its own encoding.
    std::array<std::uint8_t, 4> bytes{};
    encode(reg, reg.initial, bytes);
    QCOMPARE(decode(reg, bytes), reg.initial);
  }
  // What the start-up sequence of any arm needs.
  for (const Item item : {Item::Id, Item::ReturnDelay, Item::OperatingMode, Item::TorqueEnable, Item::HardwareError,
                          Item::PresentPosition, Item::PresentVelocity, Item::GoalPosition, Item::InputVoltage,
                          Item::Temperature, Item::TemperatureLimit}) {
    QVERIFY(model->has(item));
  }
}

void TestServoTables::blocksOfACycleAreContiguous() {
  for (const ServoModel& model : servoModels()) {
    if (model.protocol != Protocol::Dynamixel2) continue;
    QCOMPARE(int(model.at(model.has(Item::GoalCurrent) ? Item::PresentCurrent : Item::PresentLoad).address), 126);
    QCOMPARE(int(model.at(Item::PresentVelocity).address), 128);
    QCOMPARE(int(model.at(Item::PresentPosition).address), 132);
  }
  QVERIFY(!findServoModel("XL430-W250")->has(Item::GoalCurrent));
}

void TestServoTables::registersDecodeLikeTheVectors() {
  const ServoModel& sts = *findServoModel("STS3215");
  const ServoModel& xl = *findServoModel("XL330-M288");
  const test::Json feetech = test::vectorsOf("feetech_vectors.json");
  const test::Json dynamixel = test::vectorsOf("dynamixel_vectors.json");
  int blocks = 0;
  for (const test::Json& vector : feetech.at("status")) {
    if (!vector.contains("fields")) continue;
    const test::ByteVector params = test::hexOf(vector, "params");
    const auto read = [&](Item item) {
      return decode(sts.at(item), Bytes(params).subspan(sts.at(item).address - 56u));
    };
    const test::Json& fields = vector.at("fields");
    QCOMPARE(read(Item::PresentPosition), fields.at("present_position").get<int>());
    QCOMPARE(read(Item::PresentVelocity), fields.at("present_speed").get<int>());
    QCOMPARE(read(Item::PresentLoad), fields.at("present_load").get<int>());
    QCOMPARE(read(Item::InputVoltage), fields.at("voltage_dV").get<int>());
    QCOMPARE(read(Item::Temperature), fields.at("temperature_C").get<int>());
    QCOMPARE(read(Item::HardwareError), fields.at("servo_status").get<int>());
    QCOMPARE(read(Item::Moving), fields.at("moving").get<int>());
    QCOMPARE(read(Item::PresentCurrent), fields.at("present_current").get<int>());
    ++blocks;
  }
  for (const test::Json& vector : dynamixel.at("status")) {
    if (!vector.contains("fields")) continue;
    const test::ByteVector params = test::hexOf(vector, "params");
    const auto read = [&](Item item) {
      return decode(xl.at(item), Bytes(params).subspan(xl.at(item).address - 126u));
    };
    QCOMPARE(read(Item::PresentCurrent), vector.at("fields").at("present_current").get<int>());
    QCOMPARE(read(Item::PresentVelocity), vector.at("fields").at("present_velocity").get<int>());
    QCOMPARE(read(Item::PresentPosition), vector.at("fields").at("present_position").get<int>());
    ++blocks;
  }
  QCOMPARE(blocks, 18);
  for (const test::Json& vector : feetech.at("sign_magnitude")) {
    if (vector.at("register") != "homing_offset") continue;
    QCOMPARE(decode(sts.at(Item::HomingOffset), test::hexOf(vector, "bytes")), vector.at("value").get<int>());
  }
}

void TestServoTables::modesAreThoseOfTheModel() {
  QCOMPARE(findServoModel("XL330-M288")->modeNumber(ServoMode::Current), 0);
  QCOMPARE(findServoModel("XL430-W250")->modeNumber(ServoMode::Current), -1);
  QCOMPARE(findServoModel("XL430-W250")->modeNumber(ServoMode::Pwm), 16);
  QCOMPARE(findServoModel("STS3215")->modeNumber(ServoMode::Current), -1);
  QCOMPARE(findServoModel("STS3215")->modeNumber(ServoMode::Velocity), 1);
}

void TestServoTables::baudCodesGoBothWays() {
  QCOMPARE(baudRate(Protocol::Dynamixel2, 3), 1000000);
  QCOMPARE(baudRate(Protocol::FeetechSts, 0), 1000000);
  QCOMPARE(baudCode(Protocol::Dynamixel2, 57600), 1);
  QCOMPARE(baudCode(Protocol::FeetechSts, 57600), 6);
  QCOMPARE(baudCode(Protocol::Dynamixel2, 12345), -1);
  QCOMPARE(baudRate(Protocol::Dynamixel2, 99), 0);
}

void TestServoTables::anglesGoBothWays() {
  JointScale scale = JointScale::of(*findServoModel("XL330-M288"));
  QCOMPARE(scale.angle(3072), std::numbers::pi / 2);  // a quarter turn from the centre
  scale.sign = -1;
  scale.zeroCount = 1000;
  scale.gearRatio = 2.0;
  QCOMPARE(scale.angle(2024), -std::numbers::pi / 4);
  for (int count = -9000; count <= 9000; count += 7) QCOMPARE(scale.count(scale.angle(count)), count);
  QCOMPARE(scale.velocity(100), -100 * 0.0239691 / 2.0);
  QCOMPARE(scale.rawVelocity(scale.velocity(-321)), -321);
  // What a servo never says must not wrap around either.
  QVERIFY(scale.angle(std::numeric_limits<std::int32_t>::min()) > 0.0);
  QCOMPARE(scale.count(1e300), -(1 << 30));
}

void TestServoTables::torqueIsQuantisedAndClamped() {
  JointScale scale = JointScale::of(*findServoModel("XM430-W350"));
  scale.sign = -1;
  const double perCount = 0.00269 * 4.1 / 2.3;
  QCOMPARE(scale.rawCurrent(0.5, 1193), -qRound(0.5 / perCount));
  QCOMPARE(scale.rawCurrent(100.0, 200), -200);
  QCOMPARE(scale.rawCurrent(-100.0, 200), 200);
  QCOMPARE(scale.rawCurrent(std::nan(""), 200), 0);
  QCOMPARE(scale.torque(-100), 100 * perCount);
  QVERIFY(std::abs(1.0 / perCount - 208.5) < 0.1);
  QCOMPARE(JointScale::of(*findServoModel("XL430-W250")).rawCurrent(1.0, 100), 0);
}

void TestServoTables::pwmTorqueAgreesWithTheMotor() {
  const ServoModel& xl430 = *findServoModel("XL430-W250");
  // At rest stall torque takes the whole rated voltage; at no-load speed so does no torque.
  QCOMPARE(pwmForTorque(xl430, xl430.stallTorque, 0.0, xl430.ratedVoltage, 1.0), 1.0);
  QVERIFY(std::abs(pwmForTorque(xl430, 0.0, -xl430.noLoadSpeed, xl430.ratedVoltage, 1.0) + 1.0) < 1e-12);
  QCOMPARE(pwmForTorque(xl430, 10.0, 0.0, xl430.ratedVoltage, 0.4), 0.4);
  QCOMPARE(pwmForTorque(xl430, 1.0, 0.0, 0.0, 0.4), 0.4);
  QCOMPARE(pwmForTorque(xl430, 0.0, 0.0, 0.0, 0.4), 0.0);
}

QTEST_APPLESS_MAIN(TestServoTables)
#include "tst_servo_tables.moc"
