// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace gps {

/// Where a reader collects what is wrong. Only the first finding is kept: later ones are often its
/// consequence.
struct Findings {
  std::string origin;
  std::optional<Error> error;
  std::string pointer{};  ///< of the value the error is about
};

/// Allowed values of a number, both ends included.
struct NumberRange {
  double min;
  double max;
};

/// A value of a JSON document together with its pointer. Reading functions leave their target unchanged when
/// the key is absent, and record a finding when the value is of the wrong kind or out of range.
class JsonNode {
 public:
  JsonNode(const nlohmann::json& value, std::string pointer, Findings& findings)
      : m_value(&value), m_pointer(std::move(pointer)), m_findings(&findings) {}

  const nlohmann::json& value() const { return *m_value; }
  bool good() const { return !m_findings->error; }
  void fail(std::string what, std::string mend) const;

  /// True for an object all of whose keys are in `known`.
  bool isObject(std::span<const std::string_view> known) const;
  bool has(std::string_view key) const;
  /// Records a finding unless the key is there.
  bool require(std::string_view key) const;
  /// The value of a key that is there.
  JsonNode at(std::string_view key) const;
  /// Elements of the list at `key`; empty when it is absent.
  std::vector<JsonNode> elements(std::string_view key, std::size_t min, std::size_t max) const;

  void read(std::string_view key, bool& out) const;
  void read(std::string_view key, int& out, int min, int max) const;
  void read(std::string_view key, double& out, NumberRange range) const;
  void read(std::string_view key, std::optional<double>& out, NumberRange range) const;
  void read(std::string_view key, Eigen::Vector2d& out, NumberRange range) const;
  void read(std::string_view key, std::vector<double>& out, NumberRange range, std::size_t min,
            std::size_t max) const;
  void read(std::string_view key, std::string& out, std::size_t maxLength) const;
  void read(std::string_view key, std::vector<std::string>& out, std::size_t min, std::size_t max) const;
  void read(std::string_view key, std::vector<Eigen::Vector2d>& out, NumberRange range, std::size_t min,
            std::size_t max) const;
  /// Index of the string among `choices`.
  void readChoice(std::string_view key, int& out, std::span<const std::string_view> choices) const;
  /// An identifier: 1 to 64 letters, digits, _ or -.
  void readId(std::string_view key, std::string& out) const;

 private:
  bool number(double& out, NumberRange range) const;
  std::string name() const;

  const nlohmann::json* m_value;
  std::string m_pointer;
  Findings* m_findings;
};

/// Shortest decimal text that reads back as the same number.
std::string shortestNumber(double value);

}  // namespace gps
