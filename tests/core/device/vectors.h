// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace gps::test {

using Json = nlohmann::json;
using ByteVector = std::vector<std::uint8_t>;

inline Json vectorsOf(const std::string& file) {
  std::ifstream stream(std::string(GPS_TEST_FILES "/reference/") + file);
  return Json::parse(stream);
}

inline ByteVector fromHex(const std::string& hex) {
  ByteVector bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline ByteVector hexOf(const Json& vector, const char* key) { return fromHex(vector.at(key).get<std::string>()); }

inline std::string toHex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (const std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

/// The bytes in pieces of `size`; 0: whole.
inline std::vector<std::span<const std::uint8_t>> inPieces(std::span<const std::uint8_t> bytes, std::size_t size) {
  std::vector<std::span<const std::uint8_t>> pieces;
  if (size == 0) size = bytes.size();
  while (!bytes.empty()) {
    pieces.push_back(bytes.first(std::min(size, bytes.size())));
    bytes = bytes.subspan(pieces.back().size());
  }
  return pieces;
}

}  // namespace gps::test
