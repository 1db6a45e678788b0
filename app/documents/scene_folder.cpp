// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/scene_folder.h"

#include <array>
#include <system_error>

namespace gps {

std::filesystem::path sceneFolder() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path folder = error ? fs::current_path(error) : program.parent_path();
  const std::array<fs::path, 3> places{folder / "../share/gps-studio/scenes", folder / "../../scenes",
                                       fs::path(GPS_SOURCE_SCENES)};
  for (const fs::path& place : places) {
    if (fs::is_directory(place, error)) return fs::weakly_canonical(place, error);
  }
  return {};
}

}  // namespace gps
