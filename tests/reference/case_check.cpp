// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/case_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

namespace gps::reference {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const Json& arrayOf(const Json& j) {
  if (!j.is_array()) throw std::invalid_argument(std::string("expected a list, found ") + j.type_name());
  return j;
}

double numberOf(const Json& j) {
  if (!j.is_number()) throw std::invalid_argument(std::string("expected a number, found ") + j.type_name());
  return j.get<double>();
}

std::string text(double x) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", x);
  return buffer;
}

/// Nested lists of numbers only.
bool isNumeric(const Json& j) {
  if (!j.is_array()) return j.is_number();
  return std::all_of(j.begin(), j.end(), isNumeric);
}

bool isInteger(const Json& j) {
  if (!j.is_array()) return j.is_number_integer();
  return std::all_of(j.begin(), j.end(), isInteger);
}

/// Appends the leaves of nested lists row by row; the lengths of the lists go to `shape`.
void flatten(const Json& j, std::vector<double>& leaves, std::vector<std::size_t>& shape) {
  if (!j.is_array()) {
    leaves.push_back(j.get<double>());
    return;
  }
  shape.push_back(j.size());
  for (const Json& element : j) flatten(element, leaves, shape);
}

std::string outline(const Json& j) {
  std::string sizes;
  for (const Json* level = &j; level->is_array(); level = &level->front()) {
    sizes.append(1, '[').append(std::to_string(level->size())).append(1, ']');
    if (level->empty()) break;
  }
  return sizes.empty() ? j.type_name() : sizes;
}

}  // namespace

Matrix matrixOf(const Json& j) {
  const Json& rows = arrayOf(j);
  const std::size_t columns = rows.empty() ? 0 : arrayOf(rows.front()).size();
  Matrix result(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns));
  for (Eigen::Index r = 0; r < result.rows(); ++r) {
    const Json& row = arrayOf(rows[static_cast<std::size_t>(r)]);
    if (row.size() != columns) throw std::invalid_argument("the rows of a matrix differ in length");
    for (Eigen::Index c = 0; c < result.cols(); ++c) result(r, c) = numberOf(row[static_cast<std::size_t>(c)]);
  }
  return result;
}

Vector vectorOf(const Json& j) {
  const Json& list = arrayOf(j);
  Vector result(static_cast<Eigen::Index>(list.size()));
  for (Eigen::Index i = 0; i < result.size(); ++i) result(i) = numberOf(list[static_cast<std::size_t>(i)]);
  return result;
}

std::vector<Matrix> matricesOf(const Json& j) {
  std::vector<Matrix> result;
  for (const Json& element : arrayOf(j)) result.push_back(matrixOf(element));
  return result;
}

std::vector<Vector> vectorsOf(const Json& j) {
  std::vector<Vector> result;
  for (const Json& element : arrayOf(j)) result.push_back(vectorOf(element));
  return result;
}

LinearGaussianController controllerOf(const Json& j) {
  const bool policy = j.is_object() && (j.contains("pol_K") || j.contains("pol_k") || j.contains("pol_S"));
  const std::vector<Matrix> K = matricesOf(j.at(policy ? "pol_K" : "K"));
  const std::vector<Vector> k = vectorsOf(j.at(policy ? "pol_k" : "k"));
  const std::vector<Matrix> C = matricesOf(j.at(policy ? "pol_S" : "pol_covar"));
  if (k.size() != K.size() || C.size() != K.size()) {
    throw std::invalid_argument("the parts of a controller differ in length");
  }
  std::vector<LinearGaussianController::Step> steps;
  for (std::size_t t = 0; t < K.size(); ++t) steps.push_back({K[t], k[t], C[t]});
  Result<LinearGaussianController> controller = LinearGaussianController::make(std::move(steps));
  if (!controller) throw std::invalid_argument(controller.error().text());
  return std::move(controller).value();
}

Json toJson(const std::vector<Matrix>& m) {
  Json list = Json::array();
  for (const Matrix& element : m) list.push_back(toJson(element));
  return list;
}

Json toJson(const std::vector<Vector>& v) {
  Json list = Json::array();
  for (const Vector& element : v) list.push_back(toJson(element));
  return list;
}

Json toJson(const std::vector<double>& v) { return Json(v); }

CaseCheck::CaseCheck(const Json& testCase, const Json& defaultTolerance) : m_case(testCase) {
  const auto read = [&](const char* key) {
    if (testCase.contains("tolerance") && testCase.at("tolerance").contains(key)) {
      return testCase.at("tolerance").at(key).get<double>();
    }
    return defaultTolerance.at(key).get<double>();
  };
  m_rtol = read("rtol");
  m_atol = read("atol");
}

bool CaseCheck::hasIn(const char* key) const { return m_case.at("inputs").contains(key); }

bool CaseCheck::hasOut(const char* key) const { return m_case.at("outputs").contains(key); }

const Json& CaseCheck::in(const char* key) const {
  if (!hasIn(key)) throw std::out_of_range(std::string("the key \"") + key + "\" is missing in the inputs");
  return m_case.at("inputs").at(key);
}

const Json& CaseCheck::out(const char* key) const {
  if (!hasOut(key)) throw std::out_of_range(std::string("the key \"") + key + "\" is missing in the outputs");
  return m_case.at("outputs").at(key);
}

void CaseCheck::compare(const char* key, const Json& computed) {
  if (!hasOut(key)) {
    fail(std::string("the key \"") + key + "\" is missing in the outputs");
    return;
  }
  compareValue(key, computed, out(key));
  markChecked(key);
}

void CaseCheck::compareTo(const std::string& what, const Json& computed, const Json& reference) {
  compareValue(what, computed, reference);
}

void CaseCheck::markChecked(const char* key) { m_checked.emplace_back(key); }

void CaseCheck::fail(const std::string& why) {
  m_failures.push_back(why);
  if (m_deviation < kInfinity) m_worst = why;
  m_deviation = kInfinity;
}

void CaseCheck::notComparable(const std::string& why) { m_notComparable = why; }

std::vector<std::string> CaseCheck::unchecked() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : m_case.at("outputs").items()) {
    if (std::find(m_checked.begin(), m_checked.end(), key) == m_checked.end()) keys.push_back(key);
  }
  return keys;
}

void CaseCheck::compareValue(const std::string& what, const Json& computed, const Json& reference) {
  if (isNumeric(reference) && isNumeric(computed)) {
    compareNumbers(what, computed, reference);
  } else if (reference.is_object() && computed.is_object()) {
    for (const auto& [key, value] : reference.items()) {
      if (computed.contains(key)) {
        compareValue(what + "/" + key, computed.at(key), value);
      } else {
        fail(what + ": \"" + key + "\" was not computed");
      }
    }
    for (const auto& [key, value] : computed.items()) {
      if (!reference.contains(key)) fail(what + ": \"" + key + "\" is not in the reference");
    }
  } else if (reference.is_array() && computed.is_array() && reference.size() == computed.size()) {
    for (std::size_t i = 0; i < reference.size(); ++i) {
      compareValue(what + "[" + std::to_string(i) + "]", computed[i], reference[i]);
    }
  } else if (reference.is_array() && computed.is_array()) {
    fail(what + ": " + outline(computed) + " computed, reference is " + outline(reference));
  } else if (reference != computed) {
    fail(what + ": computed " + computed.dump() + ", reference is " + reference.dump());
  }
}

void CaseCheck::compareNumbers(const std::string& what, const Json& computed, const Json& reference) {
  std::vector<double> x, ref;
  std::vector<std::size_t> shape, shapeOfReference;
  flatten(computed, x, shape);
  flatten(reference, ref, shapeOfReference);
  if (shape != shapeOfReference || x.size() != ref.size()) {
    fail(what + ": " + outline(computed) + " computed, reference is " + outline(reference));
    return;
  }
  const bool exact = isInteger(reference) && isInteger(computed);
  double scale = 0.0;
  for (const double r : ref) scale = std::max(scale, std::abs(r));
  const double tolerance = exact ? 0.0 : m_atol + m_rtol * scale;
  double worst = 0.0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < ref.size(); ++i) {
    double deviation = 0.0;
    if (x[i] != ref[i]) {  // also true for NaN, which agrees with nothing
      const double difference = std::abs(x[i] - ref[i]);
      deviation = tolerance > 0.0 && std::isfinite(difference) ? difference / tolerance : kInfinity;
    }
    if (deviation > worst) {
      worst = deviation;
      at = i;
    }
  }
  const std::string detail =
      worst > 0.0 ? "entry " + std::to_string(at) + " is " + text(x[at]) + ", reference " + text(ref[at]) : "";
  record(what, worst, detail);
}

void CaseCheck::record(const std::string& what, double deviation, const std::string& detail) {
  if (deviation > m_deviation || m_worst.empty()) {
    m_deviation = std::max(deviation, m_deviation);
    m_worst = what;
  }
  if (!(deviation <= 1.0)) {
    char number[40];
    std::snprintf(number, sizeof number, "%.3g", deviation);
    m_failures.push_back(what + ": " + number + " tolerances, " + detail);
  }
}

}  // namespace gps::reference
