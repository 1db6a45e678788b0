// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output_file.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace gps::cli {

namespace fs = std::filesystem;

Status checkWritable(const std::string& path, const std::string& option) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return Error{"\"" + path + "\" is a folder, but " + option + " needs a file.", option, "Add a file name."};
  }
  if (fs::exists(path, error) && access(path.c_str(), W_OK) != 0) {
    return Error{"The file \"" + path + "\" can't be written to.", option, "Choose another name."};
  }
  const fs::path parent = fs::absolute(path, error).parent_path();
  if (!fs::is_directory(parent, error)) {
    return Error{"The folder \"" + parent.string() + "\" does not exist.", option, "Make it first."};
  }
  if (access(parent.c_str(), W_OK) != 0) {
    return Error{"The folder \"" + parent.string() + "\" can't be written to.", option, "Choose another place."};
  }
  return Done{};
}

Status writeWhole(const std::string& given, const std::string& content) {
  std::error_code resolved;
  const fs::path target = fs::exists(given, resolved) ? fs::canonical(given, resolved) : fs::path(given);
  const std::string path = target.string();
  if (fs::exists(target, resolved) && !fs::is_regular_file(target, resolved)) {
    // A pipe or a device is written to, never replaced.
    std::ofstream stream(path, std::ios::binary);
    stream.write(content.data(), static_cast<std::streamsize>(content.size()));
    stream.flush();
    if (!stream) return Error{"The file could not be written.", path, "Choose another place."};
    return Done{};
  }
  const std::string temporary = path + ".part";
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.flush();
    if (!file) {
      std::remove(temporary.c_str());
      return Error{"The file could not be written.", path, "Check the free space and the folder's permissions."};
    }
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) {
    std::remove(temporary.c_str());
    return Error{"The file could not be written: " + error.message() + ".", path, "Choose another place."};
  }
  return Done{};
}

}  // namespace gps::cli
