// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/scene/scene_text.h"

namespace gps {

using TreePath = SceneTree::json_pointer;

/// One reversible change of a scene tree.
struct TreeEdit {
  enum class Kind { Insert, Remove, Replace };
  Kind kind = Kind::Replace;
  TreePath path;
  /// Insert and Remove: where the entry stands among its siblings. Keys of an object have an order too, or
  /// undoing would put a removed key at the end.
  std::size_t place = 0;
  SceneTree before;  ///< null for Insert
  SceneTree after;   ///< null for Remove
};

/// Carries the edit out. The tree must be as it was when the edit was recorded.
void applyEdit(SceneTree& tree, const TreeEdit& edit);
/// Takes it back.
void revertEdit(SceneTree& tree, const TreeEdit& edit);

/// Everything one undo step does, in its order.
struct SceneChange {
  std::string title;    ///< "Move link1"
  std::string gesture;  ///< changes in a row with the same one are one step; empty: never merged
  std::vector<TreeEdit> edits;
};

/// About how many bytes of memory the change holds on to.
std::size_t weightOf(const SceneChange& change);

/// Appends `next` to `change`. Where both replace the values at the same places, the last values take the place
/// of the first ones, so that a drag does not grow.
void mergeInto(SceneChange& change, SceneChange next);

/// Whether the change writes the same text as stood there: nothing to undo.
bool changesNothing(const SceneChange& change);

/// Changes a tree and writes down how. Every function fails, and changes nothing, when the path leads nowhere.
class TreeEditor {
 public:
  explicit TreeEditor(SceneTree& tree) : m_tree(tree) {}
  TreeEditor(const TreeEditor&) = delete;
  TreeEditor& operator=(const TreeEditor&) = delete;

  const SceneTree& tree() const { return m_tree; }
  /// The value at the path, or null.
  const SceneTree* find(const TreePath& path) const;

  Status replace(const TreePath& path, SceneTree value);
  /// A new entry of the list at `list`; at its end without a place.
  Status insert(const TreePath& list, SceneTree value, std::optional<std::size_t> place = std::nullopt);
  /// A new or an existing key of the object at `object`. A new one is put where scene files have it: after the
  /// keys that `order` names before it.
  Status set(const TreePath& object, const std::string& key, SceneTree value,
             std::span<const std::string_view> order = {});
  Status remove(const TreePath& path);
  /// Gives a key another name in the same place.
  Status renameKey(const TreePath& object, const std::string& from, const std::string& to);
  /// Moves an entry of a list; `to` counts after it was taken out.
  Status move(const TreePath& list, std::size_t from, std::size_t to);

  const std::vector<TreeEdit>& edits() const { return m_edits; }
  std::vector<TreeEdit> take() { return std::move(m_edits); }
  /// Takes everything back.
  void rollBack();

 private:
  void record(TreeEdit edit);

  SceneTree& m_tree;
  std::vector<TreeEdit> m_edits;
};

}  // namespace gps
