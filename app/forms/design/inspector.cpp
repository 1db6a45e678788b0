// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/inspector.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/commands/add_part.h"
#include "app/commands/edit_condition.h"
#include "app/commands/edit_part.h"
#include "app/commands/edit_shape.h"
#include "app/commands/layout_lists.h"
#include "app/commands/rename_part.h"
#include "app/forms/design/choice_box.h"
#include "app/forms/design/field_editor.h"
#include "core/scene/scene_keys.h"

namespace gps::ui {

namespace {

QString text(std::string_view words) {
  return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}

/// The list a place lies in, when it is an entry of one: /bodies/3.
std::optional<PartKind> kindOf(const TreePath& place) {
  if (place.empty() || place.parent_pointer().empty()) return std::nullopt;
  const std::string list = place.parent_pointer().to_string().substr(1);
  for (int kind = 0; kind < kPartKinds; ++kind) {
    if (listKey(static_cast<PartKind>(kind)) == list) return static_cast<PartKind>(kind);
  }
  return std::nullopt;
}

/// Keys there are and the type, so that a form is made anew only when it would look different.
std::string structureOf(const SceneTree& value, const TreePath& place, int depth = 0) {
  std::string shape = place.to_string() + "{";
  if (value.is_object()) {
    shape += textAt(value, "type");
    for (const auto& item : value.items()) {
      const bool deeper = item.value().is_object() ||
                          (item.value().is_array() && !item.value().empty() && item.value()[0].is_object());
      if (deeper && depth < 3) shape += item.key() + structureOf(item.value(), TreePath(), depth + 1);
    }
  } else if (value.is_array()) {
    for (const SceneTree& entry : value) shape += structureOf(entry, TreePath(), depth + 1);
  }
  return shape + "}";
}

/// The names of all that stands in an object and in the objects in it.
std::string keysIn(const SceneTree& value) {
  std::string keys;
  if (!value.is_object()) return keys;
  for (const auto& item : value.items()) keys += item.key() + "(" + keysIn(item.value()) + ")";
  return keys;
}

/// What has no meaning for a body that stands still. Where a file says it all the same, it can be taken out.
bool movesOnly(std::string_view key) {
  constexpr std::string_view kKeys[] = {"velocity", "angular_velocity", "linear_damping", "angular_damping",
                                        "bullet",   "load",             "load_point"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

/// "link1 angular velocity" for the override link1.angular_velocity.
std::string overrideLabel(const std::string& name) {
  std::string words = name;
  std::replace(words.begin() + static_cast<std::ptrdiff_t>(std::min(words.rfind('.'), words.size())),
               words.end(), '_', ' ');
  if (const std::size_t dot = words.rfind('.'); dot != std::string::npos) words[dot] = ' ';
  return words;
}

QStringList idsOf(const SceneTree& tree, PartKind kind) {
  QStringList ids;
  for (const SceneTree& part : partsOf(tree, kind)) {
    if (!idOf(part).empty()) ids << QString::fromStdString(idOf(part));
  }
  return ids;
}

}  // namespace

Inspector::Inspector(QWidget* parent) : QScrollArea(parent) {
  setObjectName("design.inspector");
  setAccessibleName(tr("Properties"));
  setWidgetResizable(true);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFocusPolicy(Qt::NoFocus);
}

void Inspector::show(const SceneTree& tree, const TreePath& place, const std::vector<Problem>& problems) {
  const SceneTree* object = place.empty() ? &tree : tree.contains(place) ? &tree.at(place) : nullptr;
  std::string structure = place.to_string() + ":";
  if (object && !place.empty()) structure += structureOf(*object, place);
  // Its keys are its fields, also where all values are plain.
  const bool keyed = place == TreePath("/suggested") || (object && object->contains("overrides"));
  if (object && keyed) structure += keysIn(*object);
  if (m_structure != structure || !m_content) {
    m_structure = structure;
    rebuild(tree, place);
  }
  refresh(tree, problems);
}

void Inspector::settle() {
  // Only one field is typed in at a time; its commit may rebuild the form.
  for (const auto& [pointer, editor] : m_fields) {
    if (editor->settle()) return;
  }
}

void Inspector::focusFirst() {
  if (!m_content) return;
  for (QWidget* each : m_content->findChildren<QWidget*>()) {
    if (!each->isVisible() || !each->isEnabled() || !(each->focusPolicy() & Qt::TabFocus)) continue;
    each->setFocus(Qt::ShortcutFocusReason);
    return;
  }
}

void Inspector::rebuild(const SceneTree& tree, const TreePath& place) {
  m_fields.clear();
  m_specs.clear();
  m_names.clear();
  m_term = nullptr;
  m_spread = nullptr;
  m_place = place;
  // Taking the form away takes the focus from its fields, and what they commit then would meet another part.
  if (m_content) {
    for (QObject* child : m_content->findChildren<QObject*>()) child->disconnect(this);
  }
  // The form may be rebuilt by a signal of one of its own fields.
  if (QWidget* old = takeWidget()) old->deleteLater();
  m_content = new QWidget;
  m_column = new QVBoxLayout(m_content);
  m_column->setContentsMargins(12, 12, 12, 12);
  m_column->setSpacing(6);
  const auto kind = kindOf(place);
  if (place.empty()) {
    addHeading(tr("Task"));
    addFields(tree, place, "scene", {"name", "horizon"}, {"name"});
    addFields(tree, TreePath("/text"), "text", {"title", "description"}, {});
  } else if (kind && tree.contains(place)) {
    const SceneTree& part = tree.at(place);
    const PartRef ref{*kind, idOf(part)};
    addPartHead(tree, part, ref);
    std::vector<std::string_view> keys, required;
    const TypeEntry* type = findType(partTypes(*kind), textAt(part, "type"));
    for (const std::string_view key : partKeys(*kind)) {
      if (key == "id" || key == "type" || key == "shapes" || key == "overrides") continue;
      if (!partTypes(*kind).empty()) {
        const TypeField* field = nullptr;
        if (type) {
          for (const TypeField& each : type->fields) {
            if (each.key == key) field = &each;
          }
        }
        if (!field) continue;
        if (field->required) required.push_back(key);
      }
      if (*kind == PartKind::Body && movesOnly(key) && textAt(part, "type") == "static" &&
          !part.contains(std::string(key)))
        continue;
      keys.push_back(key);
    }
    constexpr std::string_view kObjects[] = {"body", "joint", "actuator", "sensor", "condition", "cost"};
    addFields(tree, place, kObjects[static_cast<std::size_t>(*kind)], keys, required);
    if (*kind == PartKind::Body) addShapes(part, place);
    if (*kind == PartKind::Condition) addOverrides(tree, part, place);
  } else if (place == TreePath("/state") || place == TreePath("/observation")) {
    addHeading(place.back() == "state" ? tr("State x") : tr("Observation o"));
    addFields(tree, TreePath(), "scene", {place.back() == "state" ? "state" : "observation"}, {});
  } else {
    const std::string key = place.back();
    const SceneField* field = findField("scene", key);
    addHeading(field ? text(field->label) : QString::fromStdString(key));
    if (key == "success" || key == "initial_controller") addObjectSwitch(tree, place);
    for (int each = 0; each < kPartKinds; ++each) {
      if (listKey(static_cast<PartKind>(each)) == key) addChoices(static_cast<PartKind>(each));
    }
    if (key == "suggested") addSuggested(tree);
    const bool single = key != "suggested" && (key == "world" || key == "camera" || tree.contains(place));
    const bool list = tree.contains(place) && tree.at(place).is_array();
    if (single && !list) {
      std::vector<std::string_view> keys(keysAt(place).begin(), keysAt(place).end()), required;
      if (key == "success") required = {"sensor", "target", "within"};
      addFields(tree, place, key, keys, required);
    }
  }
  m_column->addStretch();
  setWidget(m_content);
}

void Inspector::addChoices(PartKind kind) {
  auto* words = new QLabel(tr("Add one:"), m_content);
  words->setProperty("role", "muted");
  m_column->addWidget(words);
  const auto add = [this, kind](const QString& label, const QString& help, const std::string& type) {
    auto* button = new QPushButton(label, m_content);
    button->setObjectName(QStringLiteral("inspector.add.") + QString::fromStdString(type));
    button->setAccessibleName(tr("Add: %1").arg(label));
    button->setToolTip(QStringLiteral("<p>%1</p>").arg(help.toHtmlEscaped()));
    connect(button, &QPushButton::clicked, this, [this, kind, type] { Q_EMIT addRequested(kind, type); });
    m_column->addWidget(button, 0, Qt::AlignLeft);
  };
  if (kind == PartKind::Body) {
    add(tr("Moving body"), tr("A box that moves"), "dynamic");
    add(tr("Fixed body"), tr("A box that stands still"), "static");
  } else if (kind == PartKind::Condition) {
    add(tr("Condition"), tr("A start of rollouts"), "");
  }
  for (const TypeEntry& type : partTypes(kind))
    add(text(type.label), text(type.help), std::string(type.name));
}

void Inspector::addHeading(const QString& words) {
  auto* heading = new QLabel(words, m_content);
  heading->setProperty("role", "heading");
  heading->setTextFormat(Qt::PlainText);
  m_column->addWidget(heading);
}

void Inspector::addPartHead(const SceneTree& tree, const SceneTree& part, const PartRef& ref) {
  const QString word = QString::fromStdString(partWord(ref.kind));
  addHeading(word.left(1).toUpper() + word.mid(1));
  static const SceneField kId{
      "", "id", FieldKind::Text, "Name", "", "", "Letters, digits, _ and -. What names it follows."};
  auto* id = new FieldEditor(kId, "inspector.id", true, m_content);
  id->setValue(part.contains("id") ? &part["id"] : nullptr);
  connect(id, &FieldEditor::committed, this, [this, ref, id](const std::optional<SceneTree>& value) {
    if (!value || !value->is_string()) return;
    const std::string name = value->get<std::string>();
    id->setError({});
    Q_EMIT edited(tr("Rename %1 to %2").arg(QString::fromStdString(ref.id), QString::fromStdString(name)),
                  [ref, name](TreeEditor& editor) { return renamePart(editor, ref, name); });
    Q_EMIT renamed(ref, QString::fromStdString(name));
  });
  m_column->addWidget(id);
  const auto index = findPart(tree, ref);
  if (index) m_fields[(pathOf(ref.kind, *index) / "id").to_string()] = id;
  if (ref.kind == PartKind::Condition) return;

  static constexpr std::string_view kBodyTypes[] = {"static", "dynamic"};
  static std::vector<std::string_view> names[kPartKinds];
  std::vector<std::string_view>& types = names[static_cast<std::size_t>(ref.kind)];
  if (types.empty()) {
    for (const TypeEntry& entry : partTypes(ref.kind)) types.push_back(entry.name);
  }
  static constexpr std::string_view kBodyLabels[] = {"Fixed", "Moving"};
  static std::vector<std::string_view> labels[kPartKinds];
  std::vector<std::string_view>& typeLabels = labels[static_cast<std::size_t>(ref.kind)];
  if (typeLabels.empty()) {
    for (const TypeEntry& entry : partTypes(ref.kind)) typeLabels.push_back(entry.label);
  }
  SceneField field{"", "type", FieldKind::Choice, "Type", "", "", ""};
  field.choices = ref.kind == PartKind::Body ? std::span<const std::string_view>(kBodyTypes) : types;
  field.choiceLabels = ref.kind == PartKind::Body ? std::span<const std::string_view>(kBodyLabels) : typeLabels;
  const TypeEntry* entry = findType(partTypes(ref.kind), textAt(part, "type"));
  if (entry) field.help = entry->help;
  auto* type = new FieldEditor(field, "inspector.type", true, m_content);
  type->setValue(part.contains("type") ? &part["type"] : nullptr);
  connect(type, &FieldEditor::committed, this, [this, ref](const std::optional<SceneTree>& value) {
    if (!value || !value->is_string()) return;
    const std::string chosen = value->get<std::string>();
    Q_EMIT edited(tr("Make %1 %2").arg(QString::fromStdString(ref.id), QString::fromStdString(chosen)),
                  [ref, chosen](TreeEditor& editor) -> Status {
                    if (ref.kind != PartKind::Body) return changeType(editor, ref, chosen);
                    const auto at = findPart(editor.tree(), ref);
                    if (!at) return Done{};
                    return setField(editor, pathOf(ref.kind, *at), "type", SceneTree(chosen));
                  });
  });
  m_column->addWidget(type);
  if (ref.kind == PartKind::Cost) {
    m_term = new TermReadout(m_content);
    connect(m_term, &TermReadout::mapToggled, this, &Inspector::mapToggled);
    m_column->addWidget(m_term);
  }
  if (index) m_fields[(pathOf(ref.kind, *index) / "type").to_string()] = type;
}

void Inspector::addFields(const SceneTree&, const TreePath& object, std::string_view kind,
                          const std::vector<std::string_view>& keys,
                          const std::vector<std::string_view>& required) {
  for (const std::string_view key : keys) {
    const SceneField* field = findField(kind, key);
    if (!field || field->kind == FieldKind::Object) continue;
    addField(object, *field, std::find(required.begin(), required.end(), key) != required.end());
  }
}

void Inspector::addField(const TreePath& object, const SceneField& field, bool required) {
  const std::string key(field.key);
  const std::string pointer = (object / key).to_string();
  auto* editor =
      new FieldEditor(field, QStringLiteral("field.") + QString::fromStdString(key), required, m_content);
  connect(editor, &FieldEditor::committed, this,
          [this, object, key, field](const std::optional<SceneTree>& value) {
            const QString title = tr("Change %1").arg(text(field.label));
            if (object.empty() && (key == "state" || key == "observation")) {
              Q_EMIT edited(title, [key, value](TreeEditor& tree) -> Status {
                std::vector<std::string> ids;
                for (const SceneTree& id : value.value_or(SceneTree::array()))
                  ids.push_back(id.get<std::string>());
                if (key == "observation" && ids.empty()) return setField(tree, TreePath(), key, std::nullopt);
                return setSensorList(tree, key, ids);
              });
              return;
            }
            Q_EMIT edited(title, [object, key, value](TreeEditor& tree) -> Status {
              if (!object.empty() && !tree.find(object)) {
                if (!value) return Done{};
                Status made = setField(tree, object.parent_pointer(), object.back(), SceneTree::object());
                if (!made) return made;
              }
              const bool sensor = !object.empty() && object.parent_pointer() == TreePath("/sensors");
              if (!sensor) return setField(tree, object, key, value);
              return keepingStateColumns(tree, [&] { return setField(tree, object, key, value); });
            });
          });
  m_fields[pointer] = editor;
  m_specs[pointer] = field;
  m_column->addWidget(editor);
}

void Inspector::addShapes(const SceneTree& body, const TreePath& path) {
  const auto shapes = body.find("shapes");
  const std::size_t count = shapes != body.end() && shapes->is_array() ? shapes->size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const TreePath at = path / "shapes" / i;
    auto* head = new QHBoxLayout;
    head->setContentsMargins(0, 8, 0, 0);
    auto* title = new QLabel(count == 1 ? tr("Shape") : tr("Shape %1").arg(i + 1), m_content);
    title->setProperty("role", "heading");
    head->addWidget(title, 1);
    auto* kind = new ChoiceBox(m_content);
    kind->setObjectName(QStringLiteral("shape.kind%1").arg(i));
    kind->setAccessibleName(tr("Kind of shape %1").arg(i + 1));
    kind->setToolTip(tr("Another kind of shape of about the same size"));
    for (const char* name : shapeKinds()) {
      const QString word = tr(name);
      kind->addItem(word.left(1).toUpper() + word.mid(1), QString::fromLatin1(name));
    }
    kind->setCurrentIndex(kind->findData(QString::fromStdString(shapeKind((*shapes)[i]))));
    connect(kind, &QComboBox::activated, this, [this, kind, at] {
      const std::string chosen = kind->currentData().toString().toStdString();
      Q_EMIT edited(tr("Change the shape"),
                    [at, chosen](TreeEditor& tree) { return changeShape(tree, at, chosen); });
    });
    head->addWidget(kind);
    auto* remove = new QToolButton(m_content);
    remove->setObjectName(QStringLiteral("shape.remove%1").arg(i));
    remove->setText(tr("Remove"));
    remove->setAccessibleName(tr("Remove shape %1").arg(i + 1));
    remove->setToolTip(tr("Remove this shape"));
    remove->setEnabled(count > 1);
    connect(remove, &QToolButton::clicked, this, [this, at] {
      Q_EMIT edited(tr("Remove a shape"), [at](TreeEditor& tree) { return tree.remove(at); });
    });
    head->addWidget(remove);
    m_column->addLayout(head);
    const std::string kindName = shapeKind((*shapes)[i]);
    const std::span<const std::string_view> geometry =
        kindName.empty() ? std::span<const std::string_view>() : keysOf(kindName);
    std::vector<std::string_view> required;
    if (kindName == "circle") required = {"radius"};
    if (kindName == "box") required = {"half_extents"};
    if (kindName == "polygon" || kindName == "chain") required = {"vertices"};
    addFields(body, at / kindName, kindName, {geometry.begin(), geometry.end()}, required);
    addFields(body, at, "shape", {"density", "friction", "restitution", "group", "sensor"}, {});
  }
  auto* add = new QPushButton(tr("Add shape"), m_content);
  add->setObjectName("shape.add");
  add->setToolTip(tr("Add a box to this body"));
  connect(add, &QPushButton::clicked, this, [this, path] {
    Q_EMIT edited(tr("Add a shape"), [path](TreeEditor& tree) { return addShape(tree, path); });
  });
  m_column->addWidget(add, 0, Qt::AlignLeft);
}

void Inspector::addOverrides(const SceneTree& tree, const SceneTree& condition, const TreePath& path) {
  auto* title = new QLabel(tr("Start differs in"), m_content);
  title->setProperty("role", "heading");
  title->setContentsMargins(0, 8, 0, 0);
  m_column->addWidget(title);
  const auto overrides = condition.find("overrides");
  const SceneTree present =
      overrides != condition.end() && overrides->is_object() ? *overrides : SceneTree::object();
  for (const auto& item : present.items()) {
    const std::string& key = m_names.emplace_back(item.key());  // the field only looks at it
    const std::string& label = m_names.emplace_back(overrideLabel(key));
    const SceneField field{"override", key, FieldKind::Numbers, label, "", "", "Emptied, the value of the file holds."};
    auto* editor =
        new FieldEditor(field, QStringLiteral("override.") + QString::fromStdString(key), false, m_content);
    connect(editor, &FieldEditor::committed, this,
            [this, path, name = key](const std::optional<SceneTree>& value) {
              Q_EMIT edited(tr("Change the start"), [path, name, value](TreeEditor& target) {
                return setOverride(target, path, name, value);
              });
            });
    m_fields[(path / "overrides" / key).to_string()] = editor;
    m_specs[(path / "overrides" / key).to_string()] = field;
    m_column->addWidget(editor);
  }
  m_spread = new QLabel(m_content);
  m_spread->setObjectName("override.spread");
  m_spread->setTextFormat(Qt::PlainText);
  m_spread->setWordWrap(true);
  m_spread->setProperty("role", "small");
  m_column->addWidget(m_spread);
  auto* add = new AddBox(m_content);
  add->setObjectName("override.add");
  add->setAccessibleName(tr("Add what the start differs in"));
  add->setToolTip(tr("Where and how fast bodies and joints start in this condition"));
  add->addItem(tr("Add…"));
  for (const std::string& name : possibleOverrides(tree)) {
    if (!present.contains(name))
      add->addItem(QString::fromStdString(overrideLabel(name)), QString::fromStdString(name));
  }
  connect(add, &QComboBox::activated, this, [this, add, path](int index) {
    if (index <= 0) return;
    const std::string key = add->itemData(index).toString().toStdString();
    Q_EMIT edited(tr("Let %1 differ").arg(add->itemText(index)), [path, key](TreeEditor& editor) {
      return setOverride(editor, path, key, firstOverride(editor.tree(), key));
    });
  });
  m_column->addWidget(add);
}

void Inspector::addObjectSwitch(const SceneTree& tree, const TreePath& place) {
  const bool there = tree.contains(place);
  const std::string key = place.back();
  auto* button = new QPushButton(there ? tr("Remove") : tr("Add"), m_content);
  button->setObjectName("object.switch");
  const QString what = key == "success" ? tr("success test") : tr("initial controller");
  button->setAccessibleName((there ? tr("Remove the %1") : tr("Add a %1")).arg(what));
  button->setToolTip(button->accessibleName());
  connect(button, &QPushButton::clicked, this, [this, there, key, what] {
    if (there) {
      Q_EMIT edited(tr("Remove the %1").arg(what),
                    [key](TreeEditor& editor) { return setField(editor, TreePath(), key, std::nullopt); });
    } else {
      Q_EMIT edited(tr("Add a %1").arg(what), [key](TreeEditor& editor) {
        return key == "success" ? addSuccess(editor)
                                : setField(editor, TreePath(), key, SceneTree{{"kind", "zero"}});
      });
    }
  });
  if (!there && key == "success") {
    auto* words = new QLabel(tr("Says when a rollout counts as solved. A new one takes its sensor and target from a cost "
                                "term, where there is one."),
                             m_content);
    words->setTextFormat(Qt::PlainText);
    words->setWordWrap(true);
    words->setProperty("role", "muted");
    m_column->addWidget(words);
  }
  m_column->addWidget(button, 0, Qt::AlignLeft);
}

void Inspector::showTerm(const TermNumbers& numbers, bool mapShown) {
  if (m_term) m_term->show(numbers, mapShown);
}

void Inspector::refresh(const SceneTree& tree, const std::vector<Problem>& problems) {
  if (m_spread) {
    const SceneTree* condition = tree.contains(m_place) ? &tree.at(m_place) : nullptr;
    const QString words = condition ? spreadText(tree, *condition) : QString();
    m_spread->setText(tr("Each rollout starts within %1 (one standard deviation).").arg(words));
    m_spread->setVisible(!words.isEmpty());
  }
  for (const auto& [pointer, editor] : m_fields) {
    const TreePath path(pointer);
    const auto spec = m_specs.find(pointer);
    if (spec != m_specs.end()) {
      const SceneField& field = spec->second;
      editor->setUnits(field.object == "override" ? overrideUnits(tree, std::string(field.key))
                                                  : fieldUnits(tree, path.parent_pointer(), field));
      switch (field.kind) {
        case FieldKind::BodyId:
        case FieldKind::BodyIds:
          editor->setIds(idsOf(tree, PartKind::Body));
          break;
        case FieldKind::JointId:
        case FieldKind::JointIds:
          editor->setIds(idsOf(tree, PartKind::Joint));
          break;
        case FieldKind::SensorId:
        case FieldKind::SensorIds:
          editor->setIds(idsOf(tree, PartKind::Sensor));
          break;
        default:
          break;
      }
    }
    editor->setValue(tree.contains(path) ? &tree.at(path) : nullptr);
    for (const Problem& problem : problems) {
      const bool below = problem.pointer == pointer || problem.pointer.rfind(pointer + "/", 0) == 0;
      if (below) editor->setError(QString::fromStdString(problem.what + " " + problem.mend));
    }
  }
}

void Inspector::showSeveral(const std::vector<PartRef>& parts) {
  m_structure = "several";
  m_fields.clear();
  m_specs.clear();
  if (QWidget* old = takeWidget()) old->deleteLater();
  m_content = new QWidget;
  m_column = new QVBoxLayout(m_content);
  m_column->setContentsMargins(12, 12, 12, 12);
  m_column->setSpacing(6);
  addHeading(tr("%n parts", nullptr, static_cast<int>(parts.size())));
  QStringList names;
  for (const PartRef& part : parts) names << QString::fromStdString(part.id);
  auto* list = new QLabel(names.join(", "), m_content);
  list->setTextFormat(Qt::PlainText);
  list->setProperty("role", "muted");
  list->setWordWrap(true);
  m_column->addWidget(list);
  const auto bodies = std::count_if(parts.begin(), parts.end(),
                                    [](const PartRef& part) { return part.kind == PartKind::Body; });
  const char* const kTexts[] = {"Align left",    "Align centres", "Align right",       "Align bottom",
                                "Align middles", "Align top",     "Distribute across", "Distribute upwards"};
  const char* const kNames[] = {"left",    "centreX", "right",       "bottom",
                                "centreY", "top",     "distributeX", "distributeY"};
  for (int how = 0; how < 8; ++how) {
    auto* button = new QPushButton(tr(kTexts[how]), m_content);
    button->setObjectName(QStringLiteral("arrange.") + QLatin1String(kNames[how]));
    button->setToolTip(how < 6 ? tr("Move the selected bodies onto one line")
                               : tr("Make the gaps between the selected bodies equal"));
    button->setEnabled(bodies >= (how < 6 ? 2 : 3));
    connect(button, &QPushButton::clicked, this, [this, how] { Q_EMIT arrangeRequested(how); });
    m_column->addWidget(button);
  }
  m_column->addStretch();
  setWidget(m_content);
}

void Inspector::focusField(const std::string& pointer) {
  for (const auto& [place, editor] : m_fields) {
    if (place != pointer && place.rfind(pointer + "/", 0) != 0 && pointer.rfind(place + "/", 0) != 0)
      continue;
    ensureWidgetVisible(editor);
    editor->setFocus(Qt::OtherFocusReason);
    return;
  }
}

}  // namespace gps::ui
