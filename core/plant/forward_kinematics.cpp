// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/forward_kinematics.h"

#include <algorithm>

#include "core/base/expects.h"

namespace gps {

ForwardKinematics::ForwardKinematics(const Scene& scene, const Coordinates& coordinates, const Condition& condition)
    : m_now(startAt(scene, coordinates, condition, Vector::Zero(coordinates.size()))) {
  for (const Body& body : scene.bodies) {
    m_model.push_back(BodyStart{body.position, body.angle, body.velocity, body.angularVelocity});
  }
  std::vector<Eigen::Index> firstOf(scene.joints.size(), -1);
  Eigen::Index next = 0;
  for (const Coordinates::Entry& entry : coordinates.entries) {
    if (entry.joint >= 0) firstOf[static_cast<std::size_t>(entry.joint)] = next;
    else m_free.push_back({static_cast<std::size_t>(entry.body), next});
    next += entry.size();
  }
  const auto indexOf = [&scene](const std::string& id) {
    return static_cast<std::size_t>(scene.body(id) - scene.bodies.data());
  };
  for (std::size_t j = 0; j < scene.joints.size(); ++j) {
    const Joint& joint = scene.joints[j];
    m_links.push_back({&joint, indexOf(joint.bodyA), indexOf(joint.bodyB), firstOf[j]});
  }
  // Every body is carried by one joint at most, and the joints form a tree: how many joints lie below orders them.
  const auto depth = [this](const Link& link) {
    std::size_t steps = 0;
    for (std::size_t body = link.bodyA; steps <= m_links.size(); ++steps) {
      const auto carrier = std::find_if(m_links.begin(), m_links.end(), [&](const Link& each) { return each.bodyB == body; });
      if (carrier == m_links.end()) break;
      body = carrier->bodyA;
    }
    return steps;
  };
  std::vector<std::pair<std::size_t, Link>> ordered;
  for (const Link& link : m_links) ordered.emplace_back(depth(link), link);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < ordered.size(); ++i) m_links[i] = ordered[i].second;
}

const std::vector<BodyStart>& ForwardKinematics::at(const VectorRef& z) {
  for (const Free& free : m_free) {
    const auto n = z.segment<6>(free.first);
    m_now[free.body] = {Eigen::Vector2d(n(0), n(1)), n(2), Eigen::Vector2d(n(3), n(4)), n(5)};
  }
  for (const Link& link : m_links) {
    JointStart motion;
    if (link.first >= 0) motion = {z(link.first), z(link.first + 1)};
    placeBodyB(*link.joint, motion, m_model[link.bodyA], m_model[link.bodyB], m_now[link.bodyA], m_now[link.bodyB]);
  }
  return m_now;
}

}  // namespace gps
