// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>
#include <QStringList>

#include "widgets/style/theme.h"

namespace gps::ui {

/// An icon of the drawn set (24 px grid, 1.5 px stroke), tinted with the theme's text colour; disabled in its
/// muted one, checked in its focus one. Sharp at every size and pixel ratio. An unknown name is our bug.
QIcon icon(const QString& name, const Theme& theme);
/// The same in one colour.
QIcon icon(const QString& name, const QColor& colour);
/// Names that exist: start pause step stop reset fit play loop samples tube ghost grid ...
QStringList iconNames();

}  // namespace gps::ui
