// SPDX-License-Identifier: GPL-3.0-or-later
// Learning where nothing is as the derivations assume. Every run must end in one of these ways:
//
// - It finishes, and it has improved: J_last <= J_first + slack |J_first|, where J is the mean over the conditions of
//   the sampled cost (cost.mc), J_first that of the initial controllers, J_last the mean over the last three
//   iterations. The slack is 0 where the plant can be steered; 5 % where no action has any effect, so that only the
//   sampling noise of the two means differs; 2 % where actuators or exploration are so weak that eight iterations gain
//   less than a network's regression error costs.
// - It fails, with a sentence, an advice and the phase: only where no controller can be found at all.
// - It finishes without having improved, and its last five iterations say so: rolled back, or behind the start for so
//   many iterations. Only on an unstable plant, with policies. There the first rollouts end 1e4 times farther away than
//   they start, and a network that whitens its inputs by those cannot resolve the start.
//
// And whatever happens, no number of any snapshot is anything but finite.
//
// Plants with contacts are chaotic: a last bit, so another processor, changes what a run learns. Of the 53 combinations
// of each scenario, and of the options of each algorithm, kStragglers may therefore miss the mark above; with five seeds
// there were at most three in 48. No run may break the other two rules.
#include <QtTest>
#include <cmath>
#include <functional>

#include "tests/core/engine/closed_form_task.h"
#include "tests/core/engine/watched_run.h"

using namespace gps;
using gps::testing::setupOf;
using gps::testing::Watched;

namespace {

/// x' = law(x, u), with actuators that cut at `limit`.
class ScriptedPlant final : public Plant {
 public:
  using Law = std::function<Vector(const Vector& x, const Vector& u)>;
  ScriptedPlant(Vector x, const Law& law, double limit) : m_x(std::move(x)), m_law(law), m_limit(limit) {}
  void state(Eigen::Ref<Vector> x) const override { x = m_x; }
  void observation(Eigen::Ref<Vector> o) const override { o = m_x; }
  void coordinates(Eigen::Ref<Vector> z) const override { z = m_x; }
  int step(const VectorRef& u) override {
    const Vector applied = u.cwiseMin(m_limit).cwiseMax(-m_limit);
    const int cut = static_cast<int>((applied.array() != u.array()).count());
    m_x = m_law(m_x, applied);
    return cut;
  }
  void poses(std::vector<Pose>& out) const override {
    out.push_back({static_cast<float>(m_x[0]), static_cast<float>(m_x[1]), 0.0f});
  }

 private:
  Vector m_x;
  const Law& m_law;
  double m_limit;
};

class ScriptedPlants final : public PlantFactory {
 public:
  ScriptedPlants(std::vector<Vector> starts, ScriptedPlant::Law law, double limit)
      : m_starts(std::move(starts)), m_law(std::move(law)), m_limit(limit) {}
  std::unique_ptr<Plant> make(int condition, const VectorRef&) const override {
    return std::make_unique<ScriptedPlant>(m_starts[static_cast<std::size_t>(condition)], m_law, m_limit);
  }
  int startNoiseSize(int) const override { return 0; }
  Result<int> coordinateCount() const override { return static_cast<int>(m_starts.front().size()); }
  std::unique_ptr<Plant> makeAt(int, const VectorRef& z) const override {
    return std::make_unique<ScriptedPlant>(z, m_law, m_limit);
  }

 private:
  std::vector<Vector> m_starts;
  ScriptedPlant::Law m_law;
  double m_limit;
};

constexpr double kDt = 0.1;
constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// A mass in the plane, x = [p, v].
Vector mass(const Vector& x, const Vector& u) {
  Vector next = x;
  next.head(2) += kDt * x.segment(2, 2) + 0.5 * kDt * kDt * u;
  next.segment(2, 2) += kDt * u;
  return next;
}

/// The mass, then every entry once more, then two that never change: no covariance of these states is regular.
Vector copies(const Vector& x, const Vector& u) {
  Vector next = x;
  next.head(4) = mass(x.head(4), u);
  next.segment(4, 4) = next.head(4);
  return next;
}

/// Nothing acts on it: the samples of a condition are all the same.
Vector deaf(const Vector& x, const Vector&) {
  Vector next = x;
  next.head(2) += kDt * x.segment(2, 2);
  next.segment(2, 2) *= 0.9;
  return next;
}

/// Walls at |p| = 0.6 that throw back, Coulomb friction and sticking: neighbouring samples bounce at different steps.
Vector chatter(const Vector& x, const Vector& u) {
  Vector next = x;
  constexpr int kSubsteps = 20;
  for (int s = 0; s < kSubsteps; ++s) {
    for (int d = 0; d < 2; ++d) {
      double& p = next(d);
      double& v = next(2 + d);
      const double push = u(d) - (v > 0.0 ? 1.0 : v < 0.0 ? -1.0 : 0.0);
      v += kDt / kSubsteps * (v == 0.0 && std::abs(u(d)) < 1.2 ? 0.0 : push);
      if (std::abs(v) < 0.01) v = 0.0;
      p += kDt / kSubsteps * v;
      if (std::abs(p) > 0.6) {
        p = p > 0.0 ? 1.2 - p : -1.2 - p;
        v *= -0.95;
      }
    }
  }
  return next;
}

/// Without control a deviation grows by `factor` per step.
template <int factor>
Vector unstable(const Vector& x, const Vector& u) {
  Vector next = x;
  next.head(2) = factor * x.head(2) + u;
  next.segment(2, 2) = x.head(2);
  return next;
}

struct Scenario {
  const char* name;
  ScriptedPlant::Law law;
  int dX = 4;
  double limit = kNoLimit;
  double scale = 1.0;       ///< of all costs
  double slack = 0.0;       ///< see above
  bool mayFail = false;
  bool mayStall = false;
  int iterations = 8;
  void (*settings)(Parameters&) = nullptr;
};

std::shared_ptr<const Task> taskOf(const Scenario& scenario) {
  auto task = std::make_shared<Task>();
  task->name = scenario.name;
  task->T = 15;
  task->dt = kDt;
  task->dX = scenario.dX;
  task->dU = 2;
  task->dO = scenario.dX;
  task->conditions = {"left", "right"};
  for (const double side : {-0.5, 0.4}) {
    Vector x0 = Vector::Zero(scenario.dX);
    x0.head(4) << side, 0.3, 0.2, 0.0;
    if (scenario.dX > 4) x0.segment(4, 4) = x0.head(4);
    if (scenario.dX > 8) x0.tail(scenario.dX - 8).setConstant(0.7);
    task->x0.push_back(x0);
  }
  task->plants = std::make_shared<ScriptedPlants>(task->x0, scenario.law, scenario.limit);
  StateCost::Spec goal;
  goal.target = Vector::Zero(4);
  goal.wp = Vector::Ones(4);
  std::vector<Cost::Entry> terms{{"goal", scenario.scale, std::make_shared<StateCost>(goal)},
                                 {"effort", 0.01 * scenario.scale, std::make_shared<ActionCost>(Vector::Ones(2))}};
  task->costs = CostPerCondition(std::make_shared<const Cost>(std::move(terms), scenario.dX, 2));
  task->success = {SuccessTest{0, Vector::Zero(2), 0.3, 1}};
  task->actionLimit = Vector::Constant(2, scenario.limit);
  for (int d = 0; d < scenario.dX; ++d) task->stateNames.push_back("x" + std::to_string(d));
  task->actionNames = {"fx", "fy"};
  return task;
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> list{
      {.name = "mass", .law = mass},
      {.name = "copies", .law = copies, .dX = 10},
      {.name = "copies without a prior", .law = copies, .dX = 10,
       .settings = [](Parameters& p) { p.dynamics.gmm = false; }},
      {.name = "deaf", .law = deaf, .slack = 0.05},
      {.name = "chatter", .law = chatter},
      {.name = "saturated", .law = mass, .limit = 0.05, .slack = 0.02},
      {.name = "unstable", .law = unstable<2>, .mayStall = true, .iterations = 20},
      {.name = "hopelessly unstable", .law = unstable<5>, .mayFail = true},
      {.name = "one sample", .law = mass, .settings = [](Parameters& p) { p.run.samples = 1; }},
      {.name = "hardly any noise", .law = mass, .slack = 0.02,
       .settings =
           [](Parameters& p) {
             p.init.var = 1e-4;
             p.lqr.covMin = 0.0;
             p.policy.steps = 300;
           }},
      {.name = "cost 1e-8", .law = mass, .scale = 1e-8},
      {.name = "cost 1e-4", .law = mass, .scale = 1e-4},
      {.name = "cost 1e4", .law = mass, .scale = 1e4},
      {.name = "cost 1e8", .law = mass, .scale = 1e8},
  };
  return list;
}

/// The first number of a snapshot that is not finite, by name; empty when all are.
std::string firstNotFinite(const Snapshot& snapshot) {
  const IterationReport& report = snapshot.report;
  for (const MetricSpec& spec : metricRegistry()) {
    for (int i = 0; i < report.metrics.conditions(); ++i) {
      const std::optional<double> value = report.metrics.get(spec.id, i);
      if (value && !std::isfinite(*value)) return std::string(spec.key);
    }
  }
  for (const TimeSeries& series : report.series) {
    if (!series.costMean.allFinite() || !series.kl.allFinite() || !series.rho.allFinite() ||
        !series.lambda.allFinite() || !series.std.allFinite() || !series.eta.allFinite() ||
        !series.minQuu.allFinite()) {
      return "a series over time";
    }
  }
  for (const std::vector<DualPoint>& trace : report.dualTrace) {
    for (const DualPoint& point : trace) {
      if (!std::isfinite(point.eta) || !std::isfinite(point.kl)) return "the search for eta";
    }
  }
  for (const double loss : report.training.loss) {
    if (!std::isfinite(loss)) return "the training loss";
  }
  for (const ConditionView& view : snapshot.conditions) {
    std::vector<std::shared_ptr<const Rollout>> rollouts = view.samples;
    for (const auto& one : {view.local, view.global}) {
      if (one) rollouts.push_back(one);
    }
    for (const std::shared_ptr<const Rollout>& rollout : rollouts) {
      if (!rollout->trajectory.X.allFinite() || !rollout->trajectory.U.allFinite() ||
          !rollout->trajectory.O.allFinite()) {
        return "a rollout";
      }
      for (const Pose& pose : rollout->poses) {
        if (!std::isfinite(pose.x) || !std::isfinite(pose.y) || !std::isfinite(pose.angle)) return "a pose";
      }
    }
    for (const auto& marginals : {view.localMarginals, view.globalMarginals}) {
      for (int t = 0; marginals && t < marginals->horizon(); ++t) {
        if (!marginals->mean[static_cast<std::size_t>(t)].allFinite() ||
            !marginals->cov[static_cast<std::size_t>(t)].allFinite()) {
          return "a tube";
        }
      }
    }
    for (int t = 0; view.controller && t < view.controller->horizon(); ++t) {
      const LinearGaussianController::Step& step = view.controller->step(t);
      if (!step.K.allFinite() || !step.k.allFinite() || !step.C.allFinite()) return "a controller";
    }
  }
  return {};
}

double meanCost(const Snapshot& snapshot) {
  return *snapshot.report.metrics.mean(Metric::LocalCost);
}

constexpr int kStragglers = 3;

struct Verdict {
  std::string bad{};      ///< what must never happen; empty when well
  std::string slower{};   ///< what a straggler did
};

Verdict verdict(const Watched& w, const Scenario& scenario) {
  for (const std::shared_ptr<const Snapshot>& snapshot : w.snapshots) {
    const std::string bad = firstNotFinite(*snapshot);
    if (!bad.empty()) return {bad + " is not finite at iteration " + std::to_string(snapshot->report.iteration)};
  }
  if (w.progress.failure) {
    const Failure& failure = *w.progress.failure;
    if (failure.error.what.empty() || failure.error.mend.empty() || failure.phase.empty()) {
      return {"a failure without reason, advice or phase: " + failure.error.text()};
    }
    return {scenario.mayFail ? std::string() : failure.error.text()};
  }
  const std::size_t n = w.snapshots.size();
  const double first = meanCost(*w.snapshots.front());
  double last = 0.0;
  for (std::size_t i = n - 3; i < n; ++i) last += meanCost(*w.snapshots[i]) / 3.0;
  if (last <= first + scenario.slack * std::abs(first)) return {};
  bool said = false;
  for (std::size_t i = n - 5; i < n; ++i) {
    for (const Warning& warning : w.snapshots[i]->report.warnings) {
      said = said || warning.key == "rollback" || warning.key == "behind_start";
    }
  }
  if (scenario.mayStall && said && (**findAlgorithm(w.run.setup().algorithm)).hasPolicy) return {};
  return {.slower = "no improvement: " + std::to_string(first / scenario.scale) + " -> " +
                    std::to_string(last / scenario.scale)};
}

/// What several runs did wrong; nothing where only stragglers did, and few of them.
class Findings {
 public:
  void add(const QString& run, const Verdict& verdict) {
    if (!verdict.bad.empty()) m_bad << run + ": " + QString::fromStdString(verdict.bad);
    if (!verdict.slower.empty()) m_slower << run + ": " + QString::fromStdString(verdict.slower);
  }
  QString text() const {
    const QStringList all = m_slower.size() > kStragglers ? m_bad + m_slower : m_bad;
    return all.isEmpty() ? QString() : QStringLiteral("\n") + all.join(QLatin1Char('\n'));
  }

 private:
  QStringList m_bad, m_slower;
};

void cheapen(RunSetup& setup) {
  setup.parameters.policy.steps = 60;
  setup.parameters.policy.hidden = {6};
  setup.parameters.run.threads = 1;
}

}  // namespace

class TestTorture : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyCombinationImprovesOrFailsWithReason_data();
  void everyCombinationImprovesOrFailsWithReason();
  void everyOptionSurvivesContacts_data();
  void everyOptionSurvivesContacts();
  void equalSamplesGiveUsableModels_data();
  void equalSamplesGiveUsableModels();
  void longAfterConvergenceNothingBreaks_data();
  void longAfterConvergenceNothingBreaks();
};

void TestTorture::everyCombinationImprovesOrFailsWithReason_data() {
  QTest::addColumn<int>("index");
  for (std::size_t i = 0; i < scenarios().size(); ++i) QTest::newRow(scenarios()[i].name) << static_cast<int>(i);
}

void TestTorture::everyCombinationImprovesOrFailsWithReason() {
  QFETCH(int, index);
  const Scenario& scenario = scenarios()[static_cast<std::size_t>(index)];
  const std::shared_ptr<const Task> task = taskOf(scenario);
  Findings findings;
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    for (const StepRule rule : {StepRule::Classic, StepRule::Global, StepRule::Mc, StepRule::Fixed}) {
      for (const DualSolver solver :
           {DualSolver::Bracket, DualSolver::Illinois, DualSolver::Dgd, DualSolver::DgdLog}) {
        // What an algorithm does not read makes no new run.
        if (rule != StepRule::Classic && !(entry.usedBy & kUsedByStepRule)) continue;
        if (solver != DualSolver::Bracket && !(entry.usedBy & kUsedByFit)) continue;
        RunSetup setup = setupOf(std::string(entry.id), task, scenario.iterations);
        setup.parameters.step.rule = rule;
        setup.parameters.lqr.dualSolver = solver;
        cheapen(setup);
        if (scenario.settings) scenario.settings(setup.parameters);
        Watched w(std::move(setup));
        w.run.start();
        QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
        findings.add(QStringLiteral("%1, rule %2, solver %3")
                         .arg(QString::fromStdString(std::string(entry.id)))
                         .arg(static_cast<int>(rule))
                         .arg(static_cast<int>(solver)),
                     verdict(w, scenario));
      }
    }
  }
  QVERIFY2(findings.text().isEmpty(), qPrintable(findings.text()));
}

void TestTorture::everyOptionSurvivesContacts_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::addColumn<QStringList>("options");
  const QStringList all{"lqr.per_step=true",
                        "lqr.kl_marginals=prev",
                        "lqr.max_ent=0.001",
                        "lqr.kl_step=100",
                        "lqr.kl_step=0.001",
                        "lqr.convexify=false",
                        "noise.smooth=true",
                        "noise.clip_mean=true",
                        "dyn.map_mean=true",
                        "dyn.gmm_shared=true",
                        "dyn.whiten=false",
                        "dyn.gmm=false",
                        "dyn.gmm=false;dyn.window=50",
                        "dyn.pooled=true;dyn.ridge_position=1;dyn.noise_velocity=10",
                        "step.rollback=false",
                        "pol.lin_tame=true",
                        "run.samples=2"};
  const QStringList policies{"pol.full_cov=true", "pol.lr_final=1e-8",       "pol.early_stop=true",
                             "pol.lr=0.01",       "pol.lin_reg=0;pol.lin_reg_rel=0"};
  const QStringList mdgps{"mdgps.on_policy=true", "mdgps.shared_eta=true",    "mdgps.s_step_kl=forward",
                          "mdgps.s_residual=off", "mdgps.s_residual=capped",  "mdgps.sample_mode=add"};
  const QStringList badmm{"badmm.rho_rule=gradient", "badmm.rho_rule=fixed", "badmm.rho_rule=ratio",
                          "badmm.dual_rate_gain=0.1", "badmm.dual_rate=1",   "badmm.precondition=false"};
  const QStringList ilqr{"ilqr.smooth_fd=8", "ilqr.limits=false", "ilqr.mu0=0",     "ilqr.alphas=1",
                         "ilqr.z_min=0.5",   "ilqr.fd_step=0.1",  "ilqr.max_iter=3", "ilqr.mu_max=1"};
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    const QString id = QString::fromStdString(std::string(entry.id));
    QStringList options = all;
    if (id == "ilqr") options += ilqr;
    if (entry.hasPolicy) options += policies;
    if (id == "mdgps") options += mdgps;
    if (id == "badmm") options += badmm;
    QTest::newRow(qPrintable(id)) << id << options;
  }
}

void TestTorture::everyOptionSurvivesContacts() {
  QFETCH(QString, algorithm);
  QFETCH(QStringList, options);
  // An excursion through a wall takes some iterations to mend.
  const Scenario scenario{.name = "chatter", .law = chatter, .limit = 5.0, .iterations = 20};
  const std::shared_ptr<const Task> task = taskOf(scenario);
  Findings findings;
  for (const QString& option : options) {
    RunSetup setup = setupOf(algorithm.toStdString(), task, scenario.iterations);
    cheapen(setup);
    for (const QString& setting : option.split(';')) {
      const QStringList parts = setting.split('=');
      QVERIFY(setParameter(setup.parameters, parts[0].toStdString(), parts[1].toStdString()).ok());
    }
    Watched w(std::move(setup));
    w.run.start();
    QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
    findings.add(option, verdict(w, scenario));
  }
  QVERIFY2(findings.text().isEmpty(), qPrintable(findings.text()));
}

void TestTorture::equalSamplesGiveUsableModels_data() {
  QTest::addColumn<int>("samples");
  QTest::addColumn<int>("different");
  QTest::newRow("one sample") << 1 << 1;
  QTest::newRow("the same sample twice") << 2 << 1;
  QTest::newRow("the same sample nine times") << 9 << 1;
  QTest::newRow("two samples four times each") << 8 << 2;
}

// From rollouts to a new controller, by every kind of prior.
void TestTorture::equalSamplesGiveUsableModels() {
  QFETCH(int, samples);
  QFETCH(int, different);
  const std::shared_ptr<const Task> task = taskOf({.name = "copies", .law = copies, .dX = 10});
  Rng rng(21);
  std::vector<Trajectory> rollouts;
  for (int j = 0; j < different; ++j) {
    Trajectory rollout;
    rollout.X.resize(task->T, task->dX);
    rollout.U.resize(task->T, task->dU);
    Vector x = task->x0[0];
    for (int t = 0; t < task->T; ++t) {
      const Vector u = Vector::NullaryExpr(2, [&rng] { return rng.normal(); });
      rollout.X.row(t) = x.transpose();
      rollout.U.row(t) = u.transpose();
      x = copies(x, u);
    }
    rollout.O = rollout.X;
    rollouts.push_back(std::move(rollout));
  }
  while (static_cast<int>(rollouts.size()) < samples) rollouts.push_back(rollouts[rollouts.size() % 2 * (different - 1)]);

  const std::shared_ptr<const NeuralPolicy> policy = NeuralPolicy::create(task->dO, task->dU, {}, Rng(4));
  std::vector<RowMatrix> motions, actions;
  for (const Trajectory& rollout : rollouts) {
    motions.push_back(transitions(rollout));
    actions.push_back(policyPoints(*policy, rollout));
  }
  const Result<MixtureUpdate> ofMotions = updateMixture({}, motions, {}, Rng(5));
  const Result<MixtureUpdate> ofActions = updateMixture({}, actions, {}, Rng(6));
  QVERIFY(ofMotions && ofActions);
  const Result<Matrix> F0 = fitPooled(std::vector<std::span<const Trajectory>>{rollouts}, {});
  const Result<CostModel> costs = expandAround(task->costs.of(0), rollouts, {});
  QVERIFY(F0 && costs);
  struct Kind {
    JointPrior dynamics, linearisation;
    DynamicsContext context{};
  };
  const std::vector<Kind> kinds{{{}, {}},
                                {ofMotions->prior, ofActions->prior},
                                {WindowPrior{motions, 2}, WindowPrior{actions, 2}},
                                {{}, {}, {.pooled = *F0}}};
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const Result<LinearGaussianDynamics> dynamics =
        fitDynamics(rollouts, kinds[kind].dynamics, {}, kinds[kind].context);
    QVERIFY2(dynamics, dynamics ? "" : dynamics.error().text().c_str());
    const Result<LinearisedPolicy> pibar = linearise(*policy, rollouts, kinds[kind].linearisation, {});
    QVERIFY2(pibar, pibar ? "" : pibar.error().text().c_str());
    CStepProblem problem;
    problem.dynamics = &*dynamics;
    problem.cost = &costs->quadratic;
    problem.terms.reference = &pibar->controller;
    problem.epsilon = task->T;
    const Result<CStepResult> step = cStep(problem);
    QVERIFY2(step, step ? "" : step.error().text().c_str());
    QVERIFY(step->converged && std::isfinite(step->kl));
    QVERIFY(pibar->r2.allFinite() && oneStepR2(*dynamics, rollouts).allFinite());
    QVERIFY(std::isfinite(oneStepError(*dynamics, rollouts)));
    const double before = expectedCost(forwardPass(pibar->controller, *dynamics), costs->quadratic).sum();
    const double after = expectedCost(step->marginals, costs->quadratic).sum();
    QVERIFY2(after < before, qPrintable(QStringLiteral("prior %1: %2 -> %3").arg(kind).arg(before).arg(after)));
  }
}

void TestTorture::longAfterConvergenceNothingBreaks_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::addColumn<bool>("explores");
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    const QString id = QString::fromStdString(std::string(entry.id));
    QTest::newRow(qPrintable(id)) << id << false;
    QTest::newRow(qPrintable(id + ", still exploring")) << id << true;
  }
}

// With the defaults exploration dies out: the models then say what the ridge says, and the cost creeps up by a
// thousandth per iteration. It stays better than at the start, and nothing breaks. With a floor under the noise (and,
// for BADMM, weights rho that do not grow without end) what was learnt is kept.
void TestTorture::longAfterConvergenceNothingBreaks() {
  QFETCH(QString, algorithm);
  QFETCH(bool, explores);
  RunSetup setup = setupOf(algorithm.toStdString(), taskOf(scenarios().front()), 320);
  cheapen(setup);
  if (explores) {
    setup.parameters.policy.steps = 200;
    setup.parameters.lqr.covMin = 0.01;
    setup.parameters.badmm.rhoIncrease = setup.parameters.badmm.rhoDecrease = 1.0;
  }
  Watched w(std::move(setup));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
  const Verdict judged = verdict(w, scenarios().front());
  QVERIFY2(judged.bad.empty() && judged.slower.empty(), (judged.bad + judged.slower).c_str());
  QCOMPARE(w.snapshots.size(), std::size_t{320});
  if (!explores) return;
  const double converged = meanCost(*w.snapshots[19]);
  for (std::size_t i = 20; i < 320; ++i) {
    const double now = meanCost(*w.snapshots[i]);
    QVERIFY2(now < 1.1 * converged,
             qPrintable(QStringLiteral("iteration %1: %2, was %3").arg(i + 1).arg(now).arg(converged)));
  }
}

QTEST_GUILESS_MAIN(TestTorture)
#include "tst_torture.moc"
