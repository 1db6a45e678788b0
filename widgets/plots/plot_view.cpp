// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_view.h"

#include <QBoxLayout>
#include <QEvent>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "widgets/plots/plot_canvas.h"
#include "widgets/plots/plot_legend.h"

namespace gps::ui {

namespace {

constexpr int kColumnFrom = 520;      ///< narrower plots have their legend above
constexpr int kThreeRowsFrom = 200;   ///< lower plots have two rows of legend
constexpr double kClickReach = 14.0;  ///< pixels from a sample that still mean its condition

QLabel* plainLabel(QWidget* parent, const QString& name, double points, bool bold) {
  auto* label = new QLabel(parent);
  label->setObjectName(name);
  label->setTextFormat(Qt::PlainText);
  QFont font = label->font();
  font.setPointSizeF(points);
  font.setWeight(bold ? QFont::DemiBold : QFont::Normal);
  label->setFont(font);
  return label;
}

QFont labelFont(const QWidget& widget) {
  QFont font = widget.font();
  font.setPointSizeF(9.0);
  return font;
}

}  // namespace

QString titleDetail(const PlotContent& content) {
  QStringList parts;
  if (!content.detail.isEmpty()) parts << content.detail;
  // An empty plot says why in its middle.
  if (!content.isEmpty()) parts << content.notes;
  return parts.join(QStringLiteral(" \u00b7 "));
}

PlotView::PlotView(QWidget* parent) : QWidget(parent), m_theme(Theme::light()) {
  setAutoFillBackground(true);
  m_title = plainLabel(this, QStringLiteral("plot.title"), 10.0, true);
  m_detail = plainLabel(this, QStringLiteral("plot.detail"), 9.0, false);
  m_drawn = plainLabel(this, QStringLiteral("plot.drawn"), 9.0, false);
  m_drawn->setToolTip(
      QStringLiteral("Points drawn of all points: per pixel column the smallest and the largest."));
  m_legend = new PlotLegend;
  m_legendArea = new QScrollArea(this);
  m_legendArea->setFrameShape(QFrame::NoFrame);
  m_legendArea->setWidgetResizable(true);
  m_legendArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_legendArea->setFocusPolicy(Qt::NoFocus);
  m_legendArea->setWidget(m_legend);
  m_legendArea->viewport()->setAutoFillBackground(false);
  m_legend->setAutoFillBackground(false);
  m_canvas = new PlotCanvas(this);
  m_canvas->plot().setLabelFont(labelFont(*this));

  m_titleRow = new QHBoxLayout;
  m_titleRow->setSpacing(8);
  m_titleRow->addWidget(m_title);
  m_titleRow->addWidget(m_detail);
  m_titleRow->addStretch(1);
  m_titleRow->addWidget(m_drawn);
  m_body = new QBoxLayout(QBoxLayout::TopToBottom);
  m_body->setSpacing(2);
  m_body->addWidget(m_legendArea);
  m_body->addWidget(m_canvas, 1);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(8, 4, 8, 4);
  all->setSpacing(2);
  all->addLayout(m_titleRow);
  all->addLayout(m_body, 1);

  connect(m_legend, &PlotLegend::switched, this, [this](int entry, bool on) {
    m_canvas->plot().setEntryVisible(entry, on);
    m_canvas->changed();
  });
  connect(m_canvas, &PlotCanvas::clicked, this, &PlotView::canvasClicked);
  connect(m_canvas, &PlotCanvas::fed, this, &PlotView::showTitle);
  setTheme(m_theme);
}

void PlotView::setTheme(const Theme& theme) {
  m_theme = theme;
  QPalette colors = palette();
  colors.setColor(QPalette::Window, theme.panel);
  colors.setColor(QPalette::WindowText, theme.text);
  setPalette(colors);
  colors.setColor(QPalette::WindowText, theme.muted);
  m_detail->setPalette(colors);
  m_drawn->setPalette(colors);
  colors.setColor(QPalette::Base, theme.panel);
  m_legendArea->setPalette(colors);
  m_legend->setTheme(theme);
  m_canvas->plot().setTheme(theme);
  m_canvas->changed();
}

void PlotView::setContent(PlotContent content) {
  auto shared = std::make_shared<const PlotContent>(std::move(content));
  m_canvas->plot().setContent(shared);
  m_legend->setContent(*shared, shown());
  m_canvas->setObjectName(QStringLiteral("plot.%1.canvas").arg(shared->id));
  m_canvas->setAccessibleName(shared->title);
  m_canvas->setAccessibleDescription(shared->summary);
  setAccessibleName(shared->title);
  setAccessibleDescription(shared->summary);
  m_title->setText(shared->title);
  arrange();
  m_canvas->changed();
  showTitle();
}

const PlotContent& PlotView::content() const {
  return *m_canvas->plot().frame().content;
}

void PlotView::setCrosshair(std::optional<double> x) {
  m_canvas->plot().setCrosshair(x);
}

void PlotView::addToTitle(QWidget* widget) {
  m_titleRow->addWidget(widget);
  m_extras.push_back(widget);
}

std::vector<bool> PlotView::shown() const {
  return m_canvas->plot().frame().shown;
}

PlotFeed PlotView::stats() const {
  return m_canvas->plot().stats();
}

void PlotView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
  showTitle();
}

void PlotView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::FontChange) {
    m_canvas->plot().setLabelFont(labelFont(*this));
    m_canvas->changed();
  }
}

void PlotView::arrange() {
  const bool column = width() >= kColumnFrom;
  const PlotLegend::Mode mode = column ? PlotLegend::Mode::Column : PlotLegend::Mode::Rows;
  if (mode != m_legend->mode()) {
    m_legend->setMode(mode);
    m_legend->setContent(content(), shown());
  }
  m_body->setDirection(column ? QBoxLayout::RightToLeft : QBoxLayout::TopToBottom);
  m_body->setSpacing(column ? 8 : 2);
  m_legendArea->setVisible(!content().isEmpty());
  if (column) {
    m_legendArea->setFixedWidth(std::clamp(m_legend->sizeHint().width() + 8, 120, width() / 3));
    m_legendArea->setMinimumHeight(0);
    m_legendArea->setMaximumHeight(QWIDGETSIZE_MAX);
  } else {
    // Few rows: the chart keeps its room.
    m_legend->setMostRows(height() >= kThreeRowsFrom ? 3 : 2);
    const int rows = m_legend->heightForWidth(width() - 16);
    m_legendArea->setMinimumWidth(0);
    m_legendArea->setMaximumWidth(QWIDGETSIZE_MAX);
    m_legendArea->setFixedHeight(rows);
  }
}

void PlotView::showTitle() {
  const PlotContent& shownContent = content();
  const PlotFeed feed = stats();
  const bool reduced = feed.drawn < feed.given;
  m_drawn->setVisible(reduced && width() >= kColumnFrom);
  m_drawn->setText(QStringLiteral("drawn %1 of %2").arg(feed.drawn).arg(feed.given));
  const QString whole = titleDetail(shownContent);
  const int used = m_title->sizeHint().width() + (m_drawn->isHidden() ? 0 : m_drawn->sizeHint().width() + 8);
  int room = width() - 16 - used - 8;
  for (const QWidget* extra : m_extras) room -= extra->sizeHint().width() + 8;
  const QString fitting = m_detail->fontMetrics().elidedText(whole, Qt::ElideRight, std::max(0, room));
  m_detail->setText(fitting);
  m_detail->setToolTip(fitting == whole ? QString() : QStringLiteral("<p>%1</p>").arg(whole.toHtmlEscaped()));
  m_detail->setVisible(!whole.isEmpty());
}

void PlotView::canvasClicked(const PlotHit& hit, double x) {
  const PlotContent& shownContent = content();
  if (shownContent.xKind == PlotX::TimeStep) {
    Q_EMIT timeStepClicked(std::max(0.0, x));
    return;
  }
  if (shownContent.xKind != PlotX::Iteration) return;
  if (hit.series < 0) {
    // Bars only: x is the iteration unless the axis counts something else.
    const auto known = std::lower_bound(shownContent.iterationX.begin(), shownContent.iterationX.end(), x);
    const int iteration = shownContent.iterationX.empty()
                              ? static_cast<int>(std::lround(x))
                              : static_cast<int>(known - shownContent.iterationX.begin()) + 1;
    if (iteration >= 1) Q_EMIT iterationClicked(iteration, -1);
    return;
  }
  const int condition =
      hit.distance <= kClickReach ? shownContent.series[static_cast<std::size_t>(hit.series)].condition : -1;
  Q_EMIT iterationClicked(hit.point + 1, condition);
}

}  // namespace gps::ui
