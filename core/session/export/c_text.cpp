// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/c_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/base/expects.h"

namespace gps {

namespace {

constexpr std::size_t kLongestPrefix = 40;  // C99 tells names apart by 63 characters
constexpr std::size_t kLongestText = 200;   // and string literals end at 4095

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Letters, digits, and one underscore for whatever stands between them.
std::string words(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (isLetter(c) || isDigit(c)) name += c;
    else if (!name.empty() && name.back() != '_') name += '_';
  }
  name.resize(std::min(name.size(), kLongestPrefix));
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

template <class Number>
std::string shortest(Number value) {
  GPS_EXPECTS(std::isfinite(value), "a number of a C header is finite");
  char text[64];
  const std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
  std::string number(text, end.ptr);
  if (number.find_first_of(".e") == std::string::npos) number += ".0";
  return number;
}

}  // namespace

std::string cPrefix(std::string_view text) {
  std::string name = words(text);
  if (name.empty()) return "gps";
  return isLetter(name.front()) ? name : "p_" + name;
}

std::string cSuffix(std::string_view text) {
  std::string name = words(text);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name.empty() ? "X" : name;
}

std::string cComment(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kLongestText)) {
    const bool printable = c >= 0x20 && c < 0x7f;
    const char next = printable ? c : '?';
    // Neither an end nor a beginning of a comment, and no trigraph.
    const bool apart = !line.empty() && ((next == '/' && line.back() == '*') || (next == '*' && line.back() == '/') ||
                                         (next == '?' && line.back() == '?'));
    if (apart) line += ' ';
    line += next;
  }
  // A backslash at the end would join the next line.
  while (!line.empty() && (line.back() == '\\' || line.back() == ' ')) line.pop_back();
  return line;
}

std::string cString(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text.substr(0, kLongestText)) {
    const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '?';
    if (plain) {
      literal += c;
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
      literal += code;
    }
  }
  return literal + "\"";
}

std::string cNumber(double value) {
  return shortest(value);
}

std::string cNumber(float value) {
  return shortest(value) + "f";
}

}  // namespace gps
