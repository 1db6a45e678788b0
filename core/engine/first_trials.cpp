// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/first_trials.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace gps {

namespace {

Result<AlgorithmState> firstState(const Task& task, const RunSetup& setup) {
  if (setup.resume && setup.resume->state) return *setup.resume->state;
  const Result<const AlgorithmEntry*> entry = findAlgorithm(setup.algorithm);
  if (!entry) return entry.error();
  return (*entry)->make()->start(task, setup.parameters);
}

}  // namespace

Result<std::shared_ptr<const FirstTrials>> FirstTrials::make(std::shared_ptr<const Task> simulated, const RunSetup& setup,
                                                             const ArmConfig& config) {
  Result<AlgorithmState> state = firstState(*simulated, setup);
  if (!state) return state.error();
  auto trials = std::shared_ptr<FirstTrials>(new FirstTrials());
  trials->m_simulated = std::move(simulated);
  trials->m_state = *std::move(state);
  trials->m_config = config;
  trials->m_request.actor.controller = trials->m_state.conditions.front().controller.get();
  trials->m_request.clipMean = setup.parameters.noise.clipMean;
  return std::shared_ptr<const FirstTrials>(std::move(trials));
}

std::shared_ptr<const FirstTrials> FirstTrials::of(std::shared_ptr<const Task> simulated, const RolloutRequest& request,
                                                   const ArmConfig& config) {
  auto trials = std::shared_ptr<FirstTrials>(new FirstTrials());
  trials->m_simulated = std::move(simulated);
  trials->m_request = request;
  trials->m_config = config;
  return trials;
}

RolloutRequest FirstTrials::on(const Task& task) const {
  RolloutRequest request = m_request;
  request.task = &task;
  return request;
}

Result<double> FirstTrials::dryRun() const {
  const Result<Rollout> ghost = runRollout(on(*m_simulated), nullptr);
  if (!ghost) return ghost.error();
  // Angles and speeds of the joints, from the poses of the bodies they join.
  const Scene& scene = *m_simulated->scene;
  const std::size_t bodies = scene.bodies.size();
  double fastest = 0.0;
  for (std::size_t i = 0; i < m_config.joints.size(); ++i) {
    const Joint& joint = *scene.joint(scene.actuators[i].target);
    const auto a = static_cast<std::size_t>(scene.body(joint.bodyA) - scene.bodies.data());
    const auto b = static_cast<std::size_t>(scene.body(joint.bodyB) - scene.bodies.data());
    const JointConfig& limits = m_config.joints[i];
    double before = 0.0;
    for (int t = 0; t < m_simulated->T; ++t) {
      const Pose* const row = ghost->poses.data() + static_cast<std::size_t>(t) * bodies;
      const double angle = static_cast<double>(row[b].angle) - static_cast<double>(row[a].angle) - joint.referenceAngle;
      if (t > 0) fastest = std::max(fastest, std::abs(angle - before) / m_simulated->dt);
      before = angle;
      if (angle < limits.lowerLimit || angle > limits.upperLimit) {
        char text[160];
        std::snprintf(text, sizeof text, "In the simulation the arm turns joint %zu to %.2f rad, beyond its limits of %.2f and %.2f rad.",
                      i + 1, angle, limits.lowerLimit, limits.upperLimit);
        return Error{text, "dry run", "Lower the gains of what acts first, or start farther from the limits."};
      }
    }
  }
  return fastest;
}

Result<double> FirstTrials::onArm(const std::shared_ptr<ArmTrials>& arm, double share, const std::atomic<bool>* stop) const {
  const std::shared_ptr<const Task> task = taskOnArm(m_simulated, arm);
  arm->setShare(share);
  const Result<Rollout> rollout = runRollout(on(*task), stop);
  arm->setShare(1.0);
  if (!rollout) return rollout.error();
  return rollout->trajectory.clipFraction;
}

}  // namespace gps
