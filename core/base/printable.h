// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace gps {

/// Text of a file for a terminal, on one line: control characters, which could move the cursor, colour what follows or
/// answer in the user's name, are left out: those of ASCII and those of U+0080 to U+009F. What they controlled stays as
/// plain signs. Bytes that are no UTF-8 become '?'.
std::string printable(std::string_view text);

}  // namespace gps
