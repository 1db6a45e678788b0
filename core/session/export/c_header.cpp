// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/c_header.h"

#include <cmath>
#include <map>
#include <set>

#include "core/policy/neural_policy.h"
#include "core/session/export/c_text.h"

namespace gps {

namespace {

constexpr std::size_t kMostNumbers = 20'000'000;  // some 400 MB of text

using Steps = std::vector<LinearGaussianController::Step>;

/// "1.0, 2.5f, ...", broken into lines.
template <class Number>
void putNumbers(std::string& text, const Number* numbers, std::size_t count) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = cNumber(numbers[i]);
    if (column + number.size() > 96) {
      text += "\n     ";
      column = 0;
    }
    text += number + (i + 1 < count ? ", " : "");
    column += number.size() + 2;
  }
}

template <class Number>
void putTable(std::string& text, const std::string& declaration, const Number* numbers, std::size_t count) {
  text += "  static const " + declaration + " = {\n     ";
  putNumbers(text, numbers, count);
  text += "};\n";
}

/// A function that names entries of a list: NAME_state_name(i).
void putNames(std::string& text, const std::string& function, const std::vector<std::string>& names) {
  text += "static inline const char *" + function + "(int i) {\n  static const char *const names[] = {\n";
  for (const std::string& name : names) text += "    " + cString(name) + ",\n";
  text += "  };\n  return i >= 0 && i < " + std::to_string(names.size()) + " ? names[i] : \"\";\n}\n\n";
}

void putChannels(std::string& text, const std::string& prefix, const std::string& what, const std::vector<Channel>& channels) {
  std::vector<std::string> names;
  text += "/* " + what + ":\n";
  for (std::size_t i = 0; i < channels.size(); ++i) {
    names.push_back(channels[i].name);
    text += "     [" + std::to_string(i) + "] " + cComment(channels[i].name) +
            (channels[i].unit.empty() ? "" : "  (" + cComment(channels[i].unit) + ")") + "\n";
  }
  text += "*/\n";
  putNames(text, prefix + "_" + what + "_name", names);
}

/// "  NAME_CONDITION_C1 = 0," and so on, each name once.
std::string conditionNames(const std::string& capital, const std::vector<std::string>& conditions) {
  std::set<std::string> taken;
  std::map<std::string, int> next;  // thousands may differ in what C cannot write only
  std::string text;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const std::string wanted = cSuffix(conditions[i]);
    std::string name = wanted;
    int& number = next.try_emplace(wanted, 2).first->second;
    while (!taken.insert(name).second) name = wanted + "_" + std::to_string(number++);
    text += "  " + capital + "_CONDITION_" + name + " = " + std::to_string(i) + ",\n";
  }
  return text;
}

void putPolicy(std::string& text, const std::string& prefix, const NeuralPolicy::State& state) {
  const std::vector<int>& widths = state.shape.widths;
  const auto width = [&](int l) { return std::to_string(widths[static_cast<std::size_t>(l)]); };
  const int layers = state.shape.layers();
  text += "/* Mean action of the policy for one observation. */\n";
  text += "static inline void " + prefix + "_policy(const double observation[" + width(0) + "], double action[" +
          width(layers) + "]) {\n";
  const bool whitens = state.whitening.mean.size() > 0;
  if (whitens) {
    putTable(text, "double mean[" + width(0) + "]", state.whitening.mean.data(), static_cast<std::size_t>(widths.front()));
    putTable(text, "double scale[" + width(0) + "]", state.whitening.scale.data(), static_cast<std::size_t>(widths.front()));
  }
  for (int l = 0; l < layers; ++l) {
    const std::string number = std::to_string(l + 1);
    const std::size_t out = static_cast<std::size_t>(widths[static_cast<std::size_t>(l) + 1]);
    const std::size_t in = static_cast<std::size_t>(widths[static_cast<std::size_t>(l)]);
    putTable(text, "float weight" + number + "[" + width(l) + " * " + width(l + 1) + "]",
             state.parameters.data() + state.shape.weightOffset(l), in * out);
    putTable(text, "float bias" + number + "[" + width(l + 1) + "]", state.parameters.data() + state.shape.biasOffset(l), out);
  }
  for (int l = 0; l < layers; ++l) text += "  float h" + std::to_string(l) + "[" + width(l) + "];\n";
  text += "  double sum;\n  int i, j;\n";
  text += "  for (i = 0; i < " + width(0) + "; ++i) h0[i] = (float)" +
          std::string(whitens ? "((observation[i] - mean[i]) * scale[i])" : "observation[i]") + ";\n";
  for (int l = 0; l < layers; ++l) {
    const std::string in = width(l), out = width(l + 1), number = std::to_string(l + 1);
    text += "  for (j = 0; j < " + out + "; ++j) {\n    sum = bias" + number + "[j];\n    for (i = 0; i < " + in +
            "; ++i) sum += (double)h" + std::to_string(l) + "[i] * weight" + number + "[i * " + out + " + j];\n    ";
    if (l + 1 == layers) text += "action[j] = sum;\n";
    else if (state.shape.activation == Activation::Relu) text += "h" + number + "[j] = sum > 0.0 ? (float)sum : 0.0f;\n";
    else text += "h" + number + "[j] = (float)tanh(sum);\n";
    text += "  }\n";
  }
  text += "}\n\n";
}

void putControllers(std::string& text, const std::string& prefix, const std::vector<const Steps*>& all) {
  const Eigen::Index dU = all.front()->front().K.rows(), dX = all.front()->front().K.cols();
  const std::size_t T = all.front()->size();
  std::vector<double> K, k;
  for (const Steps* steps : all) {
    for (const LinearGaussianController::Step& step : *steps) {
      const RowMatrix rows = step.K;
      K.insert(K.end(), rows.data(), rows.data() + rows.size());
      k.insert(k.end(), step.k.data(), step.k.data() + step.k.size());
    }
  }
  const std::string n = std::to_string(dX), m = std::to_string(dU), horizon = std::to_string(T);
  text += "/* Mean action K_t x + k_t of the controller of one condition at time step t, 0 to " + std::to_string(T - 1) +
          ";\n   a step before or after that takes the first or last one. Returns 0 where there is no such condition. */\n";
  text += "static inline int " + prefix + "_controller(int condition, int t, const double state[" + n + "], double action[" +
          m + "]) {\n";
  const std::string count = std::to_string(all.size());
  putTable(text, "double K[" + count + " * " + horizon + " * " + m + " * " + n + "]", K.data(), K.size());
  putTable(text, "double k[" + count + " * " + horizon + " * " + m + "]", k.data(), k.size());
  text += "  long at;\n  int i, j;\n  double sum;\n  if (condition < 0 || condition >= " + count +
          ") return 0;\n  if (t < 0) t = 0;\n  if (t >= " + horizon + ") t = " + std::to_string(T - 1) +
          ";\n  at = ((long)condition * " + horizon + " + t) * " + m + ";\n  for (j = 0; j < " + m +
          "; ++j) {\n    sum = 0.0;\n    for (i = 0; i < " + n + "; ++i) sum += K[(at + j) * " + n +
          " + i] * state[i];\n    action[j] = sum + k[at + j];\n  }\n  return 1;\n}\n\n";
}

void putClip(std::string& text, const std::string& prefix, const Vector& limits) {
  text += "/* Cuts an action at the actuators' limits, as the simulation does. */\n";
  text += "static inline void " + prefix + "_clip(double action[" + std::to_string(limits.size()) + "]) {\n";
  bool any = false;
  for (Eigen::Index i = 0; i < limits.size(); ++i) {
    if (!std::isfinite(limits(i))) continue;
    any = true;
    const std::string limit = cNumber(std::abs(limits(i))), entry = "action[" + std::to_string(i) + "]";
    text += "  if (" + entry + " > " + limit + ") " + entry + " = " + limit + ";\n";
    text += "  if (" + entry + " < -" + limit + ") " + entry + " = -" + limit + ";\n";
  }
  if (!any) text += "  (void)action; /* none has one */\n";
  text += "}\n\n";
}

}  // namespace

Result<std::string> cHeader(const ExportPoint& point, const std::string& name, const std::string& program) {
  const auto* network = dynamic_cast<const NeuralPolicy*>(point.policy.get());
  std::vector<const Steps*> controllers;
  std::vector<std::string> conditions;
  std::size_t numbers = 0;
  for (std::size_t i = 0; i < point.snapshot->conditions.size(); ++i) {
    const auto& controller = point.snapshot->conditions[i].controller;
    if (!controller) continue;
    controllers.push_back(&controller->steps());
    conditions.push_back(point.task->conditions[i]);
    numbers += controller->steps().size() * static_cast<std::size_t>(point.task->dU * (point.task->dX + 1));
  }
  const std::string place = point.run.name + ", iteration " + std::to_string(point.iteration);
  if (!network && controllers.empty()) {
    return Error{"The session has neither a policy nor controllers of this iteration.", place, "Use another iteration."};
  }
  NeuralPolicy::State state;
  if (network) state = network->state();
  numbers += state.parameters.size();
  if (numbers > kMostNumbers) {
    return Error{"Policy and controllers have " + std::to_string(numbers) + " numbers, too many for a C header.", place,
                 "Export them as arrays with --arrays."};
  }

  const std::string prefix = cPrefix(name), capital = cSuffix(prefix);
  std::string text = "/* Made by " + cComment(program) + ".\n   Scene " + cComment(point.scene) + ", run " +
                     cComment(point.run.name) + " (" + cComment(point.run.algorithm) + ", seed " +
                     std::to_string(point.run.seed) + "), iteration " + std::to_string(point.iteration) + ".\n";
  if (!network) text += "   This run has no global policy.\n";
  if (controllers.empty()) text += "   This iteration has no local controllers.\n";
  text += "   Units are SI units and radians. One time step is " + cNumber(point.task->dt) + " s. */\n";
  text += "#ifndef " + capital + "_H_BY_GPS_STUDIO\n#define " + capital + "_H_BY_GPS_STUDIO\n\n";
  if (network && state.shape.activation == Activation::Tanh && state.shape.layers() > 1) text += "#include <math.h>\n\n";
  text += "enum {\n  " + capital + "_OBSERVATIONS = " + std::to_string(point.task->dO) + ",\n  " + capital +
          "_STATES = " + std::to_string(point.task->dX) + ",\n  " + capital + "_ACTIONS = " + std::to_string(point.task->dU) +
          ",\n  " + capital + "_STEPS = " + std::to_string(point.task->T) + ",\n  " + capital +
          "_HAS_POLICY = " + (network ? "1" : "0") + ",\n" + conditionNames(capital, conditions) + "  " + capital +
          "_CONDITIONS = " + std::to_string(conditions.size()) + "\n};\n\n";
  putChannels(text, prefix, "observation", point.observations);
  putChannels(text, prefix, "state", point.states);
  putChannels(text, prefix, "action", point.actions);
  if (!conditions.empty()) putNames(text, prefix + "_condition_name", conditions);
  if (network) putPolicy(text, prefix, state);
  if (!controllers.empty()) putControllers(text, prefix, controllers);
  putClip(text, prefix, point.task->actionLimit);
  return text + "#endif\n";
}

}  // namespace gps
