// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/protocol/feetech_parser.h"

#include <algorithm>

namespace gps::feetech {

void Parser::acceptAll() {
  m_ids.set();
  m_length = 0;
}

void Parser::expect(Bytes ids, std::size_t params) {
  m_ids.reset();
  for (const std::uint8_t id : ids) m_ids.set(id);
  m_length = params + 2;
}

void Parser::reset() {
  m_size = 0;
  m_delivered = 0;
}

bool Parser::awaited(std::uint8_t id, std::size_t length) const {
  if (id > kBroadcast || !m_ids.test(id)) return false;
  return m_length == 0 ? length >= 2 : length == m_length;
}

void Parser::dropFront(std::size_t count) {
  std::copy(m_bytes.begin() + static_cast<std::ptrdiff_t>(count),
            m_bytes.begin() + static_cast<std::ptrdiff_t>(m_size), m_bytes.begin());
  m_size -= count;
}

std::optional<Packet> Parser::next() {
  if (m_delivered > 0) dropFront(m_delivered);
  m_delivered = 0;
  for (;;) {
    std::size_t start = 0;
    while (start < m_size &&
           !(m_bytes[start] == 0xFF && (start + 1 == m_size || m_bytes[start + 1] == 0xFF))) {
      ++start;
    }
    if (start > 0) dropFront(start);
    if (m_size < kPrefixSize) return std::nullopt;
    const std::uint8_t id = m_bytes[2];
    const std::size_t length = m_bytes[3];
    if (!awaited(id, length)) {
      dropFront(1);
      continue;
    }
    const std::size_t total = kPrefixSize + length;
    if (m_size < total) return std::nullopt;
    if (checksum(Bytes(m_bytes).subspan(2, total - 3)) != m_bytes[total - 1]) {
      ++m_checksumErrors;
      dropFront(1);
      continue;
    }
    m_delivered = total;
    if (m_length != 0) m_ids.reset(id);
    return Packet{.id = id, .code = m_bytes[4], .params = Bytes(m_bytes).subspan(5, length - 2)};
  }
}

}  // namespace gps::feetech
