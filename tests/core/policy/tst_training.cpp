// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Cholesky>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/math/linalg.h"
#include "core/policy/neural_policy.h"
#include "core/policy/policy_dataset.h"
#include "core/policy/training_rows.h"

using namespace gps;

namespace {

Matrix randomMatrix(int rows, int cols, Rng& rng) {
  Matrix A(rows, cols);
  for (double& a : A.reshaped()) a = rng.normal();
  return A;
}

Matrix randomPrecision(int n, Rng& rng) {
  const Matrix A = randomMatrix(n, n, rng);
  return A * A.transpose() + 0.3 * Matrix::Identity(n, n);
}

/// Two conditions, three samples, 20 steps; targets a noisy smooth function of the observations.
PolicyDataset dataset(int dO = 4, int dU = 2, std::uint64_t seed = 1) {
  Rng rng(seed);
  PolicyDataset data;
  data.conditions = 2;
  data.samples = 3;
  data.horizon = 20;
  const int n = data.conditions * data.samples * data.horizon;
  data.observations = randomMatrix(n, dO, rng);
  data.observations.col(0).array() = 5.0 + 3.0 * data.observations.col(0).array();
  data.targets = 0.4 * data.observations * randomMatrix(dO, dU, rng) + 0.1 * randomMatrix(n, dU, rng);
  data.controllerMeans = data.targets;
  data.weights = randomMatrix(n, 1, rng).cwiseAbs() + Vector::Constant(n, 0.2);
  for (int i = 0; i < data.conditions * data.horizon; ++i) data.precision.push_back(randomPrecision(dU, rng));
  return data;
}

TrainingRequest request(int steps) {
  TrainingRequest result;
  result.params.hidden = {11, 9};
  result.params.steps = steps;
  return result;
}

std::shared_ptr<const NeuralPolicy> fresh(const TrainingRequest& wish, int dO = 4, int dU = 2) {
  return NeuralPolicy::create(dO, dU, wish.params, Rng(3));
}

std::shared_ptr<const NeuralPolicy> neural(const TrainedPolicy& trained) {
  return std::dynamic_pointer_cast<const NeuralPolicy>(trained.policy);
}

bool same(const NeuralPolicy::State& a, const NeuralPolicy::State& b) {
  return a.shape.widths == b.shape.widths && a.parameters == b.parameters && a.adamM == b.adamM &&
         a.adamV == b.adamV && a.adamStep == b.adamStep && a.whitening.mean == b.whitening.mean &&
         a.whitening.scale == b.whitening.scale && a.covariance == b.covariance;
}

/// True when no small symmetric change of S (only of its diagonal unless `full`) lowers `objective`.
template <class Objective>
bool isMinimum(const Matrix& S, bool full, Objective objective) {
  Rng rng(77);
  const double best = objective(S);
  for (int trial = 0; trial < 200; ++trial) {
    Matrix change = symmetrized(randomMatrix(static_cast<int>(S.rows()), static_cast<int>(S.cols()), rng));
    if (!full) change = Matrix(change.diagonal().asDiagonal());
    for (const double step : {1e-3, 1e-2}) {
      if (objective(S + step * S.norm() * change) < best) return false;
    }
  }
  return true;
}

}  // namespace

class TestTraining : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void targetsMinimiseTheLagrangian();
  void targetsWithoutMultipliersAreTheControllersMeans();
  void normalizedWeightsAreCutAtTheCap();
  void covarianceMinimisesTheDivergence();
  void entropyRegularisationMinimisesItsObjective();
  void forwardCovarianceMaximisesTheLikelihood();
  void scaleOfTheWeightsDoesNotChangeTheCovariance();
  void whiteningWhitensOnce();
  void constantObservationsStayFinite();
  void precisionsAreCutAtTheMedian();
  void epochsVisitEveryRowOnceAndDropTheTail();
  void linearPolicyReachesWeightedLeastSquares();
  void orderOfTheDataDoesNotMatterForWholeBatches();
  void trainingLowersTheLoss();
  void fusedTrainingFollowsAutograd();
  void learningRateDecaysInTheSecondHalf();
  void plateauStopsEarly();
  void sameSeedGivesTheSameBits();
  void restoredPolicyIsTheSameAndGoesOnTheSame();
  void whiteningIsFrozenAtTheFirstStep();
  void forwardDirectionAddsTheResiduals();
  void observationsAreLeftAlone();
  void stoppingIsReported();
  void numbersThatAreNotFiniteAreRefused();
  void divergenceNamesTheGradientStep();
  void damagedStatesAreRefused();
};

// d/du [ rho/2 (u - Kx - k)' P (u - Kx - k) + (lambda + lambdaK x)' u ] = 0 at mu*.
void TestTraining::targetsMinimiseTheLagrangian() {
  Rng rng(4);
  const int T = 5, dX = 3, dU = 2;
  std::vector<LinearGaussianController::Step> steps;
  Multipliers multipliers;
  multipliers.rho.resize(T);
  for (int t = 0; t < T; ++t) {
    steps.push_back(
        {.K = randomMatrix(dU, dX, rng), .k = randomMatrix(dU, 1, rng), .C = randomPrecision(dU, rng)});
    multipliers.lambda.push_back(randomMatrix(dU, 1, rng));
    multipliers.lambdaK.push_back(randomMatrix(dU, dX, rng));
    multipliers.rho[t] = 0.1 + t;
  }
  const Result<LinearGaussianController> controller = LinearGaussianController::make(steps);
  QVERIFY(controller);
  std::vector<Trajectory> rollouts(2);
  for (Trajectory& rollout : rollouts) {
    rollout.X = randomMatrix(T, dX, rng);
    rollout.O = randomMatrix(T, 4, rng);
  }
  const ConditionTargets one{.rollouts = rollouts, .controller = &*controller, .multipliers = &multipliers};
  const std::vector<ConditionTargets> both{one, one};
  const Result<PolicyDataset> data = policyTargets(both);
  QVERIFY(data);
  QCOMPARE(data->rows(), 2 * 2 * T);
  for (int row = 0; row < data->rows(); ++row) {
    const int t = row % T;
    const std::size_t index = static_cast<std::size_t>(t);
    const Vector x = rollouts[static_cast<std::size_t>(row / T % 2)].X.row(t).transpose();
    const Vector offset = (data->targets.row(row) - data->controllerMeans.row(row)).transpose();
    const Vector slope = multipliers.rho[t] * (data->precisionOf(row) * offset) + multipliers.lambda[index] +
                         multipliers.lambdaK[index] * x;
    QVERIFY(slope.norm() < 1e-10 * (1.0 + multipliers.lambda[index].norm()));
    QVERIFY((controller->mean(t, x) - data->controllerMeans.row(row).transpose()).norm() < 1e-12);
    QCOMPARE(data->weights[row], multipliers.rho[t]);
  }
}

void TestTraining::targetsWithoutMultipliersAreTheControllersMeans() {
  Rng rng(5);
  const Result<LinearGaussianController> controller = LinearGaussianController::make(
      {{.K = randomMatrix(1, 2, rng), .k = randomMatrix(1, 1, rng), .C = Matrix::Identity(1, 1)}});
  QVERIFY(controller);
  std::vector<Trajectory> rollouts(3);
  for (Trajectory& rollout : rollouts) {
    rollout.X = randomMatrix(1, 2, rng);
    rollout.O = randomMatrix(1, 2, rng);
  }
  std::vector<ConditionTargets> conditions{{.rollouts = rollouts, .controller = &*controller}};
  const Result<PolicyDataset> data = policyTargets(conditions);
  QVERIFY(data);
  QCOMPARE(data->targets, data->controllerMeans);
  QCOMPARE(data->weights, Vector::Ones(3));

  conditions.push_back({.rollouts = std::span(rollouts).first(2), .controller = &*controller});
  const Result<PolicyDataset> unequal = policyTargets(conditions);
  QVERIFY(!unequal);
  QVERIFY(unequal.error().what.find("condition 1") != std::string::npos);

  conditions.pop_back();
  rollouts[2].X(0, 1) = std::numeric_limits<double>::quiet_NaN();
  const Result<PolicyDataset> broken = policyTargets(conditions);
  QVERIFY(!broken);
  QVERIFY(broken.error().what.find("sample 2") != std::string::npos);
}

// The first is below a hundredth of the mean, so the median is that of 1, 1, 2, 8; the last is cut at twice
// it.
void TestTraining::normalizedWeightsAreCutAtTheCap() {
  Vector weights(5);
  weights << 0.001, 1.0, 1.0, 2.0, 8.0;
  const Vector result = normalizedWeights(weights, 2.0);
  const Vector expected = (Vector(5) << 0.001 / 1.5, 1.0 / 1.5, 1.0 / 1.5, 2.0 / 1.5, 2.0).finished();
  QVERIFY((result - expected).norm() < 1e-12);
}

void TestTraining::covarianceMinimisesTheDivergence() {
  const PolicyDataset data = dataset(4, 3);
  Matrix meanPrecision = Matrix::Zero(3, 3);
  for (int row = 0; row < data.rows(); ++row) meanPrecision += data.weights[row] * data.precisionOf(row);
  meanPrecision /= data.weights.sum();
  for (const bool full : {true, false}) {
    const Result<Matrix> S = policyCovariance(data, data.weights, full, 0.0);
    QVERIFY(S);
    QVERIFY(isMinimum(*S, full, [&](const Matrix& cov) {
      const std::optional<Matrix> L = choleskyLower(cov);
      if (!L) return std::numeric_limits<double>::infinity();
      return (meanPrecision * cov).trace() - logDetFromCholesky(*L);
    }));
  }
}

void TestTraining::entropyRegularisationMinimisesItsObjective() {
  const PolicyDataset data = dataset(4, 3);
  const double reg = 0.7;
  const Result<Matrix> S = policyCovariance(data, data.weights, false, reg);
  QVERIFY(S);
  for (int d = 0; d < 3; ++d) {
    double precision = 0.0;
    for (int row = 0; row < data.rows(); ++row) precision += data.weights[row] * data.precisionOf(row)(d, d);
    QCOMPARE((*S)(d, d), 1.0 / (precision / data.weights.sum() + 2.0 * reg));
  }
}

void TestTraining::forwardCovarianceMaximisesTheLikelihood() {
  PolicyDataset data = dataset(4, 2);
  Rng rng(6);
  data.targetCovariance = randomPrecision(2, rng);
  const RowMatrix residuals = randomMatrix(data.rows(), 2, rng);
  for (const bool full : {true, false}) {
    const Matrix S = forwardCovariance(data, residuals, Vector::Ones(data.rows()), full);
    QVERIFY(isMinimum(S, full, [&](const Matrix& cov) {
      const std::optional<Matrix> L = choleskyLower(cov);
      if (!L) return std::numeric_limits<double>::infinity();
      const Matrix P = inverseFromCholesky(*L);
      return (P * data.targetCovariance).trace() +
             (residuals * P).cwiseProduct(residuals).sum() / data.rows() + logDetFromCholesky(*L);
    }));
  }
}

void TestTraining::scaleOfTheWeightsDoesNotChangeTheCovariance() {
  const PolicyDataset data = dataset();
  const Result<Matrix> a = policyCovariance(data, data.weights, true, 0.0);
  const Result<Matrix> b = policyCovariance(data, 1000.0 * data.weights, true, 0.0);
  QVERIFY(a && b && (*a - *b).norm() < 1e-12 * a->norm());
}

void TestTraining::whiteningWhitensOnce() {
  const PolicyDataset data = dataset();
  const RowMatrix white = whitened(whiteningOf(data.observations), data.observations);
  QVERIFY(white.colwise().mean().norm() < 1e-12);
  const Whitening again = whiteningOf(white);
  QVERIFY((again.scale - Vector::Ones(4)).norm() < 1e-12);
  QVERIFY((whitened(again, white) - white).norm() < 1e-10);
}

void TestTraining::constantObservationsStayFinite() {
  const RowMatrix constant = RowMatrix::Constant(9, 2, 3.5);
  const Whitening whitening = whiteningOf(constant);
  QCOMPARE(whitening.scale, Vector::Constant(2, 1000.0));
  QVERIFY(whitened(whitening, constant).norm() < 1e-9);
}

void TestTraining::precisionsAreCutAtTheMedian() {
  std::vector<Matrix> precisions(5, Matrix::Identity(2, 2));
  precisions[3] = (Matrix(2, 2) << 50.5, 49.5, 49.5, 50.5).finished();  // eigenvalues 1 and 100
  const std::vector<Matrix> capped = cappedPrecisions(precisions, 2.0, 10.0);
  QCOMPARE(capped[0], Matrix(0.5 * Matrix::Identity(2, 2)));
  const Matrix expected = (Matrix(2, 2) << 2.75, 2.25, 2.25, 2.75).finished();  // eigenvalues 0.5 and 5
  QVERIFY((capped[3] - expected).norm() < 1e-12);
}

void TestTraining::epochsVisitEveryRowOnceAndDropTheTail() {
  std::vector<int> permutation(23);
  std::iota(permutation.begin(), permutation.end(), 0);
  Rng rng(8);
  shuffle(permutation, rng);
  std::vector<int> visits(23);
  for (long index = 0; index < 4; ++index) {
    for (const int row : minibatch(permutation, 5, index)) ++visits[static_cast<std::size_t>(row)];
  }
  QCOMPARE(std::count(visits.begin(), visits.end(), 1), 20);
  for (std::size_t i = 20; i < 23; ++i) QCOMPARE(visits[static_cast<std::size_t>(permutation[i])], 0);
  QCOMPARE(minibatch(permutation, 5, 4).data(), minibatch(permutation, 5, 0).data());
  std::sort(permutation.begin(), permutation.end());
  for (int i = 0; i < 23; ++i) QCOMPARE(permutation[static_cast<std::size_t>(i)], i);
}

void TestTraining::linearPolicyReachesWeightedLeastSquares() {
  const PolicyDataset data = dataset(3, 2);
  TrainingRequest wish = request(3000);
  wish.params.hidden = {};
  wish.params.batch = data.rows();
  wish.params.weightDecay = 0.0;
  wish.params.lr = 1e-2;
  const Result<TrainedPolicy> trained = trainPolicy(*fresh(wish, 3, 2), data, wish, Rng(1));
  QVERIFY(trained);
  // Normal equations of sum w (Z'x - u)' P (Z'x - u), the unknowns Z (rows: observations, then 1) stacked.
  const Vector weights = normalizedWeights(data.weights, wish.params.weightCap);
  Matrix A = Matrix::Zero(8, 8);
  Vector b = Vector::Zero(8);
  RowMatrix inputs(data.rows(), 4);
  inputs << data.observations, Vector::Ones(data.rows());
  for (int row = 0; row < data.rows(); ++row) {
    Matrix J = Matrix::Zero(2, 8);
    for (int i = 0; i < 4; ++i) J.middleCols(2 * i, 2) = inputs(row, i) * Matrix::Identity(2, 2);
    A += weights[row] * J.transpose() * data.precisionOf(row) * J;
    b += weights[row] * J.transpose() * data.precisionOf(row) * data.targets.row(row).transpose();
  }
  const Vector z = A.llt().solve(b);
  RowMatrix expected(data.rows(), 2);
  for (int row = 0; row < data.rows(); ++row) {
    for (int d = 0; d < 2; ++d) expected(row, d) = inputs.row(row).dot(z(Eigen::seqN(d, 4, 2)));
  }
  const double error = (trained->policy->mean(data.observations) - expected).cwiseAbs().maxCoeff();
  QVERIFY2(error < 1e-3 * expected.cwiseAbs().maxCoeff(), qPrintable(QString::number(error)));
}

void TestTraining::orderOfTheDataDoesNotMatterForWholeBatches() {
  PolicyDataset data = dataset();
  TrainingRequest wish = request(50);
  wish.params.batch = data.rows();
  const Result<TrainedPolicy> a = trainPolicy(*fresh(wish), data, wish, Rng(1));
  // Swapping the two conditions permutes rows and precisions alike.
  const RowMatrix observations = data.observations;
  const int half = data.rows() / 2;
  const auto swapHalves = [&](auto& rows) {
    const RowMatrix top = rows.topRows(half);
    rows.topRows(half) = rows.bottomRows(half).eval();
    rows.bottomRows(half) = top;
  };
  swapHalves(data.observations);
  swapHalves(data.targets);
  swapHalves(data.weights);
  std::rotate(data.precision.begin(), data.precision.begin() + data.horizon, data.precision.end());
  const Result<TrainedPolicy> b = trainPolicy(*fresh(wish), data, wish, Rng(2));
  QVERIFY(a && b);
  QVERIFY((a->policy->mean(observations) - b->policy->mean(observations)).cwiseAbs().maxCoeff() < 1e-4);
  QVERIFY((a->policy->covariance() - b->policy->covariance()).norm() < 1e-12);
}

void TestTraining::trainingLowersTheLoss() {
  const TrainingRequest wish = request(2000);
  const Result<TrainedPolicy> trained = trainPolicy(*fresh(wish), dataset(), wish, Rng(1));
  QVERIFY(trained);
  const TrainingLog& log = trained->log;
  QCOMPARE(log.steps, 2000);
  QCOMPARE(log.loss.size(), std::size_t{200});
  QCOMPARE(log.lossStep.back(), 2000);
  QVERIFY(log.loss.back() < 0.1 * log.loss.front());
}

// Rounding differs between the two, so agreement is asked of a short run only.
void TestTraining::fusedTrainingFollowsAutograd() {
  for (const Activation activation : {Activation::Relu, Activation::Tanh}) {
    TrainingRequest wish = request(30);
    wish.params.activation = activation;
    const PolicyDataset data = dataset();
    const Result<TrainedPolicy> fused = trainPolicy(*fresh(wish), data, wish, Rng(1));
    wish.autograd = true;
    const Result<TrainedPolicy> checked = trainPolicy(*fresh(wish), data, wish, Rng(1));
    QVERIFY(fused && checked);
    for (std::size_t i = 0; i < fused->log.loss.size(); ++i) {
      QVERIFY(std::abs(fused->log.loss[i] - checked->log.loss[i]) < 1e-4 * checked->log.loss[i]);
    }
    const RowMatrix difference =
        fused->policy->mean(data.observations) - checked->policy->mean(data.observations);
    QVERIFY(difference.cwiseAbs().maxCoeff() < 1e-4);
  }
}

void TestTraining::learningRateDecaysInTheSecondHalf() {
  const PolicyDataset data = dataset();
  for (const bool autograd : {false, true}) {
    // The path up to step n/2 does not know of the decay.
    TrainingRequest wish = request(20);
    wish.autograd = autograd;
    const Result<TrainedPolicy> constant = trainPolicy(*fresh(wish), data, wish, Rng(1));
    wish.params.lrFinal = 1e-3;  // as pol.lr: no decay at all
    const Result<TrainedPolicy> same20 = trainPolicy(*fresh(wish), data, wish, Rng(1));
    wish.params.lrFinal = 1e-5;
    const Result<TrainedPolicy> decayed = trainPolicy(*fresh(wish), data, wish, Rng(1));
    QVERIFY(constant && same20 && decayed);
    QVERIFY(same(neural(*constant)->state(), neural(*same20)->state()));
    const TrainingLog &a = constant->log, &b = decayed->log;
    // Losses are taken before each step, so the first difference shows in the step after the first decayed one.
    for (std::size_t i = 0; i < 11; ++i) QCOMPARE(a.loss[i], b.loss[i]);
    QVERIFY(a.loss[12] != b.loss[12]);
    // Step n takes lr_final: one step more of that length hardly moves the weights.
    TrainingRequest shorter = wish;
    shorter.params.steps = 1;
    shorter.params.lrFinal = 1e-7;  // n = 1: the only step is the last
    const Result<TrainedPolicy> one = trainPolicy(*neural(*decayed), data, shorter, Rng(2));
    QVERIFY(one);
    const NeuralPolicy::State before = neural(*decayed)->state(), after = neural(*one)->state();
    float moved = 0.0F;
    for (std::size_t i = 0; i < before.parameters.size(); ++i) {
      moved = std::max(moved, std::abs(after.parameters[i] - before.parameters[i]));
    }
    QVERIFY2(moved > 0.0F && moved < 2e-7F, qPrintable(QString::number(moved)));
  }
}

void TestTraining::plateauStopsEarly() {
  PolicyDataset data = dataset();
  TrainingRequest wish = request(20000);
  wish.params.batch = data.rows();  // no noise between batches
  const Result<TrainedPolicy> whole = trainPolicy(*fresh(wish), data, wish, Rng(1));
  wish.params.earlyStop = true;
  const Result<TrainedPolicy> early = trainPolicy(*fresh(wish), data, wish, Rng(1));
  QVERIFY(whole && early);
  const TrainingLog &a = whole->log, &b = early->log;
  QCOMPARE(a.steps, 20000);
  QVERIFY2(b.steps < 20000 && b.steps % 500 == 0, qPrintable(QString::number(b.steps)));
  QCOMPARE(b.lossStep.back(), b.steps);
  // Up to there it is the same training, and what followed was worth less than a thousandth per 500 steps.
  for (std::size_t i = 0; i < b.loss.size(); ++i) QCOMPARE(a.loss[i], b.loss[i]);
  const auto mean = [&b](int from, int to) {
    double sum = 0.0;
    int count = 0;
    for (std::size_t i = 0; i < b.loss.size(); ++i) {
      if (b.lossStep[i] <= from || b.lossStep[i] > to) continue;
      sum += b.loss[i];
      ++count;
    }
    return sum / count;
  };
  for (int end = 1000; end <= b.steps; end += 500) {
    const double gain = 1.0 - mean(end - 500, end) / mean(end - 1000, end - 500);
    QCOMPARE(gain < 1e-3, end == b.steps);
  }
  // A loss that still falls is left alone.
  wish.params.steps = 1000;
  const Result<TrainedPolicy> falling = trainPolicy(*fresh(wish), data, wish, Rng(1));
  QVERIFY(falling);
  QCOMPARE(falling->log.steps, 1000);
}

void TestTraining::sameSeedGivesTheSameBits() {
  const TrainingRequest wish = request(100);
  const Result<TrainedPolicy> a = trainPolicy(*fresh(wish), dataset(), wish, Rng(1));
  const Result<TrainedPolicy> b = trainPolicy(*fresh(wish), dataset(), wish, Rng(1));
  const Result<TrainedPolicy> c = trainPolicy(*fresh(wish), dataset(), wish, Rng(2));
  QVERIFY(a && b && c);
  QVERIFY(same(neural(*a)->state(), neural(*b)->state()));
  QVERIFY(!same(neural(*a)->state(), neural(*c)->state()));
}

void TestTraining::restoredPolicyIsTheSameAndGoesOnTheSame() {
  const TrainingRequest wish = request(100);
  const PolicyDataset data = dataset();
  const Result<TrainedPolicy> first = trainPolicy(*fresh(wish), data, wish, Rng(1));
  QVERIFY(first);
  const Result<std::shared_ptr<const NeuralPolicy>> restored = NeuralPolicy::restore(neural(*first)->state());
  QVERIFY(restored);
  QCOMPARE((*restored)->state().adamStep, 100L);
  QCOMPARE((*restored)->mean(data.observations), first->policy->mean(data.observations));
  QCOMPARE((*restored)->covariance(), first->policy->covariance());
  const Result<TrainedPolicy> a = trainPolicy(*neural(*first), data, wish, Rng(2));
  const Result<TrainedPolicy> b = trainPolicy(**restored, data, wish, Rng(2));
  QVERIFY(a && b);
  QVERIFY(same(neural(*a)->state(), neural(*b)->state()));
}

void TestTraining::whiteningIsFrozenAtTheFirstStep() {
  const TrainingRequest wish = request(10);
  PolicyDataset data = dataset();
  const Result<TrainedPolicy> first = trainPolicy(*fresh(wish), data, wish, Rng(1));
  data.observations.array() += 10.0;
  const Result<TrainedPolicy> second = trainPolicy(*neural(*first), data, wish, Rng(1));
  QVERIFY(first && second);
  QCOMPARE(neural(*second)->state().whitening.mean, neural(*first)->state().whitening.mean);
  QCOMPARE(neural(*second)->state().whitening.scale, neural(*first)->state().whitening.scale);
}

void TestTraining::forwardDirectionAddsTheResiduals() {
  PolicyDataset data = dataset();
  Rng rng(9);
  data.targetCovariance = randomPrecision(2, rng);
  data.weights.setOnes();
  for (Matrix& P : data.precision) P.setIdentity();
  TrainingRequest wish = request(20);
  wish.params.fullCov = true;
  const Result<TrainedPolicy> trained = trainPolicy(*fresh(wish), data, wish, Rng(1));
  QVERIFY(trained);
  QCOMPARE(trained->log.precisionScale, 1.0);
  const RowMatrix d = data.targets - trained->policy->mean(data.observations);
  const Matrix expected = data.targetCovariance + d.transpose() * d / data.rows();
  QVERIFY((trained->policy->covariance() - expected).norm() < 1e-10);
}

void TestTraining::observationsAreLeftAlone() {
  const TrainingRequest wish = request(10);
  const PolicyDataset data = dataset();
  const RowMatrix before = data.observations;
  const Result<TrainedPolicy> trained = trainPolicy(*fresh(wish), data, wish, Rng(1));
  QVERIFY(trained);
  trained->policy->mean(data.observations);
  QCOMPARE(data.observations, before);
}

void TestTraining::stoppingIsReported() {
  TrainingRequest wish = request(100000);
  int questions = 0;
  wish.keepGoing = [&](double fraction) {
    ++questions;
    return fraction < 0.02;
  };
  const Result<TrainedPolicy> trained = trainPolicy(*fresh(wish), dataset(), wish, Rng(1));
  QVERIFY(!trained);
  QVERIFY(trained.error().what.find("stopped") != std::string::npos);
  QVERIFY(questions > 1);
}

void TestTraining::numbersThatAreNotFiniteAreRefused() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const TrainingRequest wish = request(10);
  PolicyDataset observation = dataset(), target = dataset(), precision = dataset(), weight = dataset();
  observation.observations(7, 1) = nan;
  target.targets(7, 1) = std::numeric_limits<double>::infinity();
  precision.precision[27](1, 0) = nan;
  weight.weights[3] = nan;
  for (const PolicyDataset* data : {&observation, &target, &precision, &weight}) {
    QVERIFY(!trainPolicy(*fresh(wish), *data, wish, Rng(1)));
  }
  const Result<TrainedPolicy> named = trainPolicy(*fresh(wish), precision, wish, Rng(1));
  QVERIFY(named.error().what.find("condition 1 at step 7") != std::string::npos);
}

void TestTraining::divergenceNamesTheGradientStep() {
  PolicyDataset data = dataset();
  data.targets *= 1e25;  // finite, but its square is no float
  const TrainingRequest wish = request(10);
  const Result<TrainedPolicy> trained = trainPolicy(*fresh(wish), data, wish, Rng(1));
  QVERIFY(!trained);
  QVERIFY(trained.error().what.find("gradient step 1") != std::string::npos);
}

void TestTraining::damagedStatesAreRefused() {
  const NeuralPolicy::State good = fresh(request(1))->state();
  QVERIFY(NeuralPolicy::restore(good));
  std::vector<NeuralPolicy::State> bad(7, good);
  bad[0].parameters.pop_back();
  bad[1].parameters[3] = std::numeric_limits<float>::quiet_NaN();
  bad[2].shape.widths = {4};
  bad[3].shape.widths[1] = 2000000000;
  bad[4].covariance(0, 0) = -1.0;
  bad[5].whitening.mean = Vector::Zero(3);
  bad[6].adamStep = -1;
  for (const NeuralPolicy::State& state : bad) QVERIFY(!NeuralPolicy::restore(state));
}

QTEST_APPLESS_MAIN(TestTraining)
#include "tst_training.moc"
