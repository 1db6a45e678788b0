// SPDX-License-Identifier: GPL-3.0-or-later
// Beside mlp_module.cpp the only source that includes LibTorch.
#include "core/policy/torch_script.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include <exception>
#include <sstream>

namespace gps {

namespace {

at::Tensor tensorOf(const Vector& numbers) {
  return at::from_blob(const_cast<double*>(numbers.data()), {static_cast<std::int64_t>(numbers.size())}, at::kDouble).clone();
}

at::Tensor tensorOf(std::span<const float> numbers, at::IntArrayRef sizes) {
  return at::from_blob(const_cast<float*>(numbers.data()), sizes, at::kFloat).to(at::kDouble);
}

void addTexts(torch::jit::Module& module, const char* name, const std::vector<std::string>& texts) {
  c10::List<std::string> list;
  for (const std::string& text : texts) list.push_back(text);
  module.register_attribute(name, c10::ListType::ofStrings(), list);
}

/// Only numbers of this program stand in it, no text of a session.
std::string forwardSource(const MlpShape& shape, bool whitens) {
  std::string source = "def forward(self, observation: Tensor) -> Tensor:\n    x = observation.to(self.bias1.dtype)\n";
  if (whitens) source += "    x = (x - self.mean) * self.scale\n";
  source += "    x = x.float().to(self.bias1.dtype)\n";
  for (int l = 1; l <= shape.layers(); ++l) {
    const std::string n = std::to_string(l);
    const std::string layer = "torch.matmul(x, self.weight" + n + ") + self.bias" + n;
    const std::string activation = shape.activation == Activation::Relu ? "torch.relu(" : "torch.tanh(";
    source += "    x = " + (l == shape.layers() ? layer : activation + layer + ")") + "\n";
  }
  return source +
         "    if observation.is_floating_point():\n        x = x.to(observation.dtype)\n    return x\n";
}

}  // namespace

Result<std::string> torchScriptOf(const NeuralPolicy& policy, const TorchScriptLabels& labels) {
  const NeuralPolicy::State state = policy.state();
  try {
    torch::jit::Module module("Policy");
    const bool whitens = state.whitening.mean.size() > 0;
    const Eigen::Index dO = state.shape.widths.front();
    module.register_buffer("mean", tensorOf(whitens ? state.whitening.mean : Vector(Vector::Zero(dO))));
    module.register_buffer("scale", tensorOf(whitens ? state.whitening.scale : Vector(Vector::Ones(dO))));
    for (int l = 0; l < state.shape.layers(); ++l) {
      const std::int64_t in = state.shape.widths[static_cast<std::size_t>(l)];
      const std::int64_t out = state.shape.widths[static_cast<std::size_t>(l) + 1];
      const std::span<const float> numbers(state.parameters);
      const std::string number = std::to_string(l + 1);
      module.register_buffer("weight" + number, tensorOf(numbers.subspan(state.shape.weightOffset(l)), {in, out}));
      module.register_buffer("bias" + number, tensorOf(numbers.subspan(state.shape.biasOffset(l)), {out}));
    }
    const RowMatrix covariance = state.covariance;
    module.register_buffer("covariance", at::from_blob(const_cast<double*>(covariance.data()),
                                                       {covariance.rows(), covariance.cols()}, at::kDouble).clone());
    addTexts(module, "observation_names", labels.observationNames);
    addTexts(module, "observation_units", labels.observationUnits);
    addTexts(module, "action_names", labels.actionNames);
    addTexts(module, "action_units", labels.actionUnits);
    module.define(forwardSource(state.shape, whitens));
    torch::jit::ExtraFilesMap files;
    for (const auto& [name, content] : labels.files) files[name] = content;
    std::ostringstream archive;
    module.save(archive, files);
    return archive.str();
  } catch (const std::exception& error) {
    return Error{"LibTorch could not write the policy: " + std::string(error.what()), "TorchScript",
                 "Export it as a C header, or as arrays."};
  }
}

}  // namespace gps
