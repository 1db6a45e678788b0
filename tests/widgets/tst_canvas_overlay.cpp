// SPDX-License-Identifier: GPL-3.0-or-later
#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include "synthetic_run.h"
#include "widgets/canvas/canvas_overlay.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/scene_geometry.h"

using namespace gps;
using namespace gps::ui;

namespace {

constexpr QSize kSize(800, 560);

LegendPlace paintedLegend(const LegendContent& content, const LegendPlace& before, const std::vector<QRectF>& keepClear) {
  QImage image(kSize, QImage::Format_ARGB32_Premultiplied);
  QPainter painter(&image);
  return paintLegend(painter, content, before, keepClear, ViewMap{{0, 0}, 50.0, kSize}, Theme::light());
}

/// The room with one start trained on and `count` kept for testing, each with the disc at a place of its own.
std::shared_ptr<const Scene> roomWithTests(int count) {
  auto scene = std::make_shared<Scene>(*test::roomScene(1));
  for (int i = 0; i < count; ++i) {
    Condition kept = scene->conditions.front();
    kept.id = "kept" + std::to_string(i);
    kept.test = true;
    for (auto& [key, values] : kept.overrides) values.front() += 1.0 + 0.5 * i;
    scene->conditions.push_back(kept);
  }
  return scene;
}

}  // namespace

/// What stands over the picture: legend and caption.
class TestCanvasOverlay : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void legendGoesWhereItCoversNothing();
  void captionNeverAsksForAStartThatWasPressed();
  void testConditionsHaveALineAndASwitch();
};

void TestCanvasOverlay::legendGoesWhereItCoversNothing() {
  const LegendContent content{.local = true, .global = true, .goal = true};
  LegendPlace place = paintedLegend(content, {}, {});
  QCOMPARE(place.corner, Corner::BottomRight);
  QVERIFY(QRectF(QPointF(0, 0), kSize).contains(place.box));
  const std::vector<QRectF> starts{place.box.adjusted(10, 10, -20, -20)};
  place = paintedLegend(content, place, starts);
  QVERIFY(place.corner != Corner::BottomRight);
  QVERIFY(!place.box.intersects(starts.front()));
  // It does not jump back as soon as it could.
  QCOMPARE(paintedLegend(content, place, {}).corner, place.corner);
  // Where every corner has something it takes the one with least.
  std::vector<QRectF> everywhere;
  for (const Corner corner : {Corner::BottomRight, Corner::TopRight, Corner::BottomLeft, Corner::TopLeft}) {
    LegendPlace at;
    at.corner = corner;
    const QRectF box = paintedLegend(content, at, {}).box;
    everywhere.push_back(corner == Corner::BottomLeft ? box.adjusted(40, 20, -40, -20) : box);
  }
  QCOMPARE(paintedLegend(content, {}, everywhere).corner, Corner::BottomLeft);
}

void TestCanvasOverlay::captionNeverAsksForAStartThatWasPressed() {
  SceneCanvas canvas;
  canvas.resize(kSize);
  canvas.setScene(test::roomScene(2));
  const QImage ready = canvas.grab().toImage();
  canvas.setRunning(true);
  const QImage running = canvas.grab().toImage();
  QVERIFY(ready != running);
  canvas.setRunning(false);
  QCOMPARE(canvas.grab().toImage(), ready);
  // With something to see the caption is about that.
  canvas.setSnapshot(test::snapshotOf(test::taskOf(test::roomScene(2))));
  const QImage paused = canvas.grab().toImage();
  canvas.setRunning(true);
  QCOMPARE(canvas.grab().toImage(), paused);
}

void TestCanvasOverlay::testConditionsHaveALineAndASwitch() {
  const auto scene = roomWithTests(3);
  QCOMPARE(testConditions(*scene).size(), std::size_t{3});
  QCOMPARE(trainedConditions(*scene).size(), std::size_t{1});
  SceneCanvas canvas;
  canvas.resize(kSize);
  canvas.setScene(scene);
  const QImage hidden = canvas.grab().toImage();
  CanvasLayers layers = canvas.layers();
  layers.tests = true;
  canvas.setLayers(layers);
  QVERIFY(canvas.grab().toImage() != hidden);
  layers.tests = false;
  canvas.setLayers(layers);
  QCOMPARE(canvas.grab().toImage(), hidden);

  // Its line in the legend is the switch.
  const LegendContent content{.goal = true, .tests = 3};
  const LegendPlace place = paintedLegend(content, {}, {});
  QVERIFY(!place.tests.isEmpty() && place.box.contains(place.tests));
  QVERIFY(paintedLegend({.goal = true}, {}, {}).tests.isEmpty());
  QSignalSpy clicked(&canvas, &SceneCanvas::testsClicked);
  for (int y = 0; y < kSize.height(); y += 8) QTest::mouseClick(&canvas, Qt::LeftButton, {}, QPoint(kSize.width() - 40, y));
  QVERIFY(!clicked.isEmpty());
}

QTEST_MAIN(TestCanvasOverlay)
#include "tst_canvas_overlay.moc"
