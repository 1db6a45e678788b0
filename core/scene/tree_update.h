// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scene/scene.h"
#include "core/scene/tree_edit.h"

namespace gps {

/// Changes in the tree what differs between two scenes, and nothing else: `shown` is what was read from it,
/// `wanted` what it should be read as. Parts are told apart by their ids, so the tree may say more than the
/// scene and keeps the order and form of everything that stays; new parts come last. Fails when a changed
/// part is not in the tree.
Status updateTree(TreeEditor& editor, const Scene& shown, const Scene& wanted);

}  // namespace gps
