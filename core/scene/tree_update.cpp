// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/tree_update.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "core/scene/scene_keys.h"
#include "core/scene/scene_writer.h"

namespace gps {
namespace {

struct ListOfParts {
  std::string_view key;
  std::string_view object;  ///< of keysOf()
};
constexpr std::array<ListOfParts, 6> kLists{{{"bodies", "body"},
                                             {"joints", "joint"},
                                             {"actuators", "actuator"},
                                             {"sensors", "sensor"},
                                             {"conditions", "condition"},
                                             {"costs", "cost"}}};

/// Keys of the object that stands at this key of a scene, in the order of files.
std::span<const std::string_view> orderBelow(std::string_view key) {
  for (const ObjectKeys& entry : sceneObjects()) {
    if (entry.object == key) return entry.keys;
  }
  return {};
}

/// Whether both are written alike: 1 and 1.0 are not, nor are 0 and -0.0. Without writing them: most parts of a large
/// scene are equal at every step of a drag.
bool sameText(const SceneTree& a, const SceneTree& b) {
  if (a.type() != b.type()) return false;
  if (a.is_number_float()) {
    return std::bit_cast<std::uint64_t>(a.get<double>()) == std::bit_cast<std::uint64_t>(b.get<double>());
  }
  if (a.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), sameText);
  if (!a.is_object()) return a == b;
  if (a.size() != b.size()) return false;
  for (auto one = a.begin(), other = b.begin(); one != a.end(); ++one, ++other) {
    if (one.key() != other.key() || !sameText(*one, *other)) return false;
  }
  return true;
}

/// Empty where there is none.
std::string idOf(const SceneTree& part) {
  if (!part.is_object()) return {};
  const auto id = part.find("id");
  return id != part.end() && id->is_string() ? id->get<std::string>() : std::string();
}

/// Whether the entry at this place has this id.
bool hasId(const SceneTree& list, std::size_t place, const std::string& id) {
  if (place >= list.size() || !list[place].is_object()) return false;
  const auto own = list[place].find("id");
  return own != list[place].end() && own->is_string() && own->get_ref<const std::string&>() == id;
}

/// `guess`: where it stands in a list of the same parts.
std::optional<std::size_t> indexOf(const SceneTree& list, const std::string& id, std::size_t guess) {
  if (hasId(list, guess, id)) return guess;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (idOf(list[i]) == id) return i;
  }
  return std::nullopt;
}

Status updateValue(TreeEditor& editor, const TreePath& parent, const std::string& key, const SceneTree* shown,
                   const SceneTree* wanted, std::span<const std::string_view> order);

/// Sets keys that differ and removes those that are wanted no more.
Status updateObject(TreeEditor& editor, const TreePath& path, const SceneTree& shown, const SceneTree& wanted,
                    std::span<const std::string_view> order) {
  for (const auto& item : wanted.items()) {
    const auto before = shown.find(item.key());
    const SceneTree* old = before == shown.end() ? nullptr : &*before;
    if (Status done = updateValue(editor, path, item.key(), old, &item.value(), order); !done) return done;
  }
  for (const auto& item : shown.items()) {
    if (wanted.contains(item.key())) continue;
    if (Status done = updateValue(editor, path, item.key(), &item.value(), nullptr, order); !done)
      return done;
  }
  return Done{};
}

Status updateValue(TreeEditor& editor, const TreePath& parent, const std::string& key, const SceneTree* shown,
                   const SceneTree* wanted, std::span<const std::string_view> order) {
  if (shown && wanted && sameText(*shown, *wanted)) return Done{};
  const TreePath path = parent / key;
  const SceneTree* present = editor.find(path);
  if (!wanted) return present ? editor.remove(path) : Status(Done{});
  if (shown && present && present->is_object() && wanted->is_object()) {
    return updateObject(editor, path, *shown, *wanted, orderBelow(key));
  }
  // Shapes have no ids: while their number stays, each is the one it was.
  const bool sameLength = shown && present && present->is_array() && shown->is_array() &&
                          wanted->is_array() && shown->size() == wanted->size() &&
                          present->size() == wanted->size();
  if (sameLength && !wanted->empty() && (*wanted)[0].is_object()) {
    for (std::size_t i = 0; i < wanted->size(); ++i) {
      Status done = updateObject(editor, path / i, (*shown)[i], (*wanted)[i], keysOf("shape"));
      if (!done) return done;
    }
    return Done{};
  }
  return editor.set(parent, key, *wanted, order);
}

Error notInFile(std::string_view list, const std::string& id) {
  return {"The part " + id + " is not in the list " + std::string(list) + " of the file.", "edit",
          "Mend what the problems list names first."};
}

Status updateList(TreeEditor& editor, const ListOfParts& list, const SceneTree& shown,
                  const SceneTree& wanted, const std::function<const SceneTree&()>& compact) {
  const std::string key(list.key);
  const TreePath path = TreePath() / key;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string id = idOf(shown[i]);
    if (indexOf(wanted, id, i)) continue;
    const SceneTree* present = editor.find(path);
    const auto at = present ? indexOf(*present, id, i) : std::nullopt;
    if (!at) return notInFile(list.key, id);
    if (Status done = editor.remove(path / *at); !done) return done;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string id = idOf(wanted[i]);
    const auto before = indexOf(shown, id, i);
    if (!before) {
      if (!editor.find(path)) {
        if (Status done = editor.set(TreePath(), key, SceneTree::array(), keysOf("scene")); !done)
          return done;
      }
      // A new part is written without what goes without saying.
      if (Status done = editor.insert(path, compact().at(key)[i]); !done) return done;
      continue;
    }
    if (sameText(shown[*before], wanted[i])) continue;
    const SceneTree* present = editor.find(path);
    const auto at = present ? indexOf(*present, id, i) : std::nullopt;
    if (!at) return notInFile(list.key, id);
    Status done = updateObject(editor, path / *at, shown[*before], wanted[i], keysOf(list.object));
    if (!done) return done;
  }
  return Done{};
}

// Members are taken apart by structured bindings, so that nobody adds one that is forgotten here.
bool same(const CircleShape& a, const CircleShape& b) {
  const auto& [centreA, radiusA] = a;
  const auto& [centreB, radiusB] = b;
  return centreA == centreB && radiusA == radiusB;
}
bool same(const BoxShape& a, const BoxShape& b) {
  const auto& [centreA, halfA, angleA] = a;
  const auto& [centreB, halfB, angleB] = b;
  return centreA == centreB && halfA == halfB && angleA == angleB;
}
bool same(const PolygonShape& a, const PolygonShape& b) {
  const auto& [verticesA] = a;
  const auto& [verticesB] = b;
  return verticesA == verticesB;
}
bool same(const ChainShape& a, const ChainShape& b) {
  const auto& [verticesA, closedA] = a;
  const auto& [verticesB, closedB] = b;
  return verticesA == verticesB && closedA == closedB;
}

bool sameShape(const Shape& a, const Shape& b) {
  const auto& [geometryA, densityA, frictionA, restitutionA, groupA, sensorA] = a;
  const auto& [geometryB, densityB, frictionB, restitutionB, groupB, sensorB] = b;
  if (densityA != densityB || frictionA != frictionB || restitutionA != restitutionB || groupA != groupB ||
      sensorA != sensorB || geometryA.index() != geometryB.index())
    return false;
  return std::visit(
      [&other = geometryB](const auto& one) { return same(one, std::get<std::decay_t<decltype(one)>>(other)); },
      geometryA);
}

bool sameBody(const Body& a, const Body& b) {
  const auto& [idA, dynamicA, positionA, angleA, velocityA, spinA, linearA, angularA, bulletA, ghostA, loadA, pointA,
               shapesA] = a;
  const auto& [idB, dynamicB, positionB, angleB, velocityB, spinB, linearB, angularB, bulletB, ghostB, loadB, pointB,
               shapesB] = b;
  return idA == idB && dynamicA == dynamicB && positionA == positionB && angleA == angleB && velocityA == velocityB &&
         spinA == spinB && linearA == linearB && angularA == angularB && bulletA == bulletB && ghostA == ghostB &&
         loadA == loadB && pointA == pointB &&
         std::equal(shapesA.begin(), shapesA.end(), shapesB.begin(), shapesB.end(), sameShape);
}

/// The scene without the bodies that stand at the same place of both lists, unchanged: nothing is to be done about
/// them, and there may be hundreds. Only the list of bodies is made of them.
Scene withoutSame(const Scene& scene, const Scene& other) {
  Scene rest = scene;
  std::vector<Body> changed;
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    if (i >= other.bodies.size() || !sameBody(scene.bodies[i], other.bodies[i])) changed.push_back(scene.bodies[i]);
  }
  rest.bodies = std::move(changed);
  return rest;
}

}  // namespace

Status updateTree(TreeEditor& editor, const Scene& from, const Scene& to) {
  const Scene shown = withoutSame(from, to), wanted = withoutSame(to, from);
  const SceneTree before = sceneTree(shown, Defaults::Written);
  const SceneTree after = sceneTree(wanted, Defaults::Written);
  std::optional<SceneTree> shortly;  // only new parts need it
  const auto compact = [&]() -> const SceneTree& {
    if (!shortly) shortly = sceneTree(wanted, Defaults::LeftOut);
    return *shortly;
  };
  for (const auto& item : after.items()) {
    const auto list = std::find_if(kLists.begin(), kLists.end(),
                                   [&item](const ListOfParts& each) { return each.key == item.key(); });
    const auto old = before.find(item.key());
    Status done = Done{};
    if (list != kLists.end()) {
      done = updateList(editor, *list, before[item.key()], item.value(), compact);
    } else if (item.key() != "suggested") {
      // A missing observation means: the same as the state.
      if (item.key() == "observation" && !editor.find(TreePath("/observation")) &&
          wanted.observation == wanted.state)
        continue;
      done = updateValue(editor, TreePath(), item.key(), old == before.end() ? nullptr : &*old, &item.value(),
                         keysOf("scene"));
    }
    if (!done) return done;
  }
  for (const auto& item : before.items()) {
    if (after.contains(item.key())) continue;
    if (Status done = updateValue(editor, TreePath(), item.key(), &item.value(), nullptr, keysOf("scene"));
        !done)
      return done;
  }
  return Done{};
}

}  // namespace gps
