// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_fields.h"

#include <algorithm>

namespace gps {
namespace {

using Kind = FieldKind;

constexpr std::string_view kNorms[] = {"l2", "l1", "log"};
constexpr std::string_view kRamps[] = {"constant", "linear", "quadratic", "final"};
constexpr std::string_view kRampOn[] = {"weights", "value"};
constexpr std::string_view kKinds[] = {"lqr",           "pd",  "zero", "feedback",
                                        "demonstration", "run", "table"};
constexpr std::string_view kNormLabels[] = {"Square (l2)", "Absolute (l1)", "Logarithm"};
constexpr std::string_view kRampLabels[] = {"Constant", "Linear", "Quadratic", "Last step only"};
constexpr std::string_view kRampOnLabels[] = {"Weights", "Value"};
constexpr std::string_view kKindLabels[] = {"LQR",           "PD",  "Zero", "Feedback",
                                            "Demonstration", "Run", "Table"};

constexpr SceneField kFields[] = {
    {"scene", "version", Kind::WholeNumber, "Version", "", "", "Version of the file format."},
    {"scene", "name", Kind::Text, "Name", "", "", "Letters, digits, _ and -: what the command line calls the task."},
    {"scene", "text", Kind::Object, "Text"},
    {"scene", "world", Kind::Object, "World"},
    {"scene", "bodies", Kind::Object, "Bodies"},
    {"scene", "joints", Kind::Object, "Joints"},
    {"scene", "actuators", Kind::Object, "Actuators"},
    {"scene", "sensors", Kind::Object, "Sensors"},
    {"scene", "state", Kind::SensorIds, "State", "", "", "Sensors that make up x, in their order."},
    {"scene", "observation", Kind::SensorIds, "Observation", "", "", "Sensors the global policy sees. Without the list it sees the state."},
    {"scene", "conditions", Kind::Object, "Conditions"},
    {"scene", "costs", Kind::Object, "Costs"},
    {"scene", "success", Kind::Object, "Success"},
    {"scene", "horizon", Kind::WholeNumber, "Horizon", "steps", "100", "Control steps of one rollout, 2 to 10000."},
    {"scene", "initial_controller", Kind::Object, "Initial controller"},
    {"scene", "suggested", Kind::Object, "Suggested parameters"},
    {"scene", "camera", Kind::Object, "Camera"},

    {"text", "title", Kind::Text, "Title", "", "", "What the start page calls the task."},
    {"text", "description", Kind::LongText, "Description", "", "", "A few lines about what is to be learned and when it counts as solved."},

    {"world", "dt", Kind::Number, "Time step", "s", "0.05", "Duration of one control step, during which the action is held."},
    {"world", "substeps", Kind::WholeNumber, "Substeps", "", "1", "Steps of the physics in one control step."},
    {"world", "gravity", Kind::Point, "Gravity", "m/s²", "[0, 0]", "Acceleration of every dynamic body."},
    {"world", "scale", Kind::Number, "Scale", "", "1", "Units of the physics per metre. Bodies of 0.1 to 10 units behave best."},
    {"world", "velocity_iterations", Kind::WholeNumber, "Velocity iterations", "", "8", "Of the contact solver, per substep."},
    {"world", "position_iterations", Kind::WholeNumber, "Position iterations", "", "3", "Of the contact solver, per substep."},
    {"world", "sleeping", Kind::Bool, "Sleeping", "", "false", "Bodies at rest are left out until something touches them."},
    {"world", "warm_starting", Kind::Bool, "Warm starting", "", "true", "The solver begins with the last step's forces."},

    {"body", "position", Kind::Point, "Position", "m", "[0, 0]", "Where the body's origin stands."},
    {"body", "angle", Kind::Number, "Angle", "rad", "0", "Counter-clockwise."},
    {"body", "velocity", Kind::Point, "Velocity", "m/s", "[0, 0]", "At the start."},
    {"body", "angular_velocity", Kind::Number, "Spin", "rad/s", "0", "At the start."},
    {"body", "linear_damping", Kind::Number, "Linear damping", "1/s", "0", "Slows the body down as if in a fluid."},
    {"body", "angular_damping", Kind::Number, "Angular damping", "1/s", "0", "Slows its turning down."},
    {"body", "bullet", Kind::Bool, "Bullet", "", "false", "Never passes through thin bodies, at some cost of time."},
    {"body", "ghost", Kind::Bool, "Ghost", "", "false", "Drawn, but no part of the physics: a mark."},
    {"body", "load", Kind::Point, "Load", "N", "[0, 0]", "A constant force along the axes of the world."},
    {"body", "load_point", Kind::Point, "Load point", "m", "[0, 0]", "Where the load pulls, in the body's frame."},
    {"body", "shapes", Kind::Object, "Shapes"},

    {"shape", "circle", Kind::Object, "Circle"},
    {"shape", "box", Kind::Object, "Box"},
    {"shape", "polygon", Kind::Object, "Polygon"},
    {"shape", "chain", Kind::Object, "Chain"},
    {"shape", "density", Kind::Number, "Density", "kg/m²", "1", "Mass per area."},
    {"shape", "friction", Kind::Number, "Friction", "", "0.2", "Of two shapes in touch the geometric mean holds."},
    {"shape", "restitution", Kind::Number, "Bounce", "", "0", "0: none; 1: bounces back with the same speed."},
    {"shape", "group", Kind::WholeNumber, "Group", "", "0", "Shapes of the same negative number never collide."},
    {"shape", "sensor", Kind::Bool, "Passes through", "", "false", "Has mass and is drawn, but never collides."},

    {"circle", "centre", Kind::Point, "Centre", "m", "[0, 0]", "In the body's frame."},
    {"circle", "radius", Kind::Number, "Radius", "m"},
    {"box", "centre", Kind::Point, "Centre", "m", "[0, 0]", "In the body's frame."},
    {"box", "half_extents", Kind::Point, "Half size", "m", "", "Half of width and height."},
    {"box", "angle", Kind::Number, "Angle", "rad", "0", "Within the body."},
    {"polygon", "vertices", Kind::Points, "Vertices", "m", "", "3 to 8 corners of a convex shape: x, y; x, y; ..."},
    {"chain", "vertices", Kind::Points, "Vertices", "m", "", "Points of a line: x, y; x, y; ..."},
    {"chain", "closed", Kind::Bool, "Closed", "", "false", "The last point is joined to the first."},

    {"joint", "body_a", Kind::BodyId, "Body A", "", "", "The body it hangs on."},
    {"joint", "body_b", Kind::BodyId, "Body B", "", "", "The body that moves."},
    {"joint", "anchor_a", Kind::Point, "Anchor A", "m", "[0, 0]", "In the frame of body A."},
    {"joint", "anchor_b", Kind::Point, "Anchor B", "m", "[0, 0]", "In the frame of body B."},
    {"joint", "axis", Kind::Point, "Axis", "", "[1, 0]", "Direction of the slide, in the frame of body A."},
    {"joint", "reference_angle", Kind::Number, "Reference angle", "rad", "0", "Angle B - angle A where the joint's angle is 0."},
    {"joint", "limits", Kind::Point, "Limits", "rad, m", "", "Lower and upper end of the joint's angle, translation or length."},
    {"joint", "max_motor", Kind::Number, "Motor", "N m, N", "0", "What a velocity servo can use at most; 0: no motor."},
    {"joint", "damping", Kind::Number, "Damping", "N m s", "0", "Resistance against the joint's speed."},
    {"joint", "collide", Kind::Bool, "Bodies collide", "", "false", "Whether the two bodies touch each other."},

    {"actuator", "joint", Kind::JointId, "Joint", "", "", "A hinge or a slider."},
    {"actuator", "body", Kind::BodyId, "Body", "", "", "A dynamic body."},
    {"actuator", "axis", Kind::Point, "Axis", "", "[1, 0]", "Direction, in the world's axes (thruster: in the body's)."},
    {"actuator", "point", Kind::Point, "Point", "m", "[0, 0]", "Where the thruster sits, in the body's frame."},
    {"actuator", "limit", Kind::Number, "Limit", "", "", "Largest |u|. Without it nothing bounds the action."},

    {"sensor", "joints", Kind::JointIds, "Joints", "", "", "Hinges and sliders, one number each."},
    {"sensor", "body", Kind::BodyId, "Body"},
    {"sensor", "point", Kind::Point, "Point", "m", "[0, 0]", "In the body's frame."},
    {"sensor", "range", Kind::Number, "Range", "m", "", "Where the ray ends."},
    {"sensor", "direction", Kind::Point, "Direction", "", "[1, 0]", "In the body's frame."},
    {"sensor", "value", Kind::Numbers, "Values"},
    {"sensor", "relative_to", Kind::Numbers, "Relative to", "", "", "Numbers that are subtracted."},
    {"sensor", "relative_body", Kind::BodyId, "Relative to body", "", "", "Measured from a point of this body, along the world's axes."},
    {"sensor", "relative_point", Kind::Point, "Its point", "m", "[0, 0]", "In the frame of the other body."},

    {"condition", "overrides", Kind::Object, "Start"},
    {"condition", "spread", Kind::Number, "Spread", "m, rad", "0", "Standard deviation of the start per rollout."},
    {"condition", "enabled", Kind::Bool, "Enabled", "", "true", "Takes part in the next run."},
    {"condition", "test", Kind::Bool, "Test only", "", "false", "Kept out of training."},

    {"cost", "weight", Kind::Number, "Weight", "", "1", "Factor of the whole term."},
    {"cost", "enabled", Kind::Bool, "Enabled", "", "true", "A term that is not counts with weight 0."},
    {"cost", "wu", Kind::Numbers, "Weights", "", "", "One per actuator."},
    {"cost", "sensor", Kind::SensorId, "Sensor", "", "", "A sensor of the state."},
    {"cost", "target", Kind::Numbers, "Target", "", "", "Where the distance is 0, one number per entry of the sensor."},
    {"cost", "target_body", Kind::BodyId, "Target in frame of", "", "", "A static body; without it the world."},
    {"cost", "wp", Kind::Numbers, "Weights", "", "", "One per entry; without them all are 1."},
    {"cost", "norm", Kind::Choice, "Norm", "", "l2", "How the distance counts.", kNorms, kNormLabels},
    {"cost", "l1", Kind::Number, "Sharp part (l1)", "", "0", "Weight of the sharp part (norm l1 or log)."},
    {"cost", "l2", Kind::Number, "Square part (l2)", "", "1", "Weight of the quadratic part."},
    {"cost", "alpha", Kind::Number, "Rounding (alpha)", "", "0.01", "Rounds the sharp part off near the target."},
    {"cost", "margin", Kind::Number, "Margin", "m", "0", "Clearance that is asked for."},
    {"cost", "radius", Kind::Number, "Radius", "m", "0", "Of the moving body."},
    {"cost", "bodies", Kind::BodyIds, "Obstacles", "", "", "Static bodies to keep clear of."},
    {"cost", "joints", Kind::JointIds, "Chain", "", "", "Hinges from the base to the tip."},
    {"cost", "point", Kind::Point, "Point", "m", "[0, 0]", "In the frame of the last link."},
    {"cost", "points", Kind::Points, "Points", "m", "", "Several points in the frame of the last link: x, y; x, y; ..."},
    {"cost", "ramp", Kind::Choice, "Ramp", "", "constant", "How the weight grows over the horizon.", kRamps, kRampLabels},
    {"cost", "ramp_on", Kind::Choice, "Ramp acts on", "", "weights", "The weights inside the norm, or the value of the term.", kRampOn, kRampOnLabels},
    {"cost", "final_multiplier", Kind::Number, "Last step", "", "1", "Factor of the ramp at the last step."},

    {"success", "sensor", Kind::SensorId, "Sensor", "", "", "A sensor of the state or the observation."},
    {"success", "target", Kind::Numbers, "Target"},
    {"success", "target_body", Kind::BodyId, "Target in frame of", "", "", "A static body; without it the world."},
    {"success", "within", Kind::NumberOrNumbers, "Within", "", "", "Bound of the distance, or one per entry."},
    {"success", "wrap", Kind::Bool, "Full turns", "", "false", "Angles count modulo a full turn."},
    {"success", "hold", Kind::Number, "Hold", "s", "0", "How long before the end it must stay there; 0: the last step counts."},

    {"initial_controller", "kind", Kind::Choice, "Kind", "", "", "What the first controllers are made of.", kKinds, kKindLabels},
    {"initial_controller", "gains", Kind::Numbers, "Gains", "", "", "One per actuator."},
    {"initial_controller", "acc", Kind::Numbers, "Accelerations", "", "", "One per actuator."},
    {"initial_controller", "feedback", Kind::Numbers, "Feedback K", "", "", "u = K x + k, row by row: one number per state entry for each action."},
    {"initial_controller", "offset", Kind::Numbers, "Offset k", "", "", "One per actuator; without it zeros."},
    {"initial_controller", "tables", Kind::Object, "Tables", "", "", "K, k and sigma per condition and time step."},

    {"table", "condition", Kind::Text, "Condition", "", "", "Whose controller this is."},
    {"table", "time", Kind::Numbers, "Times", "s", "", "Of the points of the path."},
    {"table", "path", Kind::Points, "Path", "m", "", "The way that was demonstrated."},
    {"table", "K", Kind::Numbers, "Gains K", "", "", "One row per time step: one number per state entry for each action."},
    {"table", "k", Kind::Numbers, "Offsets k", "", "", "One row per time step: one number per action."},
    {"table", "sigma", Kind::Numbers, "Deviations", "", "", "One row per time step: the standard deviation of each action."},

    {"camera", "centre", Kind::Point, "Centre", "m", "[0, 0]", "What the view shows first."},
    {"camera", "width", Kind::Number, "Width", "m", "4", "Shown across."},
    {"camera", "trace", Kind::SensorId, "Trace", "", "", "The position whose path is drawn."},
};

}  // namespace

std::span<const SceneField> sceneFields() {
  return kFields;
}

const SceneField* findField(std::string_view object, std::string_view key) {
  const auto it = std::find_if(std::begin(kFields), std::end(kFields), [&](const SceneField& field) {
    return field.object == object && field.key == key;
  });
  return it == std::end(kFields) ? nullptr : it;
}

}  // namespace gps
