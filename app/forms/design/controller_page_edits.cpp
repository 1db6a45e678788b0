// SPDX-License-Identifier: GPL-3.0-or-later
// What the page of the first controllers asks for: rollouts of another thread, steps of the document.
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QStyle>
#include <algorithm>
#include <cmath>

#include "app/commands/edit_start.h"
#include "app/forms/design/controller_page.h"
#include "app/forms/design/start_overlay.h"
#include "core/algorithms/start_controllers.h"
#include "core/algorithms/track_path.h"
#include "core/scene/controller_tables.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/panels/curve_editor.h"

namespace gps::ui {

namespace {

/// The algorithm whose suggestions are shown; the first controllers are for all of them.
constexpr const char* kAlgorithm = "mdgps";
constexpr int kSamples = 8;
/// Of the first answer, all conditions together.
constexpr int kSoonRollouts = 12;
/// Of the horizon, for the drawn way; then it rests at its end.
constexpr double kWayShare = 0.8;
constexpr int kWayPoints = 41;

bool readsTables(InitKind kind) {
  return kind == InitKind::Demonstration || kind == InitKind::Run || kind == InitKind::Table;
}

/// What the two curve editors show: per action its values at every step.
struct DrawnCurves {
  std::vector<CurveEditor::Curve> offsets{};
  std::vector<CurveEditor::Curve> deviations{};
};

void takeCurves(const std::vector<CurveEditor::Curve>& curves, bool positive, std::vector<std::vector<double>>& rows) {
  if (curves.empty()) return;
  rows.assign(curves.front().values.size(), std::vector<double>(curves.size()));
  for (std::size_t a = 0; a < curves.size(); ++a) {
    for (std::size_t t = 0; t < rows.size() && t < curves[a].values.size(); ++t) {
      const double value = roundedGain(curves[a].values[t]);
      rows[t][a] = positive ? std::clamp(value, 1e-6, 1e6) : value;
    }
  }
}

/// The controller of one condition with k and sigma as drawn, as tables: of that condition alone where the others keep
/// what they have without one, else of all. The curves are those of the editors, not of the last answer: what was drawn
/// a moment ago is in them already.
std::vector<ControllerTable> drawnTables(const StartShown& shown, int condition, const DrawnCurves& drawn) {
  const InitKind kind = shown.parameters.init.kind;
  const bool others = !readsTables(kind) && kind != InitKind::Lqr;
  std::vector<ControllerTable> tables;
  for (int i = 0; i < shown.task->conditionCount(); ++i) {
    if (i != condition && !others) continue;
    const std::size_t index = static_cast<std::size_t>(i);
    ControllerTable table = tableOf(shown.task->conditions[index], *shown.preview.conditions[index].controller);
    for (const ControllerTable& old : shown.task->scene->initialController.tables) {
      if (old.condition != table.condition || kind != InitKind::Demonstration) continue;
      table.time = old.time;
      table.path = old.path;
    }
    if (i == condition) {
      takeCurves(drawn.offsets, false, table.k);
      takeCurves(drawn.deviations, true, table.sigma);
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

/// What a drawn controller counts as: a demonstration or a run's stays one in name until it is drawn over.
std::string kindAfterDrawing(InitKind kind) {
  return kind == InitKind::Demonstration ? "demonstration" : "table";
}

/// What of the initial controller the reader refuses: "tables", "gains", ...; empty: it is not about that.
std::string refusedKey(const SceneDocument& document) {
  constexpr std::string_view kStart = "/initial_controller/";
  if (document.readable() || document.problems().empty()) return {};
  const std::string& pointer = document.problems().front().pointer;
  if (!pointer.starts_with(kStart)) return {};
  const std::string key = pointer.substr(kStart.size(), pointer.find('/', kStart.size()) - kStart.size());
  return key == "kind" ? std::string() : key;
}

/// Whether a kind of first controller is made from what stands at this key.
bool reads(const std::string& kind, const std::string& key) {
  if (key == "tables") return kind == "demonstration" || kind == "run" || kind == "table";
  if (key == "gains" || key == "acc") return kind == "lqr";
  return kind == "feedback";
}

}  // namespace

void ControllerPage::preview(bool drawing, bool all) {
  std::shared_ptr<const Scene> scene = m_document->scene();
  if (!scene || (drawing && !answersDocument())) return;
  DrawnCurves curves;
  if (drawing) curves = {m_offsets->curves(), m_deviations->curves()};
  const int conditions = std::max(1, static_cast<int>(conditionsIn(*scene, ConditionSet::Training).size()));
  const int samples = all ? kSamples : std::clamp(kSoonRollouts / conditions - 1, 2, kSamples);
  m_previews.start([this, scene, drawing, samples, curves = std::move(curves), base = m_shown,
                    condition = m_condition](const std::atomic<bool>& stop) -> LatestJob::Deliver {
    std::shared_ptr<const Scene> tried = scene;
    if (drawing) {
      auto changed = std::make_shared<Scene>(*scene);
      InitialControllerSpec& start = changed->initialController;
      for (ControllerTable& table : drawnTables(*base, condition, curves)) {
        std::erase_if(start.tables, [&table](const ControllerTable& old) { return old.condition == table.condition; });
        start.tables.push_back(std::move(table));
      }
      start.kind = kindAfterDrawing(base->parameters.init.kind);
      tried = std::move(changed);
    }
    auto shown = std::make_shared<Result<StartShown>>(startOf(tried, kAlgorithm, samples, &stop));
    // While a point is dragged its curve is the widget's; the rollouts alone are new.
    if (drawing) {
      return [this, shown] {
        if (!*shown) return;
        m_canvas->setSnapshot((*shown)->snapshot);
        Q_EMIT previewShown();
      };
    }
    return [this, shown, samples] {
      const bool more = shown->ok() && samples < kSamples;
      take(std::move(*shown));
      if (more) preview(false, true);
    };
  });
}

void ControllerPage::take(Result<StartShown> shown) {
  if (!shown) {
    say(QString::fromStdString(shown.error().what + " " + shown.error().mend), true);
    Q_EMIT previewShown();
    return;
  }
  const bool first = !m_shown || m_shown->task->name != shown->task->name;
  m_shown = std::make_shared<const StartShown>(*std::move(shown));
  QStringList names;
  for (const std::string& name : m_shown->task->conditions) names << QString::fromStdString(name);
  QStringList before;
  for (int i = 0; i < m_conditions->count(); ++i) before << m_conditions->itemText(i);
  if (names != before) {
    m_conditions->clear();
    m_conditions->addItems(names);
  }
  {
    const QSignalBlocker quiet(m_step);
    m_step->setRange(0, m_shown->task->T - 1);
  }
  if (first) m_canvas->setScene(m_shown->task->scene);
  m_canvas->setSnapshot(m_shown->snapshot);
  showKind();
  showParameters();
  showCondition();
  showWarnings();
  if (!m_demonstrate->isChecked() && !m_tracker.busy() && m_state->property("bad").toBool()) say(QString());
  Q_EMIT previewShown();
}

bool ControllerPage::apply(const QString& title, const SceneDocument::Command& command, const QString& gesture) {
  const Status done = m_document->edit(title, command, gesture);
  if (!done) {
    if (m_shown) showParameters();
    Q_EMIT refused(done.error());
  }
  return done.ok();
}

void ControllerPage::chooseKind(const QString& kind) {
  const std::shared_ptr<const Scene> scene = m_document->scene();
  const std::string id = kind.toStdString();
  const bool tabled = id == "demonstration" || id == "run" || id == "table";
  // Whatever the reader refuses of the controllers of before goes, or nothing could be chosen any more.
  const std::string refused = refusedKey(*m_document);
  if (!scene || (!refused.empty() && !reads(id, refused))) {
    apply(tr("Start with %1").arg(m_kind->currentText()), [&](TreeEditor& editor) -> Status {
      const TreePath place = TreePath("/initial_controller") / refused;
      if (!refused.empty() && !reads(id, refused) && editor.find(place)) {
        if (Status done = editor.remove(place); !done) return done;
      }
      return setStartKind(editor, id);
    });
    return;
  }
  if (tabled && scene->initialController.tables.empty()) {
    if (m_shown) showKind();
    if (m_shown && id != m_kind->currentData().toString().toStdString()) {
      if (id == "demonstration") {
        m_demonstrate->setChecked(true);
      } else {
        say(id == "run" ? tr("Choose the run under “Take from run”.") : tr("Drag a point of k or σ to begin a table."));
      }
    }
    return;
  }
  if (id == "feedback" && scene->initialController.feedback.empty() && m_shown) {
    // Something to begin with: the gains of now, at the first step.
    const Matrix& K = m_shown->preview.conditions.front().controller->step(0).K;
    SceneTree gains = SceneTree::array();
    for (Eigen::Index a = 0; a < K.rows(); ++a) {
      for (Eigen::Index i = 0; i < K.cols(); ++i) gains.push_back(roundedGain(K(a, i)));
    }
    apply(tr("Start from given gains"), [&](TreeEditor& editor) -> Status {
      if (Status done = setStartKind(editor, "lqr"); !done) return done;
      if (Status done = editor.set(TreePath("/initial_controller"), "feedback", gains); !done) return done;
      return setStartKind(editor, id);
    });
    return;
  }
  apply(tr("Start with %1").arg(m_kind->currentText()), [&](TreeEditor& editor) { return setStartKind(editor, id); });
}

void ControllerPage::chooseParameter(const QString& key, const QString& value) {
  if (!m_shown) return;
  const std::string name = key.toStdString();
  // The default goes without saying.
  const Result<std::string> standard = parameterText(m_shown->standard, name);
  const bool plain = standard && *standard == value.toStdString();
  apply(tr("Change %1").arg(key), [&](TreeEditor& editor) {
    return setStartParameter(editor, name, plain ? std::nullopt : std::optional(value.toStdString()));
  });
}

bool ControllerPage::answersDocument() const {
  const std::shared_ptr<const Scene> scene = m_document->scene();
  if (!m_shown || !scene) return false;
  const Scene& tried = *m_shown->task->scene;
  return tried.name == scene->name && tried.horizon == scene->horizon && tried.state == scene->state &&
         tried.actuators.size() == scene->actuators.size();
}

void ControllerPage::commitCurve(Drawn drawn, int action) {
  if (!answersDocument()) return;
  const std::vector<ControllerTable> tables =
      drawnTables(*m_shown, m_condition, {m_offsets->curves(), m_deviations->curves()});
  const QString name = QString::fromStdString(m_shown->task->actionNames[static_cast<std::size_t>(action)]);
  const bool done = apply(drawn == Drawn::Offsets ? tr("Draw k of %1").arg(name) : tr("Draw σ of %1").arg(name),
                          [&](TreeEditor& editor) {
                            return setStartTables(editor, kindAfterDrawing(m_shown->parameters.init.kind), tables);
                          });
  if (!done) showCondition();  // the curves go back
}

void ControllerPage::fillRuns() {
  m_runMenu->clear();
  const std::vector<RunControllers> runs = m_runs ? m_runs() : std::vector<RunControllers>();
  for (const RunControllers& run : runs) {
    QAction* action = m_runMenu->addAction(run.label);
    connect(action, &QAction::triggered, this, [this, run] { takeFrom(run); });
  }
  if (!runs.empty()) return;
  m_runMenu->addAction(tr("No run has finished an iteration yet"))->setEnabled(false);
}

void ControllerPage::takeFrom(const RunControllers& run) {
  if (!answersDocument() || run.controllers.empty()) return;
  const Task& task = *m_shown->task;
  std::vector<ControllerTable> tables;
  for (std::size_t i = 0; i < run.controllers.size() && i < run.conditions.size(); ++i) {
    const LinearGaussianController& controller = *run.controllers[i];
    if (controller.dX() != task.dX || controller.dU() != task.dU) {
      Q_EMIT refused({"The run has " + std::to_string(controller.dU()) + " actions and " +
                          std::to_string(controller.dX()) + " state entries, but the task now has " +
                          std::to_string(task.dU) + " and " + std::to_string(task.dX) + ".",
                      run.label.toStdString(), "Undo the changes of actuators and state, or learn anew."});
      return;
    }
    if (std::find(task.conditions.begin(), task.conditions.end(), run.conditions[i]) == task.conditions.end()) continue;
    tables.push_back(tableOf(run.conditions[i], controller));
  }
  if (tables.empty()) {
    Q_EMIT refused({"The run has none of the task's conditions.", run.label.toStdString(), "Learn this task first."});
    return;
  }
  if (apply(tr("Start from run %1").arg(run.label),
            [&](TreeEditor& editor) { return setStartTables(editor, "run", tables); })) {
    Q_EMIT noted(tr("The task now starts from run %1.").arg(run.label));
  }
}

void ControllerPage::follow(const std::vector<double>& times, const std::vector<QPointF>& places) {
  m_demonstrate->setChecked(false);
  if (!answersDocument() || places.size() < 2) return;
  // Evenly in time, at the pace of the hand, stretched over the horizon.
  const double duration = times.back();
  const double horizon = kWayShare * m_shown->task->T * m_shown->task->dt;
  ControllerTable way;
  way.condition = m_shown->task->conditions[static_cast<std::size_t>(m_condition)];
  std::size_t next = 1;
  for (int i = 0; i < kWayPoints; ++i) {
    const double time = duration * i / (kWayPoints - 1.0);
    while (next + 1 < times.size() && times[next] < time) ++next;
    const double share = std::clamp((time - times[next - 1]) / (times[next] - times[next - 1]), 0.0, 1.0);
    const QPointF place = places[next - 1] + share * (places[next] - places[next - 1]);
    way.time.push_back(roundedGain(horizon * i / (kWayPoints - 1.0)));
    way.path.emplace_back(roundedGain(place.x()), roundedGain(place.y()));
  }
  say(tr("Learning to follow the way…"));
  m_tracker.start([this, way, shown = m_shown,
                   condition = m_condition](const std::atomic<bool>& stop) -> LatestJob::Deliver {
    const RowMatrix path = pathAtSteps(way.time, way.path, shown->task->T, shown->task->dt);
    auto tracked = std::make_shared<Result<TrackedPath>>(
        trackPath(*shown->task, condition, path, shown->parameters, &stop));
    return [this, way, tracked, shown] {
      // Another task may have been opened meanwhile.
      if (!m_shown || m_shown->task->scene->name != shown->task->scene->name || !answersDocument()) return;
      if (!*tracked) {
        say(QString::fromStdString(tracked->error().what + " " + tracked->error().mend), true);
        return;
      }
      ControllerTable table = tableOf(way.condition, (*tracked)->controller);
      table.time = way.time;
      table.path = way.path;
      // How far to explore around the way is the user's to say: init.var.
      table.sigma.clear();
      const bool done = apply(tr("Demonstrate %1").arg(QString::fromStdString(way.condition)), [&](TreeEditor& editor) {
        return setStartTables(editor, "demonstration", {table});
      });
      if (!done) return;
      say(tr("Without noise %1 stays within %2 m of the way, %3 m on average.")
              .arg(QString::fromStdString(way.condition))
              .arg((*tracked)->farthest, 0, 'g', 2)
              .arg((*tracked)->error, 0, 'g', 2));
    };
  });
}

void ControllerPage::say(const QString& what, bool bad) {
  m_state->setText(what);
  m_state->setVisible(!what.isEmpty());
  m_state->setProperty("bad", bad);
  m_state->setProperty("role", bad ? "error" : "muted");
  m_state->setStyleSheet(m_state->styleSheet());  // looks the new role up
}

}  // namespace gps::ui
