// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <random>

#include "core/device/protocol/dynamixel_crc.h"
#include "core/device/protocol/dynamixel_fast_reply.h"
#include "core/device/protocol/dynamixel_parser.h"
#include "tests/core/device/vectors.h"

using namespace gps;
using namespace gps::dynamixel;
using namespace gps::test;

namespace {

const std::map<std::string, Instruction> kOperations{{"ping", Instruction::Ping},
                                                     {"read", Instruction::Read},
                                                     {"write", Instruction::Write},
                                                     {"reg_write", Instruction::RegWrite},
                                                     {"action", Instruction::Action},
                                                     {"factory_reset", static_cast<Instruction>(0x06)},
                                                     {"reboot", Instruction::Reboot},
                                                     {"clear_multi_turn", Instruction::Clear},
                                                     {"clear_error", Instruction::Clear},
                                                     {"sync_read", Instruction::SyncRead},
                                                     {"fast_sync_read", Instruction::FastSyncRead},
                                                     {"sync_write", Instruction::SyncWrite},
                                                     {"bulk_read", Instruction::BulkRead},
                                                     {"bulk_write", Instruction::BulkWrite},
                                                     {"fast_bulk_read", Instruction::FastBulkRead}};

void append16(ByteVector& bytes, int value) {
  bytes.push_back(static_cast<std::uint8_t>(value));
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
}

void append(ByteVector& bytes, const ByteVector& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

/// The parameters that the fields of a vector describe, built here and not with the code under test.
ByteVector paramsOf(const Json& vector) {
  const std::string op = vector.at("op");
  ByteVector params;
  if (op == "clear_multi_turn") return fromHex("0144584C22");
  if (op == "clear_error") return fromHex("024552434C");
  if (op == "factory_reset") return {vector.at("option").get<std::uint8_t>()};
  if (vector.contains("address")) append16(params, vector.at("address"));
  if (vector.contains("length")) append16(params, vector.at("length"));
  if (vector.contains("data")) append(params, hexOf(vector, "data"));
  if (vector.contains("ids")) append(params, vector.at("ids").get<ByteVector>());
  if (vector.contains("targets")) {
    for (const Json& target : vector.at("targets")) {
      params.push_back(target.at("id"));
      if (target.contains("address")) append16(params, target.at("address"));
      const bool writes = target.contains("data");
      if (target.contains("address")) {
        append16(params, writes ? static_cast<int>(hexOf(target, "data").size()) : target.at("length").get<int>());
      }
      if (writes) append(params, hexOf(target, "data"));
    }
  }
  return params;
}

struct Seen {
  std::uint8_t id = 0;
  Instruction instruction = Instruction::Status;
  ByteVector params{};
};

std::vector<Seen> parsed(const ByteVector& bytes, std::size_t piece = 0) {
  Parser parser;
  std::vector<Seen> seen;
  for (const Bytes part : inPieces(bytes, piece)) {
    parser.feed(part, [&](const Packet& packet) {
      seen.push_back({packet.id, packet.instruction, ByteVector(packet.params.begin(), packet.params.end())});
    });
  }
  return seen;
}

/// The vector's packet through the function that the driver uses for it; empty where it has none.
ByteVector throughDriverFunction(const Json& vector) {
  PacketBuilder builder;
  const std::string op = vector.at("op");
  const auto id = static_cast<std::uint8_t>(vector.value("id", 254));
  const auto address = static_cast<std::uint16_t>(vector.value("address", 0));
  const auto length = static_cast<std::uint16_t>(vector.value("length", 0));
  Bytes built;
  if (op == "ping") built = buildPing(builder, id);
  if (op == "read") built = buildRead(builder, id, address, length);
  if (op == "write") built = buildWrite(builder, id, address, hexOf(vector, "data"));
  if (op == "reboot") built = buildReboot(builder, id);
  if (op == "sync_read" || op == "fast_sync_read") {
    built = buildSyncRead(builder, kOperations.at(op), address, length, vector.at("ids").get<ByteVector>());
  }
  if (op == "sync_write") {
    ByteVector ids;
    ByteVector data;
    for (const Json& target : vector.at("targets")) {
      ids.push_back(target.at("id"));
      append(data, hexOf(target, "data"));
    }
    built = buildSyncWrite(builder, address, length, ids, data);
  }
  return ByteVector(built.begin(), built.end());
}

}  // namespace

class TestDynamixelProtocol : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void crcAgreesWithVectors();
  void instructionsAgreeBothWays();
  void statusPacketsAgreeBothWays();
  void streamsYieldTheSamePacketsInAnyPieces_data();
  void streamsYieldTheSamePacketsInAnyPieces();
  void fastRepliesAreSplitAndTheirInnerCrcsChecked();
  void specificationWinsWhereTheVendorErrs();
  void truncatedReplyDoesNotHideTheNextOne();
  void randomBytesAreNotPackets();
  void whatIsDeliveredFromHeaderRichNoiseIsWellFormed();

 private:
  const Json m_vectors = vectorsOf("dynamixel_vectors.json");
};

void TestDynamixelProtocol::crcAgreesWithVectors() {
  const ByteVector check{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  QCOMPARE(crc16(check), std::uint16_t(0xFEE8));
  QCOMPARE(crc16(Bytes(check).subspan(4), crc16(Bytes(check).first(4))), std::uint16_t(0xFEE8));
  for (const Json& vector : m_vectors.at("crc16")) {
    QCOMPARE(crc16(hexOf(vector, "data")), vector.at("crc").get<std::uint16_t>());
  }
}

void TestDynamixelProtocol::instructionsAgreeBothWays() {
  int throughDriver = 0;
  for (const Json& vector : m_vectors.at("instructions")) {
    const std::string name = vector.at("name");
    const ByteVector bytes = hexOf(vector, "bytes");
    const ByteVector params = paramsOf(vector);
    const Instruction instruction = kOperations.at(vector.at("op"));
    const auto id = static_cast<std::uint8_t>(vector.value("id", 254));

    const std::vector<Seen> seen = parsed(bytes);
    QVERIFY2(seen.size() == 1, name.c_str());
    QCOMPARE(seen[0].id, id);
    QVERIFY2(seen[0].instruction == instruction, name.c_str());
    QCOMPARE(toHex(seen[0].params), toHex(params));

    PacketBuilder builder;
    QCOMPARE(toHex(builder.begin(id, instruction).add(params).finish()), toHex(bytes));
    if (const ByteVector built = throughDriverFunction(vector); !built.empty()) {
      QCOMPARE(toHex(built), toHex(bytes));
      ++throughDriver;
    }
  }
  QVERIFY(throughDriver > 60);
}

void TestDynamixelProtocol::statusPacketsAgreeBothWays() {
  for (const Json& vector : m_vectors.at("status")) {
    const ByteVector bytes = hexOf(vector, "bytes");
    Parser parser;
    int count = 0;
    parser.feed(bytes, [&](const Packet& packet) {
      ++count;
      const std::optional<StatusReply> status = asStatus(packet);
      QVERIFY(status.has_value());
      QCOMPARE(status->id, vector.at("id").get<std::uint8_t>());
      QCOMPARE(status->alert, vector.at("alert").get<bool>());
      QCOMPARE(static_cast<int>(status->error), vector.at("error_number").get<int>());
      QCOMPARE(toHex(status->data), vector.at("params").get<std::string>());
      if (vector.contains("fields")) {
        const Json& fields = vector.at("fields");
        QCOMPARE(signExtended(littleEndian(status->data, 2), 2), fields.at("present_current").get<int>());
        QCOMPARE(signExtended(littleEndian(status->data.subspan(2), 4), 4), fields.at("present_velocity").get<int>());
        QCOMPARE(signExtended(littleEndian(status->data.subspan(6), 4), 4), fields.at("present_position").get<int>());
      }
    });
    QCOMPARE(count, 1);
    PacketBuilder builder;
    const ByteVector data = hexOf(vector, "params");
    QCOMPARE(toHex(buildStatus(builder, vector.at("id"), vector.at("error"), data)), toHex(bytes));
  }
}

void TestDynamixelProtocol::streamsYieldTheSamePacketsInAnyPieces_data() {
  QTest::addColumn<int>("piece");
  QTest::newRow("whole") << 0;
  QTest::newRow("in threes") << 3;
  QTest::newRow("byte by byte") << 1;
}

void TestDynamixelProtocol::streamsYieldTheSamePacketsInAnyPieces() {
  QFETCH(int, piece);
  for (const Json& vector : m_vectors.at("streams")) {
    const std::string name = vector.at("name");
    std::vector<Seen> statuses;
    for (const Seen& seen : parsed(hexOf(vector, "bytes"), static_cast<std::size_t>(piece))) {
      if (seen.instruction == Instruction::Status) statuses.push_back(seen);  // the others are our own echo
    }
    const Json& wanted = vector.at("packets");
    QVERIFY2(statuses.size() == wanted.size(), name.c_str());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      QCOMPARE(statuses[i].id, wanted[i].at("id").get<std::uint8_t>());
      QCOMPARE(statuses[i].params.at(0), wanted[i].at("error").get<std::uint8_t>());
      QCOMPARE(toHex(Bytes(statuses[i].params).subspan(1)), wanted[i].at("params").get<std::string>());
    }
  }
}

void TestDynamixelProtocol::fastRepliesAreSplitAndTheirInnerCrcsChecked() {
  for (const Json& vector : m_vectors.at("fast_sync_read_replies")) {
    ByteVector bytes = hexOf(vector, "bytes");
    const auto ids = vector.at("ids").get<ByteVector>();
    const auto length = vector.at("length").get<std::size_t>();
    std::vector<FastSlot> slots(ids.size());
    Parser parser;
    int count = 0;
    parser.feed(bytes, [&](const Packet& packet) {
      ++count;
      QCOMPARE(splitFastReply(packet, ids, length, slots), ids.size());
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const Json& wanted = vector.at("slots")[i];
        QCOMPARE(slots[i].id, wanted.at("id").get<std::uint8_t>());
        QCOMPARE(slots[i].errorByte, wanted.at("error").get<std::uint8_t>());
        QCOMPARE(toHex(slots[i].data), wanted.at("data").get<std::string>());
      }
      QCOMPARE(splitFastReply(packet, ids, length + 1, slots), std::size_t(0));
    });
    QCOMPARE(count, 1);
    if (ids.size() < 2) continue;

    // The first slot's CRC is wrong while the packet's own is right.
    bytes[kPrefixSize + 3 + length] ^= 1u;
    putLittleEndian(std::span(bytes).last(2), crc16(Bytes(bytes).first(bytes.size() - 2)), 2);
    parser.feed(bytes, [&](const Packet& packet) {
      ++count;
      QCOMPARE(splitFastReply(packet, ids, length, slots), std::size_t(0));
    });
    QCOMPARE(count, 2);
  }
}

void TestDynamixelProtocol::specificationWinsWhereTheVendorErrs() {
  for (const Json& vector : m_vectors.at("sdk_quirks")) {
    if (vector.at("what") == "decode") {
      const std::vector<Seen> seen = parsed(hexOf(vector, "bytes"));
      QCOMPARE(seen.size(), std::size_t(1));
      QCOMPARE(toHex(Bytes(seen[0].params).subspan(1)), vector.at("spec_params").get<std::string>());
    } else {
      PacketBuilder builder;
      const ByteVector data = hexOf(vector, "params");
      QCOMPARE(toHex(buildStatus(builder, vector.at("id"), vector.at("error"), data)),
               vector.at("spec_bytes").get<std::string>());
    }
  }
}

void TestDynamixelProtocol::truncatedReplyDoesNotHideTheNextOne() {
  // The first reply lacks more bytes than the second one has, so waiting for its length would never end.
  PacketBuilder builder;
  const Bytes longReply = buildStatus(builder, 1, 0, ByteVector(40, 0x11));
  ByteVector bytes(longReply.begin(), longReply.begin() + 12);
  const Bytes shortReply = buildStatus(builder, 2, 0, {});
  bytes.insert(bytes.end(), shortReply.begin(), shortReply.end());
  const std::vector<Seen> seen = parsed(bytes, 1);
  QCOMPARE(seen.size(), std::size_t(1));
  QCOMPARE(seen[0].id, std::uint8_t(2));
}

void TestDynamixelProtocol::randomBytesAreNotPackets() {
  std::mt19937_64 random(7);
  Parser parser;
  int packets = 0;
  std::array<std::uint8_t, 1000> bytes{};
  for (int i = 0; i < 10000; ++i) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() >> 33);
    parser.feed(bytes, [&](const Packet&) { ++packets; });
  }
  QCOMPARE(packets, 0);
}

void TestDynamixelProtocol::whatIsDeliveredFromHeaderRichNoiseIsWellFormed() {
  // Here candidates are common, so some pass a CRC of 16 bits by chance; none may break the rules of a packet.
  constexpr std::array<std::uint8_t, 8> kAlphabet{0xFF, 0xFF, 0xFD, 0x00, 0x03, 0x01, 0x55, 0xFE};
  std::mt19937_64 random(8);
  Parser parser;
  std::array<std::uint8_t, 1000> bytes{};
  for (int i = 0; i < 1000; ++i) {
    for (std::uint8_t& byte : bytes) byte = kAlphabet[(random() >> 33) % kAlphabet.size()];
    parser.feed(bytes, [&](const Packet& packet) {
      QVERIFY(packet.raw.size() == kPrefixSize + littleEndian(packet.raw.subspan(5), 2));
      QVERIFY(packet.params.size() < packet.raw.size());
      QCOMPARE(crc16(packet.raw.first(packet.raw.size() - 2)),
               static_cast<std::uint16_t>(littleEndian(packet.raw.last(2), 2)));
    });
  }
  QVERIFY(parser.crcErrors() > 100);  // candidates did come
}

QTEST_APPLESS_MAIN(TestDynamixelProtocol)
#include "tst_dynamixel_protocol.moc"
