// SPDX-License-Identifier: GPL-3.0-or-later
#include "synthetic_history.h"

#include <cmath>

namespace gps::test {

namespace {

constexpr int kHorizon = 100;

/// Noise without a generator: the same on every machine.
double wave(double seed) {
  return std::sin(12.9898 * seed) * std::cos(78.233 * seed + 1.7);
}

void addSeries(Snapshot& snapshot, const HistoryOptions& options) {
  const double k = snapshot.report.iteration;
  for (int c = 0; c < options.conditions; ++c) {
    TimeSeries series;
    series.costMean.resize(kHorizon);
    series.kl.resize(kHorizon);
    series.std.resize(kHorizon, 2);
    if (options.algorithm == "badmm") {
      series.rho.resize(kHorizon);
      series.lambda.resize(kHorizon);
    }
    for (int t = 0; t < kHorizon; ++t) {
      const double s = static_cast<double>(t) / kHorizon;
      series.costMean[t] = (6.0 / (1.0 + 0.2 * k) + c) * std::exp(-2.0 * s) + 0.3 + 0.05 * wave(t + 10 * c);
      series.kl[t] = 0.8 + 0.5 * std::sin(6.0 * s + c) + 0.05 * wave(t);
      series.std(t, 0) = 0.4 * std::exp(-0.05 * k) + 0.1 * s;
      series.std(t, 1) = 0.25 + 0.1 * std::cos(5.0 * s);
      if (options.algorithm == "badmm") {
        series.rho[t] = 0.01 * std::pow(2.0, std::floor(3.0 * std::sin(9.0 * s)));
        series.lambda[t] = 0.2 * k * std::exp(-3.0 * s);
      }
    }
    snapshot.report.series.push_back(std::move(series));

    std::vector<DualPoint> trace;
    const double epsilon = 100.0;
    for (double eta = 1e-2; eta < 1e3; eta *= 6.0)
      trace.push_back({eta, 4000.0 / (1.0 + (20.0 + 4 * c) * eta)});
    trace.push_back({2.0, epsilon});
    snapshot.report.dualTrace.push_back(std::move(trace));
  }
  if (options.algorithm == "trajopt") return;
  for (int i = 0; i < 200; ++i) {
    snapshot.report.training.lossStep.push_back(20 * (i + 1));
    snapshot.report.training.loss.push_back(3.0 / (1.0 + 0.3 * k) * std::exp(-i / 40.0) + 0.02 +
                                            0.002 * wave(i + k));
  }
  snapshot.report.training.steps = 4000;
}

}  // namespace

std::shared_ptr<const Snapshot> reportOf(const HistoryOptions& options, int iteration) {
  auto snapshot = std::make_shared<Snapshot>();
  const bool badmm = options.algorithm == "badmm";
  const bool policy = options.algorithm != "trajopt";
  snapshot->run = options.algorithm + "-1";
  snapshot->algorithm = options.algorithm;
  IterationReport& report = snapshot->report;
  report.iteration = iteration;
  report.stepRule = iteration > 1 ? (badmm ? "classic" : "global") : "";
  report.metrics = MetricTable(options.conditions);
  MetricTable& m = report.metrics;
  const double k = iteration;
  const double slow = badmm ? 0.8 : 1.0;
  for (int c = 0; c < options.conditions; ++c) {
    const double local = 120.0 + 30.0 * c + 420.0 * std::exp(-0.35 * slow * k) + 8.0 * wave(k + 7 * c);
    m.set(Metric::LocalCost, c, local);
    m.set(Metric::LocalCostMin, c, 0.8 * local);
    m.set(Metric::LocalCostMax, c, 1.3 * local);
    const double mult = std::min(3.0, 0.5 + 0.2 * k);
    const double bound = 100.0 * mult;
    m.set(Metric::KlBound, c, bound);
    m.set(Metric::Kl, c, bound * (0.95 + 0.04 * wave(k + c)));
    m.set(Metric::Eta, c, 40.0 * std::exp(-0.25 * k) * (1.0 + 0.3 * c));
    m.set(Metric::StepMult, c, mult);
    m.set(Metric::EntropyLocal, c, 180.0 - 14.0 * k - 3.0 * c);
    if (iteration > 1) {
      m.set(Metric::Predicted, c, 180.0 * std::exp(-0.4 * (k - 1)));
      m.set(Metric::Actual, c, 150.0 * std::exp(-0.45 * (k - 1)) + 15.0 * wave(k));
    }
    if (policy) {
      m.set(Metric::GlobalCost, c, local * (1.12 + 0.5 / k));
      m.set(Metric::CostGapSampled, c, 60.0 / k - 8.0);  // the policy overtakes its teachers after iteration 7
      m.set(Metric::CostGapModel, c, 70.0 / k);
      m.set(Metric::CostGapBound, c, 4000.0 / k);
      m.set(Metric::CostGapBoundPrinted, c, 16000.0 / k);
      m.set(Metric::EntropyGlobal, c, 120.0 - 5.0 * k);
      m.set(Metric::KlLocalGlobal, c, 260.0 * std::exp(-0.1 * k) + 30.0);
      m.set(Metric::KlGlobalLocal, c, 380.0 * std::exp(-0.12 * k) + 40.0);
    }
    if (badmm) {
      const double rho = 0.01 * std::pow(1.4, k);
      m.set(Metric::Rho, c, rho);
      m.set(Metric::RhoLow, c, 0.5 * rho);
      m.set(Metric::RhoHigh, c, 2.5 * rho);
      m.set(Metric::LambdaNorm, c, 3.0 * (1.0 - std::exp(-0.3 * k)) + 0.1 * c);
    }
  }
  m.set(Metric::Rollouts, 5.0 * options.conditions * iteration);
  if (policy) m.set(Metric::PolicyLoss, 1.0 / k);
  report.seconds = {{"sample", 0.012 + 0.002 * wave(k)}, {"dynamics", 0.009}};
  if (policy) report.seconds.push_back({"linearise", 0.006});
  report.seconds.push_back({"c_step", 0.018 + 0.004 * wave(2 * k)});
  if (policy) report.seconds.push_back({"s_step", badmm ? 0.16 : 0.042});
  if (badmm) report.seconds.push_back({"dual", 0.003});
  report.seconds.push_back({"evaluate", 0.004});
  if (options.series) addSeries(*snapshot, options);
  if (iteration == 6) snapshot->events.push_back({6, "lqr.kl_step", "1", "0.5"});
  return snapshot;
}

std::shared_ptr<ui::RunHistory> historyOf(const HistoryOptions& options) {
  auto history =
      std::make_shared<ui::RunHistory>(QString::fromStdString(options.algorithm) + QStringLiteral("-1"),
                                       QString::fromStdString(options.algorithm), options.label);
  for (int i = 1; i <= options.iterations; ++i) history->append(reportOf(options, i));
  history->setStepLimits({0.1, 3.0});
  return history;
}

}  // namespace gps::test
