// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_keys.h"

#include <array>

#include "core/base/expects.h"

namespace gps {
namespace {

using Key = std::string_view;

constexpr Key kScene[] = {"version",    "name",      "text",    "world",   "bodies",
                          "joints",     "actuators", "sensors", "state",   "observation",
                          "conditions", "costs",     "success", "horizon", "initial_controller",
                          "suggested",  "camera"};
constexpr Key kText[] = {"title", "description"};
constexpr Key kWorld[] = {"gravity", "dt",       "substeps",     "velocity_iterations", "position_iterations",
                          "scale",   "sleeping", "warm_starting"};
constexpr Key kBody[] = {"id",
                         "type",
                         "position",
                         "angle",
                         "velocity",
                         "angular_velocity",
                         "linear_damping",
                         "angular_damping",
                         "bullet",
                         "ghost",
                         "load",
                         "load_point",
                         "shapes"};
constexpr Key kShape[] = {"circle",   "box",         "polygon", "chain", "density",
                          "friction", "restitution", "group",   "sensor"};
constexpr Key kCircle[] = {"centre", "radius"};
constexpr Key kBox[] = {"centre", "half_extents", "angle"};
constexpr Key kPolygon[] = {"vertices"};
constexpr Key kChain[] = {"vertices", "closed"};
constexpr Key kJoint[] = {"id",       "type",      "body_a",  "body_b",
                          "anchor_a", "anchor_b",  "axis",    "reference_angle",
                          "limits",   "max_motor", "damping", "collide"};
constexpr Key kActuator[] = {"id", "type", "joint", "body", "axis", "point", "limit"};
constexpr Key kSensor[] = {"id",    "type",      "joints", "body",       "point",
                           "range", "direction", "value",  "relative_to", "relative_body", "relative_point"};
constexpr Key kCondition[] = {"id", "overrides", "spread", "enabled", "test"};
constexpr Key kCost[] = {"id",
                         "type",
                         "weight",
                         "enabled",
                         "wu",
                         "sensor",
                         "target",
                         "target_body",
                         "wp",
                         "norm",
                         "l1",
                         "l2",
                         "alpha",
                         "margin",
                         "radius",
                         "bodies",
                         "joints",
                         "point",
                         "points",
                         "ramp",
                         "ramp_on",
                         "final_multiplier"};
constexpr Key kSuccess[] = {"sensor", "target", "target_body", "within", "wrap", "hold"};
constexpr Key kInitialController[] = {"kind", "gains", "acc", "feedback", "offset", "tables"};
constexpr Key kTable[] = {"condition", "time", "path", "K", "k", "sigma"};
constexpr Key kCamera[] = {"centre", "width", "trace"};

constexpr std::array<ObjectKeys, 18> kObjects{{
    {"scene", kScene},
    {"text", kText},
    {"world", kWorld},
    {"body", kBody},
    {"shape", kShape},
    {"circle", kCircle},
    {"box", kBox},
    {"polygon", kPolygon},
    {"chain", kChain},
    {"joint", kJoint},
    {"actuator", kActuator},
    {"sensor", kSensor},
    {"condition", kCondition},
    {"cost", kCost},
    {"success", kSuccess},
    {"initial_controller", kInitialController},
    {"table", kTable},
    {"camera", kCamera},
}};

}  // namespace

std::span<const ObjectKeys> sceneObjects() {
  return kObjects;
}

std::span<const std::string_view> keysOf(std::string_view object) {
  for (const ObjectKeys& entry : kObjects) {
    if (entry.object == object) return entry.keys;
  }
  GPS_EXPECTS(false, "keysOf() asked for an object that is not in the table");
  return {};
}

}  // namespace gps
