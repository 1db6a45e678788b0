// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/session_layout.h"

#include <nlohmann/json.hpp>

#include "core/scene/json_text.h"

namespace gps::ui {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostBytes = 2000;
constexpr std::int64_t kMostIterations = 1000000;
constexpr std::int64_t kMostRuns = 10000;

/// A whole number within bounds, or nothing.
std::optional<std::int64_t> numberIn(const Json& object, const char* key, std::int64_t least, std::int64_t most) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const std::int64_t value = found->get<std::int64_t>();
  if (value < least || value > most) return std::nullopt;
  return value;
}

}  // namespace

std::string layoutText(const SessionLayout& layout) {
  Json shown = Json::array(), layers = Json::object();
  for (const RunNode& node : layout.shown) shown.push_back({{"run", node.run}, {"at", node.heldAt}});
  for (std::size_t i = 0; i < SessionLayout::kLayers; ++i) layers[SessionLayout::kLayerNames[i]] = layout.layers[i];
  return Json{{"version", 1},
              {"page", layout.design ? "design" : "learn"},
              {"shown", shown},
              {"selected", layout.selected},
              {"iteration", layout.iteration},
              {"runs", layout.runs},
              {"layers", layers}}
      .dump();
}

std::optional<SessionLayout> parseLayout(std::string_view text) {
  const Result<Json> parsed = parseJson(text, "layout", {kMostBytes, 4, 2});
  if (!parsed || !parsed->is_object() || parsed->size() != 7) return std::nullopt;
  const Json& all = *parsed;
  if (!numberIn(all, "version", 1, 1)) return std::nullopt;
  const auto page = all.find("page"), shown = all.find("shown"), layers = all.find("layers");
  if (page == all.end() || (*page != "design" && *page != "learn")) return std::nullopt;
  if (shown == all.end() || !shown->is_array() || shown->empty() || shown->size() > 2) return std::nullopt;
  SessionLayout layout;
  layout.design = *page == "design";
  for (const Json& each : *shown) {
    if (!each.is_object() || each.size() != 2) return std::nullopt;
    const auto run = numberIn(each, "run", 1, INT64_MAX), at = numberIn(each, "at", 0, kMostIterations);
    if (!run || !at || (layout.shown.empty() && *at != 0)) return std::nullopt;
    layout.shown.push_back({*run, static_cast<int>(*at)});
  }
  if (layout.shown.size() == 2 && layout.shown[0] == layout.shown[1]) return std::nullopt;
  const auto selected = numberIn(all, "selected", 0, static_cast<std::int64_t>(layout.shown.size()) - 1);
  const auto iteration = numberIn(all, "iteration", 0, kMostIterations);
  const auto runs = numberIn(all, "runs", 1, kMostRuns);
  if (!selected || !iteration || !runs) return std::nullopt;
  layout.selected = static_cast<int>(*selected);
  layout.iteration = static_cast<int>(*iteration);
  layout.runs = static_cast<std::size_t>(*runs);
  if (layers == all.end() || !layers->is_object() || layers->size() != SessionLayout::kLayers) return std::nullopt;
  for (std::size_t i = 0; i < SessionLayout::kLayers; ++i) {
    const auto layer = layers->find(SessionLayout::kLayerNames[i]);
    if (layer == layers->end() || !layer->is_boolean()) return std::nullopt;
    layout.layers[i] = layer->get<bool>();
  }
  return layout;
}

}  // namespace gps::ui
