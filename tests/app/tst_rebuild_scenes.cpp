// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QtTest>
#include <algorithm>

#include "app/commands/add_part.h"
#include "app/commands/edit_condition.h"
#include "app/commands/edit_part.h"
#include "app/commands/edit_shape.h"
#include "app/commands/edit_suggested.h"
#include "app/commands/layout_lists.h"
#include "app/commands/rename_part.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/field_units.h"
#include "app/forms/design/inspector.h"
#include "core/algorithms/algorithm.h"
#include "core/algorithms/parameters.h"
#include "core/scene/scene_reader.h"

using namespace gps;
using namespace gps::ui;

/// Every task that comes with the program could have been made in its editor: from the empty task, with what the
/// menus add, what the fields of the forms are able to say, and nothing else.
class TestRebuildScenes : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everySceneComesFromTheForms_data();
  void everySceneComesFromTheForms();
  void openingAndSavingChangesNoByte_data() { everySceneComesFromTheForms_data(); }
  void openingAndSavingChangesNoByte();
};

namespace {

constexpr const char* kObjects[] = {"body", "joint", "actuator", "sensor", "condition", "cost"};

/// What a person types so that the field reads exactly this value.
QString typedFor(FieldKind kind, const SceneTree& value, const FieldAngles& angles) {
  const auto one = [](const SceneTree& number, bool angle) {
    return fieldText(FieldKind::Number, number) + (angle ? QStringLiteral(" rad") : QString());
  };
  if (value.is_number() && kind != FieldKind::WholeNumber) return one(value, angles.at(0, 1));
  const bool list = kind == FieldKind::Point || kind == FieldKind::Numbers || kind == FieldKind::NumberOrNumbers;
  if (!list || !value.is_array()) return fieldText(kind, value);
  QStringList texts;
  for (std::size_t i = 0; i < value.size(); ++i) texts << one(value[i], angles.at(i, value.size()));
  return texts.join(QStringLiteral(", "));
}

/// Builds a tree as the window would: one command per control.
class Builder {
 public:
  explicit Builder(const SceneTree& want) : m_want(want), m_tree(emptyTask("untitled")), m_editor(m_tree) {}

  const SceneTree& tree() const { return m_tree; }
  QStringList wrong;  ///< what no control reaches

  void build() {
    object(TreePath(), "scene", m_want, {"name", "horizon"}, {"name"});
    for (const char* key : {"text", "world"})
      object(TreePath("/" + std::string(key)), key, m_want.at(key), keysOfObject(key), {});
    for (int kind = 0; kind <= static_cast<int>(PartKind::Sensor); ++kind) parts(static_cast<PartKind>(kind));
    object(TreePath("/camera"), "camera", m_want.at("camera"), keysOfObject("camera"), {});
    lists();
    parts(PartKind::Condition);
    parts(PartKind::Cost);
    if (m_want.contains("success")) {
      need(addSuccess(m_editor), "success");
      object(TreePath("/success"), "success", m_want["success"], keysOfObject("success"), {"sensor", "target", "within"});
    }
    if (m_want.contains("initial_controller")) {
      need(setField(m_editor, TreePath(), "initial_controller", SceneTree{{"kind", "zero"}}), "initial_controller");
      object(TreePath("/initial_controller"), "initial_controller", m_want["initial_controller"],
             keysOfObject("initial_controller"), {});
    }
    suggested();
  }

 private:
  static std::vector<std::string> keysOfObject(const char* object) {
    std::vector<std::string> keys;
    for (const SceneField& field : sceneFields()) {
      if (field.object == object && field.kind != FieldKind::Object) keys.emplace_back(field.key);
    }
    return keys;
  }

  void need(const Status& done, const std::string& where) {
    if (!done) wrong << QString::fromStdString(where + ": " + done.error().what);
  }

  bool offers(const SceneField& field, const SceneTree& value) const {
    const auto among = [&](PartKind kind, const SceneTree& id) {
      return id.is_string() && findPart(m_tree, {kind, id.get<std::string>()}).has_value();
    };
    const auto all = [&](PartKind kind) {
      return value.is_array() && std::all_of(value.begin(), value.end(),
                                             [&](const SceneTree& id) { return among(kind, id); });
    };
    switch (field.kind) {
      case FieldKind::Choice:
        return value.is_string() && std::find(field.choices.begin(), field.choices.end(),
                                              value.get<std::string>()) != field.choices.end();
      case FieldKind::BodyId:
        return among(PartKind::Body, value);
      case FieldKind::JointId:
        return among(PartKind::Joint, value);
      case FieldKind::SensorId:
        return among(PartKind::Sensor, value);
      case FieldKind::BodyIds:
        return all(PartKind::Body);
      case FieldKind::JointIds:
        return all(PartKind::Joint);
      case FieldKind::SensorIds:
        return all(PartKind::Sensor);
      case FieldKind::Bool:
        return value.is_boolean();
      default:
        return true;
    }
  }

  /// One field, set by what is typed or chosen in it.
  void field(const TreePath& object, const char* kind, const std::string& key, const SceneTree& value) {
    const std::string where = (object / key).to_string();
    const SceneField* spec = findField(kind, key);
    if (!spec || spec->kind == FieldKind::Object) return missing(where);
    if (!offers(*spec, value)) return missing(where + " = " + value.dump());
    const FieldUnits units = fieldUnits(m_tree, object, *spec);
    std::optional<SceneTree> read = value;
    const bool ticked = spec->kind == FieldKind::Bool || spec->kind == FieldKind::BodyIds ||
                        spec->kind == FieldKind::JointIds || spec->kind == FieldKind::SensorIds;
    if (!ticked) {
      const Result<SceneTree> typed = fieldValue(spec->kind, typedFor(spec->kind, value, units.angles), units.angles);
      if (!typed) return missing(where + ": " + typed.error().what);
      read = *typed;
    }
    need(setField(m_editor, object, key, read), where);
  }

  void missing(const std::string& what) { wrong << QString::fromStdString(what); }

  /// Fields of an object as a form shows them: those the file has are filled in, the others emptied.
  void object(const TreePath& path, const char* kind, const SceneTree& want, const std::vector<std::string>& keys,
              const std::vector<std::string>& required) {
    // Twice: what a unit hangs on (a target's sensor) may come after it.
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::string& key : keys) {
        if (want.contains(key)) {
          field(path, kind, key, want[key]);
        } else if (m_editor.find(path / key)) {
          if (std::find(required.begin(), required.end(), key) != required.end()) missing((path / key).to_string());
          need(setField(m_editor, path, key, std::nullopt), (path / key).to_string());
        }
      }
    }
    // Nothing of the wanted object may be left out that is no list or object of its own.
    for (const auto& item : want.items()) {
      if (item.value().is_object() || key(item.key(), keys)) continue;
      const bool own = item.value().is_array() || item.key() == "id" || item.key() == "type" || item.key() == "version";
      if (!own) missing((path / item.key()).to_string());
    }
  }
  static bool key(const std::string& name, const std::vector<std::string>& keys) {
    return std::find(keys.begin(), keys.end(), name) != keys.end();
  }

  void parts(PartKind kind) {
    const std::string list = listKey(kind);
    if (!m_want.contains(list)) return;
    for (const SceneTree& want : m_want[list]) {
      const std::string type = textAt(want, "type");
      const Result<PartRef> added = addPart(m_editor, kind, type, {});
      if (!added) return missing(list + ": " + added.error().what);
      const std::string id = want.at("id").get<std::string>();
      if (added->id != id) need(renamePart(m_editor, *added, id), list + " " + id);
      const auto index = findPart(m_tree, {kind, id});
      if (!index) return missing(list + " " + id);
      const TreePath path = pathOf(kind, *index);
      std::vector<std::string> keys, required;
      if (const TypeEntry* entry = findType(partTypes(kind), type)) {
        for (const std::string_view key : partKeys(kind)) {
          for (const TypeField& each : entry->fields) {
            if (each.key != key) continue;
            keys.emplace_back(key);
            if (each.required) required.emplace_back(key);
          }
        }
      } else {
        keys = keysOfObject(kObjects[static_cast<int>(kind)]);
      }
      object(path, kObjects[static_cast<int>(kind)], want, keys, required);
      if (kind == PartKind::Body) shapes(path, want.value("shapes", SceneTree::array()));
      if (kind == PartKind::Condition) overrides(path, want.value("overrides", SceneTree::object()));
      formHas(path, want, kind);
    }
  }

  void shapes(const TreePath& body, const SceneTree& want) {
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (i > 0) need(addShape(m_editor, body), body.to_string());
      const TreePath at = body / "shapes" / i;
      const std::string kind = shapeKind(want[i]);
      need(changeShape(m_editor, at, kind), at.to_string());
      std::vector<std::string> required{kind == "circle" ? "radius" : kind == "box" ? "half_extents" : "vertices"};
      object(at / kind, kind.c_str(), want[i][kind], keysOfObject(kind.c_str()), required);
      object(at, "shape", want[i], {"density", "friction", "restitution", "group", "sensor"}, {});
    }
  }

  void overrides(const TreePath& condition, const SceneTree& want) {
    for (const auto& item : want.items()) {
      const std::vector<std::string> possible = possibleOverrides(m_tree);
      if (std::find(possible.begin(), possible.end(), item.key()) == possible.end()) {
        missing(condition.to_string() + " " + item.key());
        continue;
      }
      need(setOverride(m_editor, condition, item.key(), firstOverride(m_tree, item.key())), item.key());
      const FieldAngles angles = overrideUnits(m_tree, item.key()).angles;
      const Result<SceneTree> typed =
          fieldValue(FieldKind::Numbers, typedFor(FieldKind::Numbers, item.value(), angles), angles);
      if (!typed) return missing(item.key());
      need(setOverride(m_editor, condition, item.key(), *typed), item.key());
    }
  }

  void lists() {
    for (const char* key : {"state", "observation"}) {
      if (!m_want.contains(key)) continue;
      std::vector<std::string> ids;
      for (const SceneTree& id : m_want[key]) ids.push_back(id.get<std::string>());
      need(setSensorList(m_editor, key, ids), key);
    }
  }

  void suggested() {
    if (!m_want.contains("suggested")) return;
    const std::vector<ParamField> known = describe(Parameters(), Parameters());
    for (const auto& group : m_want["suggested"].items()) {
      if (group.key() != "all" && !findAlgorithm(group.key())) missing("suggested " + group.key());
      for (const auto& item : group.value().items()) {
        const bool listed = std::any_of(known.begin(), known.end(), [&item](const ParamField& each) {
          return each.spec.key == item.key();
        });
        if (!listed) missing("suggested " + item.key());
        const Result<SceneTree> typed = fieldValue(FieldKind::Any, fieldText(FieldKind::Any, item.value()));
        need(setSuggested(m_editor, group.key(), item.key(), typed ? std::optional(*typed) : std::nullopt), item.key());
      }
    }
    m_form.show(m_tree, TreePath("/suggested"), {});
    for (const auto& group : m_want["suggested"].items()) {
      for (const auto& item : group.value().items())
        control("suggested." + group.key() + "." + item.key(), 1);
    }
  }

  /// The form of a part has a control for every key that the file has.
  void formHas(const TreePath& path, const SceneTree& want, PartKind kind) {
    m_form.show(m_tree, path, {});
    control("inspector.id", 1);
    for (const auto& item : want.items()) {
      const std::string& key = item.key();
      if (key == "id" || key == "shapes" || key == "overrides") continue;
      control(key == "type" ? "inspector.type" : "field." + key, 1);
    }
    if (kind == PartKind::Condition) {
      const SceneTree overrides = want.value("overrides", SceneTree::object());
      for (const auto& item : overrides.items()) control("override." + item.key(), 1);
    }
    const SceneTree shapes = want.value("shapes", SceneTree::array());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      control("shape.kind" + std::to_string(i), 1);
      for (const auto& item : shapes[i].items()) {
        if (!item.value().is_object()) {
          control("field." + item.key(), 1);
        } else {
          for (const auto& inner : item.value().items()) control("field." + inner.key(), 1);
        }
      }
    }
  }
  void control(const std::string& name, int least) {
    const auto found = m_form.findChildren<QWidget*>(QString::fromStdString(name));
    if (found.size() < least) missing("no control " + name);
  }

  const SceneTree& m_want;
  SceneTree m_tree;
  TreeEditor m_editor;
  Inspector m_form;
};

nlohmann::json unordered(const SceneTree& tree) {
  return nlohmann::json::parse(tree.dump());
}

}  // namespace

void TestRebuildScenes::everySceneComesFromTheForms_data() {
  QTest::addColumn<QString>("file");
  const QDir folder(GPS_SCENES);
  const QStringList files = folder.entryList({"*.scene.json"});
  QVERIFY(files.size() >= 12);
  for (const QString& file : files) QTest::newRow(qPrintable(file)) << folder.filePath(file);
}

void TestRebuildScenes::everySceneComesFromTheForms() {
  QFETCH(QString, file);
  QFile source(file);
  QVERIFY(source.open(QIODevice::ReadOnly));
  const SceneTree want = SceneTree::parse(source.readAll().toStdString());
  Builder builder(want);
  builder.build();
  QVERIFY2(builder.wrong.isEmpty(), qPrintable(builder.wrong.join("\n")));
  const nlohmann::json made = unordered(builder.tree()), wanted = unordered(want);
  QVERIFY2(made == wanted, nlohmann::json::diff(wanted, made).dump(1).c_str());
}

void TestRebuildScenes::openingAndSavingChangesNoByte() {
  QFETCH(QString, file);
  QTemporaryDir folder;
  const QString copy = folder.filePath(QFileInfo(file).fileName());
  QVERIFY(QFile::copy(file, copy));
  QVERIFY(QFile::setPermissions(copy, QFile::ReadOwner | QFile::WriteOwner));
  const auto bytes = [](const QString& path) {
    QFile read(path);
    return read.open(QIODevice::ReadOnly) ? read.readAll() : QByteArray();
  };
  SceneDocument document;
  QVERIFY(document.open(copy).ok());
  QVERIFY(document.save().ok());
  QCOMPARE(bytes(copy), bytes(file));
  QVERIFY(!bytes(file).isEmpty());
}

QTEST_MAIN(TestRebuildScenes)
#include "tst_rebuild_scenes.moc"
