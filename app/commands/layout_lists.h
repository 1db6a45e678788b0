// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "app/commands/scene_part.h"

namespace gps::ui {

// Lists of the file whose entries belong to actuators or to numbers of the state: they change with them, or
// the scene could no longer be read.

/// The actuators are about to be those of `origin`: entry i was number origin[i] before, or is new (nullopt).
/// Carries the weights of efforts and the initial controller along; new entries get weight 1 and gain 0.
Status updateActionLists(TreeEditor& editor, const std::vector<std::optional<std::size_t>>& origin);

/// Sets the list `state` or `observation`. The columns of an initial feedback follow the state.
Status setSensorList(TreeEditor& editor, const std::string& key, const std::vector<std::string>& sensors);

/// Takes entry `entry` out of everything that is given per number of this sensor: targets, weights, bounds
/// and the columns of an initial feedback; and out of the sensor's own list `key`.
Status dropSensorEntry(TreeEditor& editor, const std::string& sensor, const std::string& key,
                       std::size_t entry);

/// Lets `change` work on a sensor. Where its number of entries changes with it, columns of the state come or go, and
/// the first feedback and tables follow: gains of entries that stay are kept, new ones are 0.
Status keepingStateColumns(TreeEditor& editor, const std::function<Status()>& change);

}  // namespace gps::ui
