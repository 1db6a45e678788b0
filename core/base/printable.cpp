// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/printable.h"

#include <cstddef>

namespace gps {

namespace {

/// Length of the UTF-8 sequence that begins here; 0: there is none.
std::size_t sequenceAt(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  }
  // A terminal may take an overlong form for the sign it stands for.
  if ((first == 0xe0 && byte(at + 1) < 0xa0) || (first == 0xf0 && byte(at + 1) < 0x90)) return 0;
  return length;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequenceAt(text, at);
    const unsigned char first = static_cast<unsigned char>(text[at]);
    if (length == 0) {
      result += '?';
      ++at;
      continue;
    }
    const bool ascii = first < 0x20 || first == 0x7f;
    const bool later = first == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0;
    if (first == '\n' || first == '\t') result += ' ';
    else if (!ascii && !later) result += text.substr(at, length);
    at += length;
  }
  return result;
}

}  // namespace gps
