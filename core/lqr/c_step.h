// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/lqr/backward_pass.h"
#include "core/lqr/dual_search.h"
#include "core/lqr/forward_pass.h"
#include "core/lqr/lqr_params.h"
#include "core/lqr/surrogate.h"

namespace gps {

struct CStepProblem {
  const LinearGaussianDynamics* dynamics = nullptr;
  const QuadraticCost* cost = nullptr;
  SurrogateTerms terms;
  double epsilon = 0.0;   ///< total budget [nat] = kl_step * step_mult * T
  double eta = 1.0;       ///< start of the search
  double covMax = 0.0;    ///< 0: no ceiling
  LqrParams params;
  std::function<bool()> keepGoing;  ///< asked once per evaluation; false stops with an error "stopped"
  std::string name{};               ///< of the condition, for errors; may be empty
  bool traceCosts = false;          ///< note E_p[cost] of every evaluation, mean over conditions that share eta
  int evaluations = 0;              ///< at most so many of one multiplier; 0: as the solver has it
};

struct CStepResult {
  LinearGaussianController controller;
  Marginals marginals;        ///< of the new controller under the fitted dynamics
  double eta = 1.0;           ///< of the accepted evaluation; with per-step duals their geometric mean
  double nextEta = 1.0;       ///< what the next search starts from
  std::vector<double> etaPerStep{};  ///< per-step duals only
  double kl = 0.0;            ///< after any clamp of C
  Vector klPerStep{};
  Vector minQuu{};
  bool converged = false;
  bool slack = false;
  int raises = 0;             ///< times eta was raised because Q_uu was not positive definite
  std::vector<DualPoint> trace{};
};

/// How far beyond its budget the KL may be when the search for eta runs out of evaluations.
inline constexpr double kKlTooFar = 10.0;

/// min E_p[cost + BADMM terms] s.t. KL(p || reference) <= epsilon (C1) with the defences of C3. When the
/// evaluations run out the last controller is returned with converged = false, unless its KL is beyond kKlTooFar
/// budgets: such a step would leave everything the models know. Fails then, and with the time step when no eta
/// makes Q_uu positive definite or a number is not finite.
Result<CStepResult> cStep(const CStepProblem& problem);

/// One shared eta for several conditions, constraint mean_i KL_i <= epsilon (F6). `problems` share params,
/// epsilon and eta of the first.
Result<std::vector<CStepResult>> cStepShared(std::span<const CStepProblem> problems);

}  // namespace gps
