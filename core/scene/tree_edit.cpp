// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/tree_edit.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "core/base/expects.h"

namespace gps {
namespace {

bool exists(const SceneTree& tree, const TreePath& path) {
  return path.empty() || tree.contains(path);
}

/// Puts a key at a place among the others. ordered_json can only append, so the entries behind it are moved over.
void insertKey(SceneTree& object, const std::string& key, std::size_t place, SceneTree value) {
  SceneTree rebuilt = SceneTree::object();
  std::size_t index = 0;
  for (auto& item : object.items()) {
    if (index++ == place) rebuilt[key] = std::move(value);
    rebuilt[item.key()] = std::move(item.value());
  }
  if (place >= index) rebuilt[key] = std::move(value);
  object = std::move(rebuilt);
}

void insertAt(SceneTree& tree, const TreePath& path, std::size_t place, const SceneTree& value) {
  SceneTree& parent = tree.at(path.parent_pointer());
  if (parent.is_array()) {
    parent.insert(parent.begin() + static_cast<SceneTree::difference_type>(place), value);
  } else {
    insertKey(parent, path.back(), place, value);
  }
}

void removeAt(SceneTree& tree, const TreePath& path, std::size_t place) {
  SceneTree& parent = tree.at(path.parent_pointer());
  if (parent.is_array()) {
    parent.erase(place);
  } else {
    parent.erase(path.back());
  }
}

std::size_t placeOf(const SceneTree& parent, const std::string& key) {
  if (parent.is_array()) return static_cast<std::size_t>(std::stoul(key));
  const auto it = parent.find(key);
  return static_cast<std::size_t>(std::distance(parent.begin(), it));
}

std::size_t weightOf(const SceneTree& value) {
  std::size_t bytes = sizeof(SceneTree);
  if (value.is_string()) {
    bytes += sizeof(std::string) + value.get_ref<const std::string&>().size();
  } else if (value.is_structured()) {
    for (const auto& item : value.items()) bytes += weightOf(item.value()) + (value.is_object() ? 40 : 0);
  }
  return bytes;
}

Error nothingThere(const TreePath& path) {
  return Error{"There is nothing at this place of the scene.", path.to_string(), "Select a part that exists."};
}

bool finite(const SceneTree& value) {
  if (value.is_number_float()) return std::isfinite(value.get<double>());
  if (!value.is_structured()) return true;
  return std::all_of(value.begin(), value.end(), finite);
}

Error notFinite(const TreePath& path) {
  return Error{"A number must be finite.", path.to_string(), "Write a finite number."};
}

}  // namespace

void applyEdit(SceneTree& tree, const TreeEdit& edit) {
  switch (edit.kind) {
    case TreeEdit::Kind::Insert:
      insertAt(tree, edit.path, edit.place, edit.after);
      break;
    case TreeEdit::Kind::Remove:
      removeAt(tree, edit.path, edit.place);
      break;
    case TreeEdit::Kind::Replace:
      tree.at(edit.path) = edit.after;
      break;
  }
}

void revertEdit(SceneTree& tree, const TreeEdit& edit) {
  switch (edit.kind) {
    case TreeEdit::Kind::Insert:
      removeAt(tree, edit.path, edit.place);
      break;
    case TreeEdit::Kind::Remove:
      insertAt(tree, edit.path, edit.place, edit.before);
      break;
    case TreeEdit::Kind::Replace:
      tree.at(edit.path) = edit.before;
      break;
  }
}

std::size_t weightOf(const SceneChange& change) {
  std::size_t bytes = sizeof(SceneChange) + change.title.size() + change.gesture.size();
  for (const TreeEdit& edit : change.edits) {
    bytes += sizeof(TreeEdit) + 64 + weightOf(edit.before) + weightOf(edit.after);
  }
  return bytes;
}

void mergeInto(SceneChange& change, SceneChange next) {
  const auto replacesSame = [](const TreeEdit& a, const TreeEdit& b) {
    return a.kind == TreeEdit::Kind::Replace && b.kind == TreeEdit::Kind::Replace && a.path == b.path;
  };
  // Each sets the same places anew in the same order, so only the last values and the first `before` matter.
  if (std::equal(change.edits.begin(), change.edits.end(), next.edits.begin(), next.edits.end(), replacesSame)) {
    for (std::size_t i = 0; i < change.edits.size(); ++i) change.edits[i].after = std::move(next.edits[i].after);
    return;
  }
  std::move(next.edits.begin(), next.edits.end(), std::back_inserter(change.edits));
}

bool changesNothing(const SceneChange& change) {
  return std::all_of(change.edits.begin(), change.edits.end(), [](const TreeEdit& edit) {
    // Not ==, which holds 1 and 1.0 for equal though the file would change.
    return edit.kind == TreeEdit::Kind::Replace && valueText(edit.before) == valueText(edit.after);
  });
}

const SceneTree* TreeEditor::find(const TreePath& path) const {
  return exists(m_tree, path) ? &m_tree.at(path) : nullptr;
}

void TreeEditor::record(TreeEdit edit) {
  applyEdit(m_tree, edit);
  m_edits.push_back(std::move(edit));
}

Status TreeEditor::replace(const TreePath& path, SceneTree value) {
  const SceneTree* present = find(path);
  if (!present) return nothingThere(path);
  if (!finite(value)) return notFinite(path);
  record({TreeEdit::Kind::Replace, path, 0, *present, std::move(value)});
  return Done{};
}

Status TreeEditor::insert(const TreePath& list, SceneTree value, std::optional<std::size_t> place) {
  const SceneTree* present = find(list);
  if (!present || !present->is_array()) return nothingThere(list);
  if (!finite(value)) return notFinite(list);
  const std::size_t at = std::min(place.value_or(present->size()), present->size());
  record({TreeEdit::Kind::Insert, list / at, at, nullptr, std::move(value)});
  return Done{};
}

Status TreeEditor::set(const TreePath& object, const std::string& key, SceneTree value,
                       std::span<const std::string_view> order) {
  const SceneTree* present = find(object);
  if (!present || !present->is_object()) return nothingThere(object);
  if (present->contains(key)) return replace(object / key, std::move(value));
  if (!finite(value)) return notFinite(object / key);
  std::size_t place = present->size();
  const auto own = std::find(order.begin(), order.end(), key);
  if (own != order.end()) {
    place = 0;
    std::size_t index = 0;
    for (const auto& item : present->items()) {
      ++index;
      if (std::find(order.begin(), own, item.key()) != own) place = index;
    }
  }
  record({TreeEdit::Kind::Insert, object / key, place, nullptr, std::move(value)});
  return Done{};
}

Status TreeEditor::remove(const TreePath& path) {
  const SceneTree* present = find(path);
  if (!present || path.empty()) return nothingThere(path);
  const std::size_t place = placeOf(m_tree.at(path.parent_pointer()), path.back());
  record({TreeEdit::Kind::Remove, path, place, *present, nullptr});
  return Done{};
}

Status TreeEditor::renameKey(const TreePath& object, const std::string& from, const std::string& to) {
  const SceneTree* present = find(object / from);
  if (!present || !m_tree.at(object).is_object() || m_tree.at(object).contains(to)) return nothingThere(object / from);
  const std::size_t place = placeOf(m_tree.at(object), from);
  SceneTree value = *present;
  record({TreeEdit::Kind::Remove, object / from, place, value, nullptr});
  record({TreeEdit::Kind::Insert, object / to, place, nullptr, std::move(value)});
  return Done{};
}

Status TreeEditor::move(const TreePath& list, std::size_t from, std::size_t to) {
  const SceneTree* present = find(list / from);
  if (!present || !m_tree.at(list).is_array() || to >= m_tree.at(list).size()) return nothingThere(list / from);
  if (from == to) return Done{};
  SceneTree value = *present;
  record({TreeEdit::Kind::Remove, list / from, from, value, nullptr});
  record({TreeEdit::Kind::Insert, list / to, to, nullptr, std::move(value)});
  return Done{};
}

void TreeEditor::rollBack() {
  for (auto edit = m_edits.rbegin(); edit != m_edits.rend(); ++edit) revertEdit(m_tree, *edit);
  m_edits.clear();
}

}  // namespace gps
