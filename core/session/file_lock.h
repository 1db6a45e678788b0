// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"

namespace gps {

/// One writer per session: an OS lock on FILE.lock, which goes with the program, however it ends. The lock file
/// names the process for whoever is refused.
class FileLock {
 public:
  /// Fails with the number of the process that has it, or where the lock file cannot be made.
  static Result<FileLock> take(const std::string& file);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  FileLock(std::string path, int descriptor) : m_path(std::move(path)), m_descriptor(descriptor) {}
  std::string m_path;
  int m_descriptor = -1;
};

}  // namespace gps
