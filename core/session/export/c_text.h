// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace gps {

// Names and numbers of a session as C99 and C++ take them. A session may hold any bytes.

/// The beginning of C names: letters, digits and single underscores, begins with a letter, at most 40 characters.
/// "2 link-arm" gives "p_2_link_arm". Something must follow it, so that it is no keyword.
std::string cPrefix(std::string_view text);
/// The same with capital letters, without a rule for its beginning: the end of a name.
std::string cSuffix(std::string_view text);
/// One line that can stand in a block comment and cannot end it: printable ASCII, at most 200 characters.
std::string cComment(std::string_view text);
/// A string literal with its quotes; at most 200 bytes of the text.
std::string cString(std::string_view text);
/// A constant of type double, or float with its f, that reads back as the same number. It must be finite.
std::string cNumber(double value);
std::string cNumber(float value);

}  // namespace gps
