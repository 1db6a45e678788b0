// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QWidget>
#include <memory>
#include <vector>

#include "widgets/plots/plot_chart.h"

class QHBoxLayout;
class QLabel;
class QScrollArea;
class QBoxLayout;

namespace gps::ui {

class PlotCanvas;
class PlotLegend;

/// One plot: title, chart, legend. Data in, events out. Does no work while it is not visible.
class PlotView : public QWidget {
  Q_OBJECT
 public:
  explicit PlotView(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setContent(PlotContent content);
  const PlotContent& content() const;
  void setCrosshair(std::optional<double> x);
  /// Puts a widget at the right end of the title row.
  void addToTitle(QWidget* widget);

  PlotCanvas& canvas() { return *m_canvas; }
  /// What is visible, per legend entry.
  std::vector<bool> shown() const;
  PlotFeed stats() const;

 Q_SIGNALS:
  void iterationClicked(int iteration, int condition);  ///< condition -1: none in particular
  void timeStepClicked(double step);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void arrange();
  void showTitle();
  void canvasClicked(const PlotHit& hit, double x);

  Theme m_theme;
  QLabel* m_title;
  QLabel* m_detail;
  QLabel* m_drawn;
  QHBoxLayout* m_titleRow;
  std::vector<QWidget*> m_extras;  ///< at the end of the title row
  QBoxLayout* m_body;
  QScrollArea* m_legendArea;
  PlotLegend* m_legend;
  PlotCanvas* m_canvas;
};

/// What stands beside the title: detail and notes.
QString titleDetail(const PlotContent& content);

/// Title, chart and legend on any paint device, without a display; `shown` per legend entry.
void paintPlot(QPainter& painter, QSize size, const PlotContent& content, const std::vector<bool>& shown,
               std::optional<double> crosshair, const Theme& theme);

/// The plot as a file of that kind, the same bytes every time. A PDF is one page of the plot's size (96 pixels are an
/// inch), with lines and text as such; the date that Qt writes into it is blanked.
QByteArray plotPng(QSize size, const PlotContent& content, const std::vector<bool>& shown,
                   std::optional<double> crosshair, const Theme& theme);
QByteArray plotSvg(QSize size, const PlotContent& content, const std::vector<bool>& shown,
                   std::optional<double> crosshair, const Theme& theme);
QByteArray plotPdf(QSize size, const PlotContent& content, const std::vector<bool>& shown,
                   std::optional<double> crosshair, const Theme& theme);

/// Writes ID.png, ID.svg and ID.pdf; returns false and says why in `error`.
bool writePlotFiles(const QString& stem, QSize size, const PlotContent& content,
                    const std::vector<bool>& shown, std::optional<double> crosshair, const Theme& theme,
                    QString* error);

}  // namespace gps::ui
