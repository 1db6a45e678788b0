// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "core/scene/scene_fields.h"
#include "core/scene/scene_text.h"

namespace gps::ui {

/// Which numbers of a value are angles: the file holds radians, forms show degrees.
struct FieldAngles {
  bool all = false;
  std::vector<bool> entries{};  ///< of a list, when its length is this

  bool at(std::size_t entry, std::size_t count) const {
    return all || (entries.size() == count && entry < count && entries[entry]);
  }
  bool operator==(const FieldAngles&) const = default;
};

/// How many digits of a number are written.
enum class Digits {
  All,
  Few,  ///< at most four that count; whole numbers have all of theirs
};

/// A value of a scene file as a form shows it: 0.35, 0 for a point, 0, 1; 2, 3 for several. What is not of
/// the kind is shown as the file says it.
QString fieldText(FieldKind kind, const SceneTree& value, const FieldAngles& angles = {},
                  Digits digits = Digits::All);

/// The value a text stands for. Numbers are separated by commas or blanks, points by semicolons; brackets of
/// the file's form are accepted, and an angle may be given as "0.3 rad". Fails with what is expected.
Result<SceneTree> fieldValue(FieldKind kind, const QString& text, const FieldAngles& angles = {});

}  // namespace gps::ui
