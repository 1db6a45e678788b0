// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/list_command.h"

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "app/cli/exit_code.h"
#include "app/documents/scene_folder.h"
#include "core/algorithms/algorithm.h"
#include "core/algorithms/check_scene.h"
#include "core/plant/task.h"
#include "core/scene/scene_reader.h"

namespace gps::cli {

namespace {

using Json = nlohmann::ordered_json;

Json scenes() {
  Json rows = Json::array();
  for (const ShippedScene& shipped : shippedScenes(sceneFolder())) {
    const Result<Scene> scene = readScene(shipped.file);
    if (!scene) continue;  // `check` says what is wrong with it
    rows.push_back({{"name", shipped.name}, {"title", scene->title}, {"text", scene->text},
                    {"conditions", scene->conditions.size()}, {"horizon", scene->horizon}});
  }
  return rows;
}

Json algorithms() {
  Json rows = Json::array();
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    Json phases = Json::array();
    const std::unique_ptr<Algorithm> algorithm = entry.make();
    for (const Phase& phase : algorithm->phases()) phases.push_back(phase.id);
    rows.push_back({{"name", entry.id}, {"title", entry.label}, {"text", entry.help}, {"phases", phases}});
  }
  return rows;
}

std::string usedByText(unsigned usedBy) {
  if (usedBy == kUsedByAll) return "all";
  std::string text;
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    if (usedBy & entry.usedBy) text += (text.empty() ? "" : ", ") + std::string(entry.id);
  }
  return text;
}

/// Parameters in force somewhere, and where each value comes from.
struct InForce {
  Parameters parameters;
  unsigned usedBy = kUsedByAll;  ///< others are not listed
  std::map<std::string, std::string> sources{};  ///< key -> "scene, all"; a key without one has its default
};

Result<InForce> inForce(const ListedFor& listed) {
  InForce result;
  if (listed.scene.empty() && listed.algorithm.empty()) return result;
  const std::string id = listed.algorithm.empty() ? "mdgps" : listed.algorithm;
  const Result<const AlgorithmEntry*> entry = findAlgorithm(id);
  if (!entry) return entry.error();
  result.usedBy = (*entry)->usedBy;
  std::shared_ptr<const Task> task = std::make_shared<const Task>();
  if (!listed.scene.empty()) {
    Result<Scene> scene = findScene(listed.scene, sceneFolder());
    if (!scene) return scene.error();
    Result<std::shared_ptr<const Task>> compiled = compileTask(std::make_shared<const Scene>(*std::move(scene)));
    if (!compiled) return compiled.error();
    task = *std::move(compiled);
  }
  Result<Parameters> parameters = parametersFor(*task, id);
  if (!parameters) return parameters.error();
  result.parameters = *std::move(parameters);

  Parameters adapted;
  (*entry)->defaults(adapted);
  for (const ParamField& field : describe(adapted, Parameters())) {
    if (field.value != field.defaultValue) result.sources[field.spec.key] = id;
  }
  for (const CostTermSettings& term : task->costTerms) {
    for (const char* name : {".weight", ".alpha", ".ramp"}) result.sources["cost." + term.id + name] = "scene, costs";
  }
  if (!task->scene) return result;
  for (const std::string& group : {std::string("all"), id}) {
    const auto suggestions = task->scene->suggested.find(group);
    if (suggestions == task->scene->suggested.end()) continue;
    for (const auto& [key, value] : suggestions->second) result.sources[key] = "scene, " + group;
  }
  if (!task->scene->initialController.kind.empty()) result.sources["init.kind"] = "scene, initial_controller";
  return result;
}

Result<Json> parameters(const ListedFor& listed) {
  constexpr const char* kApplies[] = {"view", "iteration", "reset", "immediate"};
  constexpr const char* kLevels[] = {"basic", "standard", "expert"};
  const Result<InForce> now = inForce(listed);
  if (!now) return now.error();
  const bool chosen = !listed.scene.empty() || !listed.algorithm.empty();
  Json rows = Json::array();
  Parameters defaults;
  defaults.cost.terms = now->parameters.cost.terms;
  for (const ParamField& field : describe(now->parameters, defaults)) {
    if (!(field.spec.usedBy & now->usedBy)) continue;
    Json row{{"key", field.spec.key},
             {"default", field.defaultValue},
             {"range", nullptr},
             {"applies", kApplies[static_cast<std::size_t>(field.spec.applies)]},
             {"used_by", usedByText(field.spec.usedBy)},
             {"level", kLevels[static_cast<std::size_t>(field.spec.level)]},
             {"unit", field.spec.unit},
             {"symbol", field.spec.symbol},
             {"help", field.spec.help}};
    if (field.spec.min != field.spec.max) row["range"] = {field.spec.min, field.spec.max};
    if (!field.spec.choices.empty()) row["choices"] = field.spec.choices;
    if (chosen) {
      const auto source = now->sources.find(field.spec.key);
      row["value"] = field.value;
      row["from"] = source == now->sources.end() ? "default" : source->second;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json metrics() {
  Json rows = Json::array();
  for (const MetricSpec& spec : metricRegistry()) {
    Json row{{"key", spec.key}, {"json_key", nullptr}, {"label", spec.label}, {"unit", spec.unit},
             {"per", spec.per == MetricPer::Condition ? "condition" : "iteration"}, {"help", spec.help}};
    if (!spec.jsonKey.empty()) row["json_key"] = spec.jsonKey;
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Help indented by four and broken before column 100.
void printWrapped(const std::string& text) {
  std::size_t column = 0;
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = text.find_first_of(" \n", start);
    if (end == std::string::npos) end = text.size();
    const std::string word = text.substr(start, end - start);
    if (column == 0 || column + word.size() + 1 > 96) {
      std::printf("%s    %s", column == 0 ? "" : "\n", word.c_str());
      column = word.size();
    } else {
      std::printf(" %s", word.c_str());
      column += word.size() + 1;
    }
    start = end + 1;
  }
  if (column > 0) std::printf("\n");
}

std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void printRows(const std::string& what, const Json& rows) {
  for (const Json& row : rows) {
    if (what == "parameters") {
      const bool chosen = row.contains("value");
      std::printf("%s = %s", text(row["key"]).c_str(), text(row[chosen ? "value" : "default"]).c_str());
      if (chosen) {
        const std::string from = text(row["from"]);
        const bool told = from == "default" || row["value"] == row["default"];
        std::printf("  [%s%s]", from.c_str(), told ? "" : ("; default " + text(row["default"])).c_str());
      }
      if (row.contains("choices")) {
        std::string choices;
        for (const Json& choice : row["choices"]) choices += (choices.empty() ? "" : ", ") + text(choice);
        std::printf("  (%s)", choices.c_str());
      } else if (!row["range"].is_null()) {
        std::printf("  (%s to %s%s)", text(row["range"][0]).c_str(), text(row["range"][1]).c_str(),
                    row["unit"] == "" ? "" : (" " + text(row["unit"])).c_str());
      }
      std::printf("  applies: %s; used by: %s\n", text(row["applies"]).c_str(), text(row["used_by"]).c_str());
      printWrapped(text(row["help"]));
    } else if (what == "metrics") {
      std::printf("%s%s: %s, per %s\n", text(row["key"]).c_str(),
                  row["unit"] == "" ? "" : (" [" + text(row["unit"]) + "]").c_str(), text(row["label"]).c_str(),
                  text(row["per"]).c_str());
      printWrapped(text(row["help"]));
    } else {
      std::printf("%s: %s\n", text(row["name"]).c_str(), text(row["title"]).c_str());
      printWrapped(text(row["text"]));
    }
  }
}

int refuse(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return kBadInput;
}

}  // namespace

int list(const std::string& what, bool json, const ListedFor& listed) {
  Json rows = Json::array();
  if (what != "parameters" && !(listed.scene.empty() && listed.algorithm.empty())) {
    return refuse({"--scene and --algorithm belong to list parameters, not to list " + what + ".", "command line",
                   "Leave them out."});
  }
  if (what == "scenes") rows = scenes();
  else if (what == "algorithms") rows = algorithms();
  else if (what == "parameters") {
    Result<Json> found = parameters(listed);
    if (!found) return refuse(found.error());
    rows = *std::move(found);
  }
  else if (what == "metrics") rows = metrics();
  if (json) std::printf("%s\n", rows.dump(2).c_str());
  else if (what == "devices") std::printf("No device plugin is installed.\n");
  else printRows(what, rows);
  return kDone;
}

int check(const std::string& nameOrFile) {
  Result<Scene> scene = findScene(nameOrFile, sceneFolder());
  if (!scene) return refuse(scene.error());
  const auto shared = std::make_shared<const Scene>(*std::move(scene));
  const Result<CheckedScene> checked = checkScene(shared);
  if (!checked) return refuse(checked.error());
  for (const Problem& problem : checked->warnings) {
    std::fprintf(stderr, "Warning: %s (%s, %s) %s\n", problem.what.c_str(), nameOrFile.c_str(), problem.pointer.c_str(),
                 problem.mend.c_str());
  }
  const std::shared_ptr<const Task>& task = checked->task;
  std::printf("%s is a valid scene: %d conditions, %d steps, %d states, %d actions, %d observations.\n", nameOrFile.c_str(),
              task->conditionCount(), task->T, task->dX, task->dU, task->dO);
  return kDone;
}

}  // namespace gps::cli
