// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/session/export/export_point.h"

namespace gps {

/// The global policy of an iteration as a TorchScript archive, see torchScriptOf(); its extra file metadata.json says
/// where it comes from, and names, units and limits of its inputs and outputs. `program`: "GPS Studio 0.1.0". Fails
/// where the run has no global policy.
Result<std::string> torchPolicy(const ExportPoint& point, const std::string& program);

}  // namespace gps
