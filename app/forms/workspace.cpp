// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/workspace.h"

#include <QEvent>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/forms/phase_strip.h"
#include "widgets/panels/run_header.h"
#include "widgets/panels/time_bar.h"

namespace gps::ui {

namespace {

/// More ghosts hide the newest paths.
constexpr int kGhosts = 4;

}  // namespace

struct Workspace::View {
  RunSession* run = nullptr;
  QWidget* column = nullptr;
  RunHeader* header = nullptr;
  PhaseStrip* phases = nullptr;
  SceneCanvas* canvas = nullptr;
  std::shared_ptr<const Snapshot> shown;
  std::vector<std::shared_ptr<const Snapshot>> ghosts;
  int wanted = 0;  ///< the iteration whose arrays were asked for
  std::shared_ptr<const RunHistory> history;  ///< of the last refresh; another one after a reset
};

Workspace::Workspace(QWidget* parent)
    : QWidget(parent),
      m_splitter(new QSplitter(Qt::Horizontal, this)),
      m_fairness(new QLabel(this)),
      m_time(new TimeBar(this)),
      m_theme(Theme::light()) {
  m_splitter->setObjectName("workspace.splitter");
  m_splitter->setChildrenCollapsible(false);
  m_fairness->setObjectName("workspace.fairness");
  m_fairness->setTextFormat(Qt::PlainText);
  m_fairness->setWordWrap(true);
  m_fairness->setContentsMargins(12, 4, 12, 4);
  m_fairness->hide();
  m_time->setObjectName("workspace.time");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_splitter, 1);
  layout->addWidget(m_fairness);
  layout->addWidget(m_time);

  connect(m_time, &TimeBar::timeStepChanged, this, [this](double step) {
    for (const auto& view : m_views) view->canvas->setTimeStep(step);
    Q_EMIT timeStepChosen(step);
  });
  connect(m_time, &TimeBar::iterationChosen, this, [this](int iteration) {
    if (!m_spreading) {
      for (const auto& view : m_views) show(*view);
    }
    Q_EMIT iterationChosen(iteration);
  });
  connect(m_time, &TimeBar::followChanged, this, [this] {
    for (const auto& view : m_views) show(*view);
  });
}

Workspace::~Workspace() = default;

void Workspace::setRuns(const std::vector<RunSession*>& runs) {
  // A view that stays keeps its camera.
  const QWidget* const focus = window()->focusWidget();
  bool lost = false;
  while (m_views.size() > runs.size()) {
    lost = lost || (focus && m_views.back()->column->isAncestorOf(focus));
    delete m_views.back()->column;
    m_views.pop_back();
  }
  // The keyboard would be nowhere.
  if (lost && !m_views.empty()) m_views.back()->canvas->setFocus(Qt::OtherFocusReason);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i == m_views.size()) makeView(runs[i], static_cast<int>(i));
    View& view = *m_views[i];
    view.run = runs[i];
    view.history.reset();
  }
  m_condition = -1;
  m_cameraMoved = m_cameraMoved && !m_views.empty();
  if (m_views.size() > 1) {
    m_splitter->setSizes({1000, 1000});
    if (m_cameraMoved) shareCamera(m_views.front()->canvas);
  }
  m_fairness->setVisible(m_views.size() > 1);
  while (refreshNext()) {
  }
}

void Workspace::makeView(RunSession* run, int index) {
  auto view = std::make_unique<View>();
  const QString letter = index == 0 ? "A" : "B";
  view->run = run;
  view->column = new QWidget(m_splitter);
  view->header = new RunHeader(view->column);
  view->phases = new PhaseStrip(view->column);
  view->canvas = new SceneCanvas(view->column);
  view->header->setObjectName("run.header" + letter);
  view->phases->setObjectName("run.phases" + letter);
  view->canvas->setObjectName("run.canvas" + letter);
  view->canvas->setAccessibleName(tr("Scene of run %1").arg(letter));
  auto* layout = new QVBoxLayout(view->column);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(view->header);
  layout->addWidget(view->phases);
  layout->addWidget(view->canvas, 1);
  view->canvas->setTheme(m_theme);
  view->canvas->setLayers(m_layers);
  view->canvas->setTimeStep(m_time->timeStep());
  SceneCanvas* canvas = view->canvas;
  connect(canvas, &SceneCanvas::viewChanged, this, [this, canvas] {
    m_cameraMoved = true;
    shareCamera(canvas);
  });
  connect(canvas, &SceneCanvas::pathsFollowed, this, [this, canvas](const QRectF& visited) {
    for (const auto& each : m_views) {
      if (each->canvas != canvas) each->canvas->follow(visited);
    }
  });
  connect(canvas, &SceneCanvas::conditionClicked, this, [this](int condition) {
    setCondition(condition);
    Q_EMIT conditionChosen(condition);
  });
  connect(canvas, &SceneCanvas::testsClicked, this, &Workspace::testsClicked);
  for (QWidget* part : {static_cast<QWidget*>(view->header), static_cast<QWidget*>(view->canvas)}) {
    part->installEventFilter(this);
  }
  m_splitter->addWidget(view->column);
  view->column->show();
  m_views.push_back(std::move(view));
}

bool Workspace::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::FocusIn) {
    for (std::size_t i = 0; i < m_views.size(); ++i) {
      if (watched == m_views[i]->canvas || watched == m_views[i]->header)
        Q_EMIT runActivated(static_cast<int>(i));
    }
  }
  return QWidget::eventFilter(watched, event);
}

void Workspace::setTheme(const Theme& theme) {
  m_theme = theme;
  for (const auto& view : m_views) view->canvas->setTheme(theme);
}

void Workspace::setLayers(const CanvasLayers& layers) {
  m_layers = layers;
  for (const auto& view : m_views) view->canvas->setLayers(layers);
}

void Workspace::setFairness(const QString& text, const QString& details, bool fair) {
  m_fairness->setText(text);
  m_fairness->setToolTip(details.toHtmlEscaped());
  const char* role = fair ? "muted" : "error";
  if (m_fairness->property("role").toString() == QLatin1String(role)) return;
  m_fairness->setProperty("role", role);
  m_fairness->setStyleSheet(m_fairness->styleSheet());  // looks the new role up
}

bool Workspace::refreshNext() {
  int iterations = 0;
  for (std::size_t i = 0; i < m_views.size(); ++i) {
    View& view = *m_views[i];
    const RunSession& run = *view.run;
    iterations = std::max(iterations, run.history()->iterations());
    if (view.history != run.history()) {
      view.history = run.history();
      view.shown.reset();
      view.ghosts.clear();
      view.wanted = 0;
      const std::string_view label = run.algorithm().label;
      const QString algorithm = QString::fromUtf8(label.data(), static_cast<qsizetype>(label.size()));
      view.header->setRun(m_views.size() == 1 ? algorithm
                          : i == 0            ? "A"
                                              : "B",
                          algorithm, run.algorithm().hasPolicy);
      view.header->setHeld(run.heldAt());
      view.phases->setHeld(run.heldAt());
      view.header->setSnapshot(nullptr);
      view.phases->setPhases(run.phases());
      view.canvas->setScene(run.setup().task->scene);
      view.canvas->setSnapshot(nullptr);
      view.canvas->setCondition(m_condition);
      m_time->setHorizon(run.setup().task->T, run.setup().task->dt);
    }
    view.header->setOnArm(run.plant().trials != nullptr);
    view.header->setProgress(run.progress());
    view.canvas->setRunning(run.active());
    view.phases->setProgress(run.progress(), run.hasData());
  }
  // Canvases side by side are of one size, whatever the strips above them say.
  int tall = 0;
  for (const auto& view : m_views) {
    if (m_views.size() > 1) tall = std::max(tall, view->phases->heightForWidth(view->phases->width()));
  }
  for (const auto& view : m_views) view->phases->setMinimumHeight(tall);
  m_spreading = true;
  m_time->setIterationCount(iterations);  // while following, chooses the newest
  m_spreading = false;
  // One canvas per call, by turns: each draws its layers anew for a new iteration.
  const std::size_t count = m_views.size();
  for (std::size_t i = 0; i < count; ++i) {
    View& view = *m_views[(m_turn + i) % count];
    if (!show(view)) continue;
    m_turn = (m_turn + i + 1) % count;
    return true;
  }
  return false;
}

bool Workspace::show(View& view) {
  const RunHistory& history = *view.run->history();
  const auto& snapshots = history.snapshots();
  const Progress& progress = view.run->progress();
  const int last = history.iterations();
  const bool held = view.run->heldAt() > 0;
  const int chosen = held || m_time->following() ? last : std::min(m_time->iteration(), last);
  std::shared_ptr<const Snapshot> snapshot;
  if (chosen > 0) snapshot = snapshots[static_cast<std::size_t>(chosen - 1)];
  // Held inside an iteration, the newest there is to see is what its phases have made so far.
  const bool partial = m_time->following() && progress.state == RunState::Paused && progress.partial;
  if (partial) snapshot = progress.partial;
  const int newestGhost = partial ? chosen : chosen - 1;
  std::vector<std::shared_ptr<const Snapshot>> earlier;
  bool missing = chosen > 0 && !history.isWhole(chosen);
  for (int k = newestGhost; k > 0 && k > newestGhost - kGhosts; --k) {
    if (history.isWhole(k)) earlier.push_back(snapshots[static_cast<std::size_t>(k - 1)]);
    else missing = true;
  }
  if (missing && view.wanted != chosen) {
    view.wanted = chosen;
    view.run->want(chosen, kGhosts);
  }
  // Until they are read, the canvas keeps what it shows.
  if (snapshot && !partial && !history.isWhole(chosen) && view.shown) return false;
  if (snapshot == view.shown && earlier == view.ghosts) return false;
  view.shown = snapshot;
  view.ghosts = earlier;
  const bool drawn = partial || history.isWhole(chosen);
  view.canvas->setSnapshot(drawn ? snapshot : nullptr, std::move(earlier));
  view.header->setSnapshot(snapshot);
  return true;
}

void Workspace::fit() {
  if (m_views.empty()) return;
  m_cameraMoved = true;
  m_views.front()->canvas->fit();
  shareCamera(m_views.front()->canvas);
}

int Workspace::iteration() const {
  return m_time->iteration();
}

void Workspace::setIteration(int iteration) {
  m_time->setFollowing(false);
  m_time->setIteration(iteration);
  for (const auto& view : m_views) show(*view);
}

double Workspace::timeStep() const {
  return m_time->timeStep();
}

void Workspace::setTimeStep(double step) {
  m_time->setTimeStep(step);
  for (const auto& view : m_views) view->canvas->setTimeStep(m_time->timeStep());
}

void Workspace::setCondition(int condition) {
  m_condition = condition;
  for (const auto& view : m_views) view->canvas->setCondition(condition);
}

SceneCanvas* Workspace::canvas(int run) const {
  return m_views.at(static_cast<std::size_t>(run))->canvas;
}

std::shared_ptr<const Snapshot> Workspace::shown(int run) const {
  return m_views.at(static_cast<std::size_t>(run))->shown;
}

QString Workspace::sentence(int run) const {
  return m_views.at(static_cast<std::size_t>(run))->phases->sentence();
}

void Workspace::shareCamera(const SceneCanvas* from) {
  for (const auto& view : m_views) {
    if (view->canvas != from) view->canvas->setView(from->view());
  }
}

}  // namespace gps::ui
