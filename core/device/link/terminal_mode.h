// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gps {

/// Raw, 8N1, no flow control, at any speed. False with errno set when the port refuses. In a file of its own
/// because the system's two headers for terminals, of which only one knows arbitrary speeds, exclude each other.
bool setRaw(int file, int baud) noexcept;
/// Keeps other programs out. False with errno EBUSY when one has the port.
bool lockTerminal(int file) noexcept;
void unlockTerminal(int file) noexcept;
void discardTerminalInput(int file) noexcept;

}  // namespace gps
