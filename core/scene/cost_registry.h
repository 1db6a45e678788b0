// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scene/type_entry.h"

namespace gps {

/// One entry per cost type. compileTask() turns a CostTermSpec of the type into the CostTerm of core/cost.
std::span<const TypeEntry> costTypes();

}  // namespace gps
