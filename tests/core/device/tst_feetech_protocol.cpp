// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <random>

#include "core/device/protocol/feetech_parser.h"
#include "tests/core/device/vectors.h"

using namespace gps;
using namespace gps::feetech;
using namespace gps::test;

namespace {

const std::map<std::string, Instruction> kOperations{
    {"ping", Instruction::Ping},           {"read", Instruction::Read},
    {"write", Instruction::Write},         {"write_position", Instruction::Write},
    {"write_velocity", Instruction::Write}, {"reg_write", Instruction::RegWrite},
    {"action", Instruction::Action},       {"reset", Instruction::Reset},
    {"sync_read", Instruction::SyncRead},  {"sync_write", Instruction::SyncWrite},
    {"position_calibrate", Instruction::PositionCalibrate}};

void append(ByteVector& bytes, const ByteVector& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

/// The parameters that the fields of a vector describe, built here and not with the code under test.
ByteVector paramsOf(const Json& vector) {
  ByteVector params;
  if (vector.at("op") == "position_calibrate") {
    const int position = vector.at("position");
    return {static_cast<std::uint8_t>(position), static_cast<std::uint8_t>(position >> 8)};
  }
  if (vector.contains("address")) params.push_back(vector.at("address"));
  if (vector.contains("length")) params.push_back(vector.at("length"));
  if (vector.contains("data")) append(params, hexOf(vector, "data"));
  if (vector.contains("ids")) append(params, vector.at("ids").get<ByteVector>());
  if (vector.contains("targets")) {
    for (const Json& target : vector.at("targets")) {
      params.push_back(target.at("id"));
      append(params, hexOf(target, "data"));
    }
  }
  return params;
}

struct Seen {
  std::uint8_t id = 0;
  std::uint8_t code = 0;
  ByteVector params{};
};

std::vector<Seen> parsed(const ByteVector& bytes, std::size_t piece = 0) {
  Parser parser;
  std::vector<Seen> seen;
  for (const Bytes part : inPieces(bytes, piece)) {
    parser.feed(part, [&](const Packet& packet) {
      seen.push_back({packet.id, packet.code, ByteVector(packet.params.begin(), packet.params.end())});
    });
  }
  return seen;
}

}  // namespace

class TestFeetechProtocol : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void instructionsAgreeBothWays();
  void answersAgreeBothWays();
  void syncReadRepliesComeInParts();
  void streamsYieldTheSamePacketsInAnyPieces_data();
  void streamsYieldTheSamePacketsInAnyPieces();
  void signMagnitudeAgreesBothWays();
  void onlyTheAwaitedAnswerIsTaken();
  void randomBytesNeverAnswerAnythingElse();

 private:
  const Json m_vectors = vectorsOf("feetech_vectors.json");
};

void TestFeetechProtocol::instructionsAgreeBothWays() {
  for (const Json& vector : m_vectors.at("instructions")) {
    const std::string name = vector.at("name");
    const std::string op = vector.at("op");
    const ByteVector bytes = hexOf(vector, "bytes");
    const ByteVector params = paramsOf(vector);
    const Instruction instruction = kOperations.at(op);
    const auto id = static_cast<std::uint8_t>(vector.value("id", 254));

    const std::vector<Seen> seen = parsed(bytes);
    QVERIFY2(seen.size() == 1, name.c_str());
    QCOMPARE(seen[0].id, id);
    QCOMPARE(seen[0].code, static_cast<std::uint8_t>(instruction));
    QCOMPARE(toHex(seen[0].params), toHex(params));

    PacketBuilder builder;
    QCOMPARE(toHex(builder.begin(id, instruction).add(params).finish()), toHex(bytes));

    const auto address = static_cast<std::uint8_t>(vector.value("address", 0));
    const auto length = static_cast<std::uint8_t>(vector.value("length", 0));
    if (op == "ping") QCOMPARE(toHex(buildPing(builder, id)), toHex(bytes));
    if (op == "read") QCOMPARE(toHex(buildRead(builder, id, address, length)), toHex(bytes));
    if (op.starts_with("write")) {
      QCOMPARE(toHex(buildWrite(builder, id, address, hexOf(vector, "data"))), toHex(bytes));
    }
    if (op == "sync_read") {
      const auto ids = vector.at("ids").get<ByteVector>();
      QCOMPARE(toHex(buildSyncRead(builder, address, length, ids)), toHex(bytes));
    }
    if (op == "sync_write") {
      ByteVector ids;
      ByteVector data;
      for (const Json& target : vector.at("targets")) {
        ids.push_back(target.at("id"));
        append(data, hexOf(target, "data"));
      }
      QCOMPARE(toHex(buildSyncWrite(builder, address, length, ids, data)), toHex(bytes));
    }
  }
}

void TestFeetechProtocol::answersAgreeBothWays() {
  for (const Json& vector : m_vectors.at("status")) {
    const ByteVector bytes = hexOf(vector, "bytes");
    const ByteVector params = hexOf(vector, "params");
    Parser parser;
    parser.expect(ByteVector{vector.at("id").get<std::uint8_t>()}, params.size());
    int count = 0;
    parser.feed(bytes, [&](const Packet& packet) {
      ++count;
      QCOMPARE(packet.code, vector.at("status").get<std::uint8_t>());
      QCOMPARE(toHex(packet.params), toHex(params));
      if (!vector.contains("fields")) return;
      const Json& fields = vector.at("fields");
      const auto at = [&](std::size_t offset, int signBit) {
        return fromSignMagnitude(littleEndian(packet.params.subspan(offset), 2), signBit);
      };
      QCOMPARE(at(0, 15), fields.at("present_position").get<int>());
      QCOMPARE(at(2, 15), fields.at("present_speed").get<int>());
      QCOMPARE(at(4, 10), fields.at("present_load").get<int>());
      QCOMPARE(at(13, 15), fields.at("present_current").get<int>());
    });
    QCOMPARE(count, 1);
    PacketBuilder builder;
    QCOMPARE(toHex(buildAnswer(builder, vector.at("id"), vector.at("status"), params)), toHex(bytes));
  }
}

void TestFeetechProtocol::syncReadRepliesComeInParts() {
  for (const Json& vector : m_vectors.at("sync_read_replies")) {
    const ByteVector bytes = hexOf(vector, "bytes");
    const auto ids = vector.at("ids").get<ByteVector>();
    for (const std::size_t piece : {0, 3, 1}) {
      Parser parser;
      parser.expect(ids, vector.at("length"));
      std::size_t count = 0;
      for (const Bytes part : inPieces(bytes, piece)) {
        parser.feed(part, [&](const Packet& packet) {
          const Json& slot = vector.at("slots").at(count++);
          QCOMPARE(packet.id, slot.at("id").get<std::uint8_t>());
          QCOMPARE(packet.code, slot.at("status").get<std::uint8_t>());
          QCOMPARE(toHex(packet.params), slot.at("data").get<std::string>());
        });
      }
      QCOMPARE(count, ids.size());
    }
  }
}

void TestFeetechProtocol::streamsYieldTheSamePacketsInAnyPieces_data() {
  QTest::addColumn<int>("piece");
  QTest::newRow("whole") << 0;
  QTest::newRow("in threes") << 3;
  QTest::newRow("byte by byte") << 1;
}

void TestFeetechProtocol::streamsYieldTheSamePacketsInAnyPieces() {
  QFETCH(int, piece);
  for (const Json& vector : m_vectors.at("streams")) {
    const std::string name = vector.at("name");
    const std::vector<Seen> seen = parsed(hexOf(vector, "bytes"), static_cast<std::size_t>(piece));
    const Json& wanted = vector.at("packets");
    QVERIFY2(seen.size() == wanted.size(), name.c_str());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      QCOMPARE(seen[i].id, wanted[i].at("id").get<std::uint8_t>());
      QCOMPARE(seen[i].code, wanted[i].at("status").get<std::uint8_t>());
      QCOMPARE(toHex(seen[i].params), wanted[i].at("params").get<std::string>());
    }
  }
}

void TestFeetechProtocol::signMagnitudeAgreesBothWays() {
  for (const Json& vector : m_vectors.at("sign_magnitude")) {
    const int signBit = vector.at("sign_bit");
    const int value = vector.at("value");
    const auto raw = vector.at("raw").get<std::uint32_t>();
    QCOMPARE(toSignMagnitude(value, signBit), raw);
    QCOMPARE(fromSignMagnitude(raw, signBit), value);
    QCOMPARE(littleEndian(hexOf(vector, "bytes"), 2), raw);
  }
  QCOMPARE(toSignMagnitude(40000, 15), 0x7FFFu);
  QCOMPARE(toSignMagnitude(std::numeric_limits<std::int32_t>::min(), 15), 0xFFFFu);
}

void TestFeetechProtocol::onlyTheAwaitedAnswerIsTaken() {
  PacketBuilder builder;
  const ByteVector ids{1, 2};
  Parser parser;
  parser.expect(ids, 4);
  std::vector<int> taken;
  const auto take = [&](std::uint8_t id, std::size_t params) {
    parser.feed(buildAnswer(builder, id, 0, ByteVector(params, 9)), [&](const Packet& packet) { taken.push_back(packet.id); });
  };
  take(3, 4);  // not asked
  take(1, 3);  // another length
  take(2, 4);
  take(2, 4);  // answered already
  take(1, 4);
  QCOMPARE(taken, (std::vector<int>{2, 1}));
}

void TestFeetechProtocol::randomBytesNeverAnswerAnythingElse() {
  // Plain noise, then noise rich in headers of the awaited kind, where one in 256 candidates has a good checksum.
  constexpr std::array<std::uint8_t, 8> kAlphabet{0xFF, 0xFF, 0xFF, 0x01, 0x06, 0x00, 0xF8, 0x02};
  const ByteVector ids{1, 2};
  std::mt19937_64 random(7);
  int accepted = 0;
  std::array<std::uint8_t, 1000> bytes{};
  for (const bool rich : {false, true}) {
    Parser parser;
    for (int i = 0; i < 10000; ++i) {
      for (std::uint8_t& byte : bytes) {
        const auto number = static_cast<std::uint8_t>(random() >> 33);
        byte = rich ? kAlphabet[number % kAlphabet.size()] : number;
      }
      parser.expect(ids, 4);
      parser.feed(bytes, [&](const Packet& packet) {
        ++accepted;
        QVERIFY(packet.id == 1 || packet.id == 2);
        QCOMPARE(packet.params.size(), std::size_t(4));
        unsigned sum = packet.id + 6u + packet.code + packet.params[0] + packet.params[1] + packet.params[2] +
                       packet.params[3] + packet.params.data()[4];  // the checksum stands behind the parameters
        QCOMPARE(sum & 0xFFu, 0xFFu);
      });
    }
    if (!rich) QCOMPARE(accepted, 0);
  }
  QVERIFY(accepted > 0);
}

QTEST_APPLESS_MAIN(TestFeetechProtocol)
#include "tst_feetech_protocol.moc"
