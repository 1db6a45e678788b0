// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/time_bar.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QTimer>
#include <QToolButton>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

constexpr int kTicksPerStep = 20;  // so that the handle glides between steps
constexpr double kRestSeconds = 0.5;
constexpr double kSpeeds[] = {0.1, 0.25, 0.5, 1.0, 2.0, 4.0};

/// The wheel belongs to what scrolls around the bar.
class QuietSlider : public QSlider {
 public:
  using QSlider::QSlider;

 protected:
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

}  // namespace

struct TimeBar::Impl {
  explicit Impl(TimeBar* bar) : q(bar) {}

  TimeBar* q;
  int T = 0;
  double dt = 0.0;
  double step = 0.0;
  int count = 0;
  int iteration = 0;
  bool following = true;
  bool playing = false;
  bool looping = true;
  double speed = 1.0;
  double rested = 0.0;  // s since a looping replay reached the end

  QTimer timer;
  QElapsedTimer clock;

  QToolButton* play = nullptr;
  QToolButton* loop = nullptr;
  QComboBox* speeds = nullptr;
  QSlider* time = nullptr;
  QLabel* timeText = nullptr;
  QSlider* iterations = nullptr;
  QLabel* iterationText = nullptr;
  QToolButton* follow = nullptr;

  double last() const { return std::max(T - 1, 0); }

  QToolButton* addButton(const char* name, const QString& text, const QString& tip, QHBoxLayout* layout) {
    auto* button = new QToolButton(q);
    button->setObjectName(QLatin1String(name));
    button->setAccessibleName(text);
    button->setToolTip(tip);
    button->setIconSize(QSize(20, 20));
    button->setFocusPolicy(Qt::StrongFocus);
    layout->addWidget(button);
    return button;
  }

  QSlider* addSlider(const char* name, const QString& text, const QString& tip, QHBoxLayout* layout,
                     int stretch) {
    auto* slider = new QuietSlider(Qt::Horizontal, q);
    slider->setObjectName(QLatin1String(name));
    slider->setAccessibleName(text);
    slider->setToolTip(tip);
    slider->setMinimumWidth(80);
    slider->setFocusPolicy(Qt::StrongFocus);
    layout->addWidget(slider, stretch);
    return slider;
  }

  QLabel* addNumber(const char* name, const QString& widest, QHBoxLayout* layout) {
    auto* label = new QLabel(q);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    label->setMinimumWidth(label->fontMetrics().horizontalAdvance(widest) + 4);
    layout->addWidget(label);
    return label;
  }

  void showTime() {
    const QSignalBlocker quiet(time);
    time->setRange(0, static_cast<int>(last()) * kTicksPerStep);
    time->setSingleStep(kTicksPerStep);
    time->setPageStep(10 * kTicksPerStep);
    time->setValue(static_cast<int>(std::lround(step * kTicksPerStep)));
    for (QWidget* widget : {static_cast<QWidget*>(play), static_cast<QWidget*>(time)})
      widget->setEnabled(T > 1);
    timeText->setText(T > 0
                          ? QStringLiteral("%1 / %2 s").arg(step * dt, 0, 'f', 2).arg(last() * dt, 0, 'f', 2)
                          : QStringLiteral("– s"));
    time->setAccessibleDescription(timeText->text());
  }

  void showIteration() {
    const QSignalBlocker quiet(iterations);
    iterations->setRange(count > 0 ? 1 : 0, count);
    iterations->setPageStep(std::max(count / 10, 1));
    iterations->setValue(iteration);
    iterations->setEnabled(count > 1);
    follow->setEnabled(count > 0);
    iterationText->setText(count > 0 ? QStringLiteral("%1 / %2").arg(iteration).arg(count)
                                     : QStringLiteral("–"));
    iterations->setAccessibleDescription(iterationText->text());
  }

  void showButtons() {
    const Theme theme = Theme::current();
    const QString text = playing ? QStringLiteral("Pause replay") : QStringLiteral("Replay");
    play->setIcon(icon(playing ? QStringLiteral("pause") : QStringLiteral("play"), theme));
    play->setAccessibleName(text);
    play->setToolTip(text);
    loop->setIcon(icon(QStringLiteral("loop"), theme));
    loop->setChecked(looping);
    follow->setIcon(icon(QStringLiteral("follow"), theme));
    follow->setChecked(following);
  }

  void runTimer() {
    const bool run = playing && q->isVisible();
    if (run && !timer.isActive()) {
      clock.start();
      timer.start();
    } else if (!run) {
      timer.stop();
    }
  }

  void tick() {
    const double seconds = static_cast<double>(clock.nsecsElapsed()) * 1e-9;
    clock.start();
    if (T < 2 || !(dt > 0)) return q->setPlaying(false);
    if (step < last()) {
      rested = 0.0;
      return moveTo(std::min(step + seconds * speed / dt, last()));
    }
    if (!looping) return q->setPlaying(false);
    // A moment's rest, so that the eye sees where it ended.
    rested += seconds;
    if (rested >= kRestSeconds) moveTo(0.0);
  }

  void moveTo(double next) {
    if (next == step && T > 0) return;
    step = next;
    showTime();
    Q_EMIT q->timeStepChanged(step);
  }

  void choose(int next, bool byUser) {
    next = std::clamp(next, count > 0 ? 1 : 0, count);
    if (byUser && following && next < count) setFollowing(false);
    if (next != iteration) {
      iteration = next;
      showIteration();
      if (iteration > 0) Q_EMIT q->iterationChosen(iteration);
    }
  }

  void setFollowing(bool on) {
    if (following == on) return;
    following = on;
    showButtons();
    Q_EMIT q->followChanged(on);
  }
};

TimeBar::TimeBar(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this)) {
  Impl& d = *m_impl;
  setObjectName(QStringLiteral("timeBar"));
  setAccessibleName(QStringLiteral("Time and iteration"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(8, 4, 12, 4);
  layout->setSpacing(8);

  d.play = d.addButton("time.play", QStringLiteral("Replay"), QStringLiteral("Replay"), layout);
  connect(d.play, &QToolButton::clicked, this, [this] { setPlaying(!playing()); });
  d.loop = d.addButton("time.loop", QStringLiteral("Loop"), QStringLiteral("Start again at the end"), layout);
  d.loop->setCheckable(true);
  connect(d.loop, &QToolButton::clicked, this, [this](bool on) { setLooping(on); });
  d.speeds = new QComboBox(this);
  d.speeds->setObjectName(QStringLiteral("time.speed"));
  d.speeds->setAccessibleName(QStringLiteral("Replay speed"));
  d.speeds->setToolTip(QStringLiteral("Replay speed; 1 is true time"));
  for (const double factor : kSpeeds) d.speeds->addItem(QStringLiteral("%1×").arg(factor), factor);
  d.speeds->setCurrentIndex(d.speeds->findData(1.0));
  d.speeds->installEventFilter(this);
  connect(d.speeds, &QComboBox::activated, this,
          [this](int i) { setSpeed(m_impl->speeds->itemData(i).toDouble()); });
  layout->addWidget(d.speeds);
  d.time = d.addSlider("time.slider", QStringLiteral("Time"), QStringLiteral("Time within the rollout"),
                       layout, 3);
  connect(d.time, &QSlider::valueChanged, this, [this](int value) {
    m_impl->moveTo(std::min(static_cast<double>(value) / kTicksPerStep, m_impl->last()));
  });
  connect(d.time, &QSlider::sliderPressed, this, [this] { setPlaying(false); });
  d.timeText = d.addNumber("time.text", QStringLiteral("10.00 / 10.00 s"), layout);

  layout->addSpacing(16);
  auto* caption = new QLabel(QStringLiteral("Iteration"), this);
  caption->setProperty("role", "muted");
  layout->addWidget(caption);
  d.iterations = d.addSlider("iteration.slider", QStringLiteral("Iteration"),
                             QStringLiteral("Iteration shown"), layout, 2);
  connect(d.iterations, &QSlider::valueChanged, this, [this](int value) { m_impl->choose(value, true); });
  d.iterationText = d.addNumber("iteration.text", QStringLiteral("1000 / 1000"), layout);
  d.follow = d.addButton("iteration.follow", QStringLiteral("Follow the latest iteration"),
                         QStringLiteral("Follow the latest iteration"), layout);
  d.follow->setCheckable(true);
  connect(d.follow, &QToolButton::clicked, this, [this](bool on) {
    m_impl->setFollowing(on);
    if (on) m_impl->choose(m_impl->count, false);
  });

  d.timer.setTimerType(Qt::PreciseTimer);
  d.timer.setInterval(16);
  connect(&d.timer, &QTimer::timeout, this, [this] { m_impl->tick(); });
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  d.showButtons();
  d.showTime();
  d.showIteration();
}

TimeBar::~TimeBar() = default;

void TimeBar::setHorizon(int T, double dt) {
  Impl& d = *m_impl;
  if (T == d.T && dt == d.dt) return;
  d.T = std::max(T, 0);
  d.dt = dt;
  d.step = std::min(d.step, d.last());
  d.showTime();
}

void TimeBar::setTimeStep(double step) {
  Impl& d = *m_impl;
  const double next = std::isfinite(step) ? std::clamp(step, 0.0, d.last()) : 0.0;
  if (next == d.step) return;
  d.step = next;
  d.showTime();
}

double TimeBar::timeStep() const {
  return m_impl->step;
}

void TimeBar::setIterationCount(int count) {
  Impl& d = *m_impl;
  if (count == d.count) return;
  d.count = std::max(count, 0);
  const int wanted = d.following || d.iteration == 0 ? d.count : std::min(d.iteration, d.count);
  if (wanted == d.iteration) {
    d.showIteration();
  } else {
    d.choose(wanted, false);
  }
}

int TimeBar::iterationCount() const {
  return m_impl->count;
}

void TimeBar::setIteration(int iteration) {
  Impl& d = *m_impl;
  d.iteration = std::clamp(iteration, d.count > 0 ? 1 : 0, d.count);
  d.showIteration();
}

int TimeBar::iteration() const {
  return m_impl->iteration;
}

void TimeBar::setFollowing(bool following) {
  Impl& d = *m_impl;
  d.following = following;
  d.showButtons();
  if (following) d.choose(d.count, false);
}

bool TimeBar::following() const {
  return m_impl->following;
}

void TimeBar::setPlaying(bool playing) {
  Impl& d = *m_impl;
  if (playing == d.playing || (playing && d.T < 2)) return;
  d.playing = playing;
  if (playing && d.step >= d.last()) d.moveTo(0.0);
  d.showButtons();
  d.runTimer();
  Q_EMIT playingChanged(playing);
}

bool TimeBar::playing() const {
  return m_impl->playing;
}

void TimeBar::setLooping(bool looping) {
  m_impl->looping = looping;
  m_impl->showButtons();
}

bool TimeBar::looping() const {
  return m_impl->looping;
}

void TimeBar::setSpeed(double speed) {
  Impl& d = *m_impl;
  if (!(speed > 0)) return;
  d.speed = std::clamp(speed, 0.1, 4.0);
  d.speeds->setCurrentIndex(d.speeds->findData(d.speed));
}

double TimeBar::speed() const {
  return m_impl->speed;
}

bool TimeBar::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_impl->speeds && event->type() == QEvent::Wheel) {
    event->ignore();
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void TimeBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) m_impl->showButtons();
  QWidget::changeEvent(event);
}

void TimeBar::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  m_impl->runTimer();
}

void TimeBar::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  m_impl->timer.stop();
}

}  // namespace gps::ui
