// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/design_page.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <algorithm>

#include "app/commands/add_part.h"
#include "app/commands/apply_wish.h"
#include "app/commands/copy_parts.h"
#include "app/commands/arrange_bodies.h"
#include "app/commands/edit_part.h"
#include "app/commands/rename_part.h"
#include "app/forms/design/controller_page.h"
#include "app/forms/design/history_panel.h"
#include "app/forms/design/inspector.h"
#include "app/forms/design/problem_list.h"
#include "app/forms/design/try_panel.h"
#include "app/forms/design/try_session.h"
#include "widgets/editor/robot_templates.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/editor/try_canvas.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

/// Keeps the keyboard on the page while forms are made anew and buttons are switched off: Qt hands the focus of
/// what goes to whatever comes next, which is the window's toolbar. The field of the same name gets it back.
class FocusKeeper {
 public:
  FocusKeeper(QWidget* page, QWidget* otherwise) : m_page(page), m_otherwise(otherwise) {
    const QWidget* focus = QApplication::focusWidget();
    m_had = focus && page->isAncestorOf(focus);
    if (m_had) m_name = focus->objectName();
  }
  ~FocusKeeper() {
    const QWidget* focus = QApplication::focusWidget();
    if (!m_had || (focus && m_page->isAncestorOf(focus))) return;
    for (QWidget* same : m_page->findChildren<QWidget*>(m_name)) {
      if (!same->isEnabled() || !same->isVisibleTo(m_page) || same->focusPolicy() == Qt::NoFocus) continue;
      same->setFocus(Qt::OtherFocusReason);
      return;
    }
    m_otherwise->setFocus(Qt::OtherFocusReason);
  }
  FocusKeeper(const FocusKeeper&) = delete;
  FocusKeeper& operator=(const FocusKeeper&) = delete;

 private:
  QWidget* m_page;
  QWidget* m_otherwise;
  QString m_name;
  bool m_had = false;
};

}  // namespace

DesignPage::DesignPage(QWidget* parent) : QWidget(parent) {
  setObjectName("design");
  makeLayout();
  connect(m_outline, &Outline::selectionMade, this, [this] { select(m_outline->selected()); });
  connect(m_outline, &Outline::enabledChanged, this, [this](const PartRef& part, bool enabled) {
    const QString name = QString::fromStdString(part.id);
    run(enabled ? tr("Enable %1").arg(name) : tr("Disable %1").arg(name),
        [part, enabled](TreeEditor& editor) -> Status {
          const auto index = findPart(editor.tree(), part);
          if (!index) return Done{};
          // On is what goes without saying.
          return setField(editor, pathOf(part.kind, *index), "enabled",
                          enabled ? std::nullopt : std::optional(SceneTree(false)));
        });
  });
  connect(m_outline, &Outline::renameWanted, this, [this](const PartRef& part, const QString& name) {
    const bool done = run(tr("Rename %1 to %2").arg(QString::fromStdString(part.id), name),
                          [part, name](TreeEditor& editor) {
                            return renamePart(editor, part, name.toStdString());
                          });
    if (done)
      select({{{part.kind, name.toStdString()}}, TreePath()});
    else if (m_document)
      showParts();  // the list has the name that was typed
    m_outline->setFocus();
  });
  connect(m_inspector, &Inspector::edited, this, &DesignPage::apply);
  connect(m_inspector, &Inspector::renamed, this, [this](const PartRef& part, const QString& id) {
    const PartRef after{part.kind, id.toStdString()};
    if (m_document && findPart(m_document->tree(), after)) select({{after}, TreePath()});
  });
  connect(m_inspector, &Inspector::mapToggled, this, [this](bool on) {
    m_mapWanted = on;
    showTerm();
  });
  connect(m_inspector, &Inspector::arrangeRequested, this, &DesignPage::arrange);
  // The button that asks goes away with its form while it is still pressed.
  connect(m_inspector, &Inspector::addRequested, this, &DesignPage::addPart, Qt::QueuedConnection);
  connectView();
  connect(m_controllers, &ControllerPage::refused, this, &DesignPage::refused);
  connect(m_controllers, &ControllerPage::noted, this, &DesignPage::noted);
  connect(m_problems, &ProblemList::culpritRequested, this, &DesignPage::showCulprit);
  connect(m_duplicate, &QToolButton::clicked, this, &DesignPage::duplicateSelected);
  connect(m_remove, &QToolButton::clicked, this, &DesignPage::removeSelected);
  connect(m_up, &QToolButton::clicked, this, [this] { moveSelected(-1); });
  connect(m_down, &QToolButton::clicked, this, [this] { moveSelected(1); });
}

DesignPage::~DesignPage() = default;

const Trajectory* RunLook::of(const std::string& condition, const Scene& now) const {
  const bool same = scene && scene->state == now.state &&
                    std::equal(scene->actuators.begin(), scene->actuators.end(), now.actuators.begin(),
                               now.actuators.end(), [](const Actuator& a, const Actuator& b) { return a.id == b.id; });
  if (!same) return nullptr;
  for (std::size_t i = 0; i < conditions.size() && i < rollouts.size(); ++i) {
    if (conditions[i] == condition && rollouts[i]) return &rollouts[i]->trajectory;
  }
  return nullptr;
}

void DesignPage::focusPane(DesignPane pane) {
  switch (pane) {
    case DesignPane::Parts:
      return m_outline->setFocus(Qt::ShortcutFocusReason);
    case DesignPane::Drawing:
      return m_view->setFocus(Qt::ShortcutFocusReason);
    case DesignPane::Properties:
      return m_inspector->focusFirst();
    case DesignPane::Problems:
      if (m_problems->isVisible()) m_problems->setFocus(Qt::ShortcutFocusReason);
  }
}

void DesignPage::connectView() {
  connect(m_view, &SceneEditor::gestureBegan, this, [this](quint64, const QString& title) {
    if (!m_document) return;
    m_gestureScene = m_document->scene();
    m_went.clear();
    m_document->beginGesture(title);
  });
  connect(m_view, &SceneEditor::edited, this, [this](quint64, const SceneEdit& wish) {
    if (!m_document || !m_gestureScene) return;
    m_went.clear();
    const Status done = m_document->gestureEdit([&](TreeEditor& editor) {
      if (const auto* robot = std::get_if<TemplateDropped>(&wish)) {
        const QByteArray text = robotTemplateText(QString::fromStdString(robot->name), robot->links);
        return dropRobot(editor, text.toStdString(), robot->position);
      }
      return applyWish(editor, *m_gestureScene, wish, &m_went);
    });
    if (!done) Q_EMIT refused(done.error());
  });
  connect(m_view, &SceneEditor::gestureEnded, this, [this] {
    if (!m_document) return;
    m_document->endGesture();
    m_gestureScene.reset();
    if (m_stale) showParts();
    if (m_went.empty()) return;
    QStringList texts;
    for (const std::string& each : m_went) texts << QString::fromStdString(each);
    Q_EMIT noted(tr("With it went what depended on it: %1. Undo brings all back.").arg(texts.join(", ")));
  });
  connect(m_view, &SceneEditor::gestureCancelled, this, [this] {
    if (!m_document) return;
    m_document->cancelGesture();
    m_gestureScene.reset();
    if (m_stale) showParts();
  });
  connect(m_view, &SceneEditor::selectionChanged, this, &DesignPage::takeViewSelection);
}

void DesignPage::takeViewSelection() {
  if (m_selecting) return;
  const SceneSelection chosen = m_view->selection();
  DesignSelection selection;
  for (const std::string& id : chosen.bodies) selection.parts.push_back({PartKind::Body, id});
  for (const std::string& id : chosen.joints) selection.parts.push_back({PartKind::Joint, id});
  for (const StartRef& start : chosen.starts) {
    const PartRef part{PartKind::Condition, start.condition};
    if (std::find(selection.parts.begin(), selection.parts.end(), part) == selection.parts.end())
      selection.parts.push_back(part);
  }
  for (const std::string& id : chosen.terms) selection.parts.push_back({PartKind::Cost, id});
  if (selection.parts.empty() && chosen.target) selection.place = TreePath("/success");
  // Said by the view itself: telling it again would lose what only it can select.
  m_selecting = true;
  select(selection);
  m_selecting = false;
}

void DesignPage::setDocument(SceneDocument* document) {
  m_document = document;
  m_controllers->setDocument(document);
  connect(document, &SceneDocument::changed, this, &DesignPage::showDocument);
  m_history->setDocument(document);
  showDocument();
}

void DesignPage::setTheme(const Theme& theme) {
  m_view->setTheme(theme);
  m_tryCanvas->setTheme(theme);
  m_tryButton->setIcon(icon("play", theme));
  m_controllers->setTheme(theme);
  m_add->setIcon(icon("add", theme));
  m_duplicate->setIcon(icon("duplicate", theme));
  m_remove->setIcon(icon("remove", theme));
  if (m_document) showDocument();
}

void DesignPage::showDocument() {
  setTrying(false);
  m_view->setReadOnly(!m_document->readable());
  m_view->setScene(m_document->scene());
  // A drag sends sixty states in a second; lists and forms can wait for its end.
  m_stale = m_document->inGesture();
  if (!m_stale) {
    showParts();
  } else if (m_mapWanted) {
    showTerm();  // the colours follow a target that is dragged
  }
}

void DesignPage::showParts() {
  const FocusKeeper keep(this, m_view);
  m_stale = false;
  const SceneTree& tree = m_document->tree();
  const auto gone = [&tree](const PartRef& part) { return !findPart(tree, part); };
  auto& parts = m_selection.parts;
  const auto kept = std::remove_if(parts.begin(), parts.end(), gone);
  const bool lost = kept != parts.end();
  parts.erase(kept, parts.end());
  m_outline->setTree(tree, m_document->problems());
  const std::vector<Problem>& problems = m_document->problems();
  const auto errors = std::count_if(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.severity == Problem::Severity::Error;
  });
  const auto warnings = static_cast<std::ptrdiff_t>(problems.size()) - errors;
  QStringList counts;
  if (errors > 0) counts << (errors == 1 ? tr("1 error") : tr("%1 errors").arg(errors));
  if (warnings > 0) counts << (warnings == 1 ? tr("1 warning") : tr("%1 warnings").arg(warnings));
  m_problemTitle->setText(counts.isEmpty() ? tr("No problems: the task can be learned.")
                                           : tr("Problems: %1").arg(counts.join(", ")));
  giveProblemsRoom(!problems.empty());
  QStringList owners;
  for (const Problem& problem : problems) owners << ownerOf(problem.pointer);
  m_problems->setProblems(problems, owners);
  showTermValues();
  showSelection();
  if (lost) Q_EMIT selectionChanged();
}

void DesignPage::giveProblemsRoom(bool some) {
  if (m_problems->isVisibleTo(this) == some) return;
  // An empty list would take the drawing's room.
  m_problems->setVisible(some);
  m_below->setMaximumHeight(some ? QWIDGETSIZE_MAX : m_problemTitle->sizeHint().height() + 8);
  // A splitter does not give back on its own what a part may not use.
  const QList<int> sizes = m_rows->sizes();
  const int below = some ? 110 : m_below->maximumHeight();
  m_rows->setSizes({std::max(sizes.value(0) + sizes.value(1) - below, 600), below});
}

void DesignPage::select(const DesignSelection& selection) {
  if (selection == m_selection) return;
  m_selection = selection;
  if (!m_stale) showSelection();
  Q_EMIT selectionChanged();
}

void DesignPage::showSelection() {
  const FocusKeeper keep(this, m_view);
  m_outline->setSelected(m_selection);
  showPages();
  if (!m_selecting) {
    SceneSelection chosen;
    for (const PartRef& part : m_selection.parts) {
      if (part.kind == PartKind::Body) chosen.bodies.push_back(part.id);
      if (part.kind == PartKind::Joint) chosen.joints.push_back(part.id);
      if (part.kind == PartKind::Cost) chosen.terms.push_back(part.id);
    }
    chosen.target = m_selection.parts.empty() && m_selection.place == TreePath("/success");
    // Ghosts are chosen in the drawing only; the condition in the list leaves its own be.
    for (const StartRef& start : m_view->selection().starts) {
      const PartRef part{PartKind::Condition, start.condition};
      if (std::find(m_selection.parts.begin(), m_selection.parts.end(), part) != m_selection.parts.end())
        chosen.starts.push_back(start);
    }
    m_selecting = true;
    m_view->setSelection(chosen);
    m_selecting = false;
  }
  const bool any = !m_selection.parts.empty();
  m_duplicate->setEnabled(any);
  m_remove->setEnabled(any);
  m_up->setEnabled(m_selection.parts.size() == 1);
  m_down->setEnabled(m_selection.parts.size() == 1);
  if (!m_document) return;
  if (m_selection.parts.size() > 1) {
    m_inspector->showSeveral(m_selection.parts);
    m_view->setField({});
    return;
  }
  TreePath place = m_selection.place;
  if (any) {
    const auto index = findPart(m_document->tree(), m_selection.parts.front());
    if (index) place = pathOf(m_selection.parts.front().kind, *index);
  }
  m_inspector->show(m_document->tree(), place, m_document->problems());
  if (any && m_selection.parts.front().kind == PartKind::Condition &&
      m_lastCondition != m_selection.parts.front().id) {
    m_lastCondition = m_selection.parts.front().id;
    showTermValues();
  }
  showTerm();
}

void DesignPage::showPages() {
  const bool controllers =
      !trying() && m_selection.parts.empty() && m_selection.place == TreePath("/initial_controller");
  QWidget* middle = m_view;
  if (trying()) middle = m_tryPage;
  if (controllers) middle = m_controllers;
  m_centre->setCurrentWidget(middle);
  m_side->setCurrentWidget(trying() ? static_cast<QWidget*>(m_tryPanel) : m_inspector);
  m_side->setVisible(!controllers);
}

void DesignPage::showCulprit(const std::string& pointer) {
  if (!m_document) return;
  DesignSelection selection;
  if (!pointer.empty()) {
    // /bodies/3/shapes/0: the part is the first two.
    const std::size_t second = pointer.find('/', 1);
    const std::string list = pointer.substr(1, second == std::string::npos ? second : second - 1);
    selection.place = TreePath("/" + list);
    for (int k = 0; k < kPartKinds; ++k) {
      const auto kind = static_cast<PartKind>(k);
      if (listKey(kind) != list || second == std::string::npos) continue;
      const std::size_t third = pointer.find('/', second + 1);
      const std::size_t index = std::stoul(pointer.substr(second + 1, third - second - 1));
      const SceneTree& parts = partsOf(m_document->tree(), kind);
      if (index < parts.size() && !idOf(parts[index]).empty()) {
        selection.parts = {{kind, idOf(parts[index])}};
        selection.place = TreePath();
      }
    }
    for (const char* top : {"name", "horizon", "version", "text"}) {
      if (list == top) selection.place = TreePath();
    }
  }
  select(selection);
  m_inspector->focusField(pointer);
}

QString DesignPage::ownerOf(const std::string& pointer) const {
  const SceneTree& tree = m_document->tree();
  for (int k = 0; k < kPartKinds; ++k) {
    const auto kind = static_cast<PartKind>(k);
    const SceneTree& parts = partsOf(tree, kind);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string place = pathOf(kind, i).to_string();
      if (pointer == place || pointer.rfind(place + "/", 0) == 0)
        return QString::fromStdString(idOf(parts[i]));
    }
  }
  return {};
}

void DesignPage::settle() {
  m_inspector->settle();
  m_controllers->settle();
  // The numbers of the drawing commit when they are left.
  if (QWidget* focus = QApplication::focusWidget(); focus && m_view->isAncestorOf(focus)) {
    if (qobject_cast<QLineEdit*>(focus)) focus->clearFocus();
  }
}

}  // namespace gps::ui
