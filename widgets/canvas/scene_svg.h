// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSize>

#include "widgets/canvas/trajectory_painter.h"
#include "widgets/style/theme.h"

namespace gps::ui {

/// A scene with the paths of an iteration as an SVG file: starts, goals, what stands in the way, and what `paths` has
/// and its layers show. The same values give the same bytes.
QByteArray sceneSvg(const PathSource& paths, const Theme& theme, QSize size);

}  // namespace gps::ui
