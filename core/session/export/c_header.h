// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/session/export/export_point.h"

namespace gps {

/// Policy and controllers of one iteration as one C99 header that C++ takes, too, and that needs nothing but, for tanh,
/// <math.h>. All names begin with cPrefix(name):
///
///     NAME_policy(observation, action)                   mean action of the global policy, where there is one
///     NAME_controller(condition, t, state, action)       K_t x + k_t, t = 0 .. T-1, per condition
///     NAME_clip(action)                                  cuts at the actuators' limits, as the simulation does
///
/// Weights are the program's single precision numbers; inputs are rounded to single precision as in the program, sums
/// are made in double precision, so a result differs from the program's by the rounding of the latter. Constants of
/// controllers are exact. The same iteration gives the same bytes. `program`: "GPS Studio 0.1.0".
/// Fails where the iteration has neither, or is far too large for a header.
Result<std::string> cHeader(const ExportPoint& point, const std::string& name, const std::string& program);

}  // namespace gps
