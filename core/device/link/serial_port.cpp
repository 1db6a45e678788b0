// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/link/serial_port.h"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/device/link/terminal_mode.h"

namespace gps {

namespace {

timespec toTimespec(Nanos time) { return {time / kSecond, static_cast<long>(time % kSecond)}; }

Error openError(const std::string& path) {
  switch (errno) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return {"There is no port " + path + ".", path, "Plug the adapter in; `gps-studio device list` shows what is there."};
    case EACCES:
    case EPERM:
      return {"This user may not open the port.", path,
              "Add the user to the port's group (often `dialout`), then log in again."};
    case EBUSY: return {"Another program has the port open.", path, "Close that program, then connect again."};
    default: return {std::string("Cannot open the port: ") + std::strerror(errno) + ".", path, "Check the adapter."};
  }
}

/// How long an FTDI adapter holds back short packets. Other adapters have no such timer.
Nanos adapterLatency(const std::string& path) {
  std::array<char, 4096> real{};
  if (!realpath(path.c_str(), real.data())) return kMillisecond;
  const std::string resolved = real.data();
  std::ifstream file("/sys/bus/usb-serial/devices/" + resolved.substr(resolved.rfind('/') + 1) + "/latency_timer");
  int milliseconds = 0;
  return file >> milliseconds && milliseconds > 0 ? milliseconds * kMillisecond : kMillisecond;
}

}  // namespace

SerialPort::~SerialPort() { close(); }

Status SerialPort::open(const std::string& path, int baud) {
  close();
  const int file = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return openError(path);
  if (!isatty(file)) {
    ::close(file);
    return Error{path + " is not a serial port.", path, "`gps-studio device list` shows the ports there are."};
  }
  if (!lockTerminal(file)) {
    const Error error = openError(path);
    ::close(file);
    return error;
  }
  if (!setRaw(file, baud)) {
    const Error error{"The port does not run at " + std::to_string(baud) + " bits per second: " +
                          std::strerror(errno) + ".",
                      path, "Use 1000000, or another speed that both adapter and servos have."};
    unlockTerminal(file);
    ::close(file);
    return error;
  }
  m_file = file;
  m_latency = adapterLatency(path);
  std::array<char, 128> name{};
  m_simulated = ttyname_r(file, name.data(), name.size()) == 0 && std::strncmp(name.data(), "/dev/pts/", 9) == 0;
  discardInput();
  return Done{};
}

void SerialPort::close() noexcept {
  if (m_file < 0) return;
  unlockTerminal(m_file);
  ::close(m_file);
  m_file = -1;
}

LinkState SerialPort::write(Bytes bytes) noexcept {
  if (m_file < 0) return LinkState::Lost;
  const Nanos deadline = now() + 100 * kMillisecond;
  while (!bytes.empty()) {
    const ssize_t count = ::write(m_file, bytes.data(), bytes.size());
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno != EAGAIN && errno != EINTR) return LinkState::Lost;
    const Nanos left = deadline - now();
    if (left <= 0) return LinkState::Lost;  // an adapter that takes no bytes for so long is stuck
    pollfd poller{m_file, POLLOUT, 0};
    const timespec timeout = toTimespec(left);
    ppoll(&poller, 1, &timeout, nullptr);
    if (poller.revents & (POLLHUP | POLLERR | POLLNVAL)) return LinkState::Lost;
  }
  return LinkState::Up;
}

LinkState SerialPort::read(std::span<std::uint8_t> buffer, Nanos deadline, std::size_t& count) noexcept {
  count = 0;
  if (m_file < 0) return LinkState::Lost;
  for (;;) {
    const ssize_t got = ::read(m_file, buffer.data(), buffer.size());
    if (got > 0) {
      count = static_cast<std::size_t>(got);
      return LinkState::Up;
    }
    // With VMIN 1 a read of 0 bytes means that the other end is gone.
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) return LinkState::Lost;
    const Nanos left = deadline - now();
    if (left <= 0) return LinkState::Up;
    pollfd poller{m_file, POLLIN, 0};
    const timespec timeout = toTimespec(left);
    ppoll(&poller, 1, &timeout, nullptr);
    if ((poller.revents & (POLLHUP | POLLERR | POLLNVAL)) && !(poller.revents & POLLIN)) return LinkState::Lost;
  }
}

void SerialPort::discardInput() noexcept {
  if (m_file >= 0) discardTerminalInput(m_file);
}

Nanos SerialPort::patience() const noexcept { return m_simulated ? kSecond : Link::patience(); }

}  // namespace gps
