// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/link/terminal_mode.h"

#include <asm/termbits.h>
#include <cerrno>
#include <sys/file.h>
#include <sys/ioctl.h>

namespace gps {

bool setRaw(int file, int baud) noexcept {
  termios2 mode{};
  if (ioctl(file, TCGETS2, &mode) != 0) return false;
  mode.c_iflag = IGNBRK;
  mode.c_oflag = 0;
  mode.c_lflag = 0;
  mode.c_cflag = CS8 | CREAD | CLOCAL | BOTHER | (BOTHER << IBSHIFT);
  mode.c_ispeed = static_cast<speed_t>(baud);
  mode.c_ospeed = static_cast<speed_t>(baud);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  if (ioctl(file, TCSETS2, &mode) != 0) return false;
  // Drivers that cannot run at a speed choose another one and say nothing.
  termios2 set{};
  if (ioctl(file, TCGETS2, &set) != 0) return false;
  const long wrong = static_cast<long>(set.c_ospeed) - baud;
  if (wrong * 50 > baud || wrong * 50 < -static_cast<long>(baud)) {
    errno = EINVAL;
    return false;
  }
  return true;
}

bool lockTerminal(int file) noexcept {
  // The exclusive mode does not stop root, the lock does not stop programs that take none: both.
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    errno = EBUSY;
    return false;
  }
  return ioctl(file, TIOCEXCL) == 0;
}

void unlockTerminal(int file) noexcept { ioctl(file, TIOCNXCL); }

void discardTerminalInput(int file) noexcept { ioctl(file, TCFLSH, TCIFLUSH); }

}  // namespace gps
