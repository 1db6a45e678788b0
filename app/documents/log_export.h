// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "core/base/error.h"
#include "widgets/plots/run_history.h"

namespace gps::ui {

/// The JSON lines of a run as `train --json` prints them: one per finished iteration, then the summary. Empty
/// without iterations.
QByteArray runLog(const RunHistory& history);

/// Writes a whole file or none.
Status writeFile(const QString& path, const QByteArray& content);

}  // namespace gps::ui
