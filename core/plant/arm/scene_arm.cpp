// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/arm/scene_arm.h"

#include "core/plant/coordinates.h"

namespace gps {

namespace {

constexpr double kStep = 0.001;  // of a simulated bus [s]

/// The state of a Box2D world that follows the servos' torques.
class SceneArm {
 public:
  SceneArm(std::unique_ptr<Plant> plant, std::vector<Eigen::Index> joints, int coordinates)
      : m_plant(std::move(plant)),
        m_joints(std::move(joints)),
        m_torques(Vector::Zero(static_cast<Eigen::Index>(m_joints.size()))),
        m_z(Vector::Zero(coordinates)) {}

  void move(std::span<const double> torques, std::span<JointState> joints) {
    for (std::size_t i = 0; i < m_joints.size(); ++i) m_torques(static_cast<Eigen::Index>(i)) = torques[i];
    m_plant->step(m_torques);
    m_plant->coordinates(m_z);
    for (std::size_t i = 0; i < m_joints.size(); ++i) joints[i] = {m_z(m_joints[i]), m_z(m_joints[i] + 1)};
  }

  std::vector<double> angles() {
    m_plant->coordinates(m_z);
    std::vector<double> angles;
    for (const Eigen::Index joint : m_joints) angles.push_back(m_z(joint));
    return angles;
  }

 private:
  std::unique_ptr<Plant> m_plant;
  std::vector<Eigen::Index> m_joints;
  Vector m_torques;
  Vector m_z;
};

}  // namespace

Result<JointPhysics> sceneJointPhysics(const Scene& scene, std::vector<double>& starts) {
  const Result<ActionKind> action = actionOf(scene);
  if (!action) return action.error();
  auto fine = std::make_shared<Scene>(scene);
  fine->world.dt = kStep;
  fine->world.substeps = 1;
  // Servos only give torques, and their limits are their own.
  for (Actuator& actuator : fine->actuators) {
    actuator.type = Actuator::Type::JointTorque;
    actuator.limit.reset();
    for (Joint& joint : fine->joints) {
      if (joint.id == actuator.target) joint.maxMotor = 0.0;
    }
  }
  const Result<Coordinates> coordinates = coordinatesOf(*fine);
  if (!coordinates) return coordinates.error();
  std::vector<Eigen::Index> joints;
  for (const Actuator& actuator : fine->actuators) {
    Eigen::Index next = 0;
    for (const Coordinates::Entry& entry : coordinates->entries) {
      if (entry.joint >= 0 && fine->joints[static_cast<std::size_t>(entry.joint)].id == actuator.target) joints.push_back(next);
      next += entry.size();
    }
  }
  const Result<std::shared_ptr<const Task>> task = compileTask(fine);
  if (!task) return task.error();
  const auto arm = std::make_shared<SceneArm>((*task)->plants->make(0, Vector()), std::move(joints), coordinates->size());
  starts = arm->angles();
  return JointPhysics([arm](std::span<const double> torques, double, std::span<JointState> states) { arm->move(torques, states); });
}

}  // namespace gps
