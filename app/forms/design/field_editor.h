// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>
#include <optional>

#include "app/forms/design/field_units.h"
#include "core/scene/scene_fields.h"
#include "core/scene/scene_text.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace gps::ui {

class IdListEdit;

/// One key of a scene's part: label, field and unit. Commits on Enter or when it is left; an emptied field
/// means the default, which is shown faintly. Numbers show few digits; with the focus, and so in what is
/// edited, all of them. Angles are shown in degrees.
class FieldEditor : public QWidget {
  Q_OBJECT
 public:
  /// `name`: object name of the field; `required`: it cannot be emptied.
  FieldEditor(const SceneField& field, const QString& name, bool required, QWidget* parent = nullptr);

  /// Null: the key is not in the file.
  void setValue(const SceneTree* value);
  /// What ids may be chosen (fields that name parts).
  void setIds(const QStringList& ids);
  /// What the numbers are measured in; until then as the field says.
  void setUnits(const FieldUnits& units);
  /// What is wrong with the value; empty: nothing.
  void setError(const QString& error);
  /// Takes what is being typed, as if the field were left. False: nothing was.
  bool settle();

 Q_SIGNALS:
  /// Nothing: back to the default.
  void committed(const std::optional<gps::SceneTree>& value);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void makeEditor(const QString& name);
  void commitText();
  QString typed() const;
  QString valueText(Digits digits) const;  ///< of the value in the file
  QString labelOf(const QString& choice) const;
  void setTexts();
  void showLine();
  void show();

  SceneField m_field;
  bool m_required;
  std::optional<SceneTree> m_value;
  QStringList m_ids;
  FieldUnits m_units;
  QString m_shown;  ///< what the field was given to show, to tell it from what was typed
  QLabel* m_label = nullptr;
  QLabel* m_unit = nullptr;
  QWidget* m_editor = nullptr;
  QLineEdit* m_line = nullptr;
  QPlainTextEdit* m_area = nullptr;
  QCheckBox* m_check = nullptr;
  QComboBox* m_combo = nullptr;
  IdListEdit* m_list = nullptr;
  QLabel* m_error;
};

}  // namespace gps::ui
