// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "core/base/error.h"

namespace gps::ui {

/// Writes a whole file or none.
Status writeFile(const QString& path, const QByteArray& content);

}  // namespace gps::ui
