// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/design_page.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/commands/add_part.h"
#include "app/commands/apply_wish.h"
#include "app/forms/design/controller_page.h"
#include "app/forms/design/history_panel.h"
#include "app/forms/design/inspector.h"
#include "app/forms/design/problem_list.h"
#include "app/forms/design/try_panel.h"
#include "widgets/editor/robot_templates.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/editor/try_canvas.h"

namespace gps::ui {

namespace {

QToolButton* button(const char* name, const QString& text, const QString& tip, QWidget* parent) {
  auto* made = new QToolButton(parent);
  made->setObjectName(QLatin1String(name));
  made->setText(text);
  made->setToolTip(tip);
  made->setAccessibleName(tip);
  made->setFocusPolicy(Qt::TabFocus);
  return made;
}

QString text(std::string_view words) {
  return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}
}  // namespace

void DesignPage::makeLayout() {
  auto* left = m_left = new QWidget(this);
  m_add = button("design.add", tr("Add"), tr("Add a part to the task"), left);
  m_add->setPopupMode(QToolButton::InstantPopup);
  m_add->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_add->setMenu(makeAddMenu());
  m_duplicate = button("design.duplicate", QString(), tr("Duplicate what is selected"), left);
  m_remove =
      button("design.remove", QString(), tr("Remove what is selected and all that depends on it"), left);
  m_up = button("design.up", QString(QChar(0x2191)), tr("Earlier in its list: drawn below"), left);
  m_down = button("design.down", QString(QChar(0x2193)), tr("Later in its list: drawn above"), left);
  auto* tools = new QHBoxLayout;
  tools->setContentsMargins(8, 6, 8, 6);
  tools->setSpacing(2);
  for (QToolButton* tool : {m_add, m_duplicate, m_remove}) {
    tool->setIconSize({18, 18});
    tools->addWidget(tool);
  }
  tools->addStretch();
  tools->addWidget(m_up);
  tools->addWidget(m_down);
  m_outline = new Outline(left);
  auto* leftColumn = new QVBoxLayout(left);
  leftColumn->setContentsMargins(0, 0, 0, 0);
  leftColumn->setSpacing(0);
  leftColumn->addLayout(tools);
  leftColumn->addWidget(m_outline, 1);
  m_history = new HistoryPanel(left);
  leftColumn->addWidget(m_history);

  m_view = new SceneEditor(this);
  m_view->setObjectName("design.view");
  m_view->setAccessibleName(tr("Drawing of the task"));
  m_inspector = new Inspector(this);
  m_controllers = new ControllerPage(this);
  m_centre = new QStackedWidget(this);
  m_centre->setObjectName("design.centre");
  m_centre->addWidget(m_view);
  m_centre->addWidget(m_controllers);

  m_tryButton = button("design.try", tr("Try it"), tr("Let the task move and drag its bodies; nothing is changed (F8)"), this);
  m_tryButton->setCheckable(true);
  m_tryButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_tryButton->setIconSize({18, 18});
  auto* tryAction = new QAction(tr("Try it"), this);
  tryAction->setObjectName("design.tryAction");
  tryAction->setShortcut(QKeySequence(Qt::Key_F8));
  // The whole window, wherever the keyboard is; it sleeps while this page is hidden.
  tryAction->setShortcutContext(Qt::WindowShortcut);
  connect(tryAction, &QAction::triggered, this, [this] { setTrying(!trying()); });
  addAction(tryAction);
  m_view->addTool(m_tryButton);
  m_tryPage = new QWidget(this);
  m_tryTitle = new QLabel(m_tryPage);
  m_tryTitle->setObjectName("try.title");
  m_tryTitle->setTextFormat(Qt::PlainText);
  m_tryTitle->setContentsMargins(12, 10, 12, 10);
  m_tryCanvas = new TryCanvas(m_tryPage);
  auto* tryColumn = new QVBoxLayout(m_tryPage);
  tryColumn->setContentsMargins(0, 0, 0, 0);
  tryColumn->setSpacing(0);
  tryColumn->addWidget(m_tryTitle);
  tryColumn->addWidget(m_tryCanvas, 1);
  m_tryPanel = new TryPanel(this);
  m_centre->addWidget(m_tryPage);
  m_side = new QStackedWidget(this);
  m_side->addWidget(m_inspector);
  m_side->addWidget(m_tryPanel);
  connectTry();

  auto* top = new QSplitter(Qt::Horizontal, this);
  top->setObjectName("design.splitter");
  top->setChildrenCollapsible(false);
  top->addWidget(left);
  top->addWidget(m_centre);
  top->addWidget(m_side);
  left->setMinimumWidth(200);
  m_side->setMinimumWidth(264);
  // Less than its own wish, which together with both sides is wider than a small screen.
  m_centre->setMinimumWidth(400);
  top->setStretchFactor(1, 1);
  top->setSizes({232, 728, 320});

  m_below = new QWidget(this);
  m_problemTitle = new QLabel(m_below);
  m_problemTitle->setObjectName("design.problemTitle");
  m_problemTitle->setContentsMargins(12, 6, 12, 2);
  m_problems = new ProblemList(m_below);
  m_problemTitle->setBuddy(m_problems);
  auto* belowColumn = new QVBoxLayout(m_below);
  belowColumn->setContentsMargins(0, 0, 0, 0);
  belowColumn->setSpacing(0);
  belowColumn->addWidget(m_problemTitle);
  belowColumn->addWidget(m_problems, 1);
  auto* all = m_rows = new QSplitter(Qt::Vertical, this);
  all->setObjectName("design.rows");
  all->setChildrenCollapsible(false);
  all->addWidget(top);
  all->addWidget(m_below);
  all->setStretchFactor(0, 1);
  all->setSizes({640, 110});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(all);
}

QMenu* DesignPage::makeAddMenu() {
  auto* menu = new QMenu(this);
  menu->setToolTipsVisible(true);
  const auto entry = [this](QMenu* into, const QString& label, const QString& tip, PartKind kind,
                            const std::string& type) {
    QAction* action = into->addAction(label);
    action->setObjectName(QStringLiteral("design.add.") + QString::fromStdString(listKey(kind)) + "." +
                          QString::fromStdString(type));
    action->setToolTip(QStringLiteral("<p>%1</p>").arg(tip.toHtmlEscaped()));
    connect(action, &QAction::triggered, this, [this, kind, type] { addPart(kind, type); });
  };
  addRobots(menu->addMenu(tr("&Robot")));
  entry(menu, tr("&Moving body"), tr("A box that moves"), PartKind::Body, "dynamic");
  entry(menu, tr("&Fixed body"), tr("A box that stands still"), PartKind::Body, "static");
  const std::pair<PartKind, QString> kinds[] = {{PartKind::Joint, tr("&Joint")},
                                                {PartKind::Actuator, tr("&Actuator")},
                                                {PartKind::Sensor, tr("&Sensor")},
                                                {PartKind::Cost, tr("C&ost term")}};
  for (const auto& [kind, title] : kinds) {
    QMenu* sub = menu->addMenu(title);
    sub->setToolTipsVisible(true);
    for (const TypeEntry& type : partTypes(kind))
      entry(sub, text(type.label), text(type.help), kind, std::string(type.name));
  }
  entry(menu, tr("&Condition"), tr("A start of rollouts"), PartKind::Condition, "");
  return menu;
}

void DesignPage::addRobots(QMenu* menu) {
  menu->setToolTipsVisible(true);
  const auto entry = [this, menu](const RobotTemplate& robot, int links, const QString& label) {
    QAction* action = menu->addAction(label);
    action->setObjectName(QStringLiteral("design.add.robot.") + robot.name +
                          (links > 0 ? QString::number(links) : QString()));
    action->setToolTip(QStringLiteral("<p>%1</p>").arg(robot.help.toHtmlEscaped()));
    connect(action, &QAction::triggered, this, [this, name = robot.name, links] {
      m_view->placeTemplate(name, links);
      m_view->setFocus();
    });
  };
  for (const RobotTemplate& robot : robotTemplates()) {
    if (!robot.links) {
      entry(robot, 0, robot.title);
      continue;
    }
    for (int links = 1; links <= 6; ++links)
      entry(robot, links,
            links == 1 ? tr("%1 of 1 link").arg(robot.title) : tr("%1 of %2 links").arg(robot.title).arg(links));
  }
}

QMenu* DesignPage::addMenu() const {
  return m_add->menu();
}

}  // namespace gps::ui
