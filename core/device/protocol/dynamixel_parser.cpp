// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/protocol/dynamixel_parser.h"

#include <algorithm>

#include "core/device/protocol/dynamixel_crc.h"

namespace gps::dynamixel {

namespace {

constexpr std::array<std::uint8_t, 4> kHeader{0xFF, 0xFF, 0xFD, 0x00};
constexpr std::size_t kMinLength = 3;  // instruction and CRC

}  // namespace

void Parser::reset() {
  m_size = 0;
  m_scanned = 0;
  m_delivered = 0;
}

void Parser::push(std::uint8_t byte) {
  m_bytes[m_size++] = byte;  // next() leaves at most an incomplete packet, which is shorter than the buffer
}

void Parser::dropFront(std::size_t count) {
  std::copy(m_bytes.begin() + static_cast<std::ptrdiff_t>(count),
            m_bytes.begin() + static_cast<std::ptrdiff_t>(m_size), m_bytes.begin());
  m_size -= count;
  m_scanned = 0;
}

void Parser::dropToHeader() {
  std::size_t start = 0;
  while (start < m_size) {
    const std::size_t known = std::min(m_size - start, kHeader.size());
    if (std::equal(kHeader.begin(), kHeader.begin() + static_cast<std::ptrdiff_t>(known),
                   m_bytes.begin() + static_cast<std::ptrdiff_t>(start))) {
      break;
    }
    ++start;
  }
  if (start > 0) dropFront(start);
}

std::size_t Parser::headerInside(std::size_t total) {
  // Stuffing keeps headers out of instruction and parameters: one there means that the rest of this packet was
  // lost and the next one has begun. The CRC may look like the end of a header and is left out.
  const std::size_t end = std::min(m_size, total - 2);
  for (std::size_t i = std::max(m_scanned, kPrefixSize); i + kHeader.size() <= end; ++i) {
    if (std::equal(kHeader.begin(), kHeader.end(), m_bytes.begin() + static_cast<std::ptrdiff_t>(i))) return i;
    m_scanned = i + 1;
  }
  return 0;
}

std::optional<Packet> Parser::next() {
  if (m_delivered > 0) dropFront(m_delivered);
  m_delivered = 0;
  for (;;) {
    dropToHeader();
    if (m_size < kPrefixSize) return std::nullopt;
    const std::uint8_t id = m_bytes[4];
    const std::size_t length = littleEndian(Bytes(m_bytes).subspan(5), 2);
    const std::size_t total = kPrefixSize + length;
    if ((id > kMaxId && id != kBroadcast) || length < kMinLength || total > kMaxPacket) {
      dropFront(1);
      continue;
    }
    // Fast replies are not stuffed, so anything may stand in them.
    const bool fastReply =
        id == kBroadcast && m_size > kPrefixSize && m_bytes[kPrefixSize] == static_cast<std::uint8_t>(Instruction::Status);
    if (!fastReply) {
      if (const std::size_t begun = headerInside(total)) {
        dropFront(begun);
        continue;
      }
    }
    if (m_size < total) return std::nullopt;
    if (crc16(Bytes(m_bytes).first(total - 2)) != littleEndian(Bytes(m_bytes).subspan(total - 2), 2)) {
      ++m_crcErrors;
      dropFront(1);
      continue;
    }
    m_delivered = total;
    if (!fastReply) return unstuffed(total);
    return Packet{.id = id,
                  .instruction = Instruction::Status,
                  .params = Bytes(m_bytes).subspan(kPrefixSize + 1, length - kMinLength),
                  .raw = Bytes(m_bytes).first(total)};
  }
}

Packet Parser::unstuffed(std::size_t total) {
  // Looks back at the bytes as they came: looking at what was written would eat an FD of FF FF FD FD FD.
  std::size_t size = 0;
  int matched = 0;
  for (std::size_t i = kPrefixSize + 1; i < total - 2; ++i) {
    const std::uint8_t byte = m_bytes[i];
    if (matched == 3 && byte == 0xFD) {
      matched = 0;
      continue;
    }
    if (byte == 0xFF) {
      matched = matched == 1 || matched == 2 ? 2 : 1;
    } else {
      matched = byte == 0xFD && matched == 2 ? 3 : 0;
    }
    m_params[size++] = byte;
  }
  return {.id = m_bytes[4],
          .instruction = static_cast<Instruction>(m_bytes[kPrefixSize]),
          .params = Bytes(m_params).first(size),
          .raw = Bytes(m_bytes).first(total)};
}

}  // namespace gps::dynamixel
