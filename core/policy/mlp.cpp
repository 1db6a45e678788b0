// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/mlp.h"

#include <algorithm>
#include <cmath>

#include "core/base/expects.h"
#include "core/math/tile_product.h"

namespace gps {
namespace {

template <class Scalar>
int roundedUp(int n) {
  constexpr int kWidth = Simd<Scalar>::kWidth;
  return (n + kWidth - 1) / kWidth * kWidth;
}

/// Rows of one forward() pass: enough to keep the kernels busy, few enough to stay in the cache.
constexpr int kForwardRows = 32;

template <class Scalar>
typename Simd<Scalar>::Vec tanhOf(const typename Simd<Scalar>::Vec& x) {
  // Exactly one packet, aligned: Eigen takes the same code path for every lane.
  Eigen::Array<Scalar, Simd<Scalar>::kWidth, 1> lanes;
  Simd<Scalar>::store(lanes.data(), x);
  lanes = lanes.tanh().eval();
  return Simd<Scalar>::load(lanes.data());
}

}  // namespace

std::size_t MlpShape::parameterCount() const {
  return weightOffset(layers());
}

std::size_t MlpShape::weightOffset(int layer) const {
  std::size_t offset = 0;
  for (std::size_t l = 0; l < static_cast<std::size_t>(layer); ++l) {
    offset += static_cast<std::size_t>(widths[l] + 1) * static_cast<std::size_t>(widths[l + 1]);
  }
  return offset;
}

std::size_t MlpShape::biasOffset(int layer) const {
  const std::size_t l = static_cast<std::size_t>(layer);
  return weightOffset(layer) + static_cast<std::size_t>(widths[l]) * static_cast<std::size_t>(widths[l + 1]);
}

template <class Scalar>
PackedMlp<Scalar>::PackedMlp(MlpShape shape) : m_shape(std::move(shape)) {
  GPS_EXPECTS(m_shape.layers() >= 1, "an MLP has an input and an output width");
  std::size_t size = 0;
  for (int l = 0; l < m_shape.layers(); ++l) {
    Layer layer;
    layer.in = m_shape.widths[static_cast<std::size_t>(l)];
    layer.out = m_shape.widths[static_cast<std::size_t>(l) + 1];
    layer.columns = roundedUp<Scalar>(layer.out);
    layer.backColumns = roundedUp<Scalar>(layer.in);
    layer.offset = size;
    size += static_cast<std::size_t>((layer.in + 1) * layer.columns);
    m_layers.push_back(std::move(layer));
  }
  m_parameters.assign(size, Scalar(0));
}

template <class Scalar>
int PackedMlp<Scalar>::stride(int boundary) const {
  return roundedUp<Scalar>(m_shape.widths[static_cast<std::size_t>(boundary)] + 1);
}

template <class Scalar>
void PackedMlp<Scalar>::load(std::span<const Scalar> parameters, bool withBackward) {
  pack(parameters, m_parameters);
  if (withBackward) transposeWeights();
}

template <class Scalar>
void PackedMlp<Scalar>::pack(std::span<const Scalar> flat, std::span<Scalar> packed) const {
  GPS_EXPECTS(flat.size() == m_shape.parameterCount(), "parameters do not fit the network's shape");
  const Scalar* from = flat.data();
  for (const Layer& layer : m_layers) {
    Scalar* to = packed.data() + layer.offset;
    for (int i = 0; i <= layer.in; ++i, from += layer.out, to += layer.columns) {
      std::copy_n(from, layer.out, to);
    }
  }
}

template <class Scalar>
void PackedMlp<Scalar>::unpack(std::span<const Scalar> packed, std::span<Scalar> flat) const {
  GPS_EXPECTS(flat.size() == m_shape.parameterCount(), "parameters do not fit the network's shape");
  Scalar* to = flat.data();
  for (const Layer& layer : m_layers) {
    const Scalar* from = packed.data() + layer.offset;
    for (int i = 0; i <= layer.in; ++i, to += layer.out, from += layer.columns) {
      std::copy_n(from, layer.out, to);
    }
  }
}

template <class Scalar>
void PackedMlp<Scalar>::transposeWeights() {
  constexpr int kWidth = Simd<Scalar>::kWidth;
  // The inputs' derivative is never needed, so the first layer is not transposed.
  for (std::size_t l = 1; l < m_layers.size(); ++l) {
    Layer& layer = m_layers[l];
    layer.backward.resize(static_cast<std::size_t>(layer.columns * layer.backColumns), Scalar(0));
    const Scalar* W = m_parameters.data() + layer.offset;
    int i = 0;
    for (; i + kWidth <= layer.in; i += kWidth) {
      for (int o = 0; o < layer.columns; o += kWidth) {
        Simd<Scalar>::transpose(W + i * layer.columns + o, layer.columns,
                                layer.backward.data() + o * layer.backColumns + i, layer.backColumns);
      }
    }
    for (; i < layer.in; ++i) {
      for (int o = 0; o < layer.out; ++o) {
        layer.backward[static_cast<std::size_t>(o * layer.backColumns + i)] = W[i * layer.columns + o];
      }
    }
  }
}

template <class Scalar>
void PackedMlp<Scalar>::forwardLayer(int index, int rows, const Scalar* inputs, Scalar* outputs) const {
  using S = Simd<Scalar>;
  using Vec = typename S::Vec;
  const Layer& l = layer(index);
  const ProductOperands<Scalar> operands{.rows = rows,
                                         .inner = l.in,
                                         .columns = l.columns,
                                         .a = inputs,
                                         .aRow = stride(index),
                                         .aCol = 1,
                                         .b = forwardWeights(index),
                                         .bRow = l.columns,
                                         .start = forwardWeights(index) + l.in * l.columns,
                                         .c = outputs,
                                         .cRow = stride(index + 1)};
  if (index + 1 == m_shape.layers()) {
    product(operands, [](const Vec& x, std::ptrdiff_t) { return x; });
  } else if (m_shape.activation == Activation::Relu) {
    product(operands, [](const Vec& x, std::ptrdiff_t) { return S::positivePart(x); });
  } else {
    product(operands, [](const Vec& x, std::ptrdiff_t) { return tanhOf<Scalar>(x); });
  }
}

template <class Scalar>
void PackedMlp<Scalar>::forward(const Scalar* observations, int rows, Scalar* outputs) const {
  int widest = 0;
  for (int boundary = 0; boundary <= m_shape.layers(); ++boundary)
    widest = std::max(widest, stride(boundary));
  const int chunk = std::min(rows, kForwardRows);
  Buffer from(static_cast<std::size_t>(chunk * widest), Scalar(0));
  Buffer to(from.size(), Scalar(0));
  const int dIn = m_shape.widths.front();
  const int dOut = m_shape.widths.back();
  for (int first = 0; first < rows; first += chunk) {
    const int count = std::min(chunk, rows - first);
    for (int b = 0; b < count; ++b) {
      std::copy_n(observations + std::ptrdiff_t{first + b} * dIn, dIn, from.data() + b * stride(0));
    }
    for (int l = 0; l < m_shape.layers(); ++l) {
      forwardLayer(l, count, from.data(), to.data());
      std::swap(from, to);
    }
    for (int b = 0; b < count; ++b) {
      std::copy_n(from.data() + b * stride(m_shape.layers()), dOut,
                  outputs + std::ptrdiff_t{first + b} * dOut);
    }
  }
}

template <class Scalar>
FusedMlp<Scalar>::FusedMlp(MlpShape shape, int batch) : m_packed(std::move(shape)), m_batch(batch) {
  GPS_EXPECTS(batch >= 1, "a batch has at least one row");
  for (int boundary = 0; boundary <= this->shape().layers(); ++boundary) {
    const std::size_t size = static_cast<std::size_t>(batch * m_packed.stride(boundary));
    m_activations.emplace_back(size, Scalar(0));
    if (boundary == 0) continue;
    m_deltas.emplace_back(size, Scalar(0));
  }
  m_gradient.assign(m_packed.packed().size(), Scalar(0));
  m_residual.resize(static_cast<std::size_t>(this->shape().widths.back()));
}

template <class Scalar>
Scalar FusedMlp<Scalar>::lossAndGradient(std::span<const Scalar> parameters, const Scalar* observations,
                                         const Scalar* targets, const Scalar* precisions,
                                         std::span<Scalar> gradient) {
  GPS_EXPECTS(gradient.size() == parameters.size(), "the gradient has the parameters' size");
  m_packed.load(parameters, true);
  const Scalar loss = evaluate(observations, targets, precisions);
  m_packed.unpack(m_gradient, gradient);
  return loss;
}

/// Loss and packed gradient at the packed parameters.
template <class Scalar>
Scalar FusedMlp<Scalar>::evaluate(const Scalar* observations, const Scalar* targets,
                                  const Scalar* precisions) {
  const int dIn = shape().widths.front();
  const int inStride = m_packed.stride(0);
  for (int b = 0; b < m_batch; ++b) {
    Scalar* row = m_activations.front().data() + b * inStride;
    for (int i = 0; i < dIn; ++i) row[i] = observations[b * dIn + i];
    row[dIn] = Scalar(1);
  }
  for (int l = 0; l < shape().layers(); ++l) {
    Scalar* outputs = m_activations[static_cast<std::size_t>(l) + 1].data();
    m_packed.forwardLayer(l, m_batch, m_activations[static_cast<std::size_t>(l)].data(), outputs);
    // The kernels write whole vectors, so the bias's input may have been overwritten.
    for (int b = 0; b < m_batch; ++b) outputs[b * m_packed.stride(l + 1) + m_packed.layer(l).out] = Scalar(1);
  }
  const Scalar loss = outputDelta(targets, precisions);
  backward();
  return loss;
}

/// delta = P (y - a) / B in the last layer; returns the loss.
template <class Scalar>
Scalar FusedMlp<Scalar>::outputDelta(const Scalar* targets, const Scalar* precisions) {
  const int dOut = shape().widths.back();
  const int stride = m_packed.stride(shape().layers());
  const Scalar perRow = Scalar(1) / static_cast<Scalar>(m_batch);
  Scalar sum = 0;
  for (int b = 0; b < m_batch; ++b) {
    const Scalar* y = m_activations.back().data() + b * stride;
    Scalar* delta = m_deltas.back().data() + b * stride;
    for (int d = 0; d < dOut; ++d) m_residual[static_cast<std::size_t>(d)] = y[d] - targets[b * dOut + d];
    for (int d = 0; d < dOut; ++d) {
      const Scalar* P = precisions + (b * dOut + d) * dOut;
      Scalar force = 0;
      for (int e = 0; e < dOut; ++e) force += P[e] * m_residual[static_cast<std::size_t>(e)];
      sum += force * m_residual[static_cast<std::size_t>(d)];
      delta[d] = force * perRow;
    }
  }
  return Scalar(0.5) * perRow * sum;
}

template <class Scalar>
void FusedMlp<Scalar>::backward() {
  using S = Simd<Scalar>;
  using Vec = typename S::Vec;
  for (int l = shape().layers() - 1; l >= 0; --l) {
    const std::size_t index = static_cast<std::size_t>(l);
    const typename PackedMlp<Scalar>::Layer& layer = m_packed.layer(l);
    const Scalar* inputs = m_activations[index].data();
    const Scalar* delta = m_deltas[index].data();
    // [dW; db] = [inputs, 1]' delta
    product(ProductOperands<Scalar>{.rows = layer.in + 1,
                                    .inner = m_batch,
                                    .columns = layer.columns,
                                    .a = inputs,
                                    .aRow = 1,
                                    .aCol = m_packed.stride(l),
                                    .b = delta,
                                    .bRow = m_packed.stride(l + 1),
                                    .start = nullptr,
                                    .c = m_gradient.data() + layer.offset,
                                    .cRow = layer.columns},
            [](const Vec& x, std::ptrdiff_t) { return x; });
    if (l == 0) break;
    // delta of the layer below = (delta W') act'(its output); outputs and deltas share one layout.
    const ProductOperands<Scalar> operands{.rows = m_batch,
                                           .inner = layer.out,
                                           .columns = layer.backColumns,
                                           .a = delta,
                                           .aRow = m_packed.stride(l + 1),
                                           .aCol = 1,
                                           .b = layer.backward.data(),
                                           .bRow = layer.backColumns,
                                           .start = nullptr,
                                           .c = m_deltas[index - 1].data(),
                                           .cRow = m_packed.stride(l)};
    if (shape().activation == Activation::Relu) {
      product(operands,
              [&](const Vec& x, std::ptrdiff_t at) { return S::whereAbove0(S::load(inputs + at), x); });
    } else {
      product(operands, [&](const Vec& x, std::ptrdiff_t at) {
        const Vec y = S::load(inputs + at);
        return S::mul(S::fnma(y, y, S::broadcast(Scalar(1))), x);
      });
    }
  }
}

template <class Scalar>
void FusedMlp<Scalar>::forward(std::span<const Scalar> parameters, const Scalar* observations, int rows,
                               Scalar* outputs) {
  m_packed.load(parameters, false);
  m_packed.forward(observations, rows, outputs);
}

template <class Scalar>
void adamStep(std::span<Scalar> parameters, std::span<const Scalar> gradient, std::span<Scalar> m,
              std::span<Scalar> v, long step, const AdamOptions& options) {
  GPS_EXPECTS(step >= 1, "Adam counts its steps from 1");
  GPS_EXPECTS(gradient.size() == parameters.size() && m.size() == parameters.size() && v.size() == m.size(),
              "Adam's arrays have one size");
  using S = Simd<Scalar>;
  using Vec = typename S::Vec;
  constexpr std::size_t kWidth = S::kWidth;
  const double t = static_cast<double>(step);
  const double rate =
      options.lr * std::sqrt(1.0 - std::pow(options.beta2, t)) / (1.0 - std::pow(options.beta1, t));
  const Vec lr = S::broadcast(static_cast<Scalar>(rate));
  const Vec beta1 = S::broadcast(static_cast<Scalar>(options.beta1));
  const Vec beta2 = S::broadcast(static_cast<Scalar>(options.beta2));
  const Vec rest1 = S::broadcast(static_cast<Scalar>(1.0 - options.beta1));
  const Vec rest2 = S::broadcast(static_cast<Scalar>(1.0 - options.beta2));
  const Vec eps = S::broadcast(static_cast<Scalar>(options.eps));
  const Vec decay = S::broadcast(static_cast<Scalar>(options.weightDecay));
  const auto update = [&](Scalar* p, const Scalar* g, Scalar* first, Scalar* second) {
    const Vec weight = S::load(p);
    const Vec slope = S::fma(decay, weight, S::load(g));
    const Vec mean = S::fma(beta1, S::load(first), S::mul(rest1, slope));
    const Vec square = S::fma(beta2, S::load(second), S::mul(S::mul(rest2, slope), slope));
    S::store(first, mean);
    S::store(second, square);
    S::store(p, S::fnma(lr, S::div(mean, S::add(S::sqrt(square), eps)), weight));
  };
  std::size_t i = 0;
  for (; i + kWidth <= parameters.size(); i += kWidth) {
    update(&parameters[i], &gradient[i], &m[i], &v[i]);
  }
  // The rest goes through the same instructions, so no element's result depends on its place.
  const std::size_t rest = parameters.size() - i;
  if (rest == 0) return;
  Scalar p[kWidth] = {}, g[kWidth] = {}, first[kWidth] = {}, second[kWidth] = {};
  std::copy_n(&parameters[i], rest, p);
  std::copy_n(&gradient[i], rest, g);
  std::copy_n(&m[i], rest, first);
  std::copy_n(&v[i], rest, second);
  update(p, g, first, second);
  std::copy_n(p, rest, &parameters[i]);
  std::copy_n(first, rest, &m[i]);
  std::copy_n(second, rest, &v[i]);
}

template <class Scalar>
MlpDescent<Scalar>::MlpDescent(MlpShape shape, int batch, std::span<const Scalar> parameters,
                               std::span<const Scalar> m, std::span<const Scalar> v)
    : m_network(std::move(shape), batch) {
  PackedMlp<Scalar>& packed = m_network.m_packed;
  m_first.assign(packed.packed().size(), Scalar(0));
  m_second.assign(packed.packed().size(), Scalar(0));
  packed.load(parameters, true);
  packed.pack(m, m_first);
  packed.pack(v, m_second);
}

template <class Scalar>
Scalar MlpDescent<Scalar>::step(const Scalar* observations, const Scalar* targets, const Scalar* precisions,
                                long step, const AdamOptions& options) {
  const Scalar loss = m_network.evaluate(observations, targets, precisions);
  // The pads have gradient 0 and stay 0.
  adamStep<Scalar>(m_network.m_packed.packed(), m_network.m_gradient, m_first, m_second, step, options);
  m_network.m_packed.transposeWeights();
  return loss;
}

template <class Scalar>
void MlpDescent<Scalar>::store(std::span<Scalar> parameters, std::span<Scalar> m, std::span<Scalar> v) {
  const PackedMlp<Scalar>& packed = m_network.m_packed;
  packed.unpack(m_network.m_packed.packed(), parameters);
  packed.unpack(m_first, m);
  packed.unpack(m_second, v);
}

template class PackedMlp<float>;
template class PackedMlp<double>;
template class FusedMlp<float>;
template class FusedMlp<double>;
template class MlpDescent<float>;
template class MlpDescent<double>;
template void adamStep<float>(std::span<float>, std::span<const float>, std::span<float>, std::span<float>,
                              long, const AdamOptions&);
template void adamStep<double>(std::span<double>, std::span<const double>, std::span<double>,
                               std::span<double>, long, const AdamOptions&);

}  // namespace gps
