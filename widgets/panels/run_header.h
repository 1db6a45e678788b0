// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <memory>

#include "core/engine/snapshot.h"

namespace gps::ui {

/// The strip above a canvas: which run, its algorithm, its state in words, iteration k of n, cost of the
/// local controllers and of the global policy, rollouts used.
class RunHeader : public QWidget {
  Q_OBJECT
 public:
  explicit RunHeader(QWidget* parent = nullptr);
  ~RunHeader() override;

  /// `label` "A" or "mdgps-1", `algorithm` "MDGPS". Without a policy the global cost is shown as not defined.
  void setRun(const QString& label, const QString& algorithm, bool hasPolicy);
  /// State and iteration k of n.
  void setProgress(const Progress& progress);
  /// Says instead of the state that the run is shown as it was after this iteration; 0: the state, from the next
  /// setProgress() on.
  void setHeld(int iteration);
  /// Says beside the state that its rollouts are made on a real arm, from the next setProgress() on.
  void setOnArm(bool onArm);
  /// Costs and rollouts of this iteration, which is named where it is not the one of the progress; null: none
  /// yet.
  void setSnapshot(const std::shared_ptr<const Snapshot>& snapshot);
  /// Everything it says, as one sentence for screen readers and tests.
  QString summary() const;

  /// Independent of what it says: texts that change must not move the window's smallest size.
  QSize minimumSizeHint() const override;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// The state as people read it: "Running", "Paused", "Finished".
QString runStateLabel(RunState state);

/// At most four significant digits, in the C locale; for numbers on screen.
QString shortNumber(double value);

}  // namespace gps::ui
