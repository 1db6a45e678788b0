// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "core/algorithms/report.h"
#include "core/engine/snapshot.h"

class QLabel;

namespace gps::ui {

/// The phases of an algorithm in their order and, while it is held, which one it has just done and what that
/// means. Quiet while it runs: a mark that jumps thirty times a second teaches nothing.
class PhaseStrip : public QWidget {
  Q_OBJECT
 public:
  explicit PhaseStrip(QWidget* parent = nullptr);

  void setPhases(const std::vector<Phase>& phases);
  void setProgress(const Progress& progress, bool hasData);
  /// The run is shown as it was after this iteration; 0: as it is.
  void setHeld(int iteration) { m_held = iteration; }
  /// The phase marked; empty: none.
  std::string current() const { return m_current; }
  /// The sentence below.
  QString sentence() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void show();

  std::vector<Phase> m_phases;
  std::string m_current;
  int m_held = 0;
  bool m_first = true;  ///< the running iteration is the first: its own phases show
  QLabel* m_flow;
  QLabel* m_sentence;
};

}  // namespace gps::ui
