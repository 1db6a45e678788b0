// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/run_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <cmath>

#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

const char* toneOf(RunState state) {
  switch (state) {
    case RunState::Idle:
      return "";
    case RunState::Starting:
    case RunState::Running:
    case RunState::Stepping:
      return "busy";
    case RunState::Pausing:
    case RunState::Paused:
    case RunState::Stopping:
      return "wait";
    case RunState::Finished:
      return "good";
    case RunState::Failed:
      return "bad";
  }
  return "";
}

/// A small muted caption and a number beside it.
struct Figure {
  QLabel* caption = nullptr;
  QLabel* value = nullptr;
};

}  // namespace

QString runStateLabel(RunState state) {
  switch (state) {
    case RunState::Idle:
      return QStringLiteral("Ready");
    case RunState::Starting:
      return QStringLiteral("Starting");
    case RunState::Running:
      return QStringLiteral("Running");
    case RunState::Pausing:
      return QStringLiteral("Pausing");
    case RunState::Paused:
      return QStringLiteral("Paused");
    case RunState::Stepping:
      return QStringLiteral("Stepping");
    case RunState::Stopping:
      return QStringLiteral("Stopping");
    case RunState::Finished:
      return QStringLiteral("Finished");
    case RunState::Failed:
      return QStringLiteral("Failed");
  }
  return {};
}

QString shortNumber(double value) {
  if (!std::isfinite(value)) return QStringLiteral("–");
  const double size = std::abs(value);
  // Whole counts in full; %g would write 12000 as 1.2e+04.
  if (size >= 1000 && size < 1e7) return QString::number(std::round(value), 'f', 0);
  return QString::number(value, 'g', 4);
}

struct RunHeader::Impl {
  explicit Impl(RunHeader* header) : q(header) {}

  RunHeader* q;
  bool hasPolicy = true;
  QString words, shortWords;  // of the state
  bool saysSolved = false;    // the state counts the solved starts
  bool onArm = false;
  QStringList fitted;         // what shorten() last made room for
  QLabel* label = nullptr;
  QLabel* algorithm = nullptr;
  QLabel* state = nullptr;
  Figure iteration, shown, local, global, solved, rollouts;
  int running = 0;  // iteration of the run
  int held = 0;     // shown as it was after this one; 0: as it is
  int chosen = 0;   // iteration of the figures; 0: none

  QLabel* addLabel(const char* name, const char* role, QHBoxLayout* layout) {
    auto* made = new QLabel(q);
    made->setObjectName(QStringLiteral("header.") + QLatin1String(name));
    made->setTextFormat(Qt::PlainText);
    if (role != nullptr) made->setProperty("role", role);
    layout->addWidget(made);
    return made;
  }

  Figure addFigure(const char* name, const QString& caption, const QString& tip, QHBoxLayout* layout) {
    Figure figure;
    auto* pair = new QHBoxLayout;
    pair->setSpacing(3);
    figure.caption = addLabel((std::string(name) + ".caption").c_str(), "small", pair);
    figure.caption->setText(caption);
    figure.value = addLabel(name, nullptr, pair);
    figure.value->setText(QStringLiteral("–"));
    figure.value->setAccessibleName(caption);
    figure.caption->setToolTip(tip);
    figure.value->setToolTip(tip);
    layout->addLayout(pair);
    return figure;
  }

  void markGlobal() {
    const QString tip = hasPolicy
                            ? QStringLiteral("Mean cost of the noise-free rollouts of the global policy")
                            : QStringLiteral("Not defined: this algorithm has no global policy");
    global.caption->setToolTip(tip);
    global.value->setToolTip(tip);
    if (!hasPolicy) global.value->setText(QStringLiteral("not defined"));
  }
  void describe() { q->setAccessibleDescription(q->summary()); }
  bool elsewhere() const { return chosen > 0 && chosen != running; }

  /// While one iteration runs or an older one is looked at, the costs are not those of the number beside
  /// them.
  void markShown() {
    shown.value->setText(QString::number(chosen));
    shown.caption->setVisible(elsewhere());
    shown.value->setVisible(elsewhere());
  }

  /// Gives up words, the least needed first, until the rest fits the width.
  void shorten() {
    constexpr int kLevels = 6;
    QStringList texts{QString::number(q->width()), label->text(), algorithm->text(), words, shortWords};
    for (const Figure& figure : {iteration, shown, local, global, solved, rollouts}) texts << figure.value->text();
    texts << QString::number(elsewhere());
    if (texts == fitted) return;  // asked at every tick; trying words out would repaint
    fitted = texts;
    int level = 0;
    do {
      rollouts.caption->setVisible(level < 1);
      rollouts.value->setVisible(level < 1);
      local.caption->setText(level < 2 ? QStringLiteral("Local cost") : QStringLiteral("Local"));
      global.caption->setText(level < 2 ? QStringLiteral("Global cost") : QStringLiteral("Global"));
      iteration.caption->setVisible(level < 2);
      state->setText(level < 3 ? words : shortWords);
      // The state may say the one already; tabs beside the parameters say the other.
      const bool showSolved = level < (saysSolved ? 4 : 5), showAlgorithm = level < (saysSolved ? 5 : 4);
      solved.caption->setVisible(showSolved);
      solved.value->setVisible(showSolved);
      algorithm->setVisible(showAlgorithm && algorithm->text() != label->text());
      q->layout()->activate();  // the layouts inside remember their sizes until then
      if (q->layout()->minimumSize().width() <= q->width()) return;
    } while (++level < kLevels);
  }
};

RunHeader::RunHeader(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this)) {
  Impl& d = *m_impl;
  setObjectName(QStringLiteral("runHeader"));
  setAccessibleName(QStringLiteral("Run"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 4, 12, 4);
  layout->setSpacing(8);
  d.label = d.addLabel("label", "heading", layout);
  d.algorithm = d.addLabel("algorithm", "muted", layout);
  d.state = d.addLabel("state", "chip", layout);
  d.state->setToolTip(QStringLiteral("State of the run"));
  layout->addStretch();
  auto* figures = new QHBoxLayout;
  figures->setSpacing(8);
  layout->addLayout(figures);
  d.iteration = d.addFigure("iteration", QStringLiteral("Iteration"),
                            QStringLiteral("Running or last finished iteration, and the limit"), figures);
  d.shown = d.addFigure(
      "shown", QStringLiteral("After"),
      QStringLiteral("The iteration that the scene shows and the figures to the right belong to"), figures);
  d.local = d.addFigure("local", QStringLiteral("Local cost"),
                        QStringLiteral("Mean cost of the noisy rollouts drawn at the start of the iteration"),
                        figures);
  d.global = d.addFigure("global", QStringLiteral("Global cost"), QString(), figures);
  d.solved = d.addFigure("solved", QStringLiteral("Solved"),
                         QStringLiteral("Share of starts whose noise-free rollout passes the success test"),
                         figures);
  d.rollouts = d.addFigure("rollouts", QStringLiteral("Rollouts"),
                           QStringLiteral("Rollouts drawn so far, noise-free ones not counted"), figures);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  d.markGlobal();
  setProgress(Progress{});
}

RunHeader::~RunHeader() = default;

void RunHeader::setRun(const QString& label, const QString& algorithm, bool hasPolicy) {
  Impl& d = *m_impl;
  d.label->setText(label);
  d.algorithm->setText(algorithm);
  d.label->setToolTip(algorithm.toHtmlEscaped());
  d.hasPolicy = hasPolicy;
  if (hasPolicy && d.global.value->text() == QLatin1String("not defined"))
    d.global.value->setText(QStringLiteral("–"));
  d.markGlobal();
  d.shorten();
  d.describe();
}

void RunHeader::setProgress(const Progress& progress) {
  Impl& d = *m_impl;
  QString words = runStateLabel(progress.state);
  // Not while it runs: a text that changes many times a second cannot be read.
  d.shortWords = words;
  d.saysSolved = progress.state == RunState::Finished && progress.outcome;
  if (progress.state == RunState::Paused) {
    const QString phase = QString::fromStdString(progress.phaseLabel);
    if (!phase.isEmpty()) words += QStringLiteral(": ") + phase;
  }
  if (d.onArm) words += QStringLiteral(" on the arm");
  QString tone = QLatin1String(toneOf(progress.state));
  QString tip = QStringLiteral("State of the run");
  if (d.saysSolved) {
    const Outcome& outcome = *progress.outcome;
    const QString solved = QString::fromStdString(solvedText(outcome));
    d.shortWords = solved;
    words = QStringLiteral("%1, %2").arg(words, solved);
    if (outcome.solved < outcome.conditions) tone = QStringLiteral("wait");
    if (!outcome.likely.empty()) tip = QString::fromStdString(outcome.likely).toHtmlEscaped();
  }
  if (d.held > 0) {
    words = QStringLiteral("As it was after iteration %1").arg(d.held);
    d.shortWords = QStringLiteral("After %1").arg(d.held);
    tone = QLatin1String(toneOf(RunState::Idle));
    tip = QStringLiteral("An earlier iteration of the run, to be looked at");
  }
  if (d.state->toolTip() != tip) d.state->setToolTip(tip);
  if (d.state->property("tone").toString() != tone) {
    d.state->setProperty("tone", tone);
    d.state->style()->unpolish(d.state);
    d.state->style()->polish(d.state);
  }
  d.words = words;
  const QString limit = progress.iterations > 0 ? QString::number(progress.iterations) : QStringLiteral("–");
  d.iteration.value->setText(QStringLiteral("%1 / %2").arg(progress.iteration).arg(limit));
  d.running = progress.iteration;
  d.markShown();
  d.shorten();
  d.describe();
}

void RunHeader::setHeld(int iteration) {
  m_impl->held = iteration;
}

void RunHeader::setOnArm(bool onArm) {
  m_impl->onArm = onArm;
}

void RunHeader::setSnapshot(const std::shared_ptr<const Snapshot>& snapshot) {
  Impl& d = *m_impl;
  const auto text = [&](Metric metric) {
    const std::optional<double> value = snapshot ? snapshot->report.metrics.mean(metric) : std::nullopt;
    return value ? shortNumber(*value) : QStringLiteral("–");
  };
  d.local.value->setText(text(Metric::LocalCost));
  if (d.hasPolicy) d.global.value->setText(text(Metric::GlobalCost));
  const std::optional<double> solved =
      snapshot ? snapshot->report.metrics.get(Metric::SuccessRate) : std::nullopt;
  d.solved.value->setText(solved ? QStringLiteral("%1 %").arg(std::round(100.0 * *solved))
                                 : QStringLiteral("–"));
  d.rollouts.value->setText(text(Metric::Rollouts));
  d.chosen = snapshot ? snapshot->report.iteration : 0;
  d.markShown();
  d.shorten();
  d.describe();
}

QSize RunHeader::minimumSizeHint() const {
  return {40 * fontMetrics().averageCharWidth(), layout()->minimumSize().height()};
}

void RunHeader::resizeEvent(QResizeEvent* event) {
  m_impl->shorten();
  QWidget::resizeEvent(event);
}

QString RunHeader::summary() const {
  const Impl& d = *m_impl;
  const QString after = d.elsewhere() ? QStringLiteral(" After iteration %1:").arg(d.chosen) : QString();
  return QStringLiteral("%1 %2, %3. Iteration %4.%8 Local cost %5. Global cost %6. Rollouts %7.")
      .arg(d.label->text(), d.algorithm->text(), d.state->text(), d.iteration.value->text(),
           d.local.value->text(), d.global.value->text(), d.rollouts.value->text(), after);
}

}  // namespace gps::ui
