// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/policy/neural_policy.h"

namespace gps {

// The memory of an algorithm, described once: whoever stores or restores an AlgorithmState visits it here. The bindings
// name every member, so that a member that is added and not stored does not compile. What is stored is checked by
// checkState() before anything uses it: a new member belongs there, too.
//
// An archive has
//   field(name, value)         number, text, vector, matrix, list of those
//   object(name, value)        a struct with fields of its own
//   list(name, values)         structs
//   shared(name, pointer)      one object, however many pointers lead to it; may be null
//   sharedList(name, pointers)
//   fail(name, why)            this cannot be stored, or what was stored is no such value

template <class Self, class T>
concept MaybeConst = std::same_as<std::remove_const_t<Self>, T>;

/// How a shared object is stored: Form is an aggregate with fields, of() makes one and make() makes the object of it.
template <class T>
struct StoredForm;

struct ControllerForm {
  std::vector<Matrix> K;
  std::vector<Vector> k;
  std::vector<Matrix> C;
};

template <>
struct StoredForm<LinearGaussianController> {
  using Form = ControllerForm;
  static Result<Form> of(const LinearGaussianController& controller) {
    Form form;
    for (const LinearGaussianController::Step& step : controller.steps()) {
      form.K.push_back(step.K);
      form.k.push_back(step.k);
      form.C.push_back(step.C);
    }
    return form;
  }
  static Result<std::shared_ptr<const LinearGaussianController>> make(Form form) {
    if (form.K.empty() || form.k.size() != form.K.size() || form.C.size() != form.K.size()) {
      return Error{"A controller has as many gains as offsets and covariances.", "controller", ""};
    }
    std::vector<LinearGaussianController::Step> steps(form.K.size());
    for (std::size_t t = 0; t < steps.size(); ++t) {
      steps[t] = {std::move(form.K[t]), std::move(form.k[t]), std::move(form.C[t])};
    }
    Result<LinearGaussianController> controller = LinearGaussianController::make(std::move(steps));
    if (!controller) return controller.error();
    return std::make_shared<const LinearGaussianController>(*std::move(controller));
  }
};

template <>
struct StoredForm<GlobalPolicy> {
  using Form = NeuralPolicy::State;
  static Result<Form> of(const GlobalPolicy& policy) {
    const NeuralPolicy* network = dynamic_cast<const NeuralPolicy*>(&policy);
    if (!network) return Error{"Only neural policies can be stored.", "policy", ""};
    return network->state();
  }
  static Result<std::shared_ptr<const GlobalPolicy>> make(Form form) {
    Result<std::shared_ptr<const NeuralPolicy>> policy = NeuralPolicy::restore(std::move(form));
    if (!policy) return policy.error();
    return std::shared_ptr<const GlobalPolicy>(*std::move(policy));
  }
};

/// Plain values are their own form.
template <class T>
struct PlainForm {
  using Form = T;
  static Result<Form> of(const T& value) { return value; }
  static Result<std::shared_ptr<const T>> make(Form form) { return std::make_shared<const T>(std::move(form)); }
};
template <>
struct StoredForm<Trajectory> : PlainForm<Trajectory> {};
template <>
struct StoredForm<LinearGaussianDynamics> : PlainForm<LinearGaussianDynamics> {};
template <>
struct StoredForm<QuadraticCost> : PlainForm<QuadraticCost> {};
template <>
struct StoredForm<NominalRollout> : PlainForm<NominalRollout> {};

template <class Archive>
void visitFields(MaybeConst<ControllerForm> auto& self, Archive& archive) {
  auto& [K, k, C] = self;
  archive.field("K", K);
  archive.field("k", k);
  archive.field("C", C);
}

template <class Archive>
void visitFields(MaybeConst<NeuralPolicy::State> auto& self, Archive& archive) {
  auto& [shape, parameters, adamM, adamV, adamStep, whitening, covariance] = self;
  auto& [widths, activation] = shape;
  archive.field("widths", widths);
  int number = static_cast<int>(activation);
  archive.field("activation", number);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(self)>>) {
    if (number < 0 || number > static_cast<int>(Activation::Tanh)) archive.fail("activation", "is not known");
    else activation = static_cast<Activation>(number);
  }
  archive.field("parameters", parameters);
  archive.field("adam_m", adamM);
  archive.field("adam_v", adamV);
  archive.field("adam_step", adamStep);
  archive.field("whitening_mean", whitening.mean);
  archive.field("whitening_scale", whitening.scale);
  archive.field("covariance", covariance);
}

template <class Archive>
void visitFields(MaybeConst<Trajectory> auto& self, Archive& archive) {
  auto& [X, U, O, clipFraction] = self;
  archive.field("X", X);
  archive.field("U", U);
  archive.field("O", O);
  archive.field("clip_fraction", clipFraction);
}

template <class Archive>
void visitFields(MaybeConst<LinearGaussianDynamics> auto& self, Archive& archive) {
  auto& [F, f, W, x1] = self;
  archive.field("F", F);
  archive.field("f", f);
  archive.field("W", W);
  archive.field("x1_mean", x1.mean);
  archive.field("x1_cov", x1.cov);
}

template <class Archive>
void visitFields(MaybeConst<QuadraticCost> auto& self, Archive& archive) {
  auto& [H, g, c] = self;
  archive.field("H", H);
  archive.field("g", g);
  archive.field("c", c);
}

template <class Archive>
void visitFields(MaybeConst<NiwPrior> auto& self, Archive& archive) {
  auto& [mu0, Phi, m, n0] = self;
  archive.field("mu0", mu0);
  archive.field("Phi", Phi);
  archive.field("m", m);
  archive.field("n0", n0);
}

template <class Archive>
void visitFields(MaybeConst<GaussianMixture> auto& self, Archive& archive) {
  auto& [mu, sigma, logWeight, points] = self;
  archive.field("mu", mu);
  archive.field("sigma", sigma);
  archive.field("log_weight", logWeight);
  archive.field("points", points);
}

template <class Archive>
void visitFields(MaybeConst<JointPrior> auto& self, Archive& archive) {
  static const std::array<std::string, 4> kKinds{"none", "fixed", "mixture", "window"};
  static_assert(std::variant_size_v<JointPrior> == kKinds.size());
  std::string kind = kKinds[self.index()];
  archive.field("kind", kind);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(self)>>) {
    if (kind == kKinds[0]) self = std::monostate{};
    else if (kind == kKinds[1]) self = FixedPrior{};
    else if (kind == kKinds[2]) self = MixturePrior{};
    else if (kind == kKinds[3]) self = WindowPrior{};
    else archive.fail("kind", "is no kind of prior");
  }
  if (auto* fixed = std::get_if<FixedPrior>(&self)) {
    auto& [steps] = *fixed;
    archive.list("steps", steps);
  } else if (auto* mixture = std::get_if<MixturePrior>(&self)) {
    auto& [window, gaussians] = *mixture;
    archive.field("window", window);
    archive.object("mixture", gaussians);
  } else if (auto* neighbours = std::get_if<WindowPrior>(&self)) {
    auto& [rollouts, halfWidth] = *neighbours;
    archive.field("rollouts", rollouts);
    archive.field("half_width", halfWidth);
  }
}

template <class Archive>
void visitFields(MaybeConst<Multipliers> auto& self, Archive& archive) {
  auto& [lambda, lambdaK, rho] = self;
  archive.field("lambda", lambda);
  archive.field("lambda_K", lambdaK);
  archive.field("rho", rho);
}

template <class Archive>
void visitFields(MaybeConst<NominalRollout> auto& self, Archive& archive) {
  auto& [trajectory, coordinates, touching] = self;
  archive.object("trajectory", trajectory);
  archive.field("coordinates", coordinates);
  archive.field("touching", touching);
}

template <class Archive>
void visitFields(MaybeConst<IlqrMemory> auto& self, Archive& archive) {
  auto& [regularisation, nominal] = self;
  auto& [mu, d] = regularisation;
  archive.field("mu", mu);
  archive.field("d", d);
  archive.shared("nominal", nominal);
}

template <class Archive>
void visitFields(MaybeConst<ConditionState> auto& self, Archive& archive) {
  auto& [controller, eta, stepMult, dynamicsPrior, policyPrior, policyWindow, multipliers, previousKl, ilqr,
         samplingController, dynamics, cost, linearised, sampledCost, stageCostMin, stageCostMax] = self;
  archive.shared("controller", controller);
  archive.field("eta", eta);
  archive.field("step_mult", stepMult);
  archive.object("dynamics_prior", dynamicsPrior);
  archive.object("policy_prior", policyPrior);
  archive.sharedList("policy_window", policyWindow);
  archive.object("multipliers", multipliers);
  archive.field("previous_kl", previousKl);
  // The first sessions have none.
  if constexpr (std::is_const_v<std::remove_reference_t<decltype(self)>>) archive.object("ilqr", ilqr);
  else if (archive.has("ilqr.mu")) archive.object("ilqr", ilqr);
  archive.shared("sampling_controller", samplingController);
  archive.shared("dynamics", dynamics);
  archive.shared("cost", cost);
  archive.shared("linearised", linearised);
  archive.field("sampled_cost", sampledCost);
  archive.field("stage_cost_min", stageCostMin);
  archive.field("stage_cost_max", stageCostMax);
}

template <class Archive>
void visitFields(MaybeConst<RollbackState> auto& self, Archive& archive) {
  auto& [bestCost, previousCost, controllers, eta, multipliers, policy, worse, firstCost, behindStart] = self;
  archive.field("best_cost", bestCost);
  archive.field("previous_cost", previousCost);
  archive.sharedList("controllers", controllers);
  archive.field("eta", eta);
  archive.list("multipliers", multipliers);
  archive.shared("policy", policy);
  archive.field("worse", worse);
  archive.field("first_cost", firstCost);
  archive.field("behind_start", behindStart);
}

template <class Archive>
void visitFields(MaybeConst<AlgorithmState> auto& self, Archive& archive) {
  auto& [iteration, conditions, policy, rollback, rollouts, skipStepRule] = self;
  archive.field("iteration", iteration);
  archive.list("conditions", conditions);
  archive.shared("policy", policy);
  archive.object("rollback", rollback);
  archive.field("rollouts", rollouts);
  archive.field("skip_step_rule", skipStepRule);
}

}  // namespace gps
