// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output_file.h"

#include <unistd.h>

#include <filesystem>

#include "core/base/file_writer.h"

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

Status checkApart(const std::string& session, const std::string& path) {
  std::error_code error;
  if (path.empty() || !fs::equivalent(session, path, error)) return Done{};
  return Error{"The export would overwrite the session it is read from.", path, "Use another name."};
}

Status writeWhole(const std::string& path, const std::string& content) {
  Result<FileWriter> file = FileWriter::open(path);
  if (!file) return file.error();
  file->write(content);
  return file->commit();
}

}  // namespace gps::cli
