// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/link/link.h"
#include "core/device/protocol/dynamixel_packet.h"
#include "core/device/servo/servo_model.h"

namespace gps {

enum class BusResult : std::uint8_t { Ok, NoAnswer, Refused, LinkLost };

/// How one servo answered.
struct BusReply {
  BusResult result = BusResult::NoAnswer;
  bool alert = false;            ///< the servo reports trouble of its own; the data is good
  std::uint8_t errorByte = 0;    ///< as it came: DYNAMIXEL error byte, Feetech status bits

  bool ok() const { return result == BusResult::Ok; }
};

/// What happened on the wire since the bus was made.
struct BusCounters {
  std::uint64_t requests = 0;
  std::uint64_t missingReplies = 0;
  std::uint64_t damagedPackets = 0;
  std::uint64_t refusals = 0;
};

/// A host's side of a half-duplex servo bus: one request, its answers, then the next. Nothing is sent while an answer
/// may still come; what arrives late is dropped. No allocation, no exceptions.
class ServoBus {
 public:
  static constexpr std::size_t kMaxServos = 16;

  ServoBus(Link& link, int baud) : m_link(&link), m_byteTime(10 * kSecond / baud) {}
  virtual ~ServoBus() = default;

  /// Whether a servo answers; `model` becomes its model number.
  virtual BusReply ping(std::uint8_t id, int& model) noexcept = 0;
  virtual BusReply read(std::uint8_t id, std::uint16_t address, std::span<std::uint8_t> data) noexcept = 0;
  /// Writes and waits for the servo's word that it did.
  virtual BusReply write(std::uint8_t id, std::uint16_t address, Bytes data) noexcept = 0;
  /// To all servos, none of which answers. Ok or LinkLost.
  virtual BusResult broadcast(std::uint16_t address, Bytes data) noexcept = 0;
  /// `data` holds `length` bytes per id; those of servos that do not answer keep their value. Returns Ok when all
  /// did, else the worst of the replies.
  virtual BusResult syncRead(std::uint16_t address, std::size_t length, Bytes ids, std::span<std::uint8_t> data,
                             std::span<BusReply> replies) noexcept = 0;
  /// Ok or LinkLost: nobody answers.
  virtual BusResult syncWrite(std::uint16_t address, std::size_t length, Bytes ids, Bytes data) noexcept = 0;

  /// One register, in counts.
  BusReply get(std::uint8_t id, const Register& reg, std::int32_t& value) noexcept;
  BusReply put(std::uint8_t id, const Register& reg, std::int32_t value) noexcept;

  /// No answer is waited for longer than this. Half a control period while one runs.
  void setLongestWait(Nanos wait) { m_longestWait = wait; }
  /// What each servo waits before it answers.
  void setReturnDelay(Nanos delay) { m_returnDelay = delay; }
  const BusCounters& counters() const { return m_counters; }
  Link& link() { return *m_link; }
  /// Time on the wire of a request of `bytes` and `replies` answers of `replyBytes` in all.
  Nanos wireTime(std::size_t bytes, std::size_t replies, std::size_t replyBytes) const;

 protected:
  /// Where the answers to a request go.
  struct Collector {
    Bytes ids{};
    std::size_t length = 0;  ///< bytes of data in each answer
    std::span<std::uint8_t> data{};
    std::span<BusReply> replies{};
    std::size_t answered = 0;

    /// An answer from `id`; anything that was not asked for is ignored.
    void take(std::uint8_t id, const BusReply& reply, Bytes content) noexcept;
  };

  /// Sends and collects until everybody has answered or the time is over.
  BusResult transact(Bytes request, Collector& collector, std::size_t replyOverhead) noexcept;
  /// Sends what nobody answers.
  BusResult send(Bytes request) noexcept;

  /// Gets ready for the answers to a request.
  virtual void expect(const Collector& collector) noexcept = 0;
  /// Hands packets in `bytes` to the collector.
  virtual void feed(Bytes bytes, Collector& collector) noexcept = 0;
  virtual std::uint64_t damagedPackets() const noexcept = 0;

 private:
  Link* m_link;
  Nanos m_byteTime;
  Nanos m_returnDelay = 510'000;  // the longest a servo can be set to
  Nanos m_longestWait = 50 * kMillisecond;
  BusCounters m_counters;
};

}  // namespace gps
