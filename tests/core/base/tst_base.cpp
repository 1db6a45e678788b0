// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/base/nearest_name.h"
#include "core/base/printable.h"
#include "core/base/rng.h"

using namespace gps;

class TestBase : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void philoxGivesThePublishedNumbers();
  void streamsDependOnEveryPartOfTheirKey();
  void normalsHaveTheRightMoments();
  void belowIsUniformAndInRange();
  void nearestNameFindsTheMisspeltOne();
  void errorTextShowsAllThreeParts();
  void printableTextMovesNoCursor();
};

void TestBase::philoxGivesThePublishedNumbers() {
  // Known answer of Philox4x32-10 for counter 0 and key 0 [Salmon11].
  Rng rng(0);
  QCOMPARE(rng.next32(), 0x6627e8d5u);
  QCOMPARE(rng.next32(), 0xe169c58du);
  QCOMPARE(rng.next32(), 0xbc57ac4cu);
  QCOMPARE(rng.next32(), 0x9b00dbd8u);
}

void TestBase::streamsDependOnEveryPartOfTheirKey() {
  std::set<std::uint64_t> firsts;
  int made = 0;
  for (std::uint64_t seed : {0u, 1u, 2u}) {
    for (const Purpose purpose : {Purpose::RolloutNoise, Purpose::Shuffle}) {
      for (int iteration = 0; iteration < 5; ++iteration) {
        for (int condition = 0; condition < 4; ++condition) {
          for (int sample = 0; sample < 4; ++sample) {
            firsts.insert(makeRng(seed, purpose, iteration, condition, sample).next64());
            ++made;
          }
        }
      }
    }
  }
  QCOMPARE(firsts.size(), static_cast<std::size_t>(made));
  Rng a = makeRng(7, Purpose::Eval, 1, 2, 3);
  Rng b = makeRng(7, Purpose::Eval, 1, 2, 3);
  for (int i = 0; i < 100; ++i) QCOMPARE(a.next64(), b.next64());
}

void TestBase::normalsHaveTheRightMoments() {
  constexpr int kCount = 200000;
  Rng rng = makeRng(1, Purpose::RolloutNoise);
  double sum = 0.0, squares = 0.0, fourths = 0.0;
  for (int i = 0; i < kCount; ++i) {
    const double z = rng.normal();
    sum += z;
    squares += z * z;
    fourths += z * z * z * z;
  }
  // Five standard errors of each moment of N(0, 1).
  QVERIFY(std::abs(sum / kCount) < 5.0 / std::sqrt(kCount));
  QVERIFY(std::abs(squares / kCount - 1.0) < 5.0 * std::sqrt(2.0 / kCount));
  QVERIFY(std::abs(fourths / kCount - 3.0) < 5.0 * std::sqrt(96.0 / kCount));
}

void TestBase::belowIsUniformAndInRange() {
  Rng rng(42);
  std::vector<int> counts(7, 0);
  constexpr int kCount = 70000;
  for (int i = 0; i < kCount; ++i) ++counts[rng.below(7)];
  for (const int count : counts) QVERIFY(std::abs(count - 10000) < 5 * std::sqrt(10000.0));
  QCOMPARE(rng.below(1), 0u);
}

void TestBase::nearestNameFindsTheMisspeltOne() {
  const std::vector<std::string> known{"lqr.kl_step", "lqr.kl_tol", "run.samples"};
  QCOMPARE(nearestName("lqr.kl_stp", known), std::string("lqr.kl_step"));
  QCOMPARE(nearestName("samples", known), std::string("run.samples"));
  QCOMPARE(nearestName(std::string(1000000, 'x'), known).empty(), false);
  QCOMPARE(nearestName("x", {}), std::string());
}

void TestBase::errorTextShowsAllThreeParts() {
  const Error error{"a is 1.", "file", "Use 2."};
  QCOMPARE(error.text(), std::string("a is 1. (file) Use 2."));
  const Result<int> failed = error;
  QVERIFY(!failed);
  QCOMPARE(failed.error().what, error.what);
}

void TestBase::printableTextMovesNoCursor() {
  QCOMPARE(printable("mdgps-1"), std::string("mdgps-1"));
  QCOMPARE(printable("a\x1b[31mb\rc\x7f\a"), std::string("a[31mbc"));
  QCOMPARE(printable("two\nlines\tand"), std::string("two lines and"));
  // CSI as one sign of Latin-1, which terminals obey as well.
  QCOMPARE(printable("a\xc2\x9b" "31mb"), std::string("a31mb"));
  QCOMPARE(printable("\xc3\xa4 \xe2\x82\xac \xf0\x9f\xa4\x96"), std::string("\xc3\xa4 \xe2\x82\xac \xf0\x9f\xa4\x96"));
  QCOMPARE(printable("\x9b" "31m \xe2\x82"), std::string("?31m ??"));
  QCOMPARE(printable("\xc0\x9b \xe0\x80\x9b"), std::string("?? ???"));
}

QTEST_APPLESS_MAIN(TestBase)
#include "tst_base.moc"
