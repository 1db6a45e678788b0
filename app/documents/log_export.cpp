// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/log_export.h"

#include <QSaveFile>

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

Status writeFile(const QString& path, const QByteArray& content) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit()) {
    return Error{"The file could not be written: " + file.errorString().toStdString() + ".",
                 path.toStdString(), "Choose another folder, or free some space."};
  }
  return Done{};
}

}  // namespace gps::ui
