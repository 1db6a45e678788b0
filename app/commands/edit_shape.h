// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Geometry>
#include <array>

#include "app/commands/scene_part.h"

namespace gps::ui {

std::span<const char* const> shapeKinds();
/// "circle", "box", "polygon" or "chain"; empty where a shape has none of them.
std::string shapeKind(const SceneTree& shape);

/// Box around a shape in the body's frame; a small one where it is not understood.
Eigen::AlignedBox2d shapeExtent(const SceneTree& shape);

/// Another kind of shape in the same place and of about the same size.
Status changeShape(TreeEditor& editor, const TreePath& shape, const std::string& kind);
/// A box like the last shape of the body.
Status addShape(TreeEditor& editor, const TreePath& body);

}  // namespace gps::ui
