// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/unicode.h"

namespace gps {

std::u32string codePoints(std::string_view text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(i);
    const std::size_t more = first < 0x80 ? 0 : first >= 0xC2 && first < 0xE0 ? 1 : first >= 0xE0 && first < 0xF0 ? 2
                             : first >= 0xF0 && first < 0xF5 ? 3 : 9;
    char32_t point = more == 0 ? first : more == 1 ? first & 0x1Fu : more == 2 ? first & 0x0Fu : first & 0x07u;
    bool valid = more < 4 && more < text.size() - i;
    for (std::size_t k = 1; valid && k <= more; ++k) {
      valid = (byte(i + k) & 0xC0u) == 0x80u;
      point = (point << 6) | (byte(i + k) & 0x3Fu);
    }
    if (valid && ((more == 2 && point < 0x800) || (more == 3 && point < 0x10000) || point > 0x10FFFF ||
                  (point >= 0xD800 && point < 0xE000))) {
      valid = false;
    }
    points.push_back(valid ? point : 0xFFFD);
    i += valid ? more + 1 : 1;
  }
  return points;
}

std::string validUtf8(std::string_view text) {
  std::string valid;
  for (const char32_t point : codePoints(text)) {
    const auto put = [&valid](char32_t byte) { valid += static_cast<char>(byte); };
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0 | (point >> 6));
      put(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      put(0xE0 | (point >> 12));
      put(0x80 | ((point >> 6) & 0x3F));
      put(0x80 | (point & 0x3F));
    } else {
      put(0xF0 | (point >> 18));
      put(0x80 | ((point >> 12) & 0x3F));
      put(0x80 | ((point >> 6) & 0x3F));
      put(0x80 | (point & 0x3F));
    }
  }
  return valid;
}

}  // namespace gps
