// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/json_text.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

namespace gps {
namespace {

using Json = nlohmann::json;

std::string megabytes(std::uintmax_t bytes) {
  const std::uintmax_t tenths = (bytes * 10 + 524288) / (1024 * 1024);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

Error tooLarge(std::uintmax_t bytes, std::size_t limit, const std::string& origin) {
  return Error{"The file has " + megabytes(bytes) + "; a scene may have at most " + megabytes(limit) + ".",
               origin, "Check that this is a scene file, or split it."};
}

std::string lineAndColumn(std::string_view text, std::size_t byte) {
  byte = std::min(byte, text.size());
  std::size_t line = 1;
  std::size_t lineStart = 0;
  for (std::size_t i = 0; i < byte; ++i) {
    if (text[i] == '\n') {
      ++line;
      lineStart = i + 1;
    }
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(byte - lineStart + 1);
}

/// Position of the first byte that is not UTF-8.
std::optional<std::size_t> invalidUtf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0x80) {
      if (lead < 0xC2 || lead > 0xF4) return i;
      length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      // The second byte excludes overlong forms, surrogates and numbers above U+10FFFF.
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
      if (i + length > text.size()) return i;
      for (std::size_t k = 1; k < length; ++k) {
        const auto byte = static_cast<unsigned char>(text[i + k]);
        if (byte < low || byte > high) return i;
        low = 0x80;
        high = 0xBF;
      }
    }
    i += length;
  }
  return std::nullopt;
}

/// Position at which brackets are nested deeper than `limit`. Counted before parsing, so that no parser's
/// stack depends on the file.
std::optional<std::size_t> tooDeep(std::string_view text, int limit) {
  int depth = 0;
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inString) {
      if (c == '\\') ++i;
      if (c == '"') inString = false;
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      if (++depth > limit) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::nullopt;
}

/// The word a parser stopped in, when it spells a number that is not finite.
std::string nonFiniteWord(std::string_view text, std::size_t byte) {
  const auto partOfWord = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '-' || c == '+';
  };
  std::size_t begin = std::min(byte, text.size());
  while (begin > 0 && partOfWord(text[begin - 1])) --begin;
  std::size_t end = begin;
  while (end < text.size() && end - begin < 10 && partOfWord(text[end])) ++end;
  std::string word(text.substr(begin, end - begin));
  std::string lower = word;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!lower.empty() && (lower[0] == '-' || lower[0] == '+')) lower.erase(0, 1);
  return lower == "nan" || lower == "inf" || lower == "infinity" ? word : std::string();
}

/// First pass over the events: finds what a document model would hide or pay for.
class Inspector final : public nlohmann::json_sax<Json> {
 public:
  Inspector(std::string_view text, const std::string& origin, const JsonLimits& limits)
      : m_text(text), m_origin(origin), m_limits(limits) {}

  const std::optional<Error>& error() const { return m_error; }

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = m_levels.back();
    level.key = name;
    if (level.keys.insert(name).second) return true;
    m_error = Error{"The key " + quotedText(name) + " stands twice in one object.",
                    m_origin + ", " + pointer(), "Keep one of the two."};
    return false;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& exception) override {
    const std::size_t byte = position == 0 ? 0 : position - 1;
    const std::string where = m_origin + ", " + lineAndColumn(m_text, byte);
    if (const std::string word = nonFiniteWord(m_text, byte); !word.empty()) {
      m_error = Error{"A number must be finite, but is " + word + ".", where, "Write a finite number."};
    } else if (exception.id == 406) {
      m_error = Error{"A number is too large for double precision.", where, "Write a finite number."};
    } else if (byte >= m_text.size()) {
      m_error = Error{"The file ends in the middle of the scene.", where,
                      "Restore the missing end: brackets and quotes must be closed."};
    } else {
      m_error = Error{"This is not valid JSON.", where,
                      "Check commas, quotes and brackets just before this place."};
    }
    return false;
  }

 private:
  struct Level {
    bool array = false;
    std::size_t index = 0;
    std::string key;
    std::set<std::string> keys;
  };

  /// Every value passes here; in an array it takes a place.
  bool value() {
    if (m_levels.empty() || !m_levels.back().array) return true;
    if (++m_levels.back().index <= m_limits.arrayLength) return true;
    m_levels.pop_back();
    m_error = Error{"A list has more than " + std::to_string(m_limits.arrayLength) + " entries.",
                    m_origin + ", " + pointer(), "Shorten the list."};
    return false;
  }
  bool open(bool array) {
    if (!value()) return false;
    m_levels.push_back(Level{array, 0, {}, {}});
    return true;
  }
  bool close() {
    m_levels.pop_back();
    return true;
  }
  std::string pointer() const {
    std::string path;
    for (const Level& level : m_levels) {
      path += '/';
      path += level.array ? std::to_string(level.index - 1) : pointerToken(level.key);
    }
    return path.empty() ? "/" : path;
  }

  std::string_view m_text;
  const std::string& m_origin;
  const JsonLimits& m_limits;
  std::vector<Level> m_levels;
  std::optional<Error> m_error;
};

}  // namespace

std::string quotedText(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text.substr(0, 60)) shown += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  // The cut must not leave half a character behind.
  if (text.size() > 60) {
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0x80) != 0) shown.pop_back();
    shown += "...";
  }
  shown += '"';
  return shown;
}

std::string pointerToken(std::string_view key) {
  std::string token;
  for (const char c : key.substr(0, 60)) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

Result<std::string> readJsonFile(const std::filesystem::path& file, const JsonLimits& limits) {
  const std::string origin = file.string();
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::status(file, code);
  if (status.type() == std::filesystem::file_type::not_found) {
    return Error{"There is no such file.", origin, "Check the path."};
  }
  if (status.type() == std::filesystem::file_type::directory) {
    return Error{"This is a folder, not a scene file.", origin, "Name a file that ends in .scene.json."};
  }
  if (status.type() != std::filesystem::file_type::regular) {
    return Error{"This is not a regular file.", origin, "Copy the scene to a plain file first."};
  }
  const std::uintmax_t size = std::filesystem::file_size(file, code);
  if (!code && size > limits.bytes) return tooLarge(size, limits.bytes, origin);

  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return Error{std::string("The file cannot be opened: ") + std::strerror(errno) + ".", origin,
                 "Check its permissions."};
  }
  // One byte more than allowed, as the file may have grown since its size was read.
  std::string text(std::min<std::uintmax_t>(code ? limits.bytes : size, limits.bytes) + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) {
    return Error{"The file cannot be read to its end.", origin, "Check the medium it lies on."};
  }
  return text;
}

Result<Json> parseJson(std::string_view text, const std::string& origin, const JsonLimits& limits) {
  if (text.size() > limits.bytes) return tooLarge(text.size(), limits.bytes, origin);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error{"The file is empty.", origin, "Start from a shipped scene."};
  }
  if (const auto byte = invalidUtf8(text)) {
    return Error{"The file is not UTF-8.", origin + ", " + lineAndColumn(text, *byte),
                 "Save it as UTF-8 text."};
  }
  if (const auto byte = tooDeep(text, limits.depth)) {
    return Error{"Brackets are nested deeper than " + std::to_string(limits.depth) + " levels.",
                 origin + ", " + lineAndColumn(text, *byte),
                 "A scene needs 6 levels; check for unclosed brackets."};
  }
  Inspector inspector(text, origin, limits);
  if (!Json::sax_parse(text, &inspector) && inspector.error()) return *inspector.error();
  Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Error{"This is not valid JSON.", origin, "Start from a shipped scene."};
  return document;
}

}  // namespace gps
