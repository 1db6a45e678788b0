// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/editor_fixture.h"

using namespace gps;
using namespace gps::ui;

/// The editor by keys and by numbers.
class TestEditorKeys : public QObject, EditorFixture {
  Q_OBJECT
 private Q_SLOTS:
  void init() { open(); }
  void cleanup() { close(); }

  void arrowsNudge();
  void numbersTypedInADragAreExact();
  void numberFieldsSetPlaceAndSize();
  void tabWalksThroughThePartsAndOn();
  void aBoxIsDrawnByKeysAlone();
  void cornersAreEditedByKeysAlone();
  void cornersEndWithTheirBody();
  void everyButtonHasNameAndTip();
};

void TestEditorKeys::arrowsNudge() {
  const double step = gridStep(m_canvas->map());
  click(-2, 0);
  key(Qt::Key_Right);
  QVERIFY(near(body("left").position, {-2 + step, 0}));
  key(Qt::Key_Down, Qt::ShiftModifier);
  QVERIFY(near(body("left").position, {-2 + step, -10 * step}));
  QCOMPARE(m_document->undo.size(), std::size_t{2});
  // A key held down is one step to undo.
  for (int i = 0; i < 4; ++i) {
    QKeyEvent held(QEvent::KeyPress, Qt::Key_Left, {}, QString(), i > 0);
    QCoreApplication::sendEvent(m_canvas, &held);
  }
  QTest::keyRelease(m_canvas, Qt::Key_Left);
  QVERIFY(near(body("left").position, {-2 - 3 * step, -10 * step}));
  QCOMPARE(m_document->undo.size(), std::size_t{3});
}

void TestEditorKeys::numbersTypedInADragAreExact() {
  drag(at(-2, 0), at(-1, 1), {}, false);
  type("0.123,-0.5");
  QVERIFY(near(body("left").position, {-1.877, -0.5}));
  key(Qt::Key_Return);
  QCOMPARE(m_document->undo.size(), std::size_t{1});
  QTest::mouseRelease(port(), Qt::LeftButton, {}, at(-1, 1));
  QVERIFY(near(body("left").position, {-1.877, -0.5}));
  QCOMPARE(m_document->undo.size(), std::size_t{1});
}

void TestEditorKeys::numberFieldsSetPlaceAndSize() {
  click(-2, 0);
  const auto enter = [&](const char* name, const QString& text) {
    auto* field = m_editor->findChild<QLineEdit*>(name);
    QVERIFY(field && field->isVisible());
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
  };
  QCOMPARE(m_editor->findChild<QLineEdit*>("editor.pose.x")->text(), QString("-2"));
  enter("editor.pose.x", "-1.5");
  QVERIFY(near(body("left").position, {-1.5, 0}));
  enter("editor.pose.angle", "30");
  QVERIFY(std::abs(body("left").angle - std::numbers::pi / 6) < 1e-9);
  enter("editor.pose.width", "2.5");
  QVERIFY(near(std::get<BoxShape>(body("left").shapes[0].geometry).halfExtents, {1.25, 0.25}));
  QCOMPARE(m_document->undo.size(), std::size_t{3});
  enter("editor.pose.y", "nonsense");
  QCOMPARE(m_document->undo.size(), std::size_t{3});
  QVERIFY(m_editor->findChild<QLineEdit*>("editor.pose.y")->property("invalid").toBool());
}

void TestEditorKeys::tabWalksThroughThePartsAndOn() {
  QVERIFY(m_canvas->hasFocus());
  for (const char* id : {"left", "right", "disc"}) {
    key(Qt::Key_Tab);
    QCOMPARE(m_editor->selection().bodies, Ids{id});
  }
  key(Qt::Key_Backtab, Qt::ShiftModifier);
  QCOMPARE(m_editor->selection().bodies, Ids{"right"});
  key(Qt::Key_Tab);
  key(Qt::Key_Tab);
  QVERIFY(!m_canvas->hasFocus());
}

void TestEditorKeys::aBoxIsDrawnByKeysAlone() {
  const double step = gridStep(m_canvas->map());
  key(Qt::Key_B);
  key(Qt::Key_Down);  // the crosshair appears
  key(Qt::Key_Down, Qt::ShiftModifier);
  key(Qt::Key_Return);
  for (int i = 0; i < 4; ++i) key(Qt::Key_Right);
  for (int i = 0; i < 3; ++i) key(Qt::Key_Up);
  key(Qt::Key_Return);
  QCOMPARE(m_document->titles, QStringList{"Draw box"});
  QVERIFY(near(std::get<BoxShape>(body("box1").shapes[0].geometry).halfExtents, {2 * step, 1.5 * step}));
}

void TestEditorKeys::cornersAreEditedByKeysAlone() {
  const double step = gridStep(m_canvas->map());
  auto scene = std::make_shared<Scene>(*m_editor->scene());
  scene->bodies[0].shapes = {{PolygonShape{{{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}}}}};
  m_editor->setScene(scene);
  const auto corners = [&] { return std::get<PolygonShape>(body("left").shapes[0].geometry).vertices; };
  key(Qt::Key_Tab);
  key(Qt::Key_Return);
  QVERIFY(m_canvas->editsCorners());
  key(Qt::Key_Tab);
  key(Qt::Key_Tab);
  key(Qt::Key_Right);
  QVERIFY(near(corners()[1], {0.5 + step, -0.5}));
  key(Qt::Key_Insert);
  QCOMPARE(corners().size(), std::size_t{5});
  QVERIFY(near(corners()[1], {0.5 + step, -0.5}));
  key(Qt::Key_Delete);
  QCOMPARE(corners().size(), std::size_t{4});
  QCOMPARE(m_document->titles, (QStringList{"Nudge", "Add corner", "Remove corner"}));
  QCOMPARE(m_document->refused, 0);
}

/// An undo takes the body away whose corner the keys held; the keys then move what is selected next.
void TestEditorKeys::cornersEndWithTheirBody() {
  auto scene = std::make_shared<Scene>(*threeBodies());
  Joint hinge;
  hinge.id = "hinge";
  hinge.bodyA = "left";
  hinge.bodyB = "right";
  hinge.anchorA = {2, 0};
  hinge.anchorB = {-2, 0};
  scene->joints.push_back(hinge);
  m_editor->setScene(scene);
  key(Qt::Key_B);
  drag(at(-1, -1.5), at(1, -1));
  QCOMPARE(m_editor->selection().bodies, Ids{"box1"});
  key(Qt::Key_S);
  key(Qt::Key_E);
  key(Qt::Key_Tab);
  QVERIFY(m_canvas->editsCorners());
  QCOMPARE(m_canvas->cornerInHand(), 0);
  m_editor->setScene(m_document->undo.back());
  QVERIFY(!m_canvas->editsCorners());
  QCOMPARE(m_canvas->cornerInHand(), -1);
  SceneSelection joint;
  joint.joints = {"hinge"};
  m_editor->setSelection(joint);
  key(Qt::Key_Right);
  QCOMPARE(m_document->titles.last(), QString("Nudge"));
  QVERIFY(near(m_editor->scene()->joint("hinge")->anchorA, {2 + gridStep(m_canvas->map()), 0}));
}

void TestEditorKeys::everyButtonHasNameAndTip() {
  const QList<QToolButton*> buttons = m_editor->findChildren<QToolButton*>();
  QVERIFY(buttons.size() > 15);
  for (const QToolButton* each : buttons) {
    QVERIFY(!each->objectName().isEmpty());
    QVERIFY2(!each->accessibleName().isEmpty() && !each->toolTip().isEmpty(), qPrintable(each->objectName()));
  }
  for (const QLineEdit* each : m_editor->findChildren<QLineEdit*>())
    QVERIFY2(!each->accessibleName().isEmpty() && !each->toolTip().isEmpty(), qPrintable(each->objectName()));
  click(-2, 0);
  QVERIFY(m_canvas->accessibleDescription().contains("left"));
}

QTEST_MAIN(TestEditorKeys)
#include "tst_editor_keys.moc"
