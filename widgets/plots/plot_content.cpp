// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_content.h"

#include <algorithm>
#include <cmath>

namespace gps::ui {

namespace {

QString superscript(int exponent) {
  static constexpr char16_t kDigits[] = u"\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
  QString text;
  for (const QChar c : QString::number(exponent)) {
    text += c == QLatin1Char('-') ? QChar(0x207b) : QChar(kDigits[c.digitValue()]);
  }
  return text;
}

}  // namespace

QString PlotAxis::title() const {
  if (unit.isEmpty()) return label;
  return QStringLiteral("%1 (%2)").arg(label, unit);
}

bool PlotContent::isEmpty() const {
  const auto hasPoint = [](const PlotSeries& s) {
    return std::any_of(s.points.begin(), s.points.end(),
                       [](const QPointF& p) { return std::isfinite(p.y()); });
  };
  const auto hasBar = [](const PlotBars& b) {
    return std::any_of(b.spans.begin(), b.spans.end(),
                       [](const PlotSpan& s) { return std::isfinite(s.high); });
  };
  return std::none_of(series.begin(), series.end(), hasPoint) &&
         std::none_of(bars.begin(), bars.end(), hasBar);
}

std::size_t PlotContent::pointCount() const {
  std::size_t count = 0;
  for (const PlotSeries& s : series) count += s.points.size();
  for (const PlotBand& b : bands) count += 2 * b.spans.size();
  for (const PlotBars& b : bars) count += b.spans.size();
  return count;
}

std::optional<double> PlotContent::xOfIteration(int iteration) const {
  if (iteration < 1) return std::nullopt;
  if (iterationX.empty()) return static_cast<double>(iteration);
  const std::size_t index = static_cast<std::size_t>(iteration) - 1;
  if (index >= iterationX.size() || !std::isfinite(iterationX[index])) return std::nullopt;
  return iterationX[index];
}

bool PlotContent::sameStructure(const PlotContent& other) const {
  const auto sameSeries = [](const PlotSeries& a, const PlotSeries& b) {
    return a.style == b.style && a.side == b.side && a.legend == b.legend;
  };
  const auto sameBand = [](const PlotBand& a, const PlotBand& b) {
    return a.style == b.style && a.side == b.side && a.legend == b.legend;
  };
  const auto sameBars = [](const PlotBars& a, const PlotBars& b) {
    return a.style == b.style && a.legend == b.legend;
  };
  const auto sameEntry = [](const PlotLegendEntry& a, const PlotLegendEntry& b) {
    return a.name == b.name && a.style == b.style;
  };
  return id == other.id && runs == other.runs &&
         std::equal(series.begin(), series.end(), other.series.begin(), other.series.end(), sameSeries) &&
         std::equal(bands.begin(), bands.end(), other.bands.begin(), other.bands.end(), sameBand) &&
         std::equal(bars.begin(), bars.end(), other.bars.begin(), other.bars.end(), sameBars) &&
         std::equal(legend.begin(), legend.end(), other.legend.begin(), other.legend.end(), sameEntry);
}

QString plotNumber(double value) {
  if (!std::isfinite(value)) return QStringLiteral("\u2013");
  if (value == 0.0) return QStringLiteral("0");
  const QString sign = value < 0.0 ? QStringLiteral("\u2212") : QString();
  const double size = std::abs(value);
  if (size >= 1e-3 && size < 999.95) return sign + QString::number(size, 'g', 4);
  if (size >= 999.95 && size < 999999.5) {
    const double unit = std::pow(10.0, std::max(0.0, std::floor(std::log10(size)) - 3.0));
    QString digits = QString::number(std::round(size / unit) * unit, 'f', 0);
    if (digits.size() > 4) digits.insert(digits.size() - 3, QChar(0x202f));
    return sign + digits;
  }
  int exponent = static_cast<int>(std::floor(std::log10(size)));
  QString mantissa = QString::number(size / std::pow(10.0, exponent), 'g', 3);
  if (mantissa == QLatin1String("10")) {  // 9.999e-5 rounds up to the next decade
    mantissa = QStringLiteral("1");
    ++exponent;
  }
  const QString power = QStringLiteral("10") + superscript(exponent);
  return mantissa == QLatin1String("1") ? sign + power : sign + mantissa + QChar(0x00b7) + power;
}

}  // namespace gps::ui
