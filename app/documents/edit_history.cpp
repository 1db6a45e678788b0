// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/edit_history.h"

namespace gps::ui {

void EditHistory::drop(bool oldest) {
  Step& step = oldest ? m_steps.front() : m_steps.back();
  m_bytes -= step.bytes;
  if (oldest) {
    m_steps.pop_front();
    m_forgot = true;
    if (m_done > 0) --m_done;
    if (m_clean) {
      if (*m_clean == 0) {
        m_clean.reset();
      } else {
        --*m_clean;
      }
    }
  } else {
    m_steps.pop_back();
  }
}

void EditHistory::push(SceneChange change) {
  while (canRedo()) drop(false);
  if (m_clean && *m_clean > m_done) m_clean.reset();
  const bool merges = m_open && m_done > 0 && !change.gesture.empty() && !isClean() &&
                      m_steps.back().change.gesture == change.gesture;
  m_open = true;
  if (merges) {
    Step& step = m_steps.back();
    mergeInto(step.change, std::move(change));
    m_bytes -= step.bytes;
    step.bytes = weightOf(step.change);
    m_bytes += step.bytes;
    // Dragged back to where it began: nothing is left to undo.
    if (changesNothing(step.change)) {
      drop(false);
      --m_done;
      m_open = false;
      return;
    }
  } else {
    const std::size_t bytes = weightOf(change);
    m_steps.push_back({std::move(change), bytes});
    m_bytes += bytes;
    ++m_done;
  }
  while (m_bytes > m_limit && m_steps.size() > 1) drop(true);
}

const SceneChange* EditHistory::undo() {
  m_open = false;
  if (!canUndo()) return nullptr;
  return &m_steps[--m_done].change;
}

const SceneChange* EditHistory::redo() {
  m_open = false;
  if (!canRedo()) return nullptr;
  return &m_steps[m_done++].change;
}

}  // namespace gps::ui
