// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "core/engine/snapshot.h"

namespace gps::ui {

/// Column store of one run for the plots: one number per (metric, iteration, condition). Appending is O(1)
/// per number; plots read columns, never snapshots.
class RunHistory {
 public:
  RunHistory(QString name, QString algorithm, QString label);

  /// Snapshots come in order of their iterations. One that exists already replaces it and drops the later
  /// ones (a rewound run); partial ones are ignored.
  void append(std::shared_ptr<const Snapshot> snapshot);
  void clear();

  /// Whether the iteration (from 1) has what is drawn of it; its metrics are always there.
  bool isWhole(int iteration) const;
  /// Puts an iteration that was read again in the place of one without arrays. Metrics and events stay.
  void restore(const std::shared_ptr<const Snapshot>& snapshot);
  /// Forgets the arrays of an iteration, which can be read again.
  void lighten(int iteration);

  /// Limits of the step multiplier the run started with; changes arrive as events. Unknown: not drawn.
  struct StepLimits {
    double min = 0.0;
    double max = 0.0;
  };
  void setStepLimits(StepLimits limits);
  std::optional<StepLimits> stepLimits() const { return m_stepLimits; }

  /// The iteration after which this run left another one, which has made those up to there; 0: none.
  void setForkedAt(int iteration);
  int forkedAt() const { return m_forkedAt; }

  QString name() const { return m_name; }            ///< "mdgps-1"
  void setName(const QString& name) { m_name = name; }
  QString algorithm() const { return m_algorithm; }  ///< "mdgps"
  QString label() const { return m_label; }          ///< "MDGPS"
  int iterations() const { return static_cast<int>(m_snapshots.size()); }
  int conditions() const { return m_conditions; }
  /// "c1"; a number where the task has no name.
  QString conditionName(int condition) const;
  bool has(Metric metric) const;
  /// NaN where a value is absent or not finite. Index 0 is iteration 1. Metrics per iteration ignore
  /// `condition`.
  double value(Metric metric, int iterationIndex, int condition) const;
  /// Over the conditions that have a value.
  double mean(Metric metric, int iterationIndex) const;
  const std::vector<std::shared_ptr<const Snapshot>>& snapshots() const { return m_snapshots; }
  /// Parameter events and failures are markers on all plots.
  const std::vector<ParameterEvent>& events() const { return m_events; }
  /// Raised at every change; plots redraw when it differs from what they drew.
  unsigned revision() const { return m_revision; }

 private:
  QString m_name, m_algorithm, m_label;
  std::vector<std::shared_ptr<const Snapshot>> m_snapshots;
  std::vector<ParameterEvent> m_events;
  std::vector<std::vector<double>>
      m_columns;  ///< [metric][iteration * conditions + condition], empty if absent
  std::optional<StepLimits> m_stepLimits;
  int m_conditions = 0;
  int m_forkedAt = 0;
  unsigned m_revision = 0;

  void widen(int conditions);
  void truncate(int iterations);
  std::size_t stride(Metric metric) const;
};

}  // namespace gps::ui
