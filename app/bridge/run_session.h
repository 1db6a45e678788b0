// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/bridge/iteration_loader.h"
#include "app/bridge/relay_recorder.h"
#include "core/engine/run.h"
#include "core/engine/warning_streaks.h"
#include "core/plant/trial_runner.h"
#include "widgets/plots/run_history.h"

namespace gps::ui {

/// Where a run is rolled out, if not in the simulation.
struct RunPlant {
  std::shared_ptr<TrialRunner> trials{};
  QString name{};
};

/// One run as the window sees it: the engine's run, its mailbox, the finished iterations and the newest
/// progress. Lives on the UI thread; nothing arrives unless drain() is called, so every signal comes from
/// there or from a call of the owner. Destroying or resetting a run that works stops it first (below 200 ms).
class RunSession : public QObject {
  Q_OBJECT
 public:
  /// `label` is the name in legends ("MDGPS").
  RunSession(RunSetup setup, QString label, QObject* parent = nullptr);
  ~RunSession() override;

  /// How a run that begins is saved; without it none is. Called with what the engine is started with and, for a run
  /// that goes on, its recorder.
  using Recording =
      std::function<std::shared_ptr<RelayRecorder>(const RunSetup& setup, std::shared_ptr<RelayRecorder> known)>;
  void setRecording(Recording recording) { m_recording = std::move(recording); }
  /// Asked when a run begins anew: where it is rolled out. Without it, in the simulation.
  void setPlants(std::function<RunPlant()> plants) { m_plants = std::move(plants); }
  /// Of the run that has begun.
  const RunPlant& plant() const { return m_plant; }
  /// Of a run that was read from a session: its iterations, oldest first, and where more of them are read. To be called
  /// before the first request; `resume` of the set-up decides where it goes on.
  void takePast(const std::vector<std::shared_ptr<const Snapshot>>& past, std::shared_ptr<RelayRecorder> recorder);
  /// Of a run that left another one: marked on the plots.
  void setForkedAt(int iteration) { m_history->setForkedAt(iteration); }
  /// Where its iterations are; nothing while they are nowhere.
  std::optional<RunPlace> place() const { return m_recorder ? m_recorder->place() : std::nullopt; }
  /// A session has it as a run of its own; a fork that did not begin is in none, though its past is.
  bool inSession() const { return m_recorder && m_recorder->hasOwnRun(); }
  /// What it leaves; 0: nothing.
  RelayRecorder::Fork fork() const { return m_recorder ? m_recorder->fork() : RelayRecorder::Fork{}; }
  /// Every request is refused with this reason, in words; empty: none is.
  void setReadOnly(const QString& reason) { m_readOnly = reason; }
  QString readOnly() const { return m_readOnly; }
  /// Of a run that is shown as it was after this iteration, the last of its past: it does not follow the slider, and no
  /// engine ever works on it. `reason`: why it is read only.
  void setHeldAt(int iteration, const QString& reason);
  /// 0: the run as it is.
  int heldAt() const { return m_heldAt; }
  /// The session calls it so from now on.
  void rename(const std::string& name);
  /// How far saving has come; nothing for a run that is not saved, or did not begin.
  std::optional<SaveState> saved() const;
  /// Reads the arrays of an iteration, and of those before it that are drawn with it, where they are not in memory;
  /// arraysLoaded() follows.
  void want(int iteration, int before);

  /// What the engine was, or will be, started with.
  const RunSetup& setup() const { return m_setup; }
  /// The values in force: the set-up and the changes that took effect since.
  const Parameters& parameters() const { return m_parameters; }
  const AlgorithmEntry& algorithm() const { return *m_algorithm; }
  const std::vector<Phase>& phases() const { return m_phases; }
  QString label() const { return m_label; }
  std::shared_ptr<const RunHistory> history() const { return m_history; }
  const Progress& progress() const { return m_progress; }
  const WarningStreaks& warnings() const { return m_warnings; }
  RunState state() const { return m_progress.state; }
  bool hasData() const { return m_history->iterations() > 0; }
  /// Between Start and Stop: an iteration runs, or waits inside.
  bool active() const;
  /// Help of the phase with this id; empty for an unknown one.
  QString phaseHelp(const std::string& id) const;

  // Requests. The outcome comes with a later drain().
  void start();  ///< failed: retries. finished: raises the limit.
  void pause();
  void step(StepUnit unit);
  void stop();
  void retry();

  /// Before there is data the set-up changes at once; afterwards the change is queued for the next iteration.
  /// An error says why the value cannot be.
  Status setParameter(const QString& key, const QString& value);
  void cancelParameter(const QString& key);

  /// Forgets everything and becomes this set-up, idle.
  void reset(RunSetup setup, QString label);

  /// Takes what the engine posted since the last call. The window calls it every 33 ms.
  void drain();

 Q_SIGNALS:
  void changed();  ///< progress, data or parameters
  void parametersChanged();
  void iterationFinished(int iteration);
  void arraysLoaded(int iteration);
  void loadFailed(const gps::Error& error);
  void stateChanged(gps::RunState state);
  void failed(const gps::Failure& failure);
  /// A request was answered; `key` names the parameter it was about, or is empty.
  void replied(const gps::Reply& reply, const QString& key);

 private:
  void adopt(RunSetup setup, QString label);
  void begin();
  void discardEngine();
  void setState(RunState state);
  void loadNext();
  void lightenOld();

  RunSetup m_setup;
  Parameters m_parameters;
  const AlgorithmEntry* m_algorithm = nullptr;
  std::vector<Phase> m_phases;
  QString m_label;
  std::shared_ptr<RunHistory> m_history;
  WarningStreaks m_warnings;
  Progress m_progress;
  std::shared_ptr<Mailbox> m_mailbox;
  std::unique_ptr<Run>
      m_run;  ///< made by the first request, so that a set-up can be edited freely until then
  Recording m_recording;
  std::function<RunPlant()> m_plants;
  RunPlant m_plant;
  std::shared_ptr<RelayRecorder> m_recorder;
  QString m_readOnly;
  int m_heldAt = 0;
  std::unique_ptr<IterationLoader> m_loader;
  std::vector<int> m_wanted;          ///< still to be read, the one that is looked at first
  std::vector<int> m_read;            ///< whose arrays were read again, oldest first
  int m_whole = 1;                    ///< the first iteration whose arrays were never given up
  std::uint64_t m_firstRequest = 0;  ///< not answered yet; idle progress posted before it is stale
  std::map<std::uint64_t, QString> m_parameterRequests;
};

}  // namespace gps::ui
