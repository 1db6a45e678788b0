// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/mailbox.h"

#include <utility>

namespace gps {

void Mailbox::post(std::shared_ptr<const Snapshot> snapshot) {
  const std::lock_guard lock(m_mutex);
  m_waiting.snapshots.push_back(std::move(snapshot));
  m_any = true;
  m_posted.notify_all();
}

void Mailbox::post(Progress progress) {
  const std::lock_guard lock(m_mutex);
  // The replaced partial snapshot may be the last reference; it is freed here, outside every sweep.
  m_waiting.progress = std::move(progress);
  m_waiting.progressChanged = true;
  m_any = true;
  m_posted.notify_all();
}

void Mailbox::post(Reply reply) {
  const std::lock_guard lock(m_mutex);
  m_waiting.replies.push_back(std::move(reply));
  m_any = true;
  m_posted.notify_all();
}

Delivery Mailbox::drain() {
  const std::lock_guard lock(m_mutex);
  Delivery delivery = std::move(m_waiting);
  m_waiting = Delivery();
  m_waiting.progress = delivery.progress;
  m_any = false;
  return delivery;
}

bool Mailbox::waitFor(std::chrono::milliseconds timeout) {
  std::unique_lock lock(m_mutex);
  return m_posted.wait_for(lock, timeout, [this] { return m_any; });
}

}  // namespace gps
