// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/message_bar.h"

#include <QAccessible>
#include <QApplication>
#include <QEvent>
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <vector>

#include "widgets/panels/plain_text.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

constexpr std::size_t kMost = 20;  // a run that fails over and over must not fill the memory
constexpr int kNoteLifetime = 8000;
constexpr int kFloatWidth = 640;
constexpr qsizetype kLongestText = 8000;

QString severityName(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return QStringLiteral("Note");
    case Severity::Warning:
      return QStringLiteral("Warning");
    case Severity::Error:
      return QStringLiteral("Error");
  }
  return {};
}

struct Entry {
  Message message;
  QFrame* frame = nullptr;
  QLabel* mark = nullptr;
  QPushButton* more = nullptr;
  QToolButton* close = nullptr;
  QTimer* end = nullptr;  ///< notes only; runs while the note is seen
};

}  // namespace

struct MessageBar::Impl {
  explicit Impl(MessageBar* bar) : q(bar) {}

  MessageBar* q;
  QVBoxLayout* layout = nullptr;
  std::vector<Entry> entries;  // newest first
  bool open = false;           // all are shown
  int noteLifetime = kNoteLifetime;
  QWidget* page = nullptr;  // what it floats over
  int top = 0;

  void place() {
    if (page == nullptr || entries.empty()) return;
    const int width = std::min(kFloatWidth, page->width() - 32);
    const int height = layout->hasHeightForWidth() ? layout->totalHeightForWidth(width) : layout->sizeHint().height();
    q->setGeometry(page->x() + (page->width() - width) / 2, page->y() + top, width,
                   std::min(height, std::max(page->height() - top, 0)));
    q->raise();
  }

  QLabel* addText(const QString& text, const char* role, QWidget* parent, QVBoxLayout* to) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(plainLines(text, kLongestText));
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    if (role != nullptr) label->setProperty("role", role);
    to->addWidget(label);
    return label;
  }

  Entry build(const Message& message) {
    Entry entry;
    entry.message = message;
    entry.frame = new QFrame(q);
    entry.frame->setObjectName(QStringLiteral("message.") + message.key);
    entry.frame->setProperty("role", "message");
    entry.frame->setProperty("severity", severityName(message.severity));
    QString spoken = severityName(message.severity) + QStringLiteral(": ") + message.what;
    for (const QString& part : {message.where, message.mend}) {
      if (!part.isEmpty()) spoken += QLatin1Char(' ') + part;
    }
    entry.frame->setAccessibleName(spoken);
    auto* row = new QHBoxLayout(entry.frame);
    row->setContentsMargins(12, 6, 8, 6);
    row->setSpacing(8);
    entry.mark = new QLabel(entry.frame);
    entry.mark->setAccessibleName(severityName(message.severity));
    entry.mark->setContentsMargins(0, 5, 0, 0);
    row->addWidget(entry.mark, 0, Qt::AlignTop);
    auto* texts = new QVBoxLayout;
    texts->setContentsMargins(0, 6, 0, 6);
    texts->setSpacing(2);
    addText(message.what, nullptr, entry.frame, texts);
    if (!message.mend.isEmpty()) addText(message.mend, "muted", entry.frame, texts);
    if (!message.where.isEmpty()) addText(message.where, "small", entry.frame, texts);
    row->addLayout(texts, 1);
    const QString key = message.key;
    const auto button = [&](const char* name, const QString& words) {
      auto* made = new QPushButton(words, entry.frame);
      made->setObjectName(QStringLiteral("message.%1.%2").arg(key, QLatin1String(name)));
      made->setAccessibleName(words);
      made->setToolTip(words.toHtmlEscaped());
      row->addWidget(made, 0, Qt::AlignTop);
      return made;
    };
    if (!message.keep.isEmpty())
      connect(button("keep", message.keep), &QPushButton::clicked, q, [this, key] { Q_EMIT q->keepTriggered(key); });
    if (!message.action.isEmpty())
      connect(button("action", message.action), &QPushButton::clicked, q,
              [this, key] { Q_EMIT q->actionTriggered(key); });
    const auto close = [this, key] {
      q->dismiss(key);
      Q_EMIT q->dismissed(key);
    };
    if (message.cancels) connect(button("cancel", QStringLiteral("Cancel")), &QPushButton::clicked, q, close);
    entry.more = new QPushButton(entry.frame);
    entry.more->setObjectName(QStringLiteral("message.%1.more").arg(key));
    entry.more->setProperty("role", "flat");
    connect(entry.more, &QPushButton::clicked, q, [this] {
      open = !open;
      arrange();
    });
    row->addWidget(entry.more, 0, Qt::AlignTop);
    entry.close = new QToolButton(entry.frame);
    entry.close->setObjectName(QStringLiteral("message.%1.close").arg(key));
    entry.close->setAccessibleName(QStringLiteral("Close message"));
    entry.close->setToolTip(QStringLiteral("Close message"));
    entry.close->setIconSize(QSize(16, 16));
    entry.close->setFocusPolicy(Qt::StrongFocus);
    entry.close->setVisible(!message.cancels);
    connect(entry.close, &QToolButton::clicked, q, close);
    row->addWidget(entry.close, 0, Qt::AlignTop);
    if (message.severity == Severity::Info && message.action.isEmpty()) {
      entry.end = new QTimer(entry.frame);
      entry.end->setSingleShot(true);
      connect(entry.end, &QTimer::timeout, q, [this, key, frame = entry.frame, timer = entry.end] {
        // Not from under the eyes of who reads it.
        if (frame->underMouse() || frame->isAncestorOf(QApplication::focusWidget())) return timer->start();
        q->dismiss(key);
      });
    }
    tint(entry);
    return entry;
  }

  /// Shows the newest or all, and says how many are not shown.
  void arrange() {
    const int others = static_cast<int>(entries.size()) - 1;
    open = open && others > 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      const bool first = i == 0;
      entry.more->setVisible(first && others > 0);
      entry.more->setText(open ? QStringLiteral("Newest only") : QStringLiteral("%1 more").arg(others));
      const QString tip =
          open ? QStringLiteral("Show the newest message only") : QStringLiteral("Show all messages");
      entry.more->setToolTip(tip);
      entry.more->setAccessibleName(open ? tip : QStringLiteral("%1 more messages").arg(others));
      entry.frame->setVisible(first || open);
      if (entry.end == nullptr) continue;
      if (!first && !open) {
        entry.end->stop();
      } else if (!entry.end->isActive()) {
        entry.end->start(noteLifetime);
      }
    }
    q->setVisible(!entries.empty());
  }

  void tint(const Entry& entry) const {
    const Theme theme = Theme::current();
    const Severity severity = entry.message.severity;
    const QColor colour = severity == Severity::Error     ? theme.danger
                          : severity == Severity::Warning ? theme.warning
                                                          : theme.focus;
    const QString name = severity == Severity::Error     ? QStringLiteral("error")
                         : severity == Severity::Warning ? QStringLiteral("warning")
                                                         : QStringLiteral("info");
    entry.mark->setPixmap(icon(name, colour).pixmap(QSize(20, 20), q->devicePixelRatioF()));
    entry.close->setIcon(icon(QStringLiteral("close"), theme.muted));
  }

  void remove(std::vector<Entry>::iterator entry) {
    entry->frame->hide();
    // Nobody finds it by its name any more: a message that replaces it has the same one.
    entry->frame->setObjectName(QString());
    for (QWidget* part : entry->frame->findChildren<QWidget*>()) part->setObjectName(QString());
    entry->frame->deleteLater();  // its own button may be what asked for it
    if (entry->end != nullptr) entry->end->stop();
    entries.erase(entry);
    arrange();
  }

  std::vector<Entry>::iterator find(const QString& key) {
    return std::find_if(entries.begin(), entries.end(),
                        [&](const Entry& entry) { return entry.message.key == key; });
  }
};

MessageBar::MessageBar(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this)) {
  setObjectName(QStringLiteral("messages"));
  setAccessibleName(QStringLiteral("Messages"));
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
  m_impl->layout = new QVBoxLayout(this);
  m_impl->layout->setContentsMargins(8, 8, 8, 8);
  m_impl->layout->setSpacing(8);
  hide();
}

MessageBar::~MessageBar() = default;

void MessageBar::post(const Message& message) {
  Impl& d = *m_impl;
  const auto same = d.find(message.key);
  if (same != d.entries.end()) d.remove(same);
  if (d.entries.size() >= kMost) {
    // Of the least severe ones the oldest: entries are newest first, so the last of the smallest.
    auto least = d.entries.begin();
    for (auto entry = d.entries.begin(); entry != d.entries.end(); ++entry) {
      if (entry->message.severity <= least->message.severity) least = entry;
    }
    d.remove(least);
  }
  d.entries.insert(d.entries.begin(), d.build(message));
  d.layout->insertWidget(0, d.entries.front().frame);
  d.arrange();
  QAccessibleEvent alert(d.entries.front().frame, QAccessible::Alert);
  QAccessible::updateAccessibility(&alert);
}

void MessageBar::post(const QString& key, Severity severity, const Error& error, const QString& action) {
  post(Message{key, severity, QString::fromStdString(error.what), QString::fromStdString(error.where),
               QString::fromStdString(error.mend), action});
}

void MessageBar::dismiss(const QString& key) {
  const auto found = m_impl->find(key);
  if (found != m_impl->entries.end()) m_impl->remove(found);
}

void MessageBar::clear() {
  while (!m_impl->entries.empty()) m_impl->remove(m_impl->entries.begin());
}

void MessageBar::floatOver(QWidget* page, int top) {
  setParent(page->parentWidget());
  m_impl->page = page;
  m_impl->top = top;
  page->installEventFilter(this);
  m_impl->arrange();
  m_impl->place();
}

bool MessageBar::event(QEvent* event) {
  const bool done = QWidget::event(event);
  if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Show) m_impl->place();
  return done;
}

bool MessageBar::eventFilter(QObject* watched, QEvent* event) {
  const bool moved = event->type() == QEvent::Resize || event->type() == QEvent::Move;
  if (watched == m_impl->page && moved) m_impl->place();
  return QWidget::eventFilter(watched, event);
}

void MessageBar::setNoteLifetime(int milliseconds) {
  m_impl->noteLifetime = milliseconds;
}

QStringList MessageBar::keys() const {
  QStringList keys;
  for (const Entry& entry : m_impl->entries) keys << entry.message.key;
  return keys;
}

void MessageBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
    for (const Entry& entry : m_impl->entries) m_impl->tint(entry);
  }
  QWidget::changeEvent(event);
}

}  // namespace gps::ui
