// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/thread_priority.h"

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#endif

namespace gps {

void lowerOwnPriority() {
#ifdef __linux__
  const auto id = static_cast<id_t>(syscall(SYS_gettid));
  const int nice = getpriority(PRIO_PROCESS, id);
  setpriority(PRIO_PROCESS, id, std::min(nice + 5, 19));
#endif
}

}  // namespace gps
