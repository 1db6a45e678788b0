// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/run.h"

namespace gps {

/// What a session notes about where a run comes from, beside what the program knows by itself.
struct RunOrigin {
  std::string program;      ///< "GPS Studio 0.1.0"
  std::string commandLine;  ///< empty in the window
  std::int64_t parent = 0;  ///< id of the run it is forked from; 0: none
  int parentIteration = 0;
  std::string plant{};      ///< what it was learned on; empty: the simulation
  std::string shownAs{};  ///< "A" or "B", where a window shows it; may be empty
};

/// Writes a session on a thread of its own: every finished iteration is one transaction, safe against a kill of the
/// program once it is announced as saved. Holds the only write lock of the file. When writing fails, nothing that was
/// saved is touched, the runs go on, and the unsaved iterations wait in memory: they are tried again with the next one,
/// and go elsewhere with saveElsewhere(). Methods may be called from any thread.
class SessionWriter {
 public:
  /// A new file. Fails where there is one already, or where none can be made.
  static Result<std::shared_ptr<SessionWriter>> create(const std::string& file);
  /// An existing session, to add to. Fails where another program writes to it.
  static Result<std::shared_ptr<SessionWriter>> append(const std::string& file);
  /// Writes what waits and tries failed writes once more. The file is closed, and then one plain file, when the last
  /// recorder has gone, too.
  ~SessionWriter();
  SessionWriter(const SessionWriter&) = delete;
  SessionWriter& operator=(const SessionWriter&) = delete;

  std::string file() const;
  /// A new run: its scene, parameters and origin are in the file when this returns. The task must come from a scene.
  Result<std::shared_ptr<IterationRecorder>> begin(const RunSetup& setup, const RunOrigin& origin);
  /// Goes on with a run of the file (append) after the iteration of `setup.resume`, which must be its last.
  Result<std::shared_ptr<IterationRecorder>> resume(std::int64_t run, const RunSetup& setup, const RunOrigin& origin);

  /// Text beside a run, or one of its iterations (0: the whole run); shown as plain text.
  Status addNote(std::int64_t run, const std::string& text, int iteration = 0);
  /// Another name for a run; fails where a run of the file has it.
  Status renameRun(std::int64_t run, const std::string& name);
  /// How a window shows the session, in its own words (SessionFile::layout).
  Status setLayout(const std::string& text);
  Status setThumbnail(std::int64_t run, std::span<const std::byte> png);

  /// Copies what is saved to a new file and writes there from now on, what waits first. On failure all stays as it is.
  Status saveElsewhere(const std::string& file);
  /// Waits until nothing waits to be written, or writing fails; what failed before is tried again.
  Status flush();
  /// Waits until what was handed over before this call is written; fails where that has a problem. Tries nothing again.
  Status settle() const;

 private:
  struct Impl;
  explicit SessionWriter(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> m_impl;
};

/// Every so many iterations the whole state is kept for good, so that a run can be forked there.
inline constexpr int kKeyframeEvery = 50;

}  // namespace gps
