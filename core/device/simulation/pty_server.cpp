// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/simulation/pty_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace gps {

namespace {

Nanos monotonic() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

Error systemError(const std::string& what, const std::string& where) {
  return {what + ": " + std::strerror(errno) + ".", where, "Check the rights and the free space there."};
}

/// A folder that belongs to this user alone; made when it is not there.
Status ownFolder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return systemError("Cannot make the folder", folder);
  struct stat found {};
  if (lstat(folder.c_str(), &found) != 0) return systemError("Cannot read the folder", folder);
  // In a shared temporary folder someone else may have made it first.
  if (!S_ISDIR(found.st_mode) || found.st_uid != getuid() || (found.st_mode & 077) != 0) {
    return Error{"The folder of simulated arms is not a folder of this user alone.", folder,
                 "Remove it, or run `chmod 700` on it if it is yours."};
  }
  return Done{};
}

}  // namespace

Result<std::string> simulatedDeviceFolder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::string folder;
  if (runtime && *runtime) {
    folder = std::string(runtime) + "/gps-studio";
  } else {
    const char* temporary = std::getenv("TMPDIR");
    folder = std::string(temporary && *temporary ? temporary : "/tmp") + "/gps-studio-" + std::to_string(getuid());
  }
  if (Status made = ownFolder(folder); !made) return made.error();
  return folder;
}

Result<std::unique_ptr<PtyServer>> PtyServer::start(SimulatedBus bus, const std::string& link) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
    if (terminal >= 0) close(terminal);
    return systemError("Cannot make a pseudo-terminal", "/dev/ptmx");
  }
  std::array<char, 128> name{};
  if (ptsname_r(terminal, name.data(), name.size()) != 0) {
    close(terminal);
    return systemError("Cannot name the pseudo-terminal", "/dev/ptmx");
  }
  std::string path = name.data();
  if (!link.empty()) {
    struct stat old {};
    if (lstat(link.c_str(), &old) == 0 && S_ISLNK(old.st_mode)) unlink(link.c_str());
    if (symlink(path.c_str(), link.c_str()) != 0) {
      const Error error = systemError("Cannot make the link of the simulated arm", link);
      close(terminal);
      return error;
    }
    path = link;
  }
  return std::unique_ptr<PtyServer>(new PtyServer(std::move(bus), terminal, path, !link.empty()));
}

PtyServer::PtyServer(SimulatedBus bus, int terminal, std::string path, bool linked)
    : m_bus(std::move(bus)), m_terminal(terminal), m_path(std::move(path)), m_linked(linked) {
  m_thread = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

PtyServer::~PtyServer() {
  m_thread.request_stop();
  m_thread.join();
  unplug();
}

void PtyServer::with(const std::function<void(SimulatedBus&)>& action) {
  const std::lock_guard lock(m_mutex);
  action(m_bus);
}

void PtyServer::unplug() {
  const std::lock_guard lock(m_mutex);
  if (m_terminal < 0) return;
  close(m_terminal);
  m_terminal = -1;
  if (m_linked) unlink(m_path.c_str());
}

void PtyServer::serve(const std::stop_token& stop) {
  std::array<std::uint8_t, 4096> input{};
  std::vector<std::uint8_t> output;
  while (!stop.stop_requested()) {
    bool connected = true;
    Nanos wait = kMillisecond;
    int terminal = -1;
    {
      const std::lock_guard lock(m_mutex);
      terminal = m_terminal;
      if (terminal >= 0) {
        // What has arrived comes first: a servo that was not scheduled in time must not blame the host for it.
        const ssize_t count = ::read(terminal, input.data(), input.size());
        const Nanos now = monotonic();
        if (count > 0) m_bus.receive(Bytes(input).first(static_cast<std::size_t>(count)), now);
        if (count < 0 && errno == EIO) connected = false;  // nobody has the other end open
        if (!connected) m_bus.dropTraffic();
        m_bus.advance(now);
        output.clear();
        m_bus.takeOutput(now, output);
        for (std::size_t sent = 0; sent < output.size();) {
          const ssize_t written = ::write(terminal, output.data() + sent, output.size() - sent);
          if (written <= 0) break;  // a client that does not read loses answers
          sent += static_cast<std::size_t>(written);
        }
        if (m_bus.nextOutput() != kNever) wait = std::min(wait, std::max<Nanos>(0, m_bus.nextOutput() - now));
      }
    }
    if (terminal < 0 || !connected) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      continue;
    }
    pollfd poller{terminal, POLLIN, 0};
    const timespec timeout{0, static_cast<long>(wait)};
    ppoll(&poller, 1, &timeout, nullptr);
  }
}

}  // namespace gps
