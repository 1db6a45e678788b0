// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/param_spec.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps {

enum class InitKind { Lqr, Pd, Zero, Feedback, Demonstration, Run, Table };

/// Initial controllers (algorithms' section A).
struct InitParams {
  InitKind kind = InitKind::Lqr;
  double var = 1.0;
  double posGain = 10.0;
  double velMult = 0.01;
  double stiffness = 1.0;
  double stiffnessVel = 0.5;
  double finalWeight = 1.0;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.kind, ParamSpec{.key = "init.kind", .label = "Initial controller", .level = Level::Basic,
                                 .applies = Applies::Reset,
                                 .help = "lqr: hold the start with a guessed model. pd: K = -gain [I, mult I, 0]. "
                                         "zero: noise only. feedback: u = K x + k with the K and k of the scene. "
                                         "demonstration, run, table: K_t, k_t and sigma_t of the scene's tables, "
                                         "which follow a drawn path, come from a run or were drawn.",
                                 .choices = {"lqr", "pd", "zero", "feedback", "demonstration", "run", "table"}});
    visitor(self.var, ParamSpec{.key = "init.var", .label = "Initial variance", .symbol = "C", .unit = "action^2",
                                .min = 1e-4, .max = 1e3, .logScale = true, .level = Level::Basic,
                                .applies = Applies::Reset,
                                .help = "Variance of the first exploration noise. Too small explores nothing, too "
                                        "large leaves the region where a linear fit holds."});
    visitor(self.posGain, ParamSpec{.key = "init.pos_gain", .label = "Position gain", .min = 0, .max = 1e3,
                                    .applies = Applies::Reset, .help = "pd only: gain on the positions."});
    visitor(self.velMult, ParamSpec{.key = "init.vel_mult", .label = "Velocity multiplier", .min = 0, .max = 10,
                                    .applies = Applies::Reset,
                                    .help = "pd only: velocity gain as a multiple of the position gain."});
    visitor(self.stiffness, ParamSpec{.key = "init.stiffness", .label = "Stiffness", .min = 0, .max = 1e4,
                                      .applies = Applies::Reset, .help = "lqr only: cost on the positions."});
    visitor(self.stiffnessVel,
            ParamSpec{.key = "init.stiffness_vel", .label = "Velocity stiffness", .min = 0, .max = 1e4,
                      .applies = Applies::Reset, .help = "lqr only: cost on the velocities, times the stiffness."});
    visitor(self.finalWeight, ParamSpec{.key = "init.final_weight", .label = "Final weight", .min = 0, .max = 1e4,
                                        .applies = Applies::Reset,
                                        .help = "lqr only: the cost of the last step is multiplied by this."});
  }
};

/// Numbers of one condition's first controller. Row t belongs to step t, the last row to all later ones too; no row:
/// zero, or for sigma the root of init.var.
struct InitTable {
  RowMatrix K{};      ///< (rows x dU dX), action by action
  RowMatrix k{};      ///< (rows x dU)
  RowMatrix sigma{};  ///< (rows x dU) standard deviations
  bool empty() const { return K.rows() == 0 && k.rows() == 0 && sigma.rows() == 0; }
};

/// What the initialisers know of the task. State entries 0..nQ-1 are positions, nQ..nQ+nV-1 velocities.
struct InitProblem {
  int T = 0;
  int dU = 0;
  double dt = 0.0;
  Vector x0;
  Vector gains;  ///< (dU) guessed acceleration per action, 1/inertia; empty: ones
  Vector acc;    ///< (dU) guessed constant acceleration; empty: zeros
  Matrix feedback{};  ///< (dU x dX) K of the feedback kind
  Vector offset{};    ///< (dU) k of the feedback kind; empty: zeros
  InitTable table{};  ///< of kinds demonstration, run and table
  bool tabled = false;  ///< the scene has tables, though perhaps none for this condition
};

/// lqr: max-entropy LQR of the guessed model q' = q + dt v + dt^2 (g.u + acc), v' = v + dt (g.u + acc), other
/// rows zero, with cost diag(stiffness, stiffness*stiffness_vel, 0, 1 on u)/var about x0, last step times
/// final_weight. pd: K = -pos_gain [I, vel_mult I, 0], k = -K x0, C = var I. zero: K = 0, k = 0, C = var I.
/// feedback: the K and k that are given, C = var I. demonstration, run, table: p(u | x) = N(K_t x + k_t,
/// diag(sigma_t^2)) with the rows of the table; a condition without one starts as with lqr where the state has
/// positions and velocities, else as with zero. Fails where shapes do not fit, numbers are not finite or a variance is
/// not positive.
Result<LinearGaussianController> initialController(const InitParams& params, const InitProblem& problem);

/// Spectral radius of the guessed model's positions and velocities under the gains K (dU x dX): above 1 a deviation
/// grows by it in every step. 0 where the state is shorter than 2 dU.
double guessedRadius(const InitProblem& problem, const MatrixRef& K);

}  // namespace gps
