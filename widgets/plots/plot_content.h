// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

namespace gps::ui {

// What a plot shows, as values: builders make it from histories, views draw it, tests read it. No Qt Charts
// here.

/// Whose number it is; decides the hue.
enum class PlotRole { Local, Global, Neutral };
enum class PlotDash { Solid, Dashed, Dotted };
enum class PlotMarker { None, Filled, Hollow };
/// What x is, and so which crosshair and click belong to the plot.
enum class PlotX { Iteration, TimeStep, Other };
enum class PlotSide { Left, Right };

struct PlotAxis {
  QString label;
  QString unit;
  bool log = false;
  bool integers = false;
  bool used = true;  ///< the right axis is drawn only when something belongs to it

  /// "KL (nat)"
  QString title() const;
};

/// How a line, band or bar looks; the legend draws the same.
struct PlotStyle {
  enum class Shape { Line, Band, FilledBar, OutlineBar, Flag };
  Shape shape = Shape::Line;
  PlotRole role = PlotRole::Neutral;
  int shade = 0;   ///< condition or component: this one (-1: a sample that stands for all) ...
  int shades = 1;  ///< ... of so many
  int run = 0;     ///< 0: A, 1: B
  PlotDash dash = PlotDash::Solid;
  PlotMarker marker = PlotMarker::None;
  bool thick = false;
  bool quiet = false;  ///< one of several beside their mean
  bool faded = false;  ///< an earlier iteration

  bool operator==(const PlotStyle&) const = default;
};

/// One row of the legend; switches everything that refers to it.
struct PlotLegendEntry {
  QString name;
  PlotStyle style;
  bool on = true;  ///< at first; the user may switch it
  QString value;   ///< newest value, with 4 digits; empty when there is none
};

struct PlotSeries {
  QString name;      ///< for the read-out: "Local c1"
  QString endLabel;  ///< written at its right end where there is room
  int legend = -1;
  int condition = -1;  ///< -1: of all
  PlotSide side = PlotSide::Left;
  PlotStyle style;
  bool step = false;  ///< constant around each x
  /// Sorted by x. In plots over iterations point i is iteration i + 1, with a NaN where there is no value.
  std::vector<QPointF> points;
  std::vector<int> flagged;  ///< indices that break a bound
  int flagLegend = -1;       ///< the entry that explains and switches the flags
};

struct PlotSpan {
  double x = 0.0;
  double low = 0.0;
  double high = 0.0;
};

struct PlotBand {
  int legend = -1;
  int condition = -1;
  PlotSide side = PlotSide::Left;
  PlotStyle style;
  std::vector<PlotSpan> spans;
};

struct PlotBars {
  QString name;
  int legend = -1;
  PlotStyle style;
  double halfWidth = 0.4;
  double offset = 0.0;  ///< of the bar's centre from x, for two runs side by side
  std::vector<PlotSpan> spans;
};

/// A thin vertical line with a flag: a parameter changed here.
struct PlotEvent {
  double x = 0.0;
  QString text;
  int run = 0;
};

struct PlotContent {
  QString id;
  QString title;
  QString detail;  ///< what the title adds: step rule, iteration
  PlotX xKind = PlotX::Iteration;
  PlotAxis x, left, right;
  std::vector<QString> runs;  ///< "A  MDGPS"; one entry without letter for a single run
  std::vector<PlotLegendEntry> legend;
  std::vector<PlotBand> bands;
  std::vector<PlotBars> bars;
  std::vector<PlotSeries> series;
  std::vector<PlotEvent> events;
  QStringList notes;               ///< "MDGPS: lambda not defined"
  QString empty;                   ///< what will appear and when; shown while there are no points
  QString summary;                 ///< one sentence for screen readers
  std::vector<double> iterationX;  ///< x of every iteration of the longest run, unless it is its number

  bool isEmpty() const;
  /// Points of all series, bands and bars: what building and drawing cost.
  std::size_t pointCount() const;
  /// x of an iteration (from 1); none when there is no such iteration.
  std::optional<double> xOfIteration(int iteration) const;
  /// Everything but the numbers is equal, so that a view can keep its series objects.
  bool sameStructure(const PlotContent& other) const;
};

/// At most 4 significant digits: "174", "0.01234", "1.2·10⁻⁵". A dash for what is not finite.
QString plotNumber(double value);

}  // namespace gps::ui
