// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/scene/problems.h"

namespace gps {

/// Numbers of a readable scene that smell of another unit, as warnings: angles beyond a full turn, or two
/// where angles add up (degrees), shapes beyond 100 m (millimetres), a time step below 0.1 ms (or of milliseconds).
/// problemsOf() lists them among the others.
std::vector<Problem> doubtsOf(const Scene& scene);

}  // namespace gps
