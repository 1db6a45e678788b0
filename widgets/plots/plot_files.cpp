// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QBuffer>
#include <QGraphicsScene>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>

#include "widgets/plots/plot_chart.h"
#include "widgets/plots/plot_legend.h"
#include "widgets/plots/plot_view.h"

namespace gps::ui {

namespace {

QFont sized(double points, bool bold) {
  QFont font = QApplication::font();
  font.setPixelSize(
      static_cast<int>(std::lround(points * 4.0 / 3.0)));  // whatever the screen's resolution is
  if (bold) font.setWeight(QFont::DemiBold);
  return font;
}

double legendWidth(const PlotContent& content, const QFont& font) {
  const QFontMetricsF metrics(font);
  double width = 0.0;
  for (const PlotLegendEntry& entry : content.legend) {
    width = std::max(width, metrics.horizontalAdvance(entry.name) + metrics.horizontalAdvance(entry.value));
  }
  for (const QString& run : content.runs) width = std::max(width, metrics.horizontalAdvance(run) - 24.0);
  return width + 44.0;
}

bool writeFile(const QString& path, const QByteArray& bytes, QString* error) {
  QSaveFile file(path);
  if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit()) return true;
  if (error) *error = QStringLiteral("The plot could not be written. (%1) %2.").arg(path, file.errorString());
  return false;
}

}  // namespace

void paintPlot(QPainter& painter, QSize size, const PlotContent& content, const std::vector<bool>& shown,
               std::optional<double> crosshair, const Theme& theme) {
  const double pad = 12.0;
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);  // Qt Charts fills dashed lines with whatever brush it finds
  painter.fillRect(QRect(QPoint(0, 0), size), theme.panel);
  const QFont titleFont = sized(12.0, true);
  const QFont textFont = sized(9.0, false);
  const QFontMetricsF titleMetrics(titleFont);
  painter.setFont(titleFont);
  painter.setPen(theme.text);
  painter.drawText(QPointF(pad, pad + titleMetrics.ascent()), content.title);
  painter.setFont(textFont);
  painter.setPen(theme.muted);
  painter.drawText(
      QPointF(pad + titleMetrics.horizontalAdvance(content.title) + 10.0, pad + titleMetrics.ascent()),
      titleDetail(content));

  const double top = pad + titleMetrics.height() + 6.0;
  const double legend =
      content.isEmpty() ? 0.0 : std::min(legendWidth(content, textFont), 0.4 * size.width());
  const QRectF chartRect(pad, top, size.width() - 2 * pad - (legend > 0.0 ? legend + pad : 0.0),
                         size.height() - top - pad);
  if (legend > 0.0) {
    painter.save();
    paintLegendColumn(painter, QRectF(chartRect.right() + pad, top, legend, chartRect.height()), content,
                      shown, theme);
    painter.restore();
  }

  QGraphicsScene scene;
  auto* chart = new PlotChart;
  scene.addItem(chart);
  chart->setTheme(theme);
  chart->setLabelFont(textFont);
  chart->setContent(std::make_shared<const PlotContent>(content));
  chart->setShown(shown);
  chart->setForFile(true);
  chart->setCrosshair(crosshair);
  chart->feed(chartRect.size());
  scene.setSceneRect(QRectF(QPointF(0, 0), chartRect.size()));
  scene.render(&painter, chartRect, scene.sceneRect(), Qt::IgnoreAspectRatio);
}

QByteArray plotPng(QSize size, const PlotContent& content, const std::vector<bool>& shown,
                   std::optional<double> crosshair, const Theme& theme) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(theme.panel);
  QPainter painter(&image);
  paintPlot(painter, size, content, shown, crosshair, theme);
  painter.end();
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return bytes;
}

QByteArray plotSvg(QSize size, const PlotContent& content, const std::vector<bool>& shown,
                   std::optional<double> crosshair, const Theme& theme) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(size);
  generator.setViewBox(QRect(QPoint(0, 0), size));
  generator.setTitle(content.title);
  generator.setDescription(content.summary);
  QPainter painter(&generator);
  paintPlot(painter, size, content, shown, crosshair, theme);
  painter.end();
  return bytes;
}

QByteArray plotPdf(QSize size, const PlotContent& content, const std::vector<bool>& shown,
                   std::optional<double> crosshair, const Theme& theme) {
  constexpr double kPointsPerPixel = 72.0 / 96.0;
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(96);  // so that a pixel of the plot is a unit of the painter
  writer.setPageSize(QPageSize(QSizeF(size) * kPointsPerPixel, QPageSize::Point, QString(), QPageSize::ExactMatch));
  writer.setPageMargins(QMarginsF(0, 0, 0, 0));
  writer.setTitle(content.title);
  QPainter painter(&writer);
  paintPlot(painter, size, content, shown, crosshair, theme);
  painter.end();
  // Qt notes when it was written, and offers no way not to; blanks keep every offset in the file.
  if (const qsizetype date = bytes.indexOf("/CreationDate ("); date >= 0) {
    const qsizetype end = bytes.indexOf(')', date);
    for (qsizetype i = date; end > 0 && i <= end; ++i) bytes[i] = ' ';
  }
  return bytes;
}

bool writePlotFiles(const QString& stem, QSize size, const PlotContent& content,
                    const std::vector<bool>& shown, std::optional<double> crosshair, const Theme& theme,
                    QString* error) {
  return writeFile(stem + QStringLiteral(".png"), plotPng(size, content, shown, crosshair, theme), error) &&
         writeFile(stem + QStringLiteral(".svg"), plotSvg(size, content, shown, crosshair, theme), error) &&
         writeFile(stem + QStringLiteral(".pdf"), plotPdf(size, content, shown, crosshair, theme), error);
}

}  // namespace gps::ui
