// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"

namespace gps::ui {

/// Gives a part another id, and every place that names it follows. Fails on an id that is taken or not
/// allowed.
Status renamePart(TreeEditor& editor, const PartRef& part, const std::string& id);

}  // namespace gps::ui
