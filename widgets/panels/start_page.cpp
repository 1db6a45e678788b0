// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/start_page.h"

#include <QAbstractButton>
#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPixmap>
#include <QPushButton>
#include <QScrollArea>
#include <QTextLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/canvas/scene_canvas.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

constexpr int kTileWidth = 288;  // at least
constexpr int kMostTileWidth = 400;
constexpr int kPictureHeight = 200;
constexpr int kTextLines = 7;
constexpr int kGap = 16;
constexpr int kPad = 12;

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

/// Picture, title, a few lines, hint. One button, painted by itself: a tile is one thing to click and to focus.
class TileButton : public QAbstractButton {
 public:
  TileButton(const SceneTile& tile, QWidget* parent) : QAbstractButton(parent), m_tile(tile) {
    m_title = QString::fromStdString(tile.scene && !tile.scene->title.empty() ? tile.scene->title
                                                                              : tile.name.toStdString());
    m_text = tile.scene ? QString::fromStdString(tile.scene->text) : QString();
    setObjectName(QStringLiteral("scene.") + tile.name);
    setAccessibleName(m_title);
    setAccessibleDescription(tile.hint.isEmpty() ? m_text : m_text + QStringLiteral(" ") + tile.hint);
    setToolTip(QStringLiteral("<p>%1</p>").arg((m_text.isEmpty() ? m_title : m_text).toHtmlEscaped()));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
  }

  QSize sizeHint() const override {
    const QFontMetrics title(scaled(font(), 1.2, true)), body(font()), small(scaled(font(), 0.9, false));
    return {kTileWidth,
            kPictureHeight + kPad + title.height() + 4 + kTextLines * body.lineSpacing() + 6 + small.height() + kPad};
  }
  void forgetPicture() {
    m_picture = QPixmap();
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
      const QSize pixels = QSize(width() - 2, kPictureHeight) * devicePixelRatioF();
      if (m_picture.isNull() || m_picture.size() != pixels) {
        m_picture = QPixmap::fromImage(
            sceneThumbnail(*m_tile.scene, theme, QSize(width() - 2, kPictureHeight), devicePixelRatioF()));
      }
      painter.drawPixmap(1, 1, m_picture);
    }
    painter.setPen(QPen(theme.hairline, 1.0));
    painter.drawLine(QPointF(1, kPictureHeight + 1.5), QPointF(width() - 1, kPictureHeight + 1.5));

    const double wide = width() - 2 * kPad;
    double y = kPictureHeight + kPad;
    const auto write = [&](const QString& text, const QFont& face, const QColor& colour, double advance) {
      painter.setFont(face);
      painter.setPen(colour);
      painter.drawText(QRectF(kPad, y, wide, advance), Qt::AlignLeft | Qt::AlignTop, text);
      y += advance;
    };
    const QFont title = scaled(font(), 1.2, true), small = scaled(font(), 0.9, false);
    const QFontMetricsF titleMetrics(title), bodyMetrics(font());
    write(titleMetrics.elidedText(m_title, Qt::ElideRight, wide), title, theme.text,
          titleMetrics.height() + 4);
    for (const QString& line : wrapped(m_text, font(), wide, kTextLines))
      write(line, font(), theme.muted, bodyMetrics.lineSpacing());
    if (!m_tile.hint.isEmpty()) {
      const QFontMetricsF smallMetrics(small);
      y = height() - kPad - smallMetrics.height();
      write(smallMetrics.elidedText(m_tile.hint, Qt::ElideRight, wide), small, theme.focus,
            smallMetrics.height());
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
    // The button would move the focus by arrows itself, in one line only; the grid does it in two directions.
    const bool arrow = event->key() >= Qt::Key_Left && event->key() <= Qt::Key_Down;
    if (arrow) return event->ignore();
    QAbstractButton::keyPressEvent(event);
  }

 private:
  SceneTile m_tile;
  QString m_title, m_text;
  QPixmap m_picture;
};

/// Tiles in as many columns as there is room for.
class TileGrid : public QWidget {
 public:
  using QWidget::QWidget;

  void setTiles(std::vector<TileButton*> tiles) {
    m_tiles = std::move(tiles);
    arrange();
  }
  const std::vector<TileButton*>& tiles() const { return m_tiles; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override {
    if (m_tiles.empty()) return 0;
    const int columns = columnsFor(width), rows = (static_cast<int>(m_tiles.size()) + columns - 1) / columns;
    return rows * (m_tiles.front()->sizeHint().height() + kGap) - kGap;
  }
  QSize sizeHint() const override {
    return {3 * (kTileWidth + kGap) - kGap, heightForWidth(3 * (kTileWidth + kGap))};
  }
  QSize minimumSizeHint() const override { return {kTileWidth, 0}; }

 protected:
  void resizeEvent(QResizeEvent*) override { arrange(); }
  void keyPressEvent(QKeyEvent* event) override {
    const auto focused =
        std::find_if(m_tiles.begin(), m_tiles.end(), [](const TileButton* t) { return t->hasFocus(); });
    const int columns = columnsFor(width()), from = static_cast<int>(focused - m_tiles.begin());
    const int by = event->key() == Qt::Key_Left    ? -1
                   : event->key() == Qt::Key_Right ? 1
                   : event->key() == Qt::Key_Up    ? -columns
                   : event->key() == Qt::Key_Down  ? columns
                                                   : 0;
    const int to = from + by, count = static_cast<int>(m_tiles.size());
    if (by == 0 || from >= count || to < 0 || to >= count) return QWidget::keyPressEvent(event);
    m_tiles[static_cast<std::size_t>(to)]->setFocus(Qt::OtherFocusReason);
  }

 private:
  int columnsFor(int width) const { return std::max(1, (width + kGap) / (kTileWidth + kGap)); }
  void arrange() {
    if (m_tiles.empty()) return;
    const int columns = columnsFor(width()), tall = m_tiles.front()->sizeHint().height();
    const int wide = std::min((width() + kGap) / columns - kGap, kMostTileWidth);
    for (std::size_t i = 0; i < m_tiles.size(); ++i) {
      const int column = static_cast<int>(i) % columns, row = static_cast<int>(i) / columns;
      m_tiles[i]->setGeometry(column * (wide + kGap), row * (tall + kGap), wide, tall);
    }
    setMinimumHeight(heightForWidth(width()));
  }

  std::vector<TileButton*> m_tiles;
};

}  // namespace

struct StartPage::Impl {
  TileGrid* grid = nullptr;
  QPushButton* open = nullptr;
  QScrollArea* scroll = nullptr;

  void tint() const {
    open->setIcon(icon(QStringLiteral("open"), Theme::current()));
    for (TileButton* tile : grid->tiles()) tile->forgetPicture();
  }
};

StartPage::StartPage(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>()) {
  Impl& d = *m_impl;
  setObjectName(QStringLiteral("startPage"));
  setAccessibleName(QStringLiteral("Start page"));

  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(32, 32, 32, 32);
  layout->setSpacing(8);
  auto* head = new QHBoxLayout;
  auto* words = new QVBoxLayout;
  words->setSpacing(4);
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
  d.open->setToolTip(QStringLiteral("Open a scene or session from a file"));
  connect(d.open, &QPushButton::clicked, this, &StartPage::openRequested);
  head->addLayout(words, 1);
  head->addWidget(d.open, 0, Qt::AlignBottom);
  d.grid = new TileGrid(content);
  d.grid->setObjectName(QStringLiteral("start.scenes"));
  layout->addLayout(head);
  layout->addSpacing(16);
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
  for (TileButton* old : d.grid->tiles()) old->deleteLater();
  std::vector<TileButton*> buttons;
  for (const SceneTile& tile : tiles) {
    auto* button = new TileButton(tile, d.grid);
    const QString name = tile.name;
    connect(button, &QAbstractButton::clicked, this, [this, name] { Q_EMIT sceneChosen(name); });
    button->installEventFilter(this);
    button->show();
    buttons.push_back(button);
  }
  d.grid->setTiles(std::move(buttons));
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
