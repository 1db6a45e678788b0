// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/device/arm/arm_config.h"

namespace gps {

/// An arm as it is kept between two days: which servos, how they are mounted, how far and how strong each joint may be.
/// The period and the kind of action belong to what is done with it, and are not part of it.
struct ArmFile {
  std::string name;        ///< the user's words
  std::string serial{};    ///< of the adapter it was calibrated at; empty: unknown
  std::string calibrated{};  ///< ISO 8601, UTC; empty: never
  ArmConfig config{};
};

/// JSON with the version of its form first. Fails with the place where something is missing, unknown or impossible.
Result<ArmFile> parseArm(const std::string& json, const std::string& origin);
Result<ArmFile> readArm(const std::string& file);
std::string toJson(const ArmFile& arm);

}  // namespace gps
