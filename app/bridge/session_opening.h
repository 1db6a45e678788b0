// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/bridge/session_layout.h"
#include "core/engine/run.h"
#include "core/session/session_file.h"

namespace gps {
class SessionWriter;
}

namespace gps::ui {

/// One run of a session, ready to be shown and to go on.
struct OpenedRun {
  SessionRun run{};
  RunSetup setup{};  ///< with a resume point where there is an iteration to go on from
  /// All iterations, oldest first: metrics of all, arrays of the newest.
  std::vector<std::shared_ptr<const Snapshot>> past{};
  int heldAt = 0;  ///< as it was after this iteration, to be looked at alone; 0: as it is
};

/// Runs of one scene that were read together.
struct OpenedNodes {
  std::vector<OpenedRun> runs{};  ///< in the order they were asked for
  std::string sceneText{};
};

/// A session as it was read.
struct OpenedSession {
  QString file{};
  std::vector<OpenedRun> shown{};         ///< one or two, of the same scene
  std::vector<SessionRun> all{};
  std::string sceneText{};                ///< of those shown
  std::shared_ptr<SessionWriter> writer{};  ///< null: it can only be read
  std::optional<Error> readOnly{};        ///< why
  std::optional<SessionLayout> layout{};  ///< how it was shown, where that can be shown again
  int iterations() const;                 ///< of all its runs
};

/// Reads a session and takes its lock. Those are shown that stood there when it was closed, else the last one and
/// the one that stood beside it. Any thread; takes as long as the disk does, and for a fork that did not go on as long as
/// the iterations before it that are made again. `stop` ends that early, with an error.
Result<OpenedSession> openSession(const QString& file, const std::atomic<bool>* stop = nullptr);

/// Reads runs of a session, which may be one that is written to. An error where they are of several scenes.
Result<OpenedNodes> openNodes(const QString& file, const std::vector<RunNode>& nodes, const std::atomic<bool>* stop);

/// A new run that leaves `run` of a session after an iteration, with the past it shares. Writes nothing, so that the
/// session may be one that is written to. Makes up to some fifty iterations again, until `stop`.
Result<OpenedRun> openFork(const QString& file, const std::string& run, int iteration, const std::atomic<bool>* stop);

/// Whether a file is one, by its name.
bool looksLikeSession(const QString& file);

}  // namespace gps::ui
