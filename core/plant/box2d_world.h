// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/plant/start_state.h"
#include "core/scene/scene.h"

class b2World;
class b2Body;
class b2Joint;
class b2RevoluteJoint;
class b2PrismaticJoint;

namespace gps {

/// The simulated world of a scene, in world units (see makeBox2dPlants). Private to core/plant.
class Box2dWorld {
 public:
  Box2dWorld(const Scene& scene, const std::vector<BodyStart>& start);
  ~Box2dWorld();
  Box2dWorld(const Box2dWorld&) = delete;
  Box2dWorld& operator=(const Box2dWorld&) = delete;

  /// Makes later use from several threads safe: the library fills a table when the first contact appears.
  static void prepareLibrary();

  b2World& b2() const { return *m_world; }
  /// One per scene body, null for ghosts.
  const std::vector<b2Body*>& bodies() const { return m_bodies; }
  /// One per scene joint.
  const std::vector<b2Joint*>& joints() const { return m_joints; }

  b2Body* body(const std::string& id) const;
  b2RevoluteJoint* hinge(const std::string& id) const;    ///< null when it is no revolute joint
  b2PrismaticJoint* slider(const std::string& id) const;  ///< null when it is no prismatic joint

 private:
  void addBody(const Body& body, const BodyStart& start);
  void addShape(const Shape& shape, b2Body& body);
  void addJoint(const Joint& joint);

  const Scene& m_scene;
  double m_scale;
  std::unique_ptr<b2World> m_world;
  std::vector<b2Body*> m_bodies;
  std::vector<b2Joint*> m_joints;
};

}  // namespace gps
