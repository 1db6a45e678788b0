// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/box2d_world.h"

#include <box2d/box2d.h>

#include <algorithm>
#include <mutex>

#include "core/base/expects.h"

namespace gps {
namespace {

b2Vec2 scaled(const Eigen::Vector2d& v, double scale) {
  return b2Vec2(static_cast<float>(v.x() * scale), static_cast<float>(v.y() * scale));
}

template <class Part>
std::size_t indexOf(const std::vector<Part>& parts, const std::string& id) {
  const auto it = std::find_if(parts.begin(), parts.end(), [&id](const Part& part) { return part.id == id; });
  GPS_EXPECTS(it != parts.end(), "a validated scene resolves every id");
  return static_cast<std::size_t>(it - parts.begin());
}

/// A motor is only there for a velocity servo; otherwise max_motor would brake the joint.
bool isServo(const Scene& scene, const Joint& joint) {
  return std::any_of(scene.actuators.begin(), scene.actuators.end(), [&joint](const Actuator& actuator) {
    return actuator.type == Actuator::Type::JointVelocity && actuator.target == joint.id;
  });
}

}  // namespace

Box2dWorld::Box2dWorld(const Scene& scene, const std::vector<BodyStart>& start)
    : m_scene(scene),
      m_scale(scene.world.scale),
      m_world(std::make_unique<b2World>(scaled(scene.world.gravity, scene.world.scale))) {
  m_world->SetAllowSleeping(scene.world.sleeping);
  m_world->SetWarmStarting(scene.world.warmStarting);
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) addBody(scene.bodies[i], start[i]);
  for (const Joint& joint : scene.joints) addJoint(joint);
}

Box2dWorld::~Box2dWorld() = default;

void Box2dWorld::prepareLibrary() {
  static std::once_flag done;
  std::call_once(done, [] {
    b2World world(b2Vec2(0.0f, 0.0f));
    b2CircleShape shape;
    shape.m_radius = 1.0f;
    b2BodyDef def;
    def.type = b2_dynamicBody;
    for (int i = 0; i < 2; ++i) world.CreateBody(&def)->CreateFixture(&shape, 1.0f);
    world.Step(0.01f, 1, 1);
  });
}

b2Body* Box2dWorld::body(const std::string& id) const {
  return m_bodies[indexOf(m_scene.bodies, id)];
}

b2RevoluteJoint* Box2dWorld::hinge(const std::string& id) const {
  b2Joint* joint = m_joints[indexOf(m_scene.joints, id)];
  return joint->GetType() == e_revoluteJoint ? static_cast<b2RevoluteJoint*>(joint) : nullptr;
}

b2PrismaticJoint* Box2dWorld::slider(const std::string& id) const {
  b2Joint* joint = m_joints[indexOf(m_scene.joints, id)];
  return joint->GetType() == e_prismaticJoint ? static_cast<b2PrismaticJoint*>(joint) : nullptr;
}

void Box2dWorld::addBody(const Body& body, const BodyStart& start) {
  if (body.ghost) {
    m_bodies.push_back(nullptr);
    return;
  }
  b2BodyDef def;
  def.type = body.dynamic ? b2_dynamicBody : b2_staticBody;
  def.position = scaled(start.position, m_scale);
  def.angle = static_cast<float>(start.angle);
  def.linearVelocity = scaled(start.velocity, m_scale);
  def.angularVelocity = static_cast<float>(start.angularVelocity);
  def.linearDamping = static_cast<float>(body.linearDamping);
  def.angularDamping = static_cast<float>(body.angularDamping);
  def.bullet = body.bullet;
  def.allowSleep = m_scene.world.sleeping;
  b2Body* made = m_world->CreateBody(&def);
  for (const Shape& shape : body.shapes) addShape(shape, *made);
  m_bodies.push_back(made);
}

void Box2dWorld::addShape(const Shape& shape, b2Body& body) {
  b2FixtureDef def;
  def.density = static_cast<float>(shape.density / (m_scale * m_scale));
  def.friction = static_cast<float>(shape.friction);
  def.restitution = static_cast<float>(shape.restitution);
  def.isSensor = shape.sensor;
  def.filter.groupIndex = static_cast<int16>(shape.group);

  if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
    b2CircleShape made;
    made.m_p = scaled(circle->centre, m_scale);
    made.m_radius = static_cast<float>(circle->radius * m_scale);
    def.shape = &made;
    body.CreateFixture(&def);
  } else if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
    b2PolygonShape made;
    const b2Vec2 half = scaled(box->halfExtents, m_scale);
    made.SetAsBox(half.x, half.y, scaled(box->centre, m_scale), static_cast<float>(box->angle));
    def.shape = &made;
    body.CreateFixture(&def);
  } else if (const auto* polygon = std::get_if<PolygonShape>(&shape.geometry)) {
    b2PolygonShape made;
    std::vector<b2Vec2> vertices;
    for (const Eigen::Vector2d& vertex : polygon->vertices) vertices.push_back(scaled(vertex, m_scale));
    made.Set(vertices.data(), static_cast<int32>(vertices.size()));
    def.shape = &made;
    body.CreateFixture(&def);
  } else if (const auto* chain = std::get_if<ChainShape>(&shape.geometry)) {
    // Two-sided edges one by one: Box2D's chains collide on one side only, which a drawing does not show.
    const std::size_t count = chain->vertices.size();
    for (std::size_t i = 0; i + (chain->closed ? 0 : 1) < count; ++i) {
      b2EdgeShape made;
      made.SetTwoSided(scaled(chain->vertices[i], m_scale),
                       scaled(chain->vertices[(i + 1) % count], m_scale));
      def.shape = &made;
      body.CreateFixture(&def);
    }
  }
}

void Box2dWorld::addJoint(const Joint& joint) {
  b2Body* bodyA = body(joint.bodyA);
  b2Body* bodyB = body(joint.bodyB);
  const b2Vec2 anchorA = scaled(joint.anchorA, m_scale);
  const b2Vec2 anchorB = scaled(joint.anchorB, m_scale);
  const auto complete = [&](auto& def) {
    def.bodyA = bodyA;
    def.bodyB = bodyB;
    def.localAnchorA = anchorA;
    def.localAnchorB = anchorB;
    def.collideConnected = joint.collide;
    m_joints.push_back(m_world->CreateJoint(&def));
  };
  switch (joint.type) {
    case Joint::Type::Revolute: {
      b2RevoluteJointDef def;
      def.referenceAngle = static_cast<float>(joint.referenceAngle);
      if (joint.limits) {
        def.enableLimit = true;
        def.lowerAngle = static_cast<float>(joint.limits->x());
        def.upperAngle = static_cast<float>(joint.limits->y());
      }
      def.enableMotor = isServo(m_scene, joint);
      def.maxMotorTorque = static_cast<float>(joint.maxMotor * m_scale * m_scale);
      complete(def);
      break;
    }
    case Joint::Type::Prismatic: {
      b2PrismaticJointDef def;
      def.referenceAngle = static_cast<float>(joint.referenceAngle);
      def.localAxisA = scaled(joint.axis.normalized(), 1.0);
      if (joint.limits) {
        def.enableLimit = true;
        def.lowerTranslation = static_cast<float>(joint.limits->x() * m_scale);
        def.upperTranslation = static_cast<float>(joint.limits->y() * m_scale);
      }
      def.enableMotor = isServo(m_scene, joint);
      def.maxMotorForce = static_cast<float>(joint.maxMotor * m_scale);
      complete(def);
      break;
    }
    case Joint::Type::Weld: {
      b2WeldJointDef def;
      def.referenceAngle = static_cast<float>(joint.referenceAngle);
      complete(def);
      break;
    }
    case Joint::Type::Distance: {
      b2DistanceJointDef def;
      const float length = b2Distance(bodyA->GetWorldPoint(anchorA), bodyB->GetWorldPoint(anchorB));
      def.length = length;
      def.minLength = joint.limits ? static_cast<float>(joint.limits->x() * m_scale) : length;
      def.maxLength = joint.limits ? static_cast<float>(joint.limits->y() * m_scale) : length;
      complete(def);
      break;
    }
  }
}

}  // namespace gps
