// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/device/arm/arm_config.h"

namespace gps {

/// The joint that "MODEL:ID" stands for, for example "XL330-M288:1". Errors say `where`.
Result<JointConfig> jointNamed(const std::string& text, const std::string& where);

/// The joints of "MODEL:ID,MODEL:ID,…" from the base on; blanks do not count.
Result<std::vector<JointConfig>> jointsNamed(const std::string& list, const std::string& where);

/// "XL330-M288:1, XL330-M288:2".
std::string namesOf(const std::vector<JointConfig>& joints);

}  // namespace gps
