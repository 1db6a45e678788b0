// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench/baselines.h"

#include <box2d/box2d.h>

#include <Eigen/Cholesky>

#include "app/cli/bench/stopwatch.h"
#include "core/plant/box2d_world.h"
#include "core/plant/start_state.h"

namespace gps::cli {

EigenBackwardPass::EigenBackwardPass(int T, int dX, int dU)
    : m_dX(dX),
      m_dU(dU),
      m_K(static_cast<std::size_t>(T), Matrix(dU, dX)),
      m_C(static_cast<std::size_t>(T), Matrix(dU, dU)),
      m_k(static_cast<std::size_t>(T), Vector(dU)),
      m_V(dX, dX),
      m_VF(dX, dX + dU),
      m_Q(dX + dU, dX + dU),
      m_v(dX),
      m_q(dX + dU) {}

bool EigenBackwardPass::solve(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost, double nu) {
  for (std::size_t t = m_K.size(); t-- > 0;) {
    m_Q = cost.H[t];
    m_q = cost.g[t];
    if (t + 1 < m_K.size()) {
      const Matrix& F = dynamics.F[t];
      m_VF.noalias() = m_V * F;
      m_Q.noalias() += F.transpose() * m_VF;
      m_q.noalias() += F.transpose() * (m_v + m_V * dynamics.f[t]);
    }
    const Eigen::LLT<Matrix> llt(m_Q.bottomRightCorner(m_dU, m_dU));
    if (llt.info() != Eigen::Success) return false;
    m_K[t] = -llt.solve(m_Q.bottomLeftCorner(m_dU, m_dX));
    m_k[t] = -llt.solve(m_q.tail(m_dU));
    m_C[t] = nu * llt.solve(Matrix::Identity(m_dU, m_dU));
    m_V = m_Q.topLeftCorner(m_dX, m_dX);
    m_V.noalias() += m_Q.topRightCorner(m_dX, m_dU) * m_K[t];
    m_V = (0.5 * (m_V + m_V.transpose())).eval();
    m_v = m_q.head(m_dX);
    m_v.noalias() += m_Q.topRightCorner(m_dX, m_dU) * m_k[t];
  }
  return true;
}

BareLoop::BareLoop(std::shared_ptr<const Scene> scene, int condition, RowMatrix actions)
    : m_scene(std::move(scene)), m_condition(condition), m_actions(std::move(actions)) {}

int BareLoop::steps() const {
  return static_cast<int>(m_actions.rows()) - 1;
}

double BareLoop::seconds() {
  const Condition& condition = m_scene->conditions[static_cast<std::size_t>(m_condition)];
  const Box2dWorld world(*m_scene, startState(*m_scene, condition, Vector()));
  std::vector<b2RevoluteJoint*> hinges;
  for (const Actuator& actuator : m_scene->actuators) hinges.push_back(world.hinge(actuator.target));
  const float dt = static_cast<float>(m_scene->world.dt);
  const double before = threadSeconds();
  for (int t = 0; t < steps(); ++t) {
    for (std::size_t i = 0; i < hinges.size(); ++i) {
      hinges[i]->SetMotorSpeed(static_cast<float>(m_actions(t, static_cast<Eigen::Index>(i))));
    }
    world.b2().Step(dt, m_scene->world.velocityIterations, m_scene->world.positionIterations);
  }
  return threadSeconds() - before;
}

}  // namespace gps::cli
