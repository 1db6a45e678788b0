// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/start_page.h"

#include <QAbstractButton>
#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPixmap>
#include <QPushButton>
#include <QScrollArea>
#include <QTextLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <functional>

#include "widgets/canvas/scene_canvas.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

constexpr int kTileWidth = 352;  // at least
constexpr int kPictureWidth = 108;
constexpr int kLeastHeight = 96;
constexpr int kMostLines = 9;
constexpr int kGap = 8;  // all shipped tasks fit a window of 1280 x 800
constexpr int kPad = 8;

QFont scaled(QFont font, double factor, bool strong) {
  font.setPointSizeF(font.pointSizeF() * factor);
  if (strong) font.setWeight(QFont::DemiBold);
  return font;
}

/// At most `lines` lines of words, the last one cut with an ellipsis.
QStringList wrapped(const QString& text, const QFont& font, double width, int lines) {
  QStringList result;
  QTextLayout layout(text.simplified(), font);
  layout.beginLayout();
  while (result.size() < lines) {
    QTextLine line = layout.createLine();
    if (!line.isValid()) break;
    line.setLineWidth(width);
    const bool last = result.size() == lines - 1;
    const QString rest = layout.text().mid(line.textStart());
    result << (last ? QFontMetricsF(font).elidedText(rest, Qt::ElideRight, width)
                    : rest.left(line.textLength()).trimmed());
  }
  layout.endLayout();
  return result;
}

/// Picture on the left; title, text and hint beside it. One button, painted by itself: a tile is one thing to
/// click and to focus.
class TileButton : public QAbstractButton {
 public:
  TileButton(const SceneTile& tile, QWidget* parent) : QAbstractButton(parent), m_tile(tile) {
    m_title = QString::fromStdString(tile.scene && !tile.scene->title.empty() ? tile.scene->title
                                                                              : tile.name.toStdString());
    m_text = tile.scene ? QString::fromStdString(tile.scene->text) : QString();
    if (!tile.title.isEmpty()) {
      m_title = tile.title;
      m_text = tile.text;
    }
    setObjectName(QStringLiteral("scene.") + tile.name);
    setAccessibleName(m_title);
    setAccessibleDescription(tile.hint.isEmpty() ? m_text : m_text + QStringLiteral(" ") + tile.hint);
    setToolTip(QStringLiteral("<p>%1</p>").arg((m_text.isEmpty() ? m_title : m_text).toHtmlEscaped()));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    if (!tile.removable) return;
    m_remove = new QToolButton(this);
    m_remove->setObjectName(QStringLiteral("forget.") + tile.name);
    m_remove->setAccessibleName(QStringLiteral("Remove %1 from the list").arg(m_title));
    m_remove->setToolTip(QStringLiteral("Remove from the list; the file stays"));
    m_remove->setIconSize(QSize(14, 14));
    m_remove->setAutoRaise(true);
    m_remove->setCursor(Qt::ArrowCursor);
    m_remove->setFocusPolicy(Qt::TabFocus);
    m_remove->setIcon(ui::icon(QStringLiteral("close"), Theme::current().muted));
  }
  QToolButton* removeButton() const { return m_remove; }

  /// Enough for the whole text, up to a limit.
  int heightForWidth(int width) const override {
    const QFontMetrics title(scaled(font(), 1.1, true)), small(textFont());
    const auto lines = wrapped(m_text, textFont(), textWidth(width), kMostLines).size();
    const int hint = m_tile.hint.isEmpty() ? 0 : small.height() + 4;
    return std::max(kLeastHeight,
                    2 * kPad + title.height() + 2 + static_cast<int>(lines) * small.lineSpacing() + hint);
  }
  QSize sizeHint() const override { return {kTileWidth, heightForWidth(kTileWidth)}; }
  void forgetPicture() {
    m_picture = QPixmap();
    if (m_remove) m_remove->setIcon(ui::icon(QStringLiteral("close"), Theme::current().muted));
    update();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    const Theme theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool lit = underMouse() || isDown();
    const QColor fill = isDown() ? mixed(theme.panel, theme.text, 0.06) : theme.panel;
    const double ring = hasFocus() ? 2.0 : 1.0;
    const QRectF frame = QRectF(rect()).adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawRoundedRect(frame, 6, 6);
    if (m_tile.scene) {
      const QSize size(kPictureWidth, height() - 2);
      if (m_picture.isNull() || m_picture.size() != size * devicePixelRatioF())
        m_picture = QPixmap::fromImage(sceneThumbnail(*m_tile.scene, theme, size, devicePixelRatioF()));
      QPainterPath corners;
      corners.addRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 5.5, 5.5);
      painter.setClipPath(corners);
      painter.drawPixmap(1, 1, m_picture);
      painter.setClipping(false);
    } else {
      // A file without a picture says so beside it.
      const QSize mark(28, 28);
      const QPixmap sign = ui::icon(QStringLiteral("warning"), m_tile.missing ? theme.muted : theme.warning)
                               .pixmap(mark, devicePixelRatioF());
      painter.drawPixmap(QPointF((kPictureWidth - mark.width()) / 2.0, (height() - mark.height()) / 2.0), sign);
    }
    painter.setPen(QPen(theme.hairline, 1.0));
    painter.drawLine(QPointF(kPictureWidth + 1.5, 1), QPointF(kPictureWidth + 1.5, height() - 1));

    const double left = kPictureWidth + 1 + kPad, wide = textWidth(width());
    double y = kPad;
    const auto write = [&](const QString& text, const QFont& face, const QColor& colour, double advance) {
      painter.setFont(face);
      painter.setPen(colour);
      painter.drawText(QRectF(left, y, wide + 2, advance), Qt::AlignLeft | Qt::AlignTop, text);
      y += advance;
    };
    const QFont title = scaled(font(), 1.1, true), small = textFont();
    const QFontMetrics titleMetrics(title), smallMetrics(small);
    const double room = wide - (m_remove ? m_remove->width() : 0);
    write(titleMetrics.elidedText(m_title, Qt::ElideMiddle, static_cast<int>(room)), title,
          m_tile.missing ? theme.muted : theme.text, titleMetrics.height() + 2);
    for (const QString& line : wrapped(m_text, small, wide, kMostLines))
      write(line, small, theme.muted, smallMetrics.lineSpacing());
    if (!m_tile.hint.isEmpty()) {
      y = height() - kPad - smallMetrics.height();
      // Of a folder the end says most, and it is no offer.
      write(smallMetrics.elidedText(m_tile.hint, m_tile.removable ? Qt::ElideLeft : Qt::ElideRight,
                                    static_cast<int>(wide)),
            small, m_tile.removable ? theme.muted : theme.focus, smallMetrics.height());
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(hasFocus() ? theme.focus
                        : lit      ? mixed(theme.hairline, theme.muted, 0.6)
                                   : theme.hairline,
                        ring));
    painter.drawRoundedRect(frame, 6, 6);
  }
  void keyPressEvent(QKeyEvent* event) override {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) return click();
    if (event->key() == Qt::Key_Delete && m_remove) return m_remove->click();
    // The button would move the focus by arrows itself, in one line only; the grid does it in two directions.
    const bool arrow = event->key() >= Qt::Key_Left && event->key() <= Qt::Key_Down;
    if (arrow) return event->ignore();
    QAbstractButton::keyPressEvent(event);
  }
  void resizeEvent(QResizeEvent*) override {
    if (!m_remove) return;
    const QSize size = m_remove->sizeHint();
    m_remove->setGeometry(width() - size.width() - 3, 3, size.width(), size.height());
  }

 private:
  QFont textFont() const { return scaled(font(), 0.9, false); }
  static double textWidth(int width) { return width - kPictureWidth - 1 - 2 * kPad; }

  SceneTile m_tile;
  QString m_title, m_text;
  QPixmap m_picture;
  QToolButton* m_remove = nullptr;  ///< takes the tile off the page; null: it stays
};

/// Tiles in as many columns as there is room for, under the heading of their group.
class TileGrid : public QWidget {
 public:
  using QWidget::QWidget;

  struct Group {
    QLabel* heading = nullptr;  ///< null: none
    std::vector<TileButton*> tiles;
  };

  void setGroups(std::vector<Group> groups) {
    m_groups = std::move(groups);
    arrange();
  }
  const std::vector<Group>& groups() const { return m_groups; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override { return lay(width, {}); }
  QSize sizeHint() const override {
    const int width = 3 * (kTileWidth + kGap) - kGap;
    return {width, heightForWidth(width)};
  }
  QSize minimumSizeHint() const override { return {kTileWidth, 0}; }

 protected:
  void resizeEvent(QResizeEvent*) override { arrange(); }
  void changeEvent(QEvent* event) override {
    if (event->type() == QEvent::FontChange) arrange();
    QWidget::changeEvent(event);
  }
  void keyPressEvent(QKeyEvent* event) override {
    // Left and right go on in the next row; up and down stay in the column as far as the row is long.
    int row = -1, column = -1;
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
      for (std::size_t c = 0; c < m_rows[r].size(); ++c) {
        if (!m_rows[r][c]->hasFocus()) continue;
        row = static_cast<int>(r);
        column = static_cast<int>(c);
      }
    }
    if (row < 0) return QWidget::keyPressEvent(event);
    const auto length = [this](int r) {
      return static_cast<int>(m_rows[static_cast<std::size_t>(r)].size());
    };
    const int rows = static_cast<int>(m_rows.size());
    switch (event->key()) {
      case Qt::Key_Left:
        if (--column < 0 && --row >= 0) column = length(row) - 1;
        break;
      case Qt::Key_Right:
        if (++column >= length(row)) {
          ++row;
          column = 0;
        }
        break;
      case Qt::Key_Up:
        --row;
        break;
      case Qt::Key_Down:
        ++row;
        break;
      default:
        return QWidget::keyPressEvent(event);
    }
    if (row < 0 || row >= rows) return QWidget::keyPressEvent(event);
    column = std::clamp(column, 0, length(row) - 1);
    m_rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)]->setFocus(Qt::OtherFocusReason);
  }

 private:
  /// Walks through the places of all tiles and headings; the height they take.
  int lay(int width, const std::function<void(QWidget*, const QRect&, int row)>& place) const {
    const int columns = std::max(1, (width + kGap) / (kTileWidth + kGap));
    const int wide = (width + kGap) / columns - kGap;
    int y = 0, row = 0;
    for (const Group& group : m_groups) {
      if (y > 0) y += kGap / 2;  // groups stand further apart than rows
      if (group.heading != nullptr) {
        const int high = group.heading->sizeHint().height();
        if (place) place(group.heading, QRect(0, y, width, high), -1);
        y += high + 4;
      }
      for (std::size_t first = 0; first < group.tiles.size(); first += static_cast<std::size_t>(columns)) {
        const std::size_t end = std::min(first + static_cast<std::size_t>(columns), group.tiles.size());
        int tall = 0;
        for (std::size_t i = first; i < end; ++i) tall = std::max(tall, group.tiles[i]->heightForWidth(wide));
        for (std::size_t i = first; i < end; ++i) {
          const int column = static_cast<int>(i - first);
          if (place) place(group.tiles[i], QRect(column * (wide + kGap), y, wide, tall), row);
        }
        y += tall + kGap;
        ++row;
      }
    }
    return std::max(0, y - kGap);
  }
  void arrange() {
    m_rows.clear();
    const int height = lay(width(), [this](QWidget* widget, const QRect& at, int row) {
      widget->setGeometry(at);
      if (row < 0) return;
      m_rows.resize(static_cast<std::size_t>(row) + 1);
      m_rows.back().push_back(static_cast<TileButton*>(widget));
    });
    setMinimumHeight(height);
  }

  std::vector<Group> m_groups;
  std::vector<std::vector<TileButton*>> m_rows;
};

}  // namespace

struct StartPage::Impl {
  TileGrid* grid = nullptr;
  QPushButton* open = nullptr;
  QScrollArea* scroll = nullptr;

  void tint() const {
    open->setIcon(icon(QStringLiteral("open"), Theme::current()));
    for (const TileGrid::Group& group : grid->groups()) {
      for (TileButton* tile : group.tiles) tile->forgetPicture();
    }
  }
};

StartPage::StartPage(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>()) {
  Impl& d = *m_impl;
  setObjectName(QStringLiteral("startPage"));
  setAccessibleName(QStringLiteral("Start page"));

  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(24, 8, 24, 8);
  layout->setSpacing(0);
  auto* head = new QHBoxLayout;
  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  auto* title = new QLabel(QStringLiteral("Choose a task"), content);
  title->setProperty("role", "title");
  auto* text = new QLabel(
      QStringLiteral("Each opens ready to learn: press Start and watch the trajectories improve."), content);
  text->setProperty("role", "muted");
  text->setWordWrap(true);
  words->addWidget(title);
  words->addWidget(text);
  d.open = new QPushButton(QStringLiteral("Open scene file…"), content);
  d.open->setObjectName(QStringLiteral("start.open"));
  d.open->setAccessibleName(QStringLiteral("Open scene file"));
  d.open->setIconSize(QSize(18, 18));
  d.open->setToolTip(QStringLiteral("Open a scene from a file"));
  connect(d.open, &QPushButton::clicked, this, &StartPage::openRequested);
  head->setSpacing(8);
  auto* fresh = new QPushButton(QStringLiteral("New task"), content);
  fresh->setObjectName(QStringLiteral("start.new"));
  fresh->setAccessibleName(QStringLiteral("New task"));
  fresh->setToolTip(QStringLiteral("Draw a task of your own (Ctrl+N)"));
  connect(fresh, &QPushButton::clicked, this, &StartPage::newRequested);
  head->addLayout(words, 1);
  head->addWidget(fresh, 0, Qt::AlignBottom);
  head->addWidget(d.open, 0, Qt::AlignBottom);
  d.grid = new TileGrid(content);
  d.grid->setObjectName(QStringLiteral("start.scenes"));
  layout->addLayout(head);
  layout->addSpacing(8);
  layout->addWidget(d.grid);
  layout->addStretch();

  d.scroll = new QScrollArea(this);
  d.scroll->setObjectName(QStringLiteral("start.scroll"));
  d.scroll->setWidgetResizable(true);
  d.scroll->setFrameShape(QFrame::NoFrame);
  d.scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  d.scroll->setFocusPolicy(Qt::NoFocus);
  d.scroll->setWidget(content);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(d.scroll);
  d.tint();
}

StartPage::~StartPage() = default;

void StartPage::setScenes(const std::vector<SceneTile>& tiles) {
  Impl& d = *m_impl;
  for (const TileGrid::Group& old : d.grid->groups()) {
    for (TileButton* tile : old.tiles) tile->deleteLater();
    if (old.heading != nullptr) old.heading->deleteLater();
  }
  QStringList names;  // in the order in which the groups first come
  for (const SceneTile& tile : tiles) {
    if (!names.contains(tile.group)) names << tile.group;
  }
  std::vector<TileGrid::Group> groups;
  for (const QString& name : names) {
    TileGrid::Group group;
    if (!name.isEmpty() && names.size() > 1) {
      group.heading = new QLabel(name, d.grid);
      group.heading->setTextFormat(Qt::PlainText);
      group.heading->setProperty("role", "heading");
      group.heading->show();
    }
    for (const SceneTile& tile : tiles) {
      if (tile.group != name) continue;
      auto* button = new TileButton(tile, d.grid);
      connect(button, &QAbstractButton::clicked, this, [this, key = tile.name] { Q_EMIT sceneChosen(key); });
      if (QToolButton* remove = button->removeButton())
        connect(remove, &QToolButton::clicked, this, [this, key = tile.name] { Q_EMIT removeRequested(key); });
      button->installEventFilter(this);
      button->show();
      group.tiles.push_back(button);
    }
    groups.push_back(std::move(group));
  }
  d.grid->setGroups(std::move(groups));
  d.grid->updateGeometry();
}

bool StartPage::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusIn)
    m_impl->scroll->ensureWidgetVisible(static_cast<QWidget*>(watched), 16, 16);
  return QWidget::eventFilter(watched, event);
}

void StartPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) m_impl->tint();
  QWidget::changeEvent(event);
}

}  // namespace gps::ui
