// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/protocol/byte_order.h"

namespace gps::dynamixel {

/// CRC-16 with polynomial 0x8005, start 0, not reflected, no final xor. `start` continues a running CRC.
std::uint16_t crc16(Bytes bytes, std::uint16_t start = 0);

}  // namespace gps::dynamixel
