// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/scene/scene.h"

namespace gps {

/// One number of a state, an observation or an action.
struct Channel {
  std::string name;  ///< "p.x", "angles.joint1"
  std::string unit;  ///< "m", "rad/s", "N m"; empty for constants
};

/// What a list of sensors of the scene measures, in order: the state, or the observation.
std::vector<Channel> channelsOf(const Scene& scene, const std::vector<std::string>& sensors);
/// What the scene's actuators are commanded.
std::vector<Channel> actionChannels(const Scene& scene);

}  // namespace gps
