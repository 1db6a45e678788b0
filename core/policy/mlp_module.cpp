// SPDX-License-Identifier: GPL-3.0-or-later
// With torch_script.cpp the only sources that include LibTorch: its headers cost about ten seconds per file.
#include "core/policy/mlp_module.h"

#include <ATen/Parallel.h>
#include <torch/nn/module.h>

#include <cmath>
#include <string>
#include <vector>

namespace gps {
namespace {

class LinearLayer : public torch::nn::Module {
 public:
  LinearLayer(at::Tensor weight, at::Tensor bias)
      : m_weight(register_parameter("weight", std::move(weight))),
        m_bias(register_parameter("bias", std::move(bias))) {}

  at::Tensor forward(const at::Tensor& x) const { return at::addmm(m_bias, x, m_weight); }

 private:
  at::Tensor m_weight;  // [in][out]
  at::Tensor m_bias;
};

at::Tensor viewOf(std::span<float> numbers) {
  return at::from_blob(numbers.data(), {static_cast<std::int64_t>(numbers.size())}, at::kFloat);
}

/// The caller's numbers as a tensor that is only read.
at::Tensor viewOf(const float* numbers, at::IntArrayRef sizes) {
  return at::from_blob(const_cast<float*>(numbers), sizes, at::kFloat);
}

}  // namespace

struct MlpModule::Network : torch::nn::Module {
  explicit Network(const MlpShape& networkShape)
      : shape(networkShape),
        flat(at::zeros({static_cast<std::int64_t>(networkShape.parameterCount())}, at::kFloat)),
        gradient(at::zeros_like(flat)) {
    for (int l = 0; l < shape.layers(); ++l) {
      const std::int64_t in = shape.widths[static_cast<std::size_t>(l)];
      const std::int64_t out = shape.widths[static_cast<std::size_t>(l) + 1];
      const auto weightAt = static_cast<std::int64_t>(shape.weightOffset(l));
      const auto biasAt = static_cast<std::int64_t>(shape.biasOffset(l));
      at::Tensor weight = flat.narrow(0, weightAt, in * out).view({in, out}).set_requires_grad(true);
      at::Tensor bias = flat.narrow(0, biasAt, out).set_requires_grad(true);
      // backward() adds to gradients that exist already, here views of the flat gradient.
      weight.mutable_grad() = gradient.narrow(0, weightAt, in * out).view({in, out});
      bias.mutable_grad() = gradient.narrow(0, biasAt, out);
      layers.push_back(
          register_module("layer" + std::to_string(l), std::make_shared<LinearLayer>(weight, bias)));
    }
  }

  at::Tensor forward(at::Tensor x) const {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      x = layers[l]->forward(x);
      if (l + 1 < layers.size()) x = shape.activation == Activation::Relu ? at::relu(x) : at::tanh(x);
    }
    return x;
  }

  MlpShape shape;
  at::Tensor flat;
  at::Tensor gradient;
  std::vector<std::shared_ptr<LinearLayer>> layers;
};

MlpModule::MlpModule(const MlpShape& shape) : m_network(std::make_shared<Network>(shape)) {}

MlpModule::~MlpModule() = default;

std::span<float> MlpModule::parameters() {
  return {m_network->flat.data_ptr<float>(), m_network->shape.parameterCount()};
}

std::span<const float> MlpModule::parameters() const {
  return {m_network->flat.data_ptr<float>(), m_network->shape.parameterCount()};
}

float MlpModule::autogradStep(const MlpBatch& batch, std::span<float> m, std::span<float> v, long step,
                              const AdamOptions& options) {
  // More threads only add hand-overs to matrices this small, and would make sums depend on the machine.
  at::set_num_threads(1);
  Network& network = *m_network;
  const std::int64_t dO = network.shape.widths.front();
  const std::int64_t dU = network.shape.widths.back();
  network.gradient.zero_();
  const at::Tensor residual =
      network.forward(viewOf(batch.observations, {batch.rows, dO})) - viewOf(batch.targets, {batch.rows, dU});
  const at::Tensor force =
      at::bmm(viewOf(batch.precisions, {batch.rows, dU, dU}), residual.unsqueeze(2)).squeeze(2);
  const at::Tensor loss = (residual * force).sum() * (0.5 / batch.rows);
  loss.backward();

  const at::NoGradGuard withoutGraph;
  const double t = static_cast<double>(step);
  const double rate =
      options.lr * std::sqrt(1.0 - std::pow(options.beta2, t)) / (1.0 - std::pow(options.beta1, t));
  const at::Tensor slope = network.gradient + network.flat * options.weightDecay;
  at::Tensor first = viewOf(m);
  at::Tensor second = viewOf(v);
  first.mul_(options.beta1).add_(slope, 1.0 - options.beta1);
  second.mul_(options.beta2).addcmul_(slope, slope, 1.0 - options.beta2);
  network.flat.addcdiv_(first, second.sqrt().add_(options.eps), -rate);
  return loss.item<float>();
}

}  // namespace gps
