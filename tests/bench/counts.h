// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <array>
#include <cstddef>
#include <cstdio>
#include <optional>

namespace gps::bench {

/// A whole number of at least 1; nothing for anything else.
inline std::optional<int> countOf(const char* text) {
  bool whole = false;
  const int count = QByteArray(text).toInt(&whole);
  return whole && count >= 1 ? std::optional(count) : std::nullopt;
}

/// The counts a measurement is called with; those that are not given stay as they are. Otherwise what the program is to return
/// at once: 0 after printing `usage` because that was asked for, 2 after naming what is not expected.
template <std::size_t N>
std::optional<int> readCounts(int argc, char** argv, const char* usage, std::array<int, N>& counts) {
  for (int i = 1; i < argc; ++i) {
    const QByteArray argument(argv[i]);
    if (argument == "--help" || argument == "-h") {
      std::printf("%s", usage);
      return 0;
    }
    const std::optional<int> count = countOf(argv[i]);
    if (count && i <= static_cast<int>(N)) {
      counts[static_cast<std::size_t>(i - 1)] = *count;
      continue;
    }
    std::fprintf(stderr, "\"%s\" is not expected there.\n%s", argv[i], usage);
    return 2;
  }
  return std::nullopt;
}

}  // namespace gps::bench
