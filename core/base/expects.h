// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gps {

/// Reports a violated precondition on stderr and aborts. Only our own bugs come here.
[[noreturn]] void contractViolated(const char* condition, const char* message, const char* file, int line);

}  // namespace gps

/// A condition only our bug can violate. Never compiled out.
#define GPS_EXPECTS(condition, message) \
  ((condition) ? static_cast<void>(0) : ::gps::contractViolated(#condition, message, __FILE__, __LINE__))
