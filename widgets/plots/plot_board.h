// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <vector>

#include "widgets/plots/run_history.h"
#include "widgets/style/theme.h"

namespace gps::ui {

/// The plots of one or two runs, one at a time or as tiles side by side when there is room: Cost, KL,
/// Multipliers, Step and improvement, Entropy, Policy fit, Profile over t, Dual search, Time. Each is a
/// PlotView on Qt Charts fed with decimated columns. With tiles a tab adds its plot or takes it away; when
/// there is no more room the plot takes the last place.
class PlotBoard : public QWidget {
  Q_OBJECT
 public:
  explicit PlotBoard(QWidget* parent = nullptr);
  ~PlotBoard() override;

  void setTheme(const Theme& theme);
  /// Runs to draw: the first solid, the second dashed. Kept by pointer; call refresh() after they grew.
  void setRuns(std::vector<std::shared_ptr<const RunHistory>> runs);
  /// Redraws what changed and is visible; cheap when nothing did. Called at most 10 times a second.
  void refresh();
  /// The same for one plot that is due; false when none was. Calling it once per frame spreads the work.
  bool refreshNext();
  /// The scrubbed iteration (from 1; 0: none) and time step: crosshairs.
  void setIteration(int iteration);
  void setTimeStep(double step);

  /// Tiles where there is room for them, else one plot.
  void setTiled(bool tiled);
  bool tiled() const;
  /// Shows a plot by its id in the registry: "cost", "kl", ...
  void showPlot(const QString& id);
  /// Ids of the plots that are shown now, from left to right.
  QStringList shownPlots() const;
  /// One sentence about a plot for screen readers and logs; empty for an unknown id.
  QString summary(const QString& id) const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

  /// Every plot as files NAME.png, NAME.svg and NAME.pdf in a folder, as shown, without a display. Returns the
  /// files, or an empty list and `error`.
  QStringList exportTo(const QString& folder, QSize size, QString* error);

 Q_SIGNALS:
  void iterationClicked(int iteration, int condition);
  void timeStepClicked(double step);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
