// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QWheelEvent>

#include "synthetic_run.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/panels/message_bar.h"
#include "widgets/panels/parameter_form.h"
#include "widgets/panels/parameter_value.h"
#include "widgets/panels/run_header.h"
#include "widgets/panels/start_page.h"
#include "widgets/panels/time_bar.h"

using namespace gps;
using namespace gps::ui;

namespace {

Parameters withCostTerm() {
  Parameters parameters;
  parameters.cost.terms.push_back({"goal", 2.0, 1e-5, Ramp::Linear});
  return parameters;
}

std::vector<ParamField> fieldsOf(const Parameters& parameters) {
  return describe(parameters, withCostTerm());
}

/// Another value the parameter takes, in the syntax of --set.
QString otherValue(const ParamField& field) {
  const QString now = QString::fromStdString(field.value);
  switch (field.kind) {
    case ParamKind::Bool:
      return now == "true" ? "false" : "true";
    case ParamKind::Choice: {
      const auto& choices = field.spec.choices;
      return QString::fromStdString(choices.back() == field.value ? choices.front() : choices.back());
    }
    case ParamKind::IntList:
      return "7,9";
    case ParamKind::RealList:
      return QString::fromStdString(numberText(field.spec.max)) + "," + now.section(u',', 0, 0);
    default: {
      // Exponent form: the editor must take what std::to_chars and people write.
      const double value = field.spec.max != field.spec.min && field.spec.max < 1e15 ? field.spec.max : 3.0;
      const bool whole = field.kind == ParamKind::Int || field.kind == ParamKind::UInt64;
      const QString text = whole ? QString::number(value, 'f', 0) : QString::number(value, 'e', 3);
      return text == now ? QString::fromStdString(numberText(field.spec.min)) : text;
    }
  }
}

QLineEdit* lineOf(ParameterForm& form, const char* key) {
  return form.findChild<QLineEdit*>(QStringLiteral("param.") + QLatin1String(key));
}

void type(QLineEdit* line, const QString& text) {
  line->setFocus();
  line->selectAll();
  QTest::keyClicks(line, text);
  QTest::keyClick(line, Qt::Key_Return);
}

void wheel(QWidget* widget) {
  const QPointF at = widget->rect().center();
  QWheelEvent event(at, widget->mapToGlobal(at), QPoint(), QPoint(0, -120), Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  // Only events that come from the window system are passed on to the parents.
  QSpontaneKeyEvent::setSpontaneous(&event);
  qApp->notify(widget, &event);
}

}  // namespace

class TestForms : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_form = std::make_unique<ParameterForm>();
    m_form->resize(380, 640);
    m_form->setFields(fieldsOf(withCostTerm()), kUsedByAll);
    m_form->setLevel(Level::Expert);
    m_form->show();
    m_form->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_form.get()));
  }
  void cleanup() { m_form.reset(); }

  // Typed into its editor, reported, set, described and shown again: every parameter there is.
  void everyParameterRoundTrips() {
    Parameters parameters = withCostTerm();
    QSignalSpy edited(m_form.get(), &ParameterForm::edited);
    for (const ParamField& field : fieldsOf(parameters)) {
      const QString key = QString::fromStdString(field.spec.key), wanted = otherValue(field);
      auto* editor = m_form->findChild<QWidget*>("param." + key);
      QVERIFY2(editor != nullptr, qPrintable(key));
      if (auto* check = qobject_cast<QCheckBox*>(editor)) {
        QCOMPARE(check->isChecked(), field.value == "true");
        check->click();
      } else if (auto* combo = qobject_cast<QComboBox*>(editor)) {
        QCOMPARE(combo->currentText().toStdString(), field.value);
        combo->setCurrentText(wanted);
        Q_EMIT combo->textActivated(wanted);
      } else {
        QCOMPARE(qobject_cast<QLineEdit*>(editor)->text().toStdString(), field.value);
        type(qobject_cast<QLineEdit*>(editor), wanted);
      }
      QVERIFY2(edited.size() == 1, qPrintable(key + " = " + wanted));
      QCOMPARE(edited.first().at(0).toString(), key);
      const std::string value = edited.takeFirst().at(1).toString().toStdString();
      const Status set = setParameter(parameters, field.spec.key, value);
      QVERIFY2(set.ok(), set.ok() ? "" : set.error().text().c_str());
      m_form->setFields(fieldsOf(parameters), kUsedByAll);
      QVERIFY(m_form->findChild<QWidget*>("reset." + key)->isVisibleTo(m_form.get()));
      if (auto* line = qobject_cast<QLineEdit*>(editor)) {
        QCOMPARE(line->text().toStdString(), *parameterText(parameters, field.spec.key));
      }
    }
  }

  void theWheelChangesNothing() {
    QSignalSpy edited(m_form.get(), &ParameterForm::edited);
    m_form->focusParameter("step.rule");
    for (const ParamField& field : fieldsOf(withCostTerm())) {
      auto* editor = m_form->findChild<QWidget*>("param." + QString::fromStdString(field.spec.key));
      editor->setFocus();
      wheel(editor);
      if (auto* combo = qobject_cast<QComboBox*>(editor))
        QCOMPARE(combo->currentText().toStdString(), field.value);
      if (auto* line = qobject_cast<QLineEdit*>(editor)) QCOMPARE(line->text().toStdString(), field.value);
    }
    QCOMPARE(edited.size(), 0);
  }

  void theWheelOverAnEditorScrollsTheForm() {
    auto* bar = m_form->findChild<QScrollArea*>("parameters.scroll")->verticalScrollBar();
    QTRY_VERIFY(bar->maximum() > 0);
    bar->setValue(0);
    wheel(m_form->findChild<QComboBox*>("param.init.kind"));
    QVERIFY(bar->value() > 0);
  }

  void wrongTextIsExplainedAndNotReported() {
    QSignalSpy edited(m_form.get(), &ParameterForm::edited);
    QLineEdit* line = lineOf(*m_form, "lqr.kl_step");
    auto* error = m_form->findChild<QLabel*>("error.lqr.kl_step");
    const std::vector<std::pair<const char*, const char*>> cases{
        {"abc", "a number"}, {"0,5", "point"},    {"-1", "from 0.001 to 100"},
        {"1e9", "from"},     {"nan", "a number"}, {"", "empty"}};
    for (const auto& [text, part] : cases) {
      line->setFocus();
      line->selectAll();
      QTest::keyClick(line, Qt::Key_Delete);
      QTest::keyClicks(line, text);
      QTest::keyClick(line, Qt::Key_Return);
      QVERIFY2(error->isVisibleTo(m_form.get()), text);
      QVERIFY2(error->text().contains(QLatin1String(part)), qPrintable(error->text()));
      QCOMPARE(line->text(), QLatin1String(text));
    }
    QCOMPARE(edited.size(), 0);
    type(line, "2e-1");
    QVERIFY(!error->isVisibleTo(m_form.get()));
    QCOMPARE(edited.size(), 1);
    QCOMPARE(edited.first().at(1).toString(), QStringLiteral("2e-1"));
  }

  void anErrorOfTheOwnerIsShownAsPlainText() {
    m_form->setError("run.samples", "<b>too few</b>");
    auto* error = m_form->findChild<QLabel*>("error.run.samples");
    QVERIFY(error->isVisibleTo(m_form.get()));
    QCOMPARE(error->textFormat(), Qt::PlainText);
    QCOMPARE(error->text(), QStringLiteral("<b>too few</b>"));
  }

  void wholeNumbersAndListsAreChecked() {
    QSignalSpy edited(m_form.get(), &ParameterForm::edited);
    type(lineOf(*m_form, "run.samples"), "2.5");
    QVERIFY(m_form->findChild<QLabel*>("error.run.samples")->isVisibleTo(m_form.get()));
    type(lineOf(*m_form, "pol.hidden"), "40,,40");
    QVERIFY(m_form->findChild<QLabel*>("error.pol.hidden")->isVisibleTo(m_form.get()));
    type(lineOf(*m_form, "run.seed"), "-3");
    QVERIFY(m_form->findChild<QLabel*>("error.run.seed")->isVisibleTo(m_form.get()));
    QCOMPARE(edited.size(), 0);
    type(lineOf(*m_form, "run.iterations"), "1e2");
    type(lineOf(*m_form, "run.seed"), "9007199254740993");
    QCOMPARE(edited.size(), 2);
    QCOMPARE(edited.at(1).at(1).toString(), QStringLiteral("9007199254740993"));
  }

  void autoIsAValueOfOptionalNumbers() {
    Parameters parameters = withCostTerm();
    parameters.lqr.covMax = 2.0;
    m_form->setFields(fieldsOf(parameters), kUsedByAll);
    QSignalSpy edited(m_form.get(), &ParameterForm::edited);
    type(lineOf(*m_form, "lqr.cov_max"), "auto");
    QCOMPARE(edited.size(), 1);
    QCOMPARE(edited.first().at(1).toString(), QStringLiteral("auto"));
  }

  void aRunWithDataLocksWhatNeedsANewRun() {
    m_form->setRunHasData(true);
    QVERIFY(lineOf(*m_form, "run.seed")->isReadOnly());
    QVERIFY(lineOf(*m_form, "run.seed")->toolTip().contains("Read-only"));
    QVERIFY(!lineOf(*m_form, "lqr.kl_step")->isReadOnly());
    QVERIFY(!m_form->findChild<QComboBox*>("param.pol.activation")->isEnabled());
    QSignalSpy edited(m_form.get(), &ParameterForm::edited);
    type(lineOf(*m_form, "run.seed"), "5");
    QCOMPARE(edited.size(), 0);
    m_form->setRunHasData(false);
    QVERIFY(!lineOf(*m_form, "run.seed")->isReadOnly());
  }

  void aQueuedChangeIsShownAndCanBeCancelled() {
    m_form->setQueued({{"lqr.kl_step", "0.25"}});
    auto* cancel = m_form->findChild<QAbstractButton*>("cancel.lqr.kl_step");
    QVERIFY(cancel->isVisibleTo(m_form.get()));
    QVERIFY(!m_form->findChild<QAbstractButton*>("cancel.run.samples")->isVisibleTo(m_form.get()));
    QSignalSpy cancelled(m_form.get(), &ParameterForm::cancelRequested);
    cancel->click();
    QCOMPARE(cancelled.size(), 1);
    QCOMPARE(cancelled.first().first().toString(), QStringLiteral("lqr.kl_step"));
    m_form->setQueued({});
    QVERIFY(!cancel->isVisibleTo(m_form.get()));
  }

  void theDotResetsToTheDefault() {
    Parameters parameters = withCostTerm();
    parameters.lqr.klStep = 0.5;
    m_form->setFields(fieldsOf(parameters), kUsedByAll);
    QSignalSpy edited(m_form.get(), &ParameterForm::edited);
    QVERIFY(!m_form->findChild<QAbstractButton*>("reset.run.samples")->isVisibleTo(m_form.get()));
    m_form->findChild<QAbstractButton*>("reset.lqr.kl_step")->click();
    QCOMPARE(edited.size(), 1);
    QCOMPARE(edited.first().at(1).toString(), QStringLiteral("1"));
  }

  void levelHidesAndSearchFindsEverywhere() {
    m_form->setLevel(Level::Basic);
    auto* expert = m_form->findChild<QWidget*>("row.lqr.eta_min");
    QVERIFY(!expert->isVisibleTo(m_form.get()));
    auto* search = m_form->findChild<QLineEdit*>("parameters.search");
    search->setText("smallest eta");
    QVERIFY(expert->isVisibleTo(m_form.get()));
    QVERIFY(!m_form->findChild<QWidget*>("row.run.samples")->isVisibleTo(m_form.get()));
    search->setText("no such thing");
    QVERIFY(m_form->findChild<QLabel*>("parameters.nothing")->isVisibleTo(m_form.get()));
    m_form->focusParameter("lqr.eta_min");
    QVERIFY(search->text().isEmpty());
    QCOMPARE(m_form->level(), Level::Expert);
    QVERIFY(lineOf(*m_form, "lqr.eta_min")->hasFocus());
    QVERIFY(m_form->findChild<QLabel*>("parameters.helpFacts")->text().contains("lqr.eta_min"));
  }

  void fieldsOfOtherAlgorithmsAreNotShown() {
    m_form->setFields(fieldsOf(withCostTerm()), kUsedByTrajopt);
    QVERIFY(lineOf(*m_form, "pol.lr") == nullptr);
    QVERIFY(lineOf(*m_form, "lqr.kl_step") != nullptr);
  }

  void newValuesLeaveAloneWhatIsBeingTyped() {
    QLineEdit* line = lineOf(*m_form, "lqr.kl_step");
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, "0.7");
    Parameters parameters = withCostTerm();
    parameters.run.samples = 9;
    m_form->setFields(fieldsOf(parameters), kUsedByAll);
    QCOMPARE(line->text(), QStringLiteral("0.7"));
    QVERIFY(line->hasFocus());
    QCOMPARE(lineOf(*m_form, "run.samples")->text(), QStringLiteral("9"));
    // Another list of fields makes new editors; the focus stays with the parameter.
    m_form->setFields(fieldsOf(parameters), kUsedByMdgps);
    QVERIFY(lineOf(*m_form, "lqr.kl_step")->hasFocus());
  }

  void arrowKeysStepWithinTheRange() {
    QLineEdit* line = lineOf(*m_form, "run.samples");
    line->setFocus();
    QTest::keyClick(line, Qt::Key_Up);
    QCOMPARE(line->text(), QStringLiteral("6"));
    QTest::keyClick(line, Qt::Key_PageDown);
    QCOMPARE(line->text(), QStringLiteral("2"));
    QTest::keyClick(line, Qt::Key_Escape);
    QCOMPARE(line->text(), QStringLiteral("5"));
    ParamField step;
    step.spec.logScale = true;
    step.spec.min = 0.001;
    step.spec.max = 100;
    QCOMPARE(stepped(step, "1", 10), QStringLiteral("10"));
    QCOMPARE(stepped(step, "1", -1), QStringLiteral("0.79"));
    QCOMPARE(stepped(step, "99", 5), QStringLiteral("100"));
    QCOMPARE(stepped(step, "word", 1), QStringLiteral("word"));
  }

  void greekNamesBecomeLetters() {
    QCOMPARE(symbolText("epsilon"), QStringLiteral("ε"));
    QCOMPARE(symbolText("beta"), QStringLiteral("β"));
    QCOMPARE(symbolText("Sigma_pi"), QStringLiteral("Σ_π"));
    QCOMPARE(symbolText("N"), QStringLiteral("N"));
  }

  void onlyTheNewestMessageTakesRoom() {
    MessageBar bar;
    QVERIFY(bar.isHidden());
    bar.post({"e", Severity::Error, "Broken.", "here", "Mend it.", "Retry"});
    const int one = bar.sizeHint().height();
    bar.post({"i", Severity::Info, "One.", "", "", ""});
    bar.post({"w", Severity::Warning, "<b>Three.</b>", "here", "Mend it.", ""});
    QCOMPARE(bar.keys(), (QStringList{"w", "i", "e"}));
    bar.post({"w", Severity::Warning, "Again.", "here", "Mend it.", ""});
    QCOMPARE(bar.keys().size(), 3);
    const auto shown = [&bar](const char* key) {
      return !bar.findChild<QWidget*>(QStringLiteral("message.") + key)->isHidden();
    };
    QVERIFY(shown("w") && !shown("i") && !shown("e"));
    QCOMPARE(bar.sizeHint().height(), one);
    auto* more = bar.findChild<QAbstractButton*>("message.w.more");
    QCOMPARE(more->text(), QStringLiteral("2 more"));
    more->click();
    QVERIFY(shown("w") && shown("i") && shown("e"));
    QSignalSpy action(&bar, &MessageBar::actionTriggered), dismissed(&bar, &MessageBar::dismissed);
    bar.findChild<QAbstractButton*>("message.e.action")->click();
    QCOMPARE(action.takeFirst().first().toString(), QStringLiteral("e"));
    bar.findChild<QAbstractButton*>("message.w.close")->click();
    QCOMPARE(dismissed.takeFirst().first().toString(), QStringLiteral("w"));
    QCOMPARE(bar.keys(), (QStringList{"i", "e"}));
    for (const QLabel* label : bar.findChildren<QLabel*>()) {
      if (!label->text().isEmpty()) QCOMPARE(label->textFormat(), Qt::PlainText);
    }
    bar.clear();
    QVERIFY(bar.isHidden());
  }

  void notesGoByThemselvesAndNothingElseDoes() {
    QWidget window;
    QLineEdit other(&window);  // a note that has the focus would stay
    MessageBar bar(&window);
    window.resize(400, 600);
    bar.move(0, 500);  // and so would one under the cursor
    window.show();
    other.setFocus();
    bar.setNoteLifetime(20);
    bar.post({"i", Severity::Info, "Saved.", "", "", ""});
    bar.post({"e", Severity::Error, "Broken.", "", "", ""});
    bar.post({"q", Severity::Info, "Go on?", "", "", "Go on"});
    bar.post({"w", Severity::Warning, "Beware.", "", "", ""});
    QTest::qWait(100);
    // The note was behind the others, so nobody can have read it yet.
    QCOMPARE(bar.keys(), (QStringList{"w", "q", "e", "i"}));
    for (const char* key : {"w", "q", "e"}) bar.dismiss(key);
    QTRY_VERIFY(bar.keys().isEmpty());
    QVERIFY(bar.isHidden());
  }

  void tilesAreChosenByMouseAndKeys() {
    StartPage page;
    page.resize(1000, 700);
    page.setScenes({{"room", test::roomScene(2), "hint"},
                    {"arm", test::armScene(1), ""},
                    {"three", test::roomScene(1), ""},
                    {"four", nullptr, ""}});
    page.show();
    page.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&page));
    QSignalSpy chosen(&page, &StartPage::sceneChosen);
    auto* room = page.findChild<QAbstractButton*>("scene.room");
    QTest::mouseClick(room, Qt::LeftButton);
    QCOMPARE(chosen.takeFirst().first().toString(), QStringLiteral("room"));
    room->setFocus();
    QTest::keyClick(room, Qt::Key_Right);
    auto* arm = page.findChild<QAbstractButton*>("scene.arm");
    QVERIFY(arm->hasFocus());
    QTest::keyClick(arm, Qt::Key_Return);
    QCOMPARE(chosen.takeFirst().first().toString(), QStringLiteral("arm"));
    // Two columns fit, so below the first stands the third.
    room->setFocus();
    QTest::keyClick(room, Qt::Key_Down);
    QVERIFY(page.findChild<QWidget*>("scene.three")->hasFocus());
    page.resize(400, 700);
    QTRY_VERIFY(arm->y() > room->y());
    QSignalSpy open(&page, &StartPage::openRequested);
    page.findChild<QAbstractButton*>("start.open")->click();
    QCOMPARE(open.size(), 1);
    page.grab();
  }

  // Nine tasks and two stress tests, as shipped, in a window of 1280 x 800: no tile is out of sight.
  void tilesOfGroupsStandTogetherAndFitASmallScreen() {
    auto scene = std::make_shared<Scene>(*test::roomScene(3));
    scene->text =
        "A disc is pushed by forces from five starts on the left, between posts and around a pillar, to the "
        "mark on "
        "the right. The straight way leads into the pillar, so the trajectories have to agree on a way "
        "around it.\n"
        "Solved: within 0.1 m of the mark at the last step.";
    std::vector<SceneTile> tiles;
    for (int i = 0; i < 11; ++i)
      tiles.push_back({QString("t%1").arg(i), scene, "", i == 1 || i == 2 ? "Stress tests" : "Tasks"});
    StartPage page;
    page.resize(1280, 776);
    page.setScenes(tiles);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const auto top = [&page](const char* name) {
      const QWidget* tile = page.findChild<QWidget*>(QStringLiteral("scene.") + name);
      return tile->mapTo(&page, QPoint()).y();
    };
    QVERIFY(top("t1") > top("t10"));
    QCOMPARE(top("t1"), top("t2"));
    QCOMPARE(top("t0"), top("t3"));
    QVERIFY(top("t1") + 100 < page.height());
    // From the last full row of tasks down into the shorter row of tests, and back.
    auto* last = page.findChild<QWidget*>("scene.t10");
    page.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&page));
    last->setFocus();
    QTest::keyClick(last, Qt::Key_Down);
    auto* test = page.findChild<QWidget*>("scene.t2");
    QVERIFY(test->hasFocus());
    QTest::keyClick(test, Qt::Key_Left);
    QTest::keyClick(page.findChild<QWidget*>("scene.t1"), Qt::Key_Left);
    QVERIFY(last->hasFocus());
    // Never narrower than a tile can be read, and no sideways scrolling.
    page.resize(360, 700);
    QTRY_VERIFY(top("t3") > top("t0"));
  }

  void replayRunsAtTrueSpeedAndRestsWhileHidden() {
    TimeBar bar;
    bar.setHorizon(1000, 0.01);
    bar.show();
    QSignalSpy moved(&bar, &TimeBar::timeStepChanged);
    QElapsedTimer clock;
    clock.start();
    bar.setPlaying(true);
    QTest::qWait(200);
    const double seconds = static_cast<double>(clock.nsecsElapsed()) * 1e-9;
    QVERIFY(moved.size() >= 2);
    // The last tick may be a while ago on a loaded machine, but a replay never runs ahead of the clock.
    QVERIFY(bar.timeStep() * 0.01 <= seconds + 0.001);
    QVERIFY(bar.timeStep() * 0.01 > 0.05);
    bar.hide();
    const double hidden = bar.timeStep();
    QTest::qWait(60);
    QCOMPARE(bar.timeStep(), hidden);
    QVERIFY(bar.playing());
    bar.show();
    bar.setLooping(false);
    bar.setTimeStep(998.9);
    QSignalSpy playing(&bar, &TimeBar::playingChanged);
    QTRY_VERIFY(!bar.playing());
    QCOMPARE(playing.size(), 1);
    QCOMPARE(bar.timeStep(), 999.0);
  }

  void setValuesDoNotComeBackAndFollowingChoosesTheNewest() {
    TimeBar bar;
    bar.setHorizon(100, 0.05);
    QSignalSpy moved(&bar, &TimeBar::timeStepChanged), chosen(&bar, &TimeBar::iterationChosen),
        follow(&bar, &TimeBar::followChanged);
    bar.setTimeStep(40.5);
    QCOMPARE(bar.timeStep(), 40.5);
    QCOMPARE(moved.size(), 0);
    bar.setIterationCount(1);
    bar.setIterationCount(2);
    QCOMPARE(chosen.size(), 2);
    QCOMPARE(bar.iteration(), 2);
    bar.findChild<QSlider*>("iteration.slider")->setValue(1);
    QCOMPARE(chosen.size(), 3);
    QCOMPARE(follow.size(), 1);
    QVERIFY(!bar.following());
    bar.setIterationCount(3);
    QCOMPARE(bar.iteration(), 1);
    bar.setIteration(2);
    QCOMPARE(chosen.size(), 3);
    bar.findChild<QAbstractButton*>("iteration.follow")->click();
    QCOMPARE(bar.iteration(), 3);
    QTest::keyClick(bar.findChild<QSlider*>("time.slider"), Qt::Key_Home);
    QCOMPARE(bar.timeStep(), 0.0);
    QCOMPARE(moved.size(), 1);
    bar.setHorizon(0, 0);
    bar.setIterationCount(0);
    QVERIFY(!bar.findChild<QSlider*>("time.slider")->isEnabled());
    QCOMPARE(bar.iteration(), 0);
  }

  void headerSaysStateAndCostsInWords() {
    QWidget window;
    RunHeader header(&window);  // as a window of its own it would refuse to become narrow
    header.setRun("A", "Trajectory optimisation", false);
    Progress progress;
    progress.state = RunState::Running;
    progress.iteration = 3;
    progress.iterations = 12;
    progress.phaseLabel = "C-step";
    header.setProgress(progress);
    header.setSnapshot(test::snapshotOf(test::taskOf(test::roomScene(2)), {.global = false}));
    for (const char* part : {"Running", "3 / 12", "Local cost 125", "not defined", "Rollouts 20"}) {
      QVERIFY2(header.summary().contains(QLatin1String(part)), qPrintable(header.summary()));
    }
    // The third iteration runs, the costs are those of the first.
    const auto* shown = header.findChild<QLabel*>("header.shown");
    QVERIFY(header.summary().contains("After iteration 1:") && !shown->isHidden());
    progress.iteration = 1;
    header.setProgress(progress);
    QVERIFY(!header.summary().contains("After iteration") && shown->isHidden());
    progress.state = RunState::Finished;
    progress.outcome = Outcome{1, 4, "Likely unfinished."};
    header.setProgress(progress);
    const auto* state = header.findChild<QLabel*>("header.state");
    QVERIFY2(state->text().endsWith("1 of 4 solved"), qPrintable(state->text()));
    QCOMPARE(state->property("tone").toString(), QString("wait"));  // not the green of success
    QCOMPARE(state->toolTip(), QString("Likely unfinished."));
    progress.outcome = Outcome{4, 4, {}};
    header.setProgress(progress);
    QCOMPARE(state->property("tone").toString(), QString("good"));
    header.setRun("B", "MDGPS", true);
    // Two runs in a window of 1280 pixels: words go, nothing is cut.
    progress.outcome = Outcome{1, 4, {}};
    progress.iteration = progress.iterations = 1000;
    header.setSnapshot(test::snapshotOf(test::taskOf(test::roomScene(2)), {}));
    header.setRun("B", "Trajectory optimisation", true);
    for (const int width : {1200, 470, 400}) {
      header.resize(width, 30);
      header.setProgress(progress);
      QVERIFY2(header.layout()->minimumSize().width() <= width,
               qPrintable(QString("%1 > %2").arg(header.layout()->minimumSize().width()).arg(width)));
      QCOMPARE(header.findChild<QLabel*>("header.algorithm")->isHidden(), width < 1200);
      QVERIFY(header.findChild<QLabel*>("header.state")->text().contains("1 of 4 solved"));
    }
    header.setSnapshot(nullptr);
    QVERIFY(!header.summary().contains("not defined"));
    QCOMPARE(shortNumber(12345.6), QStringLiteral("12346"));
    QCOMPARE(shortNumber(0.00012345), QStringLiteral("0.0001234"));
  }

  void everyControlHasAName() {
    MessageBar bar;
    StartPage page;
    TimeBar time;
    RunHeader header;
    SceneCanvas canvas;
    bar.post({"e", Severity::Error, "Broken.", "", "", "Retry"});
    page.setScenes({{"room", test::roomScene(2), ""}});
    const std::vector<QWidget*> roots{m_form.get(), &bar, &page, &time, &header, &canvas};
    int controls = 0;
    for (QWidget* root : roots) {
      QVERIFY(!root->objectName().isEmpty() && !root->accessibleName().isEmpty());
      for (const QWidget* widget : root->findChildren<QWidget*>()) {
        const bool control = qobject_cast<const QAbstractButton*>(widget) ||
                             qobject_cast<const QLineEdit*>(widget) ||
                             qobject_cast<const QComboBox*>(widget) || qobject_cast<const QSlider*>(widget);
        // Qt's own parts (the clear button of a line edit) belong to their control.
        if (!control || qobject_cast<const QLineEdit*>(widget->parent())) continue;
        ++controls;
        const QString name = widget->objectName();
        QVERIFY2(!name.isEmpty(), widget->metaObject()->className());
        QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(name));
        QVERIFY2(!widget->toolTip().isEmpty(), qPrintable(name));
        QVERIFY2(widget->focusPolicy() != Qt::NoFocus, qPrintable(name));
      }
    }
    QVERIFY(controls > 50);
  }

 private:
  std::unique_ptr<ParameterForm> m_form;
};

QTEST_MAIN(TestForms)
#include "tst_forms.moc"
