// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/policy/neural_policy.h"

namespace gps {

/// What a policy's module says of itself beside its numbers.
struct TorchScriptLabels {
  std::vector<std::string> observationNames{};
  std::vector<std::string> observationUnits{};
  std::vector<std::string> actionNames{};
  std::vector<std::string> actionUnits{};
  std::vector<std::pair<std::string, std::string>> files{};  ///< name, content: extra files of the archive
};

/// The policy as a TorchScript archive: torch.jit.load(FILE)(observation) is the mean action. The observation has the
/// shape (..., dO) and any floating type, the action (..., dU) and the same type. Whitening is part of the module and
/// inputs are rounded to single precision as in the program; layers run in double precision on the program's single
/// precision weights, so a result differs from NeuralPolicy::mean() by the rounding of the latter only.
///
/// Attributes: mean, scale (dO), weight1 (in x out), bias1, ..., covariance (dU x dU), and the labels as lists of str.
/// Never read an archive back here: loading one runs what it holds.
Result<std::string> torchScriptOf(const NeuralPolicy& policy, const TorchScriptLabels& labels);

}  // namespace gps
