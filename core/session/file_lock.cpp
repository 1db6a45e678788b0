// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace gps {

Result<FileLock> FileLock::take(const std::string& file) {
  const std::string path = file + ".lock";
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      return Error{std::string("The session can't be written here: ") + std::strerror(errno) + ".", path,
                   "Check that you may write to the folder, or save elsewhere."};
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      char holder[24] = {};
      const ssize_t size = ::read(descriptor, holder, sizeof holder - 1);
      ::close(descriptor);
      std::string process;
      for (ssize_t i = 0; i < size && holder[i] >= '0' && holder[i] <= '9'; ++i) process += holder[i];
      return Error{"Another program writes to this session" + (process.empty() ? "" : ", process " + process) + ".", file,
                   "Wait for it or close it; until then the session can only be read."};
    }
    // Whoever had the lock may have removed the file between our opening and our locking it.
    struct stat ours {}, there {};
    if (::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino) {
      const std::string process = std::to_string(::getpid()) + "\n";
      // Only for the sentence above; the lock holds without it.
      if (::ftruncate(descriptor, 0) == 0 && ::write(descriptor, process.data(), process.size()) < 0) errno = 0;
      return FileLock(path, descriptor);
    }
    ::close(descriptor);
  }
}

FileLock::~FileLock() {
  if (m_descriptor < 0) return;
  ::unlink(m_path.c_str());
  ::close(m_descriptor);
}

FileLock::FileLock(FileLock&& other) noexcept
    : m_path(std::move(other.m_path)), m_descriptor(std::exchange(other.m_descriptor, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(m_path, other.m_path);
  std::swap(m_descriptor, other.m_descriptor);
  return *this;
}

}  // namespace gps
