// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/plant/task.h"
#include "core/scene/scene_reader.h"
#include "tests/reference/case_check.h"

namespace gps::reference {
namespace {

/// The shipped scene with the start of the case as its only condition.
Result<Scene> sceneOf(const std::string& task, const std::vector<double>& x0) {
  const bool arm = task == "arm";
  Result<Scene> scene = readScene(std::filesystem::path(GPS_SCENES) /
                                  (arm ? "two_link_arm_single.scene.json" : "point_mass.scene.json"));
  if (!scene) return scene;
  Condition start;
  start.id = "case";
  if (arm) {
    start.overrides = {{"joint1.angle", {x0[0]}},
                       {"joint2.angle", {x0[1]}},
                       {"joint1.speed", {x0[2]}},
                       {"joint2.speed", {x0[3]}}};
  } else {
    start.overrides = {{"mass.position", {x0[0], x0[1]}}, {"mass.velocity", {x0[3], x0[4]}}};
    // Read beside the state, which does not hold them.
    Sensor angle{
        .id = "angle", .type = Sensor::Type::BodyAngle, .targets = {"mass"}, .relativeTo = {}, .value = {}};
    Sensor spin{
        .id = "spin", .type = Sensor::Type::BodySpin, .targets = {"mass"}, .relativeTo = {}, .value = {}};
    scene->sensors.push_back(angle);
    scene->sensors.push_back(spin);
    scene->observation = {"angle", "spin"};
  }
  scene->conditions = {start};
  return scene;
}

/// The tolerance of the file is meant for angles, lengths and speeds. A motor torque is a change of speed
/// times inertia and step rate: the last bit of a single-precision speed moves it by some mN m in any version
/// of the library. So torques are compared as the change of speed they cause in one step of a link (I = 42.08
/// kg m^2).
Json speedChanges(const Json& torques, double dt) {
  Json changes = Json::array();
  for (const Json& row : torques) {
    Json change = Json::array();
    for (const Json& torque : row) change.push_back(torque.get<double>() * dt / 42.08333);
    changes.push_back(std::move(change));
  }
  return changes;
}

Json firstRows(const Json& rows, std::size_t count) {
  Json part = Json::array();
  for (std::size_t i = 0; i < std::min(count, rows.size()); ++i) part.push_back(rows[i]);
  return part;
}

}  // namespace

void checkBox2dRollouts(CaseCheck& check) {
  const Matrix U = matrixOf(check.in("U"));
  const std::string name = check.in("task").get<std::string>();
  Result<Scene> scene = sceneOf(name, check.in("x0").get<std::vector<double>>());
  if (!scene) return check.fail(scene.error().text());
  scene->horizon = static_cast<int>(U.rows());
  const auto task = compileTask(std::make_shared<const Scene>(*std::move(scene)));
  if (!task) return check.fail(task.error().text());

  // The reference takes one step without action before its reset; nothing of it remains in a fresh world.
  const std::unique_ptr<Plant> plant = (*task)->plants->make(0, Vector());
  const Eigen::Index T = U.rows();
  Matrix X(T, (*task)->dX);
  Matrix O(T, (*task)->dO);
  Json contacts = Json::array();
  Json torques = Json::array();
  int firstContact = -1;
  for (Eigen::Index t = 0; t < T; ++t) {
    Vector x((*task)->dX);
    Vector o((*task)->dO);
    plant->state(x);
    plant->observation(o);
    X.row(t) = x.transpose();
    O.row(t) = o.transpose();
    const PlantReadout readout = plant->readout();
    contacts.push_back(readout.touchingContacts);
    if (firstContact < 0 && readout.touchingContacts > 0) firstContact = static_cast<int>(t);
    if (t > 0) torques.push_back(readout.motorLoads);
    if (t + 1 < T) plant->step(U.row(t).transpose());
  }

  // The arm agrees throughout. After a contact the point mass differs between versions of Box2D.
  const bool whole = name == "arm" || check.out("first_contact_step").get<int>() < 0;
  const auto compared =
      whole ? static_cast<std::size_t>(T) : check.out("first_contact_step").get<std::size_t>();
  const auto compare = [&](const char* key, const Json& computed) {
    check.compareTo(key, firstRows(computed, compared), firstRows(check.out(key), compared));
    check.markChecked(key);
  };
  compare("X", toJson(X));
  compare("touching_contacts", contacts);
  if (check.hasOut("motor_torque")) {
    const double dt = (*task)->dt;
    check.compareTo("motor_torque", speedChanges(torques, dt), speedChanges(check.out("motor_torque"), dt));
    check.markChecked("motor_torque");
  }
  if (check.hasOut("angle_and_rate")) compare("angle_and_rate", toJson(O));
  check.compare("first_contact_step", firstContact);
}

}  // namespace gps::reference
