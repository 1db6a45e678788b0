// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/remove_parts.h"

#include <algorithm>

#include "app/commands/layout_lists.h"
#include "app/commands/references.h"

namespace gps::ui {

namespace {

class Remover {
 public:
  Remover(TreeEditor& editor, std::vector<std::string>* went) : m_editor(editor), m_went(went) {}

  Status remove(const PartRef& part) {
    // Each removal shifts places in lists, so they are looked up anew.
    for (;;) {
      const std::vector<Reference> references = referencesTo(m_editor.tree(), part);
      if (references.empty()) break;
      if (Status done = release(part, references.front()); !done) return done;
    }
    const auto index = findPart(m_editor.tree(), part);
    if (!index) return Done{};  // it went with one of its own dependents
    if (part.kind == PartKind::Actuator) {
      std::vector<std::optional<std::size_t>> rest;
      for (std::size_t i = 0; i < partsOf(m_editor.tree(), PartKind::Actuator).size(); ++i) {
        if (i != *index) rest.push_back(i);
      }
      if (Status done = updateActionLists(m_editor, rest); !done) return done;
    }
    return m_editor.remove(pathOf(part.kind, *index));
  }

 private:
  Status release(const PartRef& part, const Reference& reference) {
    switch (reference.form) {
      case Reference::Form::OverrideKey:
        return releaseOverride(reference);
      case Reference::Form::ListEntry:
        return releaseEntry(part, reference);
      case Reference::Form::Value:
        break;
    }
    if (reference.owner) return removeOwner(*reference.owner);
    if (part.kind == PartKind::Condition) return releaseTable(reference.path.parent_pointer());
    const bool camera = reference.path.parent_pointer() == TreePath("/camera");
    note(camera ? "the trace of the camera" : "the success test");
    return m_editor.remove(camera ? reference.path : TreePath("/success"));
  }

  Status releaseTable(const TreePath& table) {
    note("its first controller");
    const TreePath tables = table.parent_pointer();
    if (m_editor.find(tables)->size() > 1) return m_editor.remove(table);
    // A kind that reads tables is refused without any.
    if (Status done = m_editor.remove(tables); !done) return done;
    const SceneTree* kind = m_editor.find(TreePath("/initial_controller/kind"));
    if (!kind || !kind->is_string()) return Done{};
    const std::string name = kind->get<std::string>();
    const bool reads = name == "demonstration" || name == "run" || name == "table";
    return reads ? m_editor.remove(TreePath("/initial_controller/kind")) : Status(Done{});
  }

  Status removeOwner(const PartRef& owner) {
    // Without an id it could not be found again.
    if (owner.id.empty()) {
      return Error{"A " + partWord(owner.kind) + " without an id depends on it.", listKey(owner.kind),
                   "Give it an id, or remove it first."};
    }
    note(partText(owner));
    return remove(owner);
  }

  Status releaseOverride(const Reference& reference) {
    const TreePath overrides = reference.path.parent_pointer();
    note("the override " + reference.path.back() + " of " + reference.owner->id);
    if (Status done = m_editor.remove(reference.path); !done) return done;
    if (!m_editor.find(overrides)->empty()) return Done{};
    // A spread without overrides is refused by the reader.
    const TreePath condition = overrides.parent_pointer();
    if (Status done = m_editor.remove(overrides); !done) return done;
    return m_editor.find(condition / "spread") ? m_editor.remove(condition / "spread") : Status(Done{});
  }

  Status releaseEntry(const PartRef& part, const Reference& reference) {
    const TreePath list = reference.path.parent_pointer();
    const std::string key = list.back();
    const std::size_t entry = std::stoul(reference.path.back());
    if (!reference.owner) {
      std::vector<std::string> rest;
      for (const SceneTree& id : *m_editor.find(list)) {
        if (id.is_string() && id != part.id) rest.push_back(id.get<std::string>());
      }
      note("its place in the " + key);
      return setSensorList(m_editor, key, rest);
    }
    const bool last = m_editor.find(list)->size() == 1;
    // A chain of joints with one missing is another chain.
    const bool chain = reference.owner->kind == PartKind::Cost && key == "joints";
    if (last || chain) return removeOwner(*reference.owner);
    note("its entry in " + partText(*reference.owner));
    if (reference.owner->kind == PartKind::Sensor && !reference.owner->id.empty())
      return dropSensorEntry(m_editor, reference.owner->id, key, entry);
    return m_editor.remove(reference.path);
  }

  void note(const std::string& text) {
    if (m_went && std::find(m_went->begin(), m_went->end(), text) == m_went->end()) m_went->push_back(text);
  }

  TreeEditor& m_editor;
  std::vector<std::string>* m_went;
};

}  // namespace

Status removeParts(TreeEditor& editor, const std::vector<PartRef>& parts, std::vector<std::string>* went) {
  for (const PartRef& part : parts) {
    if (!findPart(editor.tree(), part)) {
      return Error{"There is no " + partWord(part.kind) + " " + part.id + " to remove.", listKey(part.kind),
                   "Select a part that exists."};
    }
  }
  std::vector<std::string> all;
  Remover remover(editor, &all);
  for (const PartRef& part : parts) {
    if (Status done = remover.remove(part); !done) return done;
  }
  if (!went) return Done{};
  for (const std::string& text : all) {
    const bool asked =
        std::any_of(parts.begin(), parts.end(), [&](const PartRef& part) { return partText(part) == text; });
    if (!asked) went->push_back(text);
  }
  return Done{};
}

}  // namespace gps::ui
