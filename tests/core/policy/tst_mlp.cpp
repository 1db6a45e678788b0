// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/rng.h"
#include "core/policy/mlp.h"
#include "core/policy/mlp_module.h"

using namespace gps;

namespace {

template <class Scalar>
struct Problem {
  MlpShape shape;
  int batch = 0;
  std::vector<Scalar> parameters, observations, targets, precisions;
};

/// Random network and batch; the precisions are symmetric and positive definite.
template <class Scalar>
Problem<Scalar> problem(const MlpShape& shape, int batch, std::uint64_t seed) {
  Rng rng(seed);
  const auto normals = [&](std::size_t count, double scale) {
    std::vector<Scalar> numbers(count);
    for (Scalar& x : numbers) x = static_cast<Scalar>(scale * rng.normal());
    return numbers;
  };
  const int dO = shape.widths.front();
  const int dU = shape.widths.back();
  Problem<Scalar> p{.shape = shape,
                    .batch = batch,
                    .parameters = normals(shape.parameterCount(), 0.4),
                    .observations = normals(static_cast<std::size_t>(batch * dO), 1.0),
                    .targets = normals(static_cast<std::size_t>(batch * dU), 1.0),
                    .precisions = {}};
  for (int b = 0; b < batch; ++b) {
    Matrix A(dU, dU);
    for (double& a : A.reshaped()) a = rng.normal();
    const Matrix P = A * A.transpose() + 0.5 * Matrix::Identity(dU, dU);
    for (const double x : P.reshaped()) p.precisions.push_back(static_cast<Scalar>(x));
  }
  return p;
}

template <class Scalar>
Scalar lossOf(FusedMlp<Scalar>& network, const Problem<Scalar>& p, std::vector<Scalar>& gradient) {
  gradient.resize(p.parameters.size());
  return network.lossAndGradient(p.parameters, p.observations.data(), p.targets.data(), p.precisions.data(),
                                 gradient);
}

double largest(const std::vector<float>& x) {
  double result = 0.0;
  for (const float value : x) result = std::max(result, std::abs(static_cast<double>(value)));
  return result;
}

double largestDifference(std::span<const float> a, std::span<const float> b) {
  double result = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    result = std::max(result, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return result;
}

void shapes() {
  QTest::addColumn<std::vector<int>>("widths");
  QTest::addColumn<bool>("tanh");
  QTest::addColumn<int>("batch");
  QTest::newRow("relu 7-42-42-2") << std::vector<int>{7, 42, 42, 2} << false << 25;
  QTest::newRow("tanh 7-42-42-2") << std::vector<int>{7, 42, 42, 2} << true << 25;
  QTest::newRow("whole vectors") << std::vector<int>{8, 40, 16, 8} << false << 16;
  QTest::newRow("no hidden layer") << std::vector<int>{5, 3} << false << 7;
  QTest::newRow("one unit everywhere") << std::vector<int>{1, 1, 1} << true << 1;
  QTest::newRow("deep and odd") << std::vector<int>{3, 9, 1, 17, 30, 5} << true << 3;
}

}  // namespace

class TestMlp : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void parametersLieLayerByLayerWeightsFirst();
  void tinyNetworkGivesTheAnswerOfPaperAndPencil();
  void gradientAgreesWithFiniteDifferences_data() { shapes(); }
  void gradientAgreesWithFiniteDifferences();
  void floatAgreesWithDouble_data() { shapes(); }
  void floatAgreesWithDouble();
  void rowsDoNotDependOnEachOther_data() { shapes(); }
  void rowsDoNotDependOnEachOther();
  void alignmentOfTheBuffersDoesNotMatter();
  void fusedStepsAgreeWithAutograd_data() { shapes(); }
  void fusedStepsAgreeWithAutograd();
  void descentIsManyFusedSteps_data();
  void descentIsManyFusedSteps();
  void adamFollowsItsFormulaWhereverAnElementLies();
  void notANumberReachesTheLoss_data() { shapes(); }
  void notANumberReachesTheLoss();
};

void TestMlp::parametersLieLayerByLayerWeightsFirst() {
  const MlpShape shape{.widths = {7, 42, 42, 2}, .activation = Activation::Relu};
  QCOMPARE(shape.parameterCount(), std::size_t{7 * 42 + 42 + 42 * 42 + 42 + 42 * 2 + 2});
  QCOMPARE(shape.weightOffset(0), std::size_t{0});
  QCOMPARE(shape.biasOffset(0), std::size_t{7 * 42});
  QCOMPARE(shape.weightOffset(1), std::size_t{7 * 42 + 42});
  QCOMPARE(shape.biasOffset(2), shape.parameterCount() - 2);
}

// hidden = relu((1, 2) [[1, -1], [2, 1]] + (0.5, -3)) = (5.5, 0), y = 2 * 5.5 + 1 = 12, residual 2, P = 3.
void TestMlp::tinyNetworkGivesTheAnswerOfPaperAndPencil() {
  FusedMlp<double> network({.widths = {2, 2, 1}, .activation = Activation::Relu}, 1);
  const std::vector<double> parameters{1, -1, 2, 1, 0.5, -3, 2, 7, 1};
  const std::vector<double> observation{1, 2}, target{10}, precision{3};
  std::vector<double> gradient(parameters.size());
  QCOMPARE(network.lossAndGradient(parameters, observation.data(), target.data(), precision.data(), gradient),
           6.0);
  QCOMPARE(gradient, (std::vector<double>{12, 0, 24, 0, 12, 0, 33, 0, 6}));
}

void TestMlp::gradientAgreesWithFiniteDifferences() {
  QFETCH(std::vector<int>, widths);
  QFETCH(bool, tanh);
  QFETCH(int, batch);
  Problem<double> p = problem<double>({widths, tanh ? Activation::Tanh : Activation::Relu}, batch, 5);
  FusedMlp<double> network(p.shape, batch);
  std::vector<double> gradient, unused;
  lossOf(network, p, gradient);
  const double scale = std::abs(*std::max_element(
      gradient.begin(), gradient.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
  constexpr double h = 1e-6;
  const std::size_t stride = 1 + gradient.size() / 300;  // of a large network a part, in every layer
  for (std::size_t i = 0; i < gradient.size(); i += stride) {
    const double middle = p.parameters[i];
    p.parameters[i] = middle + h;
    const double above = lossOf(network, p, unused);
    p.parameters[i] = middle - h;
    const double below = lossOf(network, p, unused);
    p.parameters[i] = middle;
    // Rounding of the loss divided by h bounds the error of the difference quotient.
    QVERIFY2(std::abs((above - below) / (2 * h) - gradient[i]) < 1e-7 * (1.0 + scale) + 1e-9 * above,
             qPrintable(QString("parameter %1").arg(i)));
  }
}

void TestMlp::floatAgreesWithDouble() {
  QFETCH(std::vector<int>, widths);
  QFETCH(bool, tanh);
  QFETCH(int, batch);
  const Problem<float> p = problem<float>({widths, tanh ? Activation::Tanh : Activation::Relu}, batch, 6);
  const Problem<double> q{.shape = p.shape,
                          .batch = batch,
                          .parameters = {p.parameters.begin(), p.parameters.end()},
                          .observations = {p.observations.begin(), p.observations.end()},
                          .targets = {p.targets.begin(), p.targets.end()},
                          .precisions = {p.precisions.begin(), p.precisions.end()}};
  FusedMlp<float> small(p.shape, batch);
  FusedMlp<double> exact(p.shape, batch);
  std::vector<float> gradient;
  std::vector<double> exactGradient;
  const float loss = lossOf(small, p, gradient);
  const double exactLoss = lossOf(exact, q, exactGradient);
  QVERIFY(std::abs(loss - exactLoss) < 1e-5 * exactLoss);
  const std::vector<float> rounded(exactGradient.begin(), exactGradient.end());
  QVERIFY(largestDifference(gradient, rounded) < 1e-5 * largest(rounded));
}

// A policy is evaluated row by row in a rollout and for all rows at once in the linearisation.
void TestMlp::rowsDoNotDependOnEachOther() {
  QFETCH(std::vector<int>, widths);
  QFETCH(bool, tanh);
  const int rows = 77;
  const Problem<float> p = problem<float>({widths, tanh ? Activation::Tanh : Activation::Relu}, rows, 7);
  PackedMlp<float> network(p.shape);
  network.load(p.parameters, false);
  const int dO = widths.front();
  const int dU = widths.back();
  std::vector<float> together(static_cast<std::size_t>(rows * dU));
  std::vector<float> alone(together.size());
  network.forward(p.observations.data(), rows, together.data());
  for (int row = 0; row < rows; ++row) {
    network.forward(p.observations.data() + row * dO, 1, alone.data() + row * dU);
  }
  QCOMPARE(alone, together);
}

void TestMlp::alignmentOfTheBuffersDoesNotMatter() {
  const Problem<float> p = problem<float>({.widths = {7, 42, 42, 2}, .activation = Activation::Tanh}, 25, 8);
  FusedMlp<float> network(p.shape, p.batch);
  std::vector<float> gradient;
  const float loss = lossOf(network, p, gradient);
  for (std::size_t shift = 1; shift < 8; ++shift) {
    const auto shifted = [&](const std::vector<float>& numbers) {
      std::vector<float> copy(shift);
      copy.insert(copy.end(), numbers.begin(), numbers.end());
      return copy;
    };
    const std::vector<float> parameters = shifted(p.parameters), observations = shifted(p.observations),
                             targets = shifted(p.targets), precisions = shifted(p.precisions);
    std::vector<float> out = shifted(gradient);
    const std::span<float> view = std::span<float>(out).subspan(shift);
    std::fill(view.begin(), view.end(), 0.0F);
    QCOMPARE(network.lossAndGradient(std::span<const float>(parameters).subspan(shift),
                                     observations.data() + shift, targets.data() + shift,
                                     precisions.data() + shift, view),
             loss);
    QVERIFY(std::equal(view.begin(), view.end(), gradient.begin()));
  }
}

void TestMlp::fusedStepsAgreeWithAutograd() {
  QFETCH(std::vector<int>, widths);
  QFETCH(bool, tanh);
  QFETCH(int, batch);
  const Problem<float> p = problem<float>({widths, tanh ? Activation::Tanh : Activation::Relu}, batch, 9);
  const AdamOptions adam{.weightDecay = 0.005};
  const MlpBatch data{.rows = batch,
                      .observations = p.observations.data(),
                      .targets = p.targets.data(),
                      .precisions = p.precisions.data()};
  MlpModule module(p.shape);
  FusedMlp<float> network(p.shape, batch);
  std::vector<float> parameters = p.parameters, gradient(parameters.size());
  std::vector<float> m(parameters.size()), v(parameters.size());
  for (long step = 1; step <= 20; ++step) {
    // Both start each step from the same numbers: the claim is about one step.
    std::copy(parameters.begin(), parameters.end(), module.parameters().begin());
    std::vector<float> otherM = m, otherV = v;
    const float otherLoss = module.autogradStep(data, otherM, otherV, step, adam);
    const float loss = network.lossAndGradient(parameters, p.observations.data(), p.targets.data(),
                                               p.precisions.data(), gradient);
    adamStep<float>(parameters, gradient, m, v, step, adam);
    QVERIFY(std::abs(loss - otherLoss) <= 1e-5 * loss);
    QVERIFY(largestDifference(m, otherM) <= 1e-5 * largest(m));
    QVERIFY(largestDifference(v, otherV) <= 1e-5 * largest(v));
    QVERIFY(largestDifference(parameters, module.parameters()) <= 1e-5 * largest(parameters));
  }
}

void TestMlp::descentIsManyFusedSteps_data() {
  fusedStepsAgreeWithAutograd_data();
}

// Bit for bit: how the numbers lie in memory changes no sum.
void TestMlp::descentIsManyFusedSteps() {
  QFETCH(std::vector<int>, widths);
  QFETCH(bool, tanh);
  QFETCH(int, batch);
  const auto compare = [&]<class Scalar>(Scalar) {
    const Problem<Scalar> p = problem<Scalar>({widths, tanh ? Activation::Tanh : Activation::Relu}, batch, 12);
    const AdamOptions adam{.weightDecay = 0.005};
    FusedMlp<Scalar> network(p.shape, batch);
    std::vector<Scalar> parameters = p.parameters, gradient(parameters.size());
    std::vector<Scalar> m(parameters.size(), Scalar(0.01)), v(parameters.size(), Scalar(0.02));
    MlpDescent<Scalar> descent(p.shape, batch, parameters, m, v);
    for (long step = 3; step <= 12; ++step) {
      const Scalar loss = network.lossAndGradient(parameters, p.observations.data(), p.targets.data(),
                                                  p.precisions.data(), gradient);
      adamStep<Scalar>(parameters, gradient, m, v, step, adam);
      QVERIFY(loss == descent.step(p.observations.data(), p.targets.data(), p.precisions.data(), step, adam));
    }
    std::vector<Scalar> otherParameters(parameters.size()), otherM(m.size()), otherV(v.size());
    descent.store(otherParameters, otherM, otherV);
    QVERIFY(otherParameters == parameters && otherM == m && otherV == v);
  };
  compare(1.0F);
  compare(1.0);
}

void TestMlp::adamFollowsItsFormulaWhereverAnElementLies() {
  const AdamOptions options{.lr = 0.01, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weightDecay = 0.1};
  std::vector<double> p(11, 1.5), g(11, -0.3), m(11, 0.2), v(11, 0.04);
  adamStep<double>(p, g, m, v, 3, options);
  const double slope = -0.3 + 0.1 * 1.5;
  const double mean = 0.8 * 0.2 + 0.2 * slope;
  const double square = 0.95 * 0.04 + 0.05 * slope * slope;
  const double rate = 0.01 * std::sqrt(1 - std::pow(0.95, 3)) / (1 - std::pow(0.8, 3));
  QCOMPARE(m[0], mean);
  QCOMPARE(v[0], square);
  QCOMPARE(p[0], 1.5 - rate * mean / (std::sqrt(square) + 1e-3));
  for (std::size_t i = 1; i < p.size(); ++i) {
    QVERIFY(p[i] == p[0] && m[i] == m[0] && v[i] == v[0]);
  }
}

// max(0, NaN) may well be 0; then a broken network would go unnoticed.
void TestMlp::notANumberReachesTheLoss() {
  QFETCH(std::vector<int>, widths);
  QFETCH(bool, tanh);
  QFETCH(int, batch);
  Problem<float> p = problem<float>({widths, tanh ? Activation::Tanh : Activation::Relu}, batch, 10);
  FusedMlp<float> network(p.shape, batch);
  std::vector<float> gradient;
  p.parameters.front() = std::numeric_limits<float>::quiet_NaN();
  QVERIFY(std::isnan(lossOf(network, p, gradient)));
}

QTEST_APPLESS_MAIN(TestMlp)
#include "tst_mlp.moc"
