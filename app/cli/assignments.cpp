// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/assignments.h"

#include <algorithm>

namespace gps::cli {

namespace {

unsigned bitOf(std::string_view algorithm) {
  const Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm);
  return entry ? (*entry)->usedBy : 0u;
}

std::string joined(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Result<std::vector<Assignment>> parseAssignments(std::span<const std::string> texts,
                                                 std::span<const std::string> algorithms) {
  std::vector<Assignment> list;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return Error{"\"" + text + "\" is not of the form key=value.", "--set", "Write for example --set lqr.kl_step=0.5."};
    }
    Assignment assignment{{}, text.substr(0, equals), text.substr(equals + 1)};
    const std::size_t colon = assignment.key.find(':');
    if (colon != std::string::npos) {
      assignment.algorithm = assignment.key.substr(0, colon);
      assignment.key.erase(0, colon + 1);
      if (Result<const AlgorithmEntry*> known = findAlgorithm(assignment.algorithm); !known) {
        Error error = known.error();
        error.where = "--set " + text;
        return error;
      }
      if (std::find(algorithms.begin(), algorithms.end(), assignment.algorithm) == algorithms.end()) {
        return Error{"Nothing here learns with " + assignment.algorithm + ".", "--set " + text,
                     "Name one of " + joined(algorithms) + ", or leave the algorithm out."};
      }
    }
    list.push_back(std::move(assignment));
  }
  return list;
}

Status assign(Parameters& parameters, std::span<const Assignment> assignments, std::string_view algorithm) {
  for (const bool named : {false, true}) {
    for (const Assignment& a : assignments) {
      if (a.algorithm.empty() == named || (named && a.algorithm != algorithm)) continue;
      if (Status s = setParameter(parameters, a.key, a.value); !s) return s;
    }
  }
  return Done{};
}

std::vector<std::string> unreadAssignments(std::span<const Assignment> assignments,
                                           std::span<const std::string> algorithms, const Parameters& parameters) {
  std::vector<std::string> sentences;
  const std::vector<ParamField> fields = describe(parameters, parameters);
  for (const Assignment& a : assignments) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const ParamField& f) { return f.spec.key == a.key; });
    if (field == fields.end()) continue;
    unsigned readers = 0;
    for (const std::string& algorithm : algorithms) {
      if (a.algorithm.empty() || a.algorithm == algorithm) readers |= field->spec.usedBy & bitOf(algorithm);
    }
    if (readers != 0) continue;
    sentences.push_back(a.key + " changes nothing: " + (a.algorithm.empty() ? joined(algorithms) : a.algorithm) +
                        (a.algorithm.empty() && algorithms.size() > 1 ? " never read it." : " never reads it."));
  }
  return sentences;
}

}  // namespace gps::cli
