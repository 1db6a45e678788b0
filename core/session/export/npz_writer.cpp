// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/npz_writer.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "core/session/export/unicode.h"

namespace gps {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

namespace {

constexpr std::size_t kLocalHeader = 30;
constexpr std::size_t kDirectoryHeader = 46;
constexpr std::uint16_t kVersion = 20;       // of the format that a reader must know
constexpr std::uint16_t kFirstDay = 0x0021;  // 1 January 1980, the earliest there is
constexpr std::size_t kMostEntries = 65535;

/// Little-endian numbers, one after the other.
class Record {
 public:
  Record& two(std::uint16_t value) { return put(&value, sizeof value); }
  Record& four(std::uint32_t value) { return put(&value, sizeof value); }
  Record& text(std::string_view value) {
    m_bytes += value;
    return *this;
  }
  const std::string& bytes() const { return m_bytes; }

 private:
  Record& put(const void* value, std::size_t size) {
    m_bytes.append(static_cast<const char*>(value), size);
    return *this;
  }
  std::string m_bytes;
};

/// What stands before the numbers of a .npy file, format 1.0: its length is a multiple of 64.
std::string npyHeader(std::string_view dtype, const Extents& shape) {
  std::string extents;
  for (const std::int64_t extent : shape) extents += std::to_string(extent) + ", ";
  if (shape.size() == 1) extents.pop_back();  // "(3,)"
  else if (!extents.empty()) extents.resize(extents.size() - 2);
  std::string text = "{'descr': '" + std::string(dtype) + "', 'fortran_order': False, 'shape': (" + extents + "), }";
  constexpr std::size_t kMagic = 10;
  text.append(63 - (kMagic + text.size()) % 64, ' ');
  text += '\n';
  return Record().text(std::string_view("\x93NUMPY\x01\x00", 8)).two(static_cast<std::uint16_t>(text.size())).text(text).bytes();
}

bool isPlain(std::string_view name) {
  return !name.empty() && name.size() < 300 && name.front() != '/' && name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("._-/").find(c) != std::string_view::npos;
         });
}

}  // namespace

Status NpzWriter::add(const std::string& name, std::string_view dtype, const Extents& shape,
                      std::span<const std::byte> data) {
  if (!isPlain(name) || !m_names.insert(name).second) {
    return Error{"An array has a name that no file can have, or that another one has.",
                 "array " + std::to_string(m_entries.size() + 1),
                 "The session is damaged; use an earlier iteration or a copy."};
  }
  const std::string header = npyHeader(dtype, shape);
  const std::string file = name + ".npy";
  m_directory += static_cast<std::int64_t>(kDirectoryHeader + file.size());
  const std::int64_t end = m_out.size() + m_directory +
                           static_cast<std::int64_t>(kLocalHeader + file.size() + header.size() + data.size());
  if (end > std::numeric_limits<std::uint32_t>::max() || m_entries.size() == kMostEntries) {
    return Error{"The arrays need more than the 4 GB and 65535 arrays that one .npz file holds.", name,
                 "Export single iterations with --iteration."};
  }
  Entry entry{file, 0, static_cast<std::uint32_t>(header.size() + data.size()), static_cast<std::uint32_t>(m_out.size())};
  // In two pieces: joining header and numbers would need the memory twice.
  Crc32 crc;
  crc.add(std::as_bytes(std::span(header.data(), header.size())));
  crc.add(data);
  entry.crc = crc.value();
  m_out.write(Record()
                  .four(0x04034b50u)
                  .two(kVersion).two(0).two(0)  // no flags; stored
                  .two(0).two(kFirstDay)
                  .four(entry.crc).four(entry.size).four(entry.size)
                  .two(static_cast<std::uint16_t>(file.size())).two(0)
                  .text(file).text(header)
                  .bytes());
  m_out.write(data);
  m_entries.push_back(std::move(entry));
  return Done{};
}

Status NpzWriter::add(const std::string& name, const Extents& shape, std::span<const double> values) {
  return add(name, "<f8", shape, std::as_bytes(values));
}

Status NpzWriter::add(const std::string& name, const Extents& shape, std::span<const float> values) {
  return add(name, "<f4", shape, std::as_bytes(values));
}

Status NpzWriter::add(const std::string& name, const Extents& shape, std::span<const std::int64_t> values) {
  return add(name, "<i8", shape, std::as_bytes(values));
}

Status NpzWriter::add(const std::string& name, const Extents& shape, std::span<const std::string> texts) {
  std::vector<std::u32string> points;
  std::size_t longest = 1;
  for (const std::string& text : texts) {
    points.push_back(codePoints(text));
    longest = std::max(longest, points.back().size());
  }
  std::u32string all;
  for (std::u32string& each : points) {
    each.resize(longest, U'\0');
    all += each;
  }
  return add(name, "<U" + std::to_string(longest), shape, std::as_bytes(std::span(all.data(), all.size())));
}

void NpzWriter::finish() {
  const std::int64_t start = m_out.size();
  for (const Entry& entry : m_entries) {
    m_out.write(Record()
                    .four(0x02014b50u)
                    .two(kVersion).two(kVersion).two(0).two(0)
                    .two(0).two(kFirstDay)
                    .four(entry.crc).four(entry.size).four(entry.size)
                    .two(static_cast<std::uint16_t>(entry.name.size())).two(0).two(0)
                    .two(0).two(0).four(0)
                    .four(entry.offset)
                    .text(entry.name)
                    .bytes());
  }
  const auto count = static_cast<std::uint16_t>(m_entries.size());
  m_out.write(Record()
                  .four(0x06054b50u)
                  .two(0).two(0).two(count).two(count)
                  .four(static_cast<std::uint32_t>(m_out.size() - start))
                  .four(static_cast<std::uint32_t>(start))
                  .two(0)
                  .bytes());
}

}  // namespace gps
