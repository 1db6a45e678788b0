// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/engine/snapshot.h"

namespace gps {

/// Answer to one request.
struct Reply {
  std::uint64_t request = 0;
  bool accepted = false;
  std::string reason;  ///< why not
};

/// What waited since the last drain.
struct Delivery {
  std::vector<std::shared_ptr<const Snapshot>> snapshots;  ///< finished iterations in order, none dropped
  std::vector<Reply> replies;
  Progress progress;        ///< newest
  bool progressChanged = false;
};

/// What one run hands to its observers. Any thread may post; one thread drains.
class Mailbox {
 public:
  void post(std::shared_ptr<const Snapshot> snapshot);
  void post(Progress progress);  ///< overwrites the previous one
  void post(Reply reply);
  Delivery drain();
  /// Waits until something was posted or the time is over; for command lines, never for the window.
  bool waitFor(std::chrono::milliseconds timeout);

 private:
  std::mutex m_mutex;
  std::condition_variable m_posted;
  Delivery m_waiting;
  bool m_any = false;
};

}  // namespace gps
