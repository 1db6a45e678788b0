// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gps::cli {

inline constexpr int kDone = 0;
inline constexpr int kRunFailed = 1;
inline constexpr int kBadInput = 2;

}  // namespace gps::cli
