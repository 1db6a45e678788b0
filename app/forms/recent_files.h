// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QStringList>
#include <vector>

#include "widgets/panels/start_page.h"
#include "widgets/style/theme.h"

namespace gps::ui {

/// What the start page and the menu show of these files, which may be gone, broken or huge: those have no picture.
std::vector<SceneTile> recentTiles(const QStringList& files);

/// The size of pictures in the menu, in its own pixels.
inline constexpr QSize kRecentIconSize{48, 32};

/// A small picture of the task.
QIcon recentIcon(const SceneTile& tile, const Theme& theme, double devicePixelRatio);

}  // namespace gps::ui
