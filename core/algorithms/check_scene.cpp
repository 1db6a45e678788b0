// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/check_scene.h"

#include "core/algorithms/algorithm.h"
#include "core/scene/scene_reader.h"

namespace gps {

Result<std::shared_ptr<const Task>> learnableTask(const std::shared_ptr<const Scene>& scene) {
  Result<std::shared_ptr<const Task>> task = compileTask(scene);
  if (!task) return task.error();
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    if (const Result<Parameters> parameters = parametersFor(**task, entry.id); !parameters)
      return parameters.error();
  }
  return task;
}

Result<CheckedScene> checkScene(std::shared_ptr<const Scene> scene) {
  Result<std::shared_ptr<const Task>> task = learnableTask(scene);
  if (!task) return task.error();
  return CheckedScene{*std::move(task), problemsOf(*scene)};
}

Result<CheckedScene> checkSceneText(std::string_view text, const std::string& origin) {
  Result<Scene> scene = parseScene(text, origin);
  if (!scene) return scene.error();
  return checkScene(std::make_shared<const Scene>(*std::move(scene)));
}

}  // namespace gps
