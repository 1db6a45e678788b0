// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace gps {

/// A key that one type of part reads.
struct TypeField {
  std::string_view key;
  bool required = false;
};

/// One type of joint, actuator, sensor or cost term: what reader, schema, forms and help know of it.
struct TypeEntry {
  std::string_view name;  ///< as the file says it; never changes once released
  std::string_view label;
  std::string_view help;              ///< whole sentences
  std::span<const TypeField> fields;  ///< keys it reads besides id and type
};

/// The entry of that name, or null.
inline const TypeEntry* findType(std::span<const TypeEntry> types, std::string_view name) {
  for (const TypeEntry& entry : types) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace gps
