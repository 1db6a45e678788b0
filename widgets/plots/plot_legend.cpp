// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_legend.h"

#include <QFontMetrics>
#include <QMenu>
#include <QPainter>
#include <QToolButton>
#include <algorithm>
#include <tuple>

#include "widgets/plots/plot_style.h"

namespace gps::ui {

namespace {

constexpr int kBox = 9;  ///< check box
constexpr int kSample = 18;
constexpr int kShortSample = 14;  ///< in rows, where room is dear
constexpr int kSpace = 4;
constexpr int kPad = 2;

QFont small(const QFont& font) {
  QFont result = font;
  result.setPointSizeF(9.0);
  return result;
}

int rowHeight(const QFont& font) {
  return QFontMetrics(font).height() + 3;
}

/// Sample, name and value of one row without its box.
void paintRow(QPainter& painter, const QRectF& rect, const PlotLegendEntry& entry, const Theme& theme,
              bool on, bool value) {
  const int sample = value ? kSample : kShortSample;
  painter.setOpacity(on ? 1.0 : 0.4);
  drawPlotSample(painter, QRectF(rect.left(), rect.center().y() - 5.0, sample, 10.0), entry.style, theme);
  painter.setOpacity(1.0);
  const QFontMetricsF metrics(painter.font());
  QRectF text = rect.adjusted(sample + kSpace, 0, 0, 0);
  if (!value && !on) {
    QFont struck = painter.font();
    struck.setStrikeOut(true);
    painter.setFont(struck);
  }
  if (value && !entry.value.isEmpty()) {
    painter.setPen(on ? theme.text : theme.muted);
    painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, entry.value);
    text.setRight(text.right() - metrics.horizontalAdvance(entry.value) - kSpace);
  }
  painter.setPen(on ? theme.text : theme.muted);
  painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(entry.name, Qt::ElideRight, text.width() + 1.0));
}

}  // namespace

PlotLegendItem::PlotLegendItem(PlotLegendEntry entry, std::vector<int> entries, QWidget* parent)
    : QCheckBox(parent), m_entry(std::move(entry)), m_entries(std::move(entries)) {
  setText(m_entry.name);
  setObjectName(QStringLiteral("plot.legend.%1").arg(m_entries.empty() ? 0 : m_entries.front()));
  setCursor(Qt::PointingHandCursor);
  setEntry(m_entry);
}

void PlotLegendItem::setEntry(const PlotLegendEntry& entry) {
  const bool same = entry.value == m_entry.value && !accessibleName().isEmpty();
  m_entry = entry;
  if (same) return;
  const QString value =
      m_showsValue && !entry.value.isEmpty() ? QStringLiteral(" ") + entry.value : QString();
  setAccessibleName(entry.name + value);
  setToolTip(QStringLiteral("Shows or hides: %1").arg(entry.name.toHtmlEscaped()));
  update();
}

void PlotLegendItem::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void PlotLegendItem::setShowsValue(bool shows) {
  m_showsValue = shows;
  updateGeometry();
}

QSize PlotLegendItem::sizeHint() const {
  const QFont font = small(this->font());
  const QFontMetrics metrics(font);
  const int sample = m_showsValue ? kSample : kShortSample;
  int width = 2 * kPad + sample + kSpace + metrics.horizontalAdvance(m_entry.name) + 1;
  // Room for any value, so that the column does not jump while data arrive.
  if (m_showsValue)
    width += kBox + kSpace + 2 * kSpace + metrics.horizontalAdvance(QStringLiteral("\u22120.00001"));
  return {width, rowHeight(font)};
}

void PlotLegendItem::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(small(font()));
  if (underMouse()) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(m_theme.panel, m_theme.text, 0.05));
    painter.drawRoundedRect(rect(), 4, 4);
  }
  if (hasFocus()) {
    painter.setPen(QPen(m_theme.focus, 1.0));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  }
  if (!m_showsValue) {
    paintRow(painter, QRectF(rect()).adjusted(kPad, 0, -kPad, 0), m_entry, m_theme, isChecked(), false);
    return;
  }
  const QRectF box(kPad + 0.5, (height() - kBox) / 2 + 0.5, kBox - 1, kBox - 1);
  painter.setPen(QPen(mixed(m_theme.muted, m_theme.panel, isChecked() ? 0.0 : 0.2), 1.0));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(box, 2, 2);
  if (isChecked()) {
    painter.setPen(QPen(m_theme.text, 1.5));
    painter.drawPolyline(QPolygonF({{box.left() + 1.8, box.center().y() + 0.2},
                                    {box.center().x() - 0.4, box.bottom() - 2.0},
                                    {box.right() - 1.4, box.top() + 1.8}}));
  }
  const QRectF row(kPad + kBox + kSpace, 0, width() - 2 * kPad - kBox - kSpace, height());
  paintRow(painter, row, m_entry, m_theme, isChecked(), m_showsValue);
}

PlotLegend::PlotLegend(QWidget* parent) : QWidget(parent), m_theme(Theme::light()) {
  setObjectName(QStringLiteral("plot.legend"));
  setAccessibleName(QStringLiteral("Legend"));
  m_more = new QToolButton(this);
  m_more->setObjectName(QStringLiteral("plot.legend.more"));
  m_more->setProperty("role", "tiny");
  m_more->setPopupMode(QToolButton::InstantPopup);
  m_more->setFocusPolicy(Qt::StrongFocus);
  auto* menu = new QMenu(m_more);
  connect(menu, &QMenu::aboutToShow, this, &PlotLegend::fillMenu);
  m_more->setMenu(menu);
  m_more->hide();
}

void PlotLegend::fillMenu() {
  QMenu* menu = m_more->menu();
  menu->clear();
  for (std::size_t i = m_fitting; i < m_items.size(); ++i) {
    PlotLegendItem* item = m_items[i];
    QAction* action = menu->addAction(item->text());
    action->setCheckable(true);
    action->setChecked(item->isChecked());
    connect(action, &QAction::toggled, item, &QCheckBox::setChecked);
  }
}

void PlotLegend::setMostRows(int rows) {
  if (rows == m_mostRows) return;
  m_mostRows = rows;
  place(width(), true);
}

void PlotLegend::setTheme(const Theme& theme) {
  m_theme = theme;
  for (PlotLegendItem* item : m_items) item->setTheme(theme);
  update();
}

void PlotLegend::setMode(Mode mode) {
  if (mode == m_mode) return;
  m_mode = mode;
  m_entries.clear();  // items differ between the modes
}

void PlotLegend::setContent(const PlotContent& content, const std::vector<bool>& shown) {
  const bool same = m_runs == content.runs &&
                    std::equal(m_entries.begin(), m_entries.end(), content.legend.begin(),
                               content.legend.end(), [](const PlotLegendEntry& a, const PlotLegendEntry& b) {
                                 return a.name == b.name && a.style == b.style;
                               });
  if (!same) rebuild(content);
  for (PlotLegendItem* item : m_items) {
    const std::size_t first = static_cast<std::size_t>(item->entries().front());
    item->setEntry(content.legend[first]);
    const QSignalBlocker quiet(item);
    item->setChecked(first >= shown.size() || shown[first]);
  }
}

void PlotLegend::rebuild(const PlotContent& content) {
  qDeleteAll(m_items);
  m_items.clear();
  m_headings.clear();
  m_entries = content.legend;
  m_runs = content.runs;
  std::vector<std::pair<QString, std::vector<int>>> rows;
  int run = -1;
  for (std::size_t i = 0; i < content.legend.size(); ++i) {
    const PlotLegendEntry& entry = content.legend[i];
    if (m_mode == Mode::Column && content.runs.size() > 1 && entry.style.run != run) {
      run = entry.style.run;
      m_headings.push_back(
          {static_cast<int>(rows.size()), content.runs[static_cast<std::size_t>(run)], QRect()});
    }
    const auto found =
        m_mode == Mode::Column ? rows.end() : std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
          return row.first == entry.name;
        });
    if (found == rows.end()) {
      rows.push_back({entry.name, {static_cast<int>(i)}});
    } else {
      found->second.push_back(static_cast<int>(i));
    }
  }
  for (auto& [name, entries] : rows) {
    auto* item = new PlotLegendItem(content.legend[static_cast<std::size_t>(entries.front())], entries, this);
    item->setTheme(m_theme);
    item->setShowsValue(m_mode == Mode::Column);
    connect(item, &QCheckBox::toggled, this, [this, item](bool on) {
      for (const int entry : item->entries()) Q_EMIT switched(entry, on);
    });
    item->show();
    m_items.push_back(item);
  }
  place(width(), true);
  updateGeometry();
  update();
}

int PlotLegend::place(int width, bool apply) {
  if (m_mode == Mode::Rows) return placeRows(width, apply);
  const int row = rowHeight(small(font()));
  int y = 0;
  std::size_t heading = 0;
  if (apply) m_more->hide();
  for (std::size_t i = 0; i < m_items.size(); ++i) {
    if (heading < m_headings.size() && m_headings[heading].before == static_cast<int>(i)) {
      if (i > 0) y += 4;
      if (apply) m_headings[heading].rect = QRect(kPad, y, width - 2 * kPad, row);
      y += row;
      ++heading;
    }
    if (apply) m_items[i]->setGeometry(0, y, width, row);
    y += row;
  }
  return y;
}

int PlotLegend::placeRows(int width, bool apply) {
  const int row = rowHeight(small(font()));
  const auto fill = [&](int reserved, bool move) {
    int x = 0, y = 0;
    std::size_t i = 0;
    for (; i < m_items.size(); ++i) {
      const auto room = [&] { return width - (y / row + 1 >= m_mostRows ? reserved : 0); };
      const int wanted = m_items[i]->sizeHint().width();
      if (x > 0 && x + wanted > room()) {
        if (y / row + 1 >= m_mostRows) break;
        x = 0;
        y += row;
      }
      const int wide = std::min(wanted, room());
      if (move) m_items[i]->setGeometry(x, y, wide, row);
      x += wide + kSpace;
    }
    return std::tuple(i, x, y);
  };
  auto [fitting, x, y] = fill(0, false);
  const bool all = fitting == m_items.size();
  const int button = QFontMetrics(small(font())).horizontalAdvance(QStringLiteral("+99")) + 3 * kSpace;
  if (!all) std::tie(fitting, x, y) = fill(button + kSpace, false);
  if (apply) {
    fill(all ? 0 : button + kSpace, true);
    m_fitting = fitting;
    for (std::size_t i = 0; i < m_items.size(); ++i) m_items[i]->setVisible(i < fitting);
    m_more->setVisible(!all);
    if (!all) {
      const auto count = static_cast<int>(m_items.size() - fitting);
      m_more->setFont(small(font()));
      m_more->setText(QStringLiteral("+%1").arg(count));
      m_more->setAccessibleName(QStringLiteral("%1 more lines of the legend").arg(count));
      QStringList names;
      for (std::size_t i = fitting; i < m_items.size(); ++i) names << m_items[i]->text().toHtmlEscaped();
      m_more->setToolTip(QStringLiteral("<p>More: %1</p>").arg(names.join(QStringLiteral(", "))));
      m_more->setGeometry(x, y, button, row);
    }
  }
  return m_items.empty() ? 0 : y + row;
}

int PlotLegend::heightForWidth(int width) const {
  return const_cast<PlotLegend*>(this)->place(width, false);
}

QSize PlotLegend::sizeHint() const {
  int width = 0;
  for (const PlotLegendItem* item : m_items) width = std::max(width, item->sizeHint().width());
  return {width, heightForWidth(width)};
}

QSize PlotLegend::minimumSizeHint() const {
  return {40, m_mode == Mode::Rows ? heightForWidth(std::max(40, width())) : 20};
}

void PlotLegend::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  place(width(), true);
}

void PlotLegend::paintEvent(QPaintEvent*) {
  if (m_mode != Mode::Column || m_headings.empty()) return;
  QPainter painter(this);
  QFont font = small(this->font());
  font.setBold(true);
  painter.setFont(font);
  painter.setPen(m_theme.muted);
  for (const Heading& heading : m_headings) {
    painter.drawText(heading.rect, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetrics(font).elidedText(heading.text, Qt::ElideRight, heading.rect.width()));
  }
}

double paintLegendColumn(QPainter& painter, const QRectF& rect, const PlotContent& content,
                         const std::vector<bool>& shown, const Theme& theme) {
  const double row = rowHeight(painter.font());
  double y = rect.top();
  int run = -1;
  for (std::size_t i = 0; i < content.legend.size(); ++i) {
    const PlotLegendEntry& entry = content.legend[i];
    if (i < shown.size() && !shown[i]) continue;
    if (content.runs.size() > 1 && entry.style.run != run) {
      run = entry.style.run;
      if (y > rect.top()) y += 4.0;
      painter.setPen(theme.muted);
      painter.drawText(QRectF(rect.left(), y, rect.width(), row), Qt::AlignLeft | Qt::AlignVCenter,
                       content.runs[static_cast<std::size_t>(run)]);
      y += row;
    }
    paintRow(painter, QRectF(rect.left(), y, rect.width(), row), entry, theme, true, true);
    y += row;
  }
  return y - rect.top();
}

}  // namespace gps::ui
