// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/run.h"
#include "core/engine/warning_streaks.h"
#include "widgets/plots/run_history.h"

namespace gps::ui {

/// One run as the window sees it: the engine's run, its mailbox, the finished iterations and the newest
/// progress. Lives on the UI thread; nothing arrives unless drain() is called, so every signal comes from
/// there or from a call of the owner. Destroying or resetting a run that works stops it first (below 200 ms).
class RunSession : public QObject {
  Q_OBJECT
 public:
  /// `label` is the name in legends ("MDGPS").
  RunSession(RunSetup setup, QString label, QObject* parent = nullptr);
  ~RunSession() override;

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
  void stateChanged(gps::RunState state);
  void failed(const gps::Failure& failure);
  /// A request was answered; `key` names the parameter it was about, or is empty.
  void replied(const gps::Reply& reply, const QString& key);

 private:
  void adopt(RunSetup setup, QString label);
  void begin();
  void discardEngine();
  void setState(RunState state);

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
  std::uint64_t m_firstRequest = 0;  ///< not answered yet; idle progress posted before it is stale
  std::map<std::uint64_t, QString> m_parameterRequests;
};

}  // namespace gps::ui
