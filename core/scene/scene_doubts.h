// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/scene/scene.h"

namespace gps {

/// Numbers of a valid scene that smell of another unit: angles beyond a full turn, or two where angles add up (degrees), shapes beyond 100 m
/// (millimetres), a time step below 0.1 ms (or of milliseconds). `origin` names the scene; each says what, where (as
/// a JSON pointer) and how to mend it.
std::vector<Error> doubtsOf(const Scene& scene, const std::string& origin);

}  // namespace gps
