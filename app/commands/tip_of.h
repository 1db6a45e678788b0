// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <optional>

#include "app/commands/scene_part.h"

namespace gps::ui {

/// The far end of a body seen from the joint that carries it, in its frame: where an arm has its hand. The
/// origin where no joint carries the body or its shapes are not understood.
Eigen::Vector2d tipOf(const SceneTree& tree, const std::string& body);

/// A place that a chain of hinges can reach with its tip: the tip as the file has it, 30 degrees further about
/// the first hinge and a twentieth nearer to it. Nothing where the chain is not understood.
std::optional<Eigen::Vector2d> reachablePlace(const SceneTree& tree, const SceneTree& joints);

}  // namespace gps::ui
