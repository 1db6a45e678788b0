// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>
#include <QtTest>
#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "core/engine/run.h"
#include "core/engine/run_log.h"
#include "tests/core/engine/closed_form_task.h"
#include "tests/core/engine/watched_run.h"

using namespace gps;
using gps::testing::setupOf;
using gps::testing::Watched;
using namespace std::chrono_literals;

class TestEngine : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void learns_data();
  void learns();
  void learnsWithOtherRegressions_data();
  void learnsWithOtherRegressions();
  void sameBytesOnAnyNumberOfThreads_data();
  void sameBytesOnAnyNumberOfThreads();
  void pausingAndSteppingDoNotChangeResults();
  void phaseStepsFollowTheDocumentedOrder_data();
  void phaseStepsFollowTheDocumentedOrder();
  void everyChannelAppearsWhereItIsDefined_data();
  void everyChannelAppearsWhereItIsDefined();
  void boundsDescribeTheGap();
  void unmetBoundFailsWithPhaseConditionAndAdvice_data();
  void unmetBoundFailsWithPhaseConditionAndAdvice();
  void sharedEtaReportsTheMeanItBounds();
  void growingCostRollsBackToTheBest_data();
  void growingCostRollsBackToTheBest();
  void stopDiscardsTheRunningIterationOnly();
  void nanCostFailsWithPhaseConditionAndTimeStepAndRetryContinues();
  void queuedChangeTakesEffectAtOneIterationAndIsRecorded();
  void impossibleRequestsAreRefusedWithAReason();
  void finishedRunGoesOnWhenStartedAgain();
  void absentQuantitiesAreNullNeverZero();
};

void TestEngine::learns_data() {
  QTest::addColumn<QString>("algorithm");
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    QTest::newRow(std::string(entry.id).c_str()) << QString::fromStdString(std::string(entry.id));
  }
}

void TestEngine::learns() {
  QFETCH(QString, algorithm);
  Watched w(setupOf(algorithm.toStdString(), testing::massTask(), 8));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
  if (w.progress.failure) QFAIL(w.progress.failure->error.text().c_str());
  QCOMPARE(w.snapshots.size(), std::size_t{8});
  const double first = *w.snapshots.front()->report.metrics.mean(Metric::LocalCost);
  const double last = *w.snapshots.back()->report.metrics.mean(Metric::LocalCost);
  QVERIFY2(last < 0.6 * first, qPrintable(QStringLiteral("%1 -> %2").arg(first).arg(last)));
  // The bound holds within the tolerance of the dual search wherever it converged.
  for (const std::shared_ptr<const Snapshot>& s : w.snapshots) {
    for (int i = 0; i < 2; ++i) {
      const std::optional<double> kl = s->report.metrics.get(Metric::Kl, i);
      if (kl && s->report.warnings.empty()) {
        QVERIFY(*kl <= 1.15 * *s->report.metrics.get(Metric::KlBound, i));
      }
    }
  }
}

void TestEngine::learnsWithOtherRegressions_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::addColumn<QStringList>("settings");
  const QStringList window{"dyn.gmm=false", "dyn.window=3"};
  const QStringList blind{"dyn.gmm=false",
                          "dyn.window=5",
                          "dyn.pooled=true",
                          "dyn.ridge_position=0.005",
                          "dyn.ridge_velocity=0.03",
                          "dyn.ridge_action=0.1",
                          "dyn.noise_position=0.001",
                          "dyn.noise_velocity=0.01",
                          "pol.lin_ridge_position=0.01",
                          "pol.lin_ridge_velocity=0.05",
                          "pol.lr_final=5e-5",
                          "mdgps.s_residual=off"};
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    const QString id = QString::fromStdString(std::string(entry.id));
    QTest::newRow(qPrintable(id + ", window")) << id << window;
    QTest::newRow(qPrintable(id + ", all at once")) << id << blind;
  }
  QTest::newRow("mdgps, capped residual") << "mdgps" << QStringList{"mdgps.s_residual=capped"};
  QTest::newRow("mdgps, window and older rollouts") << "mdgps" << window + QStringList{"mdgps.sample_mode=add"};
}

void TestEngine::learnsWithOtherRegressions() {
  QFETCH(QString, algorithm);
  QFETCH(QStringList, settings);
  RunSetup setup = setupOf(algorithm.toStdString(), testing::massTask(), 8);
  for (const QString& setting : settings) {
    const QStringList parts = setting.split('=');
    QVERIFY(setParameter(setup.parameters, parts[0].toStdString(), parts[1].toStdString()).ok());
  }
  Watched w(std::move(setup));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
  if (w.progress.failure) QFAIL(w.progress.failure->error.text().c_str());
  const double first = *w.snapshots.front()->report.metrics.mean(Metric::LocalCost);
  const double last = *w.snapshots.back()->report.metrics.mean(Metric::LocalCost);
  QVERIFY2(last < 0.6 * first, qPrintable(QStringLiteral("%1 -> %2").arg(first).arg(last)));
}

void TestEngine::sameBytesOnAnyNumberOfThreads_data() {
  learns_data();
}

void TestEngine::sameBytesOnAnyNumberOfThreads() {
  QFETCH(QString, algorithm);
  std::vector<std::string> logs;
  for (const int threads : {1, 2, 8}) {
    RunSetup setup = setupOf(algorithm.toStdString(), testing::massTask(), 3);
    setup.parameters.run.threads = threads;
    Watched w(std::move(setup));
    w.run.start();
    QVERIFY(w.waitFor({RunState::Finished}));
    logs.push_back(w.log());
  }
  QVERIFY(!logs[0].empty());
  QCOMPARE(logs[0], logs[1]);
  QCOMPARE(logs[0], logs[2]);
}

void TestEngine::pausingAndSteppingDoNotChangeResults() {
  Watched straight(setupOf("mdgps", testing::massTask(), 3));
  straight.run.start();
  QVERIFY(straight.waitFor({RunState::Finished}));

  Watched halting(setupOf("mdgps", testing::massTask(), 3));
  halting.run.step(StepUnit::Phase);
  QVERIFY(halting.waitFor({RunState::Paused}));
  halting.run.step(StepUnit::Iteration);
  QVERIFY(halting.waitFor({RunState::Paused}));
  halting.run.start();
  for (int i = 0; i < 5; ++i) {
    halting.run.pause();
    QVERIFY(halting.waitFor({RunState::Paused, RunState::Finished}));
    if (halting.progress.state == RunState::Finished) break;
    halting.run.start();
  }
  QVERIFY(halting.waitFor({RunState::Finished}));
  QCOMPARE(halting.log(), straight.log());
}

void TestEngine::phaseStepsFollowTheDocumentedOrder_data() {
  learns_data();
}

void TestEngine::phaseStepsFollowTheDocumentedOrder() {
  QFETCH(QString, algorithm);
  RunSetup setup = setupOf(algorithm.toStdString(), testing::massTask(), 3);
  setup.parameters.badmm.inner = 1;
  Watched w(std::move(setup));
  const std::span<const Phase> phases = w.run.phases();
  for (std::size_t iteration = 1; iteration <= 2; ++iteration) {
    std::vector<std::string> documented;
    for (const Phase& phase : phases) {
      if (phase.firstOnly && iteration > 1) continue;
      // BADMM's policy joins after the first C-step.
      const bool waits = algorithm == "badmm" && iteration == 1 && (phase.id == "s_step" || phase.id == "dual");
      if (!waits) documented.push_back(phase.id);
    }
    documented.pop_back();  // the last phase commits the iteration
    for (const std::string& phase : documented) {
      w.run.step(StepUnit::Phase);
      QVERIFY(w.waitFor({RunState::Paused}));
      QCOMPARE(w.progress.phase, phase);
      QVERIFY(w.progress.partial);
      QCOMPARE(w.progress.partial->phase, phase);
      QCOMPARE(w.snapshots.size(), iteration - 1);
      w.progress = {};
    }
    w.run.step(StepUnit::Phase);
    QVERIFY(w.waitFor({RunState::Paused}));
    QCOMPARE(w.snapshots.size(), iteration);
    QVERIFY(!w.progress.partial);
    // Every second is accounted to a phase that has a column.
    const std::string line = iterationJson(*w.snapshots.back());
    double total = 0.0;
    for (const PhaseTime& time : w.snapshots.back()->report.seconds) {
      QVERIFY2(line.find("\"" + time.phase + "\":" + numberText(time.seconds)) != std::string::npos, line.c_str());
      total += time.seconds;
    }
    QVERIFY(line.find("\"total\":" + numberText(total)) != std::string::npos);
    w.progress = {};
  }
}

void TestEngine::everyChannelAppearsWhereItIsDefined_data() {
  learns_data();
}

void TestEngine::everyChannelAppearsWhereItIsDefined() {
  QFETCH(QString, algorithm);
  std::set<Metric> absent{Metric::KlMean};  // only with a shared eta
  if (algorithm != "badmm") {
    absent.insert({Metric::Rho, Metric::RhoLow, Metric::RhoHigh, Metric::LambdaNorm});
  }
  if (algorithm != "ilqr") {
    absent.insert({Metric::IlqrMu, Metric::IlqrAlpha, Metric::IlqrGradient, Metric::IlqrConverged, Metric::IlqrClamped,
                   Metric::IlqrGap, Metric::IlqrHidden});
  } else {
    absent.insert({Metric::Kl, Metric::KlBound, Metric::Eta, Metric::EtaRaises, Metric::DualEvaluations,
                   Metric::StepMult, Metric::DynamicsR2, Metric::DynamicsR2Next, Metric::DynamicsError,
                   Metric::DynamicsErrorNext, Metric::DynamicsNorm, Metric::DynamicsNoise, Metric::GmmLogLikelihood,
                   Metric::GmmClusters});
  }
  if (algorithm == "ilqr" || algorithm == "gps_ilqr") {
    absent.insert({Metric::CostPrevious, Metric::CostPromised, Metric::CostLocalNow});
  }
  if (algorithm == "gps_ilqr") absent.insert({Metric::Predicted, Metric::Actual, Metric::StepRatio});
  if (!(**findAlgorithm(algorithm.toStdString())).hasPolicy) {
    absent.insert({Metric::GlobalCost, Metric::GlobalModelCost, Metric::CostGlobalNow, Metric::EntropyGlobal,
                   Metric::KlLocalGlobal, Metric::KlGlobalLocal, Metric::KlGlobalLocalBefore, Metric::ActionGap,
                   Metric::PolicyLoss, Metric::PolicySteps, Metric::PrecisionScale, Metric::GradientNorm,
                   Metric::WeightNorm, Metric::PolicyStd, Metric::LinearisationR2, Metric::EpsilonMax,
                   Metric::EpsilonMean, Metric::TvBound, Metric::TvBoundPrinted, Metric::CostGapSampled,
                   Metric::CostGapModel, Metric::CostGapBound, Metric::CostGapBoundPrinted, Metric::StageCostMax});
  }
  Watched w(setupOf(algorithm.toStdString(), testing::massTask(), 2));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  // In the second iteration there is a step to judge.
  const MetricTable& m = w.snapshots[1]->report.metrics;
  for (const MetricSpec& spec : metricRegistry()) {
    QVERIFY2(m.has(spec.id) != absent.contains(spec.id), spec.key.data());
    if (!m.has(spec.id)) continue;
    for (int i = 0; i < (spec.per == MetricPer::Condition ? 2 : 1); ++i) {
      QVERIFY2(m.get(spec.id, i) && std::isfinite(*m.get(spec.id, i)), spec.key.data());
    }
  }
}

void TestEngine::boundsDescribeTheGap() {
  Watched w(setupOf("mdgps", testing::massTask(), 4));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  double lmax = -1e300;
  for (const std::shared_ptr<const Snapshot>& s : w.snapshots) {
    const MetricTable& m = s->report.metrics;
    const auto value = [&m](Metric metric) { return *m.get(metric, 0); };
    QCOMPARE(value(Metric::CostGapSampled), value(Metric::GlobalCost) - value(Metric::LocalCleanCost));
    QCOMPARE(value(Metric::CostGapModel), value(Metric::GlobalModelCost) - value(Metric::ModelCost));
    QVERIFY(value(Metric::EpsilonMax) >= value(Metric::EpsilonMean));
    QVERIFY(std::abs(value(Metric::EpsilonMean) - value(Metric::KlLocalGlobal) / 20.0) <
            1e-9 * value(Metric::KlLocalGlobal));
    QVERIFY(value(Metric::CostGapSampled) < value(Metric::CostGapBound));
    QVERIFY(value(Metric::CostGapBound) <= value(Metric::CostGapBoundPrinted));
    QVERIFY(value(Metric::TvBound) <= value(Metric::TvBoundPrinted) && value(Metric::TvBoundPrinted) <= 1.0);
    QVERIFY(value(Metric::StageCostMax) >= lmax);  // a running maximum
    QVERIFY(value(Metric::StageCostMax) >= value(Metric::LocalCostMax) / 20.0);
    lmax = value(Metric::StageCostMax);
  }
}

void TestEngine::unmetBoundFailsWithPhaseConditionAndAdvice_data() {
  QTest::addColumn<QString>("algorithm");
  QTest::addColumn<bool>("sharedEta");
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    if ((entry.usedBy & kUsedByFit) == 0) continue;  // no bound to keep
    const QString id = QString::fromStdString(std::string(entry.id));
    QTest::newRow(qPrintable(id)) << id << false;
  }
  QTest::newRow("mdgps, shared eta") << "mdgps" << true;
}

void TestEngine::unmetBoundFailsWithPhaseConditionAndAdvice() {
  QFETCH(QString, algorithm);
  QFETCH(bool, sharedEta);
  RunSetup setup = setupOf(algorithm.toStdString(), testing::massTask(), 4);
  setup.parameters.lqr.klStep = 1e-3;
  setup.parameters.lqr.etaMax = 1.0;
  setup.parameters.mdgps.sharedEta = sharedEta;
  Watched w(std::move(setup));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
  QVERIFY(w.progress.failure);
  QCOMPARE(w.progress.failure->phase, std::string("c_step"));
  const std::string text = w.progress.failure->error.text();
  for (const char* part : {"condition ", "KL = ", "lqr.eta_max"}) {
    QVERIFY2(text.find(part) != std::string::npos, text.c_str());
  }
}

void TestEngine::sharedEtaReportsTheMeanItBounds() {
  RunSetup setup = setupOf("mdgps", testing::massTask(), 4);
  setup.parameters.mdgps.sharedEta = true;
  Watched w(std::move(setup));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  bool beyond = false;
  for (const std::shared_ptr<const Snapshot>& s : w.snapshots) {
    const MetricTable& m = s->report.metrics;
    QVERIFY(m.has(Metric::KlMean));
    const double mean = *m.get(Metric::KlMean), bound = *m.get(Metric::KlBound, 0);
    QCOMPARE(mean, *m.mean(Metric::Kl));
    QVERIFY(mean < 1.15 * bound);
    for (int i = 0; i < 2; ++i) beyond = beyond || *m.get(Metric::Kl, i) > 1.15 * bound;
    QCOMPARE(*m.get(Metric::Eta, 0), *m.get(Metric::Eta, 1));
  }
  QVERIFY(beyond);  // or the mean would not be worth a metric

  Watched own(setupOf("mdgps", testing::massTask(), 1));
  own.run.start();
  QVERIFY(own.waitFor({RunState::Finished}));
  QVERIFY(!own.snapshots[0]->report.metrics.has(Metric::KlMean));
}

void TestEngine::growingCostRollsBackToTheBest_data() {
  QTest::addColumn<QString>("algorithm");
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    if ((entry.usedBy & kUsedByStepRule) == 0) continue;  // step.rollback is not theirs
    QTest::newRow(std::string(entry.id).c_str()) << QString::fromStdString(std::string(entry.id));
  }
}

// A wind that rises and rises: the controllers of the calm are the best ones.
void TestEngine::growingCostRollsBackToTheBest() {
  QFETCH(QString, algorithm);
  auto wind = std::make_shared<std::atomic<double>>(0.0);
  Watched w(setupOf(algorithm.toStdString(), testing::massTask(nullptr, wind), 100));
  const auto iterate = [&](double strength) {
    *wind = strength;
    w.progress = {};
    w.run.step(StepUnit::Iteration);
    return w.waitFor({RunState::Paused});
  };
  for (int i = 0; i < 4; ++i) QVERIFY(iterate(0.0));
  const auto rolledBack = [](const Snapshot& snapshot) {
    return std::any_of(snapshot.report.warnings.begin(), snapshot.report.warnings.end(),
                       [](const Warning& warning) { return warning.key == "rollback"; });
  };
  for (const double strength : {20.0, 80.0}) {
    if (!rolledBack(*w.snapshots.back())) QVERIFY(iterate(strength));
  }
  const std::size_t at = w.snapshots.size() - 1;
  const Snapshot& restored = *w.snapshots[at];
  QVERIFY(rolledBack(restored));
  // A controller is remembered by the iteration that samples it, one after that which found it.
  const auto calm = std::find_if(w.snapshots.begin(), w.snapshots.begin() + 3, [&](const auto& snapshot) {
    return snapshot->conditions[0].controller == restored.conditions[0].controller;
  });
  QVERIFY(calm != w.snapshots.begin() + 3);
  const MetricTable& m = restored.report.metrics;
  for (int i = 0; i < 2; ++i) {
    const ConditionView& view = restored.conditions[static_cast<std::size_t>(i)];
    QCOMPARE(view.controller, (*calm)->conditions[static_cast<std::size_t>(i)].controller);
    QVERIFY(view.localMarginals && view.local);
    QCOMPARE(*m.get(Metric::StepMult, i), w.run.setup().parameters.lqr.stepMin);
    QVERIFY(*m.get(Metric::Kl, i) > 0.0);
    QVERIFY(!m.get(Metric::KlBound, i));
    QVERIFY(m.get(Metric::Eta, i) && m.get(Metric::ModelCost, i) && m.get(Metric::LocalCost, i));
    // The next search starts where the one after the best controllers did, not where the wind has driven it.
    const double found = *(*calm)->report.metrics.get(Metric::Eta, i);
    QCOMPARE(*m.get(Metric::Eta, i), found);
  }
  QVERIFY(iterationJson(restored).find("nan") == std::string::npos);
  // Back in the calm it learns on from there.
  for (int i = 0; i < 3; ++i) QVERIFY(iterate(0.0));
  QVERIFY(!w.snapshots[at + 1]->report.metrics.has(Metric::Predicted));  // the models belong to what was given up
  QVERIFY(w.snapshots[at + 2]->report.metrics.has(Metric::Predicted));
  const double calmCost = *w.snapshots[3]->report.metrics.mean(Metric::LocalCost);
  QVERIFY(*w.snapshots.back()->report.metrics.mean(Metric::LocalCost) < 1.1 * calmCost);
}

void TestEngine::stopDiscardsTheRunningIterationOnly() {
  std::mt19937 random(7);
  Watched w(setupOf("mdgps", testing::massTask(), 1000));
  std::size_t before = 0;
  for (int i = 0; i < 12; ++i) {
    w.run.start();
    const std::size_t wanted = before + (i % 3 == 0 ? 1 : 0);  // some stops come after a finished iteration
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 40));
      w.drain();
    } while (w.snapshots.size() < wanted);
    w.run.stop();
    QVERIFY(w.waitFor({RunState::Idle}));
    QVERIFY(w.snapshots.size() >= before);
    before = w.snapshots.size();
    QCOMPARE(w.progress.iteration, static_cast<int>(before));
    w.progress.state = RunState::Running;  // the next wait must see a fresh report
  }
  // What was finished is what an undisturbed run finds.
  QVERIFY(before > 0);
  Watched straight(setupOf("mdgps", testing::massTask(), static_cast<int>(before)));
  straight.run.start();
  QVERIFY(straight.waitFor({RunState::Finished}));
  QCOMPARE(w.log(), straight.log());
}

void TestEngine::nanCostFailsWithPhaseConditionAndTimeStepAndRetryContinues() {
  auto armed = std::make_shared<std::atomic<bool>>(false);
  Watched w(setupOf("mdgps", testing::massTask(armed), 4));
  for (int i = 0; i < 2; ++i) {
    w.run.step(StepUnit::Iteration);
    QVERIFY(w.waitFor({RunState::Paused}));
    w.progress = {};
  }
  const std::string firstTwo = w.log();
  *armed = true;
  w.run.start();
  QVERIFY(w.waitFor({RunState::Failed}));
  QVERIFY(w.progress.failure);
  QCOMPARE(w.progress.failure->iteration, 3);
  QCOMPARE(w.progress.failure->phase, std::string("sample"));
  const std::string text = w.progress.failure->error.text();
  QVERIFY2(text.find("time step 7") != std::string::npos, text.c_str());
  QVERIFY2(text.find("condition left") != std::string::npos, text.c_str());
  QCOMPARE(w.log(), firstTwo);

  *armed = false;
  w.progress = {};
  w.run.retry();
  QVERIFY(w.waitFor({RunState::Finished}));
  QCOMPARE(w.snapshots.size(), std::size_t{4});

  Watched straight(setupOf("mdgps", testing::massTask(), 4));
  straight.run.start();
  QVERIFY(straight.waitFor({RunState::Finished}));
  QCOMPARE(w.log(), straight.log());
}

void TestEngine::queuedChangeTakesEffectAtOneIterationAndIsRecorded() {
  Watched w(setupOf("trajopt", testing::massTask(), 4));
  w.run.step(StepUnit::Iteration);
  QVERIFY(w.waitFor({RunState::Paused}));
  const std::uint64_t id = w.run.setParameter("lqr.kl_step", "0.25");
  QVERIFY(w.reply(id).accepted);
  QCOMPARE(w.progress.queued.size(), std::size_t{1});
  QCOMPARE(w.progress.queued[0].key, std::string("lqr.kl_step"));
  w.run.setParameter("run.samples", "4");
  QVERIFY(w.reply(w.run.cancelParameter("run.samples")).accepted);
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  QVERIFY(w.snapshots[0]->events.empty());
  QCOMPARE(w.snapshots[1]->events.size(), std::size_t{1});
  QCOMPARE(w.snapshots[1]->events[0].to, std::string("0.25"));
  QCOMPARE(w.snapshots[1]->events[0].iteration, 2);
  QVERIFY(w.snapshots[2]->events.empty());
  const MetricTable& m = w.snapshots[1]->report.metrics;
  QCOMPARE(*m.get(Metric::KlBound, 0), 0.25 * *m.get(Metric::StepMult, 0) * 20);
}

void TestEngine::impossibleRequestsAreRefusedWithAReason() {
  Watched w(setupOf("mdgps", testing::massTask(), 1));
  for (const std::uint64_t id : {w.run.pause(), w.run.stop(), w.run.retry()}) {
    const Reply refusal = w.reply(id);
    QCOMPARE(refusal.request, id);
    QVERIFY(!refusal.accepted);
    QVERIFY(refusal.reason.find("idle") != std::string::npos);
  }
  const Reply range = w.reply(w.run.setParameter("lqr.kl_step", "-1"));
  QVERIFY(!range.accepted);
  QVERIFY(range.reason.find("between 0.001 and 100") != std::string::npos);
  const Reply unknown = w.reply(w.run.setParameter("lqr.kl_stp", "1"));
  QVERIFY(unknown.reason.find("lqr.kl_step") != std::string::npos);
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  const Reply reset = w.reply(w.run.setParameter("pol.hidden", "4"));
  QVERIFY(!reset.accepted);
  QVERIFY(reset.reason.find("new run") != std::string::npos);
}

void TestEngine::finishedRunGoesOnWhenStartedAgain() {
  Watched w(setupOf("trajopt", testing::massTask(), 2));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  w.progress = {};
  w.run.step(StepUnit::Iteration);
  QVERIFY(w.waitFor({RunState::Paused}));
  QCOMPARE(w.snapshots.size(), std::size_t{3});
  w.progress = {};
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  QCOMPARE(w.snapshots.size(), std::size_t{3});
  w.progress = {};
  w.run.start();  // twice the limit of 3
  QVERIFY(w.waitFor({RunState::Finished}));
  QCOMPARE(w.snapshots.size(), std::size_t{6});
  // A limit below what is done ends the run at once; going on counts from what is done.
  w.run.setParameter("run.iterations", "2");
  w.progress = {};
  w.run.step(StepUnit::Iteration);
  QVERIFY(w.waitFor({RunState::Paused, RunState::Finished}));
  w.progress = {};
  w.run.step(StepUnit::Iteration);
  QVERIFY(w.waitFor({RunState::Paused}));
  QCOMPARE(w.snapshots.size(), std::size_t{7});
}

void TestEngine::absentQuantitiesAreNullNeverZero() {
  Watched w(setupOf("trajopt", testing::massTask(), 1));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished}));
  const std::string line = iterationJson(*w.snapshots[0]);
  for (const char* key : {"\"global_cost\":null", "\"lambda_norm\":null", "\"rho\":null", "\"s_step\":null"}) {
    QVERIFY2(line.find(key) != std::string::npos, line.c_str());
  }
  QVERIFY(line.find("nan") == std::string::npos);
}

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
