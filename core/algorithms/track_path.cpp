// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/track_path.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/algorithms/start_controllers.h"
#include "core/algorithms/start_preview.h"
#include "core/dynamics/dynamics_fit.h"
#include "core/lqr/c_step.h"

namespace gps {
namespace {

constexpr int kRounds = 20;
constexpr int kSamples = 14;
constexpr int kWindow = 3;          // steps to either side whose transitions serve as prior
constexpr int kKeptRollouts = 28;   // of the last two rounds
constexpr double kKlStep = 4.0;     // nat per step: far, because nothing is known of the way yet
constexpr double kRegression = 1e-6;

class Tracker {
 public:
  Tracker(const Task& task, int condition, const RowMatrix& path, const Parameters& parameters,
          const std::atomic<bool>* stop)
      : m_task(task), m_condition(condition), m_path(path), m_parameters(parameters), m_stop(stop) {
    m_scale = (task.scene ? task.scene->camera.width : 4.0) / 400.0;
    for (int a = 0; a < task.dU; ++a) {
      const double limit = task.actionLimit.size() > a ? task.actionLimit(a) : 0.0;
      m_actionVar = std::max(m_actionVar, std::isfinite(limit) ? 0.0625 * limit * limit : 0.0);
    }
    m_actionVar = std::max(m_actionVar, parameters.init.var);
    m_dynamics = parameters.dynamics;
    m_dynamics.gmm = false;
    m_dynamics.window = kWindow;
    m_dynamics.pooled = false;
  }

  Result<TrackedPath> run() {
    InitParams start = m_parameters.init;
    start.kind = m_task.x0[static_cast<std::size_t>(m_condition)].size() >= 2 * m_task.dU ? InitKind::Lqr : InitKind::Zero;
    Result<LinearGaussianController> first = initialController(start, initProblem(m_task, m_condition));
    if (!first) return first.error();
    std::optional<LinearGaussianController> controller = *std::move(first);
    std::optional<TrackedPath> best;
    double eta = 1.0;
    for (int round = 0; round < kRounds; ++round) {
      if (Status tried = remember(*controller, best); !tried) return tried.error();
      Result<CStepResult> step = improve(*controller, round, eta);
      if (!step) {
        // A fit may fail where rollouts explode; what was found before still stands.
        if (best && !stopped()) break;
        return step.error();
      }
      eta = step->nextEta;
      controller = std::move(step->controller);
    }
    if (Status tried = remember(*controller, best); !tried) return tried.error();
    if (!best) return Error{"No rollout towards the path stayed finite.", "demonstration", "Draw a slower path."};
    return *std::move(best);
  }

 private:
  bool stopped() const { return m_stop && m_stop->load(std::memory_order_relaxed); }

  /// Rolls out without noise and keeps the controller that came nearest.
  Status remember(const LinearGaussianController& controller, std::optional<TrackedPath>& best) {
    RolloutRequest request;
    request.task = &m_task;
    request.condition = m_condition;
    request.actor.controller = &controller;
    const Result<Rollout> rollout = runRollout(request, m_stop);
    if (stopped()) return Error{"stopped", "", ""};
    if (!rollout) return Done{};
    RowMatrix places = tracedPlaces(m_task, *rollout);
    const Vector distance = (places - m_path).rowwise().norm();
    const double error = std::sqrt(distance.squaredNorm() / static_cast<double>(distance.size()));
    if (!std::isfinite(error) || (best && best->error <= error)) return Done{};
    best = TrackedPath{controller, std::move(places), error, distance.maxCoeff()};
    return Done{};
  }

  Result<CStepResult> improve(const LinearGaussianController& controller, int round, double eta) {
    std::vector<Trajectory> rollouts;
    std::vector<RowMatrix> places;
    for (int j = 0; j < kSamples; ++j) {
      RolloutRequest request;
      request.task = &m_task;
      request.condition = m_condition;
      request.actor.controller = &controller;
      request.clipMean = true;
      Rng noise = makeRng(m_parameters.run.seed, Purpose::RolloutNoise, round + 1, m_condition, j);
      request.noise = drawNoise(m_task.T, m_task.dU, noise);
      Result<Rollout> rollout = runRollout(request, m_stop);
      if (!rollout) return rollout.error();
      places.push_back(tracedPlaces(m_task, *rollout));
      m_window.rollouts.push_back(transitions(rollout->trajectory));
      rollouts.push_back(std::move(rollout->trajectory));
    }
    const std::ptrdiff_t extra = static_cast<std::ptrdiff_t>(m_window.rollouts.size()) - kKeptRollouts;
    if (extra > 0) m_window.rollouts.erase(m_window.rollouts.begin(), m_window.rollouts.begin() + extra);
    m_window.halfWidth = kWindow;
    DynamicsContext context;
    context.velocityEntry = m_task.velocityEntry;
    context.keepGoing = [this] { return !stopped(); };
    const Result<LinearGaussianDynamics> dynamics = fitDynamics(rollouts, m_window, m_dynamics, context);
    if (!dynamics) return dynamics.error();
    const QuadraticCost cost = costOf(rollouts, places);
    CStepProblem problem;
    problem.dynamics = &*dynamics;
    problem.cost = &cost;
    problem.terms.reference = &controller;
    problem.epsilon = kKlStep * m_task.T;
    problem.eta = eta;
    problem.params = m_parameters.lqr;
    problem.params.perStep = false;
    problem.covMax = m_actionVar;
    problem.keepGoing = [this] { return !stopped(); };
    return cStep(problem);
  }

  /// place_t = J x_t + j by ridge regression over this round's rollouts and the neighbouring steps.
  QuadraticCost costOf(const std::vector<Trajectory>& rollouts, const std::vector<RowMatrix>& places) const {
    const int dX = m_task.dX, dU = m_task.dU, T = m_task.T;
    QuadraticCost cost;
    for (int t = 0; t < T; ++t) {
      const int from = std::max(0, t - kWindow), to = std::min(T - 1, t + kWindow);
      const double count = static_cast<double>(to - from + 1) * static_cast<double>(rollouts.size());
      Vector meanX = Vector::Zero(dX), meanP = Vector::Zero(2);
      for (std::size_t j = 0; j < rollouts.size(); ++j) {
        for (int s = from; s <= to; ++s) {
          meanX += rollouts[j].X.row(s).transpose() / count;
          meanP += places[j].row(s).transpose() / count;
        }
      }
      Matrix xx = Matrix::Zero(dX, dX), xp = Matrix::Zero(dX, 2);
      for (std::size_t j = 0; j < rollouts.size(); ++j) {
        for (int s = from; s <= to; ++s) {
          const Vector dx = rollouts[j].X.row(s).transpose() - meanX;
          const Vector dp = places[j].row(s).transpose() - meanP;
          xx += dx * dx.transpose() / count;
          xp += dx * dp.transpose() / count;
        }
      }
      // A redundant state (angles beside the tip's place) leaves xx singular; the ridge is relative to its size.
      xx.diagonal().array() += kRegression * (1.0 + xx.diagonal().mean());
      const Matrix J = xx.ldlt().solve(xp).transpose();  // 2 x dX
      const Vector j = meanP - J * meanX;
      Matrix H = Matrix::Zero(dX + dU, dX + dU);
      Vector g = Vector::Zero(dX + dU);
      const double weight = 2.0 / (m_scale * m_scale);
      const Vector miss = j - m_path.row(t).transpose();
      H.topLeftCorner(dX, dX) = weight * J.transpose() * J;
      H.bottomRightCorner(dU, dU).diagonal().setConstant(2.0 / m_actionVar);
      g.head(dX) = weight * J.transpose() * miss;
      cost.H.push_back(std::move(H));
      cost.g.push_back(std::move(g));
      cost.c.push_back(0.5 * weight * miss.squaredNorm());
    }
    return cost;
  }

  const Task& m_task;
  const int m_condition;
  const RowMatrix& m_path;
  const Parameters& m_parameters;
  const std::atomic<bool>* m_stop;
  double m_scale = 0.01;
  double m_actionVar = 0.0;
  DynamicsParams m_dynamics;
  WindowPrior m_window;
};

}  // namespace

RowMatrix pathAtSteps(std::span<const double> times, std::span<const Eigen::Vector2d> points, int T, double dt) {
  RowMatrix path(T, 2);
  std::size_t next = 0;
  for (int t = 0; t < T; ++t) {
    const double time = t * dt;
    while (next < times.size() && times[next] <= time) ++next;
    const std::size_t last = points.size() - 1;
    Eigen::Index row = t;
    if (next == 0 || next > last) {
      const Eigen::Vector2d& end = points[next == 0 ? 0 : last];
      path(row, 0) = end.x();
      path(row, 1) = end.y();
      continue;
    }
    const double share = (time - times[next - 1]) / (times[next] - times[next - 1]);
    path(row, 0) = points[next - 1].x() + share * (points[next].x() - points[next - 1].x());
    path(row, 1) = points[next - 1].y() + share * (points[next].y() - points[next - 1].y());
  }
  return path;
}

Result<TrackedPath> trackPath(const Task& task, int condition, const RowMatrix& path, const Parameters& parameters,
                              const std::atomic<bool>* stop) {
  return Tracker(task, condition, path, parameters, stop).run();
}

}  // namespace gps
