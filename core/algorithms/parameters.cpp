// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <thread>
#include <type_traits>

#include "core/base/nearest_name.h"

namespace gps {

int hardwareThreads() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 64);
}

std::string numberText(double value) {
  char buffer[32];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end.ptr);
}

namespace {

template <class T>
constexpr ParamKind kindOf() {
  if constexpr (std::is_same_v<T, bool>) return ParamKind::Bool;
  else if constexpr (std::is_same_v<T, int>) return ParamKind::Int;
  else if constexpr (std::is_same_v<T, std::uint64_t>) return ParamKind::UInt64;
  else if constexpr (std::is_same_v<T, double>) return ParamKind::Real;
  else if constexpr (std::is_same_v<T, std::optional<double>>) return ParamKind::OptionalReal;
  else if constexpr (std::is_same_v<T, std::vector<int>>) return ParamKind::IntList;
  else if constexpr (std::is_same_v<T, std::vector<double>>) return ParamKind::RealList;
  else {
    static_assert(std::is_enum_v<T>, "a parameter type needs a text form");
    return ParamKind::Choice;
  }
}

template <class T>
std::string textOf(const T& value, const ParamSpec& spec) {
  if constexpr (std::is_same_v<T, bool>) return value ? "true" : "false";
  else if constexpr (std::is_integral_v<T>) return std::to_string(value);
  else if constexpr (std::is_same_v<T, double>) return numberText(value);
  else if constexpr (std::is_same_v<T, std::optional<double>>) return value ? numberText(*value) : "auto";
  else if constexpr (std::is_enum_v<T>) return spec.choices.at(static_cast<std::size_t>(value));
  else {
    std::string list;
    for (const auto& entry : value) {
      if (!list.empty()) list += ",";
      list += textOf(entry, spec);
    }
    return list;
  }
}

/// Hidden layers, nodes of a schedule: more is a mistake, and a network of that depth cannot learn.
constexpr std::size_t kLongestList = 16;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// For sentences: 100000 rather than 1e+05.
std::string plainNumber(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e9) return std::to_string(static_cast<long>(value));
  return numberText(value);
}

std::string rangeText(const ParamSpec& spec) {
  if (spec.min == spec.max) return "Use a number.";
  return "Use a value between " + plainNumber(spec.min) + " and " + plainNumber(spec.max) + ".";
}

Error badValue(const ParamSpec& spec, std::string_view text, const std::string& wanted) {
  const std::string range = spec.choices.empty() ? rangeText(spec) : std::string();
  return Error{spec.key + " must be " + wanted + ", but is \"" + std::string(text) + "\".", spec.key,
               range.empty() ? "Write " + wanted + "." : range};
}

template <class Number>
std::optional<Number> parseNumber(std::string_view text) {
  Number value{};
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A number within the range of `spec`. Integers also come in as "1e3".
template <class Number>
Result<Number> numberIn(const ParamSpec& spec, std::string_view text) {
  std::optional<Number> value = parseNumber<Number>(text);
  if constexpr (std::is_same_v<Number, int>) {
    if (!value) {
      const std::optional<double> real = parseNumber<double>(text);
      if (real && *real == std::floor(*real) && std::abs(*real) < 2e9) value = static_cast<int>(*real);
    }
  }
  if (!value) return badValue(spec, text, std::is_same_v<Number, double> ? "a number" : "a whole number");
  const double real = static_cast<double>(*value);
  if (!std::isfinite(real)) return badValue(spec, text, "a finite number");
  if (spec.min != spec.max && (real < spec.min || real > spec.max)) {
    return badValue(spec, text, "between " + plainNumber(spec.min) + " and " + plainNumber(spec.max));
  }
  return *value;
}

template <class T>
Status parseInto(T& value, const ParamSpec& spec, std::string_view text) {
  if constexpr (std::is_same_v<T, bool>) {
    if (text == "true") value = true;
    else if (text == "false") value = false;
    else return Error{spec.key + " must be true or false, but is \"" + std::string(text) + "\".", spec.key,
                      "Write true or false."};
  } else if constexpr (std::is_arithmetic_v<T>) {
    Result<T> number = numberIn<T>(spec, text);
    if (!number) return number.error();
    value = *number;
  } else if constexpr (std::is_same_v<T, std::optional<double>>) {
    if (text == "auto") {
      value.reset();
    } else {
      Result<double> number = numberIn<double>(spec, text);
      if (!number) return number.error();
      value = *number;
    }
  } else if constexpr (std::is_enum_v<T>) {
    const auto found = std::find(spec.choices.begin(), spec.choices.end(), text);
    if (found == spec.choices.end()) {
      std::string known;
      for (const std::string& choice : spec.choices) known += (known.empty() ? "" : ", ") + choice;
      return Error{spec.key + " has no choice \"" + std::string(text) + "\".", spec.key, "Use one of " + known + "."};
    }
    value = static_cast<T>(found - spec.choices.begin());
  } else {
    T list;
    std::string_view rest = text;
    while (true) {
      const std::size_t comma = rest.find(',');
      Result<typename T::value_type> number =
          numberIn<typename T::value_type>(spec, trimmed(rest.substr(0, comma)));
      if (!number) return number.error();
      list.push_back(*number);
      if (list.size() > kLongestList) {
        return Error{spec.key + " has more than " + std::to_string(kLongestList) + " entries.", spec.key,
                     "Use a shorter list."};
      }
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    value = std::move(list);
  }
  return Done{};
}

}  // namespace

std::vector<ParamField> describe(const Parameters& parameters, const Parameters& defaults) {
  std::vector<ParamField> fields;
  std::string group;
  Parameters::visit(
      parameters,
      [&]<class T>(const T& value, const ParamSpec& spec) {
        fields.push_back({group, spec, kindOf<T>(), textOf(value, spec), {}});
      },
      [&](const char* title) { group = title; });
  std::size_t next = 0;
  Parameters::visit(
      defaults,
      [&]<class T>(const T& value, const ParamSpec& spec) {
        // Cost terms depend on the scene, so the two lists may differ there.
        while (next < fields.size() && fields[next].spec.key != spec.key) ++next;
        if (next < fields.size()) fields[next++].defaultValue = textOf(value, spec);
      },
      [](const char*) {});
  return fields;
}

Status setParameter(Parameters& parameters, std::string_view key, std::string_view text) {
  bool found = false;
  Status status = Done{};
  std::vector<std::string> known;
  Parameters::visit(
      parameters,
      [&]<class T>(T& value, const ParamSpec& spec) {
        known.push_back(spec.key);
        if (spec.key != key) return;
        found = true;
        status = parseInto(value, spec, trimmed(text));
      },
      [](const char*) {});
  if (!found) {
    return Error{"There is no parameter \"" + std::string(key) + "\".", std::string(key),
                 "The nearest key is " + nearestName(key, known) + "; `gps-studio list parameters` shows all."};
  }
  return status;
}

Result<std::string> parameterText(const Parameters& parameters, std::string_view key) {
  std::optional<std::string> found;
  Parameters::visit(
      parameters,
      [&]<class T>(const T& value, const ParamSpec& spec) {
        if (spec.key == key) found = textOf(value, spec);
      },
      [](const char*) {});
  if (!found) return Error{"There is no parameter \"" + std::string(key) + "\".", std::string(key),
                           "`gps-studio list parameters` shows all."};
  return *found;
}

}  // namespace gps
