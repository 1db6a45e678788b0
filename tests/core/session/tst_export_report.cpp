// SPDX-License-Identifier: GPL-3.0-or-later
#include <QXmlStreamReader>
#include <QtTest>

#include "core/session/export/report_html.h"
#include "core/session/export/report_page.h"
#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

namespace {

/// The page is written so that an XML reader takes it, too: what is not escaped shows here.
struct Page {
  explicit Page(const std::string& html) : Page(QString::fromStdString(html)) {}
  explicit Page(const QString& html) {
    QXmlStreamReader xml(html);
    while (!xml.atEnd()) {
      const auto token = xml.readNext();
      if (token == QXmlStreamReader::StartElement) {
        elements[xml.name().toString()]++;
        for (const QXmlStreamAttribute& attribute : xml.attributes()) {
          attributes << attribute.name().toString() + "=" + attribute.value().toString();
        }
      }
      if (token == QXmlStreamReader::Characters) text += xml.text();
    }
    error = xml.hasError() ? QStringLiteral("line %1: %2").arg(xml.lineNumber()).arg(xml.errorString()) : QString();
  }
  std::map<QString, int> elements;
  QStringList attributes;
  QString text;
  QString error;
};

Report reportFrom(const std::string& file) {
  const auto session = SessionFile::open(file);
  auto report = readReport(*session, "", std::nullopt, "GPS Studio test");
  if (!report) qFatal("%s", report.error().text().c_str());
  return *std::move(report);
}

}  // namespace

/// What a report says, without pictures.
class TestExportReport : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void saysWhatTheSessionHolds();
  void aForkTellsWhereItComesFrom();
  void hostileTextStaysText();
  void runsThatWereNotSavedHaveOne();
  void wordsForAShell();
};

void TestExportReport::saysWhatTheSessionHolds() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("two runs.gpss").toStdString();
  {
    const auto writer = *SessionWriter::create(file);
    for (const char* algorithm : {"mdgps", "trajopt"}) {
      RunSetup setup = sceneSetup(algorithm, "point_mass", 3, {{"lqr.kl_step", "0.77"}});
      setup.recorder = *writer->begin(setup, {"GPS Studio test", "the command", 0, 0});
      Watched watched(std::move(setup));
      watched.run.start();
      QVERIFY(watched.waitFor({RunState::Finished}));
    }
    QVERIFY(writer->flush().ok());
    QVERIFY(writer->addNote(1, "first line\nsecond line").ok());
  }
  const Report report = reportFrom(file);
  QCOMPARE(report.runs.size(), std::size_t{2});
  QCOMPARE(report.runs[0].past.size(), std::size_t{3});
  QVERIFY(report.runs[0].outcome.has_value());
  const std::string html = reportHtml(report, {.missing = "No plots here."});
  QCOMPARE(html, reportHtml(reportFrom(file), {.missing = "No plots here."}));
  const Page page(html);
  QCOMPARE(page.error, QString());
  QCOMPARE(page.elements.count("script"), std::size_t{0});
  for (const QString& attribute : page.attributes) {
    QVERIFY2(!attribute.startsWith("href") && !attribute.startsWith("src") && !attribute.startsWith("on"), qPrintable(attribute));
  }
  const MetricTable& last = report.runs[0].past.back()->report.metrics;
  for (const QString& words :
       {QString("MDGPS"), QString("0 of 1 solved"), QString("two runs.gpss"), QString("No plots here."),
        QString("first line\nsecond line"), QString("the command"), QString("lqr.kl_step"), QString("0.77"),
        QString::fromStdString(htmlNumber(last.mean(Metric::GlobalCost))), QString("\"horizon\""),
        QString("gps-studio train --replay 'two runs.gpss' --run mdgps-1"),
        QString("gps-studio train ./point_mass.scene.json --algorithm trajopt --seed ")}) {
    QVERIFY2(page.text.contains(words), qPrintable(words));
  }
  // Of one run only, at one of its iterations.
  const auto session = SessionFile::open(file);
  const auto one = readReport(*session, "mdgps-1", 2, "GPS Studio test");
  QVERIFY(one.ok());
  QCOMPARE(one->runs.size(), std::size_t{1});
  QCOMPARE(one->runs[0].shown, 2);
  QVERIFY(!one->runs[0].past[1]->conditions.empty());
  QVERIFY(one->runs[0].past[2]->conditions.empty());
  QVERIFY(!readReport(*session, "mdgps-1", 4, "GPS Studio test").ok());
}

void TestExportReport::aForkTellsWhereItComesFrom() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("trajopt", "point_mass", 4));
  {
    const auto writer = *SessionWriter::append(file);
    const auto session = *SessionFile::open(file);
    RunSetup fork = *session.resume(*session.run(""), 4);
    fork.name = "trajopt-2";
    RunOrigin origin;
    origin.parent = session.run("")->id;
    origin.parentIteration = 4;
    fork.parameters.run.iterations = 6;
    auto point = std::make_shared<ResumePoint>(*fork.resume);
    point->pending = {{"run.iterations", "6"}, {"lqr.kl_step", "0.5"}};
    fork.resume = point;
    fork.recorder = *writer->begin(fork, origin);
    Watched watched(std::move(fork));
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QVERIFY(writer->flush().ok());
  }
  const Report report = reportFrom(file);
  QCOMPARE(report.runs.size(), std::size_t{2});
  const ReportRun& fork = report.runs[1];
  QCOMPARE(fork.forkedFrom, std::string("trajopt-1"));
  QCOMPARE(fork.past.size(), std::size_t{6});
  for (std::size_t k = 0; k < 6; ++k) QCOMPARE(fork.past[k]->report.iteration, static_cast<int>(k) + 1);
  QCOMPARE(fork.past[1]->report.metrics.mean(Metric::LocalCost), report.runs[0].past[1]->report.metrics.mean(Metric::LocalCost));
  const std::vector<ReportCommand> commands = reproducingCommands(report, fork);
  QCOMPARE(commands.size(), std::size_t{1});
  QCOMPARE(commands[0].command,
           std::string("gps-studio train --resume run.gpss --run trajopt-1 --at 4 --iterations 6 --set lqr.kl_step=0.5"));
  const Page page(reportHtml(report, {}));
  QCOMPARE(page.error, QString());
  QVERIFY(page.text.contains("Forked from trajopt-1 after iteration 4"));
}

void TestExportReport::hostileTextStaysText() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("run.gpss").toStdString();
  trainTo(file, sceneSetup("mdgps", "point_mass", 1));
  Report report = reportFrom(file);
  const std::string hostile = "</style><script>alert(1)</script>\"' onload=x & ]]> <!-- \x01\xff\n-->";
  ReportRun& run = report.runs.front();
  report.program = report.session = run.name = run.label = run.algorithm = run.started = run.forkedFrom = run.sceneName =
      run.sceneTitle = run.sceneWords = run.sceneText = hostile;
  run.provenance = run.notes = {{hostile, hostile}};
  run.events = {{1, hostile, hostile, hostile}};
  for (ParamField& field : run.parameters) field.value = field.group = field.spec.label = field.spec.unit = hostile;
  run.outcome->likely = hostile;
  const Page clean(reportHtml(reportFrom(file), {.missing = "none"}));
  const std::string html = reportHtml(report, {.groups = {{hostile, {{hostile, "<svg></svg>", hostile}}}}, .missing = {}});
  const Page page(html);
  QCOMPARE(page.error, QString());
  QCOMPARE(page.elements.count("script"), std::size_t{0});
  QVERIFY(page.text.contains("</style><script>alert(1)</script>\"' onload=x & ]]> <!--"));
  for (const QString& attribute : page.attributes) QVERIFY2(!attribute.contains("onload"), qPrintable(attribute));
  QVERIFY(html.find('\x01') == std::string::npos && html.find('\xff') == std::string::npos);
  QCOMPARE(page.elements.at("h1"), clean.elements.at("h1"));
}

void TestExportReport::runsThatWereNotSavedHaveOne() {
  std::vector<RunSetup> setups{sceneSetup("mdgps", "point_mass", 2), sceneSetup("trajopt", "point_mass", 2)};
  std::vector<std::vector<std::shared_ptr<const Snapshot>>> records;
  for (const RunSetup& setup : setups) {
    Watched watched{RunSetup(setup)};
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    watched.drain();
    records.push_back(watched.snapshots);
  }
  const auto report = reportOf(setups, records, "", {{"command_line", "x"}}, "GPS Studio test");
  QVERIFY2(report.ok(), report.ok() ? "" : report.error().text().c_str());
  const Page page(reportHtml(*report, {}));
  QCOMPARE(page.error, QString());
  QVERIFY(!page.text.contains("--replay"));
  QVERIFY(page.text.contains("--algorithm trajopt --seed"));
  QVERIFY(!reportOf(setups, {{}, {}}, "", {}, "").ok());
}

void TestExportReport::wordsForAShell() {
  QCOMPARE(shellWord("a.gpss"), std::string("a.gpss"));
  QCOMPARE(shellWord(""), std::string("''"));
  QCOMPARE(shellWord("it's; rm $(x)"), std::string("'it'\\''s; rm $(x)'"));
  QCOMPARE(shellWord("a\nb"), std::string("'ab'"));
}

QTEST_APPLESS_MAIN(TestExportReport)
#include "tst_export_report.moc"
