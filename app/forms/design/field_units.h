// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/forms/design/field_text.h"
#include "core/scene/tree_edit.h"

namespace gps::ui {

/// What the numbers of a field are measured in, as forms show them: angles in degrees, all else in SI units.
struct FieldUnits {
  QString unit;  ///< empty: a pure number
  FieldAngles angles{};
  bool operator==(const FieldUnits&) const = default;
};

/// The unit may hang on what the part names: a hinge's limits are angles, a slider's are lengths; a target is
/// measured as its sensor is. `object`: where the key stands.
FieldUnits fieldUnits(const SceneTree& tree, const TreePath& object, const SceneField& field);

/// The same of what a condition overrides: "link1.position", "hinge1.speed", ...
FieldUnits overrideUnits(const SceneTree& tree, const std::string& name);

/// What one number of spread means for starts that are measured in different units: "± 0.1 m for box1 position,
/// ± 5.73 ° for joint1 angle"; empty where one unit says it all.
QString spreadText(const SceneTree& tree, const SceneTree& condition);

}  // namespace gps::ui
