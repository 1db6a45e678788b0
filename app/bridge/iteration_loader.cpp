// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/iteration_loader.h"

#include <optional>
#include <utility>

#include "core/session/session_file.h"
#include "core/session/session_fork.h"

namespace gps::ui {

/// The session stays open between two iterations: opening checks it from end to end.
struct IterationLoader::Reader {
  Result<std::shared_ptr<const Snapshot>> read(const RunPlace& place, const std::shared_ptr<const Task>& task,
                                               int iteration) {
    if (!file || file->file() != place.file) {
      if (Status s = open(place.file); !s) return s.error();
    } else if (!file->run(place.run)) {
      // It began after the session was opened here.
      if (Status s = open(place.file); !s) return s.error();
    }
    const Result<SessionRun> run = file->run(place.run);
    if (!run) return run.error();
    const Result<SessionRun> owner = ownerOf(*file, *run, iteration);
    if (!owner) return owner.error();
    return file->snapshot(*owner, task, iteration);
  }

  Status open(const std::string& path) {
    file.reset();
    Result<SessionFile> opened = SessionFile::open(path);
    if (!opened) return opened.error();
    file.emplace(*std::move(opened));
    return Done{};
  }

  std::optional<SessionFile> file;
};

IterationLoader::IterationLoader(std::shared_ptr<const Task> task, QObject* parent)
    : QObject(parent), m_task(std::move(task)), m_reader(std::make_shared<Reader>()) {}

IterationLoader::~IterationLoader() = default;

void IterationLoader::load(const RunPlace& place, int iteration) {
  m_job.start([this, place, iteration, task = m_task, reader = m_reader](const std::atomic<bool>& stop) -> LatestJob::Deliver {
    if (stop) return nullptr;
    Result<std::shared_ptr<const Snapshot>> read = reader->read(place, task, iteration);
    return [this, read = std::move(read)] {
      if (read) Q_EMIT loaded(*read);
      else Q_EMIT failed(read.error());
    };
  });
}

}  // namespace gps::ui
