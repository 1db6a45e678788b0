// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/box2d_plant.h"

#include <box2d/box2d.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/base/expects.h"
#include "core/plant/box2d_world.h"
#include "core/plant/coordinates.h"
#include "core/plant/forward_kinematics.h"
#include "core/plant/hand_plant.h"
#include "core/plant/posed_plant.h"
#include "core/plant/start_state.h"

namespace gps {
namespace {

/// Nearest hit of a ray on a shape of another body.
class NearestHit final : public b2RayCastCallback {
 public:
  explicit NearestHit(const b2Body* self) : m_self(self) {}
  float fraction() const { return m_fraction; }
  float ReportFixture(b2Fixture* fixture, const b2Vec2&, const b2Vec2&, float fraction) override {
    if (fixture->GetBody() == m_self || fixture->IsSensor()) return -1.0f;
    m_fraction = fraction;
    return fraction;
  }

 private:
  const b2Body* m_self;
  float m_fraction = 1.0f;
};

/// A sensor with its targets resolved. Exactly the pointers its type reads are set.
struct Reading {
  Sensor::Type type = Sensor::Type::Constant;
  const b2Body* body = nullptr;
  const b2RevoluteJoint* hinge = nullptr;
  const b2PrismaticJoint* slider = nullptr;
  b2Vec2 point{0.0f, 0.0f};
  b2Vec2 direction{0.0f, 0.0f};
  double range = 0.0;
  double shift[2] = {0.0, 0.0};  // subtracted; for constants minus the value
  const b2Body* other = nullptr;  // what it is relative to, when wanted
  b2Vec2 otherPoint{0.0f, 0.0f};
  int size = 1;
};

/// An actuator with its target resolved.
struct Drive {
  Actuator::Type type = Actuator::Type::JointTorque;
  b2Body* body = nullptr;
  b2RevoluteJoint* hinge = nullptr;
  b2PrismaticJoint* slider = nullptr;
  b2Vec2 axis{0.0f, 0.0f};
  b2Vec2 point{0.0f, 0.0f};
  double limit = 0.0;  // infinite without one
  float toWorld = 1.0f;
};

/// A constant force.
struct Load {
  b2Body* body = nullptr;
  b2Vec2 force{0.0f, 0.0f};
  b2Vec2 point{0.0f, 0.0f};
};

struct DampedJoint {
  b2RevoluteJoint* hinge = nullptr;
  b2PrismaticJoint* slider = nullptr;
  float damping = 0.0f;
  bool brake = false;  ///< the joint's motor is free to do it
  std::size_t index = 0;  ///< into the scene's joints
  float applied = 0.0f;   ///< in the last substep, where it is no brake
};

b2Vec2 toB2(const Eigen::Vector2d& v) {
  return b2Vec2(static_cast<float>(v.x()), static_cast<float>(v.y()));
}

void applyJointTorque(b2RevoluteJoint& joint, float torque) {
  joint.GetBodyA()->ApplyTorque(-torque, true);
  joint.GetBodyB()->ApplyTorque(torque, true);
}

/// Opposite forces along the axis at the anchor on body B.
void applyJointForce(b2PrismaticJoint& joint, float force) {
  const b2Vec2 axis = joint.GetBodyA()->GetWorldVector(joint.GetLocalAxisA());
  const b2Vec2 anchor = joint.GetAnchorB();
  joint.GetBodyA()->ApplyForce(-force * axis, anchor, true);
  joint.GetBodyB()->ApplyForce(force * axis, anchor, true);
}

class Box2dPlant final : public Plant, public HandPlant {
 public:
  Box2dPlant(std::shared_ptr<const Scene> scene, const Coordinates& coordinates, std::vector<BodyStart> start)
      : m_scene(std::move(scene)),
        m_coordinates(coordinates),
        m_start(std::move(start)),
        m_world(*m_scene, m_start) {
    const World& world = m_scene->world;
    m_scale = world.scale;
    m_substep = static_cast<float>(world.dt / world.substeps);
    for (const Actuator& actuator : m_scene->actuators) addDrive(actuator);
    for (const std::string& id : m_scene->state) addReadings(*m_scene->sensor(id), m_state);
    for (const std::string& id : m_scene->observation) addReadings(*m_scene->sensor(id), m_observation);
    for (std::size_t j = 0; j < m_scene->joints.size(); ++j)
      addDamping(m_scene->joints[j], m_world.joints()[j], j);
    for (const Body& body : m_scene->bodies) {
      if (body.load.isZero() || body.ghost || !body.dynamic) continue;
      m_loads.push_back({m_world.body(body.id), toB2(m_scale * body.load), toB2(m_scale * body.loadPoint)});
    }
    m_action.resize(m_drives.size());
  }

  void state(Eigen::Ref<Vector> x) const override { read(m_state, x); }
  void observation(Eigen::Ref<Vector> o) const override { read(m_observation, o); }

  int step(const VectorRef& u) override {
    const int clipped = command(u);
    for (int k = 0; k < m_scene->world.substeps; ++k) moveOn();
    return clipped;
  }

  double substep() const override { return m_substep; }

  void advance(const VectorRef& u) override {
    command(u);
    moveOn();
  }

  void lookAt(std::vector<Pose>& out) const override {
    out.clear();
    poses(out);
  }

  void coordinates(std::vector<double>& out) const override {
    out.clear();
    for (const b2Joint* joint : m_world.joints()) {
      double value = 0.0;
      if (joint->GetType() == e_revoluteJoint) {
        value = static_cast<const b2RevoluteJoint*>(joint)->GetJointAngle();
      } else if (joint->GetType() == e_prismaticJoint) {
        value = static_cast<const b2PrismaticJoint*>(joint)->GetJointTranslation() / m_scale;
      }
      out.push_back(value);
    }
  }

  bool hold(int body, const Eigen::Vector2d& local) override {
    release();
    b2Body* held = m_world.bodies()[static_cast<std::size_t>(body)];
    if (held == nullptr || held->GetType() != b2_dynamicBody) return false;
    if (m_ground == nullptr) {
      const b2BodyDef still;
      m_ground = m_world.b2().CreateBody(&still);
    }
    // Strong enough to lift all that moves, and to shake it at ten times the weight it has on earth.
    float mass = 0.0f;
    for (const b2Body* each : m_world.bodies()) mass += each != nullptr ? each->GetMass() : 0.0f;
    const double weight = 9.81 + m_scene->world.gravity.norm();
    b2MouseJointDef def;
    def.bodyA = m_ground;
    def.bodyB = held;
    def.target = held->GetWorldPoint(toB2(m_scale * local));
    def.maxForce = static_cast<float>(10.0 * weight * m_scale) * mass;
    b2LinearStiffness(def.stiffness, def.damping, 6.0f, 0.9f, m_ground, held);
    m_hand = static_cast<b2MouseJoint*>(m_world.b2().CreateJoint(&def));
    held->SetAwake(true);
    return true;
  }

  void pull(const Eigen::Vector2d& to) override {
    if (m_hand != nullptr) m_hand->SetTarget(toB2(m_scale * to));
  }

  void release() override {
    if (m_hand != nullptr) m_world.b2().DestroyJoint(m_hand);
    m_hand = nullptr;
  }

  void poses(std::vector<Pose>& out) const override {
    const double scale = m_scale;
    for (std::size_t i = 0; i < m_start.size(); ++i) {
      if (const b2Body* body = m_world.bodies()[i]) {
        const b2Vec2& p = body->GetPosition();
        out.push_back(
            Pose{static_cast<float>(p.x / scale), static_cast<float>(p.y / scale), body->GetAngle()});
      } else {
        const BodyStart& start = m_start[i];
        out.push_back(Pose{static_cast<float>(start.position.x()), static_cast<float>(start.position.y()),
                           static_cast<float>(start.angle)});
      }
    }
  }

  /// Puts every body there, as if it had started so.
  void place(const std::vector<BodyStart>& start) {
    for (std::size_t i = 0; i < start.size(); ++i) {
      b2Body* body = m_world.bodies()[i];
      if (body == nullptr || body->GetType() != b2_dynamicBody) continue;
      body->SetTransform(toB2(m_scale * start[i].position), static_cast<float>(start[i].angle));
      const auto spin = static_cast<float>(start[i].angularVelocity);
      body->SetAngularVelocity(spin);
      // Box2D wants the velocity of the centre of mass, not of the origin.
      const b2Vec2 toCentre = body->GetWorldCenter() - body->GetPosition();
      body->SetLinearVelocity(toB2(m_scale * start[i].velocity) + b2Cross(spin, toCentre));
    }
  }

  void coordinates(Eigen::Ref<Vector> z) const override {
    Eigen::Index i = 0;
    for (const Coordinates::Entry& entry : m_coordinates.entries) {
      if (entry.joint >= 0) {
        const std::string& id = m_scene->joints[static_cast<std::size_t>(entry.joint)].id;
        const b2RevoluteJoint* hinge = m_world.hinge(id);
        const b2PrismaticJoint* slider = m_world.slider(id);
        z(i) = hinge ? hinge->GetJointAngle() : slider->GetJointTranslation() / m_scale;
        z(i + 1) = hinge ? hinge->GetJointSpeed() : slider->GetJointSpeed() / m_scale;
      } else {
        const b2Body& body = *m_world.bodies()[static_cast<std::size_t>(entry.body)];
        z(i) = body.GetPosition().x / m_scale;
        z(i + 1) = body.GetPosition().y / m_scale;
        z(i + 2) = body.GetAngle();
        // Of the origin, as where a body starts is given, not of the centre of mass.
        const b2Vec2 v = body.GetLinearVelocityFromWorldPoint(body.GetPosition());
        z(i + 3) = v.x / m_scale;
        z(i + 4) = v.y / m_scale;
        z(i + 5) = body.GetAngularVelocity();
      }
      i += entry.size();
    }
  }

  PlantReadout readout() const override {
    PlantReadout readout;
    const float rate = 1.0f / m_substep;
    for (const b2Joint* joint : m_world.joints()) {
      double load = 0.0;
      if (joint->GetType() == e_revoluteJoint) {
        load = static_cast<const b2RevoluteJoint*>(joint)->GetMotorTorque(rate) / (m_scale * m_scale);
      } else if (joint->GetType() == e_prismaticJoint) {
        load = static_cast<const b2PrismaticJoint*>(joint)->GetMotorForce(rate) / m_scale;
      }
      readout.motorLoads.push_back(load);
    }
    readout.dampingLoads.assign(readout.motorLoads.size(), 0.0);
    for (const DampedJoint& damped : m_damped) {
      double& load = readout.dampingLoads[damped.index];
      if (damped.brake) std::swap(load, readout.motorLoads[damped.index]);  // the motor does nothing else there
      else load = damped.applied / (damped.hinge ? m_scale * m_scale : m_scale);
    }
    for (const b2Contact* contact = m_world.b2().GetContactList(); contact; contact = contact->GetNext()) {
      readout.touchingContacts += contact->IsTouching() ? 1 : 0;
    }
    return readout;
  }

 private:
  /// Takes the action of one step; the number of components that were clamped.
  int command(const VectorRef& u) {
    int clipped = 0;
    for (std::size_t i = 0; i < m_drives.size(); ++i) {
      const double wanted = u(static_cast<Eigen::Index>(i));
      const double limit = m_drives[i].limit;
      const double applied = std::clamp(wanted, -limit, limit);
      clipped += applied != wanted ? 1 : 0;
      m_action[i] = static_cast<float>(applied) * m_drives[i].toWorld;
    }
    return clipped;
  }

  /// One substep of the physics.
  void moveOn() {
    const World& world = m_scene->world;
    for (std::size_t i = 0; i < m_drives.size(); ++i) {
      const bool inHand = m_hand != nullptr && m_drives[i].type == Actuator::Type::BodyVelocity &&
                          m_drives[i].body == m_hand->GetBodyB() && m_action[i] == 0.0f;
      if (!inHand) drive(m_drives[i], m_action[i]);
    }
    for (DampedJoint& joint : m_damped) damp(joint);
    for (const Load& load : m_loads)
      load.body->ApplyForce(load.force, load.body->GetWorldPoint(load.point), true);
    m_world.b2().Step(m_substep, world.velocityIterations, world.positionIterations);
  }

  void addDrive(const Actuator& actuator) {
    Drive drive;
    drive.type = actuator.type;
    drive.limit = actuator.limit.value_or(std::numeric_limits<double>::infinity());
    drive.axis = toB2(actuator.axis.normalized());
    drive.point = toB2(m_scale * actuator.point);
    double toWorld = m_scale;
    if (actuator.type == Actuator::Type::JointTorque || actuator.type == Actuator::Type::JointVelocity) {
      drive.hinge = m_world.hinge(actuator.target);
      drive.slider = m_world.slider(actuator.target);
      if (drive.hinge) toWorld = actuator.type == Actuator::Type::JointTorque ? m_scale * m_scale : 1.0;
    } else {
      drive.body = m_world.body(actuator.target);
    }
    drive.toWorld = static_cast<float>(toWorld);
    m_drives.push_back(drive);
  }

  void addReadings(const Sensor& sensor, std::vector<Reading>& readings) {
    Reading reading;
    reading.type = sensor.type;
    reading.point = toB2(m_scale * sensor.point);
    const auto shift = [&sensor](std::size_t i) {
      return i < sensor.relativeTo.size() ? sensor.relativeTo[i] : 0.0;
    };
    switch (sensor.type) {
      case Sensor::Type::JointAngle:
      case Sensor::Type::JointSpeed:
        for (std::size_t i = 0; i < sensor.targets.size(); ++i) {
          reading.hinge = m_world.hinge(sensor.targets[i]);
          reading.slider = m_world.slider(sensor.targets[i]);
          reading.shift[0] = shift(i);
          readings.push_back(reading);
        }
        return;
      case Sensor::Type::Constant:
        for (const double value : sensor.value) {
          reading.shift[0] = -value;
          readings.push_back(reading);
        }
        return;
      case Sensor::Type::DistanceRay:
        reading.direction = toB2(m_scale * sensor.range * sensor.direction.normalized());
        reading.range = sensor.range;
        break;
      case Sensor::Type::BodyAngle:
      case Sensor::Type::BodySpin:
        break;
      case Sensor::Type::BodyPosition:
      case Sensor::Type::BodyVelocity:
      case Sensor::Type::PointPosition:
      case Sensor::Type::PointVelocity:
        reading.size = 2;
        break;
    }
    reading.body = m_world.body(sensor.targets.front());
    reading.shift[0] = shift(0);
    reading.shift[1] = shift(1);
    if (!sensor.relativeBody.empty()) {
      reading.other = m_world.body(sensor.relativeBody);
      reading.otherPoint = toB2(m_scale * sensor.relativePoint);
    }
    readings.push_back(reading);
  }

  void addDamping(const Joint& joint, b2Joint* made, std::size_t index) {
    if (!(joint.damping > 0.0)) return;
    DampedJoint damped;
    damped.index = index;
    // A torque per rad/s scales with s^2; a force per m/s not at all, as forces and speeds both scale with s.
    if (joint.type == Joint::Type::Revolute) {
      damped.hinge = static_cast<b2RevoluteJoint*>(made);
      damped.damping = static_cast<float>(joint.damping * m_scale * m_scale);
    } else {
      damped.slider = static_cast<b2PrismaticJoint*>(made);
      damped.damping = static_cast<float>(joint.damping);
    }
    damped.brake = damped.hinge ? !damped.hinge->IsMotorEnabled() : !damped.slider->IsMotorEnabled();
    if (damped.brake && damped.hinge) damped.hinge->EnableMotor(true);
    if (damped.brake && damped.slider) damped.slider->EnableMotor(true);
    m_damped.push_back(damped);
  }

  static void drive(const Drive& drive, float u) {
    switch (drive.type) {
      case Actuator::Type::JointTorque:
        if (drive.hinge) {
          applyJointTorque(*drive.hinge, u);
        } else {
          applyJointForce(*drive.slider, u);
        }
        break;
      case Actuator::Type::JointVelocity:
        if (drive.hinge) {
          drive.hinge->SetMotorSpeed(u);
        } else {
          drive.slider->SetMotorSpeed(u);
        }
        break;
      case Actuator::Type::BodyForce:
        drive.body->ApplyForceToCenter(u * drive.axis, true);
        break;
      case Actuator::Type::BodyVelocity: {
        // Only the component along the axis is commanded, so that two actuators can share a body.
        const b2Vec2 v = drive.body->GetLinearVelocity();
        drive.body->SetLinearVelocity(v + (u - b2Dot(v, drive.axis)) * drive.axis);
        break;
      }
      case Actuator::Type::Thruster:
        drive.body->ApplyForce(u * drive.body->GetWorldVector(drive.axis),
                               drive.body->GetWorldPoint(drive.point), true);
        break;
    }
  }

  /// The torque -D qd of this substep. Where the joint's motor is free it acts as a brake of that strength: the
  /// solver never lets it turn the joint round, so that heavy damping of a light link cannot blow up, as a plain
  /// torque does beyond D dt > 2 I.
  static void damp(DampedJoint& joint) {
    if (joint.hinge) {
      const float torque = joint.damping * joint.hinge->GetJointSpeed();
      if (joint.brake) joint.hinge->SetMaxMotorTorque(std::abs(torque));
      else applyJointTorque(*joint.hinge, joint.applied = -torque);
    } else {
      const float force = joint.damping * joint.slider->GetJointSpeed();
      if (joint.brake) joint.slider->SetMaxMotorForce(std::abs(force));
      else applyJointForce(*joint.slider, joint.applied = -force);
    }
  }

  void read(const std::vector<Reading>& readings, Eigen::Ref<Vector> out) const {
    Eigen::Index i = 0;
    for (const Reading& reading : readings) {
      if (reading.size == 2) {
        b2Vec2 value = pair(reading);
        if (reading.other) value -= otherPair(reading);
        out(i) = value.x / m_scale - reading.shift[0];
        out(i + 1) = value.y / m_scale - reading.shift[1];
      } else {
        out(i) = scalar(reading) - reading.shift[0];
      }
      i += reading.size;
    }
  }

  static b2Vec2 pair(const Reading& reading) {
    switch (reading.type) {
      case Sensor::Type::BodyVelocity:
        return reading.body->GetLinearVelocity();
      case Sensor::Type::PointPosition:
        return reading.body->GetWorldPoint(reading.point);
      case Sensor::Type::PointVelocity:
        return reading.body->GetLinearVelocityFromLocalPoint(reading.point);
      default:
        return reading.body->GetPosition();
    }
  }

  /// What a reading of two numbers is relative to: the other body's point, or that point's velocity.
  static b2Vec2 otherPair(const Reading& reading) {
    const bool velocity =
        reading.type == Sensor::Type::BodyVelocity || reading.type == Sensor::Type::PointVelocity;
    return velocity ? reading.other->GetLinearVelocityFromLocalPoint(reading.otherPoint)
                    : reading.other->GetWorldPoint(reading.otherPoint);
  }

  double scalar(const Reading& reading) const {
    switch (reading.type) {
      case Sensor::Type::JointAngle:
        return reading.hinge ? reading.hinge->GetJointAngle()
                             : reading.slider->GetJointTranslation() / m_scale;
      case Sensor::Type::JointSpeed:
        return reading.hinge ? reading.hinge->GetJointSpeed() : reading.slider->GetJointSpeed() / m_scale;
      case Sensor::Type::BodyAngle:
        return reading.body->GetAngle() - (reading.other ? reading.other->GetAngle() : 0.0f);
      case Sensor::Type::BodySpin:
        return reading.body->GetAngularVelocity() - (reading.other ? reading.other->GetAngularVelocity() : 0.0f);
      case Sensor::Type::DistanceRay: {
        NearestHit hit(reading.body);
        const b2Vec2 from = reading.body->GetWorldPoint(reading.point);
        m_world.b2().RayCast(&hit, from, from + reading.body->GetWorldVector(reading.direction));
        return hit.fraction() * reading.range;
      }
      default:
        return 0.0;
    }
  }

  std::shared_ptr<const Scene> m_scene;
  Coordinates m_coordinates;
  std::vector<BodyStart> m_start;
  Box2dWorld m_world;
  double m_scale = 1.0;
  float m_substep = 0.0f;
  std::vector<Drive> m_drives;
  std::vector<DampedJoint> m_damped;
  std::vector<Load> m_loads;
  std::vector<Reading> m_state;
  std::vector<Reading> m_observation;
  std::vector<float> m_action;
  b2Body* m_ground = nullptr;      ///< what the hand's joint hangs on; made when first wanted
  b2MouseJoint* m_hand = nullptr;  ///< of the world
};

class PosedBox2dPlant final : public PosedPlant {
 public:
  PosedBox2dPlant(const std::shared_ptr<const Scene>& scene, const Coordinates& coordinates, const Condition& condition)
      : m_kinematics(*scene, coordinates, condition),
        m_plant(scene, coordinates, m_kinematics.at(Vector::Zero(coordinates.size()))) {}

  void place(const VectorRef& z) override { m_plant.place(m_kinematics.at(z)); }
  void state(Eigen::Ref<Vector> x) const override { m_plant.state(x); }
  void observation(Eigen::Ref<Vector> o) const override { m_plant.observation(o); }
  void poses(std::vector<Pose>& out) const override { m_plant.poses(out); }

 private:
  ForwardKinematics m_kinematics;
  Box2dPlant m_plant;
};

class Box2dPlantFactory final : public PlantFactory {
 public:
  Box2dPlantFactory(std::shared_ptr<const Scene> scene, std::vector<int> conditions)
      : m_scene(std::move(scene)),
        m_conditions(std::move(conditions)),
        m_tree(coordinatesOf(*m_scene)),
        m_coordinates(m_tree ? *m_tree : Coordinates{}) {
    for (const int index : m_conditions)
      m_nominal.push_back(startState(*m_scene, condition(index), Vector()));
  }

  std::unique_ptr<Plant> make(int index, const VectorRef& startNoise) const override {
    GPS_EXPECTS(index >= 0 && index < static_cast<int>(m_conditions.size()), "there is no such condition");
    const auto i = static_cast<std::size_t>(index);
    if (startNoise.size() == 0) return std::make_unique<Box2dPlant>(m_scene, m_coordinates, m_nominal[i]);
    GPS_EXPECTS(startNoise.size() == startNoiseSize(index), "one number per disturbed coordinate is needed");
    return std::make_unique<Box2dPlant>(m_scene, m_coordinates,
                                        startState(*m_scene, condition(m_conditions[i]), startNoise));
  }

  Result<int> coordinateCount() const override {
    if (!m_tree) return m_tree.error();
    return m_coordinates.size();
  }

  std::unique_ptr<Plant> makeAt(int index, const VectorRef& z) const override {
    GPS_EXPECTS(m_tree, "this scene has no independent coordinates");
    const Condition& start = condition(m_conditions[static_cast<std::size_t>(index)]);
    return std::make_unique<Box2dPlant>(m_scene, m_coordinates, startAt(*m_scene, m_coordinates, start, z));
  }

  int startNoiseSize(int index) const override {
    return disturbedCoordinates(*m_scene, condition(m_conditions[static_cast<std::size_t>(index)]));
  }

 private:
  const Condition& condition(int index) const { return m_scene->conditions[static_cast<std::size_t>(index)]; }

  std::shared_ptr<const Scene> m_scene;
  std::vector<int> m_conditions;
  Result<Coordinates> m_tree;
  Coordinates m_coordinates;
  std::vector<std::vector<BodyStart>> m_nominal;
};

}  // namespace

std::shared_ptr<const PlantFactory> makeBox2dPlants(std::shared_ptr<const Scene> scene,
                                                    std::vector<int> conditions) {
  Box2dWorld::prepareLibrary();
  return std::make_shared<Box2dPlantFactory>(std::move(scene), std::move(conditions));
}

std::unique_ptr<HandPlant> makeHandPlant(std::shared_ptr<const Scene> scene, const Condition& condition) {
  Box2dWorld::prepareLibrary();
  std::vector<BodyStart> start = startState(*scene, condition, Vector());
  return std::make_unique<Box2dPlant>(std::move(scene), Coordinates{}, std::move(start));
}

Result<std::unique_ptr<PosedPlant>> makePosedPlant(std::shared_ptr<const Scene> scene, const Condition& condition) {
  Box2dWorld::prepareLibrary();
  const Result<Coordinates> coordinates = coordinatesOf(*scene);
  if (!coordinates) return coordinates.error();
  return std::unique_ptr<PosedPlant>(std::make_unique<PosedBox2dPlant>(std::move(scene), *coordinates, condition));
}

}  // namespace gps
