// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rollout/rollout.h"
#include "tests/reference/case_check.h"

namespace gps::reference {

void checkNoise(CaseCheck& check) {
  RowMatrix noise = matrixOf(check.in("raw"));
  if (check.in("smooth").get<bool>()) {
    noise = smoothedNoise(std::move(noise), check.in("smooth_var").get<double>(),
                          check.in("renormalize").get<bool>());
  }
  check.compare("noise", toJson(noise));
}

}  // namespace gps::reference
