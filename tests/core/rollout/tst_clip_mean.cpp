// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <limits>

#include "core/rollout/rollout.h"
#include "core/scene/scene_reader.h"

using namespace gps;

namespace {

/// The same action everywhere.
class ConstantPolicy final : public GlobalPolicy {
 public:
  ConstantPolicy(int dO, Vector action) : m_dO(dO), m_action(std::move(action)) {
    m_covariance = 0.25 * Matrix::Identity(m_action.size(), m_action.size());
  }
  int dO() const override { return m_dO; }
  int dU() const override { return static_cast<int>(m_action.size()); }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    return m_action.transpose().replicate(observations.rows(), 1);
  }
  const Matrix& covariance() const override { return m_covariance; }

 private:
  int m_dO;
  Vector m_action;
  Matrix m_covariance;
};

std::shared_ptr<const Task> navigation() {
  auto scene = findScene("obstacle_navigation", GPS_SCENES);
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *compileTask(std::make_shared<const Scene>(*scene));
}

/// Actions of a rollout whose mean is (50, -0.5) and whose noise has deviation 0.5.
RowMatrix actions(const Task& task, bool ofPolicy, bool clipMean, const RowMatrix& noise) {
  const Vector mean = Eigen::Vector2d(50.0, -0.5);
  const LinearGaussianController controller =
      *LinearGaussianController::make(std::vector<LinearGaussianController::Step>(
          static_cast<std::size_t>(task.T),
          {Matrix::Zero(2, task.dX), mean, 0.25 * Matrix::Identity(2, 2)}));
  const ConstantPolicy policy(task.dO, mean);
  RolloutRequest request;
  request.task = &task;
  if (ofPolicy) {
    request.actor.policy = &policy;
  } else {
    request.actor.controller = &controller;
  }
  request.noise = noise;
  request.clipMean = clipMean;
  return runRollout(request, nullptr).value().trajectory.U;
}

}  // namespace

/// noise.clip_mean: u = clip(mean) + L z.
class TestClipMean : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void meanIsCutAtTheLimitBeforeTheNoise_data();
  void meanIsCutAtTheLimitBeforeTheNoise();
  void withoutALimitNothingIsCut();
};

void TestClipMean::meanIsCutAtTheLimitBeforeTheNoise_data() {
  QTest::addColumn<bool>("ofPolicy");
  QTest::newRow("controller") << false;
  QTest::newRow("policy") << true;
}

void TestClipMean::meanIsCutAtTheLimitBeforeTheNoise() {
  QFETCH(bool, ofPolicy);
  const auto task = navigation();
  QCOMPARE(task->actionLimit(0), 8.0);
  Rng rng(5);
  const RowMatrix noise = drawNoise(task->T, 2, rng);
  const RowMatrix cut = actions(*task, ofPolicy, true, noise);
  const RowMatrix plain = actions(*task, ofPolicy, false, noise);
  for (int t = 0; t < task->T; ++t) {
    QVERIFY(std::abs(cut(t, 0) - (8.0 + 0.5 * noise(t, 0))) < 1e-12);
    QVERIFY(std::abs(plain(t, 0) - (50.0 + 0.5 * noise(t, 0))) < 1e-12);
    // Within the limit nothing changes.
    QVERIFY(cut(t, 1) == plain(t, 1));
  }
  QVERIFY(cut.col(0).maxCoeff() > 8.0);  // the noise itself is not cut
}

void TestClipMean::withoutALimitNothingIsCut() {
  Task task = *navigation();
  task.actionLimit.setConstant(std::numeric_limits<double>::infinity());
  const RowMatrix noise = RowMatrix::Zero(task.T, 2);
  QVERIFY(actions(task, false, true, noise) == actions(task, false, false, noise));
}

QTEST_APPLESS_MAIN(TestClipMean)
#include "tst_clip_mean.moc"
