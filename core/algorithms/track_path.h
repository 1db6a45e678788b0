// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "core/algorithms/parameters.h"
#include "core/plant/task.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps {

/// A controller that takes the task's traced place along a drawn path.
struct TrackedPath {
  LinearGaussianController controller;
  RowMatrix places;      ///< where its rollout without noise went (T x 2), task units
  double error = 0.0;    ///< root mean square distance from the path over the steps, task units
  double farthest = 0.0; ///< largest distance
};

/// `points` at `times` [s], as T places one time step apart: straight between points, resting at the ends.
RowMatrix pathAtSteps(std::span<const double> times, std::span<const Eigen::Vector2d> points, int T, double dt);

/// Learns to follow `path` (T x 2, task units) from the start of a condition, on the real plant: noisy rollouts, dynamics
/// fitted to them, and a KL-bounded LQR step with the cost
///     sum_t |place_t - path_t|^2 / s^2 + |u_t|^2 / v,   s = a four-hundredth of the camera's width,
/// where place_t is linear in the state by regression (no inverse kinematics is needed), some twenty times over; the
/// best rollout without noise wins. Same arguments, same bytes. The path should begin where the place starts.
/// Fails where the fits do, and with "stopped".
Result<TrackedPath> trackPath(const Task& task, int condition, const RowMatrix& path, const Parameters& parameters,
                              const std::atomic<bool>* stop);

}  // namespace gps
