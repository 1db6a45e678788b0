// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gps {

using Bytes = std::span<const std::uint8_t>;

/// Little-endian unsigned number in the first `size` (1 to 4) bytes.
constexpr std::uint32_t littleEndian(Bytes bytes, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  return value;
}

/// Writes the low `size` (1 to 4) bytes of `value`, least significant first.
constexpr void putLittleEndian(std::span<std::uint8_t> bytes, std::uint32_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

/// Two's complement number of `size` (1, 2 or 4) bytes.
constexpr std::int32_t signExtended(std::uint32_t raw, std::size_t size) {
  if (size == 1) return static_cast<std::int8_t>(raw);
  if (size == 2) return static_cast<std::int16_t>(raw);
  return static_cast<std::int32_t>(raw);
}

/// Number whose sign stands in bit `signBit` and whose magnitude in the bits below it (Feetech registers).
constexpr std::int32_t fromSignMagnitude(std::uint32_t raw, int signBit) {
  const std::uint32_t sign = 1u << signBit;
  const auto magnitude = static_cast<std::int32_t>(raw & (sign - 1u));
  return (raw & sign) ? -magnitude : magnitude;
}

/// The inverse; magnitudes that do not fit are clamped.
constexpr std::uint32_t toSignMagnitude(std::int32_t value, int signBit) {
  const std::uint32_t sign = 1u << signBit;
  // Negating the smallest number overflows, so the magnitude is taken in unsigned arithmetic.
  std::uint32_t magnitude = value < 0 ? 0u - static_cast<std::uint32_t>(value) : static_cast<std::uint32_t>(value);
  if (magnitude > sign - 1u) magnitude = sign - 1u;
  return magnitude | (value < 0 ? sign : 0u);
}

}  // namespace gps
