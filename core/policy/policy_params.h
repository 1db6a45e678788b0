// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/base/param_spec.h"

namespace gps {

enum class Activation { Relu, Tanh };
enum class WeightInit { He, Normal };

/// The global policy and its supervised learning (algorithms' section "supervised learning").
struct PolicyParams {
  std::vector<int> hidden{40, 40};
  Activation activation = Activation::Relu;
  WeightInit init = WeightInit::He;
  double lr = 1e-3;
  std::optional<double> lrFinal;  ///< absent: lr throughout
  int batch = 25;
  int steps = 4000;
  bool earlyStop = false;
  double weightDecay = 0.005;
  bool fullCov = false;
  double entropyReg = 0.0;
  double weightCap = 2.0;
  double precisionCap = 1e3;
  double initVar = 0.1;
  double linReg = 1e-6;
  double linRegRelative = 1e-2;
  double linRidgePosition = 0.0;
  double linRidgeVelocity = 0.0;
  bool linTame = false;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.hidden, ParamSpec{.key = "pol.hidden", .label = "Hidden layers", .min = 1, .max = 1024,
                                   .applies = Applies::Reset, .usedBy = kUsedByPolicy,
                                   .help = "Units per hidden layer, comma-separated: 40,40 is two layers of 40."});
    visitor(self.activation, ParamSpec{.key = "pol.activation", .label = "Activation", .applies = Applies::Reset,
                                       .usedBy = kUsedByPolicy, .help = "Non-linearity of the hidden layers.",
                                       .choices = {"relu", "tanh"}});
    visitor(self.init, ParamSpec{.key = "pol.init", .label = "Weight start", .level = Level::Expert,
                                 .applies = Applies::Reset, .usedBy = kUsedByPolicy,
                                 .help = "he: He initialisation, last layer times 0.1. normal: N(0, 0.01^2), "
                                         "biases zero.",
                                 .choices = {"he", "normal"}});
    visitor(self.lr, ParamSpec{.key = "pol.lr", .label = "Learning rate", .min = 1e-5, .max = 1e-2,
                               .logScale = true, .usedBy = kUsedByPolicy, .help = "Step size of Adam."});
    visitor(self.lrFinal,
            ParamSpec{.key = "pol.lr_final", .label = "Final learning rate", .min = 1e-8, .max = 1e-2,
                      .logScale = true, .level = Level::Expert, .usedBy = kUsedByPolicy,
                      .help = "The learning rate stays at pol.lr for the first half of an S-step of n gradient steps, "
                              "then step s uses lr (lr_final/lr)^((2s-n)/n) and ends here.",
                      .automatic = "constant rate"});
    visitor(self.batch, ParamSpec{.key = "pol.batch", .label = "Batch size", .min = 1, .max = 4096,
                                  .usedBy = kUsedByPolicy, .help = "Samples per gradient step."});
    visitor(self.steps, ParamSpec{.key = "pol.steps", .label = "Gradient steps", .min = 1, .max = 1000000,
                                  .level = Level::Basic, .usedBy = kUsedByPolicy,
                                  .help = "Minibatch steps of one S-step."});
    visitor(self.earlyStop,
            ParamSpec{.key = "pol.early_stop", .label = "Stop early", .level = Level::Expert, .usedBy = kUsedByPolicy,
                      .help = "End an S-step when the mean loss of 500 gradient steps is less than 0.1 % below that "
                              "of the 500 before."});
    visitor(self.weightDecay, ParamSpec{.key = "pol.weight_decay", .label = "Weight decay", .min = 0, .max = 1,
                                        .usedBy = kUsedByPolicy,
                                        .help = "Adds 0.5 wd |theta|^2 to the loss of every batch."});
    visitor(self.fullCov, ParamSpec{.key = "pol.full_cov", .label = "Full covariance", .level = Level::Expert,
                                    .usedBy = kUsedByPolicy,
                                    .help = "Sigma_pi = (sum w P / sum w)^-1 in full instead of its diagonal form."});
    visitor(self.entropyReg,
            ParamSpec{.key = "pol.entropy_reg", .label = "Variance shrinkage", .min = 0, .max = 1e3,
                      .level = Level::Expert, .usedBy = kUsedByMdgps,
                      .help = "sigma_d^2 = 1/([mean w P]_dd + 2 reg): larger values shrink the policy's variance. "
                              "BADMM uses its own schedule instead."});
    visitor(self.weightCap, ParamSpec{.key = "pol.weight_cap", .label = "Weight cap", .min = 1, .max = 1e3,
                                      .level = Level::Expert, .usedBy = kUsedByPolicy,
                                      .help = "Sample weights are cut at this many medians."});
    visitor(self.precisionCap,
            ParamSpec{.key = "pol.precision_cap", .label = "Precision cap", .min = 1, .max = 1e9, .logScale = true,
                      .level = Level::Expert, .usedBy = kUsedByPolicy,
                      .help = "Eigenvalues of the target precisions are cut at this many medians."});
    visitor(self.initVar, ParamSpec{.key = "pol.init_var", .label = "Initial variance", .symbol = "Sigma_pi",
                                    .unit = "action^2", .min = 1e-6, .max = 1e3, .logScale = true,
                                    .level = Level::Expert, .usedBy = kUsedByPolicy,
                                    .help = "Variance of the policy before the first S-step."});
    visitor(self.linTame,
            ParamSpec{.key = "pol.lin_tame", .label = "Tame linearisation", .level = Level::Expert,
                      .usedBy = kUsedByPolicy,
                      .help = "Raise the ridges of the policy's linearisation, four times at a step, until the "
                              "linearised policy stays, under the fitted dynamics, within three times the range of "
                              "the sampled states, or take the ridge that keeps it closest. With few samples in contact the regression may see gains the "
                              "policy does not have, and its closed loop explodes."});
    visitor(self.linReg, ParamSpec{.key = "pol.lin_reg", .label = "Linearisation ridge", .min = 0, .max = 1e-2,
                                   .level = Level::Expert, .usedBy = kUsedByPolicy,
                                   .help = "Ridge of the regression of the policy's mean actions on the state."});
    visitor(self.linRegRelative,
            ParamSpec{.key = "pol.lin_reg_rel", .label = "Relative linearisation ridge", .min = 0, .max = 0.1,
                      .level = Level::Expert, .usedBy = kUsedByPolicy,
                      .help = "Also adds this share of each diagonal entry of the state covariance."});
    visitor(self.linRidgePosition,
            ParamSpec{.key = "pol.lin_ridge_position", .label = "Linearisation ridge, positions", .unit = "state",
                      .min = 0, .max = 1, .level = Level::Expert, .usedBy = kUsedByPolicy,
                      .help = "Its square is added to the diagonal of the state covariance for every position: "
                              "K = S_ux (S_xx + R)^-1. Positions that vary less than this get small gains."});
    visitor(self.linRidgeVelocity,
            ParamSpec{.key = "pol.lin_ridge_velocity", .label = "Linearisation ridge, velocities", .unit = "state/s",
                      .min = 0, .max = 10, .level = Level::Expert, .usedBy = kUsedByPolicy,
                      .help = "The same for every velocity."});
  }
};

}  // namespace gps
