// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/commands/add_part.h"
#include "app/commands/arrange_bodies.h"
#include "app/commands/copy_parts.h"
#include "app/commands/edit_part.h"
#include "app/commands/remove_parts.h"
#include "app/commands/rename_part.h"
#include "app/documents/scene_document.h"
#include "core/base/rng.h"
#include "core/scene/scene_reader.h"
#include "core/scene/tree_update.h"

using namespace gps;
using namespace gps::ui;

namespace {

const QString kScenes = QStringLiteral(GPS_SCENES);

QByteArray bytesOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Status place(TreeEditor& editor, int x) {
  return editor.replace(TreePath("/bodies/1/position"), SceneTree::array({x, 0}));
}

/// A user without sense: random commands on whatever is there.
class Monkey {
 public:
  explicit Monkey(std::uint64_t seed) : m_rng(seed) {}

  std::size_t below(std::size_t count) { return m_rng.below(static_cast<std::uint32_t>(count)); }
  double number() { return std::round(m_rng.normal() * 1000.0) / 1000.0; }

  PartKind kind() { return static_cast<PartKind>(below(kPartKinds)); }
  PartRef part(const SceneTree& tree) {
    for (int tries = 0; tries < 10; ++tries) {
      const PartKind which = kind();
      const SceneTree& list = partsOf(tree, which);
      if (!list.empty()) return {which, idOf(list[below(list.size())])};
    }
    return {PartKind::Body, "nobody"};
  }
  std::vector<std::string> bodies(const SceneTree& tree) {
    std::vector<std::string> ids;
    for (const SceneTree& body : partsOf(tree, PartKind::Body)) {
      if (m_rng.uniform() < 0.5) ids.push_back(idOf(body));
    }
    return ids;
  }
  SceneTree value() {
    switch (below(9)) {
      case 0:
        return number();
      case 1:
        return static_cast<int>(below(5));
      case 2:
        return m_rng.uniform() < 0.5;
      case 3:
        return SceneTree::array({number(), number()});
      case 4:
        return "text";
      case 5:
        return SceneTree::array({"p", "angles"});
      case 6:
        return SceneTree::array();
      case 7:
        return nullptr;
      default:
        return number() * 1e-7;
    }
  }
  std::string typeOf(PartKind which) {
    const std::span<const TypeEntry> types = partTypes(which);
    if (types.empty()) return below(2) == 0 ? "static" : "dynamic";
    return std::string(types[below(types.size())].name);
  }

  /// One command; what it does to the tree may fail.
  Status act(SceneDocument& document, TreeEditor& editor) {
    const SceneTree& tree = editor.tree();
    switch (below(12)) {
      case 0:
      case 1: {
        const PartKind which = kind();
        const auto added = addPart(editor, which, typeOf(which), {part(tree)});
        return added ? Status(Done{}) : Status(added.error());
      }
      case 2:
        return removeParts(editor, {part(tree)});
      case 3:
        return renamePart(editor, part(tree), "name" + std::to_string(below(40)));
      case 4:
        return moveBodies(editor, bodies(tree), {number(), number()});
      case 5: {
        const PartRef which = part(tree);
        return changeType(editor, which, typeOf(which.kind));
      }
      case 6: {
        const PartRef which = part(tree);
        return reorderPart(editor, which, below(partsOf(tree, which.kind).size() + 1));
      }
      case 7: {
        const PartRef which = part(tree);
        const auto at = findPart(tree, which);
        const auto keys = partKeys(which.kind);
        const std::string key(keys[below(keys.size())]);
        if (!at || key == "id") return Error{};
        const bool clears = below(3) == 0;
        return setField(editor, pathOf(which.kind, *at), key, clears ? std::nullopt : std::optional(value()));
      }
      case 8: {
        const auto pasted =
            pasteParts(editor, copyParts(tree, {part(tree), part(tree)}), {number(), number()});
        return pasted ? Status(Done{}) : Status(pasted.error());
      }
      case 9:
        if (!document.readable()) return Error{};
        return alignBodies(editor, *document.scene(), bodies(tree), static_cast<Alignment>(below(6)));
      case 10:
        if (!document.readable()) return Error{};
        return distributeBodies(editor, *document.scene(), bodies(tree), below(2) == 0);
      default: {
        // What the graphical editor does: a scene with other values.
        if (!document.readable() || document.scene()->bodies.empty()) return Error{};
        Scene wanted = *document.scene();
        Body& body = wanted.bodies[below(wanted.bodies.size())];
        body.position.x() = number();
        body.angle = number();
        if (!body.shapes.empty()) body.shapes.front().friction = std::abs(number());
        return updateTree(editor, *document.scene(), wanted);
      }
    }
  }

 private:
  Rng m_rng;
};

}  // namespace

/// The document of a task: what can be undone, and what lies on disk.
class TestSceneDocument : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void anUnchangedFileKeepsItsBytes();
  void aFailingCommandLeavesNothingBehind();
  void aSpinBoxIsOneStepAndTwoAreTwo();
  void aDragIsOneStepMeasuredFromItsBegin();
  void aCancelledDragLeavesNoTrace();
  void aWishThatCannotBeGrantedKeepsTheLastOne();
  void theHistoryForgetsItsOldestStepsWhenFull();
  void theCleanMarkFollowsTheSavedFile();
  void shippedScenesAreNotWritten();
  void aTaskTakesTheNameOfItsFile();
  void aChangeOnDiskIsToldAndReloadingCanBeUndone();
  void whatCannotBeReadStaysOpenWithAFinding();
  void anEmptyTaskSaysWhatIsMissing();
  void randomCommandsUndoToTheFirstByte_data();
  void randomCommandsUndoToTheFirstByte();
};

void TestSceneDocument::anUnchangedFileKeepsItsBytes() {
  QTemporaryDir folder;
  const QString path = folder.filePath("odd.scene.json");
  QFile file(path);
  QVERIFY(file.open(QIODevice::WriteOnly));
  // Valid, but neither the layout nor the numbers we would write.
  const QByteArray odd = bytesOf(kScenes + "/reach.scene.json").replace("\"dt\": 0.05", "\"dt\":   5.0E-2");
  file.write(odd);
  file.close();
  SceneDocument document;
  QVERIFY(document.open(path));
  QVERIFY(document.readable());
  QCOMPARE(document.text(), odd);
  QVERIFY(document.edit("move", [](TreeEditor& editor) { return place(editor, 7); }));
  QVERIFY(document.text() != odd);
  document.undo();
  QCOMPARE(document.text(), odd);
  QVERIFY(document.save());
  QCOMPARE(bytesOf(path), odd);
}

void TestSceneDocument::aFailingCommandLeavesNothingBehind() {
  SceneDocument document;
  QVERIFY(document.open(kScenes + "/reach.scene.json"));
  const QByteArray before = document.text();
  const Status done = document.edit("half", [](TreeEditor& editor) -> Status {
    if (Status first = place(editor, 3); !first) return first;
    return Error{"no", "", ""};
  });
  QVERIFY(!done);
  QCOMPARE(document.text(), before);
  QVERIFY(!document.history().canUndo());
  QVERIFY(!document.isModified());
}

void TestSceneDocument::aSpinBoxIsOneStepAndTwoAreTwo() {
  SceneDocument document;
  QVERIFY(document.open(kScenes + "/reach.scene.json"));
  const QByteArray before = document.text();
  for (int i = 1; i <= 20; ++i)
    QVERIFY(document.edit(
        "x", [i](TreeEditor& e) { return place(e, i); }, "spin 1"));
  QCOMPARE(document.history().size(), std::size_t{1});
  for (int i = 1; i <= 20; ++i)
    QVERIFY(document.edit(
        "x", [i](TreeEditor& e) { return place(e, -i); }, "spin 2"));
  QCOMPARE(document.history().size(), std::size_t{2});
  document.undo();
  document.undo();
  QCOMPARE(document.text(), before);
  // Back at the value it began with, nothing is left to undo.
  const SceneTree first = document.tree().at(TreePath("/bodies/1/position"));
  QVERIFY(document.edit(
      "x", [](TreeEditor& e) { return place(e, 5); }, "spin 3"));
  QVERIFY(document.edit(
      "x", [&](TreeEditor& e) { return e.replace(TreePath("/bodies/1/position"), first); }, "spin 3"));
  QVERIFY(!document.history().canUndo());
}

void TestSceneDocument::aDragIsOneStepMeasuredFromItsBegin() {
  SceneDocument document;
  QVERIFY(document.open(kScenes + "/reach.scene.json"));
  const QByteArray before = document.text();
  document.beginGesture("Move link1");
  for (int i = 1; i <= 50; ++i) {
    QVERIFY(document.gestureEdit([i](TreeEditor& e) { return moveBodies(e, {"link1"}, {0.25 * i, 0}); }));
  }
  document.endGesture();
  QCOMPARE(document.history().size(), std::size_t{1});
  QCOMPARE(document.history().title(0), std::string("Move link1"));
  QCOMPARE(document.scene()->body("link1")->position.x(), 12.5);
  document.undo();
  QCOMPARE(document.text(), before);
}

void TestSceneDocument::aCancelledDragLeavesNoTrace() {
  SceneDocument document;
  QVERIFY(document.open(kScenes + "/reach.scene.json"));
  const QByteArray before = document.text();
  document.beginGesture("Move");
  QVERIFY(document.gestureEdit([](TreeEditor& e) { return moveBodies(e, {"link1"}, {1, 1}); }));
  QVERIFY(document.text() != before);
  document.cancelGesture();
  QCOMPARE(document.text(), before);
  document.beginGesture("Move");
  document.endGesture();
  QVERIFY(!document.history().canUndo());
  // Undo in the middle of a drag takes the drag back, then the step before.
  QVERIFY(document.edit("x", [](TreeEditor& e) { return place(e, 5); }));
  document.beginGesture("Move");
  QVERIFY(document.gestureEdit([](TreeEditor& e) { return moveBodies(e, {"link1"}, {1, 1}); }));
  document.undo();
  QCOMPARE(document.text(), before);
}

void TestSceneDocument::aWishThatCannotBeGrantedKeepsTheLastOne() {
  SceneDocument document;
  QVERIFY(document.open(kScenes + "/reach.scene.json"));
  document.beginGesture("Move");
  QVERIFY(document.gestureEdit([](TreeEditor& e) { return moveBodies(e, {"link1"}, {1, 0}); }));
  const QByteArray granted = document.text();
  QVERIFY(!document.gestureEdit([](TreeEditor& e) { return moveBodies(e, {"link1", "nobody"}, {2, 0}); }));
  QCOMPARE(document.text(), granted);
  document.endGesture();
  QCOMPARE(document.history().size(), std::size_t{1});
}

void TestSceneDocument::theHistoryForgetsItsOldestStepsWhenFull() {
  SceneTree tree = SceneTree::array({std::string()});
  EditHistory history(100000);
  for (int i = 0; i < 100; ++i) {
    TreeEditor editor(tree);
    QVERIFY(editor.replace(TreePath("/0"), std::string(10000, static_cast<char>('a' + i % 26))));
    history.push({"step " + std::to_string(i), "", editor.take()});
    QVERIFY(history.bytes() <= 100000);
  }
  QVERIFY(history.size() > 2 && history.size() < 10);
  QCOMPARE(history.title(history.size() - 1), std::string("step 99"));
  QVERIFY(!history.isClean());
  std::size_t undone = 0;
  while (history.undo()) ++undone;
  QCOMPARE(undone, history.size());
  QVERIFY(!history.isClean());  // the saved state was before what is forgotten
  // One step larger than the limit is still one that can be undone.
  TreeEditor editor(tree);
  QVERIFY(editor.replace(TreePath("/0"), std::string(200000, 'z')));
  history.push({"large", "", editor.take()});
  QCOMPARE(history.size(), std::size_t{1});
  QVERIFY(history.canUndo());
}

void TestSceneDocument::theCleanMarkFollowsTheSavedFile() {
  QTemporaryDir folder;
  SceneDocument document;
  QVERIFY(document.open(kScenes + "/reach.scene.json"));
  QVERIFY(!document.isModified());
  QVERIFY(document.edit(
      "x", [](TreeEditor& e) { return place(e, 1); }, "spin"));
  QVERIFY(document.isModified());
  QVERIFY(document.saveAs(folder.filePath("reach.scene.json")));
  QVERIFY(!document.isModified());
  QCOMPARE(bytesOf(folder.filePath("reach.scene.json")), document.text());
  // The same spin box goes on, but what was saved stays a step of its own.
  QVERIFY(document.edit(
      "x", [](TreeEditor& e) { return place(e, 2); }, "spin"));
  QCOMPARE(document.history().size(), std::size_t{2});
  QVERIFY(document.isModified());
  document.undo();
  QVERIFY(!document.isModified());
  document.undo();
  QVERIFY(document.isModified());
  QVERIFY(document.edit("y", [](TreeEditor& e) { return place(e, 3); }));
  document.undo();
  QVERIFY(document.isModified());  // the saved state was on the branch that is gone
}

void TestSceneDocument::shippedScenesAreNotWritten() {
  QTemporaryDir folder;
  QDir(folder.path()).mkdir("shipped");
  const QString shipped = folder.filePath("shipped/reach.scene.json");
  QVERIFY(QFile::copy(kScenes + "/reach.scene.json", shipped));
  SceneDocument document;
  document.setShippedFolder(folder.filePath("shipped"));
  QVERIFY(document.open(shipped));
  QVERIFY(document.needsName());
  QVERIFY(document.edit("x", [](TreeEditor& e) { return place(e, 1); }));
  const QByteArray before = bytesOf(shipped);
  QVERIFY(!document.save());
  QVERIFY(!document.saveAs(shipped));
  QVERIFY(!document.saveAs(folder.filePath("shipped/other.scene.json")));
  QVERIFY(!QFile::exists(folder.filePath("shipped/other.scene.json")));
  // Nor by way of a link, whether its file exists or would be made.
  const QString link = folder.filePath("link.scene.json"), dead = folder.filePath("dead.scene.json");
  QVERIFY(QFile::link(shipped, link));
  QVERIFY(QFile::link(folder.filePath("shipped/new.scene.json"), dead));
  QVERIFY(!document.saveAs(link));
  QVERIFY(!document.saveAs(dead));
  QVERIFY(!QFile::exists(folder.filePath("shipped/new.scene.json")));
  QCOMPARE(bytesOf(shipped), before);
  QVERIFY(document.saveAs(folder.filePath("mine.scene.json")));
  QVERIFY(!document.needsName());
  QVERIFY(document.save());
}

void TestSceneDocument::aTaskTakesTheNameOfItsFile() {
  QTemporaryDir folder;
  SceneDocument document;
  document.startWith(emptyTask("untitled"));
  QVERIFY(document.saveAs(folder.filePath("my_arm.scene.json")));
  QCOMPARE(document.scene()->name, std::string("my_arm"));
  QVERIFY(document.saveAs(folder.filePath("two words.scene.json")));
  QCOMPARE(document.scene()->name, std::string("my_arm"));  // an id has no blanks
}

void TestSceneDocument::aChangeOnDiskIsToldAndReloadingCanBeUndone() {
  QTemporaryDir folder;
  const QString path = folder.filePath("reach.scene.json");
  QVERIFY(QFile::copy(kScenes + "/reach.scene.json", path));
  SceneDocument document;
  QVERIFY(document.open(path));
  QSignalSpy told(&document, &SceneDocument::changedOnDisk);
  QVERIFY(document.edit("x", [](TreeEditor& e) { return place(e, 9); }));
  QVERIFY(document.save());
  QTest::qWait(400);
  QCOMPARE(told.count(), 0);  // our own save is no news
  const QByteArray mine = document.text();
  for (int round = 1; round <= 2; ++round) {  // replaced files must stay watched
    QByteArray other = bytesOf(kScenes + "/reach.scene.json");
    other.replace("\"horizon\": 100", "\"horizon\": 10" + QByteArray::number(round));
    QVERIFY(other != bytesOf(kScenes + "/reach.scene.json"));
    QFile::remove(path);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(other);
    file.close();
    QTRY_COMPARE_WITH_TIMEOUT(told.count(), round, 5000);
    QVERIFY(document.reload());
    QCOMPARE(document.text(), other);
    QVERIFY(!document.isModified());
  }
  document.undo();
  document.undo();
  QCOMPARE(document.text(), mine);
  QVERIFY(document.isModified());
}

void TestSceneDocument::whatCannotBeReadStaysOpenWithAFinding() {
  SceneDocument document;
  QVERIFY(document.open(kScenes + "/reach.scene.json"));
  QVERIFY(document.readable() && !document.hasErrors());
  const auto before = document.scene();
  QVERIFY(document.edit("break",
                        [](TreeEditor& e) { return e.replace(TreePath("/joints/0/body_b"), "nobody"); }));
  QVERIFY(!document.readable());
  QVERIFY(document.scene() == before);
  QVERIFY(document.hasErrors());
  QCOMPARE(document.problems().front().pointer, std::string("/joints/0/body_b"));
  document.undo();
  QVERIFY(document.readable() && !document.hasErrors());
}

void TestSceneDocument::anEmptyTaskSaysWhatIsMissing() {
  SceneDocument document;
  document.startWith(emptyTask("untitled"));
  QVERIFY(document.readable());
  QVERIFY(document.hasErrors());
  QCOMPARE(document.problems().size(), std::size_t{5});  // body, actuator, sensor, condition, cost
  QVERIFY(!parseScene(document.text().toStdString(), "strict"));
}

void TestSceneDocument::randomCommandsUndoToTheFirstByte_data() {
  QTest::addColumn<QString>("scene");
  for (const char* name : {"", "two_link_arm", "cart_pole", "pusher", "blind_peg"}) {
    QTest::newRow(*name ? name : "empty task") << QString::fromLatin1(name);
  }
}

void TestSceneDocument::randomCommandsUndoToTheFirstByte() {
  QFETCH(QString, scene);
  QTemporaryDir folder;
  // Ten thousand in all, saved and loaded in between; GPS_FUZZ_COMMANDS=10000 does as many on each scene,
  // GPS_FUZZ_SEED others.
  bool given = false;
  int commands = qEnvironmentVariableIntValue("GPS_FUZZ_COMMANDS", &given);
  if (!given) commands = 2000;
  SceneDocument document;
  if (scene.isEmpty()) {
    document.startWith(emptyTask("untitled"));
  } else {
    QVERIFY(document.open(kScenes + "/" + scene + ".scene.json"));
  }
  const QByteArray first = document.text();
  // Not qHash(): with it every process would try something else, and none could be tried again.
  std::uint64_t seed = static_cast<std::uint64_t>(std::max(qEnvironmentVariableIntValue("GPS_FUZZ_SEED"), 1));
  for (const QChar letter : scene) seed = 31 * seed + letter.unicode();
  Monkey monkey(seed);
  int done = 0, readable = 0;
  for (int step = 0; step < commands; ++step) {
    const std::size_t what = monkey.below(100);
    if (what < 10) {
      document.undo();
    } else if (what < 16) {
      document.redo();
    } else if (what < 18) {
      // Far back, and mostly to where it was: a change there would cut the history short.
      const std::size_t here = document.history().done();
      document.goTo(monkey.below(document.history().size() + 1));
      if (monkey.below(20) != 0) document.goTo(here);
    } else if (what < 26) {
      document.beginGesture("drag");
      for (std::size_t i = monkey.below(4); i > 0; --i) {
        const Status moved = document.gestureEdit([&](TreeEditor& editor) {
          return moveBodies(editor, monkey.bodies(editor.tree()), {monkey.number(), monkey.number()});
        });
        Q_UNUSED(moved)
      }
      monkey.below(3) == 0 ? document.cancelGesture() : document.endGesture();
    } else if (what < 28) {
      const QString path = folder.filePath("saved.json");
      QVERIFY(document.saveAs(path));
      SceneDocument loaded;
      QVERIFY(loaded.open(path));
      QCOMPARE(loaded.text(), document.text());
      QCOMPARE(loaded.readable(), document.readable());
      QCOMPARE(loaded.problems().size(), document.problems().size());
      // What has no errors is a task for the reader of runs.
      const auto strict = parseScene(document.text().toStdString(), "strict");
      QVERIFY2(strict || document.hasErrors(), strict ? "" : strict.error().text().c_str());
    } else {
      // Copies of copies would grow without end.
      const bool large = partsOf(document.tree(), PartKind::Body).size() > 40;
      const Status acted = document.edit("command", [&](TreeEditor& editor) -> Status {
        if (large)
          return removeParts(editor, {{PartKind::Body, idOf(partsOf(editor.tree(), PartKind::Body)[0])}});
        return monkey.act(document, editor);
      });
      done += acted ? 1 : 0;
      // Mostly work on what can be read, as people do.
      if (!document.readable() && monkey.below(3) != 0) document.undo();
    }
    readable += document.readable() ? 1 : 0;
  }
  const QByteArray last = document.text();
  qInfo("%d of %d commands changed the tree; %d times readable; %zu steps, %zu kB", done, commands, readable,
        document.history().size(), document.history().bytes() / 1024);
  QVERIFY(done > commands / 5);
  QVERIFY(readable > commands / 3);
  const std::size_t steps = document.history().done();
  document.goTo(0);
  QCOMPARE(document.text(), first);
  document.goTo(steps);
  QCOMPARE(document.text(), last);
  while (document.history().canUndo()) document.undo();
  QCOMPARE(document.text(), first);
}

QTEST_GUILESS_MAIN(TestSceneDocument)
#include "tst_scene_document.moc"
