// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

class QApplication;

namespace gps::ui {

/// The program's colours in one place; canvas, plots and widgets take them from here. Local controllers are
/// warm, the global policy cool, a real arm neutral - in every view, and never by colour alone.
struct Theme {
  bool dark = false;
  QColor background, panel, text, muted, hairline, focus;
  QColor local, global, arm, goal, danger;
  QColor warning;  ///< text and marks of warnings; yellower than `local`

  static Theme light();
  static Theme darkTheme();
  /// The one a palette belongs to, by the lightness of its window colour.
  static Theme fromPalette(const QPalette& palette);
  /// The one applyTheme() set last.
  static Theme current();

  /// Colour of condition i: a hue of its own, warm for its local controller, cool for the policy from its
  /// start. Contrast with the panel is at least 3:1, none is nearly black or white, and the first ones differ
  /// in lightness as well, for eyes that do not tell red from green.
  QColor localCondition(int i) const;
  QColor globalCondition(int i) const;
  QPalette palette() const;
};

/// Contrast of two opaque colours as WCAG 2 defines it, 1 .. 21.
double contrastRatio(const QColor& a, const QColor& b);

/// a + (b - a) * share, opaque.
QColor mixed(const QColor& a, const QColor& b, double share);

/// Fusion style, palette, base font size and style sheet for the whole program. Widgets choose a role of the
/// sheet by their dynamic property "role": labels "title" (16 pt), "heading" (12 pt), "muted", "small" (9 pt,
/// muted), "error", "chip" (with "tone": busy, good, bad, wait); buttons "primary", "flat"; tool buttons
/// "tiny", "group"; frames "card".
void applyTheme(QApplication& app, const Theme& theme, double basePointSize = 10.0);

/// The sheet applyTheme() sets.
QString styleSheetFor(const Theme& theme, double basePointSize);

}  // namespace gps::ui
