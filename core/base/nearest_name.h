// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gps {

/// The name with the smallest edit distance to `name`; empty when `known` is.
std::string nearestName(std::string_view name, std::span<const std::string> known);

}  // namespace gps
