// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <cstring>

// Compiled for the baseline processor, and run before any other initialiser of the program: those may already
// contain the instructions that are checked for here.
#if defined(__x86_64__) && !defined(GPS_PORTABLE)
__attribute__((constructor(101))) static void checkProcessor() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    return;
  static const char kMessage[] =
      "This build of GPS Studio needs a processor with AVX2 and FMA (from 2013 on), and this one has not got "
      "them. Configure with -DGPS_STUDIO_PORTABLE=ON and build again.\n";
  const ssize_t written = write(STDERR_FILENO, kMessage, std::strlen(kMessage));
  _exit(written < 0 ? 1 : 2);
}
#endif
