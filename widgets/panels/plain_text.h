// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace gps::ui {

/// Text of a file as one line that can be shown anywhere as plain text: signs that are not printed (they would break
/// the line, hide text or turn its direction) become blanks, and what is longer than `longest` is cut.
QString plainLine(const QString& text, qsizetype longest = 120);

/// The same where lines stay lines.
QString plainLines(const QString& text, qsizetype longest = 4000);

/// A tooltip that Qt takes for rich text shows exactly these lines.
QString plainToolTip(const QString& lines);

}  // namespace gps::ui
