// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/editor_fixture.h"
#include "widgets/editor/cost_targets.h"
#include "widgets/editor/heat_map.h"

using namespace gps;
using namespace gps::ui;

/// Targets of cost terms are marks that can be dragged, and a term can colour the plane.
class TestCostTargets : public QObject, private EditorFixture {
  Q_OBJECT
 private Q_SLOTS:
  void init() {
    open();
    m_editor->setScene(aimed());
    m_editor->fit();
  }
  void cleanup() { close(); }
  void aTargetIsDragged();
  void arrowsMoveItAndEscapeTakesItBack();
  void equalTermsMoveTogether();
  void whatTheSuccessTestMovesHasNoMarkOfItsOwn();
  void colouredCellsHaveTheValuesOfTheLegend();
  void coloursAreMadeOncePerView();

 private:
  /// Two terms that want the left box at (1, 1), one that wants the disc at the origin.
  static Shown aimed() {
    auto scene = std::make_shared<Scene>(*threeBodies());
    for (const char* body : {"left", "disc"}) {
      Sensor sensor;
      sensor.id = std::string("at_") + body;
      sensor.type = Sensor::Type::BodyPosition;
      sensor.targets = {body};
      scene->sensors.push_back(sensor);
      scene->state.push_back(sensor.id);
    }
    const auto add = [&](const char* id, const char* sensor, std::vector<double> target) {
      CostTermSpec cost;
      cost.id = id;
      cost.type = "state";
      cost.sensor = sensor;
      cost.target = std::move(target);
      scene->costs.push_back(cost);
    };
    add("near", "at_left", {1, 1});
    add("sharp", "at_left", {1, 1});
    add("home", "at_disc", {});
    return scene;
  }
  std::vector<double> target(std::size_t term) const { return m_editor->scene()->costs[term].target; }
};

void TestCostTargets::aTargetIsDragged() {
  m_editor->setSnapping(false);
  drag(at(0, 0), at(0.5, -1));
  QCOMPARE(m_document->titles.back(), QString("Move target of home"));
  QCOMPARE(m_document->undo.size(), std::size_t{1});  // one step
  QVERIFY(near({target(2)[0], target(2)[1]}, {0.5, -1}, 0.03));
  QCOMPARE(m_editor->selection().terms, Ids{"home"});
  QVERIFY(m_editor->selection().bodies.empty());
}

void TestCostTargets::arrowsMoveItAndEscapeTakesItBack() {
  click(0, 0);
  QCOMPARE(m_editor->selection().terms, Ids{"home"});
  key(Qt::Key_Right);
  QVERIFY(target(2)[0] > 0);
  QCOMPARE(target(2)[1], 0.0);
  const std::vector<double> before = target(0);
  drag(at(1, 1), at(-1, -1), {}, false);
  QVERIFY(target(0) != before);
  key(Qt::Key_Escape);
  QCOMPARE(target(0), before);
}

void TestCostTargets::equalTermsMoveTogether() {
  m_editor->setSnapping(false);
  drag(at(1, 1), at(1.5, 1.5));
  QVERIFY(target(0) != std::vector<double>({1, 1}));
  QCOMPARE(target(0), target(1));
  QVERIFY(target(2).empty());
}

void TestCostTargets::whatTheSuccessTestMovesHasNoMarkOfItsOwn() {
  auto scene = std::make_shared<Scene>(*aimed());
  QCOMPARE(costTargets(*scene).size(), std::size_t{3});
  SuccessSpec success;
  success.sensor = "at_left";
  success.target = {1, 1};
  scene->success = success;
  const std::vector<CostTarget> rest = costTargets(*scene);
  QCOMPARE(rest.size(), std::size_t{1});
  QCOMPARE(rest.front().cost, std::string("home"));
  // No target is a target of zeros: it, too, moves with the test's.
  scene->success->sensor = "at_disc";
  scene->success->target = {0, 0};
  for (const CostTarget& each : costTargets(*scene)) QVERIFY(each.cost != "home");
  const Result<Scene> moved = applied(*scene, TargetMoved{{1, 2}, {0, 0}, {1, 2}});
  QVERIFY(moved);
  QCOMPARE(moved->costs[2].target, std::vector<double>({1, 2}));
  for (const char* name : {"reach", "blind_peg", "two_link_arm"}) {
    for (const CostTarget& each : costTargets(*shipped(name))) QVERIFY(each.at.allFinite());
  }
}

void TestCostTargets::colouredCellsHaveTheValuesOfTheLegend() {
  HeatMap map;
  map.setField({"distance", [](const Eigen::Vector2d& p) { return p.squaredNorm(); }});
  ViewMap view{{0, 0}, 100.0, {400, 300}};
  QImage image(400, 300, QImage::Format_ARGB32_Premultiplied);
  for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
    image.fill(theme.background);
    QPainter painter(&image);
    map.paint(painter, view, theme);
    painter.end();
    // Cells are 8 pixels: the middle lies within half a cell of the origin, the corner cell near (2, 1.5).
    QVERIFY(map.low() < 0.01);
    QVERIFY(std::abs(map.high() - (1.96 * 1.96 + 1.46 * 1.46)) < 0.2);
    const auto apart = [&](const QPoint& pixel) { return contrastRatio(image.pixelColor(pixel), theme.background); };
    QVERIFY(apart({4, 4}) > apart({200, 20}));
    QVERIFY(apart({200, 20}) > apart({200, 150}));
    QVERIFY(apart({4, 4}) > 1.8);
  }
  // A term that is the same everywhere is no failure.
  map.setField({"flat", [](const Eigen::Vector2d&) { return 3.0; }});
  QPainter painter(&image);
  map.paint(painter, view, Theme::light());
  map.paintLegend(painter, QRectF(0, 0, 400, 300), {}, Theme::light());
  QCOMPARE(map.low(), 3.0);
}

/// What bounds the time is how many values are asked for (0.2 us each).
void TestCostTargets::coloursAreMadeOncePerView() {
  int asked = 0;
  m_editor->resize(1600, 1000);
  m_editor->setField({"count", [&asked](const Eigen::Vector2d& p) {
                        ++asked;
                        return p.x();
                      }});
  m_editor->grab();
  QVERIFY(asked > 1000);
  QVERIFY2(asked < 13000, qPrintable(QString::number(asked)));
  const int first = asked;
  m_editor->grab();
  QCOMPARE(asked, first);  // nothing changed: nothing is evaluated
  key(Qt::Key_Plus);
  m_editor->grab();
  QVERIFY(asked > first);
  m_editor->setField({});
}

QTEST_MAIN(TestCostTargets)
#include "tst_cost_targets.moc"
