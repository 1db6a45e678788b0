// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace gps {

/// The code points of a UTF-8 text; wrong bytes become U+FFFD one by one.
std::u32string codePoints(std::string_view text);
/// The text as UTF-8 that every reader accepts.
std::string validUtf8(std::string_view text);

}  // namespace gps
