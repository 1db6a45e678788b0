// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/cost/cost.h"
#include "core/cost/norm.h"

namespace gps {

// The edit model of a task, as its file says it: SI units, radians, stable ids. Sizes and positions are in
// task units; `World::scale` is applied only where the Box2D world is built.

struct CircleShape {
  Eigen::Vector2d centre{0, 0};
  double radius = 0.1;
};
struct BoxShape {
  Eigen::Vector2d centre{0, 0};
  Eigen::Vector2d halfExtents{0.1, 0.1};
  double angle = 0.0;
};
/// Convex, 3 to 8 vertices.
struct PolygonShape {
  std::vector<Eigen::Vector2d> vertices;
};
/// Open or closed line of edges; static bodies only.
struct ChainShape {
  std::vector<Eigen::Vector2d> vertices;
  bool closed = false;
};

struct Shape {
  std::variant<CircleShape, BoxShape, PolygonShape, ChainShape> geometry;
  double density = 1.0;  ///< kg per task m^2
  double friction = 0.2;
  double restitution = 0.0;
  int group = 0;        ///< Box2D group index: equal negative numbers never collide
  bool sensor = false;  ///< drawn, never collides
};

struct Body {
  std::string id;
  bool dynamic = false;
  Eigen::Vector2d position{0, 0};
  double angle = 0.0;
  Eigen::Vector2d velocity{0, 0};
  double angularVelocity = 0.0;
  double linearDamping = 0.0;
  double angularDamping = 0.0;
  bool bullet = false;
  bool ghost = false;  ///< drawn only: has no part in the physics (targets)
  Eigen::Vector2d load{0, 0};       ///< N, a constant force along the axes of the world
  Eigen::Vector2d loadPoint{0, 0};  ///< where it pulls, in the body frame
  std::vector<Shape> shapes;
};

struct Joint {
  enum class Type { Revolute, Prismatic, Weld, Distance };
  std::string id;
  Type type = Type::Revolute;
  std::string bodyA;
  std::string bodyB;
  Eigen::Vector2d anchorA{0, 0};  ///< in the frame of body A
  Eigen::Vector2d anchorB{0, 0};
  Eigen::Vector2d axis{1, 0};  ///< prismatic, in the frame of body A
  double referenceAngle = 0.0;
  std::optional<Eigen::Vector2d> limits;
  double maxMotor = 0.0;  ///< N m or N available to a velocity servo
  double damping = 0.0;   ///< -D qd, per physics substep
  bool collide = false;
};

struct Actuator {
  enum class Type { JointTorque, JointVelocity, BodyForce, BodyVelocity, Thruster };
  std::string id;
  Type type = Type::JointTorque;
  std::string target;           ///< joint or body id
  Eigen::Vector2d axis{1, 0};   ///< body actuators: direction in world axes (thruster: body axes)
  Eigen::Vector2d point{0, 0};  ///< thruster: point of application in the body frame
  std::optional<double> limit;  ///< |u| limit
};

struct Sensor {
  enum class Type {
    JointAngle,
    JointSpeed,
    BodyPosition,
    BodyVelocity,
    PointPosition,
    PointVelocity,
    BodyAngle,
    BodySpin,
    DistanceRay,
    Constant
  };
  std::string id;
  Type type = Type::BodyPosition;
  std::vector<std::string> targets;  ///< joint ids (angle, speed) or one body id
  Eigen::Vector2d point{0, 0};       ///< point sensors and rays: in the body frame
  Eigen::Vector2d direction{1, 0};   ///< rays, in the body frame
  double range = 0.0;                ///< rays
  std::vector<double> relativeTo;    ///< subtracted, when wanted
  std::string relativeBody{};        ///< or: measured relative to a point of this body, along the world's axes
  Eigen::Vector2d relativePoint{0, 0};
  std::vector<double> value;         ///< constants
  int size() const;                  ///< number of entries it contributes
};

struct Condition {
  std::string id;
  std::map<std::string, std::vector<double>> overrides;  ///< "mass.position": [x, y], "joint1.angle": [a]
  /// Standard deviation of N(0, .) added to every overridden number of a moving part, per rollout. Static bodies
  /// stay where they are.
  double spread = 0.0;
  bool enabled = true;
  bool test = false;
};

/// One cost term. Which fields a type reads is said by its registry entry (core/scene/cost_registry.h).
struct CostTermSpec {
  std::string id;
  std::string type;  ///< action, state, end_effector, obstacle
  double weight = 1.0;
  bool enabled = true;
  std::string sensor;
  std::vector<double> wu;  ///< action
  std::vector<double> target;
  std::string targetBody;  ///< when set, target holds points in the frame of this static body
  std::vector<double> wp;
  Norm norm;
  double margin = 0.0;              ///< obstacle
  double radius = 0.0;              ///< obstacle: radius of the moving body
  std::vector<std::string> bodies;  ///< obstacle: bodies to keep clear of
  std::vector<std::string> joints;  ///< end_effector: the chain
  /// end_effector: in the frame of the last link; several points share one norm
  std::vector<Eigen::Vector2d> points{{0, 0}};
  Ramp ramp = Ramp::Constant;
  bool rampOnValue = false;  ///< the ramp multiplies the term's value instead of the weights inside its norm
  double finalMultiplier = 1.0;
};

struct World {
  double dt = 0.05;
  int substeps = 1;
  Eigen::Vector2d gravity{0, 0};
  double scale = 1.0;  ///< world units per metre
  int velocityIterations = 8;
  int positionIterations = 3;
  bool sleeping = false;
  bool warmStarting = true;
};

struct SuccessSpec {
  std::string sensor;
  std::vector<double> target;
  std::string targetBody{};          ///< when set, target is a point in the frame of this static body
  double within = 0.1;             ///< bound of the distance
  std::vector<double> withinEach{};  ///< when set: a bound per entry instead
  bool wrap = false;               ///< entries are angles that count modulo a full turn
  double hold = 0.0;  ///< s; 0: only the last step counts
};

/// The first controller of one condition as numbers, u ~ N(K_t x + k_t, diag(sigma_t^2)): drawn by hand,
/// demonstrated, or taken from a run. Row t belongs to step t, the last row to all later ones too, so that one row holds
/// throughout. Without rows K and k are zero and sigma is the root of init.var.
struct ControllerTable {
  std::string condition;
  std::vector<double> time{};           ///< s, of the points of `path`
  std::vector<Eigen::Vector2d> path{};  ///< demonstrated places of the trace point; kept to be shown and followed anew
  std::vector<std::vector<double>> K{};      ///< rows of dU x dX numbers, action by action
  std::vector<std::vector<double>> k{};      ///< rows of dU
  std::vector<std::vector<double>> sigma{};  ///< rows of dU standard deviations
};

struct InitialControllerSpec {
  std::string kind;  ///< empty: the parameter's default
  std::vector<double> gains;
  std::vector<double> acc;
  std::vector<double> feedback{};  ///< K of kind "feedback", row by row
  std::vector<double> offset{};    ///< k of kind "feedback"; empty: zeros
  std::vector<ControllerTable> tables{};  ///< of kinds "demonstration", "run" and "table"
};

struct Camera {
  Eigen::Vector2d centre{0, 0};
  double width = 4.0;  ///< task units shown across
  std::string trace;   ///< position sensor in the state whose path is drawn; may be empty
};

struct Scene {
  int version = 1;
  std::string name;   ///< "two_link_arm": the name --scene takes
  std::string title;  ///< from "text": first line
  std::string text;   ///< a few lines for the start page
  World world;
  std::vector<Body> bodies;
  std::vector<Joint> joints;
  std::vector<Actuator> actuators;
  std::vector<Sensor> sensors;
  std::vector<std::string> state;
  std::vector<std::string> observation;
  std::vector<Condition> conditions;
  std::vector<CostTermSpec> costs;
  std::optional<SuccessSpec> success;
  int horizon = 100;
  InitialControllerSpec initialController;
  /// suggested[algorithm][parameter key] = value as --set would take it; "all" holds for every algorithm.
  std::map<std::string, std::map<std::string, std::string>> suggested;
  Camera camera;

  const Body* body(const std::string& id) const;
  const Joint* joint(const std::string& id) const;
  const Sensor* sensor(const std::string& id) const;
  /// First state entry of a sensor, or nothing when it is not part of the state.
  std::optional<int> stateOffset(const std::string& sensorId) const;
  /// The same for the observation.
  std::optional<int> observationOffset(const std::string& sensorId) const;
};

}  // namespace gps
