// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <span>
#include <stop_token>
#include <string>
#include <thread>

#include "core/base/expects.h"
#include "core/base/thread_priority.h"
#include "core/rollout/rollout.h"
#include "core/rollout/rollout_batch.h"
#include "core/rollout/trial_rollout.h"

namespace gps {
namespace {

/// Rollouts that ask one policy together. A constant, so that the grouping does not depend on the threads.
constexpr std::size_t kLargestBatch = 16;

/// Work of one parallelFor(). Indices are claimed one by one, so a slow job does not hold up the others.
struct Batch {
  int count = 0;
  const std::function<void(int)>* job = nullptr;
  int next = 0;                                // guarded by the pool's mutex
  int unfinished = 0;                          // guarded by the pool's mutex
  std::vector<std::exception_ptr> exceptions;  // one slot per index
};

}  // namespace

struct RolloutPool::Impl {
  std::mutex callMutex;  // one parallelFor() at a time
  std::mutex mutex;
  std::condition_variable_any work;
  std::condition_variable finished;
  Batch* batch = nullptr;  // guarded by mutex; lives on the caller's stack until unfinished is 0
  std::vector<std::jthread> workers;

  void loop(const std::stop_token& quit) {
    lowerOwnPriority();
    std::unique_lock lock(mutex);
    while (work.wait(lock, quit, [this] { return batch && batch->next < batch->count; })) {
      Batch& current = *batch;
      const int index = current.next++;
      lock.unlock();
      try {
        (*current.job)(index);
      } catch (...) {
        current.exceptions[static_cast<std::size_t>(index)] = std::current_exception();
      }
      lock.lock();
      if (--current.unfinished == 0) finished.notify_all();
    }
  }
};

RolloutPool::RolloutPool(int threads) : m_impl(std::make_unique<Impl>()) {
  const int count = std::clamp(threads, 1, 64);
  for (int i = 0; i < count; ++i) {
    m_impl->workers.emplace_back([impl = m_impl.get()](const std::stop_token& quit) { impl->loop(quit); });
  }
}

RolloutPool::~RolloutPool() {
  for (std::jthread& worker : m_impl->workers) worker.request_stop();
  m_impl->workers.clear();
}

int RolloutPool::threads() const {
  return static_cast<int>(m_impl->workers.size());
}

void RolloutPool::parallelFor(int n, const std::function<void(int)>& job) {
  if (n <= 0) return;
  const std::lock_guard call(m_impl->callMutex);
  Batch batch{n, &job, 0, n, std::vector<std::exception_ptr>(static_cast<std::size_t>(n))};
  {
    std::unique_lock lock(m_impl->mutex);
    m_impl->batch = &batch;
    m_impl->work.notify_all();
    m_impl->finished.wait(lock, [&batch] { return batch.unfinished == 0; });
    m_impl->batch = nullptr;
  }
  // As if the jobs had run in order on this thread.
  for (const std::exception_ptr& exception : batch.exceptions) {
    if (exception) std::rethrow_exception(exception);
  }
}

Result<std::vector<Rollout>> RolloutPool::run(const std::vector<RolloutRequest>& requests,
                                              const std::atomic<bool>* stop) {
  if (!requests.empty() && requests.front().task->plants->trials()) {
    std::vector<Rollout> trials;
    for (const RolloutRequest& request : requests) {
      Result<Rollout> trial = runTrial(request, stop);
      if (!trial) return trial.error();
      trials.push_back(*std::move(trial));
    }
    return trials;
  }
  std::vector<std::span<const RolloutRequest>> batches;
  for (std::size_t begin = 0; begin < requests.size();) {
    std::size_t end = begin + 1;
    while (end < requests.size() && end - begin < kLargestBatch && shareBatch(requests[begin], requests[end]))
      ++end;
    batches.push_back(std::span(requests).subspan(begin, end - begin));
    begin = end;
  }

  std::vector<std::vector<Result<Rollout>>> results(batches.size());
  parallelFor(static_cast<int>(batches.size()), [&](int i) {
    const auto slot = static_cast<std::size_t>(i);
    std::string reason;
    try {
      results[slot] = runBatch(batches[slot], stop);
      return;
    } catch (const std::bad_alloc&) {
      reason = "There was not enough memory for a rollout.";
    } catch (const std::exception& exception) {
      reason = std::string("A rollout failed: ") + exception.what() + ".";
    }
    results[slot].clear();
    results[slot].push_back(
        Error{reason, "rollout", "Shorten the horizon, or use fewer samples or threads."});
  });

  std::vector<Rollout> rollouts;
  rollouts.reserve(requests.size());
  for (std::vector<Result<Rollout>>& batch : results) {
    for (Result<Rollout>& result : batch) {
      if (!result) return result.error();
      rollouts.push_back(std::move(*result));
    }
  }
  return rollouts;
}

}  // namespace gps
