// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "app/documents/write_file.h"
#include "widgets/plots/run_history.h"

namespace gps::ui {

/// The JSON lines of a run as `train --json` prints them: one per finished iteration, then the summary. Empty
/// without iterations.
QByteArray runLog(const RunHistory& history);

}  // namespace gps::ui
