// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"

namespace gps::ui {

/// Removes parts and everything that cannot stand without them: joints at a body, actuators and sensors at
/// these, overrides, cost terms, the success test, entries of lists. `went`, when given, gets a text for each
/// thing that went besides what was asked for ("the joint hinge"). Fails when a part is not there.
Status removeParts(TreeEditor& editor, const std::vector<PartRef>& parts,
                   std::vector<std::string>* went = nullptr);

}  // namespace gps::ui
