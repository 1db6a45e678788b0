// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/scene/cost_registry.h"
#include "core/scene/part_registry.h"
#include "core/scene/scene_keys.h"
#include "core/scene/scene_reader.h"

namespace {

const std::filesystem::path kFiles = std::filesystem::path(GPS_TEST_FILES) / "scenes";

std::string textOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// The valid scene with one piece of its text replaced.
std::string validWith(const std::string& from, const std::string& to) {
  std::string text = textOf(kFiles / "valid.scene.json");
  const std::size_t at = text.find(from);
  return at == std::string::npos ? std::string() : text.replace(at, from.size(), to);
}

}  // namespace

class TestSceneReader : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void badFilesNameWhatWhereAndMend_data();
  void badFilesNameWhatWhereAndMend();
  void aFolderIsRefused();
  void aMissingFileIsRefused();
  void anUnreadableFileIsRefused();
  void aHugeFileIsRefusedByItsSize();
  void deepNestingIsRefused();
  void aLongListIsRefused();
  void bracketsInsideTextsDoNotCountAsNesting();
  void everyShippedSceneReads();
  void shippedScenesAreFoundByName();
  void anUnknownNameListsTheShippedScenes();
  void suggestedValuesBecomeSettings();
  void stateOffsetsFollowTheOrderOfSensors();
  void spreadWithoutOverridesIsRefused();
  void schemaHasTheReadersKeys();
  void schemaHasTheRegistriesTypes();
  void everyTypeReadsOnlyKnownKeys();
};

void TestSceneReader::badFilesNameWhatWhereAndMend_data() {
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("where");
  QTest::addColumn<QString>("mend");
  const auto row = [](const char* file, const char* what, const char* where, const char* mend) {
    QTest::newRow(file) << QString::fromUtf8(what) << QString::fromUtf8(where) << QString::fromUtf8(mend);
  };
  row("misspelt_key", "The key \"densty\" is not known here.", ", /bodies/1/shapes/0/densty",
      "The nearest known key is density.");
  row("joint_without_body", "There is no body \"carts\".", ", /joints/0/body_b", "The nearest id is cart.");
  row("negative_mass", "density must be greater than 0 on a dynamic body, but is -10.",
      ", /bodies/1/shapes/0/density", "Use a density above 0, or make the body static.");
  row("nan", "A number must be finite, but is NaN.", ", line 19, column 14", "Write a finite number.");
  row("minus_infinity", "A number must be finite, but is -Infinity.", ", line 7, column 53",
      "Write a finite number.");
  row("overflow", "A number is too large for double precision.", ", line 7", "Write a finite number.");
  row("empty", "The file is empty.", "", "Start from a shipped scene.");
  row("duplicate_key", "The key \"dt\" stands twice in one object.", ", /world/dt", "Keep one of the two.");
  row("newer_version", "This scene is written in version 7; this program reads up to 1.", ", /version",
      "Update GPS Studio.");
  row("not_utf8", "The file is not UTF-8.", ", line 3, column 14", "Save it as UTF-8 text.");
  row("truncated", "The file ends in the middle of the scene.", ", line 9",
      "Restore the missing end: brackets and quotes must be closed.");
  row("missing_comma", "This is not valid JSON.", ", line 4, column 9",
      "Check commas, quotes and brackets just before this place.");
  row("concave_polygon", "A polygon must be convex without straight corners, but this one is not.",
      ", /bodies/1/shapes/0/polygon", "Split it into convex polygons.");
  row("duplicate_id", "The id wall is used twice.", ", /bodies/1", "Give every part its own id.");
  row("sensor_not_in_state", "The sensor tip is not part of the state.", ", /costs/0/sensor",
      "Add it to the list state.");
  row("key_of_other_type", "The actuator type joint_torque does not read body.", ", /actuators/0/body",
      "Remove it. This type reads joint, limit.");
  row("unknown_type",
      "type must be one of joint_torque, joint_velocity, body_force, body_velocity, thruster, but is "
      "\"joint_torqe\".",
      ", /actuators/0/type", "The nearest is joint_torque.");
  row("motorless_servo", "The joint rail has no motor: its max_motor is 0.", ", /actuators/0/joint",
      "Set the max_motor of the joint.");
  row("unknown_override", "The key \"rail.angle\" is not known here.", ", /conditions/0/overrides/rail.angle",
      "The nearest known key is wall.angle.");
  row("wrong_target_size", "target must have 1 entry, but has 2.", ", /costs/0/target", "Remove entries.");
  row("long_dt", "dt must be between 1e-05 and 1, but is 2.", ", /world/dt", "Use a value in this range.");
  row("text_for_number", "dt must be a number, but is the text \"0.05\".", ", /world/dt", "Write a number.");
  row("missing_state", "The key state is missing.", "", "Add it.");
  row("tiny_circle", "radius must be at least 0.005 m for the physics, but is 0.001 m.",
      ", /bodies/1/shapes/0/circle", "Make it larger, or raise world.scale.");
  row("far_shape", "Shape 0 of cart is too far from the body's origin for its size.", ", /bodies/1",
      "Put the shape near the origin, and the body where the shape should be.");
  row("light_body", "The body cart is too light for the physics.", ", /bodies/1",
      "Raise its density, or make it larger.");
  row("not_an_object", "The file must be an object, but is a list of 2.", "", "Write { ... } here.");
}

void TestSceneReader::badFilesNameWhatWhereAndMend() {
  QFETCH(QString, what);
  QFETCH(QString, where);
  QFETCH(QString, mend);
  const std::filesystem::path file = kFiles / (std::string(QTest::currentDataTag()) + ".scene.json");
  const gps::Result<gps::Scene> scene = gps::readScene(file);
  QVERIFY(!scene);
  QCOMPARE(QString::fromStdString(scene.error().what), what);
  QVERIFY2(
      QString::fromStdString(scene.error().where).startsWith(QString::fromStdString(file.string()) + where),
      scene.error().where.c_str());
  QCOMPARE(QString::fromStdString(scene.error().mend), mend);
}

void TestSceneReader::aFolderIsRefused() {
  const auto scene = gps::readScene(kFiles);
  QVERIFY(!scene);
  QCOMPARE(scene.error().what, std::string("This is a folder, not a scene file."));
}

void TestSceneReader::aMissingFileIsRefused() {
  const auto scene = gps::readScene(kFiles / "nowhere.scene.json");
  QVERIFY(!scene);
  QCOMPARE(scene.error().what, std::string("There is no such file."));
}

void TestSceneReader::anUnreadableFileIsRefused() {
  QTemporaryDir folder;
  const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "locked.scene.json";
  std::ofstream(file) << "{}";
  std::filesystem::permissions(file, std::filesystem::perms::none);
  const auto scene = gps::readScene(file);
  QVERIFY(!scene);
  // Root may read every file, and then hears of the keys that are missing.
  const bool readable = std::ifstream(file).is_open();
  QCOMPARE(scene.error().mend == "Check its permissions.", !readable);
}

void TestSceneReader::aHugeFileIsRefusedByItsSize() {
  QTemporaryDir folder;
  const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "huge.scene.json";
  std::ofstream(file) << "{";
  std::filesystem::resize_file(file, std::uintmax_t{200} * 1024 * 1024);
  const auto scene = gps::readScene(file);
  QVERIFY(!scene);
  QCOMPARE(scene.error().what, std::string("The file has 200.0 MB; a scene may have at most 16.0 MB."));
  QCOMPARE(scene.error().where, file.string());
}

void TestSceneReader::deepNestingIsRefused() {
  const auto scene = gps::parseScene(std::string(100000, '['), "deep");
  QVERIFY(!scene);
  QCOMPARE(scene.error().what, std::string("Brackets are nested deeper than 64 levels."));
  QCOMPARE(scene.error().where, std::string("deep, line 1, column 65"));
}

void TestSceneReader::aLongListIsRefused() {
  std::string list = "[0";
  for (int i = 0; i < 100000; ++i) list += ",0";
  const auto scene = gps::parseScene(validWith("[\"x\", \"v\"]", list + "]"), "long");
  QVERIFY(!scene);
  QCOMPARE(scene.error().what, std::string("A list has more than 100000 entries."));
  QCOMPARE(scene.error().where, std::string("long, /state"));
}

void TestSceneReader::bracketsInsideTextsDoNotCountAsNesting() {
  const std::string description = std::string(200, '[') + "\\\"" + std::string(200, '{');
  const auto scene =
      gps::parseScene(validWith("\"name\": \"slider\"",
                                "\"name\": \"slider\", \"text\": {\"description\": \"" + description + "\"}"),
                      "brackets");
  QVERIFY2(scene.ok(), scene ? "" : scene.error().text().c_str());
  QCOMPARE(scene->title, std::string("slider"));
}

void TestSceneReader::everyShippedSceneReads() {
  const auto shipped = gps::shippedScenes(GPS_SCENES);
  QVERIFY(shipped.size() >= 4);
  for (const gps::ShippedScene& entry : shipped) {
    const auto scene = gps::readScene(entry.file);
    QVERIFY2(scene.ok(), scene ? "" : scene.error().text().c_str());
    QCOMPARE(scene->name, entry.name);
    QVERIFY(!scene->title.empty() && !scene->text.empty());
    QVERIFY(scene->success.has_value());
    QVERIFY(!scene->camera.trace.empty());
  }
}

void TestSceneReader::shippedScenesAreFoundByName() {
  const auto scene = gps::findScene("two_link_arm", GPS_SCENES);
  QVERIFY(scene);
  QCOMPARE(scene->conditions.size(), std::size_t{4});
  QVERIFY(gps::findScene((kFiles / "valid.scene.json").string(), GPS_SCENES));
}

void TestSceneReader::anUnknownNameListsTheShippedScenes() {
  const auto scene = gps::findScene("pont_mass", GPS_SCENES);
  QVERIFY(!scene);
  std::string all;
  for (const gps::ShippedScene& entry : gps::shippedScenes(GPS_SCENES)) {
    all += (all.empty() ? "" : ", ") + entry.name;
  }
  QVERIFY(all.find("point_mass") != std::string::npos);
  QCOMPARE(scene.error().mend, "Did you mean point_mass? Shipped scenes: " + all + ".");
}

void TestSceneReader::suggestedValuesBecomeSettings() {
  const auto scene = gps::parseScene(
      validWith("\"horizon\": 20",
                "\"suggested\": {\"all\": {\"a\": 0.1, \"b\": 5, \"c\": true, \"d\": [42, 42], "
                "\"e\": \"normal\", \"f\": [1e-4, 1e-3]}}"),
      "suggested");
  QVERIFY2(scene.ok(), scene ? "" : scene.error().text().c_str());
  const std::map<std::string, std::string> expected = {{"a", "0.1"},   {"b", "5"},      {"c", "true"},
                                                       {"d", "42,42"}, {"e", "normal"}, {"f", "1e-04,0.001"}};
  QVERIFY(scene->suggested.at("all") == expected);
}

void TestSceneReader::stateOffsetsFollowTheOrderOfSensors() {
  const auto scene = gps::findScene("two_link_arm", GPS_SCENES);
  QVERIFY(scene);
  QCOMPARE(scene->stateOffset("angles").value_or(-1), 0);
  QCOMPARE(scene->stateOffset("speeds").value_or(-1), 2);
  QCOMPARE(scene->stateOffset("hand").value_or(-1), 4);
  QVERIFY(!scene->stateOffset("nothing"));
}

void TestSceneReader::spreadWithoutOverridesIsRefused() {
  const auto scene =
      gps::parseScene(validWith("\"overrides\": {\"rail.translation\": [1]}", "\"spread\": 0.1"), "spread");
  QVERIFY(!scene);
  QCOMPARE(scene.error().where, std::string("spread, /conditions/0"));
}

void TestSceneReader::schemaHasTheReadersKeys() {
  const auto schema = nlohmann::json::parse(textOf(std::filesystem::path(GPS_SCENES) / "scene.schema.json"));
  QCOMPARE(schema.at("$defs").size() + 1, gps::sceneObjects().size());
  for (const gps::ObjectKeys& object : gps::sceneObjects()) {
    const auto& part = object.object == "scene" ? schema : schema.at("$defs").at(std::string(object.object));
    std::set<std::string> listed;
    for (const auto& item : part.at("properties").items()) listed.insert(item.key());
    const std::set<std::string> known(object.keys.begin(), object.keys.end());
    QVERIFY2(listed == known, std::string(object.object).c_str());
    QVERIFY(part.at("additionalProperties") == false);
  }
}

void TestSceneReader::schemaHasTheRegistriesTypes() {
  const auto schema = nlohmann::json::parse(textOf(std::filesystem::path(GPS_SCENES) / "scene.schema.json"));
  const auto check = [&schema](const char* object, std::span<const gps::TypeEntry> types) {
    std::vector<std::string> names;
    for (const gps::TypeEntry& entry : types) names.emplace_back(entry.name);
    return schema.at("$defs").at(object).at("properties").at("type").at("enum") == nlohmann::json(names);
  };
  QVERIFY(check("joint", gps::jointTypes()));
  QVERIFY(check("actuator", gps::actuatorTypes()));
  QVERIFY(check("sensor", gps::sensorTypes()));
  QVERIFY(check("cost", gps::costTypes()));
}

void TestSceneReader::everyTypeReadsOnlyKnownKeys() {
  const auto check = [](std::string_view object, std::span<const gps::TypeEntry> types) {
    const auto keys = gps::keysOf(object);
    return std::all_of(types.begin(), types.end(), [&keys](const gps::TypeEntry& entry) {
      return std::all_of(entry.fields.begin(), entry.fields.end(), [&keys](const gps::TypeField& field) {
        return std::find(keys.begin(), keys.end(), field.key) != keys.end();
      });
    });
  };
  QVERIFY(check("joint", gps::jointTypes()));
  QVERIFY(check("actuator", gps::actuatorTypes()));
  QVERIFY(check("sensor", gps::sensorTypes()));
  QVERIFY(check("cost", gps::costTypes()));
}

QTEST_APPLESS_MAIN(TestSceneReader)
#include "tst_scene_reader.moc"
