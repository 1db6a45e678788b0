// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace gps {

/// Writes a whole file or none, piece by piece: what is written goes to a new file beside it, which commit() renames
/// into its place. A pipe or a device is written to directly. Not committed, it leaves nothing behind.
class FileWriter {
 public:
  static Result<FileWriter> open(const std::string& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  /// What fails is told by commit().
  void write(std::string_view text);
  void write(std::span<const std::byte> bytes);
  /// Bytes written so far.
  std::int64_t size() const { return m_size; }
  Status commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  FileWriter() = default;

  std::string m_path;       ///< as it was given
  std::string m_target;     ///< what it stands for, where it is a link
  std::string m_temporary;  ///< empty: written to directly
  std::unique_ptr<std::FILE, Close> m_file;
  std::int64_t m_size = 0;
  int m_problem = 0;  ///< errno of the first write that failed
};

}  // namespace gps
