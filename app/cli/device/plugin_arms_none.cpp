// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "app/cli/device/plugin_arms.h"
#include "app/cli/exit_code.h"

namespace gps::cli {

namespace {

const Error kNone{"This program was built without plugins.", "plugin", "Build it with Qt (GPS_STUDIO_GUI=ON)."};

}  // namespace

Result<MadeArm> makePluginArm(const DeviceOptions&) { return kNone; }

int listPlugins(const DeviceOptions&) {
  std::fprintf(stderr, "%s\n", kNone.text().c_str());
  return kBadInput;
}

}  // namespace gps::cli
