// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/icons.h"

#include <QDir>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>
#include <memory>

#include "core/base/expects.h"

// Outside any namespace, as the macro wants it: the icons sit in a static library, whose initialiser the
// linker would drop.
static void initIconResources() {
  Q_INIT_RESOURCE(resources);
}

namespace gps::ui {

namespace {

QByteArray svgSource(const QString& name) {
  initIconResources();
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  const bool opened = file.open(QIODevice::ReadOnly);
  GPS_EXPECTS(opened, "unknown icon name");
  return file.readAll();
}

std::shared_ptr<QSvgRenderer> tinted(QByteArray source, const QColor& colour) {
  source.replace("currentColor", colour.name().toLatin1());
  return std::make_shared<QSvgRenderer>(source);
}

/// Draws the vector at the size asked for, so that no size is scaled from another.
class TintedEngine : public QIconEngine {
 public:
  TintedEngine(const QByteArray& source, const QColor& normal, const QColor& disabled, const QColor& checked)
      : m_normal(tinted(source, normal)),
        m_disabled(tinted(source, disabled)),
        m_checked(tinted(source, checked)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const auto& renderer = mode == QIcon::Disabled ? m_disabled : state == QIcon::On ? m_checked : m_normal;
    const int side = std::min(rect.width(), rect.height());
    QRectF square(0, 0, side, side);
    square.moveCenter(QRectF(rect).center());
    renderer->render(painter, square);
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap image(size);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return image;
  }
  QIconEngine* clone() const override { return new TintedEngine(*this); }

 private:
  std::shared_ptr<QSvgRenderer> m_normal, m_disabled, m_checked;
};

}  // namespace

QIcon icon(const QString& name, const Theme& theme) {
  return QIcon(
      new TintedEngine(svgSource(name), theme.text, mixed(theme.muted, theme.panel, 0.45), theme.focus));
}

QIcon icon(const QString& name, const QColor& colour) {
  return QIcon(new TintedEngine(svgSource(name), colour, colour, colour));
}

QStringList iconNames() {
  initIconResources();
  QStringList names =
      QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")}, QDir::Files, QDir::Name);
  for (QString& name : names) name.chop(4);
  return names;
}

}  // namespace gps::ui
