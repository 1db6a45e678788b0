// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace gps {

/// What untrusted JSON may be like; checked before anything is built from it.
struct JsonLimits {
  std::size_t bytes = std::size_t{16} * 1024 * 1024;
  int depth = 64;
  std::size_t arrayLength = 100000;
};

/// The bytes of a regular file of at most `limits.bytes`; a larger one is refused by its size, unread.
Result<std::string> readJsonFile(const std::filesystem::path& file, const JsonLimits& limits);

/// Strict JSON: UTF-8, size, nesting depth and array lengths within the limits, no duplicate key, finite
/// numbers. Errors name the line and column, or the JSON pointer.
Result<nlohmann::json> parseJson(std::string_view text, const std::string& origin, const JsonLimits& limits);

/// `key` as part of a JSON pointer: ~ and / escaped, cut when it is very long.
std::string pointerToken(std::string_view key);

/// Text of a file for a message: cut when very long, control characters replaced.
std::string quotedText(std::string_view text);

}  // namespace gps
