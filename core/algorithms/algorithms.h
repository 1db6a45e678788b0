// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/algorithms/algorithm.h"

namespace gps {

std::unique_ptr<Algorithm> makeTrajopt();
std::unique_ptr<Algorithm> makeBadmm();
std::unique_ptr<Algorithm> makeMdgps();
std::unique_ptr<Algorithm> makeIlqr();
std::unique_ptr<Algorithm> makeGpsIlqr();

}  // namespace gps
