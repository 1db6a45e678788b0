// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "core/session/session_file.h"

namespace gps {

/// Which iterations of a run leave the session as arrays.
struct ArrayChoice {
  std::string run{};               ///< empty: the last one
  std::optional<int> iteration{};  ///< nothing: the last one
  bool all = false;                ///< every one instead
};

/// Writes the arrays of a run to a file that numpy.load() reads, all of it or none. Beside what the session keeps of an
/// iteration (samples.X, controller.K, ..., see the README) it has the observations of every rollout, the policy's
/// layers as policy.weight1 (in x out), policy.bias1 and so on, and the names and units of the columns. With `all`
/// the arrays of iteration 3 are called iteration-3/samples.X. The same iteration gives the same bytes. `stop` ends it
/// early with an error.
Status exportArrays(const SessionFile& session, const ArrayChoice& choice, const std::string& path,
                    const std::atomic<bool>* stop = nullptr);

}  // namespace gps
