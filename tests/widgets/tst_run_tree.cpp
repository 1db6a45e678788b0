// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/run_tree.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>

#include "widgets/panels/plain_text.h"
#include "widgets/panels/run_tree_model.h"

using namespace gps::ui;
using Tester = QAbstractItemModelTester;

namespace {

RunTreeRow row(qint64 id, qint64 parent = 0, int at = 0, qint64 scene = 1) {
  RunTreeRow made;
  made.id = id;
  made.parent = parent;
  made.parentIteration = at;
  made.scene = scene;
  made.sceneName = QStringLiteral("scene %1").arg(scene);
  made.name = QStringLiteral("run-%1").arg(id);
  made.iterations = 10;
  return made;
}

QString textAt(const RunTreeModel& model, qint64 id, int column) {
  return model.indexOf(id, column).data().toString();
}

int countAll(const QAbstractItemModel& model, const QModelIndex& under = {}) {
  int count = 0;
  for (int i = 0; i < model.rowCount(under); ++i) {
    const QModelIndex index = model.index(i, 0, under);
    count += (index.data(RunTreeModel::kIdRole).isValid() ? 1 : 0) + countAll(model, index);
  }
  return count;
}

QAction* action(RunTreePanel& panel, const char* name) {
  return panel.findChild<QAction*>(QLatin1String(name));
}

}  // namespace

/// The tree shows every run once, whatever a file says of their parents, and offers what can be done with each.
class TestRunTree : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void forksStandBelowTheRunTheyLeft();
  void scenesAreGroupsWhereThereAreSeveral();
  void hostileParentsStillGiveATree();
  void valuesChangeWithoutANewTree();
  void hostileNamesAreShownAsTheyAre();
  void thePanelOffersWhatIsPossible();
  void theChoiceStaysWhenRunsAreAdded();
  void namesAndNotesAreAsked();
};

void TestRunTree::forksStandBelowTheRunTheyLeft() {
  RunTreeModel model;
  const Tester tester(&model, Tester::FailureReportingMode::QtTest);
  model.setRows({row(1), row(2, 1, 4), row(3, 2, 6), row(4)});
  QCOMPARE(model.rowCount(), 2);
  QCOMPARE(model.indexOf(2).parent(), model.indexOf(1));
  QCOMPARE(model.indexOf(3).parent(), model.indexOf(2));
  QCOMPARE(textAt(model, 3, RunTreeModel::Name), QString("run-3, from iteration 6"));
  // A fork that comes before its parent in the list stands below it all the same.
  model.setRows({row(2, 1, 4), row(1)});
  QCOMPARE(model.rowCount(), 1);
  QCOMPARE(model.indexOf(2).parent(), model.indexOf(1));
  model.setRows({});
  QCOMPARE(model.rowCount(), 0);
}

void TestRunTree::scenesAreGroupsWhereThereAreSeveral() {
  RunTreeModel model;
  const Tester tester(&model, Tester::FailureReportingMode::QtTest);
  model.setRows({row(1, 0, 0, 1), row(2, 0, 0, 2), row(3, 1, 2, 1)});
  QCOMPARE(model.rowCount(), 2);
  const QModelIndex first = model.index(0, 0);
  QCOMPARE(first.data().toString(), QString("scene 1"));
  QVERIFY(!model.row(first));
  QVERIFY(!(model.flags(first) & Qt::ItemIsSelectable));
  QCOMPARE(model.indexOf(1).parent(), first);
  QCOMPARE(model.indexOf(3).parent(), model.indexOf(1));
}

void TestRunTree::hostileParentsStillGiveATree() {
  RunTreeModel model;
  const Tester tester(&model, Tester::FailureReportingMode::QtTest);
  model.setRows({row(1, 99, 3), row(2, 2, 1), row(3, 4, 1), row(4, 5, 2), row(5, 3, 3), row(6, 1, 2, 7)});
  QCOMPARE(countAll(model), 6);
  QVERIFY(textAt(model, 1, RunTreeModel::Name).contains("from iteration 3"));
  QVERIFY(model.indexOf(1).data(Qt::ToolTipRole).toString().contains("missing"));
  // Thousands of forks of forks are no stack of thousands of levels.
  std::vector<RunTreeRow> chain;
  for (int i = 1; i <= 3000; ++i) chain.push_back(row(i, i - 1, i));
  model.setRows(chain);
  QCOMPARE(countAll(model), 3000);
  int depth = 0;
  for (QModelIndex at = model.indexOf(3000); at.isValid(); at = at.parent()) ++depth;
  QVERIFY(depth <= RunTreeModel::kDeepest + 2);
  std::reverse(chain.begin(), chain.end());
  model.setRows(chain);
  QCOMPARE(countAll(model), 3000);
}

void TestRunTree::valuesChangeWithoutANewTree() {
  RunTreeModel model;
  model.setRows({row(1), row(2, 1, 4)});
  QSignalSpy reset(&model, &QAbstractItemModel::modelReset), changed(&model, &QAbstractItemModel::dataChanged);
  RunTreeRow grown = row(2, 1, 4);
  grown.iterations = 11;
  grown.localCost = 12.5;
  grown.successRate = 0.75;
  model.setRows({row(1), grown});
  QCOMPARE(reset.count(), 0);
  QCOMPARE(changed.count(), 1);
  QCOMPARE(textAt(model, 2, RunTreeModel::Iterations), QString("11"));
  QCOMPARE(textAt(model, 2, RunTreeModel::LocalCost), QString("12.5"));
  QCOMPARE(textAt(model, 2, RunTreeModel::GlobalCost), QString("–"));
  QCOMPARE(textAt(model, 2, RunTreeModel::Success), QString("75 %"));
  model.setRows({row(1), grown});
  QCOMPARE(changed.count(), 1);
}

void TestRunTree::hostileNamesAreShownAsTheyAre() {
  QCOMPARE(plainLine(QString::fromUtf8("a\x1b[31mb\nc\u202e" "d\u2028")), QString("a [31mb c d"));
  QCOMPARE(plainLine(QString(500, 'x'), 10), QString(10, 'x') + QChar(0x2026));
  QCOMPARE(plainLine(QString::fromUtf8("🤖 ok")), QString::fromUtf8("🤖 ok"));
  QCOMPARE(plainLine(QString(QChar(0xd800)) + "x"), QString("x"));
  RunTreeModel model;
  RunTreeRow hostile = row(1);
  hostile.name = "<img src='file:///etc/passwd'><b>bold</b>\n\x1b[2J";
  hostile.changed = {"<h1>key</h1> 1"};
  model.setRows({hostile});
  QCOMPARE(textAt(model, 1, RunTreeModel::Name), QString("<img src='file:///etc/passwd'><b>bold</b>  [2J"));
  const QString tip = model.indexOf(1).data(Qt::ToolTipRole).toString();
  QVERIFY2(!tip.contains("<img") && !tip.contains("<b>") && !tip.contains("<h1>"), qPrintable(tip));
  QVERIFY(tip.contains("&lt;b&gt;"));
}

void TestRunTree::thePanelOffersWhatIsPossible() {
  RunTreePanel panel;
  panel.resize(900, 240);
  panel.show();
  QVERIFY(panel.findChild<QWidget*>("runs.empty")->isVisible());
  RunTreeRow a = row(1), other = row(3, 0, 0, 2), unsaved = row(-2);
  a.shownAs = "A";
  panel.setRows({a, row(2, 1, 4), other, unsaved});
  QVERIFY(!panel.findChild<QWidget*>("runs.empty")->isVisible());
  QCOMPARE(panel.chosen(), 1);  // run A, before anybody chooses
  QVERIFY(action(panel, "runs.show")->isEnabled());
  QVERIFY(!action(panel, "runs.compare")->isEnabled());  // with itself
  panel.setIteration(4);
  QVERIFY(action(panel, "runs.compare")->isEnabled());
  QVERIFY(action(panel, "runs.compareWithLast")->isEnabled());
  panel.choose(2);
  QCOMPARE(panel.iteration(), 0);
  QVERIFY(action(panel, "runs.compare")->isEnabled());
  QVERIFY(!action(panel, "runs.compareWithLast")->isEnabled());
  panel.choose(3);
  QVERIFY(!action(panel, "runs.compare")->isEnabled());
  QVERIFY(action(panel, "runs.compare")->toolTip().contains("another scene"));
  QVERIFY(action(panel, "runs.show")->isEnabled());
  panel.choose(-2);
  QVERIFY(!action(panel, "runs.show")->isEnabled() && !action(panel, "runs.rename")->isEnabled());
  QSignalSpy show(&panel, &RunTreePanel::showRequested), compare(&panel, &RunTreePanel::compareRequested);
  panel.choose(2);
  panel.setIteration(3);
  panel.activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(&panel));
  panel.tree()->setFocus();
  QTest::keyClick(panel.tree(), Qt::Key_Return);
  QCOMPARE(show.count(), 1);
  QCOMPARE(show.last(), (QVariantList{qint64{2}, 3}));
  QTest::keyClick(panel.tree(), Qt::Key_Return, Qt::ControlModifier);
  QCOMPARE(compare.count(), 1);
  QCOMPARE(compare.last(), (QVariantList{qint64{2}, 3}));
  QCOMPARE(show.count(), 1);
}

void TestRunTree::theChoiceStaysWhenRunsAreAdded() {
  RunTreePanel panel;
  panel.show();
  panel.setRows({row(1), row(2, 1, 4)});
  panel.choose(2);
  panel.setIteration(6);
  panel.findChild<QLineEdit*>("runs.note")->setText("half a no");
  panel.setRows({row(1), row(2, 1, 4), row(3, 2, 5)});
  QCOMPARE(panel.chosen(), 2);
  QCOMPARE(panel.iteration(), 6);
  QCOMPARE(panel.findChild<QLineEdit*>("runs.note")->text(), QString("half a no"));
  QVERIFY(panel.tree()->isExpanded(panel.model()->indexOf(2)));
  panel.setRows({row(1)});
  QVERIFY(panel.chosen() != 2);
}

void TestRunTree::namesAndNotesAreAsked() {
  RunTreePanel panel;
  panel.show();
  RunTreeRow noted = row(1);
  noted.notes = {{0, {}, "<b>all</b>"}, {3, {}, "third"}};
  panel.setRows({noted});
  panel.choose(1);
  const auto* notes = panel.findChild<QPlainTextEdit*>("runs.notes");
  QVERIFY(notes->toPlainText().contains("<b>all</b>") && notes->toPlainText().contains("iteration 3"));
  QSignalSpy renamed(&panel, &RunTreePanel::renameRequested), written(&panel, &RunTreePanel::noteRequested);
  auto* name = panel.findChild<QLineEdit*>("runs.name");
  name->setFocus();
  name->selectAll();
  QTest::keyClicks(name, "best");
  panel.setRows({noted});  // a tick while somebody types
  QCOMPARE(name->text(), QString("best"));
  QTest::keyClick(name, Qt::Key_Return);
  QCOMPARE(renamed.count(), 1);
  QCOMPARE(renamed.last(), (QVariantList{qint64{1}, "best"}));
  name->selectAll();
  QTest::keyClicks(name, "never");
  QTest::keyClick(name, Qt::Key_Escape);
  QCOMPARE(name->text(), QString("run-1"));
  QCOMPARE(renamed.count(), 1);
  auto* note = panel.findChild<QLineEdit*>("runs.note");
  QVERIFY(!action(panel, "runs.addNote")->isEnabled());
  panel.setIteration(5);
  QTest::keyClicks(note, "look here");
  QTest::keyClick(note, Qt::Key_Return);
  QCOMPARE(written.count(), 1);
  QCOMPARE(written.last(), (QVariantList{qint64{1}, 5, "look here"}));
  QVERIFY(note->text().isEmpty());
  panel.setReadOnly("It can only be read.");
  QVERIFY(!note->isEnabled() && !name->isEnabled());
}

QTEST_MAIN(TestRunTree)
#include "tst_run_tree.moc"
