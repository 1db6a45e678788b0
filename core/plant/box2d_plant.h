// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/plant/plant.h"
#include "core/scene/scene.h"

namespace gps {

/// Plants that simulate a validated scene with Box2D. Every plant has a world of its own, built in the
/// scene's order of bodies and joints, so equal actions give equal states, bit by bit. `conditions` are
/// indices into scene.conditions; make(i) starts at conditions[i].
///
/// Inside the world lengths are multiplied by s = world.scale: v s, force s, torque s^2, density / s^2,
/// gravity s; angles, masses and times are unchanged. All that is read or applied here is in task units.
std::shared_ptr<const PlantFactory> makeBox2dPlants(std::shared_ptr<const Scene> scene,
                                                    std::vector<int> conditions);

}  // namespace gps
