// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <set>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/metrics.h"
#include "core/algorithms/parameters.h"

using namespace gps;

class TestParameters : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyParameterIsDescribedAndUnique();
  void everyTextReadsBackAsItself();
  void badTextLeavesTheValueAndNamesKeyAndRange_data();
  void badTextLeavesTheValueAndNamesKeyAndRange();
  void defaultsLieInTheirRanges();
  void algorithmsSetTheirOwnDefaults();
  void numbersIgnoreTheLocale();
  void metricRegistryIsComplete();
};

void TestParameters::everyParameterIsDescribedAndUnique() {
  Parameters p;
  p.cost.terms = {{"goal", 1.0, 1e-2, Ramp::Constant}, {"effort", 1e-3, std::nullopt, std::nullopt}};
  std::set<std::string> keys;
  for (const ParamField& field : describe(p, p)) {
    QVERIFY2(keys.insert(field.spec.key).second, field.spec.key.c_str());
    QVERIFY2(!field.spec.label.empty() && !field.spec.help.empty(), field.spec.key.c_str());
    QVERIFY2(field.spec.help.back() == '.', field.spec.key.c_str());
    QVERIFY2((field.kind == ParamKind::Choice) == !field.spec.choices.empty(), field.spec.key.c_str());
    QVERIFY(!field.group.empty());
    QCOMPARE(field.value, field.defaultValue);
  }
  for (const char* key : {"run.seed", "lqr.kl_step", "badmm.rho0", "mdgps.on_policy", "pol.hidden", "dyn.gmm",
                          "noise.smooth", "step.rule", "cost.goal.weight", "cost.goal.ramp", "cost.hess"}) {
    QVERIFY2(keys.contains(key), key);
  }
  QVERIFY(!keys.contains("cost.effort.alpha"));
}

void TestParameters::everyTextReadsBackAsItself() {
  const Parameters p;
  for (const ParamField& field : describe(p, p)) {
    Parameters copy;
    const Status status = setParameter(copy, field.spec.key, field.value);
    QVERIFY2(status.ok(), field.spec.key.c_str());
    QCOMPARE(parameterText(copy, field.spec.key).value(), field.value);
  }
}

void TestParameters::badTextLeavesTheValueAndNamesKeyAndRange_data() {
  QTest::addColumn<QString>("key");
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("said");
  QTest::newRow("negative") << "lqr.kl_step" << "-0.2" << "between 0.001 and 100";
  QTest::newRow("word") << "lqr.kl_step" << "much" << "a number";
  QTest::newRow("trailing") << "lqr.kl_step" << "0.2x" << "a number";
  QTest::newRow("nan") << "lqr.kl_step" << "nan" << "finite";
  QTest::newRow("infinite") << "lqr.kl_step" << "inf" << "finite";
  QTest::newRow("comma") << "lqr.kl_step" << "0,2" << "a number";
  QTest::newRow("fraction") << "run.samples" << "2.5" << "whole number";
  QTest::newRow("overflow") << "run.samples" << "99999999999" << "whole number";
  QTest::newRow("empty") << "run.samples" << "" << "whole number";
  QTest::newRow("choice") << "step.rule" << "newton" << "classic, global, mc, fixed";
  QTest::newRow("bool") << "mdgps.on_policy" << "yes" << "true or false";
  QTest::newRow("list") << "pol.hidden" << "40,,40" << "whole number";
  QTest::newRow("long list") << "pol.hidden" << QString("1,").repeated(70) + "1" << "16 entries";
  QTest::newRow("unknown") << "lqr.klstep" << "1" << "lqr.kl_step";
  QTest::newRow("negative seed") << "run.seed" << "-1" << "whole number";
}

void TestParameters::badTextLeavesTheValueAndNamesKeyAndRange() {
  QFETCH(QString, key);
  QFETCH(QString, text);
  QFETCH(QString, said);
  Parameters p;
  const Status status = setParameter(p, key.toStdString(), text.toStdString());
  QVERIFY(!status);
  QVERIFY2(status.error().text().find(said.toStdString()) != std::string::npos, status.error().text().c_str());
  QVERIFY(status.error().text().find(key.toStdString()) != std::string::npos);
  const Parameters fresh;
  const std::vector<ParamField> now = describe(p, fresh);
  for (const ParamField& field : now) QCOMPARE(field.value, field.defaultValue);
}

void TestParameters::defaultsLieInTheirRanges() {
  // everyTextReadsBackAsItself parses with the range check; lists and automatic values are covered there too.
  Parameters p;
  QVERIFY(setParameter(p, "lqr.cov_max", "auto").ok());
  QVERIFY(setParameter(p, "lqr.cov_max", "4").ok());
  QCOMPARE(*p.lqr.covMax, 4.0);
  QVERIFY(setParameter(p, "run.samples", "1e1").ok());
  QCOMPARE(p.run.samples, 10);
}

void TestParameters::algorithmsSetTheirOwnDefaults() {
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    Parameters p;
    entry.defaults(p);
    QCOMPARE(p.step.rule, entry.id == "mdgps" ? StepRule::Global : StepRule::Classic);
    const std::unique_ptr<Algorithm> algorithm = entry.make();
    QCOMPARE(algorithm->id(), entry.id);
    QCOMPARE(algorithm->phases().front().id, std::string("sample"));
    QCOMPARE(algorithm->phases().back().id, std::string("evaluate"));
  }
  const Result<const AlgorithmEntry*> unknown = findAlgorithm("ppo");
  QVERIFY(!unknown);
  QVERIFY(unknown.error().text().find("badmm") != std::string::npos);
}

void TestParameters::numbersIgnoreTheLocale() {
  // Qt sets the C locale of the process from the environment, so printf may use commas.
  const char* previous = std::setlocale(LC_ALL, "de_DE.UTF-8");
  QCOMPARE(numberText(0.1), std::string("0.1"));
  QCOMPARE(numberText(1.0 / 3.0), std::string("0.3333333333333333"));
  Parameters p;
  QVERIFY(setParameter(p, "lqr.kl_step", "0.5").ok());
  QCOMPARE(p.lqr.klStep, 0.5);
  if (previous) std::setlocale(LC_ALL, "C");
}

void TestParameters::metricRegistryIsComplete() {
  std::set<std::string_view> keys;
  for (const MetricSpec& spec : metricRegistry()) {
    QCOMPARE(&metricSpec(spec.id), &spec);
    QVERIFY(keys.insert(spec.key).second);
    QVERIFY(!spec.label.empty() && !spec.help.empty());
  }
  MetricTable table(2);
  QVERIFY(!table.has(Metric::Eta));
  table.set(Metric::Eta, 1, 3.0);
  QVERIFY(!table.get(Metric::Eta, 0));
  QCOMPARE(*table.get(Metric::Eta, 1), 3.0);
  QCOMPARE(*table.mean(Metric::Eta), 3.0);
  QVERIFY(!table.get(Metric::Eta, 2));
}

QTEST_APPLESS_MAIN(TestParameters)
#include "tst_parameters.moc"
