// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <optional>

#include "core/scene/tree_edit.h"

namespace gps::ui {

/// What can be undone and redone, in order, within a bound of memory. Not a QUndoStack: that one counts steps
/// instead of bytes, and only while it is empty.
class EditHistory {
 public:
  explicit EditHistory(std::size_t byteLimit = std::size_t{64} << 20) : m_limit(byteLimit) {}

  /// The change was made. What was undone before is forgotten; the oldest steps are, beyond the limit (the
  /// newest never). Merged with the step before when both are of one gesture and that one is not what was
  /// saved.
  void push(SceneChange change);
  /// The change to revert (to apply), after which it counts as undone (done); null: none.
  const SceneChange* undo();
  const SceneChange* redo();

  bool canUndo() const { return m_done > 0; }
  bool canRedo() const { return m_done < m_steps.size(); }
  /// Titles from the oldest step on; the first done() of them hold.
  std::size_t size() const { return m_steps.size(); }
  std::size_t done() const { return m_done; }
  const std::string& title(std::size_t step) const { return m_steps.at(step).change.title; }
  std::size_t bytes() const { return m_bytes; }

  void setClean() { m_clean = m_done; }
  bool isClean() const { return m_clean == m_done; }
  /// How many steps hold in the saved state; none: no undoing leads there.
  std::optional<std::size_t> clean() const { return m_clean; }
  /// Whether steps before the oldest were forgotten.
  bool forgot() const { return m_forgot; }
  /// The saved state is not to be reached by undoing.
  void forgetClean() { m_clean.reset(); }
  /// Ends the running gesture: the next change is a step of its own.
  void endGesture() { m_open = false; }

 private:
  struct Step {
    SceneChange change;
    std::size_t bytes = 0;
  };
  void drop(bool oldest);

  std::size_t m_limit;
  std::deque<Step> m_steps;
  std::size_t m_done = 0;
  std::size_t m_bytes = 0;
  std::optional<std::size_t> m_clean = 0;  ///< count of done steps of the saved state; none: lost
  bool m_open = false;                     ///< the newest step may still grow
  bool m_forgot = false;
};

}  // namespace gps::ui
