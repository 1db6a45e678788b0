// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/link/port_list.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/device/simulation/pty_server.h"

namespace gps {

namespace {

namespace fs = std::filesystem;

template <class Each>
void forEachEntry(const fs::path& folder, Each&& each) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    each(entry->path());
  }
}

}  // namespace

std::vector<PortEntry> listPorts() {
  // Adapters tell their names through links: /dev/serial/by-id/usb-FTDI_..._U2D2_... -> ../../ttyUSB0
  std::map<fs::path, std::string> names;
  forEachEntry("/dev/serial/by-id", [&](const fs::path& link) {
    std::error_code error;
    const fs::path port = fs::canonical(link, error);
    if (!error) names[port] = link.filename().string();
  });
  std::vector<PortEntry> ports;
  forEachEntry("/dev", [&](const fs::path& path) {
    const std::string name = path.filename().string();
    if (!name.starts_with("ttyUSB") && !name.starts_with("ttyACM")) return;
    const auto known = names.find(path);
    ports.push_back({path.string(), known == names.end() ? "USB serial adapter" : known->second, false});
  });
  if (const Result<std::string> folder = simulatedDeviceFolder()) {
    forEachEntry(*folder, [&](const fs::path& path) {
      std::error_code error;
      if (!fs::is_symlink(path, error)) return;
      // A server that was killed leaves its link behind.
      if (!fs::exists(path, error)) return;
      ports.push_back({path.string(), "simulated arm", true});
    });
  }
  std::sort(ports.begin(), ports.end(), [](const PortEntry& a, const PortEntry& b) { return a.path < b.path; });
  return ports;
}

}  // namespace gps
