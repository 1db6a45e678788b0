// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_chart.h"

#include <QGraphicsItem>
#include <QGraphicsLayout>
#include <QPainter>
#include <QtCharts/QAreaSeries>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>
#include <algorithm>
#include <limits>

#include "widgets/plots/plot_style.h"

namespace gps::ui {

namespace {

constexpr std::size_t kPointBudget = 8000;  ///< replace() and painting of these take half a frame
constexpr int kAreaColumns = 300;           ///< filling takes longer than drawing lines
constexpr std::size_t kFewPoints = 320;     ///< lines of more are drawn 1 pixel wide: wide pens are slow
constexpr int kDashPieces = 12;             ///< lines with more gaps are drawn solid
constexpr double kMinBarWidth = 3.0;        ///< pixels; narrower bars become an area
constexpr double kBeyond = 20.0;            ///< ranges beyond the window; far values smear the plot area
constexpr double kGapValue = std::numeric_limits<double>::quiet_NaN();

/// A layer below or above the series, painted from the frame.
class LayerItem : public QGraphicsItem {
 public:
  using Paint = void (*)(QPainter&, const PlotFrame&);
  LayerItem(QGraphicsItem* parent, const PlotFrame& frame, double z, std::vector<Paint> paints)
      : QGraphicsItem(parent), m_frame(frame), m_paints(std::move(paints)) {
    setZValue(z);
    setAcceptedMouseButtons(Qt::NoButton);
  }
  QRectF boundingRect() const override { return m_frame.bounds; }
  void paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) override {
    for (const Paint layer : m_paints) layer(*painter, m_frame);
  }
  void boundsChange() { prepareGeometryChange(); }

 private:
  const PlotFrame& m_frame;
  std::vector<Paint> m_paints;
};

struct AreaSlot {
  QAreaSeries* area = nullptr;
  QLineSeries* upper = nullptr;
  QLineSeries* lower = nullptr;
};

void replaceUnlessEmpty(QLineSeries& line, const QList<QPointF>& points) {
  if (points.isEmpty() && line.count() == 0) return;
  line.replace(points);
}

}  // namespace

struct PlotChart::Impl {
  explicit Impl(PlotChart& owner)
      : chart(owner),
        grid(&owner, frame, 0.5, {paintGrid}),
        marks(&owner, frame, 100.0, {paintMarks, paintReadout}) {}

  PlotChart& chart;
  PlotFrame frame;
  LayerItem grid;
  LayerItem marks;
  QValueAxis* x = nullptr;
  QValueAxis* left = nullptr;
  QValueAxis* right = nullptr;
  std::vector<std::vector<QLineSeries*>> lines;  ///< per series: one, or one per piece of a dashed line
  std::vector<AreaSlot> bands;
  std::vector<AreaSlot> bars;
  std::vector<QLineSeries*> outlines;  ///< per bars; null for filled ones
  std::optional<PlotWindow> window;
  std::optional<bool> logY;
  bool dirty = true;
  bool rebuild = true;
  bool forFile = false;
  PlotFeed stats;
  // Scratch, kept between feeds.
  std::vector<QPointF> reduced, tops;
  std::vector<PlotSpan> reducedSpans;
  QList<QPointF> fed;
  const std::vector<PlotSpan> noSpans{};

  QLineSeries* addLine(PlotSide side) {
    auto* line = new QLineSeries;
    chart.addSeries(line);
    line->attachAxis(x);
    line->attachAxis(side == PlotSide::Left ? left : right);
    return line;
  }

  AreaSlot addArea(PlotSide side) {
    AreaSlot slot;
    slot.upper = new QLineSeries;
    slot.lower = new QLineSeries;
    slot.area = new QAreaSeries(slot.upper, slot.lower);
    slot.upper->setParent(slot.area);
    slot.lower->setParent(slot.area);
    chart.addSeries(slot.area);
    slot.area->attachAxis(x);
    slot.area->attachAxis(side == PlotSide::Left ? left : right);
    return slot;
  }

  void makeSeries() {
    chart.removeAllSeries();
    lines.clear();
    bands.clear();
    bars.clear();
    outlines.clear();
    const PlotContent& content = *frame.content;
    for (const PlotBand& band : content.bands) bands.push_back(addArea(band.side));
    for (const PlotBars& bar : content.bars) {
      const bool outline = bar.style.shape == PlotStyle::Shape::OutlineBar;
      bars.push_back(outline ? AreaSlot{} : addArea(PlotSide::Left));
      outlines.push_back(outline ? addLine(PlotSide::Left) : nullptr);
    }
    for (const PlotSeries& series : content.series) lines.push_back({addLine(series.side)});
    styleSeries();
    ++stats.rebuilds;
  }

  void styleSeries() {
    const PlotContent& content = *frame.content;
    for (std::size_t i = 0; i < bands.size(); ++i) {
      bands[i].area->setPen(Qt::NoPen);
      bands[i].area->setBrush(plotBrush(frame.theme, content.bands[i].style));
    }
    for (std::size_t i = 0; i < bars.size(); ++i) {
      if (outlines[i]) outlines[i]->setPen(plotPen(frame.theme, content.bars[i].style, false));
      if (!bars[i].area) continue;
      bars[i].area->setPen(Qt::NoPen);
      bars[i].area->setBrush(plotBrush(frame.theme, content.bars[i].style));
    }
  }

  double clamped(double y, PlotSide side) const {
    const PlotRange& range = frame.range(side);
    return std::clamp(y, range.min - kBeyond * range.length(), range.max + kBeyond * range.length());
  }

  int columns() const {
    std::size_t visible = 0;
    for (const PlotSeries& series : frame.content->series) visible += frame.visible(series.legend) ? 1 : 0;
    for (const PlotBand& band : frame.content->bands) visible += frame.visible(band.legend) ? 2 : 0;
    for (const PlotBars& bar : frame.content->bars) visible += frame.visible(bar.legend) ? 2 : 0;
    const int budget = static_cast<int>(kPointBudget / (2 * std::max<std::size_t>(1, visible)));
    return std::clamp(budget, 40, std::max(40, static_cast<int>(frame.area.width())));
  }

  /// Of a line what this width can show, mapped.
  void reduceLine(const std::vector<QPointF>& points, bool log, int columnCount) {
    decimate(points, valuesOfX(), columnCount, log, reduced);
    for (QPointF& point : reduced) point = QPointF(mapped(point.x(), frame.logX), mapped(point.y(), log));
    stats.drawn += reduced.size();
  }

  PlotRange valuesOfX() const {
    return {unmapped(frame.window.x.min, frame.logX), unmapped(frame.window.x.max, frame.logX)};
  }

  void feedLine(std::size_t index, int columnCount) {
    const PlotSeries& series = frame.content->series[index];
    std::vector<QLineSeries*>& pieces = lines[index];
    reduced.clear();
    if (frame.visible(series.legend)) {
      stats.given += series.points.size();
      reduceLine(series.points, frame.log(series.side), columnCount);
      if (series.step && reduced.size() < 1000) expandSteps();
    }

    std::size_t gaps = 0;
    for (const QPointF& point : reduced) gaps += std::isnan(point.y()) ? 1 : 0;
    PlotStyle style = series.style;
    if (gaps > static_cast<std::size_t>(kDashPieces) && !forFile) style.dash = PlotDash::Solid;
    const bool split = gaps > 0 && (forFile || style.dash != PlotDash::Solid);
    const QPen pen = plotPen(frame.theme, style, reduced.size() <= kFewPoints);

    // A solid pen draws NaN as a gap; a dashed one would bridge it and a file would contain it, so there each
    // piece is a series of its own.
    std::size_t piece = 0;
    fed.clear();
    const auto flush = [&] {
      if (fed.isEmpty()) return;
      if (piece == pieces.size()) pieces.push_back(addLine(series.side));
      if (pieces[piece]->pen() != pen) pieces[piece]->setPen(pen);
      pieces[piece++]->replace(fed);
      fed.clear();
    };
    for (const QPointF& point : reduced) {
      if (std::isnan(point.y())) {
        if (split) {
          flush();
        } else {
          fed.append(QPointF(point.x(), kGapValue));
        }
        continue;
      }
      fed.append(QPointF(point.x(), clamped(point.y(), series.side)));
    }
    flush();
    for (; piece < pieces.size(); ++piece) replaceUnlessEmpty(*pieces[piece], {});
  }

  /// A value holds halfway to its neighbours.
  void expandSteps() {
    std::vector<QPointF> steps;
    const std::size_t n = reduced.size();
    for (std::size_t i = 0; i < n; ++i) {
      const double before =
          i > 0 ? reduced[i].x() - reduced[i - 1].x() : (n > 1 ? reduced[1].x() - reduced[0].x() : 1.0);
      const double after = i + 1 < n ? reduced[i + 1].x() - reduced[i].x() : before;
      steps.emplace_back(reduced[i].x() - 0.5 * before, reduced[i].y());
      steps.emplace_back(reduced[i].x() + 0.5 * after, reduced[i].y());
    }
    for (QPointF& step : steps) step.setX(std::clamp(step.x(), frame.window.x.min, frame.window.x.max));
    reduced = std::move(steps);
  }

  /// Both edges of a band, or of bars that are too narrow to draw.
  void feedArea(const AreaSlot& slot, const std::vector<PlotSpan>& spans, PlotSide side, int columnCount) {
    const bool log = frame.log(side);
    const double floor = frame.range(side).min;
    decimateSpans(spans, valuesOfX(), std::min(columnCount, kAreaColumns), reducedSpans);
    stats.given += 2 * spans.size();
    stats.drawn += 2 * reducedSpans.size();
    stats.filled += 2 * reducedSpans.size();
    QList<QPointF> upper;
    QList<QPointF> lower;
    for (const PlotSpan& span : reducedSpans) {
      const double position = mapped(span.x, frame.logX);
      const double low = mapped(span.low, log);
      const double high = mapped(span.high, log);
      // What a log axis cannot show lies below the floor.
      upper.append(QPointF(position, std::isnan(high) ? floor : clamped(high, side)));
      lower.append(QPointF(position, std::isnan(low) ? floor : clamped(low, side)));
    }
    replaceUnlessEmpty(*slot.upper, upper);
    replaceUnlessEmpty(*slot.lower, lower);
  }

  void feedBand(std::size_t index, int columnCount) {
    const PlotBand& band = frame.content->bands[index];
    feedArea(bands[index], frame.visible(band.legend) ? band.spans : noSpans, band.side, columnCount);
  }

  /// The tops of outlined bars that are too narrow to draw, as a line.
  void feedTops(QLineSeries& line, const std::vector<PlotSpan>& spans, int columnCount) {
    tops.clear();
    for (const PlotSpan& span : spans) tops.emplace_back(span.x, span.high);
    stats.given += tops.size();
    reduceLine(tops, frame.logLeft, columnCount);
    fed.clear();
    for (const QPointF& point : reduced) {
      fed.append(QPointF(point.x(), std::isnan(point.y()) ? kGapValue : clamped(point.y(), PlotSide::Left)));
    }
    replaceUnlessEmpty(line, fed);
  }

  void feedBars(std::size_t index, int columnCount) {
    const PlotBars& bar = frame.content->bars[index];
    const AreaSlot& slot = bars[index];
    QLineSeries* outline = outlines[index];
    const std::vector<PlotSpan>& spans = frame.visible(bar.legend) ? bar.spans : noSpans;
    const double pixels = 2.0 * bar.halfWidth / std::max(1e-12, frame.window.x.length()) * frame.area.width();
    if (frame.logX || pixels < kMinBarWidth) {
      if (outline) feedTops(*outline, spans, columnCount);
      if (!outline) feedArea(slot, spans, PlotSide::Left, columnCount);
      return;
    }
    QList<QPointF> top;
    QList<QPointF> bottom;
    for (const PlotSpan& span : spans) {
      const double x0 = span.x + bar.offset - bar.halfWidth;
      const double x1 = span.x + bar.offset + bar.halfWidth;
      if (!std::isfinite(span.high) || x1 < frame.window.x.min || x0 > frame.window.x.max) continue;
      const double floor = frame.window.left.min;
      const double low = mapped(span.low, frame.logLeft);
      const double high = mapped(span.high, frame.logLeft);
      const double y0 = clamped(std::isnan(low) ? floor : low, PlotSide::Left);
      const double y1 = clamped(std::isnan(high) ? floor : high, PlotSide::Left);
      top << QPointF(x0, y0) << QPointF(x0, y1) << QPointF(x1, y1) << QPointF(x1, y0);
      if (!outline) bottom << QPointF(x0, y0) << QPointF(x1, y0);
    }
    stats.given += spans.size();
    stats.drawn += spans.size();
    if (outline) {
      replaceUnlessEmpty(*outline, top);
      return;
    }
    replaceUnlessEmpty(*slot.upper, top);
    replaceUnlessEmpty(*slot.lower, bottom);
  }
};

PlotChart::PlotChart() : m_impl(std::make_unique<Impl>(*this)) {
  Impl& d = *m_impl;
  setAnimationOptions(QChart::NoAnimation);
  setBackgroundVisible(false);
  setMargins(QMargins());
  layout()->setContentsMargins(0, 0, 0, 0);
  legend()->hide();
  d.x = new QValueAxis;
  d.left = new QValueAxis;
  d.right = new QValueAxis;
  addAxis(d.x, Qt::AlignBottom);
  addAxis(d.left, Qt::AlignLeft);
  addAxis(d.right, Qt::AlignRight);
  for (QValueAxis* axis : {d.x, d.left, d.right}) axis->setVisible(false);
  d.frame.theme = Theme::light();
}

PlotChart::~PlotChart() = default;

void PlotChart::setTheme(const Theme& theme) {
  m_impl->frame.theme = theme;
  m_impl->styleSeries();
  m_impl->dirty = true;
}

void PlotChart::setLabelFont(const QFont& font) {
  m_impl->frame.font = font;
  m_impl->dirty = true;
}

void PlotChart::setContent(std::shared_ptr<const PlotContent> content) {
  Impl& d = *m_impl;
  const bool same = content->sameStructure(*d.frame.content);
  if (!same) {
    d.rebuild = true;
    std::vector<bool> shown;
    for (const PlotLegendEntry& entry : content->legend) {
      // A switch stays as the user set it while entries come and go around it.
      bool on = entry.on;
      for (std::size_t i = 0; i < d.frame.content->legend.size(); ++i) {
        const PlotLegendEntry& old = d.frame.content->legend[i];
        if (old.name == entry.name && old.style.run == entry.style.run && old.on == entry.on) {
          on = d.frame.visible(static_cast<int>(i));
        }
      }
      shown.push_back(on);
    }
    d.frame.shown = std::move(shown);
    if (content->id != d.frame.content->id) d.window.reset();
  }
  d.frame.content = std::move(content);
  d.dirty = true;
}

void PlotChart::setEntryVisible(int legend, bool visible) {
  Impl& d = *m_impl;
  if (legend < 0 || static_cast<std::size_t>(legend) >= d.frame.shown.size()) return;
  d.frame.shown[static_cast<std::size_t>(legend)] = visible;
  d.dirty = true;
}

bool PlotChart::entryVisible(int legend) const {
  return m_impl->frame.visible(legend);
}

void PlotChart::setShown(std::vector<bool> shown) {
  if (shown.size() == m_impl->frame.shown.size()) m_impl->frame.shown = std::move(shown);
  m_impl->dirty = true;
}

void PlotChart::setWindow(std::optional<PlotWindow> window) {
  m_impl->window = window;
  m_impl->dirty = true;
}

void PlotChart::setForFile(bool forFile) {
  m_impl->forFile = forFile;
  m_impl->dirty = true;
}

bool PlotChart::zoomed() const {
  return m_impl->window.has_value();
}

void PlotChart::setLogY(std::optional<bool> log) {
  if (log == m_impl->logY) return;
  m_impl->logY = log;
  m_impl->window.reset();  // its ranges are in the units of the old mapping
  m_impl->dirty = true;
}

void PlotChart::setCrosshair(std::optional<double> x) {
  if (x == m_impl->frame.crosshair) return;
  m_impl->frame.crosshair = x;
  m_impl->marks.update();
}

void PlotChart::setHover(std::optional<QPointF> position) {
  if (position == m_impl->frame.hover) return;
  m_impl->frame.hover = position;
  m_impl->marks.update();
}

void PlotChart::feed(QSizeF size) {
  Impl& d = *m_impl;
  if (!d.dirty && size == d.frame.bounds.size()) return;
  d.dirty = false;
  d.grid.boundsChange();
  d.marks.boundsChange();
  PlotFrame& frame = d.frame;
  frame.bounds = QRectF(QPointF(0, 0), size);
  frame.logX = frame.content->x.log;
  frame.logLeft = d.logY.value_or(frame.content->left.log);
  frame.logRight = frame.content->right.log;
  frame.window = d.window.value_or(fitWindow(frame));
  layOut(frame);

  resize(size);
  setPlotArea(frame.area);
  if (d.rebuild) d.makeSeries();
  d.rebuild = false;
  d.x->setRange(frame.window.x.min, frame.window.x.max);
  d.left->setRange(frame.window.left.min, frame.window.left.max);
  d.right->setRange(frame.window.right.min, frame.window.right.max);
  // Without a view nothing else makes the layout follow the plot area.
  layout()->activate();

  d.stats.given = 0;
  d.stats.drawn = 0;
  d.stats.filled = 0;
  const int columns = d.columns();
  for (std::size_t i = 0; i < d.bands.size(); ++i) d.feedBand(i, columns);
  for (std::size_t i = 0; i < d.bars.size(); ++i) d.feedBars(i, columns);
  for (std::size_t i = 0; i < d.lines.size(); ++i) d.feedLine(i, columns);
  ++d.stats.feeds;
  d.grid.update();
  d.marks.update();
}

const PlotFrame& PlotChart::frame() const {
  return m_impl->frame;
}

PlotFeed PlotChart::stats() const {
  return m_impl->stats;
}

}  // namespace gps::ui
