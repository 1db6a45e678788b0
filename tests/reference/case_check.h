// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/math/types.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps::reference {

using Json = nlohmann::json;

// Reading nested lists. All throw std::exception on anything else; the tool then fails the case with that text.
Matrix matrixOf(const Json& j);
Vector vectorOf(const Json& j);
std::vector<Matrix> matricesOf(const Json& j);
std::vector<Vector> vectorsOf(const Json& j);
/// {"K": [T][dU][dX], "k": ..., "pol_covar": ...} or {"pol_K", "pol_k", "pol_S"} as a controller.
LinearGaussianController controllerOf(const Json& j);
/// A vector as a list, a matrix as a list of rows.
template <class Derived>
Json toJson(const Eigen::MatrixBase<Derived>& m) {
  Json list = Json::array();
  if constexpr (Derived::IsVectorAtCompileTime) {
    for (Eigen::Index i = 0; i < m.size(); ++i) list.push_back(m.derived().coeff(i));
  } else {
    for (Eigen::Index r = 0; r < m.rows(); ++r) {
      Json row = Json::array();
      for (Eigen::Index c = 0; c < m.cols(); ++c) row.push_back(m.derived().coeff(r, c));
      list.push_back(std::move(row));
    }
  }
  return list;
}
Json toJson(const std::vector<Matrix>& m);
Json toJson(const std::vector<Vector>& v);
Json toJson(const std::vector<double>& v);

/// Collects the comparisons of one case. Deviation is max|x - ref| / (atol + rtol max|ref|) per output array;
/// integers, booleans and strings compare exactly.
class CaseCheck {
 public:
  CaseCheck(const Json& testCase, const Json& defaultTolerance);

  /// Throw std::out_of_range naming a missing key. Read members of nested objects with .at(), never with [].
  const Json& in(const char* key) const;
  bool hasIn(const char* key) const;
  bool hasOut(const char* key) const;
  const Json& out(const char* key) const;

  /// Compares a computed value with outputs[key] and marks the key as checked. A key that is missing in the
  /// outputs is an error of the checker.
  void compare(const char* key, const Json& computed);
  /// Compares with an explicit reference (parts of arrays, nested outputs); marks nothing.
  void compareTo(const std::string& what, const Json& computed, const Json& reference);
  void markChecked(const char* key);
  void fail(const std::string& why);
  void notComparable(const std::string& why);

  bool failed() const { return !m_failures.empty(); }
  /// What disagrees, one line each.
  const std::vector<std::string>& failures() const { return m_failures; }
  double deviation() const { return m_deviation; }
  const std::string& worst() const { return m_worst; }
  const std::string& notComparableReason() const { return m_notComparable; }
  /// Outputs nobody compared: the case fails unless empty.
  std::vector<std::string> unchecked() const;

 private:
  void compareValue(const std::string& what, const Json& computed, const Json& reference);
  void compareNumbers(const std::string& what, const Json& computed, const Json& reference);
  void record(const std::string& what, double deviation, const std::string& detail);

  const Json& m_case;
  double m_rtol = 0.0;
  double m_atol = 0.0;
  double m_deviation = 0.0;
  std::string m_worst;
  std::string m_notComparable;
  std::vector<std::string> m_checked;
  std::vector<std::string> m_failures;
};

/// Checks one case of one kind of file. A checker may throw; that fails the case. It calls production functions only.
using Checker = void (*)(CaseCheck& check);

// One per file; each lives in check_<file>.cpp.
void checkLinGaussForward(CaseCheck& check);
void checkLqrBackward(CaseCheck& check);
void checkKlUpdate(CaseCheck& check);
void checkTrajKl(CaseCheck& check);
void checkStepAdjust(CaseCheck& check);
void checkAugmentedCosts(CaseCheck& check);
void checkDynamicsFit(CaseCheck& check);
void checkGmmEm(CaseCheck& check);
void checkDynamicsPriorSequence(CaseCheck& check);
void checkPolicyFit(CaseCheck& check);
void checkBadmmDual(CaseCheck& check);
void checkBadmmSchedules(CaseCheck& check);
void checkPolicyTargets(CaseCheck& check);
void checkPolicyPrepare(CaseCheck& check);
void checkCostFunctions(CaseCheck& check);
void checkInitControllers(CaseCheck& check);
void checkNoise(CaseCheck& check);
void checkIterationSequence(CaseCheck& check);
void checkBox2dRollouts(CaseCheck& check);
void checkPolicyNet(CaseCheck& check);

}  // namespace gps::reference
