// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/param_spec.h"

namespace gps {

/// How local dynamics are fitted (algorithms' section "local dynamics fit").
struct DynamicsParams {
  double reg = 1e-6;
  double regRelative = 1e-3;
  double strength = 1.0;
  bool mapMean = false;
  bool whiten = true;
  bool gmm = true;
  int gmmClusters = 20;
  int gmmMinPoints = 40;
  int gmmMaxRollouts = 20;
  bool gmmShared = false;
  int window = 0;
  bool pooled = false;
  double ridgePosition = 0.0;
  double ridgeVelocity = 0.0;
  double ridgeAction = 0.0;
  double noisePosition = 0.0;
  double noiseVelocity = 0.0;
  double initialStateVar = 1e-6;  ///< key init.state_var
  double covFloor = 1e-10;        ///< numerical floor of W, not a setting; 0 leaves W as it is

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.reg, ParamSpec{.key = "dyn.reg", .label = "Ridge", .min = 1e-9, .max = 1e-2, .logScale = true,
                                .level = Level::Expert,
                                .usedBy = kUsedByFit,
                                .help = "Added to the diagonal of the state-action covariance before the "
                                        "regression F = (S_aa + reg I)^-1 S_ab."});
    visitor(self.regRelative,
            ParamSpec{.key = "dyn.reg_rel", .label = "Relative ridge", .min = 0.0, .max = 0.1,
                      .level = Level::Expert,
                      .usedBy = kUsedByFit,
                      .help = "Also adds this share of each diagonal entry of S_aa. Without it, barely excited "
                              "directions receive huge gains."});
    visitor(self.strength, ParamSpec{.key = "dyn.strength", .label = "Prior strength", .symbol = "m, n0",
                                     .min = 0.1, .max = 10.0, .logScale = true,
                                     .usedBy = kUsedByFit,
                                     .help = "Pseudo-samples the prior is worth. Larger values trust the mixture "
                                             "more than the samples of this iteration."});
    visitor(self.mapMean, ParamSpec{.key = "dyn.map_mean", .label = "MAP mean", .level = Level::Expert,
                                    .usedBy = kUsedByFit,
                                    .help = "Use (m mu0 + N mu)/(m + N) as mean instead of the sample mean."});
    visitor(self.whiten, ParamSpec{.key = "dyn.whiten", .label = "Whiten for EM", .level = Level::Expert,
                                   .usedBy = kUsedByFit,
                                   .help = "Scale every dimension to unit deviation before the mixture is fitted."});
    visitor(self.gmm, ParamSpec{.key = "dyn.gmm", .label = "Mixture prior", .applies = Applies::Reset,
                                .usedBy = kUsedByFit,
                                .help = "Fit a Gaussian mixture to recent transitions and use it as prior. With few "
                                        "samples the regression is underdetermined without it."});
    visitor(self.gmmClusters, ParamSpec{.key = "dyn.gmm_clusters", .label = "Clusters", .symbol = "K", .min = 1,
                                        .max = 100, .usedBy = kUsedByFit,
                                        .help = "Largest number of mixture components."});
    visitor(self.gmmMinPoints, ParamSpec{.key = "dyn.gmm_min_points", .label = "Points per cluster", .min = 5,
                                         .max = 500, .level = Level::Expert,
                                         .usedBy = kUsedByFit,
                                         .help = "Number of clusters = points / this, limited to 2 .. clusters."});
    visitor(self.gmmMaxRollouts, ParamSpec{.key = "dyn.gmm_max_rollouts", .label = "Rollouts kept", .min = 1,
                                           .max = 500,
                                           .usedBy = kUsedByFit,
                                           .help = "The prior learns from this many newest rollouts per condition."});
    visitor(self.gmmShared, ParamSpec{.key = "dyn.gmm_shared", .label = "Share prior", .level = Level::Expert,
                                      .usedBy = kUsedByFit,
                                      .help = "One mixture for all conditions instead of one each."});
    visitor(self.window, ParamSpec{.key = "dyn.window", .label = "Window prior", .symbol = "w", .unit = "steps",
                                   .min = 0, .max = 50, .level = Level::Expert,
                                   .usedBy = kUsedByFit,
                                   .help = "Without the mixture: the prior of step t is mean and covariance of the "
                                           "kept transitions of the steps t-w to t+w, worth strength pseudo-samples. "
                                           "0 is no prior. Also serves the policy linearisation."});
    visitor(self.pooled,
            ParamSpec{.key = "dyn.pooled", .label = "Shrink to pooled fit", .symbol = "F0", .level = Level::Expert,
                      .usedBy = kUsedByFit,
                      .help = "Fit x' = F0 y + f0 to all steps and conditions first and let the ridge R pull each step "
                              "towards it: F = ((S_aa + R)^-1 (S_ab + R F0'))'. Directions that hardly vary then fall "
                              "back to F0 instead of 0."});
    visitor(self.ridgePosition,
            ParamSpec{.key = "dyn.ridge_position", .label = "Position ridge", .unit = "state", .min = 0, .max = 1,
                      .level = Level::Expert,
                      .usedBy = kUsedByFit,
                      .help = "Its square is added to S_aa's diagonal for every position: S_aa + R, F = "
                              "(S_aa + R)^-1 S_ab. Positions that vary less than this hardly count; in contact a "
                              "relative ridge does not see that."});
    visitor(self.ridgeVelocity, ParamSpec{.key = "dyn.ridge_velocity", .label = "Velocity ridge", .unit = "state/s",
                                          .min = 0, .max = 10, .level = Level::Expert,
                                          .usedBy = kUsedByFit, .help = "The same for every velocity."});
    visitor(self.ridgeAction, ParamSpec{.key = "dyn.ridge_action", .label = "Action ridge", .unit = "action",
                                        .min = 0, .max = 10, .level = Level::Expert,
                                        .usedBy = kUsedByFit, .help = "The same for every action."});
    visitor(self.noisePosition,
            ParamSpec{.key = "dyn.noise_position", .label = "Position noise floor", .unit = "state", .min = 0, .max = 1,
                      .level = Level::Expert,
                      .usedBy = kUsedByFit,
                      .help = "Its square is added to the diagonal of W for every position: the fitted dynamics "
                              "never claim to know more."});
    visitor(self.noiseVelocity, ParamSpec{.key = "dyn.noise_velocity", .label = "Velocity noise floor",
                                          .unit = "state/s", .min = 0, .max = 10, .level = Level::Expert,
                                          .usedBy = kUsedByFit, .help = "The same for every velocity."});
    visitor(self.initialStateVar,
            ParamSpec{.key = "init.state_var", .label = "Initial state variance", .symbol = "P1", .unit = "state^2",
                      .min = 1e-8, .max = 1e-2, .logScale = true, .level = Level::Expert,
                      .help = "Floor of the variance of the initial state."});
  }
};

}  // namespace gps
