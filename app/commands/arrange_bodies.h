// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

#include "app/commands/scene_part.h"
#include "core/scene/scene.h"

namespace gps::ui {

enum class Alignment { Left, CentreX, Right, Bottom, CentreY, Top };

/// Moves bodies in the file; conditions that override their positions are left as they are.
Status moveBodies(TreeEditor& editor, const std::vector<std::string>& bodies, const Eigen::Vector2d& delta);

/// Moves bodies so that edges or centres of the boxes around them lie on one line: that of the outermost, or
/// the middle of all. `scene` is read from the editor's tree. Needs two bodies.
Status alignBodies(TreeEditor& editor, const Scene& scene, const std::vector<std::string>& bodies,
                   Alignment alignment);

/// Moves the inner ones of three or more bodies so that the gaps between the boxes around them are equal
/// along x or y.
Status distributeBodies(TreeEditor& editor, const Scene& scene, const std::vector<std::string>& bodies,
                        bool alongX);

}  // namespace gps::ui
