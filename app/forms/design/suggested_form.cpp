// SPDX-License-Identifier: GPL-3.0-or-later
// The form of the parameters a task suggests: what of each algorithm, and what can be added.
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "app/commands/edit_suggested.h"
#include "app/forms/design/choice_box.h"
#include "app/forms/design/field_editor.h"
#include "app/forms/design/inspector.h"
#include "core/algorithms/algorithm.h"
#include "core/algorithms/parameters.h"

namespace gps::ui {

namespace {

/// What a parameter's default is in a file.
SceneTree firstSetting(const ParamField& field) {
  const bool word = field.kind == ParamKind::Choice || field.value == "auto";
  if (word) return SceneTree(field.value);
  SceneTree value = SceneTree::parse("[" + field.value + "]", nullptr, false);
  if (value.is_discarded() || value.empty()) return SceneTree(field.value);
  const bool list = field.kind == ParamKind::IntList || field.kind == ParamKind::RealList;
  return list ? value : value[0];
}

}  // namespace

void Inspector::addSuggested(const SceneTree& tree) {
  const std::vector<ParamField> fields = describe(Parameters(), Parameters());
  const TreePath all("/suggested");
  const SceneTree present = tree.contains(all) && tree.at(all).is_object() ? tree.at(all) : SceneTree::object();
  std::vector<std::pair<std::string, QString>> groups{{"all", tr("Every algorithm")}};
  for (const AlgorithmEntry& entry : algorithmRegistry())
    groups.emplace_back(std::string(entry.id), QString::fromUtf8(entry.label.data(), static_cast<qsizetype>(entry.label.size())));
  for (const auto& item : present.items()) {
    const auto known = [&item](const auto& group) { return group.first == item.key(); };
    if (std::none_of(groups.begin(), groups.end(), known))
      groups.emplace_back(item.key(), QString::fromStdString(item.key()));
  }
  auto* words = new QLabel(tr("What a run of this task begins with. An emptied field suggests nothing."), m_content);
  words->setProperty("role", "muted");
  words->setWordWrap(true);
  m_column->addWidget(words);
  for (const auto& [algorithm, title] : groups) {
    const SceneTree settings =
        present.contains(algorithm) && present[algorithm].is_object() ? present[algorithm] : SceneTree::object();
    auto* heading = new QLabel(title, m_content);
    heading->setProperty("role", "heading");
    heading->setTextFormat(Qt::PlainText);
    heading->setContentsMargins(0, 8, 0, 0);
    m_column->addWidget(heading);
    for (const auto& item : settings.items()) {
      const auto known = std::find_if(fields.begin(), fields.end(),
                                      [&item](const ParamField& field) { return field.spec.key == item.key(); });
      const std::string& key = m_names.emplace_back(item.key());
      const std::string& label =
          known == fields.end() ? key : static_cast<const std::string&>(m_names.emplace_back(known->spec.label));
      const std::string& help = m_names.emplace_back(
          known == fields.end() ? key : key + ". " + known->spec.help);
      const SceneField field{"suggested", key, FieldKind::Any, label, "", "", help};
      auto* editor = new FieldEditor(
          field, QStringLiteral("suggested.%1.%2").arg(QString::fromStdString(algorithm), QString::fromStdString(key)),
          false, m_content);
      connect(editor, &FieldEditor::committed, this,
              [this, algorithm = algorithm, key](const std::optional<SceneTree>& value) {
                Q_EMIT edited(tr("Suggest %1").arg(QString::fromStdString(key)),
                              [algorithm, key, value](TreeEditor& target) {
                                return setSuggested(target, algorithm, key, value);
                              });
              });
      const std::string pointer = (all / algorithm / item.key()).to_string();
      m_fields[pointer] = editor;
      m_specs[pointer] = field;
      m_column->addWidget(editor);
    }
    auto* add = new AddBox(m_content);
    add->setObjectName(QStringLiteral("suggested.add.") + QString::fromStdString(algorithm));
    add->setAccessibleName(tr("Add a parameter for %1").arg(title));
    add->setToolTip(tr("Add a parameter that the task suggests"));
    add->setMinimumContentsLength(5);
    add->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    add->addItem(tr("Add…"));
    for (const ParamField& field : fields) {
      if (settings.contains(field.spec.key) || field.spec.key == "run.threads") continue;
      add->addItem(QString::fromStdString(field.spec.label + " (" + field.spec.key + ")"),
                   QString::fromStdString(field.spec.key));
    }
    connect(add, &QComboBox::activated, this, [this, add, algorithm = algorithm](int index) {
      if (index <= 0) return;
      const std::string key = add->itemData(index).toString().toStdString();
      SceneTree first;
      for (const ParamField& field : describe(Parameters(), Parameters())) {
        if (field.spec.key == key) first = firstSetting(field);
      }
      Q_EMIT edited(tr("Suggest %1").arg(add->itemText(index)), [algorithm, key, first](TreeEditor& editor) {
        return setSuggested(editor, algorithm, key, first);
      });
    });
    m_column->addWidget(add);
  }
}

}  // namespace gps::ui
