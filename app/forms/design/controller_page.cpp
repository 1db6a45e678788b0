// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/controller_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/commands/edit_part.h"
#include "app/forms/design/choice_box.h"
#include "app/forms/design/field_editor.h"
#include "app/forms/design/start_overlay.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/panels/curve_editor.h"
#include "widgets/panels/gain_map.h"
#include "widgets/panels/parameter_row.h"

namespace gps::ui {

namespace {

struct KindWords {
  const char* id;
  const char* label;
  const char* help;
  std::vector<const char*> parameters;  ///< init keys it reads
  std::vector<const char*> fields;      ///< keys of initial_controller it reads
};

const std::vector<KindWords>& kinds() {
  static const std::vector<KindWords> kKinds{
      {"lqr", QT_TR_NOOP("Hold the start (LQR)"),
       QT_TR_NOOP("The best controller for holding the start on a guessed model: q′ = q + dt v, v′ = v + dt (g u + a)."),
       {"init.var", "init.stiffness", "init.stiffness_vel", "init.final_weight"},
       {"gains", "acc"}},
      {"pd", QT_TR_NOOP("Pull to the start (PD)"),
       QT_TR_NOOP("Springs and dampers: u = −gain (q − q₀) − gain · multiplier · v."),
       {"init.var", "init.pos_gain", "init.vel_mult"},
       {}},
      {"zero", QT_TR_NOOP("Noise alone"), QT_TR_NOOP("u is noise of the initial variance, nothing else."), {"init.var"}, {}},
      {"feedback", QT_TR_NOOP("Given gains"),
       QT_TR_NOOP("u = K x + k with the numbers below, the same at all steps."),
       {"init.var"},
       {"feedback", "offset"}},
      {"demonstration", QT_TR_NOOP("Demonstration"),
       QT_TR_NOOP("Follows the way that was drawn in the scene, by gains found on the plant itself."),
       {"init.var"},
       {}},
      {"run", QT_TR_NOOP("From a run"), QT_TR_NOOP("K, k and σ that a run had learned."), {"init.var"}, {}},
      {"table", QT_TR_NOOP("Drawn by hand"), QT_TR_NOOP("K, k and σ of the task's own table; drag the points below."), {"init.var"}, {}},
  };
  return kKinds;
}

const KindWords* findKind(const std::string& id) {
  for (const KindWords& kind : kinds()) {
    if (id == kind.id) return &kind;
  }
  return nullptr;
}

QLabel* heading(const QString& words, QWidget* parent) {
  auto* label = new QLabel(words, parent);
  label->setProperty("role", "heading");
  label->setTextFormat(Qt::PlainText);
  return label;
}

}  // namespace

ControllerPage::ControllerPage(QWidget* parent) : QWidget(parent) {
  setObjectName("start.page");
  setAccessibleName(tr("Initial controllers"));
  makeLayout();
  connect(m_kind, &QComboBox::activated, this, [this](int index) { chooseKind(m_kind->itemData(index).toString()); });
  connect(m_conditions, &QComboBox::activated, this, [this](int index) {
    m_condition = index;
    showCondition();
  });
  connect(m_canvas, &SceneCanvas::conditionClicked, this, [this](int condition) {
    if (condition < 0 || condition >= m_conditions->count()) return;
    m_condition = condition;
    showCondition();
  });
  connect(m_step, &QSlider::valueChanged, this, &ControllerPage::showStep);
  connect(m_demonstrate, &QPushButton::toggled, this, [this](bool on) {
    if (!on && m_overlay->hasFocus()) m_demonstrate->setFocus(Qt::OtherFocusReason);
    m_overlay->setRecording(on);
    say(on ? tr("Press at the ring, drag the way at the pace you mean, and let go. By keys: arrows move the hand, with "
                "Shift ten times as far, Space waits, Backspace takes back, Enter ends.")
           : QString());
  });
  connect(m_overlay, &StartOverlay::drawn, this, &ControllerPage::follow);
  connect(m_overlay, &StartOverlay::givenUp, this, [this] { m_demonstrate->setChecked(false); });
  connect(m_overlay, &StartOverlay::missed, this, [this] { say(tr("Begin the drag at the ring.")); });
  connect(m_runMenu, &QMenu::aboutToShow, this, &ControllerPage::fillRuns);
  for (const auto drawn : {Drawn::Offsets, Drawn::Deviations}) {
    CurveEditor* curve = drawn == Drawn::Offsets ? m_offsets : m_deviations;
    connect(curve, &CurveEditor::dragged, this, [this] { preview(/*drawing=*/true); });
    connect(curve, &CurveEditor::edited, this, [this, drawn](int action) { commitCurve(drawn, action); });
    connect(curve, &CurveEditor::stepChosen, m_step, &QSlider::setValue);
  }
}

ControllerPage::~ControllerPage() = default;

void ControllerPage::makeLayout() {
  auto* scene = new QWidget(this);
  m_conditions = new QComboBox(scene);
  m_conditions->setObjectName("start.condition");
  m_conditions->setAccessibleName(tr("Condition shown"));
  m_conditions->setToolTip(tr("The condition whose controller is shown on the right"));
  m_demonstrate = new QPushButton(tr("Demonstrate"), scene);
  m_demonstrate->setObjectName("start.demonstrate");
  m_demonstrate->setCheckable(true);
  m_demonstrate->setToolTip(tr("Draw the way with the mouse or by arrow keys; a controller that follows it becomes the first one"));
  m_fromRun = new QPushButton(tr("Take from run"), scene);
  m_fromRun->setObjectName("start.fromRun");
  m_fromRun->setToolTip(tr("Start from the local controllers of a run in this window"));
  m_runMenu = new QMenu(m_fromRun);
  m_runMenu->setObjectName("start.runs");
  m_fromRun->setMenu(m_runMenu);
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(8, 6, 8, 6);
  bar->setSpacing(8);
  auto* words = new QLabel(tr("Condition"), scene);
  words->setBuddy(m_conditions);
  bar->addWidget(words);
  bar->addWidget(m_conditions);
  bar->addStretch();
  bar->addWidget(m_demonstrate);
  bar->addWidget(m_fromRun);
  m_canvas = new SceneCanvas(scene);
  m_canvas->setObjectName("start.canvas");
  m_canvas->setAccessibleName(tr("How the task starts"));
  m_overlay = new StartOverlay(m_canvas);
  m_state = new QLabel(scene);
  m_state->setObjectName("start.state");
  m_state->setTextFormat(Qt::PlainText);
  m_state->setWordWrap(true);
  m_state->setContentsMargins(12, 4, 12, 4);
  m_state->setProperty("role", "muted");
  m_step = new QSlider(Qt::Horizontal, scene);
  m_step->setObjectName("start.step");
  m_step->setAccessibleName(tr("Step t"));
  m_step->setToolTip(tr("The step whose gains and poses are shown"));
  m_stepText = new QLabel(scene);
  m_stepText->setMinimumWidth(104);
  auto* time = new QHBoxLayout;
  time->setContentsMargins(12, 4, 12, 8);
  time->setSpacing(8);
  time->addWidget(m_stepText);
  time->addWidget(m_step, 1);
  auto* left = new QVBoxLayout(scene);
  left->setContentsMargins(0, 0, 0, 0);
  left->setSpacing(0);
  left->addLayout(bar);
  left->addWidget(m_canvas, 1);
  left->addWidget(m_state);
  left->addLayout(time);

  QScrollArea* form = m_form = new QScrollArea(this);
  form->setObjectName("start.form");
  form->setWidgetResizable(true);
  form->setFrameShape(QFrame::NoFrame);
  form->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  form->setFocusPolicy(Qt::NoFocus);
  form->setWidget(makeForm());
  form->setMinimumWidth(380);
  auto* parts = new QSplitter(Qt::Horizontal, this);
  parts->setObjectName("start.splitter");
  parts->setChildrenCollapsible(false);
  parts->addWidget(scene);
  parts->addWidget(form);
  parts->setStretchFactor(0, 1);
  parts->setSizes({600, 420});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(parts);
}

QWidget* ControllerPage::makeForm() {
  auto* form = new QWidget(this);
  m_kind = new ChoiceBox(form);
  m_kind->setObjectName("start.kind");
  m_kind->setAccessibleName(tr("What the first controllers are"));
  for (const KindWords& kind : kinds()) {
    m_kind->addItem(tr(kind.label), QString::fromLatin1(kind.id));
    m_kind->setItemData(m_kind->count() - 1, tr(kind.help), Qt::ToolTipRole);
  }
  m_kindHelp = new QLabel(form);
  m_kindHelp->setObjectName("start.kindHelp");
  m_kindHelp->setTextFormat(Qt::PlainText);
  m_kindHelp->setProperty("role", "small");
  m_kindHelp->setWordWrap(true);
  m_warnings = new QLabel(form);
  m_warnings->setObjectName("start.warnings");
  m_warnings->setTextFormat(Qt::PlainText);
  m_warnings->setWordWrap(true);
  m_warnings->setProperty("role", "error");
  m_warnings->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_rows = new QWidget(form);
  m_rowColumn = new QVBoxLayout(m_rows);
  m_rowColumn->setContentsMargins(0, 0, 0, 0);
  m_rowColumn->setSpacing(2);
  m_gains = new GainMap(form);
  m_gains->setObjectName("start.gains");
  m_gains->setAccessibleName(tr("Gains K at this step"));
  m_offsets = new CurveEditor(form);
  m_offsets->setObjectName("start.offsets");
  m_offsets->setAccessibleName(tr("Offsets k over the steps"));
  m_offsets->setToolTip(tr("Drag a point, or move it by the arrow keys"));
  m_offsets->setAxes(tr("k"), tr("step"));
  m_deviations = new CurveEditor(form);
  m_deviations->setObjectName("start.deviations");
  m_deviations->setAccessibleName(tr("Deviations sigma over the steps"));
  m_deviations->setToolTip(m_offsets->toolTip());
  m_deviations->setAxes(tr("σ"), tr("step"));
  m_deviations->setRange(1e-6, 1e6, true);
  auto* column = new QVBoxLayout(form);
  column->setContentsMargins(12, 8, 12, 12);
  column->setSpacing(6);
  column->addWidget(heading(tr("Initial controllers"), form));
  column->addWidget(m_kind);
  column->addWidget(m_kindHelp);
  column->addWidget(m_rows);
  column->addWidget(m_warnings);
  column->addSpacing(6);
  column->addWidget(heading(tr("Feedback K"), form));
  column->addWidget(m_gains);
  column->addWidget(heading(tr("Offset k"), form));
  column->addWidget(m_offsets);
  column->addWidget(heading(tr("Deviation σ"), form));
  column->addWidget(m_deviations);
  column->addStretch();
  return form;
}

void ControllerPage::setDocument(SceneDocument* document) {
  m_document = document;
  connect(document, &SceneDocument::changed, this, [this] {
    m_stale = true;
    if (isVisible()) showDocument();
  });
}

void ControllerPage::setRunSource(std::function<std::vector<RunControllers>()> source) {
  m_runs = std::move(source);
}

void ControllerPage::setTheme(const Theme& theme) {
  m_canvas->setTheme(theme);
  for (ParameterRow* row : m_parameterRows) row->setTheme(theme);
  for (QWidget* drawn : {static_cast<QWidget*>(m_gains), static_cast<QWidget*>(m_offsets),
                         static_cast<QWidget*>(m_deviations), static_cast<QWidget*>(m_overlay)}) {
    drawn->update();
  }
}

void ControllerPage::settle() {
  for (ParameterRow* row : m_parameterRows) row->settle();
  for (const auto& [key, field] : m_fields) {
    if (field->settle()) return;  // its commit may rebuild the form
  }
}

void ControllerPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (m_stale && m_document) showDocument();
}

void ControllerPage::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  giveRoom();
}

/// A scroll area does not ask wrapped words how high they are at its width.
void ControllerPage::giveRoom() {
  QWidget* content = m_form->widget();
  const int height = content->layout()->totalHeightForWidth(m_form->viewport()->width());
  if (height > 0) content->setMinimumHeight(height);
}

void ControllerPage::showDocument() {
  m_stale = false;
  if (!m_document->scene() || !m_document->readable()) {
    const std::vector<Problem>& problems = m_document->problems();
    const bool own = !problems.empty() && problems.front().pointer.starts_with("/initial_controller/");
    say(own ? tr("The controllers do not fit the task: %1 Choosing another kind removes what does not fit.")
                  .arg(QString::fromStdString(problems.front().what))
            : tr("The task cannot be tried before its errors are mended; see the problems below."),
        true);
    return;
  }
  if (!m_shown) m_canvas->setScene(m_document->scene());
  preview();
}

void ControllerPage::showKind() {
  static constexpr const char* kIds[] = {"lqr", "pd", "zero", "feedback", "demonstration", "run", "table"};
  const std::string id = kIds[static_cast<std::size_t>(m_shown->parameters.init.kind)];
  const KindWords* kind = findKind(id);
  const int index = m_kind->findData(QString::fromStdString(id));
  if (m_kind->currentIndex() != index) m_kind->setCurrentIndex(index);
  m_kindHelp->setText(kind ? tr(kind->help) : QString());
  if (!kind || m_rowsFor == id) return;
  m_rowsFor = id;
  for (ParameterRow* row : m_parameterRows) {
    row->disconnect(this);
    row->hide();
    row->deleteLater();
  }
  m_parameterRows.clear();
  for (const auto& [key, field] : m_fields) {
    field->disconnect(this);
    field->hide();
    field->deleteLater();
  }
  m_fields.clear();
  for (const ParamField& field : describe(m_shown->parameters, m_shown->standard)) {
    const bool read = std::any_of(kind->parameters.begin(), kind->parameters.end(),
                                  [&field](const char* key) { return field.spec.key == key; });
    if (!read) continue;
    auto* row = new ParameterRow(field, m_rows);
    row->setTheme(Theme::current());
    connect(row, &ParameterRow::edited, this, [this](const QString& key, const QString& value) {
      chooseParameter(key, value);
    });
    m_rowColumn->addWidget(row);
    row->show();
    m_parameterRows.push_back(row);
  }
  for (const char* key : kind->fields) {
    const SceneField* field = findField("initial_controller", key);
    if (!field) continue;
    auto* editor = new FieldEditor(*field, QStringLiteral("start.") + QLatin1String(key), false, m_rows);
    const std::string name = key;
    connect(editor, &FieldEditor::committed, this, [this, name](const std::optional<SceneTree>& value) {
      apply(tr("Change %1").arg(QString::fromStdString(name)), [&](TreeEditor& tree) {
        return setField(tree, TreePath("/initial_controller"), name, value);
      });
    });
    m_rowColumn->addWidget(editor);
    editor->setVisible(true);
    m_fields.emplace_back(name, editor);
  }
}

void ControllerPage::showParameters() {
  const std::vector<ParamField> fields = describe(m_shown->parameters, m_shown->standard);
  for (ParameterRow* row : m_parameterRows) {
    for (const ParamField& field : fields) {
      if (field.spec.key == row->field().spec.key) row->setField(field);
    }
  }
  for (const auto& [key, editor] : m_fields) {
    const TreePath place = TreePath("/initial_controller") / key;
    editor->setValue(m_document->tree().contains(place) ? &m_document->tree().at(place) : nullptr);
  }
}

void ControllerPage::showCondition() {
  if (!m_shown) return;
  const Task& task = *m_shown->task;
  m_condition = std::clamp(m_condition, 0, task.conditionCount() - 1);
  if (m_conditions->currentIndex() != m_condition) m_conditions->setCurrentIndex(m_condition);
  m_canvas->setCondition(m_condition);
  const StartRollouts& start = m_shown->preview.conditions[static_cast<std::size_t>(m_condition)];
  const LinearGaussianController& controller = *start.controller;
  QStringList actions, states;
  for (const std::string& name : task.actionNames) actions << QString::fromStdString(name);
  for (const std::string& name : task.stateNames) states << QString::fromStdString(name);
  m_gains->setNames(actions, states);
  std::vector<CurveEditor::Curve> offsets, deviations;
  for (int a = 0; a < task.dU; ++a) {
    CurveEditor::Curve k{actions[a], {}, task.actionLimit(a)}, sigma{actions[a], {}, task.actionLimit(a)};
    for (const LinearGaussianController::Step& step : controller.steps()) {
      k.values.push_back(step.k(a));
      sigma.values.push_back(std::sqrt(step.C(a, a)));
    }
    offsets.push_back(std::move(k));
    deviations.push_back(std::move(sigma));
  }
  m_offsets->setCurves(std::move(offsets));
  m_deviations->setCurves(std::move(deviations));
  std::vector<QPointF> path;
  for (const ControllerTable& table : task.scene->initialController.tables) {
    if (table.condition != task.conditions[static_cast<std::size_t>(m_condition)]) continue;
    for (const Eigen::Vector2d& place : table.path) path.emplace_back(place.x(), place.y());
  }
  m_overlay->setPath(m_shown->parameters.init.kind == InitKind::Demonstration ? std::move(path) : std::vector<QPointF>());
  if (start.mean) {
    const RowMatrix places = tracedPlaces(task, *start.mean);
    m_overlay->setStart({places(0, 0), places(0, 1)});
  }
  showStep();
}

void ControllerPage::showStep() {
  if (!m_shown) return;
  const int t = std::clamp(m_step->value(), 0, m_shown->task->T - 1);
  const auto& steps =
      m_shown->preview.conditions[static_cast<std::size_t>(m_condition)].controller->steps();
  double largest = 0.0;
  for (const auto& step : steps) largest = std::max(largest, step.K.cwiseAbs().maxCoeff());
  m_gains->setGains(steps[static_cast<std::size_t>(t)].K, largest);
  m_offsets->setStep(t);
  m_deviations->setStep(t);
  m_canvas->setTimeStep(t);
  m_stepText->setText(tr("step %1, %2 s").arg(t).arg(t * m_shown->task->dt, 0, 'g', 3));
}

void ControllerPage::showWarnings() {
  QStringList lines;
  for (const StartWarning& warning : m_shown->preview.warnings)
    lines << QString::fromStdString(warning.what + " " + warning.mend);
  m_warnings->setText(lines.join("\n\n"));
  m_warnings->setVisible(!lines.isEmpty());
  giveRoom();
}

}  // namespace gps::ui
