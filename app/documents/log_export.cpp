// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/log_export.h"

#include "core/engine/run_log.h"

namespace gps::ui {

QByteArray runLog(const RunHistory& history) {
  QByteArray text;
  for (const std::shared_ptr<const Snapshot>& snapshot : history.snapshots()) {
    text += QByteArray::fromStdString(iterationJson(*snapshot)) + '\n';
  }
  if (history.iterations() > 0) {
    text += QByteArray::fromStdString(summaryJson(std::span(&history.snapshots().back(), 1))) + '\n';
  }
  return text;
}

}  // namespace gps::ui
