// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file_writer.h"
#include "core/session/array_set.h"

namespace gps {

/// Arrays as numpy.load() reads them: a zip archive of NAME.npy files, stored as they are, each with its CRC. The same
/// arrays in the same order give the same bytes: the archive has no time of its own. At most 4 GB and 65535 arrays,
/// which is what the format holds without its later extensions.
class NpzWriter {
 public:
  explicit NpzWriter(FileWriter& out) : m_out(out) {}

  /// `dtype` as numpy writes it, "<f8"; data in C order. Names are made of letters, digits and "._-/" and occur once.
  Status add(const std::string& name, std::string_view dtype, const Extents& shape, std::span<const std::byte> data);
  Status add(const std::string& name, const StoredArray& array) { return add(name, array.dtype, array.shape, array.data); }
  Status add(const std::string& name, const Extents& shape, std::span<const double> values);
  Status add(const std::string& name, const Extents& shape, std::span<const float> values);
  Status add(const std::string& name, const Extents& shape, std::span<const std::int64_t> values);
  /// An array of texts ("<U5"), or one text where `shape` is empty. What is not UTF-8 becomes U+FFFD.
  Status add(const std::string& name, const Extents& shape, std::span<const std::string> texts);
  /// The archive's directory; afterwards the file can be committed.
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint32_t crc = 0;
    std::uint32_t size = 0;
    std::uint32_t offset = 0;
  };
  FileWriter& m_out;
  std::vector<Entry> m_entries;
  std::set<std::string> m_names;
  std::int64_t m_directory = 22;  ///< bytes that finish() will write
};

}  // namespace gps
