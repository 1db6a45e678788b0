// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>

#include "core/algorithms/parameters.h"
#include "core/engine/iteration_recorder.h"
#include "core/engine/warning_streaks.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace gps::ui {

/// The line at the foot of the window: state, phase, condition, progress, time left, speed, seed and warnings of
/// one run.
class StatusStrip : public QWidget {
  Q_OBJECT
 public:
  explicit StatusStrip(QWidget* parent = nullptr);

  /// `run` names it ("A"); empty with a single run.
  void setRun(const QString& run, const Progress& progress, const Parameters& parameters,
              int finishedIterations);
  /// Label of the highlighted condition; empty: all.
  void setCondition(const QString& condition);
  /// How far the run is saved, of so many iterations; nothing for a run that is not. `place`: where, in words.
  void setSaved(const std::optional<SaveState>& saved, int iterations, const QString& place);
  /// A button that names the warning of the newest iteration; quieter when there are only earlier ones.
  void setWarnings(const WarningStreaks& warnings);

 Q_SIGNALS:
  void warningsRequested();  ///< the user wants to read them in full

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void tint();

  QLabel* m_state;
  QLabel* m_phase;
  QLabel* m_saved;
  QLabel* m_condition;
  QProgressBar* m_progress;
  QLabel* m_left;
  QLabel* m_speed;
  QLabel* m_seed;
  QToolButton* m_warnings;
  bool m_quiet = false;  ///< only earlier iterations warned
};

/// "00:41" or "1:02:03"; empty for a negative time.
QString clockText(double seconds);

}  // namespace gps::ui
