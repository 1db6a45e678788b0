// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>
#include <memory>
#include <string>

#include "core/plant/task.h"
#include "core/scene/scene_reader.h"

namespace gps::test {

/// A disc of mass 2 that starts at (1, 2), in a world that holds nothing else unless `bodies` adds it.
inline Scene discScene(const std::string& actuators, const std::string& more = "",
                       const std::string& bodies = "", const std::string& joints = "") {
  const std::string json = R"({"version": 1, "name": "disc", "world": {"dt": 0.05, "substeps": 10},
    "bodies": [{"id": "disc", "type": "dynamic", "position": [1, 2], "shapes":
      [{"circle": {"radius": 0.1}, "density": 63.66197723675814}]})" +
                           bodies + R"(], "joints": [)" + joints + R"(], "actuators": [)" + actuators + R"(],
    "sensors": [{"id": "p", "type": "body_position", "body": "disc"},
                {"id": "v", "type": "body_velocity", "body": "disc"},
                {"id": "a", "type": "body_angle", "body": "disc"},
                {"id": "w", "type": "body_spin", "body": "disc"},
                {"id": "rim", "type": "point_position", "body": "disc", "point": [0.1, 0]},
                {"id": "rim_v", "type": "point_velocity", "body": "disc", "point": [0.1, 0]},
                {"id": "ray", "type": "distance_ray", "body": "disc", "direction": [2, 0], "range": 3},
                {"id": "rel", "type": "body_position", "body": "disc", "relative_to": [1, 1]},
                {"id": "c", "type": "constant", "value": [7, 8]}],
    "state": ["p", "v"], "observation": ["a", "w", "rim", "rim_v", "ray", "rel", "c"],
    "conditions": [{"id": "one"}], "costs": [{"id": "goal", "type": "state", "sensor": "p"}])" +
                           more + "}";
  Result<Scene> scene = parseScene(json, "disc");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *scene;
}

inline std::shared_ptr<const Task> taskOf(Scene scene) {
  auto task = compileTask(std::make_shared<const Scene>(std::move(scene)));
  if (!task) qFatal("%s", task.error().text().c_str());
  return *task;
}

inline std::shared_ptr<const Task> shipped(const std::string& name) {
  auto scene = findScene(name, GPS_SCENES);
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return taskOf(*scene);
}

inline Vector stateOf(const Task& task, const Plant& plant) {
  Vector x(task.dX);
  plant.state(x);
  return x;
}

inline Vector observationOf(const Task& task, const Plant& plant) {
  Vector o(task.dO);
  plant.observation(o);
  return o;
}

}  // namespace gps::test
