// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/math/types.h"
#include "core/policy/policy_params.h"

namespace gps {

/// Shape of a plain multilayer perceptron: y = act(x W + b) per hidden layer, the last layer linear.
/// Parameters lie in one flat array, layer by layer: W row-major [in][out], then b [out].
struct MlpShape {
  std::vector<int> widths;  ///< input, hidden ..., output
  Activation activation = Activation::Relu;

  int layers() const { return static_cast<int>(widths.size()) - 1; }
  std::size_t parameterCount() const;
  std::size_t weightOffset(int layer) const;
  std::size_t biasOffset(int layer) const;
};

/// Adam in the form p -= lr sqrt(1 - b2^t)/(1 - b1^t) m/(sqrt(v) + eps), t from 1; weight decay wd * p is
/// added to the gradient of weights and biases alike.
struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weightDecay = 0.0;
};

/// Parameters of an MLP in the layout of the kernels: one array, layer by layer, rows padded with 0 to whole
/// vectors, the bias as last row.
template <class Scalar>
class PackedMlp {
 public:
  using Buffer = std::vector<Scalar, Eigen::aligned_allocator<Scalar>>;
  struct Layer {
    int in = 0;
    int out = 0;
    int columns = 0;         ///< out, rounded up to whole vectors
    int backColumns = 0;     ///< in, rounded up
    std::size_t offset = 0;  ///< of its (in + 1) x columns numbers: W, then b
    Buffer backward;         ///< columns x backColumns: W'
  };

  explicit PackedMlp(MlpShape shape);

  /// Copies the parameters; `withBackward` also fills the transposed weights.
  void load(std::span<const Scalar> parameters, bool withBackward);
  /// After a change of packed().
  void transposeWeights();

  std::span<Scalar> packed() { return m_parameters; }
  /// Between the order of MlpShape and this layout, for parameters as for anything else of their shape.
  void pack(std::span<const Scalar> flat, std::span<Scalar> packed) const;
  void unpack(std::span<const Scalar> packed, std::span<Scalar> flat) const;

  /// Any number of rows, contiguous. A row's result does not depend on the other rows. Safe to call from
  /// several threads at once.
  void forward(const Scalar* observations, int rows, Scalar* outputs) const;

  /// One layer: padded inputs to padded outputs with the activation (none after the last layer).
  void forwardLayer(int layer, int rows, const Scalar* inputs, Scalar* outputs) const;

  /// Distance of two rows of a buffer that holds the values of layer boundary `boundary` (0: the inputs);
  /// there is room for a constant 1 after the values, the bias's input.
  int stride(int boundary) const;

  const MlpShape& shape() const { return m_shape; }
  const Layer& layer(int index) const { return m_layers[static_cast<std::size_t>(index)]; }
  /// W, then b.
  const Scalar* forwardWeights(int index) const { return m_parameters.data() + layer(index).offset; }

 private:
  MlpShape m_shape;
  std::vector<Layer> m_layers;
  Buffer m_parameters;
};

template <class Scalar>
class MlpDescent;

/// Fused forward, precision-weighted loss, backward and Adam for an MLP, without allocation after the first
/// call. A template on the scalar: training runs float, checks run double (instantiated for both).
/// Loss of a batch of B: (1/2B) sum_b (y_b - a_b)' P_b (y_b - a_b), a = target, P with weights folded in.
template <class Scalar>
class FusedMlp {
 public:
  FusedMlp(MlpShape shape, int batch);

  /// One batch. observations (B x in), targets (B x out), precisions (B x out x out, symmetric), row-major,
  /// contiguous. Writes the gradient (without weight decay) to `gradient` and returns the loss.
  Scalar lossAndGradient(std::span<const Scalar> parameters, const Scalar* observations,
                         const Scalar* targets, const Scalar* precisions, std::span<Scalar> gradient);

  /// Forward only, any number of rows. outputs (rows x out).
  void forward(std::span<const Scalar> parameters, const Scalar* observations, int rows, Scalar* outputs);

  const MlpShape& shape() const { return m_packed.shape(); }

 private:
  friend class MlpDescent<Scalar>;
  using Buffer = typename PackedMlp<Scalar>::Buffer;

  Scalar evaluate(const Scalar* observations, const Scalar* targets, const Scalar* precisions);
  Scalar outputDelta(const Scalar* targets, const Scalar* precisions);
  void backward();

  PackedMlp<Scalar> m_packed;
  int m_batch;
  std::vector<Buffer> m_activations;  // per boundary: batch rows of values, then 1
  std::vector<Buffer> m_deltas;       // per layer: derivative of the loss by its output before the activation
  Buffer m_gradient;                  // packed
  Buffer m_residual;
};

/// One Adam step in place. `step` counts from 1.
template <class Scalar>
void adamStep(std::span<Scalar> parameters, std::span<const Scalar> gradient, std::span<Scalar> m,
              std::span<Scalar> v, long step, const AdamOptions& options);

/// Many steps of FusedMlp::lossAndGradient and adamStep with the same numbers as result: between them
/// parameters and moments stay in the kernels' layout.
template <class Scalar>
class MlpDescent {
 public:
  MlpDescent(MlpShape shape, int batch, std::span<const Scalar> parameters, std::span<const Scalar> m,
             std::span<const Scalar> v);

  /// One batch, arrays as for FusedMlp::lossAndGradient. Returns the loss before the step.
  Scalar step(const Scalar* observations, const Scalar* targets, const Scalar* precisions, long step,
              const AdamOptions& options);
  void store(std::span<Scalar> parameters, std::span<Scalar> m, std::span<Scalar> v);
  /// Of the last batch, in the kernels' layout: zeros between the numbers.
  std::span<const Scalar> gradient() const { return m_network.m_gradient; }

 private:
  FusedMlp<Scalar> m_network;
  typename PackedMlp<Scalar>::Buffer m_first;
  typename PackedMlp<Scalar>::Buffer m_second;
};

}  // namespace gps
