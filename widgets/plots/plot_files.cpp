// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QBuffer>
#include <QGraphicsScene>
#include <QImage>
#include <QPainter>
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

bool writePlotFiles(const QString& stem, QSize size, const PlotContent& content,
                    const std::vector<bool>& shown, std::optional<double> crosshair, const Theme& theme,
                    QString* error) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(theme.panel);
  QPainter pixels(&image);
  paintPlot(pixels, size, content, shown, crosshair, theme);
  pixels.end();
  QByteArray png;
  QBuffer pngBuffer(&png);
  pngBuffer.open(QIODevice::WriteOnly);
  image.save(&pngBuffer, "PNG");

  QByteArray svg;
  QBuffer svgBuffer(&svg);
  svgBuffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&svgBuffer);
  generator.setSize(size);
  generator.setViewBox(QRect(QPoint(0, 0), size));
  generator.setTitle(content.title);
  generator.setDescription(content.summary);
  QPainter vectors(&generator);
  paintPlot(vectors, size, content, shown, crosshair, theme);
  vectors.end();
  return writeFile(stem + QStringLiteral(".png"), png, error) &&
         writeFile(stem + QStringLiteral(".svg"), svg, error);
}

}  // namespace gps::ui
