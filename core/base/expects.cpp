// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/expects.h"

#include <cstdio>
#include <cstdlib>

namespace gps {

void contractViolated(const char* condition, const char* message, const char* file, int line) {
  std::fprintf(stderr, "Internal error: %s (%s) at %s:%d\n", message, condition, file, line);
  std::abort();
}

}  // namespace gps
