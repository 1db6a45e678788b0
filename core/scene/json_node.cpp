// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/json_node.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/nearest_name.h"
#include "core/scene/json_text.h"

namespace gps {
namespace {

/// What stands at a place where something else was expected.
std::string found(const nlohmann::json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return shortestNumber(value.get<double>());
  if (value.is_string()) return "the text " + quotedText(value.get_ref<const std::string&>());
  if (value.is_array()) return "a list of " + std::to_string(value.size());
  return "an object";
}

std::string countText(std::size_t min, std::size_t max) {
  if (min == max) return std::to_string(min);
  return std::to_string(min) + " to " + std::to_string(max);
}

}  // namespace

std::string shortestNumber(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end.ptr);
}

void JsonNode::fail(std::string what, std::string mend) const {
  if (m_findings->error) return;
  std::string where = m_findings->origin;
  if (!m_pointer.empty()) where += ", " + m_pointer;
  m_findings->error = Error{std::move(what), std::move(where), std::move(mend)};
  m_findings->pointer = m_pointer;
}

std::string JsonNode::name() const {
  const std::size_t slash = m_pointer.rfind('/');
  if (slash == std::string::npos) return "The file";
  std::string last = m_pointer.substr(slash + 1);
  if (!last.empty() && last.find_first_not_of("0123456789") == std::string::npos) {
    const std::size_t before = m_pointer.rfind('/', slash - 1);
    if (slash > 0 && before != std::string::npos) {
      return "Entry " + last + " of " + m_pointer.substr(before + 1, slash - before - 1);
    }
  }
  return last;
}

bool JsonNode::isObject(std::span<const std::string_view> known) const {
  if (!m_value->is_object()) {
    fail(name() + " must be an object, but is " + found(*m_value) + ".", "Write { ... } here.");
    return false;
  }
  for (const auto& item : m_value->items()) {
    const std::string& key = item.key();
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::vector<std::string> names(known.begin(), known.end());
    JsonNode(item.value(), m_pointer + "/" + pointerToken(key), *m_findings)
        .fail("The key " + quotedText(key) + " is not known here.",
              "The nearest known key is " + nearestName(key, names) + ".");
    return false;
  }
  return true;
}

bool JsonNode::has(std::string_view key) const {
  return m_value->is_object() && m_value->contains(key);
}

bool JsonNode::require(std::string_view key) const {
  if (has(key)) return true;
  fail("The key " + std::string(key) + " is missing.", "Add it.");
  return false;
}

JsonNode JsonNode::at(std::string_view key) const {
  return JsonNode(*m_value->find(key), m_pointer + "/" + pointerToken(key), *m_findings);
}

std::vector<JsonNode> JsonNode::elements(std::string_view key, std::size_t min, std::size_t max) const {
  std::vector<JsonNode> result;
  if (!has(key)) return result;
  const JsonNode list = at(key);
  if (!list.m_value->is_array()) {
    list.fail(std::string(key) + " must be a list, but is " + found(*list.m_value) + ".",
              "Write [ ... ] here.");
    return result;
  }
  const std::size_t count = list.m_value->size();
  if (count < min || count > max) {
    list.fail(std::string(key) + " must have " + countText(min, max) + (max == 1 ? " entry" : " entries") +
                  ", but has " + std::to_string(count) + ".",
              count < min ? "Add entries." : "Remove entries.");
    return result;
  }
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    result.emplace_back((*list.m_value)[i], list.m_pointer + "/" + std::to_string(i), *m_findings);
  }
  return result;
}

bool JsonNode::number(double& out, NumberRange range) const {
  if (!m_value->is_number()) {
    fail(name() + " must be a number, but is " + found(*m_value) + ".", "Write a number.");
    return false;
  }
  const double value = m_value->get<double>();
  if (!std::isfinite(value) || value < range.min || value > range.max) {
    fail(name() + " must be between " + shortestNumber(range.min) + " and " + shortestNumber(range.max) +
             ", but is " + shortestNumber(value) + ".",
         "Use a value in this range.");
    return false;
  }
  out = value;
  return true;
}

void JsonNode::read(std::string_view key, bool& out) const {
  if (!has(key)) return;
  const JsonNode node = at(key);
  if (node.m_value->is_boolean()) {
    out = node.m_value->get<bool>();
  } else {
    node.fail(node.name() + " must be true or false, but is " + found(*node.m_value) + ".",
              "Write true or false.");
  }
}

void JsonNode::read(std::string_view key, int& out, int min, int max) const {
  double value = 0.0;
  if (!has(key) || !at(key).number(value, NumberRange{static_cast<double>(min), static_cast<double>(max)}))
    return;
  if (value != std::floor(value)) {
    at(key).fail(std::string(key) + " must be a whole number, but is " + shortestNumber(value) + ".",
                 "Round it.");
    return;
  }
  out = static_cast<int>(value);
}

void JsonNode::read(std::string_view key, double& out, NumberRange range) const {
  if (has(key)) at(key).number(out, range);
}

void JsonNode::read(std::string_view key, std::optional<double>& out, NumberRange range) const {
  double value = 0.0;
  if (has(key) && at(key).number(value, range)) out = value;
}

void JsonNode::read(std::string_view key, Eigen::Vector2d& out, NumberRange range) const {
  std::vector<double> numbers;
  read(key, numbers, range, 2, 2);
  if (numbers.size() == 2) out = Eigen::Vector2d(numbers[0], numbers[1]);
}

void JsonNode::read(std::string_view key, std::vector<double>& out, NumberRange range, std::size_t min,
                    std::size_t max) const {
  const std::vector<JsonNode> list = elements(key, min, max);
  if (!has(key) || !good()) return;
  std::vector<double> numbers(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].number(numbers[i], range)) return;
  }
  out = std::move(numbers);
}

void JsonNode::read(std::string_view key, std::string& out, std::size_t maxLength) const {
  if (!has(key)) return;
  const JsonNode node = at(key);
  if (!node.m_value->is_string()) {
    node.fail(node.name() + " must be a text, but is " + found(*node.m_value) + ".", "Write it in quotes.");
    return;
  }
  const std::string& value = node.m_value->get_ref<const std::string&>();
  if (value.size() > maxLength) {
    node.fail(node.name() + " has " + std::to_string(value.size()) + " bytes; it may have at most " +
                  std::to_string(maxLength) + ".",
              "Shorten it.");
    return;
  }
  out = value;
}

void JsonNode::read(std::string_view key, std::vector<std::string>& out, std::size_t min,
                    std::size_t max) const {
  const std::vector<JsonNode> list = elements(key, min, max);
  if (!has(key) || !good()) return;
  std::vector<std::string> texts;
  for (const JsonNode& node : list) {
    if (!node.m_value->is_string()) {
      node.fail(node.name() + " must be a text, but is " + found(*node.m_value) + ".", "Write it in quotes.");
      return;
    }
    texts.push_back(node.m_value->get<std::string>());
  }
  out = std::move(texts);
}

void JsonNode::read(std::string_view key, std::vector<Eigen::Vector2d>& out, NumberRange range,
                    std::size_t min, std::size_t max) const {
  const std::vector<JsonNode> list = elements(key, min, max);
  if (!has(key) || !good()) return;
  std::vector<Eigen::Vector2d> points;
  for (const JsonNode& node : list) {
    Eigen::Vector2d point;
    if (!node.m_value->is_array() || node.m_value->size() != 2) {
      node.fail(node.name() + " must be a point [x, y], but is " + found(*node.m_value) + ".",
                "Write two numbers.");
      return;
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const JsonNode coordinate((*node.m_value)[i], node.m_pointer + "/" + std::to_string(i), *m_findings);
      if (!coordinate.number(point[static_cast<Eigen::Index>(i)], range)) return;
    }
    points.push_back(point);
  }
  out = std::move(points);
}

void JsonNode::readChoice(std::string_view key, int& out, std::span<const std::string_view> choices) const {
  std::string text;
  read(key, text, 1000);
  if (!has(key) || !good()) return;
  const auto it = std::find(choices.begin(), choices.end(), text);
  if (it != choices.end()) {
    out = static_cast<int>(it - choices.begin());
    return;
  }
  std::string all;
  for (const std::string_view choice : choices) all += (all.empty() ? "" : ", ") + std::string(choice);
  const std::vector<std::string> names(choices.begin(), choices.end());
  at(key).fail(std::string(key) + " must be one of " + all + ", but is " + quotedText(text) + ".",
               "The nearest is " + nearestName(text, names) + ".");
}

void JsonNode::readId(std::string_view key, std::string& out) const {
  if (!require(key)) return;
  std::string id;
  read(key, id, 1000);
  if (!good()) return;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (id.empty() || id.size() > 64 || !std::all_of(id.begin(), id.end(), allowed)) {
    at(key).fail(
        std::string(key) + " must be 1 to 64 letters, digits, _ or -, but is " + quotedText(id) + ".",
        "Choose a short name such as link1.");
    return;
  }
  out = id;
}

}  // namespace gps
