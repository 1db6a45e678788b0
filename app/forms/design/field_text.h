// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/scene/scene_fields.h"
#include "core/scene/scene_text.h"

namespace gps::ui {

/// A value of a scene file as a form shows it: 0.35, 0 for a point, 0, 1; 2, 3 for several. What is not of
/// the kind is shown as the file says it.
QString fieldText(FieldKind kind, const SceneTree& value);

/// The value a text stands for. Numbers are separated by commas or blanks, points by semicolons; brackets of
/// the file's form are accepted. Fails with what is expected.
Result<SceneTree> fieldValue(FieldKind kind, const QString& text);

}  // namespace gps::ui
