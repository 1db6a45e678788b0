// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/lqr/backward_pass.h"
#include "core/math/stage_layout.h"
#include "tests/core/lqr/random_problem.h"

// Every way to memory in this process leads through these, operator new and Eigen included; glibc's own functions
// do the work. Sanitizers bring their own.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GPS_COUNTS_ALLOCATIONS
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}
#endif

namespace {

thread_local long allocations = 0;

}  // namespace

#ifdef GPS_COUNTS_ALLOCATIONS
extern "C" {
void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  ++allocations;
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}
}
#endif

using namespace gps;
using namespace gps::test;

namespace {

constexpr int kT = 20;

template <class Job>
long allocationsOf(const Job& job) {
  const long before = allocations;
  job();
  return allocations - before;
}

}  // namespace

/// The sweeps of the dual search get along with the memory they were made with.
class TestAllocations : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void counterSeesAllocations();
  void sweepsDoNotAllocate_data();
  void sweepsDoNotAllocate();
  void forwardPassAllocatesItsResultOnly();
};

void TestAllocations::counterSeesAllocations() {
  QVERIFY(allocationsOf([] { const Matrix m = Matrix::Zero(30, 30); QVERIFY(m.size() == 900); }) > 0);
  QVERIFY(allocationsOf([] { const std::vector<int> v(1000); QVERIFY(v.size() == 1000); }) > 0);
  QVERIFY(allocationsOf([] { const PanelBuffer v(1000); QVERIFY(v.size() == 1000); }) > 0);
}

void TestAllocations::sweepsDoNotAllocate_data() {
  QTest::addColumn<int>("dX");
  QTest::addColumn<int>("dU");
  QTest::newRow("7+2") << 7 << 2;
  QTest::newRow("14+7") << 14 << 7;
  QTest::newRow("26+7") << 26 << 7;
}

void TestAllocations::sweepsDoNotAllocate() {
  QFETCH(int, dX);
  QFETCH(int, dU);
  Rng rng(1);
  const LinearGaussianDynamics dynamics = randomDynamics(kT, dX, dU, 0.9, rng);
  const QuadraticCost cost = randomCost(kT, dX + dU, rng);
  const LinearGaussianController q = randomController(kT, dX, dU, rng);
  const std::vector<double> perStep(kT, 2.0);
  const double shared = 3.0;
  DeviationSweep sweep(dynamics, cost, {.reference = &q});
  sweep.solve(std::span(&shared, 1));
  sweep.kl(KlMarginals::Prev);  // computes the reference's marginals, once

  BackwardFailure first, second;
  QCOMPARE(allocationsOf([&] { first = sweep.solve(std::span(&shared, 1)); }), 0L);
  QCOMPARE(allocationsOf([&] { sweep.kl(KlMarginals::New); }), 0L);
  QCOMPARE(allocationsOf([&] { second = sweep.solve(perStep); }), 0L);
  QCOMPARE(allocationsOf([&] { sweep.kl(KlMarginals::Prev); }), 0L);
  QVERIFY(!first.any() && !second.any());
}

// A mean and a covariance per step; what else it needs does not grow with the horizon.
void TestAllocations::forwardPassAllocatesItsResultOnly() {
  Rng rng(2);
  const auto count = [&rng](int T) {
    const LinearGaussianController p = randomController(T, 7, 2, rng);
    const LinearGaussianDynamics dynamics = randomDynamics(T, 7, 2, 0.9, rng);
    return allocationsOf([&] { forwardPass(p, dynamics); });
  };
  QCOMPARE(count(100) - count(20), 2L * 80);
}

QTEST_APPLESS_MAIN(TestAllocations)
#include "tst_allocations.moc"
