// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdexcept>

#include "core/cost/cost_terms.h"
#include "tests/reference/case_check.h"

namespace gps::reference {

namespace {

/// Where the sensors lie in the state, and the sizes of a case.
struct Layout {
  int T = 0;
  int dX = 0;
  int dU = 0;
  std::vector<std::pair<std::string, int>> sensors;

  explicit Layout(const Json& j)
      : T(j.at("T").get<int>()), dX(j.at("dX").get<int>()), dU(j.at("dU").get<int>()) {
    for (const Json& sensor : j.at("state_layout")) sensors.emplace_back(sensor[0], sensor[1]);
  }
  int firstOf(const std::string& name) const {
    int first = 0;
    for (const auto& [sensor, size] : sensors) {
      if (sensor == name) return first;
      first += size;
    }
    throw std::invalid_argument("the state has no sensor " + name);
  }
};

/// The expansion of every time step, as the files list it.
struct Expansions {
  std::vector<double> l;
  std::vector<Vector> lx, lu;
  std::vector<Matrix> lxx, luu, lux;

  void add(const CostExpansion& e) {
    l.push_back(e.l);
    lx.push_back(e.lx);
    lu.push_back(e.lu);
    lxx.push_back(e.lxx);
    luu.push_back(e.luu);
    lux.push_back(e.lux);
  }
  void compareStates(CaseCheck& check) const {
    check.compare("l", toJson(l));
    check.compare("lx", toJson(lx));
    check.compare("lxx", toJson(lxx));
  }
  void compare(CaseCheck& check) const {
    compareStates(check);
    check.compare("lu", toJson(lu));
    check.compare("luu", toJson(luu));
    check.compare("lux", toJson(lux));
  }
};

Ramp rampOf(const Json& j) {
  switch (j.get<int>()) {
    case 1:
      return Ramp::Constant;
    case 2:
      return Ramp::Linear;
    case 3:
      return Ramp::Quadratic;
    case 4:
      return Ramp::Final;
    default:
      throw std::invalid_argument("ramp options are 1 to 4");
  }
}

Norm normOf(const std::string& name, const Json& l1, const Json& l2, const Json& alpha) {
  return Norm{name == "logl2" ? NormKind::Log : NormKind::L1, l1.get<double>(), l2.get<double>(),
              alpha.get<double>()};
}

Expansions expansionsOf(const Cost& cost, const Layout& layout, const Matrix& X, const Matrix& U) {
  Expansions all;
  CostExpansion e;
  for (int t = 0; t < layout.T; ++t) {
    const Vector x = X.row(t).transpose();
    const Vector u = U.row(t).transpose();
    // The reference's curvature of the log norm has factor 1 in its rank-one term.
    cost.expand(t, layout.T, x, u, HessianMode::Factor1, e);
    all.add(e);
  }
  return all;
}

void checkAction(CaseCheck& check) {
  const Layout layout(check.in("layout"));
  const auto term = std::make_shared<ActionCost>(vectorOf(check.in("wu")));
  const Cost cost({{"action", 1.0, term}}, layout.dX, layout.dU);
  const Matrix X = Matrix::Zero(layout.T, layout.dX);
  expansionsOf(cost, layout, X, matrixOf(check.in("U"))).compare(check);
}

void checkState(CaseCheck& check) {
  const Layout layout(check.in("layout"));
  Matrix X = Matrix::Zero(layout.T, layout.dX);
  std::vector<Cost::Entry> entries;
  for (const Json& term : check.in("terms")) {
    const std::string sensor = term.at("sensor").get<std::string>();
    StateCost::Spec spec;
    spec.first = layout.firstOf(sensor);
    spec.target = vectorOf(term.at("target"));
    spec.wp = vectorOf(term.at("wp"));
    spec.norm = normOf("l1l2", check.in("l1"), check.in("l2"), check.in("alpha"));
    spec.ramp = rampOf(check.in("ramp"));
    spec.finalMultiplier = check.in("wp_final_multiplier").get<double>();
    X.middleCols(spec.first, spec.target.size()) = matrixOf(check.in(sensor.c_str()));
    entries.push_back({sensor, 1.0, std::make_shared<StateCost>(spec)});
  }
  const Cost cost(std::move(entries), layout.dX, layout.dU);
  expansionsOf(cost, layout, X, Matrix::Zero(layout.T, layout.dU)).compare(check);
}

void checkFk(CaseCheck& check) {
  const Layout layout(check.in("layout"));
  const Norm norm =
      normOf(check.in("norm").get<std::string>(), check.in("l1"), check.in("l2"), check.in("alpha"));
  const Ramp ramp = rampOf(check.in("ramp"));
  const double finalMultiplier = check.in("wp_final_multiplier").get<double>();
  const Vector wp = vectorOf(check.in("wp"));
  const Vector target = vectorOf(check.in("target"));
  const std::vector<Vector> points = vectorsOf(check.in("end_effector_points"));
  const std::vector<Matrix> jacobians = matricesOf(check.in("jacobian"));
  Expansions all;
  for (int t = 0; t < layout.T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const Vector w = rampWeight(ramp, t, layout.T, finalMultiplier) * wp;
    CostExpansion e;
    e.setZero(layout.dX, layout.dU);
    addThroughJacobian(1.0, normExpansion(norm, w, points[at] - target, HessianMode::Factor1), jacobians[at],
                       layout.firstOf("joint_angles"), e);
    all.add(e);
  }
  all.compare(check);
}

void checkNorm(CaseCheck& check) {
  const Norm norm =
      normOf(check.in("norm").get<std::string>(), check.in("l1"), check.in("l2"), check.in("alpha"));
  const std::vector<Vector> wp = vectorsOf(check.in("wp"));
  const std::vector<Vector> d = vectorsOf(check.in("d"));
  const std::vector<Matrix> J = matricesOf(check.in("J"));
  Expansions all;
  for (std::size_t t = 0; t < d.size(); ++t) {
    std::vector<Matrix> secondDerivatives;
    if (check.hasIn("JJ")) secondDerivatives = matricesOf(check.in("JJ")[t]);
    CostExpansion e;
    e.setZero(static_cast<int>(J[t].cols()), 0);
    addThroughJacobian(1.0, normExpansion(norm, wp[t], d[t], HessianMode::Factor1), J[t], 0, e,
                       secondDerivatives);
    all.add(e);
  }
  all.compareStates(check);
}

void checkRamp(CaseCheck& check) {
  const int T = check.in("T").get<int>();
  for (int option = 1; option <= 4; ++option) {
    std::vector<double> weights;
    for (int t = 0; t < T; ++t) {
      weights.push_back(rampWeight(rampOf(option), t, T, check.in("final_multiplier").get<double>()));
    }
    const std::string key = "ramp_" + std::to_string(option);
    check.compare(key.c_str(), toJson(weights));
  }
}

void checkExpansion(CaseCheck& check) {
  const Layout layout(check.in("layout"));
  const Json& state = check.in("state");
  StateCost::Spec spec;
  spec.first = layout.firstOf(state.at("sensor").get<std::string>());
  spec.target = vectorOf(state.at("target"));
  spec.wp = vectorOf(state.at("wp"));
  spec.norm = normOf("l1l2", state.at("l1"), state.at("l2"), state.at("alpha"));
  spec.ramp = rampOf(state.at("ramp"));
  const Vector weights = vectorOf(check.in("weights"));
  const Cost cost({{"action", weights(0), std::make_shared<ActionCost>(vectorOf(check.in("wu")))},
                   {"state", weights(1), std::make_shared<StateCost>(spec)}},
                  layout.dX, layout.dU);
  std::vector<Trajectory> rollouts;
  for (std::size_t j = 0; j < check.in("X").size(); ++j) {
    Trajectory rollout;
    rollout.X = matrixOf(check.in("X")[j]);
    rollout.U = matrixOf(check.in("U")[j]);
    rollouts.push_back(std::move(rollout));
  }
  // The reference does not project its Hessians.
  const Result<CostModel> model = expandAround(cost, rollouts, {HessianMode::Factor1, false});
  if (!model) return check.fail(model.error().text());
  check.compare("Cm", toJson(model->quadratic.H));
  check.compare("cv", toJson(model->quadratic.g));
  check.compare("cc", toJson(model->quadratic.c));
  check.compare("sample_costs", toJson(MatrixRef(model->sampleCosts)));
}

}  // namespace

void checkCostFunctions(CaseCheck& check) {
  const std::string kind = check.in("kind").get<std::string>();
  if (kind == "action") return checkAction(check);
  if (kind == "state") return checkState(check);
  if (kind == "fk") return checkFk(check);
  if (kind == "norm") return checkNorm(check);
  if (kind == "ramp") return checkRamp(check);
  if (kind == "expansion") return checkExpansion(check);
  check.fail("unknown kind " + kind);
}

}  // namespace gps::reference
