// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/cost_registry.h"

#include <array>

namespace gps {
namespace {

constexpr TypeField kWeight{"weight"};
constexpr TypeField kEnabled{"enabled"};

constexpr std::array<TypeField, 3> kAction{{kWeight, kEnabled, {"wu", true}}};
constexpr std::array<TypeField, 12> kState{{kWeight,
                                            kEnabled,
                                            {"sensor", true},
                                            {"target"},
                                            {"wp"},
                                            {"norm"},
                                            {"l1"},
                                            {"l2"},
                                            {"alpha"},
                                            {"ramp"},
                                            {"ramp_on"},
                                            {"final_multiplier"}}};
constexpr std::array<TypeField, 15> kEndEffector{{kWeight,
                                                  kEnabled,
                                                  {"joints", true},
                                                  {"point"},
                                                  {"points"},
                                                  {"target", true},
                                                  {"target_body"},
                                                  {"wp"},
                                                  {"norm"},
                                                  {"l1"},
                                                  {"l2"},
                                                  {"alpha"},
                                                  {"ramp"},
                                                  {"ramp_on"},
                                                  {"final_multiplier"}}};
constexpr std::array<TypeField, 7> kAngle{
    {kWeight, kEnabled, {"sensor", true}, {"target"}, {"wp"}, {"ramp"}, {"final_multiplier"}}};
constexpr std::array<TypeField, 8> kObstacle{{kWeight,
                                              kEnabled,
                                              {"sensor", true},
                                              {"bodies", true},
                                              {"margin"},
                                              {"radius"},
                                              {"ramp"},
                                              {"final_multiplier"}}};

constexpr std::array<TypeEntry, 5> kCosts{{
    {"action", "Effort", "0.5 u' diag(wu) u of the commanded action.", kAction},
    {"state", "Distance in the state",
     "Norm of d = sensor - target: 0.5 l2 sum wp d^2, plus l1 sqrt(alpha + sum (wp d)^2) for norm l1 or "
     "0.5 l1 ln(alpha + sum (wp d)^2) for norm log. The sensor is part of the state.",
     kState},
    {"end_effector", "Distance of the tip",
     "The same norm of d = p(q) - target, p one or several points on the last link of a chain of hinges, "
     "differentiated through the joint angles. With target_body the target is given in the frame of that body.",
     kEndEffector},
    {"angle", "Angle",
     "sum wp (1 - cos(sensor - target)): smooth, bounded, and the same after a full turn. The sensor is part of "
     "the state.",
     kAngle},
    {"obstacle", "Clearance",
     "0.5 max(0, r + radius + margin - distance)^2 per circle, box or line of the named bodies, r its "
     "thickness. A box "
     "counts as the capsule along its longer axis.",
     kObstacle},
}};

}  // namespace

std::span<const TypeEntry> costTypes() {
  return kCosts;
}

}  // namespace gps
