// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "core/scene/scene_edit.h"

namespace gps {

// The steps applied() is made of. Each changes the scene it is given, or leaves it and fails.

/// Ten decimals: what a drag leaves of 0.30000000000000004.
inline double tidy(double value) {
  return std::round(value * 1e10) / 1e10;
}
inline Eigen::Vector2d tidy(const Eigen::Vector2d& value) {
  return {tidy(value.x()), tidy(value.y())};
}

inline Eigen::Vector2d turned(double angle, const Eigen::Vector2d& v) {
  const double c = std::cos(angle), s = std::sin(angle);
  return {c * v.x() - s * v.y(), s * v.x() + c * v.y()};
}
inline Eigen::Vector2d toWorld(const Body& body, const Eigen::Vector2d& local) {
  return body.position + turned(body.angle, local);
}
inline Eigen::Vector2d toLocal(const Body& body, const Eigen::Vector2d& world) {
  return turned(-body.angle, world - body.position);
}

Status addBody(Scene& scene, const BodyDrawn& drawn);
Status addJoint(Scene& scene, const JointDrawn& drawn);
/// With what cannot stand without them: joints of a body, sensors and actuators of both, terms that read
/// those.
Status removeParts(Scene& scene, const SceneSelection& parts);
Status duplicateParts(Scene& scene, const PartsDuplicated& wish);

}  // namespace gps
