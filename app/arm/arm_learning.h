// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <memory>

#include "app/arm/arm_seat.h"
#include "app/bridge/latest_job.h"
#include "app/bridge/run_session.h"
#include "core/engine/first_trials.h"
#include "widgets/panels/arm/arm_view.h"

namespace gps::ui {

class ArmLink;

/// A run that is to be learned on the arm: the dry run, the first trials with growing shares of the actions, each after
/// a press of its button, and then the run itself. Lives on the UI thread; trials are waited for beside it.
class ArmLearning : public QObject {
  Q_OBJECT
 public:
  explicit ArmLearning(ArmLink& link);
  ~ArmLearning() override;

  /// The run to be learned on the arm when it begins; null: all learn in the simulation.
  void choose(RunSession* run);
  RunSession* chosen() const { return m_run; }
  /// What the button that is shown says.
  void confirm();
  /// Where a run that begins now is rolled out.
  RunPlant plantFor(const RunSession* run) const;
  /// The arm is there, or is there no more.
  void setFits(bool fits);
  /// A trial or a run uses the arm: it is not to be jogged.
  bool busy() const;
  /// Fills what the panel shows of it.
  void show(ArmView& view, const RunSession* selected, bool fits) const;

 Q_SIGNALS:
  /// The first trials are made: the run may begin.
  void ready(gps::ui::RunSession* run);

 private:
  enum class Step { DryRun, Tenth, Half, Whole, Begin, Begun };
  void restart();
  void work(std::function<Result<QString>(const std::atomic<bool>&)> job);

  ArmLink& m_link;
  QPointer<RunSession> m_run;
  std::shared_ptr<ArmSeat> m_seat;
  std::shared_ptr<std::shared_ptr<const FirstTrials>> m_first;  ///< filled and used by the jobs, one after the other
  Step m_step = Step::DryRun;
  QString m_said;       ///< how the last step went
  bool m_failed = false;
  LatestJob m_job;
};

}  // namespace gps::ui
