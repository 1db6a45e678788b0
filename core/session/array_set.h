// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace gps {

using Extents = std::vector<std::int64_t>;

/// An array as a session keeps it: bytes in C order, little-endian, with what numpy.frombuffer needs beside them.
struct StoredArray {
  std::string dtype;  ///< "<f8", "<f4", "<i8", "|S4" (a text of 4 bytes)
  Extents shape;        ///< empty: one number
  std::vector<std::byte> data;
};

/// CRC-32 (IEEE 802.3, as zlib's), so that a flipped bit is found.
std::uint32_t crc32(std::span<const std::byte> bytes);

/// The same, of bytes that come in pieces.
class Crc32 {
 public:
  void add(std::span<const std::byte> bytes);
  std::uint32_t value() const { return ~m_crc; }

 private:
  std::uint32_t m_crc = 0xFFFFFFFFu;
};

/// "[4,5,100,7]".
std::string extentsText(const Extents& shape);
/// At most 6 extents, none negative.
std::optional<Extents> parseExtents(std::string_view text);
/// Bytes of one element; 0 for an unknown type.
std::int64_t elementBytes(std::string_view dtype);
/// Bytes of the array; nothing where that is no sensible number.
std::optional<std::int64_t> arrayBytes(std::string_view dtype, const Extents& shape);

/// The named arrays of one iteration, or of one state.
class ArraySet {
 public:
  /// Kept as float32 where that loses no bit: most states come from a single precision simulation.
  void put(const std::string& name, Extents shape, std::span<const double> values);
  void put(const std::string& name, Extents shape, std::span<const float> values);
  void put(const std::string& name, Extents shape, std::span<const std::int64_t> values);
  /// Must not be empty.
  void putText(const std::string& name, std::string_view text);

  bool has(const std::string& name) const { return m_arrays.contains(name); }
  /// Null where there is none.
  const StoredArray* find(const std::string& name) const;

  /// The numbers of an array; widened from float32. Errors name the array.
  Result<std::vector<double>> reals(const std::string& name) const;
  Result<std::vector<float>> floats(const std::string& name) const;
  Result<std::vector<std::int64_t>> integers(const std::string& name) const;
  Result<std::string> text(const std::string& name) const;
  Result<Extents> shape(const std::string& name) const;

  const std::map<std::string, StoredArray>& arrays() const { return m_arrays; }
  void insert(std::string name, StoredArray array) { m_arrays.insert_or_assign(std::move(name), std::move(array)); }

 private:
  std::map<std::string, StoredArray> m_arrays;
};

/// What every reader of arrays says about one that is not as it must be.
Error damagedArray(const std::string& name, const std::string& what);

}  // namespace gps
