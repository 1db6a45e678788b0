// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/field_editor.h"

#include <QCheckBox>
#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QStyle>

#include "app/forms/design/choice_box.h"
#include "app/forms/design/field_text.h"
#include "app/forms/design/id_list_edit.h"

namespace gps::ui {

namespace {

constexpr int kLabelWidth = 112;
constexpr int kUnitWidth = 34;

QString text(std::string_view words) {
  return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}

QString plainToolTip(const QString& words) {
  return words.isEmpty()
             ? QString()
             : QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(words.toHtmlEscaped());
}

bool namesOne(FieldKind kind) {
  return kind == FieldKind::BodyId || kind == FieldKind::JointId || kind == FieldKind::SensorId;
}
bool meansUndo(const QKeyEvent& key) {
  return key.matches(QKeySequence::Undo) || key.matches(QKeySequence::Redo);
}
bool namesSeveral(FieldKind kind) {
  return kind == FieldKind::BodyIds || kind == FieldKind::JointIds || kind == FieldKind::SensorIds;
}

}  // namespace

FieldEditor::FieldEditor(const SceneField& field, const QString& name, bool required, QWidget* parent)
    : QWidget(parent), m_field(field), m_required(required), m_error(new QLabel(this)) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(8);
  grid->setVerticalSpacing(2);
  const bool wide = namesSeveral(field.kind) || field.kind == FieldKind::LongText;
  m_label = new QLabel(text(field.label), this);
  m_label->setProperty("role", "muted");
  m_label->setTextFormat(Qt::PlainText);
  if (!wide) m_label->setFixedWidth(kLabelWidth);
  m_label->setWordWrap(!wide);  // some names are long
  makeEditor(name);
  m_label->setBuddy(m_editor);
  m_units.unit = text(field.unit);
  m_unit = new QLabel(this);
  m_unit->setProperty("role", "muted");
  if (wide) {
    grid->addWidget(m_label, 0, 0, 1, 3);
    grid->addWidget(m_editor, 1, 0, 1, 3);
    m_unit->hide();
  } else {
    grid->addWidget(m_label, 0, 0);
    const bool words = field.kind == FieldKind::Text || field.kind == FieldKind::Any ||
                       field.kind == FieldKind::Choice || namesOne(field.kind);
    grid->addWidget(m_editor, 0, 1, 1, words ? 2 : 1);
    grid->setColumnMinimumWidth(2, kUnitWidth);  // numbers end on one line
    if (words) {
      m_unit->hide();
    } else {
      grid->addWidget(m_unit, 0, 2);
    }
  }
  setTexts();
  m_error->setProperty("role", "error");
  m_error->setTextFormat(Qt::PlainText);
  m_error->setWordWrap(true);
  m_error->hide();
  grid->addWidget(m_error, 2, wide ? 0 : 1, 1, wide ? 3 : 2);
  grid->setColumnStretch(1, 1);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);  // a wrapped error needs more than the hint
  setFocusProxy(m_editor);
}

/// Name, unit and help, for eyes and screen readers.
void FieldEditor::setTexts() {
  const QString& unit = m_units.unit;
  m_unit->setText(unit);
  m_editor->setAccessibleName(unit.isEmpty() ? text(m_field.label) : text(m_field.label) + " [" + unit + "]");
  const QString help = text(m_field.help);
  QString tip = help;
  if (!m_field.standard.empty()) {
    const SceneTree standard = SceneTree::parse(m_field.standard, nullptr, false);
    const QString words = standard.is_discarded() || m_field.kind == FieldKind::Choice
                              ? labelOf(text(m_field.standard))
                              : fieldText(m_field.kind, standard, m_units.angles);
    tip += (help.isEmpty() ? "" : "\n") + tr("Default: %1").arg(words);
  }
  if (m_units.angles.all || !m_units.angles.entries.empty())
    tip += (tip.isEmpty() ? "" : "\n") + tr("Angles in degrees; 0.5 rad is understood as well.");
  if (tip.isEmpty()) tip = text(m_field.label);
  m_editor->setToolTip(plainToolTip(tip));
  m_label->setToolTip(plainToolTip(tip));
}

void FieldEditor::setUnits(const FieldUnits& units) {
  if (units == m_units) return;
  m_units = units;
  setTexts();
  show();
}

QString FieldEditor::labelOf(const QString& choice) const {
  for (std::size_t i = 0; i < m_field.choices.size() && i < m_field.choiceLabels.size(); ++i) {
    if (text(m_field.choices[i]) == choice) return text(m_field.choiceLabels[i]);
  }
  return choice;
}

void FieldEditor::makeEditor(const QString& name) {
  if (m_field.kind == FieldKind::Bool) {
    m_editor = m_check = new QCheckBox(this);
    connect(m_check, &QCheckBox::clicked, this, [this](bool on) { Q_EMIT committed(SceneTree(on)); });
  } else if (m_field.kind == FieldKind::Choice || namesOne(m_field.kind)) {
    m_editor = m_combo = new ChoiceBox(this);
    m_combo->setMinimumContentsLength(5);
    m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(m_combo, &QComboBox::activated, this, [this] {
      const QString chosen = m_combo->currentData().toString();
      if (chosen.isEmpty()) {
        Q_EMIT committed(std::nullopt);
      } else {
        Q_EMIT committed(SceneTree(chosen.toStdString()));
      }
    });
  } else if (namesSeveral(m_field.kind)) {
    m_editor = m_list = new IdListEdit(name, this);
    connect(m_list, &IdListEdit::chosenChanged, this, [this](const QStringList& chosen) {
      SceneTree ids = SceneTree::array();
      for (const QString& id : chosen) ids.push_back(id.toStdString());
      Q_EMIT committed(ids);
    });
  } else if (m_field.kind == FieldKind::LongText) {
    m_editor = m_area = new QPlainTextEdit(this);
    m_area->setFixedHeight(120);
    // Else its row would take the room that is left, and the name would float in it.
    m_area->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_area->setProperty("role", "field");
    m_area->setTabChangesFocus(true);
    m_area->installEventFilter(this);
  } else {
    m_editor = m_line = new QLineEdit(this);
    m_line->setMinimumWidth(64);
    m_line->setMaxLength(1 << 24);  // the usual limit would cut long lists in silence
    m_line->installEventFilter(this);
    connect(m_line, &QLineEdit::returnPressed, this, [this] { commitText(); });
  }
  m_editor->setObjectName(name);
}

bool FieldEditor::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusOut) {
    commitText();
    // What could not be taken stays to be mended.
    if (m_line && typed() == m_shown) showLine();
  }
  if (event->type() == QEvent::FocusIn && m_line && typed() == m_shown) showLine();
  if (event->type() == QEvent::ShortcutOverride && typed() == m_shown && meansUndo(*static_cast<QKeyEvent*>(event))) {
    // The field would take the keys for its own typing, of which nothing is left to undo: they are the document's.
    event->ignore();
    return true;
  }
  if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
    show();  // what was typed is forgotten
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

bool FieldEditor::settle() {
  if ((!m_line && !m_area) || typed() == m_shown) return false;
  commitText();
  return true;
}

QString FieldEditor::typed() const {
  return m_line ? m_line->text() : m_area->toPlainText();
}

QString FieldEditor::valueText(Digits digits) const {
  QString shown = m_value ? fieldText(m_field.kind, *m_value, m_units.angles, digits) : QString();
  if (m_area) shown.replace("\r\n", "\n");  // as the field gives it back
  return shown;
}

void FieldEditor::commitText() {
  const QString typed = this->typed();
  if (typed == m_shown) return;
  const bool clears =
      typed.trimmed().isEmpty() && m_field.kind != FieldKind::Text && m_field.kind != FieldKind::LongText;
  if (clears) {
    if (m_required) return show();
    Q_EMIT committed(std::nullopt);
    return;
  }
  const Result<SceneTree> value = fieldValue(m_field.kind, typed, m_units.angles);
  if (!value) {
    setError(QString::fromStdString(value.error().what + " " + value.error().mend));
    return;
  }
  setError({});
  Q_EMIT committed(*value);
}

void FieldEditor::setValue(const SceneTree* value) {
  m_value = value ? std::optional(*value) : std::nullopt;
  show();
}

void FieldEditor::setIds(const QStringList& ids) {
  m_ids = ids;
  show();
}

void FieldEditor::showLine() {
  m_shown = valueText(m_line->hasFocus() ? Digits::All : Digits::Few);
  const QSignalBlocker blocker(m_line);
  if (m_line->text() == m_shown) {
    if (!m_line->isUndoAvailable()) return;
    // What was taken is the document's to undo: the field forgets how it was typed.
    const int cursor = m_line->cursorPosition();
    m_line->setText(m_shown);
    m_line->setCursorPosition(cursor);
    return;
  }
  m_line->setText(m_shown);
  m_line->setCursorPosition(0);  // of a long number the first digits matter
}

void FieldEditor::show() {
  const QString shown = valueText(Digits::All);
  m_shown = shown;
  if (m_line) {
    showLine();
    SceneTree standard = SceneTree::parse(m_field.standard, nullptr, false);
    m_line->setPlaceholderText(standard.is_discarded() ? text(m_field.standard)
                                                       : fieldText(m_field.kind, standard, m_units.angles));
  } else if (m_area) {
    const QSignalBlocker blocker(m_area);
    if (m_area->toPlainText() != shown) m_area->setPlainText(shown);
  } else if (m_check) {
    const QSignalBlocker blocker(m_check);
    m_check->setChecked(m_value ? m_value->is_boolean() && m_value->get<bool>() : m_field.standard == "true");
  } else if (m_combo) {
    const QSignalBlocker blocker(m_combo);
    m_combo->clear();
    QStringList entries = m_ids;
    for (const std::string_view choice : m_field.choices) entries << text(choice);
    if (!m_required) {
      m_combo->addItem(m_field.standard.empty() ? tr("none") : tr("%1 (default)").arg(labelOf(text(m_field.standard))),
                       QString());
    }
    if (!shown.isEmpty() && !entries.contains(shown)) entries << shown;
    for (const QString& entry : entries) m_combo->addItem(labelOf(entry), entry);
    m_combo->setCurrentIndex(shown.isEmpty() && !m_required ? 0 : m_combo->findData(shown));
  } else if (m_list) {
    QStringList chosen;
    if (m_value && m_value->is_array()) {
      for (const SceneTree& id : *m_value) {
        if (id.is_string()) chosen << QString::fromStdString(id.get<std::string>());
      }
    }
    m_list->setIds(chosen, m_ids);
  }
  setError({});
}

void FieldEditor::setError(const QString& error) {
  m_error->setText(error);
  m_error->setVisible(!error.isEmpty());
  if (!m_line || m_line->property("invalid").toBool() == !error.isEmpty()) return;
  m_line->setProperty("invalid", !error.isEmpty());
  m_line->style()->unpolish(m_line);
  m_line->style()->polish(m_line);
}

}  // namespace gps::ui
