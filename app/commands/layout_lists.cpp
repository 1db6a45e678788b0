// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/layout_lists.h"

#include <algorithm>

#include "core/scene/scene_keys.h"

namespace gps::ui {

namespace {

using Origin = std::vector<std::optional<std::size_t>>;

/// Entries of `list` in a new order; `blank` where there was none.
SceneTree rearranged(const SceneTree& list, const Origin& origin, const SceneTree& blank) {
  SceneTree result = SceneTree::array();
  for (const auto& from : origin) result.push_back(from && *from < list.size() ? list[*from] : blank);
  return result;
}

/// Rearranges the list at the path if there is one of the expected length; another length is for the problems
/// list to name.
Status rearrange(TreeEditor& editor, const TreePath& path, std::size_t length, const Origin& origin,
                 const SceneTree& blank) {
  const SceneTree* list = editor.find(path);
  if (!list || !list->is_array() || list->size() != length) return Done{};
  if (origin.empty()) return editor.remove(path);
  return editor.replace(path, rearranged(*list, origin, blank));
}

const TreePath kFeedback("/initial_controller/feedback");

/// Sensors of the state and how many numbers each contributes.
std::vector<std::pair<std::string, std::size_t>> stateLayout(const SceneTree& tree) {
  std::vector<std::pair<std::string, std::size_t>> layout;
  const auto state = tree.find("state");
  if (state == tree.end() || !state->is_array()) return layout;
  for (const SceneTree& entry : *state) {
    if (!entry.is_string()) continue;
    const std::string id = entry.get<std::string>();
    const auto at = findPart(tree, {PartKind::Sensor, id});
    layout.emplace_back(id, at ? sensorSize(partsOf(tree, PartKind::Sensor)[*at]) : 0);
  }
  return layout;
}

/// The same for every row of the tables of the initial controller.
Status rearrangeTables(TreeEditor& editor, const char* key, std::size_t length, const Origin& origin,
                       const SceneTree& blank) {
  const TreePath tables("/initial_controller/tables");
  const SceneTree* list = editor.find(tables);
  const std::size_t count = list && list->is_array() ? list->size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const SceneTree* rows = editor.find(tables / i / key);
    if (!rows || !rows->is_array()) continue;
    SceneTree changed = *rows;
    for (SceneTree& row : changed) {
      if (row.is_array() && row.size() == length) row = rearranged(row, origin, blank);
    }
    // All at once: a table has a row per step.
    if (Status done = editor.replace(tables / i / key, std::move(changed)); !done) return done;
  }
  return Done{};
}

/// Rearranges the columns of the initial feedback: column i was number origin[i] of `columns` before.
Status rearrangeFeedback(TreeEditor& editor, std::size_t columns, const Origin& origin) {
  const std::size_t rows = partsOf(editor.tree(), PartKind::Actuator).size();
  Origin all;
  for (std::size_t row = 0; row < rows; ++row) {
    for (const auto& from : origin) all.push_back(from ? std::optional(row * columns + *from) : std::nullopt);
  }
  if (Status done = rearrangeTables(editor, "K", rows * columns, all, 0); !done) return done;
  return rearrange(editor, kFeedback, rows * columns, all, 0);
}

/// Every number of the state by a name of its own: a joint's where the sensor lists joints, else its place.
std::vector<std::string> stateColumns(const SceneTree& tree) {
  std::vector<std::string> columns;
  for (const auto& [id, size] : stateLayout(tree)) {
    const auto at = findPart(tree, {PartKind::Sensor, id});
    const SceneTree* joints = nullptr;
    if (at) {
      const SceneTree& sensor = partsOf(tree, PartKind::Sensor)[*at];
      const auto list = sensor.find("joints");
      if (list != sensor.end() && list->is_array() && list->size() == size) joints = &*list;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const bool named = joints && (*joints)[i].is_string();
      columns.push_back(id + "/" + (named ? (*joints)[i].get<std::string>() : std::to_string(i)));
    }
  }
  return columns;
}

}  // namespace

Status keepingStateColumns(TreeEditor& editor, const std::function<Status()>& change) {
  const std::vector<std::string> before = stateColumns(editor.tree());
  if (Status done = change(); !done) return done;
  const std::vector<std::string> after = stateColumns(editor.tree());
  if (before == after) return Done{};
  Origin origin;
  for (const std::string& column : after) {
    const auto was = std::find(before.begin(), before.end(), column);
    origin.push_back(was == before.end() ? std::nullopt
                                         : std::optional(static_cast<std::size_t>(was - before.begin())));
  }
  return rearrangeFeedback(editor, before.size(), origin);
}

Status updateActionLists(TreeEditor& editor, const Origin& origin) {
  const SceneTree& tree = editor.tree();
  const std::size_t actions = partsOf(tree, PartKind::Actuator).size();
  for (std::size_t i = 0; i < partsOf(tree, PartKind::Cost).size(); ++i) {
    const TreePath wu = pathOf(PartKind::Cost, i) / "wu";
    const SceneTree* list = editor.find(wu);
    // An effort needs its list, even an empty one.
    if (list && list->is_array() && list->size() == actions) {
      if (Status done = editor.replace(wu, rearranged(*list, origin, 1)); !done) return done;
    }
  }
  for (const char* key : {"gains", "acc", "offset"}) {
    Status done = rearrange(editor, TreePath("/initial_controller") / key, actions, origin, 0);
    if (!done) return done;
  }
  std::size_t columns = 0;
  for (const auto& [sensor, size] : stateLayout(tree)) columns += size;
  Origin all;
  for (const auto& from : origin) {
    for (std::size_t column = 0; column < columns; ++column)
      all.push_back(from ? std::optional(*from * columns + column) : std::nullopt);
  }
  if (Status done = rearrangeTables(editor, "K", actions * columns, all, 0); !done) return done;
  if (Status done = rearrangeTables(editor, "k", actions, origin, 0); !done) return done;
  if (Status done = rearrangeTables(editor, "sigma", actions, origin, 1); !done) return done;
  return rearrange(editor, kFeedback, actions * columns, all, 0);
}

Status setSensorList(TreeEditor& editor, const std::string& key, const std::vector<std::string>& sensors) {
  if (key == "state") {
    const auto before = stateLayout(editor.tree());
    std::size_t columns = 0;
    for (const auto& [sensor, size] : before) columns += size;
    Origin origin;
    for (const std::string& id : sensors) {
      std::size_t offset = 0;
      std::optional<std::size_t> found;
      for (const auto& [sensor, size] : before) {
        if (sensor == id) found = offset;
        offset += size;
      }
      const auto at = findPart(editor.tree(), {PartKind::Sensor, id});
      const std::size_t size = at ? sensorSize(partsOf(editor.tree(), PartKind::Sensor)[*at]) : 0;
      for (std::size_t i = 0; i < size; ++i)
        origin.push_back(found ? std::optional(*found + i) : std::nullopt);
    }
    if (Status done = rearrangeFeedback(editor, columns, origin); !done) return done;
  }
  return editor.set(TreePath(), key, SceneTree(sensors), keysOf("scene"));
}

Status dropSensorEntry(TreeEditor& editor, const std::string& sensor, const std::string& key,
                       std::size_t entry) {
  const auto at = findPart(editor.tree(), {PartKind::Sensor, sensor});
  if (!at) return Done{};
  const SceneTree& part = partsOf(editor.tree(), PartKind::Sensor)[*at];
  const std::size_t size = sensorSize(part);
  Origin rest;
  for (std::size_t i = 0; i < size; ++i) {
    if (i != entry) rest.push_back(i);
  }
  const auto layout = stateLayout(editor.tree());
  std::size_t columns = 0;
  Origin kept;
  for (const auto& [id, count] : layout) {
    for (std::size_t i = 0; i < count; ++i) {
      if (id != sensor || i != entry) kept.push_back(columns + i);
    }
    columns += count;
  }
  if (Status done = rearrangeFeedback(editor, columns, kept); !done) return done;
  const TreePath path = pathOf(PartKind::Sensor, *at);
  if (Status done = rearrange(editor, path / "relative_to", size, rest, 0); !done) return done;
  for (std::size_t i = 0; i < partsOf(editor.tree(), PartKind::Cost).size(); ++i) {
    if (textAt(partsOf(editor.tree(), PartKind::Cost)[i], "sensor") != sensor) continue;
    for (const char* list : {"target", "wp"}) {
      if (Status done = rearrange(editor, pathOf(PartKind::Cost, i) / list, size, rest, 0); !done)
        return done;
    }
  }
  if (editor.find(TreePath("/success/sensor")) && editor.tree()["success"]["sensor"] == sensor) {
    for (const char* list : {"target", "within"}) {
      if (Status done = rearrange(editor, TreePath("/success") / list, size, rest, 0); !done) return done;
    }
  }
  return editor.remove(path / key / entry);
}

}  // namespace gps::ui
