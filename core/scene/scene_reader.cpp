// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_reader.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "core/base/nearest_name.h"
#include "core/scene/json_node.h"
#include "core/scene/json_text.h"
#include "core/scene/scene_keys.h"
#include "core/scene/scene_parts.h"

namespace gps {
namespace {

constexpr int kVersion = 1;
constexpr std::string_view kEnding = ".scene.json";

/// The version decides which keys there are, so it is judged before them.
void readVersion(const JsonNode& root, Scene& scene) {
  if (!root.require("version")) return;
  const nlohmann::json& version = root.at("version").value();
  if (version.is_number_integer() && version.get<double>() > kVersion) {
    root.at("version").fail("This scene is written in version " + version.dump() +
                                "; this program reads up to " + std::to_string(kVersion) + ".",
                            "Update GPS Studio.");
    return;
  }
  root.read("version", scene.version, 1, kVersion);
}

void readText(const JsonNode& root, Scene& scene) {
  scene.title = scene.name;
  if (!root.has("text")) return;
  const JsonNode node = root.at("text");
  if (!node.isObject(keysOf("text"))) return;
  node.read("title", scene.title, 200);
  node.read("description", scene.text, 10000);
}

/// An ordered list of sensors, each at most once.
void readSensorList(const JsonNode& root, std::string_view key, std::size_t least, const Scene& scene,
                    std::vector<std::string>& out) {
  root.read(key, out, least, kMaxStateSize);
  if (!root.good() || !root.has(key)) return;
  int size = 0;
  std::set<std::string> seen;
  for (const std::string& id : out) {
    requireKnown(root.at(key), id, idsOf(scene.sensors), "sensor");
    if (!root.good()) return;
    if (!seen.insert(id).second) {
      root.at(key).fail("The sensor " + id + " stands twice in " + std::string(key) + ".",
                        "Remove one of the two.");
    }
    size += scene.sensor(id)->size();
  }
  if (size > static_cast<int>(kMaxStateSize)) {
    root.at(key).fail(std::string(key) + " has " + std::to_string(size) + " numbers; it may have at most " +
                          std::to_string(kMaxStateSize) + ".",
                      "Use fewer sensors.");
  }
}

void readParts(const JsonNode& root, std::string_view key, std::size_t min, std::size_t max, Scene& scene,
               void (*readPart)(const JsonNode&, Scene&)) {
  for (const JsonNode& part : root.elements(key, min, max)) {
    if (root.good()) readPart(part, scene);
  }
}

/// `least`: entries that each list of parts must have; 0 while a task is being drawn.
void readDocument(const JsonNode& root, std::size_t least, Scene& scene) {
  if (root.value().is_object()) readVersion(root, scene);
  if (!root.good() || !root.isObject(keysOf("scene"))) return;
  for (const std::string_view key :
       {"name", "bodies", "actuators", "sensors", "state", "conditions", "costs"}) {
    if ((least > 0 || key == "name") && !root.require(key)) return;
  }
  root.readId("name", scene.name);
  readText(root, scene);
  if (root.has("world")) readWorld(root.at("world"), scene.world);
  root.read("horizon", scene.horizon, 2, 10000);
  // Sizes that later parts index by must be right before these are read.
  readParts(root, "bodies", least, 1000, scene, readBody);
  readParts(root, "joints", 0, 1000, scene, readJoint);
  readParts(root, "actuators", least, 64, scene, readActuator);
  readParts(root, "sensors", least, 300, scene, readSensor);
  if (!root.good()) return;
  readSensorList(root, "state", least, scene, scene.state);
  scene.observation = scene.state;
  if (root.good()) readSensorList(root, "observation", least, scene, scene.observation);
  if (!root.good()) return;
  readParts(root, "conditions", least, 1000, scene, readCondition);
  readParts(root, "costs", least, 100, scene, readCost);
  if (!root.good()) return;
  if (root.has("success")) readSuccess(root.at("success"), scene);
  if (root.has("initial_controller")) readInitialController(root.at("initial_controller"), scene);
  if (root.has("suggested")) readSuggested(root.at("suggested"), scene);
  if (root.has("camera")) readCamera(root.at("camera"), scene);
}

bool endsWith(const std::string& text, std::string_view ending) {
  return text.size() > ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

Result<Scene> parseScene(std::string_view json, const std::string& origin) {
  const Result<nlohmann::json> document = parseJson(json, origin, JsonLimits{});
  if (!document) return document.error();
  Findings findings{origin, std::nullopt};
  Scene scene;
  readDocument(JsonNode(*document, "", findings), 1, scene);
  if (findings.error) return *findings.error;
  return scene;
}

SceneReading readSceneTree(const SceneTree& tree, const std::string& origin) {
  const nlohmann::json document(tree);
  Findings findings{origin, std::nullopt};
  Scene scene;
  readDocument(JsonNode(document, "", findings), 0, scene);
  if (findings.error) return {std::nullopt, std::move(findings.error), std::move(findings.pointer)};
  return {std::move(scene), std::nullopt, {}};
}

Result<Scene> readScene(const std::filesystem::path& file) {
  const Result<std::string> text = readJsonFile(file, JsonLimits{});
  if (!text) return text.error();
  return parseScene(*text, file.string());
}

std::vector<ShippedScene> shippedScenes(const std::filesystem::path& folder) {
  std::vector<ShippedScene> scenes;
  std::error_code code;
  for (std::filesystem::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    const std::string file = it->path().filename().string();
    if (!endsWith(file, kEnding)) continue;
    scenes.push_back(ShippedScene{file.substr(0, file.size() - kEnding.size()), it->path()});
  }
  std::sort(scenes.begin(), scenes.end(),
            [](const ShippedScene& a, const ShippedScene& b) { return a.name < b.name; });
  return scenes;
}

Result<Scene> findScene(const std::string& nameOrFile, const std::filesystem::path& folder) {
  const std::vector<ShippedScene> shipped = shippedScenes(folder);
  for (const ShippedScene& scene : shipped) {
    if (scene.name == nameOrFile) return readScene(scene.file);
  }
  std::error_code code;
  const bool looksLikeFile = nameOrFile.find('/') != std::string::npos || endsWith(nameOrFile, ".json");
  if (looksLikeFile || std::filesystem::exists(nameOrFile, code)) return readScene(nameOrFile);

  std::vector<std::string> names;
  std::string all;
  for (const ShippedScene& scene : shipped) {
    names.push_back(scene.name);
    all += (all.empty() ? "" : ", ") + scene.name;
  }
  if (names.empty()) {
    return Error{"There is no file or shipped scene " + quotedText(nameOrFile) + ".", folder.string(),
                 "The folder of shipped scenes is empty; name a scene file."};
  }
  return Error{"There is no file or shipped scene " + quotedText(nameOrFile) + ".", nameOrFile,
               "Did you mean " + nearestName(nameOrFile, names) + "? Shipped scenes: " + all + "."};
}

}  // namespace gps
