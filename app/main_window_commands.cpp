// SPDX-License-Identifier: GPL-3.0-or-later
// What the user asks of the window about its runs: which, start and stop, parameters.
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <algorithm>

#include "app/bridge/comparison.h"
#include "app/bridge/session_keeper.h"
#include "app/commands/add_part.h"
#include "app/documents/log_export.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/export_menu.h"
#include "app/forms/run_panel.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"
#include "core/scene/scene_writer.h"
#include "widgets/panels/parameter_form.h"
#include "widgets/plots/plot_board.h"

namespace gps::ui {

namespace {

/// Requests for which several runs qualify: `ready` ones go first, and only without any of them the finished.
std::vector<RunSession*> startable(const std::vector<RunSession*>& runs) {
  std::vector<RunSession*> ready, finished;
  for (RunSession* run : runs) {
    if (!run->readOnly().isEmpty() || !controlsFor(run->state(), run->hasData()).start) continue;
    (run->state() == RunState::Finished ? finished : ready).push_back(run);
  }
  return ready.empty() ? finished : ready;
}

std::vector<std::pair<QString, QString>> queuedOf(const RunSession& run) {
  std::vector<std::pair<QString, QString>> queued;
  for (const ParameterEvent& event : run.progress().queued) {
    queued.emplace_back(QString::fromStdString(event.key), QString::fromStdString(event.to));
  }
  return queued;
}

/// Descriptions of one parameter, or nothing for an unknown key.
std::optional<ParamField> fieldOf(const Parameters& parameters, const QString& key) {
  for (ParamField& field : describe(parameters, parameters)) {
    if (QString::fromStdString(field.spec.key) == key) return std::move(field);
  }
  return std::nullopt;
}

}  // namespace

void MainWindow::connectActions() {
  WindowActions& a = m_actions;
  connect(a.openScene, &QAction::triggered, this, &MainWindow::chooseSceneFile);
  connect(a.startPage, &QAction::triggered, this, [this] {
    if (m_pages->currentWidget() != m_pages->widget(0)) {
      showStartPage();
    } else if (!m_runs.empty()) {
      showLearn(false);
    }
  });
  connect(a.exportLogA, &QAction::triggered, this, [this] { chooseLogFile(0); });
  connect(a.exportLogB, &QAction::triggered, this, [this] { chooseLogFile(1); });
  connect(a.exportPlots, &QAction::triggered, this, &MainWindow::choosePlotFolder);
  m_exports = new ExportMenu(
      a, m_messages, m_settings,
      [this]() -> ExportMenu::Shown {
        if (m_runs.empty()) return {};
        const RunSession* run = m_runs[static_cast<std::size_t>(m_selected)].get();
        return {run, std::min(m_workspace->iteration(), run->history()->iterations())};
      },
      this);
  connect(a.quit, &QAction::triggered, this, &QWidget::close);

  connect(a.start, &QAction::triggered, this, &MainWindow::requestStart);
  connect(a.pause, &QAction::triggered, this, [this] {
    for (const auto& run : m_runs) {
      if (controlsFor(run->state(), run->hasData()).pause) run->pause();
    }
  });
  connect(a.stepPhase, &QAction::triggered, this, [this] { requestStep(StepUnit::Phase); });
  connect(a.stepIteration, &QAction::triggered, this, [this] { requestStep(StepUnit::Iteration); });
  connect(a.stop, &QAction::triggered, this, [this] {
    for (const auto& run : m_runs) {
      if (controlsFor(run->state(), run->hasData()).stop) run->stop();
    }
  });
  connect(a.reset, &QAction::triggered, this, &MainWindow::requestReset);
  connect(a.addRun, &QAction::triggered, this,
          [this] { addSecondRun(counterpart(m_runs.front()->setup().algorithm)); });
  connect(a.removeRun, &QAction::triggered, this, &MainWindow::removeSecondRun);
  connect(a.algorithm, &QComboBox::activated, this, &MainWindow::requestAlgorithm);

  for (QAction* layer : {a.showSamples, a.showLocal, a.showGlobal, a.showTubes, a.showGhosts, a.showGrid, a.showTests}) {
    connect(layer, &QAction::toggled, this, &MainWindow::applyLayers);
  }
  connect(a.fit, &QAction::triggered, m_workspace, &Workspace::fit);
  connect(a.themes, &QActionGroup::triggered, this, [this](const QAction* action) {
    setThemeChoice(static_cast<ThemeChoice>(action->data().toInt()));
  });
  connect(a.switchTheme, &QAction::triggered, this, [this] {
    const bool dark = Theme::fromPalette(qApp->palette()).dark;
    setThemeChoice(dark ? ThemeChoice::Light : ThemeChoice::Dark);
  });
  connect(a.levels, &QActionGroup::triggered, this, [this](const QAction* action) {
    const Level level = static_cast<Level>(action->data().toInt());
    m_settings.setLevel(level);
    m_panel->form()->setLevel(level);
  });
  connect(m_panel->form(), &ParameterForm::levelChanged, this, [this](Level level) {
    m_settings.setLevel(level);
    m_formDirty = true;
    m_actions.levels->actions().at(static_cast<int>(level))->setChecked(true);
  });
  connect(a.keys, &QAction::triggered, this, &MainWindow::showKeys);
  connect(a.about, &QAction::triggered, this, &MainWindow::showAbout);
}

// --- scenes
// --------------------------------------------------------------------------------------------------

bool MainWindow::beginRuns(std::shared_ptr<const Task> task, const std::string& algorithm) {
  Result<Parameters> parameters = parametersFor(*task, algorithm);
  if (!parameters) {
    m_messages->post("scene", Severity::Error, parameters.error());
    return false;
  }
  dropRuns();
  m_learned = m_document->tree();
  m_runs.push_back(std::make_unique<RunSession>(
      RunSetup{algorithm + "-1", algorithm, std::move(task), *std::move(parameters)}, legend(algorithm, 0)));
  watch(m_runs.back().get());
  recordRun(m_runs.back().get(), 0);
  showWorkspace();
  runsChanged();
  tick();
  m_workspace->setFocus();  // no button is favoured; Tab leads into the first one
  offerLeftSessions();      // the messages were cleared, and these may have been among them
  offerRecovery();
  return true;
}

QString MainWindow::legend(const std::string& algorithm, int run) const {
  const Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm);
  if (!entry) return QString::fromStdString(algorithm);
  const QString label =
      QString::fromUtf8((*entry)->label.data(), static_cast<qsizetype>((*entry)->label.size()));
  const bool twice = run == 1 && m_runs.front()->setup().algorithm == algorithm;
  return twice ? label + " (B)" : label;
}

bool MainWindow::addSecondRun(const std::string& algorithm) {
  if (m_runs.size() != 1) return false;
  const RunSession& first = *m_runs.front();
  const std::shared_ptr<const Task> task = first.setup().task;
  Result<Parameters> parameters =
      parametersBeside({&first.algorithm(), task.get(), &first.parameters()}, algorithm);
  if (!parameters) {
    m_messages->post("scene", Severity::Error, parameters.error());
    return false;
  }
  const std::string name = algorithm + (algorithm == first.setup().algorithm ? "-2" : "-1");
  m_runs.push_back(std::make_unique<RunSession>(RunSetup{name, algorithm, task, *std::move(parameters)},
                                                legend(algorithm, 1)));
  watch(m_runs.back().get());
  recordRun(m_runs.back().get(), 1);
  m_selected = 1;
  runsChanged();
  return true;
}

void MainWindow::removeSecondRun() {
  if (m_runs.size() < 2) return;
  const auto remove = [this] {
    if (m_runs.size() < 2) return;
    m_messages->dismiss("failure.B");
    forgetAnswers("failure.B");
    m_workspace->setRuns({m_runs.front().get()});
    m_runs.pop_back();
    m_selected = 0;
    runsChanged();
  };
  if (!m_runs.back()->active()) {
    remove();
    return;
  }
  ask("remove",
      m_runs.back()->saved() ? tr("Run B is still going; removing it stops it.")
                             : tr("Run B is still going; removing it discards its %n iteration(s).", nullptr,
                                  m_runs.back()->history()->iterations()),
      m_runs.back()->saved() ? tr("Its iterations stay in the session.") : QString(), tr("Remove run B"), remove);
}

void MainWindow::restart(int run, const std::string& algorithm, Parameters parameters) {
  RunSession& session = *m_runs[static_cast<std::size_t>(run)];
  const RunSession& other = *m_runs[m_runs.size() - 1 - static_cast<std::size_t>(run)];
  const bool twice = m_runs.size() > 1 && other.setup().algorithm == algorithm;
  withdraw({"reset", "newRun", "algorithm", "refused", "warnings"});
  if (session.heldAt() > 0) recordRun(&session, run);  // it was nobody's until now
  session.reset(
      {algorithm + (twice && run == 1 ? "-2" : "-1"), algorithm, session.setup().task, std::move(parameters)},
      legend(algorithm, run));
}

bool MainWindow::changeAlgorithm(int run, const std::string& algorithm) {
  if (run < 0 || run >= static_cast<int>(m_runs.size())) return false;
  const RunSession& session = *m_runs[static_cast<std::size_t>(run)];
  if (session.setup().algorithm == algorithm) return true;
  Result<Parameters> parameters =
      parametersBeside({&session.algorithm(), session.setup().task.get(), &session.parameters()}, algorithm);
  if (!parameters) {
    m_messages->post("scene", Severity::Error, parameters.error());
    return false;
  }
  restart(run, algorithm, *std::move(parameters));
  runsChanged();
  return true;
}

void MainWindow::requestAlgorithm() {
  if (m_runs.empty()) return;
  const int run = m_selected;
  const RunSession& session = *m_runs[static_cast<std::size_t>(run)];
  const std::string chosen = m_actions.algorithm->currentData().toString().toStdString();
  if (chosen == session.setup().algorithm) return;
  if (!session.active()) {
    changeAlgorithm(run, chosen);
    return;
  }
  showControls();  // the selector keeps saying what runs until the question is answered
  ask("algorithm", tr("Another algorithm needs a new run; this one is still going."),
      session.saved() ? tr("Its iterations stay in the session.")
                      : tr("Its %n iteration(s) are discarded.", nullptr, session.history()->iterations()),
      tr("Begin a new run"), [this, run, chosen] { changeAlgorithm(run, chosen); });
}

void MainWindow::withdraw(std::initializer_list<const char*> questions) {
  for (const char* key : questions) {
    m_messages->dismiss(key);
    forgetAnswers(key);
  }
}

void MainWindow::settleForm() {
  withdraw({"reset", "newRun", "algorithm", "refused"});
  const std::vector<ParameterForm::Refused> refused = m_panel->form()->settle();
  if (refused.empty()) return;
  QStringList kept, problems;
  for (const ParameterForm::Refused& each : refused) {
    kept << tr("%1 stays %2: “%3” was not taken.").arg(each.label, each.kept, each.typed);
    problems << each.problem;
  }
  m_messages->post({.key = "refused",
                    .severity = Severity::Warning,
                    .what = kept.join(' '),
                    .where = {},
                    .mend = problems.join(' '),
                    .action = {}});
  m_panel->form()->focusParameter(refused.front().key);
}

void MainWindow::requestStart() {
  if (m_pages->currentWidget() == m_design) {
    showLearn(true);
    return;
  }
  settleForm();
  for (RunSession* run : startable(runs())) run->start();
}

void MainWindow::startRun(RunSession* run) {
  settleForm();
  run->start();
}

void MainWindow::requestStep(StepUnit unit) {
  settleForm();
  std::vector<RunSession*> ready, finished;
  for (RunSession* run : runs()) {
    if (!run->readOnly().isEmpty() || !controlsFor(run->state(), run->hasData()).step) continue;
    (run->state() == RunState::Finished ? finished : ready).push_back(run);
  }
  for (RunSession* run : ready.empty() ? finished : ready) run->step(unit);
}

void MainWindow::requestReset() {
  const auto reset = [this] {
    // An earlier iteration that is looked at has nothing to be forgotten.
    if (m_runs.size() > 1 && m_runs.back()->heldAt() > 0) removeSecondRun();
    // All stop at once; then the first is waited for.
    for (const auto& run : m_runs) run->stop();
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
      restart(static_cast<int>(i), m_runs[i]->setup().algorithm, m_runs[i]->parameters());
    }
    runsChanged();
  };
  const int lost = shownIterations();
  if (lost == 0 && !anyActive()) return withdraw({"reset"});
  // No number while it grows.
  ask("reset",
      anyActive() ? tr("Reset stops what runs and forgets its iterations.")
                  : tr("Reset forgets %n finished iteration(s).", nullptr, lost),
      m_keeper->exists() ? tr("They stay in the session, where a new run then begins.") : QString(), tr("Reset now"),
      reset);
}

void MainWindow::showFailure(RunSession* run, const Failure& failure) {
  Error error = failure.error;
  QString place = tr("%1, iteration %2").arg(run->label()).arg(failure.iteration);
  for (const Phase& phase : run->phases()) {
    if (phase.id == failure.phase) place += ", " + QString::fromStdString(phase.label);
  }
  error.where = place.toStdString() + (error.where.empty() ? "" : ", " + error.where);
  const QString key = "failure." + letter(run);
  m_answers[key] = [run] { run->retry(); };
  m_messages->post(key, Severity::Error, error, tr("Retry from iteration %1").arg(failure.iteration));
}

void MainWindow::showWarnings() {
  if (m_runs.empty()) return;
  constexpr std::size_t kShown = 5;
  const RunSession& run = *m_runs[static_cast<std::size_t>(m_selected)];
  const std::vector<WarningStreak>& all = run.warnings().all();
  QStringList lines;
  for (std::size_t i = all.size(); i > 0 && all.size() - i < kShown; --i) {
    lines << QString::fromStdString(streakPlace(all[i - 1]) + ": " + all[i - 1].text);
  }
  if (lines.isEmpty()) return;
  if (all.size() > kShown) lines << tr("And %1 earlier.").arg(all.size() - kShown);
  m_messages->post({.key = "warnings",
                    .severity = Severity::Warning,
                    .what = lines.join('\n'),
                    .where = run.label(),
                    .mend = {},
                    .action = {}});
}

// --- parameters
// ----------------------------------------------------------------------------------------------

void MainWindow::editParameter(const QString& key, const QString& value) {
  if (m_runs.empty()) return;
  withdraw({"refused"});
  RunSession& selected = *m_runs[static_cast<std::size_t>(m_selected)];
  const std::optional<ParamField> field = fieldOf(selected.parameters(), key);
  if (!field) return;
  if (!selected.readOnly().isEmpty()) {
    m_panel->form()->setError(key, selected.readOnly());
    return;
  }
  std::vector<int> targets{m_selected};
  if (m_runs.size() > 1 && m_panel->linked() &&
      isShared(field->spec, m_runs[0]->algorithm(), m_runs[1]->algorithm())) {
    targets = {0, 1};
  }
  std::vector<int> restarts;
  for (const int target : targets) {
    RunSession& run = *m_runs[static_cast<std::size_t>(target)];
    Parameters trial = run.parameters();
    if (Status status = gps::setParameter(trial, key.toStdString(), value.toStdString()); !status) {
      const QString wrong = QString::fromStdString(status.error().what + " " + status.error().mend);
      m_panel->form()->setError(key, wrong);
      return;
    }
    if (field->spec.applies == Applies::Reset && (run.hasData() || run.active())) restarts.push_back(target);
  }
  if (!restarts.empty()) {
    const QString label = QString::fromStdString(field->spec.label);
    ask("newRun", tr("%1 = %2 needs a new run.").arg(label, value),
        m_keeper->exists() ? tr("The iterations made so far stay in the session.")
                           : tr("The iterations made so far are discarded."),
        tr("New run with this"),
        [this, targets, key, value] {
          for (const int target : targets) {
            if (target >= static_cast<int>(m_runs.size())) continue;
            const RunSession& run = *m_runs[static_cast<std::size_t>(target)];
            Parameters changed = run.parameters();
            if (!gps::setParameter(changed, key.toStdString(), value.toStdString())) continue;
            restart(target, run.setup().algorithm, std::move(changed));
          }
          runsChanged();
        });
    m_formDirty = true;  // shows the value in force again
    return;
  }
  for (const int target : targets) {
    const Status status = m_runs[static_cast<std::size_t>(target)]->setParameter(key, value);
    if (!status) m_panel->form()->setError(key, QString::fromStdString(status.error().what));
  }
}

void MainWindow::showForm() {
  if (m_runs.empty()) return;
  const RunSession& run = *m_runs[static_cast<std::size_t>(m_selected)];
  const Result<Parameters> defaults = parametersFor(*run.setup().task, run.setup().algorithm);
  // Never locked: a change that needs a new run offers to begin one.
  m_panel->form()->setRunHasData(false);
  m_panel->form()->setFields(describe(run.parameters(), defaults ? *defaults : run.parameters()),
                             run.algorithm().usedBy);
  showQueued();
}

void MainWindow::showQueued() {
  if (m_runs.empty()) return;
  std::vector<std::pair<QString, QString>> queued = queuedOf(*m_runs[static_cast<std::size_t>(m_selected)]);
  if (queued == m_queuedShown) return;  // asked at every tick while something runs
  m_panel->form()->setQueued(queued);
  m_queuedShown = std::move(queued);
}

void MainWindow::showControls() {
  const bool working = m_pages->currentWidget() == m_workspace && !m_runs.empty();
  RunControls controls;
  bool retry = false, raises = false;
  if (working) {
    for (const auto& run : m_runs) {
      if (run->readOnly().isEmpty()) controls = either(controls, controlsFor(run->state(), run->hasData()));
    }
    const std::vector<RunSession*> next = startable(runs());
    const auto all = [&next](RunState state) {
      return !next.empty() && std::all_of(next.begin(), next.end(),
                                          [state](const RunSession* run) { return run->state() == state; });
    };
    retry = all(RunState::Failed);
    // What was stopped, or was read from a session, goes on where it is.
    raises = all(RunState::Finished) || all(RunState::Paused) ||
             (!next.empty() && std::all_of(next.begin(), next.end(),
                                           [](const RunSession* run) { return run->hasData(); }));
  }
  const bool designing = m_pages->currentWidget() == m_design;
  if (designing) controls.start = !m_document->hasErrors();
  m_actions.setControls(controls, retry, raises);
  m_actions.design->setEnabled(m_runs.empty() || m_runs.front()->setup().task->scene != nullptr);
  m_actions.learn->setEnabled(!m_runs.empty() || !m_document->hasErrors());
  const QString why = designing && m_document->hasErrors()
                          ? tr("Not yet: %1").arg(QString::fromStdString(m_document->problems().front().what))
                          : tr("Learn until the iteration limit");
  m_actions.start->setToolTip(why.toHtmlEscaped() + " (F5)");
  m_actions.addRun->setVisible(m_runs.size() < 2);
  m_actions.addRun->setEnabled(working && m_runs.size() == 1 && m_readOnlySession.isEmpty());
  {
    const RunSession* chosen = m_runs.empty() ? nullptr : m_runs[static_cast<std::size_t>(m_selected)].get();
    m_actions.fork->setEnabled(working && chosen && chosen->readOnly().isEmpty() && chosen->saved() &&
                               chosen->saved()->iteration > 0 && chosen->place());
  }
  m_actions.removeRun->setVisible(m_runs.size() > 1);
  m_actions.removeRun->setEnabled(working && m_runs.size() > 1);
  m_actions.exportLogA->setText(m_runs.size() > 1 ? tr("Export log of run A…") : tr("Export log…"));
  m_actions.exportLogA->setEnabled(!m_runs.empty() && m_runs.front()->hasData());
  m_actions.exportLogB->setVisible(m_runs.size() > 1);
  m_actions.exportLogB->setEnabled(m_runs.size() > 1 && m_runs.back()->hasData());
  m_actions.exportPlots->setEnabled(shownIterations() > 0);
  m_exports->refresh();
  m_actions.startPage->setText(working || designing || m_runs.empty() ? tr("Shipped scenes") : tr("Back to the run"));
  m_actions.algorithm->setEnabled(working && m_readOnlySession.isEmpty());
  m_actions.saveSessionAs->setEnabled(m_keeper->exists());
  if (m_runs.empty()) return;
  const RunSession& run = *m_runs[static_cast<std::size_t>(m_selected)];
  const QSignalBlocker blocker(m_actions.algorithm);
  m_actions.algorithm->setCurrentIndex(
      m_actions.algorithm->findData(QString::fromStdString(run.setup().algorithm)));
  m_actions.algorithmLabel->setText(m_runs.size() > 1 ? tr("Algorithm of %1").arg(letter(&run))
                                                      : tr("Algorithm"));
  m_actions.algorithm->setToolTip(m_runs.size() > 1 ? tr("Algorithm of run %1").arg(letter(&run))
                                                    : tr("Algorithm of the run"));
}

void MainWindow::showFairness() {
  if (m_runs.size() < 2) return;
  const auto side = [](const RunSession& run) {
    return Contestant{&run.algorithm(), run.setup().task.get(), &run.parameters(), run.history()->events()};
  };
  if (const int held = m_runs[1]->heldAt(); held > 0) {
    const QString words =
        m_runs[0]->setup().name == m_runs[1]->setup().name
            ? tr("The same run twice: A as it is, B as it was after iteration %1.").arg(held)
            : tr("B is shown as it was after iteration %1; the slider moves A.").arg(held);
    return m_workspace->setFairness(words, words, true);
  }
  const Fairness verdict = fairness(side(*m_runs[0]), side(*m_runs[1]));
  const QString details = verdict.different.isEmpty()
                              ? tr("All shared parameters are equal.")
                              : tr("Different in both runs: %1.").arg(verdict.different.join(", "));
  m_workspace->setFairness(verdict.text, details, verdict.fair);
}

// --- exports and help
// ------------------------------------------------------------------------------------------

}  // namespace gps::ui
