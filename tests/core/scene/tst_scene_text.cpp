// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <fstream>
#include <string>

#include "core/base/rng.h"
#include "core/scene/scene_reader.h"
#include "core/scene/tree_edit.h"

using gps::SceneTree;
using gps::TreePath;

namespace {

std::string bytesOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

SceneTree treeOf(const std::string& text) {
  const auto tree = gps::parseSceneTree(text, "test");
  if (!tree) qFatal("%s", tree.error().text().c_str());
  return *tree;
}

}  // namespace

/// The layout of scene files and the reversible changes of their trees.
class TestSceneText : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readingAndWritingAShippedSceneChangesNoByte_data();
  void readingAndWritingAShippedSceneChangesNoByte();
  void aLineEndsAtColumn120();
  void columnsAreCharactersNotBytes();
  void numbersKeepTheirKindAndValue();
  void theTreeReadsAsItsTextDoes();
  void aKeyGoesWhereFilesHaveIt();
  void everyEditIsTakenBackInPlace();
  void pathsThatLeadNowhereChangeNothing();
  void aDragStaysOneChangeOfItsFirstSize();
  void wholeAndBrokenNumbersAreDifferentChanges();
};

void TestSceneText::readingAndWritingAShippedSceneChangesNoByte_data() {
  QTest::addColumn<QString>("file");
  const auto scenes = gps::shippedScenes(GPS_SCENES);
  QVERIFY(scenes.size() >= 12);
  for (const gps::ShippedScene& scene : scenes) {
    QTest::newRow(scene.name.c_str()) << QString::fromStdString(scene.file.string());
  }
}

void TestSceneText::readingAndWritingAShippedSceneChangesNoByte() {
  QFETCH(QString, file);
  const std::string text = bytesOf(file.toStdString());
  QCOMPARE(QString::fromStdString(gps::sceneText(treeOf(text))), QString::fromStdString(text));
}

void TestSceneText::aLineEndsAtColumn120() {
  // {"a": "xx...x"} has 9 columns besides the text's letters.
  SceneTree tree;
  tree["a"] = std::string(111, 'x');
  QCOMPARE(gps::sceneText(tree), "{\"a\": \"" + std::string(111, 'x') + "\"}\n");
  tree["a"] = std::string(112, 'x');
  QCOMPARE(gps::sceneText(tree), "{\n  \"a\": \"" + std::string(112, 'x') + "\"\n}\n");

  // Inside, the indentation, the key and the comma behind it count too: 2 + 6 + 111 + 1.
  SceneTree list = SceneTree::array({std::string(107, 'y')});
  tree["ab"] = list;
  tree["z"] = 1;
  const auto hasLine = [&tree](const std::string& line) {
    return gps::sceneText(tree).find("\n" + line + "\n") != std::string::npos;
  };
  QVERIFY(hasLine("  \"ab\": [\"" + std::string(107, 'y') + "\"],"));
  tree["ab"] = SceneTree::array({std::string(109, 'y')});
  QVERIFY(!hasLine("  \"ab\": [\"" + std::string(109, 'y') + "\"],"));
  tree.erase("z");  // now no comma follows
  QVERIFY(!hasLine("  \"ab\": [\"" + std::string(109, 'y') + "\"]"));
  tree["ab"] = SceneTree::array({std::string(108, 'y')});
  QVERIFY(hasLine("  \"ab\": [\"" + std::string(108, 'y') + "\"]"));
}

void TestSceneText::columnsAreCharactersNotBytes() {
  SceneTree tree;
  std::string letters;
  for (int i = 0; i < 111; ++i) letters += "\xC3\xA9";
  tree["a"] = letters;
  QCOMPARE(gps::sceneText(tree), "{\"a\": \"" + letters + "\"}\n");
}

void TestSceneText::numbersKeepTheirKindAndValue() {
  const std::string text = "[0, -0.0, 1, 1.0, 1e-05, 114.2857142857, 3.141592653589793, 1e+22, 18446744073709551615]\n";
  QCOMPARE(QString::fromStdString(gps::sceneText(treeOf(text))), QString::fromStdString(text));
  // What a double cannot tell apart is written in its shortest form.
  QCOMPARE(gps::sceneText(treeOf("[0.50, 5E-1, 1.00]")), std::string("[0.5, 0.5, 1.0]\n"));
}

void TestSceneText::theTreeReadsAsItsTextDoes() {
  for (const gps::ShippedScene& shipped : gps::shippedScenes(GPS_SCENES)) {
    const gps::SceneReading reading = gps::readSceneTree(treeOf(bytesOf(shipped.file)), "tree");
    QVERIFY2(reading.scene, reading.error ? reading.error->text().c_str() : "");
    QCOMPARE(reading.scene->name, gps::readScene(shipped.file)->name);
  }
  SceneTree broken = treeOf(bytesOf(std::filesystem::path(GPS_SCENES) / "reach.scene.json"));
  broken[TreePath("/bodies/1/shapes/0/density")] = -1;
  const gps::SceneReading reading = gps::readSceneTree(broken, "tree");
  QVERIFY(!reading.scene);
  QCOMPARE(reading.pointer, std::string("/bodies/1/shapes/0/density"));
}

void TestSceneText::aKeyGoesWhereFilesHaveIt() {
  SceneTree tree = treeOf(R"({"id": "a", "position": [0, 0], "shapes": []})");
  gps::TreeEditor editor(tree);
  constexpr std::string_view kOrder[] = {"id", "type", "position", "angle", "shapes"};
  QVERIFY(editor.set(TreePath(), "angle", 1, kOrder));
  QVERIFY(editor.set(TreePath(), "type", "static", kOrder));
  QVERIFY(editor.set(TreePath(), "position", SceneTree::array({1, 2}), kOrder));
  QVERIFY(editor.set(TreePath(), "new", true, kOrder));
  QCOMPARE(gps::valueText(tree), std::string(R"({"id": "a", "type": "static", "position": [1, 2], "angle": 1, )"
                                             R"("shapes": [], "new": true})"));
  editor.rollBack();
  QCOMPARE(gps::valueText(tree), std::string(R"({"id": "a", "position": [0, 0], "shapes": []})"));
}

/// Random edits anywhere in a shipped scene, without regard to sense.
void TestSceneText::everyEditIsTakenBackInPlace() {
  const std::string text = bytesOf(std::filesystem::path(GPS_SCENES) / "pusher.scene.json");
  gps::Rng rng(11);
  const auto below = [&rng](std::size_t count) {
    return static_cast<std::size_t>(rng.below(static_cast<std::uint32_t>(count)));
  };
  SceneTree tree = treeOf(text);
  std::vector<gps::SceneChange> changes;
  std::vector<std::string> texts{text};
  for (int step = 0; step < 300; ++step) {
    // A random walk from the root to some value.
    TreePath path;
    const SceneTree* value = &tree;
    while (value->is_structured() && !value->empty() && (path.empty() || rng.uniform() < 0.7)) {
      const std::size_t child = below(value->size());
      if (value->is_array()) {
        path /= child;
      } else {
        path /= std::next(value->begin(), static_cast<std::ptrdiff_t>(child)).key();
      }
      value = &tree.at(path);
    }
    if (path.empty()) break;
    gps::TreeEditor editor(tree);
    const TreePath parent = path.parent_pointer();
    const bool inList = tree.at(parent).is_array();
    switch (below(5)) {
      case 0:
        QVERIFY(editor.remove(path));
        break;
      case 1:
        QVERIFY(editor.replace(path, step));
        break;
      case 2:
        QVERIFY(inList ? editor.insert(parent, SceneTree::array({step}), below(3)).ok()
                       : editor.set(parent, "key" + std::to_string(step), step).ok());
        break;
      case 3:
        QVERIFY(inList ? editor.move(parent, 0, tree.at(parent).size() - 1).ok()
                       : editor.renameKey(parent, path.back(), "key~/" + std::to_string(step)).ok());
        break;
      default:
        QVERIFY(inList ? editor.insert(parent, *value, below(tree.at(parent).size())).ok()
                       : editor.replace(path, nullptr).ok());
    }
    changes.push_back({"", "", editor.take()});
    texts.push_back(gps::sceneText(tree));
  }
  QVERIFY(changes.size() > 100);
  for (std::size_t i = changes.size(); i-- > 0;) {
    for (auto edit = changes[i].edits.rbegin(); edit != changes[i].edits.rend(); ++edit) gps::revertEdit(tree, *edit);
    QCOMPARE(gps::sceneText(tree), texts[i]);
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    for (const gps::TreeEdit& edit : changes[i].edits) gps::applyEdit(tree, edit);
    QCOMPARE(gps::sceneText(tree), texts[i + 1]);
  }
}

void TestSceneText::pathsThatLeadNowhereChangeNothing() {
  SceneTree tree = treeOf(R"({"list": [1, 2], "object": {"a": 1}})");
  gps::TreeEditor editor(tree);
  QVERIFY(!editor.replace(TreePath("/list/2"), 1));
  QVERIFY(!editor.replace(TreePath("/list/-"), 1));
  QVERIFY(!editor.replace(TreePath("/list/x"), 1));
  QVERIFY(!editor.replace(TreePath("/list/01"), 1));
  QVERIFY(!editor.insert(TreePath("/object"), 1));
  QVERIFY(!editor.set(TreePath("/list"), "a", 1));
  QVERIFY(!editor.remove(TreePath("/object/b")));
  QVERIFY(!editor.remove(TreePath()));
  QVERIFY(!editor.renameKey(TreePath("/object"), "b", "c"));
  QVERIFY(!editor.renameKey(TreePath("/object"), "a", "a"));
  QVERIFY(!editor.move(TreePath("/list"), 0, 2));
  QVERIFY(!editor.replace(TreePath("/list/0"), std::numeric_limits<double>::quiet_NaN()));
  QVERIFY(editor.edits().empty());
  QCOMPARE(gps::valueText(tree), std::string(R"({"list": [1, 2], "object": {"a": 1}})"));
}

void TestSceneText::aDragStaysOneChangeOfItsFirstSize() {
  SceneTree tree = treeOf(R"({"a": [0, 0], "b": [5, 5]})");
  gps::SceneChange drag;
  std::size_t first = 0;
  for (int i = 1; i <= 100; ++i) {
    gps::TreeEditor editor(tree);
    QVERIFY(editor.replace(TreePath("/a"), SceneTree::array({i, i})));
    QVERIFY(editor.replace(TreePath("/b"), SceneTree::array({5 + i, 5})));
    gps::mergeInto(drag, {"", "", editor.take()});
    if (i == 1) first = gps::weightOf(drag);
  }
  QCOMPARE(gps::weightOf(drag), first);
  for (auto edit = drag.edits.rbegin(); edit != drag.edits.rend(); ++edit) gps::revertEdit(tree, *edit);
  QCOMPARE(gps::valueText(tree), std::string(R"({"a": [0, 0], "b": [5, 5]})"));
}

void TestSceneText::wholeAndBrokenNumbersAreDifferentChanges() {
  SceneTree tree = treeOf("[1]");
  gps::TreeEditor editor(tree);
  QVERIFY(editor.replace(TreePath("/0"), 1));
  QVERIFY(gps::changesNothing({"", "", editor.edits()}));
  QVERIFY(editor.replace(TreePath("/0"), 1.0));
  QVERIFY(!gps::changesNothing({"", "", editor.edits()}));
}

QTEST_APPLESS_MAIN(TestSceneText)
#include "tst_scene_text.moc"
