// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>

#include "app/bridge/latest_job.h"
#include "app/bridge/relay_recorder.h"
#include "core/engine/snapshot.h"

namespace gps::ui {

/// Reads iterations of one run from its session, on a thread beside the window. A session that is written to at the
/// same time is read all the same.
class IterationLoader : public QObject {
  Q_OBJECT
 public:
  explicit IterationLoader(std::shared_ptr<const Task> task, QObject* parent = nullptr);
  ~IterationLoader() override;

  /// loaded() or failed() follows, unless another one is asked for before.
  void load(const RunPlace& place, int iteration);

 Q_SIGNALS:
  void loaded(const std::shared_ptr<const gps::Snapshot>& snapshot);
  void failed(const gps::Error& error);

 private:
  struct Reader;
  std::shared_ptr<const Task> m_task;
  std::shared_ptr<Reader> m_reader;  ///< used by the job alone
  LatestJob m_job;                   // last: ends before what it uses
};

}  // namespace gps::ui
