// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/math/types.h"
#include "core/scene/scene.h"

namespace gps {

/// Where one body starts, in task units.
struct BodyStart {
  Eigen::Vector2d position{0, 0};
  double angle = 0.0;
  Eigen::Vector2d velocity{0, 0};
  double angularVelocity = 0.0;
};

/// Number of start coordinates that `condition.spread` disturbs: the numbers of its overrides of joints and
/// dynamic bodies.
int disturbedCoordinates(const Scene& scene, const Condition& condition);

/// One entry per scene body. The overrides of `condition`, disturbed by spread * noise (in the order of the
/// overrides; empty: not disturbed), replace the model's values. A joint with an override, or whose body A
/// was moved that way, then places its body B: joint by joint from the root of the tree. A joint that closes
/// a loop is left alone.
std::vector<BodyStart> startState(const Scene& scene, const Condition& condition, const VectorRef& noise);

/// What is known of a joint's motion; what is not keeps the value it has in the model.
struct JointStart {
  std::optional<double> coordinate;  ///< angle [rad] or translation [m]
  std::optional<double> speed;
};

/// Puts body B where the joint says, given where body A is. The models are the bodies as the scene's file has them.
void placeBodyB(const Joint& joint, const JointStart& start, const BodyStart& modelA, const BodyStart& modelB,
                const BodyStart& a, BodyStart& b);

/// Points (x, y, x, y, ...) given in the frame of a body, in the world, where `condition` puts that body.
Vector pointsOnBody(const Scene& scene, const Condition& condition, const std::string& body,
                    const VectorRef& points);

}  // namespace gps
