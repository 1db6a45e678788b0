// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

#include "app/commands/scene_part.h"

namespace gps::ui {

/// How parts travel on the clipboard, between windows too: JSON with this MIME type.
inline constexpr const char* kPartsMimeType = "application/x-gps-studio-parts+json";

/// Copies of parts, with the joints between copied bodies: {"gps_studio_parts": 1, "bodies": [...], ...}.
SceneTree copyParts(const SceneTree& tree, const std::vector<PartRef>& parts);

/// Whether this is what copyParts() makes, of limited size. Clipboards are untrusted.
Result<SceneTree> parseParts(std::string_view text);

/// Adds copies under free ids. What they name among themselves is renamed alike; other names stay as they
/// are. Bodies are moved by `offset` [task units]. The new parts, or what is wrong.
Result<std::vector<PartRef>> pasteParts(TreeEditor& editor, const SceneTree& parts,
                                        const Eigen::Vector2d& offset);

/// Pastes parts with their origin at a point, and measures them: their sensors join the state.
Status dropRobot(TreeEditor& editor, std::string_view parts, const Eigen::Vector2d& position);

}  // namespace gps::ui
