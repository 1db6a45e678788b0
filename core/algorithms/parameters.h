// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/param_spec.h"
#include "core/cost/cost.h"
#include "core/dynamics/dynamics_params.h"
#include "core/lqr/badmm_dual.h"
#include "core/lqr/ilqr_params.h"
#include "core/lqr/lqr_params.h"
#include "core/lqr/step_rule.h"
#include "core/plant/task.h"
#include "core/policy/initial_controllers.h"
#include "core/policy/linearise.h"
#include "core/policy/policy_params.h"

namespace gps {

/// Number of processors, at least 1 and at most 64.
int hardwareThreads();

/// The run as a whole.
struct RunParams {
  std::uint64_t seed = 0;
  int threads = hardwareThreads();
  int iterations = 12;
  int samples = 5;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.iterations, ParamSpec{.key = "run.iterations", .label = "Iterations", .min = 1, .max = 100000,
                                       .level = Level::Basic, .help = "The run finishes after this many."});
    visitor(self.samples, ParamSpec{.key = "run.samples", .label = "Samples", .symbol = "N", .min = 2, .max = 200,
                                    .level = Level::Basic, .help = "Rollouts per condition and iteration."});
    visitor(self.seed, ParamSpec{.key = "run.seed", .label = "Seed", .max = 9223372036854775807.0,
                                 .level = Level::Basic, .applies = Applies::Reset,
                                 .help = "Same seed, same noise: two runs with one seed see the same disturbances."});
    visitor(self.threads, ParamSpec{.key = "run.threads", .label = "Threads", .min = 1, .max = 64,
                                    .level = Level::Expert,
                                    .help = "Worker threads. Never changes results, only their speed."});
  }
};

/// Exploration noise.
struct NoiseParams {
  bool smooth = false;
  double sigma = 2.0;
  bool clipMean = false;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.smooth, ParamSpec{.key = "noise.smooth", .label = "Smooth noise",
                                   .help = "Filter the noise along time with a Gaussian kernel and renormalise it."});
    visitor(self.sigma, ParamSpec{.key = "noise.sigma", .label = "Kernel deviation", .symbol = "sigma",
                                  .unit = "steps", .min = 0.1, .max = 20,
                                  .help = "Standard deviation of the kernel of smooth noise."});
    visitor(self.clipMean, ParamSpec{.key = "noise.clip_mean", .label = "Clip mean action", .level = Level::Expert,
                                     .help = "Cut the controller's mean action at the actuator's limit before noise is "
                                             "added: u = clip(K x + k) + L z. The commanded action then stays near "
                                             "what the actuator can do. Noise-free rollouts, also those of the policy, "
                                             "are cut alike: they move the same, but their costs compare."});
  }
};

enum class SStepKl { Reverse, Forward };
enum class SampleMode { Add, Replace };

/// Mirror-descent GPS.
struct MdgpsParams {
  bool onPolicy = false;
  SStepKl sStepKl = SStepKl::Reverse;
  bool sharedEta = false;
  SampleMode sampleMode = SampleMode::Replace;
  ResidualMode sResidual = ResidualMode::Full;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.onPolicy, ParamSpec{.key = "mdgps.on_policy", .label = "Sample on policy", .level = Level::Basic,
                                     .usedBy = kUsedByMdgps,
                                     .help = "Draw rollouts from the global policy instead of the local controllers."});
    visitor(self.sStepKl, ParamSpec{.key = "mdgps.s_step_kl", .label = "S-step direction", .usedBy = kUsedByMdgps,
                                    .help = "reverse: KL(pi || p), errors weighted by C^-1. forward: KL(p || pi), "
                                            "unweighted likelihood.",
                                    .choices = {"reverse", "forward"}});
    visitor(self.sharedEta, ParamSpec{.key = "mdgps.shared_eta", .label = "Share eta", .symbol = "eta",
                                      .usedBy = kUsedByMdgps,
                                      .help = "One multiplier for all conditions and one bound on their mean KL. "
                                              "Helps when conditions conflict."});
    visitor(self.sampleMode,
            ParamSpec{.key = "mdgps.sample_mode", .label = "Policy prior data", .level = Level::Expert,
                      .usedBy = kUsedByMdgps,
                      .help = "replace: the prior of the policy linearisation sees this iteration's rollouts only. "
                              "add: also the newest earlier ones, re-evaluated with the current policy.",
                      .choices = {"add", "replace"}});
    visitor(self.sResidual,
            ParamSpec{.key = "mdgps.s_residual", .label = "Residual in S_t", .symbol = "S_t", .level = Level::Expert,
                      .usedBy = kUsedByMdgps,
                      .help = "S_t = residual + Sigma_pi is the covariance of the linearised policy. full: all of the "
                              "regression residual. capped: at most Sigma_pi. off: none, S_t = Sigma_pi. The C-step is "
                              "anchored to S_t, so with the residual noise can grow from iteration to iteration.",
                      .choices = {"full", "capped", "off"}});
  }
};

/// Live parameters of the cost terms of one scene.
struct CostParams {
  HessianMode hess = HessianMode::Auto;
  std::vector<CostTermSettings> terms;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.hess, ParamSpec{.key = "cost.hess", .label = "Curvature", .level = Level::Expert,
                                 .help = "auto: Gauss-Newton for log norms, exact for the others. exact: projected to "
                                         "positive semidefinite. factor1: as the reference implementation.",
                                 .choices = {"auto", "exact", "gauss_newton", "factor1"}});
    for (auto& term : self.terms) {
      const std::string prefix = "cost." + term.id;
      visitor(term.weight, ParamSpec{.key = prefix + ".weight", .label = term.id + " weight", .min = 0, .max = 1e9,
                                     .help = "Weight of this cost term; 0 switches it off. One step adaptation is "
                                             "skipped after a change."});
      if (term.alpha) {
        visitor(*term.alpha, ParamSpec{.key = prefix + ".alpha", .label = term.id + " alpha", .symbol = "alpha",
                                       .min = 1e-12, .max = 1e3, .logScale = true, .level = Level::Expert,
                                       .help = "Rounding of the l1 and log norms near the target."});
      }
      if (term.ramp) {
        visitor(*term.ramp, ParamSpec{.key = prefix + ".ramp", .label = term.id + " ramp", .level = Level::Expert,
                                      .help = "How the weight grows over the horizon.",
                                      .choices = {"constant", "linear", "quadratic", "final"}});
      }
    }
  }
};

/// Every parameter of a run.
struct Parameters {
  RunParams run;
  NoiseParams noise;
  InitParams init;
  DynamicsParams dynamics;
  LqrParams lqr;
  StepParams step;
  BadmmParams badmm;
  MdgpsParams mdgps;
  IlqrParams ilqr;
  PolicyParams policy;
  CostParams cost;

  /// Groups in the order of forms and manual: visitGroup(title) is called before each group's fields.
  template <class Self, class Visitor, class VisitGroup>
  static void visit(Self& self, Visitor&& visitor, VisitGroup&& visitGroup) {
    visitGroup("Run");
    RunParams::visit(self.run, visitor);
    visitGroup("Initial controllers");
    InitParams::visit(self.init, visitor);
    visitGroup("Step size and C-step");
    StepParams::visit(self.step, visitor);
    LqrParams::visit(self.lqr, visitor);
    visitGroup("MDGPS");
    MdgpsParams::visit(self.mdgps, visitor);
    visitGroup("BADMM");
    BadmmParams::visit(self.badmm, visitor);
    visitGroup("iLQR");
    IlqrParams::visit(self.ilqr, visitor);
    visitGroup("Global policy");
    PolicyParams::visit(self.policy, visitor);
    visitGroup("Local dynamics");
    DynamicsParams::visit(self.dynamics, visitor);
    visitGroup("Exploration noise");
    NoiseParams::visit(self.noise, visitor);
    visitGroup("Costs");
    CostParams::visit(self.cost, visitor);
  }
};

/// One parameter as forms, files and lists see it: the value in the syntax of --set.
struct ParamField {
  std::string group;
  ParamSpec spec;
  ParamKind kind = ParamKind::Real;
  std::string value;
  std::string defaultValue;  ///< of `defaults` given to describe()
};

/// All parameters of `parameters` in order, with the defaults of `defaults`.
std::vector<ParamField> describe(const Parameters& parameters, const Parameters& defaults);

/// Sets one parameter from text: true/false, numbers in C locale, comma-separated lists, choice names, "auto".
/// Errors name the key, the value found and the range or the nearest key.
Status setParameter(Parameters& parameters, std::string_view key, std::string_view text);

/// The value of one parameter as text.
Result<std::string> parameterText(const Parameters& parameters, std::string_view key);

/// Shortest text that reads back as the same number, independent of the locale.
std::string numberText(double value);

}  // namespace gps
