// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/list_command.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/exit_code.h"
#include "app/documents/scene_folder.h"
#include "core/algorithms/algorithm.h"
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

Json parameters() {
  constexpr const char* kApplies[] = {"view", "iteration", "reset", "immediate"};
  constexpr const char* kLevels[] = {"basic", "standard", "expert"};
  Json rows = Json::array();
  const Parameters defaults;
  for (const ParamField& field : describe(defaults, defaults)) {
    Json row{{"key", field.spec.key},
             {"default", field.value},
             {"range", nullptr},
             {"applies", kApplies[static_cast<std::size_t>(field.spec.applies)]},
             {"used_by", usedByText(field.spec.usedBy)},
             {"level", kLevels[static_cast<std::size_t>(field.spec.level)]},
             {"unit", field.spec.unit},
             {"symbol", field.spec.symbol},
             {"help", field.spec.help}};
    if (field.spec.min != field.spec.max) row["range"] = {field.spec.min, field.spec.max};
    if (!field.spec.choices.empty()) row["choices"] = field.spec.choices;
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
      std::printf("%s = %s", text(row["key"]).c_str(), text(row["default"]).c_str());
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

}  // namespace

int list(const std::string& what, bool json) {
  Json rows = Json::array();
  if (what == "scenes") rows = scenes();
  else if (what == "algorithms") rows = algorithms();
  else if (what == "parameters") rows = parameters();
  else if (what == "metrics") rows = metrics();
  if (json) std::printf("%s\n", rows.dump(2).c_str());
  else if (what == "devices") std::printf("No device plugin is installed.\n");
  else printRows(what, rows);
  return kDone;
}

int check(const std::string& file) {
  Result<Scene> scene = readScene(file);
  if (!scene) {
    std::fprintf(stderr, "%s\n", scene.error().text().c_str());
    return kBadInput;
  }
  const auto shared = std::make_shared<const Scene>(*std::move(scene));
  const Result<std::shared_ptr<const Task>> task = compileTask(shared);
  if (!task) {
    std::fprintf(stderr, "%s\n", task.error().text().c_str());
    return kBadInput;
  }
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    if (const Result<Parameters> parameters = parametersFor(**task, entry.id); !parameters) {
      std::fprintf(stderr, "%s\n", parameters.error().text().c_str());
      return kBadInput;
    }
  }
  std::printf("%s is a valid scene: %d conditions, %d steps, %d states, %d actions, %d observations.\n", file.c_str(),
              (*task)->conditionCount(), (*task)->T, (*task)->dX, (*task)->dU, (*task)->dO);
  return kDone;
}

}  // namespace gps::cli
