// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/controller_tables.h"

#include <charconv>
#include <cmath>

#include "core/scene/scene_keys.h"
#include "core/scene/scene_parts.h"
#include "core/scene/scene_writer.h"

namespace gps {
namespace {

using Rows = std::vector<std::vector<double>>;

constexpr NumberRange kTime{0.0, 1e5};
constexpr NumberRange kDeviation{1e-6, 1e6};

/// The list of rows at `key`, each of `size` numbers.
void readRows(const JsonNode& node, const std::string& key, Rows& out, std::size_t size, NumberRange range,
              const std::string& wanted) {
  if (!node.good() || !node.has(key)) return;
  const std::vector<JsonNode> rows = node.elements(key, 1, 10000);
  if (!node.good()) return;
  Rows read(rows.size());
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const nlohmann::json& row = rows[t].value();
    if (!row.is_array() || row.size() != size) {
      rows[t].fail("A row of " + key + " must be a list of " + std::to_string(size) + " numbers, but " +
                       (row.is_array() ? "has " + std::to_string(row.size()) : std::string("is none")) + ".",
                   "Give " + wanted + ".");
      return;
    }
    read[t].resize(size);
    for (std::size_t i = 0; i < size; ++i) {
      const double value = row[i].is_number() ? row[i].get<double>() : std::nan("");
      // Written so that what is not a number fails.
      if (!(value >= range.min && value <= range.max)) {
        rows[t].fail("Number " + std::to_string(i + 1) + " of this row of " + key + " must be between " +
                         shortestNumber(range.min) + " and " + shortestNumber(range.max) + ".",
                     "Use a number in this range.");
        return;
      }
      read[t][i] = value;
    }
  }
  out = std::move(read);
}

void readPath(const JsonNode& node, ControllerTable& table) {
  constexpr std::size_t kMostPoints = 10000;
  node.read("time", table.time, kTime, 2, kMostPoints);
  node.read("path", table.path, kCoordinate, 2, kMostPoints);
  if (!node.good()) return;
  if (table.time.size() != table.path.size()) {
    node.fail("path has " + std::to_string(table.path.size()) + " points, but time has " +
                  std::to_string(table.time.size()) + " entries.",
              "Give every point its time in seconds.");
    return;
  }
  for (std::size_t i = 1; i < table.time.size(); ++i) {
    if (table.time[i] > table.time[i - 1]) continue;
    node.at("time").fail("The times of a path must grow, but entry " + std::to_string(i) + " does not.",
                         "Sort the points by time, and leave out those at the same one.");
    return;
  }
}

SceneTree rowsTree(const Rows& rows) {
  SceneTree all = SceneTree::array();
  for (const std::vector<double>& row : rows) {
    SceneTree numbers = SceneTree::array();
    for (const double value : row) numbers.push_back(numberTree(value));
    all.push_back(std::move(numbers));
  }
  return all;
}

}  // namespace

void readControllerTables(const JsonNode& node, Scene& scene) {
  InitialControllerSpec& spec = scene.initialController;
  std::size_t states = 0;
  for (const std::string& id : scene.state) {
    const Sensor* sensor = scene.sensor(id);
    states += sensor ? static_cast<std::size_t>(sensor->size()) : 0;
  }
  const std::size_t actions = scene.actuators.size();
  for (const JsonNode& entry : node.elements("tables", 1, 1000)) {
    if (!entry.isObject(keysOf("table"))) return;
    ControllerTable table;
    entry.readId("condition", table.condition);
    if (!entry.good()) return;
    requireKnown(entry.at("condition"), table.condition, idsOf(scene.conditions), "condition");
    for (const ControllerTable& other : spec.tables) {
      if (other.condition != table.condition) continue;
      entry.at("condition").fail("The condition " + table.condition + " has two tables.", "Keep one of them.");
    }
    if (!entry.good()) return;
    readPath(entry, table);
    readRows(entry, "K", table.K, actions * states, kAnyNumber,
             "one number per state entry for each action, action by action");
    readRows(entry, "k", table.k, actions, kAnyNumber, "one number per action");
    readRows(entry, "sigma", table.sigma, actions, kDeviation, "one standard deviation per action");
    if (!entry.good()) return;
    if (table.K.empty() && table.k.empty() && table.sigma.empty()) {
      entry.fail("The table of " + table.condition + " says nothing about the actions.",
                 "Add \"K\", \"k\" or \"sigma\"; a drawn path alone is followed in the window, under Initial controllers.");
      return;
    }
    spec.tables.push_back(std::move(table));
  }
  const bool tabled = spec.kind == "demonstration" || spec.kind == "run" || spec.kind == "table";
  if (tabled && spec.tables.empty() && node.good()) {
    node.fail("An initial controller of kind " + spec.kind + " needs tables.",
              "Add \"tables\": one entry with K, k or sigma per condition, or use another kind.");
  }
}

double roundedGain(double value) {
  // Not printf: its decimal point depends on the locale.
  char text[40];
  const std::to_chars_result end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6);
  double rounded = value;
  std::from_chars(text, end.ptr, rounded);
  return rounded;
}

SceneTree controllerTableTree(const ControllerTable& table) {
  SceneTree tree = SceneTree::object();
  tree["condition"] = table.condition;
  if (!table.path.empty()) {
    SceneTree times = SceneTree::array();
    for (const double time : table.time) times.push_back(numberTree(time));
    tree["time"] = std::move(times);
    SceneTree points = SceneTree::array();
    for (const Eigen::Vector2d& point : table.path)
      points.push_back(SceneTree::array({numberTree(point.x()), numberTree(point.y())}));
    tree["path"] = std::move(points);
  }
  if (!table.K.empty()) tree["K"] = rowsTree(table.K);
  if (!table.k.empty()) tree["k"] = rowsTree(table.k);
  if (!table.sigma.empty()) tree["sigma"] = rowsTree(table.sigma);
  return tree;
}

}  // namespace gps
