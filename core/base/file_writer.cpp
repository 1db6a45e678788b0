// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace gps {

namespace fs = std::filesystem;

namespace {

Error cannotWrite(const std::string& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  return {"The file could not be written: " + std::generic_category().message(code) + ".", path,
          full ? "Free some space, or choose another place." : "Choose a place you may write to."};
}

}  // namespace

Result<FileWriter> FileWriter::open(const std::string& path) {
  FileWriter writer;
  writer.m_path = path;
  std::error_code ignored;
  if (path.empty()) return Error{"There is no file name.", "file", "Name a file."};
  if (fs::is_directory(path, ignored)) return cannotWrite(path, EISDIR);
  const bool exists = fs::exists(path, ignored);
  writer.m_target = exists ? fs::canonical(path, ignored).string() : path;
  if (writer.m_target.empty()) writer.m_target = path;
  int descriptor = -1;
  if (exists && !fs::is_regular_file(writer.m_target, ignored)) {
    descriptor = ::open(writer.m_target.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    // A file that may not be written to is not replaced either.
    if (exists && ::access(writer.m_target.c_str(), W_OK) != 0) return cannotWrite(path, errno);
    // A name that nobody else uses: two programs may write the same file, and one of them wins as a whole.
    for (int attempt = 0; attempt < 100 && descriptor < 0; ++attempt) {
      writer.m_temporary = writer.m_target + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
      descriptor = ::open(writer.m_temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor < 0 && errno != EEXIST) break;
    }
  }
  if (descriptor < 0) {
    const int code = errno;
    writer.m_temporary.clear();  // not ours
    return cannotWrite(path, code);
  }
  struct stat before {};
  if (exists && !writer.m_temporary.empty() && ::stat(writer.m_target.c_str(), &before) == 0) {
    if (::fchmod(descriptor, before.st_mode & 07777) != 0) errno = 0;  // then it has the usual rights
  }
  writer.m_file.reset(::fdopen(descriptor, "wb"));
  if (!writer.m_file) {
    const int code = errno;
    ::close(descriptor);
    return cannotWrite(path, code);
  }
  return writer;
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_target(std::move(other.m_target)),
      m_temporary(std::exchange(other.m_temporary, {})),
      m_file(std::move(other.m_file)),
      m_size(other.m_size),
      m_problem(other.m_problem) {}

FileWriter::~FileWriter() {
  m_file.reset();
  if (!m_temporary.empty()) ::unlink(m_temporary.c_str());
}

void FileWriter::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void FileWriter::write(std::span<const std::byte> bytes) {
  m_size += static_cast<std::int64_t>(bytes.size());
  if (m_problem != 0 || bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), m_file.get()) != bytes.size()) m_problem = errno != 0 ? errno : EIO;
}

Status FileWriter::commit() {
  // Some file systems tell only at the end that there was no room.
  errno = 0;
  if (std::FILE* file = m_file.release(); std::fclose(file) != 0 && m_problem == 0) m_problem = errno != 0 ? errno : EIO;
  if (m_problem == 0 && !m_temporary.empty() && ::rename(m_temporary.c_str(), m_target.c_str()) != 0) m_problem = errno;
  if (m_problem != 0) return cannotWrite(m_path, m_problem);
  m_temporary.clear();
  return Done{};
}

}  // namespace gps
