// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/write_file.h"

#include <QSaveFile>

namespace gps::ui {

Status writeFile(const QString& path, const QByteArray& content) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit()) {
    return Error{"The file could not be written: " + file.errorString().toStdString() + ".",
                 path.toStdString(), "Choose another folder, or free some space."};
  }
  return Done{};
}

}  // namespace gps::ui
