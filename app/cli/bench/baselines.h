// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/cost/quadratic_cost.h"
#include "core/dynamics/linear_gaussian_dynamics.h"
#include "core/math/trajectory.h"
#include "core/scene/scene.h"

namespace gps::cli {

/// The backward pass as one writes it with Eigen's matrices of dynamic size: K, k and C of every step for one
/// temperature. Buffers that live across steps are allocated once.
class EigenBackwardPass {
 public:
  EigenBackwardPass(int T, int dX, int dU);
  /// False when some Quu is not positive definite.
  bool solve(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost, double nu);

 private:
  int m_dX;
  int m_dU;
  std::vector<Matrix> m_K, m_C;
  std::vector<Vector> m_k;
  Matrix m_V, m_VF, m_Q;
  Vector m_v, m_q;
};

/// b2World::Step alone, over a motion recorded before: only the motors' speeds are set from step to step.
class BareLoop {
 public:
  /// `actions` (T x dU) are those of a rollout from `condition`; the scene's actuators are velocity servos.
  BareLoop(std::shared_ptr<const Scene> scene, int condition, RowMatrix actions);

  int steps() const;
  /// Builds the world afresh, which is not timed, and returns the seconds of all steps.
  double seconds();

 private:
  std::shared_ptr<const Scene> m_scene;
  int m_condition;
  RowMatrix m_actions;
};

}  // namespace gps::cli
