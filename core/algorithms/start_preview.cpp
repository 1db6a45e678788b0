// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/start_preview.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include "core/algorithms/start_controllers.h"

namespace gps {
namespace {

/// A loop counts as unstable when a deviation grows by more than this over the horizon: an integrator that is merely
/// left alone, with radius 1, does not.
constexpr double kGrowth = 10.0;
/// Rollouts that leave the picture by this many of its widths diverge.
constexpr double kPictures = 2.0;

std::string text(double value) {
  char buffer[40];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 3);
  return std::string(buffer, end.ptr);
}

std::string atTime(const Task& task, int t) {
  return "at t = " + text(t * task.dt) + " s";
}

Pose poseAt(const Task& task, const Rollout& rollout, int t, std::size_t body) {
  return rollout.poses[static_cast<std::size_t>(t) * task.scene->bodies.size() + body];
}

/// Mean and covariance of places over rollouts.
Marginals tubeOf(const std::vector<RowMatrix>& places) {
  Marginals tube;
  const double N = static_cast<double>(places.size());
  if (places.size() < 2) return tube;
  for (Eigen::Index t = 0; t < places.front().rows(); ++t) {
    Vector mean = Vector::Zero(2);
    for (const RowMatrix& each : places) mean += each.row(t).transpose() / N;
    Matrix cov = Matrix::Zero(2, 2);
    for (const RowMatrix& each : places) {
      const Vector d = each.row(t).transpose() - mean;
      cov += d * d.transpose() / (N - 1.0);
    }
    tube.mean.push_back(std::move(mean));
    tube.cov.push_back(std::move(cov));
  }
  return tube;
}

class Preview {
 public:
  Preview(const Task& task, const Parameters& parameters, int samples, const std::atomic<bool>* stop)
      : m_task(task), m_parameters(parameters), m_samples(samples), m_stop(stop) {}

  Result<StartPreview> run() {
    auto controllers = startControllers(m_task, m_parameters.init);
    if (!controllers) return controllers.error();
    std::vector<Tried> tried(controllers->size());
    RolloutPool pool(std::min(m_parameters.run.threads, m_task.conditionCount()));
    pool.parallelFor(m_task.conditionCount(), [&](int i) {
      Tried& each = tried[static_cast<std::size_t>(i)];
      each.start.controller = (*controllers)[static_cast<std::size_t>(i)];
      draw(i, each);
      lookForGrowth(i, *each.start.controller, each.warnings);
      lookForSaturation(i, each.start, each.warnings);
    });
    if (m_stop && m_stop->load(std::memory_order_relaxed)) return Error{"stopped", "", ""};
    StartPreview preview;
    for (Tried& each : tried) {
      preview.conditions.push_back(std::move(each.start));
      std::move(each.warnings.begin(), each.warnings.end(), std::back_inserter(preview.warnings));
    }
    for (Tried& each : tried) {
      if (each.divergence) preview.warnings.push_back(*std::move(each.divergence));
    }
    return preview;
  }

 private:
  /// What one condition's thread found.
  struct Tried {
    StartRollouts start{};
    std::vector<StartWarning> warnings{};
    std::optional<StartWarning> divergence{};
  };

  void draw(int condition, Tried& tried) const {
    StartRollouts& start = tried.start;
    std::vector<RowMatrix> places;
    int lost = 0, firstLost = m_task.T;
    std::string reason;
    for (int j = -1; j < m_samples; ++j) {
      Result<Rollout> rollout = runRollout(request(condition, j, *start.controller), m_stop);
      if (m_stop && m_stop->load(std::memory_order_relaxed)) return;
      if (!rollout) {
        ++lost;
        firstLost = 0;
        reason = rollout.error().what;
        continue;
      }
      RowMatrix path = tracedPlaces(m_task, *rollout);
      if (const int t = leaves(path); t < m_task.T) {
        ++lost;
        firstLost = std::min(firstLost, t);
      }
      auto kept = std::make_shared<const Rollout>(*std::move(rollout));
      if (j < 0) {
        start.mean = std::move(kept);
      } else {
        start.samples.push_back(std::move(kept));
        places.push_back(std::move(path));
      }
    }
    start.tube = tubeOf(places);
    if (lost > 0) {
      const std::string name = m_task.conditions[static_cast<std::size_t>(condition)];
      std::string what = std::to_string(lost) + " of " + std::to_string(m_samples + 1) + " rollouts of " + name +
                         (reason.empty() ? " leave the picture for good, first " + atTime(m_task, firstLost) + "."
                                         : " end in numbers that are not finite. " + reason);
      tried.divergence = StartWarning{StartWarning::Kind::Diverges, std::move(what),
                                      "Lower the gains or init.var, or hold the start with kind lqr.", condition, -1};
    }
  }

  RolloutRequest request(int condition, int sample, const LinearGaussianController& controller) const {
    RolloutRequest request;
    request.task = &m_task;
    request.condition = condition;
    request.actor.controller = &controller;
    request.clipMean = sample >= 0 && m_parameters.noise.clipMean;
    if (sample < 0) return request;
    Rng noise = makeRng(m_parameters.run.seed, Purpose::RolloutNoise, 1, condition, sample);
    request.noise = drawNoise(m_task.T, m_task.dU, noise);
    if (m_parameters.noise.smooth) {
      request.noise = smoothedNoise(std::move(request.noise), m_parameters.noise.sigma, /*renormalise=*/true);
    }
    Rng reset = makeRng(m_parameters.run.seed, Purpose::Reset, 1, condition, sample);
    request.startNoise.resize(m_task.plants->startNoiseSize(condition));
    for (double& value : request.startNoise) value = reset.normal();
    return request;
  }

  /// The step from which a path stays outside of the picture; T: never.
  int leaves(const RowMatrix& path) const {
    if (!m_task.scene) return m_task.T;
    const Camera& camera = m_task.scene->camera;
    const auto outside = [&](int t) {
      const double distance = std::hypot(path(t, 0) - camera.centre.x(), path(t, 1) - camera.centre.y());
      return !(distance < kPictures * camera.width);
    };
    int t = m_task.T;
    while (t > 0 && outside(t - 1)) --t;
    return t;
  }

  void lookForGrowth(int condition, const LinearGaussianController& controller, std::vector<StartWarning>& found) const {
    const InitKind kind = m_parameters.init.kind;
    // The others are not made from the guess, which may then have nothing to do with the plant.
    if (kind != InitKind::Lqr && kind != InitKind::Pd) return;
    double worst = 0.0;
    int at = 0;
    for (int t = 0; t < controller.horizon(); ++t) {
      if (t > 0 && controller.step(t).K == controller.step(t - 1).K) continue;
      const double radius = guessedRadius(initProblem(m_task, condition), controller.step(t).K);
      if (radius > worst) {
        worst = radius;
        at = t;
      }
    }
    if (!(std::pow(worst, m_task.T) > kGrowth)) return;
    const std::string name = m_task.conditions[static_cast<std::size_t>(condition)];
    found.push_back({StartWarning::Kind::Unstable,
                     "On the guessed model the closed loop of " + name + " is unstable: its spectral radius is " +
                         text(worst) + " " + atTime(m_task, at) + ", so a deviation " +
                         (worst < 2.0 ? "grows by " + text(100.0 * (worst - 1.0)) + " %" : "becomes " + text(worst) + " times as large") +
                         " in every step.",
                     kind == InitKind::Pd ? "Lower init.pos_gain or raise init.vel_mult." : "Check the guessed gains.",
                     condition, -1});
  }

  /// What the mean action asks for; noise has its own share.
  void lookForSaturation(int condition, const StartRollouts& start, std::vector<StartWarning>& found) const {
    const int dU = m_task.dU;
    Vector most = Vector::Zero(dU);
    Eigen::VectorXi when = Eigen::VectorXi::Zero(dU);
    const auto look = [&](const Rollout& rollout) {
      for (int t = 0; t + 1 < m_task.T; ++t) {
        const Vector u = start.controller->mean(t, rollout.trajectory.X.row(t).transpose());
        for (int a = 0; a < dU; ++a) {
          if (std::abs(u(a)) <= most(a)) continue;
          most(a) = std::abs(u(a));
          when(a) = t;
        }
      }
    };
    double clipped = 0.0;
    if (start.mean) look(*start.mean);
    for (const std::shared_ptr<const Rollout>& sample : start.samples) {
      look(*sample);
      clipped += sample->trajectory.clipFraction / static_cast<double>(start.samples.size());
    }
    const std::string name = m_task.conditions[static_cast<std::size_t>(condition)];
    bool any = false;
    for (int a = 0; a < dU; ++a) {
      const double limit = m_task.actionLimit(a);
      if (!(most(a) > limit * (1.0 + 1e-9))) continue;
      any = true;
      found.push_back({StartWarning::Kind::Saturates,
                       m_task.actionNames[static_cast<std::size_t>(a)] + " is asked for " + text(most(a)) + " " +
                           atTime(m_task, when(a)) + " in " + name + ", but gives at most " + text(limit) + ": " +
                           text(most(a) / limit) + " times too much.",
                       "Lower the gains, or raise the actuator's limit.", condition, a});
    }
    constexpr double kMuch = 0.1;
    if (any || clipped <= kMuch) return;
    found.push_back({StartWarning::Kind::Saturates,
                     "Noise drives the actions of " + name + " beyond their limits: " + text(100.0 * clipped) +
                         " % of them are cut.",
                     "Lower init.var.", condition, -1});
  }

  const Task& m_task;
  const Parameters& m_parameters;
  const int m_samples;
  const std::atomic<bool>* m_stop;
};

/// The first of each kind and action, with the number of conditions it stands for.
std::vector<StartWarning> worstOf(std::vector<StartWarning> found) {
  std::vector<StartWarning> kept;
  std::vector<int> count;
  for (StartWarning& warning : found) {
    const auto same = std::find_if(kept.begin(), kept.end(), [&warning](const StartWarning& each) {
      return each.kind == warning.kind && each.action == warning.action;
    });
    if (same == kept.end()) {
      kept.push_back(std::move(warning));
      count.push_back(1);
    } else {
      ++count[static_cast<std::size_t>(same - kept.begin())];
    }
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const int others = count[i] - 1;
    if (others == 1) kept[i].what += " So it is in 1 more condition.";
    if (others > 1) kept[i].what += " So it is in " + std::to_string(others) + " more conditions.";
  }
  return kept;
}

}  // namespace

RowMatrix tracedPlaces(const Task& task, const Rollout& rollout) {
  RowMatrix places = RowMatrix::Zero(rollout.trajectory.X.rows(), 2);
  if (task.trace && task.trace->first >= 0) {
    places = rollout.trajectory.X.middleCols(task.trace->first, 2);
    places.rowwise() += task.trace->offset.transpose();
    return places;
  }
  if (!task.scene) return places;
  std::optional<std::size_t> body;
  Eigen::Vector2d point(0, 0);
  if (task.trace) {
    body = static_cast<std::size_t>(task.trace->body);
    point = task.trace->point;
  } else {
    for (std::size_t i = 0; i < task.scene->bodies.size(); ++i) {
      if (task.scene->bodies[i].dynamic && !task.scene->bodies[i].ghost) body = i;
    }
  }
  if (!body || rollout.poses.empty()) return places;
  for (Eigen::Index t = 0; t < places.rows(); ++t) {
    const Pose pose = poseAt(task, rollout, static_cast<int>(t), *body);
    const double c = std::cos(pose.angle), d = std::sin(pose.angle);
    places(t, 0) = pose.x + c * point.x() - d * point.y();
    places(t, 1) = pose.y + d * point.x() + c * point.y();
  }
  return places;
}

Result<StartPreview> previewStart(const Task& task, const Parameters& parameters, int samples,
                                  const std::atomic<bool>* stop) {
  Result<StartPreview> preview = Preview(task, parameters, samples, stop).run();
  if (preview) preview->warnings = worstOf(std::move(preview->warnings));
  return preview;
}

}  // namespace gps
