// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Cholesky>
#include <memory>

#include "core/algorithms/algorithm.h"
#include "core/cost/cost_terms.h"
#include "tests/reference/case_check.h"

namespace gps::reference {

namespace {

/// The stand-in policy of the file: linear, with a diagonal covariance.
class LinearPolicy final : public GlobalPolicy {
 public:
  LinearPolicy(Matrix W, Vector b, const Vector& var)
      : m_W(std::move(W)), m_b(std::move(b)), m_covariance(var.asDiagonal()) {}
  int dO() const override { return static_cast<int>(m_W.cols()); }
  int dU() const override { return static_cast<int>(m_W.rows()); }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    return (observations * m_W.transpose()).rowwise() + m_b.transpose();
  }
  const Matrix& covariance() const override { return m_covariance; }
  const Matrix& W() const { return m_W; }
  const Vector& b() const { return m_b; }

 private:
  Matrix m_W;
  Vector m_b;
  Matrix m_covariance;
};

/// The file's optimiser: weighted least squares with a ridge, variance as in policy_prepare.json.
std::shared_ptr<const GlobalPolicy> fitLinear(const PolicyDataset& data, double ridge, double entropyReg,
                                              bool multipliers) {
  const int n = data.rows();
  const int dO = static_cast<int>(data.observations.cols());
  const int dU = static_cast<int>(data.targets.cols());
  const int p = dU * (dO + 1);
  const Vector w = normalizedWeights(data.weights, 2.0);
  Matrix normal = Matrix::Identity(p, p) * (ridge * n);
  Vector right = Vector::Zero(p);
  Matrix precisionSum = Matrix::Zero(dU, dU);
  for (int row = 0; row < n; ++row) {
    const Matrix& P = data.precisionOf(row);
    precisionSum += P;
    Vector target = data.targets.row(row).transpose();
    // The reference shifts by -rho C lambda where we follow the minimiser, -C lambda / rho (D14).
    if (multipliers) {
      const Vector mean = data.controllerMeans.row(row).transpose();
      target = mean + data.weights[row] * data.weights[row] * (target - mean);
    }
    Vector input(dO + 1);
    input << data.observations.row(row).transpose(), 1.0;
    for (int a = 0; a <= dO; ++a) {
      for (int b = 0; b <= dO; ++b) normal.block(a * dU, b * dU, dU, dU) += w[row] * input[a] * input[b] * P;
      right.segment(a * dU, dU) += w[row] * input[a] * (P * target);
    }
  }
  const Vector solution = normal.llt().solve(right);
  const Matrix Wb = Eigen::Map<const Matrix>(solution.data(), dU, dO + 1);
  const Vector A = (precisionSum.diagonal().array() + 2.0 * n * entropyReg) / w.sum();
  return std::make_shared<LinearPolicy>(Wb.leftCols(dO), Wb.col(dO), A.cwiseInverse());
}

/// Gives the algorithm the file's rollouts and the stand-in trainer; everything else is production code.
class SequenceContext final : public RunContext {
 public:
  SequenceContext(const Task& task, const Parameters& parameters, int iteration, const Json& data, double ridge,
                  bool multipliers)
      : m_task(task),
        m_parameters(parameters),
        m_iteration(iteration),
        m_data(data),
        m_ridge(ridge),
        m_multipliers(multipliers) {}

  const Task& task() const override { return m_task; }
  const Cost& cost(int condition) const override { return m_task.costs.of(condition); }
  const Parameters& parameters() const override { return m_parameters; }
  int iteration() const override { return m_iteration; }
  Rng rng(Purpose purpose, int condition, int sample) const override {
    return makeRng(0, purpose, m_iteration, condition, sample);
  }
  Result<std::vector<std::vector<Rollout>>> sample(const std::vector<Actor>&) override { return rollouts(); }
  Result<std::vector<Rollout>> evaluate(const std::vector<Actor>&) override {
    std::vector<Rollout> first;
    for (const std::vector<Rollout>& condition : rollouts()) first.push_back(condition.front());
    return first;  // not compared: the file has no simulator
  }
  Result<TrainedPolicy> trainPolicy(const GlobalPolicy&, const PolicyDataset& data, double entropyReg,
                                    int) override {
    ++updates;
    return TrainedPolicy{fitLinear(data, m_ridge, entropyReg, m_multipliers), {}};
  }
  Status forEachCondition(const std::function<Status(int)>& job) override {
    for (int i = 0; i < m_task.conditionCount(); ++i) {
      if (Status s = job(i); !s) return s;
    }
    return Done{};
  }
  bool keepGoing() override { return true; }
  void beginPhase(std::string_view) override {}
  Status endPhase(const IterationResult&) override { return Done{}; }

  int updates = 0;

 private:
  std::vector<std::vector<Rollout>> rollouts() const {
    std::vector<std::vector<Rollout>> all;
    for (const Json& condition : m_data.at("conditions")) {
      std::vector<Rollout> drawn;
      for (std::size_t j = 0; j < condition.at("X").size(); ++j) {
        Rollout rollout;
        rollout.trajectory.X = matrixOf(condition.at("X")[j]);
        rollout.trajectory.U = matrixOf(condition.at("U")[j]);
        rollout.trajectory.O = rollout.trajectory.X;
        drawn.push_back(std::move(rollout));
      }
      all.push_back(std::move(drawn));
    }
    return all;
  }

  const Task& m_task;
  const Parameters& m_parameters;
  int m_iteration;
  const Json& m_data;
  double m_ridge;
  bool m_multipliers;
};

Cost costOf(const Json& spec, int dX, int dU) {
  StateCost::Spec angles;
  angles.target = vectorOf(spec.at("angle_target"));
  angles.wp = vectorOf(spec.at("angle_wp"));
  angles.norm = {NormKind::L1, spec.at("angle_l1"), spec.at("angle_l2"), spec.at("angle_alpha")};
  StateCost::Spec speeds;
  speeds.first = static_cast<int>(angles.target.size());
  speeds.wp = vectorOf(spec.at("velocity_wp"));
  speeds.target = Vector::Zero(speeds.wp.size());
  speeds.norm = {NormKind::L1, 0.0, spec.at("velocity_l2"), 1e-2};
  const Json& weights = spec.at("weights");
  return Cost({{"action", weights[0], std::make_shared<ActionCost>(vectorOf(spec.at("wu")))},
               {"angles", weights[1], std::make_shared<StateCost>(angles)},
               {"speeds", weights[2], std::make_shared<StateCost>(speeds)}},
              dX, dU);
}

Task taskOf(const CaseCheck& check) {
  Task task;
  task.name = "sequence";
  task.T = check.in("T");
  task.dX = check.in("dX");
  task.dU = check.in("dU");
  task.dO = check.hasIn("dO") ? check.in("dO").get<int>() : task.dX;
  task.dt = 0.05;
  for (std::size_t i = 0; i < check.in("x0").size(); ++i) {
    task.conditions.push_back(std::to_string(i + 1));
    task.x0.push_back(vectorOf(check.in("x0")[i]));
  }
  task.costs = CostPerCondition(std::make_shared<const Cost>(costOf(check.in("cost"), task.dX, task.dU)));
  task.actionLimit = Vector::Constant(task.dU, std::numeric_limits<double>::infinity());
  return task;
}

/// The reference's settings: everything our product adds is switched off.
Parameters parametersOf(const CaseCheck& check, const std::string& kind) {
  Parameters p;
  const Json& init = check.in("init");
  p.init.kind = init.at("kind") == "pd" ? InitKind::Pd : InitKind::Lqr;
  p.init.var = init.at("init_var");
  p.init.posGain = init.at("pos_gains");
  p.init.velMult = init.at("vel_gains_mult");
  p.lqr.klStep = check.in("kl_step");
  p.lqr.stepMin = check.in("min_step_mult");
  p.lqr.stepMax = check.in("max_step_mult");
  p.lqr.stepGrowth = 5.0;
  p.lqr.stepShrink = 0.1;
  p.lqr.dualSolver = DualSolver::Bracket;
  p.lqr.raiseLoOnFailure = false;
  p.lqr.acceptSlack = false;
  p.lqr.covMin = 0.0;
  p.lqr.covMax = 0.0;
  p.lqr.convexify = false;
  p.lqr.maxEnt = check.in("max_ent_traj");
  p.step.rollback = false;
  p.dynamics.reg = 0.0;
  p.dynamics.regRelative = 0.0;
  p.dynamics.gmm = false;
  p.dynamics.initialStateVar = check.in("initial_state_var");
  p.policy.linReg = 0.0;
  p.policy.linRegRelative = 0.0;
  p.policy.entropyReg = 0.0;
  p.run.iterations = static_cast<int>(check.in("iterations_data").size());
  if (kind == "mdgps") p.step.rule = check.in("step_rule") == "mc" ? StepRule::Mc : StepRule::Global;
  if (kind == "badmm") {
    p.run.iterations = check.in("iterations");
    p.badmm.rho0 = check.in("init_pol_wt");
    p.badmm.dualRate = check.in("policy_dual_rate");
    p.badmm.dualRateGain = check.in("policy_dual_rate_covar");
    p.badmm.rhoRule = static_cast<RhoRule>(check.in("fixed_lg_step").get<int>());
    p.badmm.rhoStep = check.in("lg_step_schedule").get<std::vector<double>>();
    p.badmm.entropyReg = check.in("ent_reg_schedule").get<std::vector<double>>();
    p.badmm.rhoIncrease = check.in("exp_step_increase");
    p.badmm.rhoDecrease = check.in("exp_step_decrease");
    p.badmm.rhoUpper = check.in("exp_step_upper");
    p.badmm.rhoLower = check.in("exp_step_lower");
    p.badmm.inner = check.in("inner_iterations");
  }
  return p;
}

/// The reference's whole-block regularisation (D4) as part of the prior: N Emp + Phi = N (Emp + reg ones).
FixedPrior wholeBlockRidge(int dIn, int dOut, int N, double reg) {
  NiwPrior niw;
  niw.mu0 = Vector::Zero(dIn + dOut);
  niw.Phi = Matrix::Zero(dIn + dOut, dIn + dOut);
  niw.Phi.topLeftCorner(dIn, dIn).setConstant(N * reg);
  return FixedPrior{{niw}};
}

/// The reference's constant prior, with its extra 1e-8 in every entry of the state block at the first step.
FixedPrior constantPrior(int dX, int dU, int N, int T, double strength) {
  NiwPrior niw;
  niw.mu0 = Vector::Zero(dX + dU);
  niw.Phi = Matrix::Zero(dX + dU, dX + dU);
  niw.Phi.diagonal().head(dX).setConstant(strength);
  niw.Phi.diagonal().tail(dU).setConstant(strength * 1e-5);
  niw.n0 = strength;
  FixedPrior prior{std::vector<NiwPrior>(static_cast<std::size_t>(T), niw)};
  prior.steps[0].Phi.topLeftCorner(dX, dX).array() += (N + strength) * 1e-8;
  return prior;
}

Json column(const LinearGaussianController& controller, char which) {
  Json list = Json::array();
  for (int t = 0; t < controller.horizon(); ++t) {
    const LinearGaussianController::Step& step = controller.step(t);
    if (which == 'K') list.push_back(toJson(step.K));
    if (which == 'k') list.push_back(toJson(step.k));
    if (which == 'C') list.push_back(toJson(step.C));
    if (which == 'U') list.push_back(toJson(Matrix(controller.cholC(t).transpose())));
    if (which == 'P') list.push_back(toJson(controller.precision(t)));
  }
  return list;
}

void compareCondition(CaseCheck& check, const std::string& place, const ConditionState& state, const Json& want,
                      double sampledCost) {
  check.compareTo(place + ".Fm", toJson(state.dynamics->F), want.at("Fm"));
  check.compareTo(place + ".fv", toJson(state.dynamics->f), want.at("fv"));
  const Json& controller = want.at("controller");
  check.compareTo(place + ".controller.K", column(*state.controller, 'K'), controller.at("K"));
  check.compareTo(place + ".controller.k", column(*state.controller, 'k'), controller.at("k"));
  check.compareTo(place + ".controller.pol_covar", column(*state.controller, 'C'), controller.at("pol_covar"));
  check.compareTo(place + ".controller.chol", column(*state.controller, 'U'), controller.at("chol_pol_covar"));
  check.compareTo(place + ".controller.inv", column(*state.controller, 'P'), controller.at("inv_pol_covar"));
  check.compareTo(place + ".eta", state.eta, want.at("eta"));
  check.compareTo(place + ".step_mult", state.stepMult, want.at("step_mult"));
  check.compareTo(place + ".sample_cost", sampledCost, want.at("sample_cost"));
  if (want.contains("pol_K")) {
    check.compareTo(place + ".pol_K", column(*state.linearised, 'K'), want.at("pol_K"));
    check.compareTo(place + ".pol_k", column(*state.linearised, 'k'), want.at("pol_k"));
    check.compareTo(place + ".pol_S", column(*state.linearised, 'C'), want.at("pol_S"));
  }
  if (want.contains("lambda_k")) {
    check.compareTo(place + ".lambda_k", toJson(state.multipliers.lambda), want.at("lambda_k"));
    check.compareTo(place + ".lambda_K", toJson(state.multipliers.lambdaK), want.at("lambda_K"));
    check.compareTo(place + ".pol_wt", toJson(state.multipliers.rho), want.at("pol_wt"));
  }
}

}  // namespace

void checkIterationSequence(CaseCheck& check) {
  const std::string kind = check.in("kind");
  const Task task = taskOf(check);
  const Parameters parameters = parametersOf(check, kind);
  const Result<const AlgorithmEntry*> entry = findAlgorithm(kind);
  if (!entry) return check.fail(entry.error().text());
  const std::unique_ptr<Algorithm> algorithm = (*entry)->make();
  Result<AlgorithmState> state = algorithm->start(task, parameters);
  if (!state) return check.fail(state.error().text());

  const int N = check.in("N");
  double ridge = 0.0;
  for (ConditionState& condition : state->conditions) {
    condition.dynamicsPrior = wholeBlockRidge(task.dX + task.dU, task.dX, N, check.in("dynamics_regularization"));
    if (!state->policy) continue;
    condition.policyPrior = constantPrior(task.dX, task.dU, N, task.T, check.in("policy").at("prior_strength"));
  }
  if (state->policy) {
    ridge = check.in("policy").at("ridge");
    state->policy = std::make_shared<LinearPolicy>(
        Matrix::Zero(task.dU, task.dO), Vector::Zero(task.dU),
        Vector::Constant(task.dU, check.in("policy").at("init_var").get<double>()));
  }
  int updates = 0;
  const Json& iterations = check.out("iterations");
  for (std::size_t k = 0; k < iterations.size(); ++k) {
    SequenceContext context(task, parameters, static_cast<int>(k) + 1, check.in("iterations_data")[k], ridge,
                            kind == "badmm");
    Result<IterationResult> result = algorithm->iterate(*state, context);
    if (!result) return check.fail("iteration " + std::to_string(k + 1) + ": " + result.error().text());
    *state = std::move(result->state);
    updates += context.updates;
    const std::string place = "iterations[" + std::to_string(k) + "]";
    for (std::size_t i = 0; i < state->conditions.size(); ++i) {
      compareCondition(check, place + ".conditions[" + std::to_string(i) + "]", state->conditions[i],
                       iterations[k].at("conditions")[i],
                       result->report.metrics.get(Metric::LocalCost, static_cast<int>(i)).value());
    }
    if (state->policy) {
      const LinearPolicy& policy = dynamic_cast<const LinearPolicy&>(*state->policy);
      const Json& want = iterations[k].at("policy");
      check.compareTo(place + ".policy.W", toJson(policy.W()), want.at("W"));
      check.compareTo(place + ".policy.b", toJson(policy.b()), want.at("b"));
      check.compareTo(place + ".policy.var", toJson(Vector(policy.covariance().diagonal())), want.at("var"));
      check.compareTo(place + ".policy.updates_so_far", updates, want.at("updates_so_far"));
    }
  }
  check.markChecked("iterations");
}

}  // namespace gps::reference
