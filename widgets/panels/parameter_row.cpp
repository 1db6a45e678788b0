// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/parameter_row.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPainter>
#include <QPixmap>
#include <QSignalBlocker>
#include <QStyle>
#include <QToolButton>

#include "widgets/panels/curve_editor.h"
#include "widgets/panels/parameter_value.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

constexpr int kEditorWidth = 100;

/// Tooltips guess rich text; this keeps a file's words plain and still wraps them.
QString plainToolTip(const QString& text) {
  return QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(text.toHtmlEscaped());
}

QIcon dotIcon(const QColor& colour) {
  QPixmap image(32, 32);
  image.fill(Qt::transparent);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawEllipse(QPointF(16, 16), 9, 9);
  return QIcon(image);
}

void repolish(QWidget* widget) {
  widget->style()->unpolish(widget);
  widget->style()->polish(widget);
}

/// One line that ends in an ellipsis where there is no room; the tooltip has it in full.
class ElidedLabel : public QLabel {
 public:
  using QLabel::QLabel;
  QSize minimumSizeHint() const override { return {40, QLabel::minimumSizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text(), Qt::ElideRight, width()));
  }
};

QLabel* plainLabel(const char* role, QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  if (role != nullptr) label->setProperty("role", role);
  return label;
}

}  // namespace

ParameterRow::ParameterRow(const ParamField& field, QWidget* parent) : QWidget(parent), m_field(field) {
  const QString label = QString::fromStdString(field.spec.label);
  setObjectName(QStringLiteral("row.") + key());

  m_dot = new QToolButton(this);
  m_dot->setObjectName(QStringLiteral("reset.") + key());
  m_dot->setFixedSize(16, 24);
  m_dot->setProperty("role", "tiny");
  m_dot->setIconSize(QSize(12, 12));
  QSizePolicy keep = m_dot->sizePolicy();
  keep.setRetainSizeWhenHidden(true);
  m_dot->setSizePolicy(keep);
  connect(m_dot, &QToolButton::clicked, this,
          [this] { Q_EMIT edited(key(), QString::fromStdString(m_field.defaultValue)); });

  m_name = new ElidedLabel(this);
  m_name->setTextFormat(Qt::PlainText);
  m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  QString name = label;
  if (!field.spec.symbol.empty()) name += QStringLiteral("  ") + symbolText(field.spec.symbol);
  m_name->setText(name);
  m_unit = plainLabel("small", this);
  m_unit->setText(QString::fromStdString(field.spec.unit).replace(QLatin1String("^2"), QStringLiteral("²")));

  m_chip = plainLabel("chip", this);
  m_chip->setText(appliesText(field.spec.applies));

  QWidget* edit = nullptr;
  if (field.kind == ParamKind::Bool) {
    edit = m_check = new QCheckBox(this);
    connect(m_check, &QCheckBox::clicked, this,
            [this](bool on) { commit(on ? QStringLiteral("true") : QStringLiteral("false")); });
  } else if (field.kind == ParamKind::Choice) {
    edit = m_combo = new QComboBox(this);
    for (const std::string& choice : field.spec.choices) m_combo->addItem(QString::fromStdString(choice));
    m_combo->setFixedWidth(kEditorWidth);
    connect(m_combo, &QComboBox::textActivated, this, [this](const QString& text) { commit(text); });
  } else {
    edit = m_line = new QLineEdit(this);
    m_line->setAlignment(Qt::AlignRight);
    m_line->setFixedWidth(kEditorWidth);
    m_line->setMaxLength(200);
    if (field.kind == ParamKind::OptionalReal) m_line->setPlaceholderText(QStringLiteral("auto"));
    connect(m_line, &QLineEdit::textEdited, this, [this] { setError(QString()); });
    connect(m_line, &QLineEdit::editingFinished, this, [this] { commit(m_line->text()); });
  }
  edit->setObjectName(QStringLiteral("param.") + key());
  edit->setAccessibleName(label);
  edit->setFocusPolicy(Qt::StrongFocus);
  edit->installEventFilter(this);
  m_name->setBuddy(edit);

  m_queue = new QWidget(this);
  auto* queueLayout = new QHBoxLayout(m_queue);
  queueLayout->setContentsMargins(0, 0, 0, 0);
  queueLayout->setSpacing(4);
  m_queueText = plainLabel("chip", m_queue);
  m_queueText->setProperty("tone", "busy");
  m_cancel = new QToolButton(m_queue);
  m_cancel->setObjectName(QStringLiteral("cancel.") + key());
  m_cancel->setAccessibleName(QStringLiteral("Cancel the queued change of %1").arg(label));
  m_cancel->setToolTip(QStringLiteral("Cancel the queued change"));
  m_cancel->setIconSize(QSize(12, 12));
  m_cancel->setFixedSize(20, 20);
  m_cancel->setProperty("role", "tiny");
  connect(m_cancel, &QToolButton::clicked, this, [this] { Q_EMIT cancelRequested(key()); });
  queueLayout->addStretch();
  queueLayout->addWidget(m_queueText);
  queueLayout->addWidget(m_cancel);
  m_queue->hide();

  m_error = plainLabel("error", this);
  m_error->setObjectName(QStringLiteral("error.") + key());
  m_error->setWordWrap(true);
  m_error->hide();

  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(4, 2, 8, 2);
  grid->setHorizontalSpacing(6);
  grid->setVerticalSpacing(2);
  grid->addWidget(m_dot, 0, 0);
  grid->addWidget(m_name, 0, 1);
  grid->addWidget(m_unit, 0, 2);
  grid->addWidget(m_chip, 0, 3, Qt::AlignVCenter);
  grid->addWidget(edit, 0, 4, Qt::AlignRight | Qt::AlignVCenter);
  grid->addWidget(m_queue, 1, 1, 1, 4);
  grid->addWidget(m_error, 2, 1, 1, 4);
  grid->setColumnStretch(1, 1);
  if (field.kind == ParamKind::RealList) {
    m_curveButton = new QToolButton(this);
    m_curveButton->setObjectName(QStringLiteral("curve.") + key());
    m_curveButton->setText(QString(QChar(0x223F)));
    m_curveButton->setCheckable(true);
    m_curveButton->setFixedSize(24, 24);
    m_curveButton->setToolTip(tr("Show the list as points that can be dragged"));
    m_curveButton->setAccessibleName(tr("%1 as a curve").arg(label));
    connect(m_curveButton, &QToolButton::toggled, this, &ParameterRow::showCurve);
    // Unit and chip are never shown together here, so that editors stay in one column.
    grid->addWidget(m_chip, 0, 2, Qt::AlignVCenter);
    grid->addWidget(m_curveButton, 0, 3);
  }
  setTheme(Theme::current());
  showValue();
  refresh();
}

void ParameterRow::showCurve(bool on) {
  if (on && m_curve == nullptr) {
    m_curve = new CurveEditor(this);
    m_curve->setObjectName(QStringLiteral("points.") + key());
    m_curve->setAccessibleName(QString::fromStdString(m_field.spec.label));
    m_curve->setToolTip(tr("Nodes, evenly spaced over the run: drag a point, or move it by the arrow keys. Another number of "
                           "nodes is typed above."));
    m_curve->setAxes(QString(), tr("node"));
    // Schedules go over decades.
    m_curve->setRange(m_field.spec.min, m_field.spec.max, m_field.spec.min > 0.0);
    connect(m_curve, &CurveEditor::edited, this, [this](int, const std::vector<double>& values) {
      QStringList texts;
      for (const double value : values) texts << QString::number(value, 'g', 4);
      m_line->setText(texts.join(','));
      m_line->setModified(true);
      commit(m_line->text());
    });
    static_cast<QGridLayout*>(layout())->addWidget(m_curve, 3, 1, 1, 4);
  }
  if (m_curve != nullptr) m_curve->setVisible(on);
  drawCurve();
}

void ParameterRow::drawCurve() {
  if (m_curve == nullptr || m_curve->isHidden()) return;
  CurveEditor::Curve curve;
  curve.name = QString::fromStdString(m_field.spec.label);
  for (const QString& part : QString::fromStdString(m_field.value).split(',')) {
    bool good = false;
    const double value = QLocale::c().toDouble(part.trimmed(), &good);
    if (good) curve.values.push_back(value);
  }
  m_curve->setReadOnly(locked());
  m_curve->setCurves({curve});
}

QWidget* ParameterRow::editor() const {
  if (m_check != nullptr) return m_check;
  if (m_combo != nullptr) return m_combo;
  return m_line;
}

void ParameterRow::setTheme(const Theme& theme) {
  m_dot->setIcon(dotIcon(theme.focus));
  m_cancel->setIcon(icon(QStringLiteral("close"), theme));
}

void ParameterRow::setField(const ParamField& field) {
  const bool sameValue = field.value == m_field.value;
  m_field = field;
  const bool typing = m_line != nullptr && m_line->hasFocus() && m_line->isModified();
  const bool wrong = m_error->isVisibleTo(this);
  if (!typing && !(wrong && sameValue)) {
    showValue();
    setError(QString());
  }
  refresh();
}

void ParameterRow::setRunHasData(bool hasData) {
  m_runHasData = hasData;
  refresh();
}

void ParameterRow::setQueued(const std::optional<QString>& value) {
  m_queue->setVisible(value.has_value());
  if (value) m_queueText->setText(QStringLiteral("%1 from the next iteration").arg(*value));
  refresh();
}

void ParameterRow::setError(const QString& message) {
  m_error->setText(message);
  m_error->setVisible(!message.isEmpty());
  editor()->setAccessibleDescription(message.isEmpty() ? QString::fromStdString(m_field.spec.help) : message);
  if (m_line == nullptr || m_line->property("invalid").toBool() == !message.isEmpty()) return;
  m_line->setProperty("invalid", !message.isEmpty());
  repolish(m_line);
}

std::optional<ParameterRow::Refused> ParameterRow::settle() {
  if (m_line == nullptr) return std::nullopt;
  commit(m_line->text());
  if (m_error->text().isEmpty()) return std::nullopt;
  Refused refused{m_line->text(), m_error->text()};
  setError(QString());
  showValue();
  return refused;
}

bool ParameterRow::matches(const QStringList& words) const {
  const ParamSpec& spec = m_field.spec;
  const QString text =
      QString::fromStdString(spec.label + ' ' + spec.key + ' ' + spec.symbol + ' ' + spec.help);
  for (const QString& word : words) {
    if (!text.contains(word, Qt::CaseInsensitive)) return false;
  }
  return true;
}

QString ParameterRow::shownText() const {
  return QString::fromStdString(m_field.value);
}

void ParameterRow::showValue() {
  if (m_check != nullptr) m_check->setChecked(m_field.value == "true");
  if (m_combo != nullptr) m_combo->setCurrentIndex(m_combo->findText(shownText()));
  if (m_line != nullptr) {
    if (m_line->text() != shownText()) m_line->setText(shownText());
    m_line->setModified(false);
    m_line->setCursorPosition(0);
  }
}

void ParameterRow::refresh() {
  const ParamSpec& spec = m_field.spec;
  const QString label = QString::fromStdString(spec.label),
                initial = QString::fromStdString(m_field.defaultValue);
  m_dot->setVisible(m_field.value != m_field.defaultValue);
  m_dot->setEnabled(!locked());
  m_dot->setToolTip(plainToolTip(QStringLiteral("Changed. Reset to %1").arg(initial)));
  m_dot->setAccessibleName(QStringLiteral("Reset %1 to %2").arg(label, initial));
  // When a change applies is said where the user is about to make one: the names need the room elsewhere.
  const bool saysWhen = m_focused && m_queue->isHidden() && (m_runHasData || spec.applies == Applies::Reset);
  m_chip->setVisible(saysWhen);
  m_unit->setVisible(!spec.unit.empty() && !saysWhen);  // no room for both; the help has the unit, too
  m_chip->setToolTip(spec.applies == Applies::Reset ? QStringLiteral("A change needs a new run.")
                                                    : QStringLiteral("A change takes effect at this point."));
  if (m_line != nullptr) {
    m_line->setReadOnly(locked());
  } else {
    editor()->setEnabled(!locked());
  }
  drawCurve();
  QString tip = QString::fromStdString(spec.help);
  const QString range = rangeText(m_field);
  if (!range.isEmpty()) tip += QStringLiteral("\nRange: ") + range;
  tip += QStringLiteral("\n") + key();
  if (locked())
    tip += QStringLiteral("\nRead-only: this run has data. Reset it or start a new run to change this.");
  editor()->setToolTip(plainToolTip(tip));
  m_name->setToolTip(plainToolTip(tip));
  if (m_error->text().isEmpty()) editor()->setAccessibleDescription(tip);
}

void ParameterRow::commit(const QString& typed) {
  const QString text = typed.trimmed();
  if (locked() || (m_line != nullptr && !m_line->isModified())) return;
  const QString problem = problemWith(m_field, text);
  if (!problem.isEmpty()) {
    setError(problem);
    return;
  }
  setError(QString());
  if (m_line != nullptr) m_line->setModified(false);
  if (text != shownText()) Q_EMIT edited(key(), text);
}

bool ParameterRow::eventFilter(QObject* watched, QEvent* event) {
  switch (event->type()) {
    case QEvent::Wheel:
      // The wheel scrolls the form; a value that changed on the way would go unnoticed.
      event->ignore();
      return true;
    case QEvent::FocusIn:
      m_focused = true;
      refresh();
      Q_EMIT focused(key());
      break;
    case QEvent::FocusOut:
      m_focused = false;
      refresh();
      break;
    case QEvent::KeyPress: {
      const int pressed = static_cast<QKeyEvent*>(event)->key();
      if (m_line == nullptr || m_line->isReadOnly()) break;
      if (pressed == Qt::Key_Escape && m_line->isModified()) {
        setError(QString());
        showValue();
        return true;
      }
      const int notches = pressed == Qt::Key_Up         ? 1
                          : pressed == Qt::Key_Down     ? -1
                          : pressed == Qt::Key_PageUp   ? 10
                          : pressed == Qt::Key_PageDown ? -10
                                                        : 0;
      const QString next = notches != 0 ? stepped(m_field, m_line->text(), notches) : QString();
      if (notches == 0 || next == m_line->text()) break;
      m_line->setText(next);
      m_line->setModified(true);
      setError(QString());
      return true;
    }
    default:
      break;
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace gps::ui
