// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/theme.h"

#include <QApplication>
#include <QFont>
#include <algorithm>
#include <array>
#include <cmath>

namespace gps::ui {

namespace {

double luminance(const QColor& colour) {
  const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

using Hues = std::array<const char*, 9>;
// The first of each is the family's own colour. Reds near `danger` and greens near `goal` are left out.
constexpr Hues kWarmLight{"#D9730D", "#D6338A", "#8A6200", "#84205A", "#D4705C",
                          "#A67900", "#B83A5E", "#7A4520", "#B08968"};
constexpr Hues kCoolLight{"#2563EB", "#0D948F", "#1D4E89", "#A274DB", "#0F6674",
                          "#6A1FA6", "#1B86B5", "#4338CA", "#6B8FC9"};
constexpr Hues kWarmDark{"#F0A04B", "#F2569F", "#F2DC55", "#C65A33", "#F5B3D3",
                         "#B0860F", "#E8856B", "#BE3F78", "#F0CFA0"};
constexpr Hues kCoolDark{"#6EA8FE", "#4FE0DA", "#7A68F0", "#2B8CA3", "#C0A8F7",
                         "#3D74D6", "#A3DDF5", "#A45FE0", "#22B5A5"};

/// After the last hue they come again, each time nearer to the text's colour.
QColor conditionColour(const Hues& hues, const QColor& text, int i) {
  const int count = static_cast<int>(hues.size()), place = std::max(i, 0);
  const double again = 1.0 - std::pow(0.7, place / count);
  return mixed(QColor(QLatin1String(hues[static_cast<std::size_t>(place % count)])), text, again);
}

}  // namespace

double contrastRatio(const QColor& a, const QColor& b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QColor mixed(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](float from, float to) {
    return std::clamp(from + (to - from) * static_cast<float>(share), 0.0f, 1.0f);
  };
  return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()));
}

Theme Theme::light() {
  Theme theme;
  theme.background = QColor("#FAFAF8");
  theme.panel = QColor("#FFFFFF");
  theme.text = QColor("#1F2328");
  theme.muted = QColor("#6B7280");
  theme.hairline = QColor("#E4E4E0");
  theme.focus = QColor("#2563EB");
  theme.local = QColor("#D9730D");
  theme.global = QColor("#2563EB");
  theme.arm = QColor("#4B5563");
  theme.goal = QColor("#15803D");
  theme.danger = QColor("#C81E1E");
  theme.warning = QColor("#8A5A00");
  return theme;
}

Theme Theme::darkTheme() {
  Theme theme;
  theme.dark = true;
  theme.background = QColor("#17191C");
  theme.panel = QColor("#1F2226");
  theme.text = QColor("#E6E8EB");
  theme.muted = QColor("#9AA3AD");
  theme.hairline = QColor("#2D3136");
  theme.focus = QColor("#6EA8FE");
  theme.local = QColor("#F0A04B");
  theme.global = QColor("#6EA8FE");
  theme.arm = QColor("#C3CAD3");
  theme.goal = QColor("#4ADE80");
  theme.danger = QColor("#F87171");
  theme.warning = QColor("#EAC54F");
  return theme;
}

Theme Theme::fromPalette(const QPalette& palette) {
  return palette.color(QPalette::Window).lightnessF() < 0.5f ? darkTheme() : light();
}

Theme Theme::current() {
  return fromPalette(QApplication::palette());
}

QColor Theme::localCondition(int i) const {
  return conditionColour(dark ? kWarmDark : kWarmLight, text, i);
}

QColor Theme::globalCondition(int i) const {
  return conditionColour(dark ? kCoolDark : kCoolLight, text, i);
}

QPalette Theme::palette() const {
  QPalette p;
  const QColor dim = mixed(muted, panel, 0.35);
  p.setColor(QPalette::Window, background);
  p.setColor(QPalette::WindowText, text);
  p.setColor(QPalette::Base, panel);
  p.setColor(QPalette::AlternateBase, background);
  p.setColor(QPalette::Text, text);
  p.setColor(QPalette::PlaceholderText, muted);
  p.setColor(QPalette::Button, panel);
  p.setColor(QPalette::ButtonText, text);
  p.setColor(QPalette::BrightText, danger);
  p.setColor(QPalette::ToolTipBase, panel);
  p.setColor(QPalette::ToolTipText, text);
  p.setColor(QPalette::Highlight, focus);
  p.setColor(QPalette::HighlightedText, dark ? background : panel);
  p.setColor(QPalette::Link, focus);
  p.setColor(QPalette::LinkVisited, focus);
  p.setColor(QPalette::Light, dark ? mixed(panel, text, 0.12) : panel);
  p.setColor(QPalette::Midlight, mixed(panel, text, 0.06));
  p.setColor(QPalette::Mid, hairline);
  p.setColor(QPalette::Dark, mixed(hairline, muted, 0.5));
  p.setColor(QPalette::Shadow, mixed(background, QColor(Qt::black), 0.5));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    p.setColor(QPalette::Disabled, role, dim);
  }
  p.setColor(QPalette::Disabled, QPalette::Highlight, hairline);
  p.setColor(QPalette::Disabled, QPalette::HighlightedText, muted);
  return p;
}

void applyTheme(QApplication& app, const Theme& theme, double basePointSize) {
  // The sheet's style wraps Fusion, so it must go before Fusion is replaced and come back after it.
  app.setStyleSheet(QString());
  QApplication::setStyle(QStringLiteral("Fusion"));
  QApplication::setPalette(theme.palette());
  app.setStyleSheet(styleSheetFor(theme, basePointSize));
  // Last: widgets that exist already forget a font that was set before their style changed.
  QFont font = QApplication::font();
  font.setPointSizeF(basePointSize);
  QApplication::setFont(font);
}

}  // namespace gps::ui
