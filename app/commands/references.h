// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"

namespace gps::ui {

/// A place of the file that names a part.
struct Reference {
  enum class Form {
    Value,        ///< a key whose value is the id
    ListEntry,    ///< an entry of a list of ids
    OverrideKey,  ///< a key "id.angle" of a condition's overrides
  };
  Form form = Form::Value;
  TreePath path;
  std::optional<PartRef> owner;  ///< the part it stands in; none: success, camera, state, observation,
                                 ///< tables of the initial controller
};

/// Every reference to the part, in the order of the file.
std::vector<Reference> referencesTo(const SceneTree& tree, const PartRef& part);

}  // namespace gps::ui
