// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/error.h"

namespace gps::cli {

/// Whether a file can be made at `path`, asked before hours of training.
Status checkWritable(const std::string& path, const std::string& option);

/// Whether a file that is about to be written is another one than the session it comes from.
Status checkApart(const std::string& session, const std::string& path);

/// Writes a whole file or none: a temporary neighbour is renamed into place.
Status writeWhole(const std::string& path, const std::string& content);

}  // namespace gps::cli
