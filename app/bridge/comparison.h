// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/engine/snapshot.h"

namespace gps::ui {

/// One side of a comparison.
struct Contestant {
  const AlgorithmEntry* algorithm = nullptr;
  const Task* task = nullptr;
  const Parameters* parameters = nullptr;    ///< in force now
  std::vector<ParameterEvent> changes = {};  ///< that took effect while the run went on
};

/// What two runs share and what not, in words.
struct Fairness {
  bool fair = false;      ///< same scene, start, noise and cost
  QString text;           ///< one line
  QStringList different;  ///< labels of the shared parameters that differ now, in the form's order
  QStringList changed;    ///< "KL step (A, iteration 4)": shared ones whose past differs
};
Fairness fairness(const Contestant& a, const Contestant& b);

/// Whether both algorithms read this parameter, so that it can be linked.
bool isShared(const ParamSpec& spec, const AlgorithmEntry& a, const AlgorithmEntry& b);

/// The algorithm that is worth seeing beside `algorithm`.
std::string counterpart(std::string_view algorithm);

/// Parameters for a second run beside the first: its own algorithm's defaults, and whatever was changed from
/// the default at the first run and is read by both. Defaults that differ on purpose stay each algorithm's
/// own.
Result<Parameters> parametersBeside(const Contestant& first, std::string_view algorithm);

}  // namespace gps::ui
