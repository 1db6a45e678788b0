// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"

namespace gps::cli {

/// One action per line, `columns` numbers separated by commas or spaces. Empty lines and lines with # are skipped.
Result<std::vector<std::vector<double>>> readActions(const std::string& file, std::size_t columns);

}  // namespace gps::cli
