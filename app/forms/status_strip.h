// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "core/algorithms/parameters.h"
#include "core/engine/snapshot.h"

class QLabel;
class QProgressBar;

namespace gps::ui {

/// The line at the foot of the window: state, phase, condition, progress, time left, speed and seed of one
/// run.
class StatusStrip : public QWidget {
  Q_OBJECT
 public:
  explicit StatusStrip(QWidget* parent = nullptr);

  /// `run` names it ("A"); empty with a single run.
  void setRun(const QString& run, const Progress& progress, const Parameters& parameters,
              int finishedIterations);
  /// Label of the highlighted condition; empty: all.
  void setCondition(const QString& condition);

 private:
  QLabel* m_state;
  QLabel* m_phase;
  QLabel* m_condition;
  QProgressBar* m_progress;
  QLabel* m_left;
  QLabel* m_speed;
  QLabel* m_seed;
};

/// "00:41" or "1:02:03"; empty for a negative time.
QString clockText(double seconds);

}  // namespace gps::ui
