// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Geometry>
#include <QImage>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <limits>
#include <numbers>

#include "synthetic_run.h"
#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/scene_geometry.h"
#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/trajectory_painter.h"
#include "widgets/style/icons.h"

using namespace gps;
using namespace gps::ui;

namespace {

QImage picture(SceneCanvas& canvas) {
  return canvas.grab().toImage();
}

QPointF pixelOf(const SceneCanvas& canvas, const Eigen::Vector2d& world) {
  return ViewMap{canvas.view().centre, canvas.view().pixelsPerUnit, canvas.size()}.toPixel(world.x(),
                                                                                           world.y());
}

Eigen::Vector2d localPoint(const Snapshot& snapshot, int condition, int t) {
  const RowMatrix& X = snapshot.conditions[static_cast<std::size_t>(condition)].local->trajectory.X;
  return {X(t, 0), X(t, 1)};
}

double area(const QPolygonF& polygon) {
  double twice = 0;
  for (qsizetype i = 0; i < polygon.size(); ++i) {
    const QPointF &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
    twice += a.x() * b.y() - b.x() * a.y();
  }
  return std::abs(twice) / 2;
}

/// A table of two blocks with a slot between, at two places, and a goal in each slot.
std::shared_ptr<const Scene> slottedTables() {
  auto scene = std::make_shared<Scene>();
  Body table, peg;
  table.id = "table";
  table.shapes = {{BoxShape{{-0.6, -0.5}, {0.5, 0.5}, 0}},
                  {BoxShape{{1.1, -0.5}, {1.0, 0.5}, 0}},
                  {BoxShape{{0.0, -0.75}, {0.1, 0.25}, 0}}};
  peg.id = "peg";
  peg.dynamic = true;
  peg.position = {0.0, 1.0};
  peg.shapes = {{CircleShape{{0, 0}, 0.1}}};
  scene->bodies = {table, peg};
  Sensor tip;
  tip.id = "tip";
  tip.targets = {"peg"};
  scene->sensors = {tip};
  scene->success = SuccessSpec{.sensor = "tip", .target = {0.0, -0.4}, .targetBody = "table", .within = 0.02};
  scene->conditions.resize(2);
  scene->conditions[0] = {"left", {{"table.position", {1.0, 0.0}}}, 0, true, false};
  scene->conditions[1] = {"right", {{"table.position", {2.0, 0.0}}}, 0, true, false};
  return scene;
}

void wheel(QWidget& widget, const QPointF& at, int notches) {
  QWheelEvent event(at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt::NoButton,
                    Qt::NoModifier, Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(&widget, &event);
}

}  // namespace

class TestCanvas : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_task = test::taskOf(test::roomScene(4));
    m_snapshot = test::snapshotOf(m_task, {.iteration = 3});
    m_earlier = {test::snapshotOf(m_task, {.iteration = 2}), test::snapshotOf(m_task, {.iteration = 1})};
    m_canvas = std::make_unique<SceneCanvas>();
    m_canvas->resize(800, 560);
    m_canvas->setTheme(Theme::light());
    m_canvas->show();
  }
  void cleanup() { m_canvas.reset(); }

  void clickOnAPathChoosesItsCondition() {
    m_canvas->setSnapshot(m_snapshot, m_earlier);
    QSignalSpy clicked(m_canvas.get(), &SceneCanvas::conditionClicked);
    for (int i = 0; i < 4; ++i) {
      // Near the start, where the paths of different conditions are apart.
      QTest::mouseClick(m_canvas.get(), Qt::LeftButton, {},
                        pixelOf(*m_canvas, localPoint(*m_snapshot, i, 8)).toPoint());
      QCOMPARE(clicked.size(), 1);
      QCOMPARE(clicked.takeFirst().first().toInt(), i);
    }
  }

  void clickOnEmptyGroundChoosesNothing() {
    m_canvas->setSnapshot(m_snapshot);
    QSignalSpy clicked(m_canvas.get(), &SceneCanvas::conditionClicked);
    QTest::mouseClick(m_canvas.get(), Qt::LeftButton, {}, QPoint(5, 300));
    QCOMPARE(clicked.size(), 0);
  }

  void dragDoesNotClickButPans() {
    m_canvas->setSnapshot(m_snapshot);
    QSignalSpy clicked(m_canvas.get(), &SceneCanvas::conditionClicked);
    const QPointF before = m_canvas->view().centre;
    const QPoint from = pixelOf(*m_canvas, localPoint(*m_snapshot, 0, 8)).toPoint();
    QTest::mousePress(m_canvas.get(), Qt::LeftButton, {}, from);
    QTest::mouseMove(m_canvas.get(), from + QPoint(60, 30));
    QTest::mouseRelease(m_canvas.get(), Qt::LeftButton, {}, from + QPoint(60, 30));
    QCOMPARE(clicked.size(), 0);
    const double scale = m_canvas->view().pixelsPerUnit;
    QVERIFY(std::abs(m_canvas->view().centre.x() - (before.x() - 60 / scale)) < 1e-9);
    QVERIFY(std::abs(m_canvas->view().centre.y() - (before.y() + 30 / scale)) < 1e-9);
  }

  // A layer that is switched off and on again must leave no trace, and each must be seen at all.
  void layerOffAndOnRestoresThePictureExactly() {
    m_canvas->setSnapshot(m_snapshot, m_earlier);
    const QImage all = picture(*m_canvas);
    for (bool CanvasLayers::*layer : {&CanvasLayers::samples, &CanvasLayers::local, &CanvasLayers::global,
                                      &CanvasLayers::tubes, &CanvasLayers::ghosts, &CanvasLayers::grid}) {
      CanvasLayers layers;
      layers.*layer = false;
      m_canvas->setLayers(layers);
      QVERIFY(picture(*m_canvas) != all);
      m_canvas->setLayers(CanvasLayers{});
      QCOMPARE(picture(*m_canvas), all);
    }
  }

  void twoGrabsOfOneStateAreEqualAndTimeMovesBodies() {
    m_canvas->setSnapshot(m_snapshot);
    const QImage first = picture(*m_canvas);
    QCOMPARE(picture(*m_canvas), first);
    m_canvas->setTimeStep(40.5);
    QVERIFY(picture(*m_canvas) != first);
    m_canvas->setTimeStep(0);
    QCOMPARE(picture(*m_canvas), first);
  }

  // The area of {d' cov^-1 d <= s^2} is pi s^2 sqrt(l1 l2).
  void deviationPolygonHasTheAreaOfItsEigenvalues() {
    for (const double angle : {0.0, 0.3, 1.2}) {
      const Eigen::Vector2d variances(4e-2, 1e-4);
      const Eigen::Matrix2d turn = Eigen::Rotation2Dd(angle).toRotationMatrix();
      const Eigen::Matrix2d cov = turn * variances.asDiagonal() * turn.transpose();
      const double wanted = std::numbers::pi * 4.0 * std::sqrt(variances.prod());
      QVERIFY(std::abs(area(deviationPolygon({1, 2}, cov, 2.0)) / wanted - 1) < 0.01);
    }
  }

  void tubeHasOnePartPerStepAndABridgeBetween() {
    const auto& marginals = *m_snapshot->conditions[0].localMarginals;
    const std::vector<QPolygonF> polygons = deviationPolygons(marginals, *m_task->trace, 2.0);
    QCOMPARE(polygons.size(), std::size_t(100));
    QCOMPARE(tubeParts(polygons, ViewMap{{0, 0}, 100, {800, 560}}).size(), std::size_t(199));
  }

  void deviationPolygonIsEmptyWithoutAnArea() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(deviationPolygon({0, 0}, Eigen::Matrix2d::Zero(), 2).isEmpty());
    QVERIFY(deviationPolygon({0, 0}, Eigen::Matrix2d::Constant(nan), 2).isEmpty());
    QVERIFY(deviationPolygon({nan, 0}, Eigen::Matrix2d::Identity(), 2).isEmpty());
    QVERIFY(!deviationPolygon({0, 0}, Eigen::Vector2d(1, -1e-18).asDiagonal(), 2).isEmpty());
  }

  void dashesCoverTheirShareOfTheLine() {
    double length = 0;
    for (const QLineF& dash : dashes(QPolygonF{{0, 0}, {70, 0}, {70, 60}}, 8, 5)) length += dash.length();
    QVERIFY(std::abs(length - 130.0 * 8 / 13) < 1e-9);
  }

  // Whatever an algorithm does not have, the canvas leaves out.
  void drawsWithoutSceneRunPolicyMarginalsOrSteps() {
    QVERIFY(!picture(*m_canvas).isNull());
    QCOMPARE(m_canvas->summary(), QStringLiteral("No scene."));
    m_canvas->setScene(test::roomScene(1));
    QVERIFY(m_canvas->summary().contains("No iteration yet"));
    picture(*m_canvas);

    m_canvas->setSnapshot(test::snapshotOf(m_task, {.global = false, .marginals = false}));
    picture(*m_canvas);
    QVERIFY(!m_canvas->summary().contains("global policy"));
    QVERIFY(!m_canvas->summary().contains("sigma"));

    m_canvas->setSnapshot(test::snapshotOf(test::taskOf(test::roomScene(1), 1), {.samples = 0}));
    m_canvas->setTimeStep(50);
    picture(*m_canvas);
    m_canvas->fit();
    QVERIFY(m_canvas->view().pixelsPerUnit > 0);

    auto bare = std::make_shared<Snapshot>();
    m_canvas->setSnapshot(bare);
    picture(*m_canvas);
    bare = std::make_shared<Snapshot>();
    bare->conditions.resize(2);
    m_canvas->setSnapshot(bare);
    picture(*m_canvas);
    m_canvas->setSnapshot(nullptr);
    picture(*m_canvas);
  }

  void numbersThatAreNotFiniteAreLeftOut() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    auto broken = std::make_shared<Snapshot>(*m_snapshot);
    auto rollout = std::make_shared<Rollout>(*broken->conditions[0].local);
    rollout->trajectory.X.row(10).setConstant(nan);
    rollout->poses[5].x = std::numeric_limits<float>::infinity();
    broken->conditions[0].local = rollout;
    auto marginals = std::make_shared<Marginals>(*broken->conditions[0].localMarginals);
    marginals->cov[20].setConstant(nan);
    marginals->mean[21].setConstant(1e300);
    broken->conditions[0].localMarginals = marginals;
    m_canvas->setSnapshot(broken);
    picture(*m_canvas);
    QCOMPARE(tracePath(*rollout, *broken, *m_task->scene).size(), std::size_t(99));
    m_canvas->fit();
    QVERIFY(std::isfinite(m_canvas->view().pixelsPerUnit) && std::isfinite(m_canvas->view().centre.x()));
    m_canvas->setTimeStep(nan);
    QCOMPARE(m_canvas->timeStep(), 0.0);
  }

  void pathFollowsTheLastMovingBodyWhereTheTaskHasNoTrace() {
    auto task = std::make_shared<Task>(*m_task);
    task->trace.reset();
    const auto snapshot = test::snapshotOf(task);
    const auto path = tracePath(*snapshot->conditions[0].local, *snapshot, *task->scene);
    QCOMPARE(path.size(), std::size_t(100));
    QVERIFY(std::abs(path[50].x() - localPoint(*snapshot, 0, 50).x()) < 1e-5);
  }

  void posesBetweenStepsTakeTheShortWayRound() {
    const float pi = std::numbers::pi_v<float>;
    const std::vector<Pose> poses{{0, 0, pi - 0.1f}, {2, 4, -pi + 0.1f}};
    const Pose half = posesAt(poses, 1, 0.5).front();
    QVERIFY(std::abs(half.x - 1) < 1e-6 && std::abs(half.y - 2) < 1e-6);
    QVERIFY(std::abs(half.angle - pi) < 1e-5);
    QCOMPARE(posesAt(poses, 1, 99).front().x, 2.0f);
    QVERIFY(posesAt({}, 1, 0).empty());
  }

  // Shoulder at (0, 15), links of 9 between the pins: the elbow of an arm at pi/2 lies at (-9, 15) or (9,
  // 15).
  void startPosesHangTheLinksOnTheirJoints() {
    const auto scene = test::armScene(1);
    Condition bent;
    bent.overrides = {{"shoulder.angle", {std::numbers::pi / 2}}, {"elbow.angle", {-std::numbers::pi / 2}}};
    const std::vector<Pose> poses = startPoses(*scene, &bent);
    for (const Joint& joint : scene->joints) {
      const std::size_t a = joint.bodyA == "base" ? 0 : 1;
      QVERIFY((bodyPoint(poses[a], joint.anchorA) - bodyPoint(poses[a + 1], joint.anchorB)).norm() < 1e-4);
    }
    QVERIFY(std::abs(poses[1].angle - 1.5 * std::numbers::pi) < 1e-5);
    QVERIFY(std::abs(poses[2].angle - std::numbers::pi) < 1e-5);
    // Moving the base carries both links along.
    Condition moved;
    moved.overrides = {{"base.position", {3.0, 15.0}}};
    const std::vector<Pose> file = startPoses(*scene, nullptr), carried = startPoses(*scene, &moved);
    QVERIFY(std::abs(carried[2].x - file[2].x - 3) < 1e-4);
  }

  void goalIsAPointOrAPose() {
    QVERIFY(goalOf(*test::roomScene(1)).point.has_value());
    const Goal pose = goalOf(*test::armScene(1));
    QVERIFY(!pose.point && pose.poses.size() == 3);
    QVERIFY(!goalOf(Scene{}).point);
  }

  void goalStandsWhereTheConditionPutsItsBody() {
    Scene scene;
    Body table, peg;
    table.id = "table";
    table.position = {1.0, 2.0};
    peg.id = "peg";
    peg.dynamic = true;
    scene.bodies = {table, peg};
    Sensor tip;
    tip.id = "tip";
    tip.type = Sensor::Type::PointPosition;
    tip.targets = {"peg"};
    scene.sensors = {tip};
    scene.conditions.resize(2);
    scene.conditions[1].overrides = {{"table.position", {5.0, 2.0}}};
    scene.success = SuccessSpec{.sensor = "tip", .target = {0.0, -0.5}, .targetBody = "table"};
    const Eigen::Vector2d first = *goalOf(scene).point;
    const Eigen::Vector2d second = *goalOf(scene, &scene.conditions[1]).point;
    QVERIFY((first - Eigen::Vector2d(1.0, 1.5)).norm() < 1e-6);
    QVERIFY((second - Eigen::Vector2d(5.0, 1.5)).norm() < 1e-6);
    // The same where the sensor itself measures from the body.
    scene.success = SuccessSpec{.sensor = "tip", .target = {0.0, 0.0}};
    scene.sensors[0].relativeBody = "table";
    scene.sensors[0].relativePoint = {0.0, -0.5};
    QVERIFY((*goalOf(scene, &scene.conditions[1]).point - second).norm() < 1e-6);
  }

  void wheelKeepsThePointUnderTheCursor() {
    m_canvas->setSnapshot(m_snapshot);
    QSignalSpy changed(m_canvas.get(), &SceneCanvas::viewChanged);
    const QPointF at(200, 150);
    const auto under = [&] {
      return ViewMap{m_canvas->view().centre, m_canvas->view().pixelsPerUnit, m_canvas->size()}.toWorld(at);
    };
    const QPointF before = under();
    wheel(*m_canvas, at, 3);
    QCOMPARE(changed.size(), 1);
    QVERIFY((under() - before).manhattanLength() < 1e-9);
  }

  void onlyTheUserChangesTheViewAloud() {
    m_canvas->setSnapshot(m_snapshot);
    QSignalSpy changed(m_canvas.get(), &SceneCanvas::viewChanged);
    m_canvas->setView({{1, 1}, 80});
    m_canvas->fit();
    QCOMPARE(changed.size(), 0);
    for (const int key : {Qt::Key_Plus, Qt::Key_Minus, Qt::Key_Left, Qt::Key_Up, Qt::Key_F, Qt::Key_0}) {
      QTest::keyClick(m_canvas.get(), static_cast<Qt::Key>(key));
    }
    QCOMPARE(changed.size(), 6);
    QTest::keyClick(m_canvas.get(), Qt::Key_0, Qt::ControlModifier);
    QCOMPARE(changed.size(), 6);
  }

  void aViewOfTheUserSurvivesAResizeAndFitEndsIt() {
    m_canvas->setSnapshot(m_snapshot);
    m_canvas->setView({{1, 1}, 80});
    m_canvas->resize(500, 400);
    QCOMPARE(m_canvas->view().pixelsPerUnit, 80.0);
    m_canvas->fit();
    const double fitted = m_canvas->view().pixelsPerUnit;
    m_canvas->resize(1000, 800);
    QVERIFY(m_canvas->view().pixelsPerUnit > 1.5 * fitted);
  }

  void aSceneWithoutACameraShowsWhatFalls() {
    auto scene = std::make_shared<Scene>(*test::roomScene(1));
    scene->camera = Camera();
    auto task = std::make_shared<Task>(*test::taskOf(scene));
    auto fallen = std::make_shared<Snapshot>(*test::snapshotOf(task));
    auto rollout = std::make_shared<Rollout>(*fallen->conditions[0].local);
    const QRectF room = sceneBounds(*scene);
    for (int t = 0; t < rollout->trajectory.X.rows(); ++t) rollout->trajectory.X(t, 1) = room.top() - 0.005 * t * room.height();
    fallen->conditions[0].local = rollout;
    m_canvas->setScene(scene);
    const auto lowest = [&] { return m_canvas->view().centre.y() - m_canvas->height() / 2.0 / m_canvas->view().pixelsPerUnit; };
    const double end = room.top() - 0.49 * room.height();
    QVERIFY(lowest() > end);
    QSignalSpy followed(m_canvas.get(), &SceneCanvas::pathsFollowed);
    m_canvas->setSnapshot(fallen);
    QVERIFY(lowest() < end);
    QCOMPARE(followed.size(), 1);
    // A second canvas beside it shows the same.
    SceneCanvas other;
    other.resize(m_canvas->size());
    other.setScene(scene);
    other.follow(followed.first().first().toRectF());
    QCOMPARE(other.view().pixelsPerUnit, m_canvas->view().pixelsPerUnit);
    // What the user looks at stays.
    m_canvas->setView({{1, 1}, 80});
    m_canvas->setSnapshot(test::snapshotOf(task));
    QCOMPARE(m_canvas->view().pixelsPerUnit, 80.0);
    // A camera of the scene's own is kept.
    m_canvas->setScene(test::roomScene(1));
    const double own = m_canvas->view().pixelsPerUnit;
    m_canvas->setSnapshot(test::snapshotOf(test::taskOf(test::roomScene(1))));
    QCOMPARE(m_canvas->view().pixelsPerUnit, own);
  }

  void conditionsCanBeWalkedByKey() {
    m_canvas->setSnapshot(m_snapshot);
    QSignalSpy clicked(m_canvas.get(), &SceneCanvas::conditionClicked);
    QTest::keyClick(m_canvas.get(), Qt::Key_PageDown);
    QCOMPARE(clicked.takeFirst().first().toInt(), 0);
    m_canvas->setCondition(0);
    QTest::keyClick(m_canvas.get(), Qt::Key_PageUp);
    QCOMPARE(clicked.takeFirst().first().toInt(), 3);
    QTest::keyClick(m_canvas.get(), Qt::Key_Escape);
    QCOMPARE(clicked.takeFirst().first().toInt(), -1);
  }

  void summarySaysWhatIsDrawn() {
    m_canvas->setSnapshot(m_snapshot, m_earlier);
    m_canvas->setCondition(1);
    const QString text = m_canvas->summary();
    for (const char* part : {"Obstacle navigation", "4 conditions", "Iteration 3", "c2", "global policy",
                             "2 earlier iterations", "Local cost", "goal"}) {
      QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
    }
    QCOMPARE(m_canvas->accessibleDescription(), text);
    QVERIFY(!m_canvas->accessibleName().isEmpty());
  }

  void coloursKeepTheirContrast() {
    for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
      for (const QColor& ground : {theme.panel, theme.background}) {
        for (const QColor& ink :
             {theme.text, theme.muted, theme.danger, theme.warning, theme.focus, theme.goal}) {
          QVERIFY2(contrastRatio(ink, ground) >= 4.5, qPrintable(ink.name()));
        }
      }
      QCOMPARE(theme.localCondition(0), theme.local);
      QCOMPARE(theme.globalCondition(0), theme.global);
      for (int i = 0; i < 20; ++i) {
        QVERIFY(contrastRatio(theme.localCondition(i), theme.panel) >= 3.0);
        QVERIFY(contrastRatio(theme.globalCondition(i), theme.panel) >= 3.0);
        for (int j = 0; j < i; ++j) QVERIFY(theme.localCondition(i) != theme.localCondition(j));
      }
      QCOMPARE(Theme::fromPalette(theme.palette()).dark, theme.dark);
    }
  }

  // A condition is known by its hue: warm for local controllers, cool for the policy, far from black and
  // white.
  void conditionsHaveHuesOfTheirOwn() {
    const auto warm = [](const QColor& c) { return c.hslHue() >= 320 || c.hslHue() <= 60; };
    const auto cool = [](const QColor& c) { return c.hslHue() >= 170 && c.hslHue() <= 285; };
    for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
      for (int i = 0; i < 9; ++i) {
        const QColor local = theme.localCondition(i), global = theme.globalCondition(i);
        QVERIFY2(warm(local), qPrintable(local.name()));
        QVERIFY2(cool(global), qPrintable(global.name()));
        for (const QColor& colour : {local, global}) {
          QVERIFY2(colour.hslSaturationF() > 0.25f, qPrintable(colour.name()));
          QVERIFY2(colour.lightnessF() > 0.15f && colour.lightnessF() < 0.87f, qPrintable(colour.name()));
        }
        for (int j = 0; j < i; ++j) {
          for (const auto& [a, b] :
               {std::pair(local, theme.localCondition(j)), std::pair(global, theme.globalCondition(j))}) {
            const double apart = std::hypot(a.red() - b.red(), a.green() - b.green(), a.blue() - b.blue());
            QVERIFY2(apart > 30, qPrintable(a.name() + " " + b.name()));
          }
        }
      }
    }
  }

  // Two tables, the second one's slot further right: what both cover is solid, each slot is seen in its own
  // hue.
  void staticBodiesThatDifferKeepTheirConditionsHue() {
    const auto scene = slottedTables();
    m_canvas->setScene(scene);
    CanvasLayers bare;
    bare.grid = false;
    m_canvas->setLayers(bare);
    const Theme theme = Theme::light();
    const auto at = [&](const QImage& image, double x, double y) {
      return image.pixelColor(pixelOf(*m_canvas, {x, y}).toPoint());
    };
    const QImage all = picture(*m_canvas);
    const QColor shared = at(all, 1.5, -0.5), first = at(all, 0.95, -0.2), second = at(all, 1.95, -0.2);
    QVERIFY(shared.saturationF() < 0.1f);
    QVERIFY(first != shared && second != shared && first != second);
    QVERIFY(std::abs(first.hslHue() - theme.localCondition(0).hslHue()) < 12);
    QVERIFY(std::abs(second.hslHue() - theme.localCondition(1).hslHue()) < 12);
    m_canvas->setCondition(1);
    const QImage one = picture(*m_canvas);
    QCOMPARE(at(one, 0.95, -0.2), at(one, 1.5, -0.5));
    QVERIFY(at(one, 1.95, -0.2) != at(one, 1.5, -0.5));
  }

  void everyConditionsGoalIsDrawn() {
    const auto scene = slottedTables();
    std::vector<Places> places;
    for (const Condition* condition : trainedConditions(*scene))
      places.push_back({startPoses(*scene, condition), goalOf(*scene, condition)});
    QCOMPARE(distinctGoals(places), (std::vector<int>{0, 1}));
    m_canvas->setScene(scene);
    const QImage all = picture(*m_canvas);
    for (const double x : {1.0, 2.0}) {
      QVERIFY(all.pixelColor(pixelOf(*m_canvas, {x, -0.4}).toPoint()).hslHue() > 100);
      QVERIFY(all.pixelColor(pixelOf(*m_canvas, {x, -0.4}).toPoint()).hslHue() < 160);
    }
    places[1] = places[0];
    QCOMPARE(distinctGoals(places), (std::vector<int>{0}));
  }

  void legendListsOnlyWhatIsDrawn() {
    PathSource source{m_task->scene.get(), m_snapshot, m_earlier, {}, -1};
    LegendContent drawn = drawnPaths(source);
    QVERIFY(drawn.local && drawn.global && drawn.samples && drawn.localTubes && drawn.globalTubes &&
            drawn.ghosts);
    // A model that explodes at once leaves no tube, one without a trace point neither.
    auto wide = std::make_shared<Snapshot>(*m_snapshot);
    for (ConditionView& view : wide->conditions) {
      auto marginals = std::make_shared<Marginals>(*view.globalMarginals);
      for (Matrix& cov : marginals->cov) cov *= 1e6;
      view.globalMarginals = marginals;
    }
    source.snapshot = wide;
    drawn = drawnPaths(source);
    QVERIFY(drawn.localTubes && !drawn.globalTubes);
    // Nor does one that begins far from the path it should surround.
    auto away = std::make_shared<Snapshot>(*m_snapshot);
    for (ConditionView& view : away->conditions) {
      auto marginals = std::make_shared<Marginals>(*view.globalMarginals);
      for (Vector& mean : marginals->mean) mean(0) += 0.5 * m_task->scene->camera.width;
      view.globalMarginals = marginals;
    }
    source.snapshot = away;
    drawn = drawnPaths(source);
    QVERIFY(drawn.localTubes && !drawn.globalTubes);
    auto task = std::make_shared<Task>(*m_task);
    task->trace.reset();
    auto untraced = std::make_shared<Snapshot>(*m_snapshot);
    untraced->task = task;
    source.snapshot = untraced;
    drawn = drawnPaths(source);
    QVERIFY(drawn.local && !drawn.localTubes && !drawn.globalTubes);
    m_canvas->setSnapshot(untraced);
    QVERIFY(!m_canvas->summary().contains("2 sigma"));
    source.layers.local = source.layers.global = source.layers.samples = false;
    drawn = drawnPaths(source);
    QVERIFY(!drawn.local && !drawn.global && !drawn.samples && !drawn.ghosts);
  }

  void styleSheetHasNoUnfilledWord() {
    for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
      const QString sheet = styleSheetFor(theme, 10);
      QVERIFY(!sheet.contains(u'@'));
      QVERIFY(!sheet.contains(": ;") && !sheet.contains("solid ;"));
    }
  }

  void everyIconIsDrawnInTheColourAskedFor() {
    const QStringList names = iconNames();
    for (const char* wanted : {"start",   "pause",  "step",   "stop",    "reset", "fit",   "play",    "loop",
                               "samples", "tube",   "ghost",  "grid",    "sun",   "moon",  "compare", "add",
                               "home",    "export", "search", "warning", "info",  "close", "chevron"}) {
      QVERIFY2(names.contains(QLatin1String(wanted)), wanted);
    }
    for (const QString& name : names) {
      const QImage image = icon(name, QColor(255, 0, 0)).pixmap(QSize(48, 48)).toImage();
      int red = 0, other = 0;
      for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
          const QColor pixel = image.pixelColor(x, y);
          if (pixel.alpha() < 200) continue;
          (pixel.red() > 200 && pixel.green() < 60 ? red : other) += 1;
        }
      }
      QVERIFY2(red > 20 && other == 0, qPrintable(name));
    }
  }

  void thumbnailIsSharpAndNotEmpty() {
    const QImage image = sceneThumbnail(*test::roomScene(2), Theme::light(), QSize(240, 150), 2.0);
    QCOMPARE(image.size(), QSize(480, 300));
    QImage blank = image.copy();
    blank.fill(Theme::light().background);
    QVERIFY(image != blank);
    sceneThumbnail(Scene{}, Theme::darkTheme(), QSize(40, 30), 1.0);
  }

  void roundLengthIsOneTwoOrFive() {
    QCOMPARE(roundLength(100, 100), 1.0);
    QCOMPARE(roundLength(100, 40), 2.0);
    QCOMPARE(roundLength(100, 13), 5.0);
    QVERIFY(std::abs(roundLength(100, 700) - 0.1) < 1e-12);
  }

 private:
  std::shared_ptr<const Task> m_task;
  std::shared_ptr<const Snapshot> m_snapshot;
  std::vector<std::shared_ptr<const Snapshot>> m_earlier;
  std::unique_ptr<SceneCanvas> m_canvas;
};

QTEST_MAIN(TestCanvas)
#include "tst_canvas.moc"
