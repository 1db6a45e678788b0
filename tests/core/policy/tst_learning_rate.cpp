// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/policy/neural_policy.h"

using namespace gps;

namespace {

constexpr double kRate = 1e-2, kFinal = 1e-4;

/// Six rows, one batch of all of them: the order of the shuffle matters to rounding only.
PolicyDataset dataset() {
  Rng rng(4);
  PolicyDataset data;
  data.conditions = data.samples = 1;
  data.horizon = 6;
  data.observations.resize(6, 3);
  for (double& value : data.observations.reshaped()) value = rng.normal();
  data.targets = data.observations.leftCols(2).array().sin().matrix();
  data.controllerMeans = data.targets;
  data.weights = Vector::Ones(6);
  data.precision.assign(6, Matrix::Identity(2, 2));
  return data;
}

TrainingRequest request(int steps, double rate, bool autograd) {
  TrainingRequest wish;
  wish.params.hidden = {7};
  wish.params.batch = 6;
  wish.params.steps = steps;
  wish.params.lr = rate;
  wish.autograd = autograd;
  return wish;
}

std::shared_ptr<const NeuralPolicy> trained(const NeuralPolicy& from, const TrainingRequest& wish) {
  return std::dynamic_pointer_cast<const NeuralPolicy>(trainPolicy(from, dataset(), wish, Rng(1)).value().policy);
}

double farthest(const NeuralPolicy& a, const NeuralPolicy& b) {
  const std::vector<float> p = a.state().parameters, q = b.state().parameters;
  double largest = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) largest = std::max(largest, std::abs(double{p[i]} - double{q[i]}));
  return largest;
}

}  // namespace

/// pol.lr for the first half of n steps, then geometrically down to pol.lr_final, which the last step takes.
class TestLearningRate : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyStepTakesItsRate_data();
  void everyStepTakesItsRate();
};

void TestLearningRate::everyStepTakesItsRate_data() {
  QTest::addColumn<int>("steps");
  QTest::addColumn<bool>("autograd");
  for (const int steps : {1, 2, 4, 5, 10}) {
    for (const bool autograd : {false, true}) {
      QTest::addRow("%d steps, %s", steps, autograd ? "autograd" : "fused") << steps << autograd;
    }
  }
}

// A training of n steps equals n trainings of one step at the rates of the schedule, which carry on the moments. A
// last rate that is a tenth off would move the weights by 1e-5.
void TestLearningRate::everyStepTakesItsRate() {
  QFETCH(int, steps);
  QFETCH(bool, autograd);
  TrainingRequest whole = request(steps, kRate, autograd);
  whole.params.lrFinal = kFinal;
  const std::shared_ptr<const NeuralPolicy> start = NeuralPolicy::create(3, 2, whole.params, Rng(3));
  const std::shared_ptr<const NeuralPolicy> atOnce = trained(*start, whole);

  std::shared_ptr<const NeuralPolicy> stepwise = start;
  for (int k = 1; k <= steps; ++k) {
    const double share = std::max(0.0, 2.0 * k / steps - 1.0);
    stepwise = trained(*stepwise, request(1, kRate * std::pow(kFinal / kRate, share), autograd));
    if (k == steps) break;
    // Without the last step, or with any other rate, it is another policy.
    QVERIFY(farthest(*atOnce, *stepwise) > 0.5 * kFinal);
  }
  QVERIFY2(farthest(*atOnce, *stepwise) < 2e-6, qPrintable(QString::number(farthest(*atOnce, *stepwise))));
}

QTEST_APPLESS_MAIN(TestLearningRate)
#include "tst_learning_rate.moc"
