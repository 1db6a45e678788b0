// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/scene_editor.h"

#include <QButtonGroup>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWidgetAction>
#include <array>

#include "widgets/editor/editor_canvas.h"
#include "widgets/editor/pose_bar.h"
#include "widgets/editor/robot_templates.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

struct ToolEntry {
  EditorTool tool;
  const char* icon;
  const char* id;
  const char* name;
  const char* key;
  const char* help;
};

constexpr std::array<ToolEntry, 10> kTools{{
    {EditorTool::Select, "select", "select", "Select", "S", "Pick, move, turn and resize what is there."},
    {EditorTool::Pan, "hand", "pan", "Move the view", "H", "Also: hold Space, or the middle button."},
    {EditorTool::Box, "box", "box", "Box", "B", "Drag from corner to corner."},
    {EditorTool::Circle, "circle", "circle", "Circle", "C", "Drag from the centre outwards."},
    {EditorTool::Polygon, "polygon", "polygon", "Polygon", "P", "Click 3 to 8 corners; Enter ends it."},
    {EditorTool::Chain, "chain", "chain", "Chain", "L", "A wall of lines that cannot move. Enter ends it."},
    {EditorTool::Revolute, "hinge", "hinge", "Hinge", "R",
     "Revolute joint: click its anchor, then the body that holds it and the one that turns."},
    {EditorTool::Prismatic, "slide", "slider", "Slider", "T",
     "Prismatic joint: drag its axis, then click the body that holds it and the one that slides."},
    {EditorTool::Weld, "weld", "weld", "Weld", "W", "Ties two bodies rigidly: click its anchor, then both."},
    {EditorTool::Distance, "rod", "rod", "Rod", "D",
     "Keeps a distance: click a place on each of two bodies."},
}};

}  // namespace

struct SceneEditor::Impl {
  explicit Impl(SceneEditor* editor) : q(editor) {}

  SceneEditor* q;
  Theme theme = Theme::current();
  EditorCanvas* canvas = nullptr;
  PoseBar* pose = nullptr;
  QLabel* hint = nullptr;
  QString hintText;
  QWidget* toolBar = nullptr;
  QHBoxLayout* toolRow = nullptr;
  QToolButton* extra = nullptr;
  QToolButton* robots = nullptr;
  int links = 2;
  QButtonGroup* tools = nullptr;
  QToolButton *dynamic = nullptr, *corners = nullptr, *snap = nullptr, *ghosts = nullptr,
              *duplicate = nullptr, *remove = nullptr, *fit = nullptr;
  std::vector<std::pair<QToolButton*, QString>> icons;

  QToolButton* button(QHBoxLayout* row, const QString& id, const QString& iconName, const QString& name,
                      const QString& key, const QString& help, bool checkable) {
    auto* made = new QToolButton(q);
    made->setObjectName(QStringLiteral("editor.") + id);
    made->setAccessibleName(name);
    made->setAccessibleDescription(help);
    const QString shortcut = key.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(key);
    made->setToolTip(QStringLiteral("<b>%1</b>%2<br>%3").arg(name, shortcut, help));
    made->setIconSize(QSize(18, 18));
    made->setCheckable(checkable);
    row->addWidget(made);
    icons.emplace_back(made, iconName);
    return made;
  }

  void line(QHBoxLayout* row) {
    row->addSpacing(2);
    auto* separator = new QFrame(q);
    separator->setFixedSize(1, 20);
    separator->setObjectName(QStringLiteral("editor.separator"));
    separators.push_back(separator);
    row->addWidget(separator);
    row->addSpacing(2);
  }
  std::vector<QFrame*> separators;

  void buildTools(QVBoxLayout* column) {
    auto* bar = new QWidget(q);
    bar->setObjectName(QStringLiteral("editor.tools"));
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(4, 4, 4, 4);
    row->setSpacing(0);
    bar->installEventFilter(q);
    toolBar = bar;
    tools = new QButtonGroup(q);
    for (const ToolEntry& entry : kTools) {
      QToolButton* made = button(row, QStringLiteral("tool.") + entry.id, entry.icon, tr(entry.name),
                                 entry.key, tr(entry.help), true);
      tools->addButton(made, static_cast<int>(entry.tool));
      if (entry.tool == EditorTool::Pan || entry.tool == EditorTool::Chain) line(row);
    }
    line(row);
    buildRobots(row);
    line(row);
    dynamic = button(row, "dynamic", "mover", tr("New bodies move"), "M",
                     tr("On: what you draw next is dynamic. Off: it stands still."), true);
    corners =
        button(row, "corners", "corners", tr("Edit corners"), "E",
               tr("Drag the corners of the selected body; Enter or a second click does the same."), true);
    snap = button(row, "snap", "snap", tr("Snap"), "G",
                  tr("To the grid, to corners and anchors, and to 15°. Hold Alt to suspend it."), true);
    ghosts = button(row, "ghosts", "ghost", tr("Starts of conditions"), QString(),
                    tr("Shows where each condition starts the bodies; drag them to change it."), true);
    line(row);
    duplicate = button(row, "duplicate", "duplicate", tr("Duplicate"), "Ctrl+D",
                       tr("Copies the selected bodies with the joints between them."), false);
    remove = button(row, "remove", "remove", tr("Remove"), "Delete",
                    tr("Removes what is selected, with what cannot stand without it."), false);
    line(row);
    fit = button(row, "fit", "fit", tr("Fit"), "F", tr("Shows everything."), false);
    row->addStretch();
    toolRow = row;
    column->addWidget(bar);
  }

  /// A menu of robots; how many links the arm has is set in it.
  void buildRobots(QHBoxLayout* row) {
    robots = button(
        row, "robots", "robot", tr("Robots"), QString(),
        tr("Ready robots with joints, actuators and sensors: choose one, then click where it goes."), false);
    robots->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(robots);
    menu->setObjectName(QStringLiteral("editor.robots.menu"));
    menu->setToolTipsVisible(true);
    for (const RobotTemplate& each : robotTemplates()) {
      QAction* action = menu->addAction(each.title);
      action->setObjectName(QStringLiteral("editor.robot.") + each.name);
      action->setToolTip(each.help);
      QObject::connect(action, &QAction::triggered, q, [this, each] {
        canvas->placeTemplate(each.name, each.links ? links : 0);
        canvas->setFocus(Qt::OtherFocusReason);
      });
      if (each.links) addLinks(menu, action, each.title);
    }
    robots->setMenu(menu);
    QObject::connect(canvas, &EditorCanvas::robotsAsked, menu, [this, menu] {
      menu->setActiveAction(menu->actions().first());
      menu->popup(robots->mapToGlobal(QPoint(0, robots->height())));
    });
  }

  void addLinks(QMenu* menu, QAction* action, const QString& title) {
    auto* box = new QWidget(menu);
    auto* line = new QHBoxLayout(box);
    line->setContentsMargins(24, 0, 12, 4);
    auto* slider = new QSlider(Qt::Horizontal, box);
    slider->setObjectName(QStringLiteral("editor.robot.links"));
    slider->setAccessibleName(tr("Links of the arm"));
    slider->setToolTip(tr("Links of the arm, 1 to 6"));
    slider->setRange(1, 6);
    slider->setPageStep(1);
    line->addWidget(slider);
    auto* holder = new QWidgetAction(menu);
    holder->setDefaultWidget(box);
    menu->addAction(holder);
    const auto name = [this, action, title] {
      action->setText(links == 1 ? tr("%1 of 1 link").arg(title)
                                 : tr("%1 of %2 links").arg(title).arg(links));
    };
    QObject::connect(slider, &QSlider::valueChanged, q, [this, name](int value) {
      links = value;
      name();
    });
    slider->setValue(links);
    name();
  }

  /// Two tools say more with words, where the bar is wide enough: first the kind of new bodies.
  void fitTools() {
    if (!toolRow) return;
    const auto fits = [&](bool kind, bool other) {
      dynamic->setToolButtonStyle(kind ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
      // The same width for both words, or the tools beside it would jump.
      const QString now = dynamic->text();
      int width = 0;
      for (const QString& words : {tr("Moving"), tr("Fixed")}) {
        dynamic->setText(words);
        width = std::max(width, dynamic->sizeHint().width());
      }
      dynamic->setText(now);
      dynamic->setMinimumWidth(kind ? width : 0);
      if (extra) extra->setToolButtonStyle(other ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
      toolRow->invalidate();
      return toolRow->minimumSize().width() <= toolBar->width();
    };
    if (!fits(true, true) && !fits(true, false)) fits(false, false);
  }

  void showHint() {
    const int room = hint->width() > 40 ? hint->width() : 1000;
    hint->setText(hint->fontMetrics().elidedText(hintText, Qt::ElideRight, room));
    hint->setToolTip(hintText);
    hint->setAccessibleDescription(hintText);
  }

  void buildFoot(QVBoxLayout* column) {
    auto* foot = new QWidget(q);
    auto* row = new QVBoxLayout(foot);
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(4);
    hint = new QLabel(foot);
    hint->setObjectName(QStringLiteral("editor.hint"));
    hint->setAccessibleName(tr("What the tool waits for"));
    hint->setProperty("role", "small");
    // A line of its own: beside the numbers it would be cut just when something is selected.
    hint->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    pose = new PoseBar(foot);
    row->addWidget(hint);
    row->addWidget(pose, 1);
    foot->setFixedHeight(68);
    hint->installEventFilter(q);
    column->addWidget(foot);
  }

  void connectAll() {
    QObject::connect(tools, &QButtonGroup::idClicked, q, [this](int id) {
      canvas->setTool(static_cast<EditorTool>(id));
      canvas->setFocus(Qt::OtherFocusReason);
    });
    QObject::connect(dynamic, &QToolButton::clicked, canvas, &EditorCanvas::setDrawsDynamic);
    QObject::connect(corners, &QToolButton::clicked, canvas, &EditorCanvas::setEditsCorners);
    QObject::connect(snap, &QToolButton::clicked, canvas, &EditorCanvas::setSnapping);
    QObject::connect(ghosts, &QToolButton::clicked, canvas, &EditorCanvas::setGhostsShown);
    QObject::connect(duplicate, &QToolButton::clicked, canvas, &EditorCanvas::duplicateSelected);
    QObject::connect(remove, &QToolButton::clicked, canvas, &EditorCanvas::removeSelected);
    QObject::connect(fit, &QToolButton::clicked, canvas, &EditorCanvas::fit);
    QObject::connect(canvas, &EditorCanvas::selectionChanged, q, [this] {
      sync();
      Q_EMIT q->selectionChanged();
    });
    QObject::connect(canvas, &EditorCanvas::toolChanged, q, [this](EditorTool tool) {
      sync();
      Q_EMIT q->toolChanged(tool);
    });
    QObject::connect(canvas, &EditorCanvas::settingsChanged, q, [this] { sync(); });
    QObject::connect(canvas, &EditorCanvas::hintChanged, q, [this](const QString& text) {
      if (hintText == text) return;
      hintText = text;
      showHint();
      Q_EMIT q->hintChanged(text);
    });
    QObject::connect(canvas, &EditorCanvas::gestureBegan, q, &SceneEditor::gestureBegan);
    QObject::connect(canvas, &EditorCanvas::edited, q, &SceneEditor::edited);
    QObject::connect(canvas, &EditorCanvas::gestureEnded, q, &SceneEditor::gestureEnded);
    QObject::connect(canvas, &EditorCanvas::gestureCancelled, q, &SceneEditor::gestureCancelled);
    QObject::connect(canvas, &EditorCanvas::cursorMoved, q, &SceneEditor::cursorMoved);
    QObject::connect(pose, &PoseBar::wished, canvas, &EditorCanvas::editOnce);
  }

  /// Buttons and numbers say what the canvas holds.
  void sync() {
    // A robot is placed with no button down.
    QAbstractButton* const inHand = tools->button(static_cast<int>(canvas->tool()));
    tools->setExclusive(false);
    for (QAbstractButton* each : tools->buttons()) each->setChecked(each == inHand);
    tools->setExclusive(true);
    robots->setEnabled(canvas->value() && !canvas->readOnly());
    const bool editable = canvas->value() && !canvas->readOnly();
    for (const ToolEntry& entry : kTools) {
      const bool looks = entry.tool == EditorTool::Select || entry.tool == EditorTool::Pan;
      tools->button(static_cast<int>(entry.tool))->setEnabled(looks || editable);
    }
    const SceneSelection& selection = canvas->selection();
    // A wall of lines stands still whatever was chosen last.
    const bool moves = canvas->drawsDynamic() && canvas->tool() != EditorTool::Chain;
    dynamic->setChecked(moves);
    dynamic->setText(moves ? tr("Moving") : tr("Fixed"));
    dynamic->setEnabled(editable && canvas->tool() != EditorTool::Chain);
    corners->setChecked(canvas->editsCorners());
    corners->setEnabled(editable && selection.bodies.size() == 1);
    snap->setChecked(canvas->snapping());
    ghosts->setChecked(canvas->ghostsShown());
    duplicate->setEnabled(editable && !selection.bodies.empty());
    remove->setEnabled(editable && !selection.empty());
    pose->present(canvas->value(), selection, canvas->readOnly());
  }

  void applyIcons() {
    for (const auto& [made, name] : icons) made->setIcon(icon(name, theme));
    for (QFrame* separator : separators) {
      QPalette palette = separator->palette();
      palette.setColor(QPalette::Window, theme.hairline);
      separator->setPalette(palette);
      separator->setAutoFillBackground(true);
    }
  }
};

SceneEditor::SceneEditor(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this)) {
  setObjectName(QStringLiteral("editor"));
  setAccessibleName(tr("Scene editor"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_impl->canvas = new EditorCanvas(this);
  m_impl->buildTools(column);
  column->addWidget(m_impl->canvas, 1);
  m_impl->buildFoot(column);
  m_impl->connectAll();
  m_impl->applyIcons();
  setFocusProxy(m_impl->canvas);
  m_impl->canvas->toolNews();
  m_impl->sync();
}

SceneEditor::~SceneEditor() = default;

bool SceneEditor::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_impl->toolBar && event->type() == QEvent::Resize) m_impl->fitTools();
  if (watched == m_impl->hint && event->type() == QEvent::Resize) m_impl->showHint();
  return QWidget::eventFilter(watched, event);
}

void SceneEditor::setScene(std::shared_ptr<const Scene> scene) {
  m_impl->canvas->setScene(std::move(scene));
  m_impl->sync();
}
std::shared_ptr<const Scene> SceneEditor::scene() const {
  return m_impl->canvas->value();
}

void SceneEditor::setSelection(const SceneSelection& selection) {
  m_impl->canvas->setSelection(selection);
}
SceneSelection SceneEditor::selection() const {
  return m_impl->canvas->selection();
}

QList<std::pair<QString, QString>> SceneEditor::keys() {
  QList<std::pair<QString, QString>> list;
  for (const ToolEntry& entry : kTools) list.append({tr(entry.name), QString::fromLatin1(entry.key)});
  list.append({tr("Place a robot"), QStringLiteral("N")});
  list.append({tr("New bodies move"), QStringLiteral("M")});
  list.append({tr("Edit corners"), QStringLiteral("E")});
  list.append({tr("Snap"), QStringLiteral("G")});
  list.append({tr("Next, previous part"), tr("Tab, Shift+Tab")});
  list.append({tr("Nudge, ten steps"), tr("Arrows, Shift+arrows")});
  list.append({tr("Turn"), QStringLiteral("[ ]")});
  list.append({tr("Zoom in, out, all"), QStringLiteral("+ − F")});
  list.append({tr("Take, drop"), tr("Enter, Esc")});
  return list;
}

void SceneEditor::setTheme(const Theme& theme) {
  m_impl->theme = theme;
  m_impl->canvas->setTheme(theme);
  m_impl->applyIcons();
}

void SceneEditor::setTool(EditorTool tool) {
  m_impl->canvas->setTool(tool);
}
void SceneEditor::placeTemplate(const QString& name, int links) {
  m_impl->canvas->placeTemplate(name, links);
}
EditorTool SceneEditor::tool() const {
  return m_impl->canvas->tool();
}

void SceneEditor::setReadOnly(bool readOnly, const QString& reason) {
  m_impl->canvas->setReadOnly(readOnly, reason);
  m_impl->sync();
}
bool SceneEditor::readOnly() const {
  return m_impl->canvas->readOnly();
}
void SceneEditor::setDrawsDynamic(bool dynamic) {
  m_impl->canvas->setDrawsDynamic(dynamic);
}
bool SceneEditor::drawsDynamic() const {
  return m_impl->canvas->drawsDynamic();
}
void SceneEditor::setSnapping(bool on) {
  m_impl->canvas->setSnapping(on);
}
bool SceneEditor::snapping() const {
  return m_impl->canvas->snapping();
}
void SceneEditor::setGhostsShown(bool shown) {
  m_impl->canvas->setGhostsShown(shown);
}
bool SceneEditor::ghostsShown() const {
  return m_impl->canvas->ghostsShown();
}
void SceneEditor::setField(PlaneField field) {
  m_impl->canvas->setField(std::move(field));
}
const HeatMap& SceneEditor::heatMap() const {
  return m_impl->canvas->heatMap();
}
void SceneEditor::addTool(QToolButton* tool) {
  m_impl->extra = tool;
  m_impl->toolRow->addWidget(tool);
  m_impl->fitTools();
}
void SceneEditor::fit() {
  m_impl->canvas->fit();
}

QPointF SceneEditor::pixelOf(const Eigen::Vector2d& world) const {
  return m_impl->canvas->viewport()->mapTo(this, m_impl->canvas->pixelOf(world));
}

Eigen::Vector2d SceneEditor::worldOf(const QPointF& pixel) const {
  const QPointF at = m_impl->canvas->map().toWorld(m_impl->canvas->viewport()->mapFrom(this, pixel));
  return {at.x(), at.y()};
}

QSize SceneEditor::sizeHint() const {
  return {960, 640};
}
QString SceneEditor::summary() const {
  return m_impl->canvas->summary();
}

}  // namespace gps::ui
