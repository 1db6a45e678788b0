// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/array_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/expects.h"

namespace gps {

static_assert(std::endian::native == std::endian::little, "sessions are little-endian");

namespace {

constexpr std::size_t kMostExtents = 6;

constexpr std::array<std::array<std::uint32_t, 256>, 8> crcTables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1u) != 0 ? 0xEDB88320u : 0u);
    tables[0][i] = value;
  }
  for (std::size_t t = 1; t < 8; ++t) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[t - 1][i];
      tables[t][i] = (before >> 8) ^ tables[0][before & 0xffu];
    }
  }
  return tables;
}
constexpr std::array<std::array<std::uint32_t, 256>, 8> kCrc = crcTables();

template <class T>
std::vector<std::byte> bytesOf(std::span<const T> values) {
  std::vector<std::byte> bytes(values.size_bytes());
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
std::vector<T> valuesOf(const StoredArray& array) {
  std::vector<T> values(array.data.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), array.data.data(), values.size() * sizeof(T));
  return values;
}

void expectCount(const Extents& shape, std::size_t count) {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  GPS_EXPECTS(product == static_cast<std::int64_t>(count), "an array has as many numbers as its shape says");
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes) {
  Crc32 crc;
  crc.add(bytes);
  return crc.value();
}

void Crc32::add(std::span<const std::byte> bytes) {
  std::uint32_t crc = m_crc;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  // Eight bytes at a time: a byte per table look-up would take longer than writing the file.
  for (; left >= 8; left -= 8, at += 8) {
    std::uint32_t low = 0, high = 0;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + 4, 4);
    low ^= crc;
    crc = kCrc[7][low & 0xffu] ^ kCrc[6][(low >> 8) & 0xffu] ^ kCrc[5][(low >> 16) & 0xffu] ^ kCrc[4][low >> 24] ^
          kCrc[3][high & 0xffu] ^ kCrc[2][(high >> 8) & 0xffu] ^ kCrc[1][(high >> 16) & 0xffu] ^ kCrc[0][high >> 24];
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kCrc[0][(crc ^ static_cast<std::uint32_t>(*at)) & 0xffu];
  m_crc = crc;
}

std::string extentsText(const Extents& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? "," : "") + std::to_string(shape[i]);
  return text + "]";
}

std::optional<Extents> parseExtents(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  Extents shape;
  while (!text.empty()) {
    std::int64_t extent = 0;
    const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (end.ec != std::errc() || extent < 0 || shape.size() == kMostExtents) return std::nullopt;
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
    if (text.empty()) break;
    if (text.front() != ',' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
  }
  return shape;
}

std::int64_t elementBytes(std::string_view dtype) {
  if (dtype == "<f8" || dtype == "<i8") return 8;
  if (dtype == "<f4") return 4;
  if (dtype.starts_with("|S")) {
    std::int64_t size = 0;
    const std::from_chars_result end = std::from_chars(dtype.data() + 2, dtype.data() + dtype.size(), size);
    if (end.ec == std::errc() && end.ptr == dtype.data() + dtype.size() && size > 0 && size < 4096) return size;
  }
  return 0;
}

std::optional<std::int64_t> arrayBytes(std::string_view dtype, const Extents& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::int64_t bytes = elementBytes(dtype);
  if (bytes == 0) return std::nullopt;
  for (const std::int64_t extent : shape) {
    if (extent != 0 && bytes > kMost / extent) return std::nullopt;
    bytes *= extent;
  }
  return bytes;
}

Error damagedArray(const std::string& name, const std::string& what) {
  return {"The array " + name + " " + what + ".", "session", "The file is damaged; use an earlier iteration or a copy."};
}

void ArraySet::put(const std::string& name, Extents shape, std::span<const double> values) {
  expectCount(shape, values.size());
  // By bits, so that a zero keeps its sign; what is not a number stays as it is.
  const bool exact = std::all_of(values.begin(), values.end(), [](double value) {
    if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) return false;
    const double back = static_cast<double>(static_cast<float>(value));
    return std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value);
  });
  if (exact && !shape.empty()) {
    const std::vector<float> narrow(values.begin(), values.end());
    insert(name, {"<f4", std::move(shape), bytesOf<float>(narrow)});
  } else {
    insert(name, {"<f8", std::move(shape), bytesOf<double>(values)});
  }
}

void ArraySet::put(const std::string& name, Extents shape, std::span<const float> values) {
  expectCount(shape, values.size());
  insert(name, {"<f4", std::move(shape), bytesOf<float>(values)});
}

void ArraySet::put(const std::string& name, Extents shape, std::span<const std::int64_t> values) {
  expectCount(shape, values.size());
  insert(name, {"<i8", std::move(shape), bytesOf<std::int64_t>(values)});
}

void ArraySet::putText(const std::string& name, std::string_view text) {
  GPS_EXPECTS(!text.empty() && text.size() < 4096, "a text in a session has 1 to 4095 bytes");
  insert(name, {"|S" + std::to_string(text.size()), {}, bytesOf<char>(std::span(text.data(), text.size()))});
}

const StoredArray* ArraySet::find(const std::string& name) const {
  const auto found = m_arrays.find(name);
  return found == m_arrays.end() ? nullptr : &found->second;
}

Result<std::vector<double>> ArraySet::reals(const std::string& name) const {
  const StoredArray* array = find(name);
  if (!array) return damagedArray(name, "is missing");
  if (array->dtype == "<f8") return valuesOf<double>(*array);
  if (array->dtype != "<f4") return damagedArray(name, "does not hold numbers");
  const std::vector<float> narrow = valuesOf<float>(*array);
  return std::vector<double>(narrow.begin(), narrow.end());
}

Result<std::vector<float>> ArraySet::floats(const std::string& name) const {
  const StoredArray* array = find(name);
  if (!array) return damagedArray(name, "is missing");
  if (array->dtype != "<f4") return damagedArray(name, "does not hold numbers of single precision");
  return valuesOf<float>(*array);
}

Result<std::vector<std::int64_t>> ArraySet::integers(const std::string& name) const {
  const StoredArray* array = find(name);
  if (!array) return damagedArray(name, "is missing");
  if (array->dtype != "<i8") return damagedArray(name, "does not hold whole numbers");
  return valuesOf<std::int64_t>(*array);
}

Result<std::string> ArraySet::text(const std::string& name) const {
  const StoredArray* array = find(name);
  if (!array) return damagedArray(name, "is missing");
  if (!array->dtype.starts_with("|S") || !array->shape.empty()) return damagedArray(name, "does not hold a text");
  return std::string(reinterpret_cast<const char*>(array->data.data()), array->data.size());
}

Result<Extents> ArraySet::shape(const std::string& name) const {
  const StoredArray* array = find(name);
  if (!array) return damagedArray(name, "is missing");
  return array->shape;
}

}  // namespace gps
