// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>
#include <fstream>

#include "core/scene/overlap.h"
#include "core/scene/problems.h"
#include "core/scene/scene_fields.h"
#include "core/scene/scene_keys.h"
#include "core/scene/scene_reader.h"

using namespace gps;

namespace {

Scene shipped(const std::string& name) {
  const Result<Scene> scene = readScene(std::filesystem::path(GPS_SCENES) / (name + ".scene.json"));
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *scene;
}

Body body(const std::string& id, bool dynamic, const Eigen::Vector2d& position,
          decltype(Shape::geometry) geometry) {
  Body made;
  made.id = id;
  made.dynamic = dynamic;
  made.position = position;
  Shape shape;
  shape.geometry = std::move(geometry);
  made.shapes.push_back(shape);
  return made;
}

std::vector<PlacedBody> placed(const std::vector<Body>& bodies) {
  std::vector<PlacedBody> all;
  for (const Body& each : bodies) all.push_back({&each, each.position, each.angle});
  return all;
}

/// The problems that `change` adds to a scene.
template <class Change>
std::vector<Problem> added(const std::string& name, const Change& change) {
  Scene scene = shipped(name);
  const std::vector<Problem> before = problemsOf(scene);
  change(scene);
  std::vector<Problem> fresh;
  for (const Problem& problem : problemsOf(scene)) {
    const auto known = [&problem](const Problem& old) {
      return old.what == problem.what && old.pointer == problem.pointer;
    };
    if (std::none_of(before.begin(), before.end(), known)) fresh.push_back(problem);
  }
  return fresh;
}

}  // namespace

/// What a person who designs a task is told besides the reader's errors.
class TestProblems : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void shippedScenesHaveFewAndNoErrors();
  void eachProblemNamesItsCulprit();
  void missingPartsAreErrors();
  void overlapsAreFoundByShape_data();
  void overlapsAreFoundByShape();
  void fiveHundredBodiesAreComparedSoon();
  void aHeapOfBodiesIsToldInFewLines();
  void everyKeyHasAField();
};

void TestProblems::shippedScenesHaveFewAndNoErrors() {
  for (const ShippedScene& file : shippedScenes(GPS_SCENES)) {
    for (const Problem& problem : problemsOf(*readScene(file.file))) {
      qInfo("%s: %s %s", file.name.c_str(), problem.pointer.c_str(), problem.what.c_str());
      QVERIFY(problem.severity == Problem::Severity::Warning);
      // Nothing in them is a mistake, so only matters of taste may be named.
      const bool taste = problem.pointer.starts_with("/sensors") || problem.pointer.starts_with("/actuators");
      QVERIFY2(taste, problem.what.c_str());
    }
  }
}

void TestProblems::eachProblemNamesItsCulprit() {
  const auto one = [](const std::vector<Problem>& problems, const std::string& pointer,
                      const std::string& word) {
    if (problems.size() != 1) {
      for (const Problem& each : problems) qInfo("%s %s", each.pointer.c_str(), each.what.c_str());
      return false;
    }
    const Problem& problem = problems.front();
    qInfo("%s %s %s", problem.pointer.c_str(), problem.what.c_str(), problem.mend.c_str());
    return problem.pointer == pointer && problem.what.find(word) != std::string::npos &&
           !problem.mend.empty() && problem.severity == Problem::Severity::Warning;
  };
  QVERIFY(one(added("cart_pole", [](Scene& s) { s.actuators[0].limit.reset(); }), "/actuators/0", "push"));
  QVERIFY(one(added("cart_pole", [](Scene& s) { s.camera.trace.clear(); }), "/sensors/5", "tip"));
  QVERIFY(one(added("cart_pole",
                    [](Scene& s) {
                      for (CostTermSpec& cost : s.costs) cost.weight = 0;
                    }),
              "/costs", "weight 0"));
  QVERIFY(one(added("point_mass",
                    [](Scene& s) {
                      s.bodies[2].position = {500, 0};
                    }),
              "/bodies/2/position", "camera"));
  QVERIFY(one(added("point_mass", [](Scene& s) { s.state = {"p_zero", "v_zero"}; }), "/bodies/1", "mass"));
  // A speed alone does not say where it is.
  QVERIFY(one(added("point_mass", [](Scene& s) { s.state = {"v", "p_zero", "v_zero"}; }), "/bodies/1", "mass"));
  // The tip's target, as far away as no arm reaches.
  const Scene reach = shipped("reach");
  const auto term = std::find_if(reach.costs.begin(), reach.costs.end(),
                                 [](const CostTermSpec& cost) { return cost.type == "end_effector"; });
  QVERIFY(term != reach.costs.end());
  const std::size_t index = static_cast<std::size_t>(term - reach.costs.begin());
  QVERIFY(one(added("reach", [&](Scene& s) { s.costs[index].target[0] += 3.0; }),
              "/costs/" + std::to_string(index) + "/target", "long"));
  // A disc where the mass starts.
  QVERIFY(one(added("point_mass",
                    [](Scene& s) {
                      Body wall = s.bodies[2];
                      wall.id = "wall";
                      wall.ghost = false;
                      wall.position = {0, 4};
                      s.bodies.push_back(wall);
                    }),
              "/bodies/1", "overlap"));
}

void TestProblems::missingPartsAreErrors() {
  const auto errors = [](const std::vector<Problem>& problems) {
    return std::count_if(problems.begin(), problems.end(),
                         [](const Problem& problem) { return problem.severity == Problem::Severity::Error; });
  };
  QCOMPARE(errors(problemsOf(Scene{})), 5);
  QCOMPARE(errors(added("reach", [](Scene& s) { s.conditions.clear(); })), 1);
  QCOMPARE(errors(added("reach",
                        [](Scene& s) {
                          for (Condition& c : s.conditions) c.enabled = false;
                        })),
           1);
  QCOMPARE(errors(added("reach",
                        [](Scene& s) {
                          for (CostTermSpec& c : s.costs) c.enabled = false;
                        })),
           1);
  QCOMPARE(errors(added("reach", [](Scene& s) { s.observation.clear(); })), 1);
  // Errors stand first.
  const std::vector<Problem> all = added("cart_pole", [](Scene& s) {
    s.actuators[0].limit.reset();
    s.conditions.clear();
  });
  QVERIFY(all.size() >= 2 && all.front().severity == Problem::Severity::Error);
}

void TestProblems::overlapsAreFoundByShape_data() {
  QTest::addColumn<int>("which");
  QTest::addColumn<double>("distance");  // between the origins, along x
  QTest::addColumn<bool>("overlap");
  // A circle of 1, a box of 1 x 1 (half), a diamond of 1: all touch their neighbour at x = 1.
  const char* const names[] = {"circle-circle", "circle-box", "circle-diamond", "box-diamond",
                               "circle-corner"};
  const double touching[] = {2.0, 2.0, 2.0, 2.0, std::sqrt(2.0) + 1.0};
  for (int which = 0; which < 5; ++which) {
    for (const double off : {-0.1, 0.1}) {
      QTest::newRow(qPrintable(QString("%1 %2").arg(names[which]).arg(off)))
          << which << touching[which] + off << (off < 0);
    }
  }
}

void TestProblems::overlapsAreFoundByShape() {
  QFETCH(int, which);
  QFETCH(double, distance);
  QFETCH(bool, overlap);
  const CircleShape circle{{0, 0}, 1.0};
  const BoxShape box{{0, 0}, {1, 1}, 0.0};
  const BoxShape turned{{0, 0}, {1, 1}, std::atan(1.0)};  // a corner at x = sqrt 2
  const PolygonShape diamond{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
  std::vector<Body> bodies{body("a", true, {0, 0}, circle)};
  if (which == 0) bodies.push_back(body("b", false, {distance, 0}, circle));
  if (which == 1) bodies.push_back(body("b", false, {distance, 0}, box));
  if (which == 2) bodies.push_back(body("b", false, {distance, 0}, diamond));
  if (which == 3) bodies = {body("a", true, {0, 0}, box), body("b", true, {distance, 0}, diamond)};
  if (which == 4) bodies.push_back(body("b", false, {distance, 0}, turned));
  QCOMPARE(overlappingPairs(placed(bodies), 0.01).size(), std::size_t{overlap ? 1u : 0u});
  // Two that stand still, ghosts and bodies of one negative group do not matter.
  std::vector<Body> still = bodies;
  for (Body& each : still) each.dynamic = false;
  QVERIFY(overlappingPairs(placed(still), 0.01).empty());
  std::vector<Body> ghosts = bodies;
  ghosts[1].ghost = true;
  QVERIFY(overlappingPairs(placed(ghosts), 0.01).empty());
  std::vector<Body> grouped = bodies;
  for (Body& each : grouped) each.shapes[0].group = -3;
  QVERIFY(overlappingPairs(placed(grouped), 0.01).empty());
}

void TestProblems::fiveHundredBodiesAreComparedSoon() {
  std::vector<Body> bodies;
  for (int i = 0; i < 500; ++i) {
    bodies.push_back(body("b" + std::to_string(i), true, {0.5 * (i % 25), 0.5 * (i / 25)},
                          BoxShape{{0, 0}, {0.2, 0.2}, 0.1}));
  }
  QVERIFY(overlappingPairs(placed(bodies), 0.01).empty());
  bodies[499].position = bodies[0].position;
  QCOMPARE(overlappingPairs(placed(bodies), 0.01),
           (std::vector<std::pair<std::size_t, std::size_t>>{{0, 499}}));
}

/// 2000 bodies in one place are two million pairs; chained, none of the neighbours counts.
void TestProblems::aHeapOfBodiesIsToldInFewLines() {
  const auto overlaps = [](const Scene& scene) {
    std::vector<std::string> lines;
    for (const Problem& problem : problemsOf(scene)) {
      if (problem.what.find("overlap") != std::string::npos) lines.push_back(problem.what);
    }
    return lines;
  };
  Scene scene;
  for (int i = 0; i < 2000; ++i)
    scene.bodies.push_back(body("b" + std::to_string(i), true, {0, 0}, CircleShape{{0, 0}, 1}));
  QElapsedTimer timer;
  timer.start();
  const std::vector<std::string> heap = overlaps(scene);
  qInfo("2000 bodies in one place: %lld ms", static_cast<long long>(timer.elapsed()));
  QCOMPARE(heap.size(), std::size_t{51});
  QVERIFY(heap.back().find("more") != std::string::npos);
  // 51 discs one after the other have 50 pairs, which are all named; joined, none is.
  scene.bodies.resize(51);
  for (std::size_t i = 0; i < 51; ++i) scene.bodies[i].position = {1.5 * static_cast<double>(i), 0};
  const std::vector<std::string> row = overlaps(scene);
  QCOMPARE(row.size(), std::size_t{50});
  QVERIFY(row.back().find("b49 and b50") != std::string::npos);
  for (int i = 0; i < 50; ++i) {
    Joint joint;
    joint.id = "j" + std::to_string(i);
    joint.bodyA = "b" + std::to_string(i + 1);
    joint.bodyB = "b" + std::to_string(i);
    scene.joints.push_back(joint);
  }
  QVERIFY(overlaps(scene).empty());
  scene.joints[7].collide = true;
  QCOMPARE(overlaps(scene).size(), std::size_t{1});
}

void TestProblems::everyKeyHasAField() {
  std::size_t known = 0;
  for (const ObjectKeys& object : sceneObjects()) {
    for (const std::string_view key : object.keys) {
      if (key == "id" || key == "type") continue;
      const SceneField* field = findField(object.object, key);
      QVERIFY2(field, (std::string(object.object) + "." + std::string(key)).c_str());
      QVERIFY(!field->label.empty());
      ++known;
    }
  }
  QCOMPARE(sceneFields().size(), known);
}

QTEST_APPLESS_MAIN(TestProblems)
#include "tst_problems.moc"
