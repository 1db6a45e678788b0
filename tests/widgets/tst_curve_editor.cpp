// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLineEdit>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

#include "widgets/panels/curve_editor.h"
#include "widgets/panels/gain_map.h"
#include "widgets/panels/parameter_row.h"

using namespace gps;
using namespace gps::ui;

namespace {

std::vector<double> line(int n, double from, double to) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(from + (to - from) * i / (n - 1.0));
  return values;
}

struct Shown {
  explicit Shown(std::vector<CurveEditor::Curve> curves) {
    editor.resize(400, 160);
    editor.setCurves(std::move(curves));
    editor.show();
    QObject::connect(&editor, &CurveEditor::edited, [this](int curve, const std::vector<double>& values) {
      ++edits;
      edited = curve;
      result = values;
    });
    QObject::connect(&editor, &CurveEditor::dragged, [this](int, const std::vector<double>&) { ++drags; });
  }
  void drag(int curve, int x, int dy) {
    const QPoint from = editor.pixelOf(curve, x).toPoint();
    QTest::mousePress(&editor, Qt::LeftButton, {}, from);
    QTest::mouseMove(&editor, from + QPoint(0, dy / 2));
    QTest::mouseMove(&editor, from + QPoint(0, dy));
    QTest::mouseRelease(&editor, Qt::LeftButton, {}, from + QPoint(0, dy));
  }
  CurveEditor editor;
  int edits = 0, drags = 0, edited = -1;
  std::vector<double> result;
};

}  // namespace

/// Points on curves, and gains as a map, by mouse and keys.
class TestCurveEditor : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void draggingMovesThePointAndWhatLiesNear();
  void shortListsMoveOnePointAlone();
  void aClickBesidePointsIsAStep();
  void keysMovePoints();
  void valuesStayInRange();
  void readOnlyPointsStay();
  void listParametersAreDrawn();
  void mapNamesTheCellUnderTheMouse();
};

void TestCurveEditor::draggingMovesThePointAndWhatLiesNear() {
  Shown shown({{"a", std::vector<double>(101, 1.0)}, {"b", line(101, -1.0, 0.5)}});
  QCOMPARE(shown.editor.handles().size(), std::size_t{11});
  shown.drag(0, 50, -30);
  QCOMPARE(shown.edits, 1);
  QVERIFY(shown.drags >= 1);
  QCOMPARE(shown.edited, 0);
  const double up = shown.result[50] - 1.0;
  QVERIFY(up > 0.1);
  // In proportion up to the next points, untouched beyond.
  QVERIFY(std::abs(shown.result[45] - 1.0 - 0.5 * up) < 1e-9);
  QCOMPARE(shown.result[40], 1.0);
  QCOMPARE(shown.result[60], 1.0);
  QCOMPARE(shown.editor.curves()[1].values, line(101, -1.0, 0.5));
}

void TestCurveEditor::shortListsMoveOnePointAlone() {
  Shown shown({{"schedule", {1e-3, 1e-3, 1e-2, 1e-1}}});
  shown.editor.setRange(1e-9, 1e3, true);
  shown.drag(0, 1, -20);
  QCOMPARE(shown.edits, 1);
  QVERIFY(shown.result[1] > 1.2e-3);
  QCOMPARE(shown.result[0], 1e-3);
  QCOMPARE(shown.result[2], 1e-2);
}

void TestCurveEditor::aClickBesidePointsIsAStep() {
  Shown shown({{"a", std::vector<double>(101, 1.0)}});
  QSignalSpy steps(&shown.editor, &CurveEditor::stepChosen);
  const QPoint beside(static_cast<int>(shown.editor.pixelOf(0, 25).x()), shown.editor.height() - 40);
  QTest::mouseClick(&shown.editor, Qt::LeftButton, {}, beside);
  QCOMPARE(steps.size(), 1);
  QVERIFY(std::abs(steps[0][0].toInt() - 25) <= 1);
  QCOMPARE(shown.edits, 0);
}

void TestCurveEditor::keysMovePoints() {
  Shown shown({{"a", {1.0, 2.0, 3.0}}, {"b", {4.0, 5.0, 6.0}}});
  shown.editor.setFocus();
  QTest::keyClick(&shown.editor, Qt::Key_PageDown);
  QTest::keyClick(&shown.editor, Qt::Key_Right);
  QTest::keyClick(&shown.editor, Qt::Key_Up);
  QCOMPARE(shown.edited, 1);
  QCOMPARE(shown.result[0], 4.0);
  QVERIFY(shown.result[1] > 5.0);
  const double once = shown.result[1];
  QTest::keyClick(&shown.editor, Qt::Key_Down);
  QVERIFY(shown.result[1] < once);
  QVERIFY(shown.editor.accessibleDescription().startsWith("b: 3 values, point 1"));
}

void TestCurveEditor::valuesStayInRange() {
  Shown shown({{"a", {0.5, 0.5, 0.5}}});
  shown.editor.setRange(0.0, 1.0);
  shown.drag(0, 1, -400);
  QCOMPARE(shown.result[1], 1.0);
}

void TestCurveEditor::readOnlyPointsStay() {
  Shown shown({{"a", {0.5, 0.5, 0.5}}});
  shown.editor.setReadOnly(true);
  shown.drag(0, 1, -20);
  shown.editor.setFocus();
  QTest::keyClick(&shown.editor, Qt::Key_Up);
  QCOMPARE(shown.edits + shown.drags, 0);
}

void TestCurveEditor::listParametersAreDrawn() {
  Parameters parameters;
  ParamField list;
  for (const ParamField& field : describe(parameters, parameters)) {
    if (field.spec.key == "badmm.entropy_reg") list = field;
  }
  ParameterRow row(list, nullptr);
  row.resize(340, 240);
  row.show();
  QStringList committed;
  connect(&row, &ParameterRow::edited, [&](const QString&, const QString& value) { committed << value; });
  auto* button = row.findChild<QToolButton*>("curve.badmm.entropy_reg");
  QVERIFY(button);
  QVERIFY(!row.findChild<CurveEditor*>());
  QTest::mouseClick(button, Qt::LeftButton);
  auto* points = row.findChild<CurveEditor*>("points.badmm.entropy_reg");
  QVERIFY(points && points->isVisible());
  QCOMPARE(points->curves().front().values, (std::vector<double>{1e-3, 1e-3, 1e-2, 1e-1}));
  points->resize(300, 148);
  const QPoint at = points->pixelOf(0, 3).toPoint();
  QTest::mousePress(points, Qt::LeftButton, {}, at);
  QTest::mouseMove(points, at + QPoint(0, 15));
  QTest::mouseRelease(points, Qt::LeftButton, {}, at + QPoint(0, 15));
  QCOMPARE(committed.size(), 1);
  QVERIFY2(committed[0].startsWith("0.001,0.001,0.01,"), qPrintable(committed[0]));
  // What was drawn is what --set takes.
  QVERIFY(setParameter(parameters, "badmm.entropy_reg", committed[0].toStdString()));
  QVERIFY(parameters.badmm.entropyReg[3] < 0.1);
}

void TestCurveEditor::mapNamesTheCellUnderTheMouse() {
  GainMap map;
  map.resize(400, 160);
  Matrix K(2, 3);
  K << 1.0, -2.0, 3.0, 4.0, 5.0, -6.5;
  map.setGains(K, 6.5);
  map.setNames({"u1", "u2"}, {"x", "y", "z"});
  map.show();
  QTest::mouseMove(&map, map.cell(1, 2).center().toPoint());
  QCOMPARE(map.readout(), QString("K of u2 for z: -6.5"));
  map.setFocus();
  QTest::keyClick(&map, Qt::Key_Left);
  QTest::keyClick(&map, Qt::Key_Up);
  QCOMPARE(map.readout(), QString("K of u1 for y: -2"));
}

QTEST_MAIN(TestCurveEditor)
#include "tst_curve_editor.moc"
