// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_text.h"

#include <algorithm>

#include "core/scene/json_text.h"

namespace gps {
namespace {

constexpr std::size_t kColumns = 120;

std::size_t columnsOf(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string scalarText(const SceneTree& value) {
  // Texts come from checked UTF-8; anything else must not end the program while it saves.
  return value.dump(-1, ' ', false, SceneTree::error_handler_t::replace);
}

std::string keyText(const std::string& key) {
  return scalarText(SceneTree(key)) + ": ";
}

/// Appends the value on one line. False, with `out` unfinished, as soon as it has more than `limit` columns:
/// long lists are not written out at every level above them.
bool appendLine(const SceneTree& value, std::size_t limit, std::string& out) {
  if (!value.is_structured() || value.empty()) {
    out += scalarText(value);
  } else if (value.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& item : value.items()) {
      if (!first) out += ", ";
      first = false;
      out += keyText(item.key());
      if (!appendLine(item.value(), limit, out)) return false;
    }
    out += '}';
  } else {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ", ";
      if (!appendLine(value[i], limit, out)) return false;
    }
    out += ']';
  }
  return out.size() <= limit || columnsOf(out) <= limit;
}

/// Appends the value, whose line already has `used` columns; `comma`: one follows it.
void appendValue(const SceneTree& value, std::size_t indent, std::size_t used, bool comma, std::string& out) {
  const std::size_t taken = used + (comma ? 1 : 0);
  std::string line;
  if (!value.is_structured() || value.empty()) {
    out += scalarText(value);
    return;
  }
  if (taken < kColumns && appendLine(value, kColumns - taken, line)) {
    out += line;
    return;
  }
  const std::string inner(indent + 2, ' ');
  std::size_t left = value.size();
  out += value.is_object() ? "{\n" : "[\n";
  for (const auto& item : value.items()) {
    const std::string key = value.is_object() ? keyText(item.key()) : std::string();
    const bool more = --left > 0;
    out += inner + key;
    appendValue(item.value(), indent + 2, inner.size() + columnsOf(key), more, out);
    out += more ? ",\n" : "\n";
  }
  out += std::string(indent, ' ') + (value.is_object() ? '}' : ']');
}

}  // namespace

Result<SceneTree> parseSceneTree(std::string_view text, const std::string& origin) {
  const Result<nlohmann::json> checked = parseJson(text, origin, JsonLimits{});
  if (!checked) return checked.error();
  SceneTree tree = SceneTree::parse(text, nullptr, /*allow_exceptions=*/false);
  if (tree.is_discarded()) return Error{"This is not valid JSON.", origin, "Start from a shipped scene."};
  return tree;
}

std::string sceneText(const SceneTree& tree) {
  std::string text;
  appendValue(tree, 0, 0, false, text);
  text += '\n';
  return text;
}

std::string valueText(const SceneTree& value) {
  std::string text;
  appendLine(value, std::string::npos, text);
  return text;
}

}  // namespace gps
