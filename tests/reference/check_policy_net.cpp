// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <vector>

#include "core/policy/mlp.h"
#include "tests/reference/case_check.h"

namespace gps::reference {
namespace {

std::vector<double> flat(const Json& j) {
  std::vector<double> numbers;
  if (!j.is_array()) return {j.get<double>()};
  for (const Json& element : j) {
    const std::vector<double> inner = flat(element);
    numbers.insert(numbers.end(), inner.begin(), inner.end());
  }
  return numbers;
}

MlpShape shapeOf(const Json& W) {
  MlpShape shape{.widths = {static_cast<int>(W.front().size())}, .activation = Activation::Relu};
  for (const Json& weights : W) shape.widths.push_back(static_cast<int>(weights.front().size()));
  return shape;
}

std::vector<double> parametersOf(const Json& W, const Json& b) {
  std::vector<double> parameters;
  for (std::size_t l = 0; l < W.size(); ++l) {
    for (const Json& part : {W[l], b[l]}) {
      const std::vector<double> numbers = flat(part);
      parameters.insert(parameters.end(), numbers.begin(), numbers.end());
    }
  }
  return parameters;
}

Json rowsOf(const double* numbers, int rows, int columns) {
  Json result = Json::array();
  for (int r = 0; r < rows; ++r) {
    result.push_back(std::vector<double>(numbers + r * columns, numbers + (r + 1) * columns));
  }
  return result;
}

Json weightsOf(const MlpShape& shape, const std::vector<double>& parameters) {
  Json result = Json::array();
  for (int l = 0; l < shape.layers(); ++l) {
    const std::size_t index = static_cast<std::size_t>(l);
    result.push_back(
        rowsOf(parameters.data() + shape.weightOffset(l), shape.widths[index], shape.widths[index + 1]));
  }
  return result;
}

Json biasesOf(const MlpShape& shape, const std::vector<double>& parameters) {
  Json result = Json::array();
  for (int l = 0; l < shape.layers(); ++l) {
    result.push_back(
        rowsOf(parameters.data() + shape.biasOffset(l), 1, shape.widths[static_cast<std::size_t>(l) + 1])
            .front());
  }
  return result;
}

}  // namespace

void checkPolicyNet(CaseCheck& check) {
  const MlpShape shape = shapeOf(check.in("W"));
  const Json& batches = check.in("batches_obs");
  const int batch = static_cast<int>(batches.front().size());
  const AdamOptions adam{.lr = check.in("lr"),
                         .beta1 = check.in("beta1"),
                         .beta2 = check.in("beta2"),
                         .eps = check.in("eps"),
                         .weightDecay = check.in("weight_decay")};
  std::vector<double> parameters = parametersOf(check.in("W"), check.in("b"));
  std::vector<double> gradient(parameters.size()), m(parameters.size()), v(parameters.size());
  FusedMlp<double> network(shape, batch);

  const int dU = shape.widths.back();
  std::vector<double> output(static_cast<std::size_t>(batch * dU));
  network.forward(parameters, flat(batches.front()).data(), batch, output.data());
  check.compare("first_output", rowsOf(output.data(), batch, dU));

  std::vector<double> losses;
  for (std::size_t step = 0; step < batches.size(); ++step) {
    losses.push_back(network.lossAndGradient(parameters, flat(batches[step]).data(),
                                             flat(check.in("batches_mu")[step]).data(),
                                             flat(check.in("batches_prc")[step]).data(), gradient));
    if (step == 0) {
      check.compare("first_gradient_W", weightsOf(shape, gradient));
      check.compare("first_gradient_b", biasesOf(shape, gradient));
    }
    adamStep<double>(parameters, gradient, m, v, static_cast<long>(step) + 1, adam);
  }
  check.compare("losses", toJson(losses));
  check.compare("W", weightsOf(shape, parameters));
  check.compare("b", biasesOf(shape, parameters));
}

}  // namespace gps::reference
