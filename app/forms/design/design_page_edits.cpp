// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/design_page.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>

#include "app/commands/add_part.h"
#include "app/commands/arrange_bodies.h"
#include "app/commands/copy_parts.h"
#include "app/commands/edit_part.h"
#include "app/commands/remove_parts.h"
#include "app/forms/design/inspector.h"

namespace gps::ui {

bool DesignPage::run(const QString& title, const SceneDocument::Command& command) {
  // What is being typed belongs to the part that is shown now, and comes first.
  m_inspector->settle();
  return apply(title, command);
}

bool DesignPage::apply(const QString& title, const SceneDocument::Command& command) {
  if (!m_document) return false;
  const Status done = m_document->edit(title, command);
  if (!done) {
    showSelection();  // fields show what holds
    Q_EMIT refused(done.error());
  }
  return done.ok();
}

QString DesignPage::nameOfSelection() const {
  if (m_selection.parts.size() == 1) return QString::fromStdString(m_selection.parts.front().id);
  return tr("%n parts", nullptr, static_cast<int>(m_selection.parts.size()));
}

void DesignPage::addPart(PartKind kind, const std::string& type) {
  std::optional<PartRef> added;
  const QString word = QString::fromStdString(partWord(kind));
  run(tr("Add a %1").arg(word), [&](TreeEditor& editor) -> Status {
    const Result<PartRef> part = gps::ui::addPart(editor, kind, type, m_selection.parts);
    if (!part) return part.error();
    added = *part;
    return Done{};
  });
  if (added) select({{*added}, TreePath()});
}

void DesignPage::removeSelected() {
  if (m_selection.parts.empty()) return;
  std::vector<std::string> went;
  const std::vector<PartRef> parts = m_selection.parts;
  const QString name = nameOfSelection();
  const bool done =
      run(tr("Remove %1").arg(name), [&](TreeEditor& editor) { return removeParts(editor, parts, &went); });
  if (!done || went.empty()) return;
  QStringList texts;
  for (const std::string& each : went) texts << QString::fromStdString(each);
  Q_EMIT noted(tr("With %1 went what depended on it: %2. Undo brings all back.").arg(name, texts.join(", ")));
}

void DesignPage::duplicateSelected() {
  if (!m_document || m_selection.parts.empty()) return;
  std::vector<PartRef> added;
  const SceneTree copy = copyParts(m_document->tree(), m_selection.parts);
  const double apart = m_document->scene() ? m_document->scene()->camera.width / 40.0 : 0.1;
  run(tr("Duplicate %1").arg(nameOfSelection()), [&](TreeEditor& editor) -> Status {
    const Result<std::vector<PartRef>> parts = pasteParts(editor, copy, {apart, -apart});
    if (!parts) return parts.error();
    added = *parts;
    return Done{};
  });
  if (!added.empty()) select({added, TreePath()});
}

bool DesignPage::copySelected() {
  if (!m_document || m_selection.parts.empty()) return false;
  const SceneTree copy = copyParts(m_document->tree(), m_selection.parts);
  auto* mime = new QMimeData;
  const QByteArray written = QByteArray::fromStdString(sceneText(copy));
  mime->setData(QLatin1String(kPartsMimeType), written);
  mime->setText(QString::fromUtf8(written));
  QGuiApplication::clipboard()->setMimeData(mime);
  return true;
}

void DesignPage::cutSelected() {
  if (copySelected()) removeSelected();
}

void DesignPage::paste() {
  const QMimeData* mime = QGuiApplication::clipboard()->mimeData();
  if (!m_document || !mime) return;
  const QByteArray own = mime->data(QLatin1String(kPartsMimeType));
  const QByteArray written = own.isEmpty() ? mime->text().toUtf8() : own;
  const Result<SceneTree> copy =
      parseParts(std::string_view(written.constData(), static_cast<std::size_t>(written.size())));
  if (!copy) {
    Q_EMIT refused({"The clipboard holds no parts of a task.", "", "Copy parts of a task first."});
    return;
  }
  std::vector<PartRef> added;
  const double apart = m_document->scene() ? m_document->scene()->camera.width / 40.0 : 0.1;
  run(tr("Paste"), [&](TreeEditor& editor) -> Status {
    const Result<std::vector<PartRef>> parts = pasteParts(editor, *copy, {apart, -apart});
    if (!parts) return parts.error();
    added = *parts;
    return Done{};
  });
  if (!added.empty()) select({added, TreePath()});
}

void DesignPage::moveSelected(int by) {
  if (!m_document || m_selection.parts.size() != 1) return;
  const PartRef part = m_selection.parts.front();
  const auto index = findPart(m_document->tree(), part);
  const auto count = static_cast<std::ptrdiff_t>(partsOf(m_document->tree(), part.kind).size());
  if (!index) return;
  const auto to = static_cast<std::ptrdiff_t>(*index) + by;
  if (to < 0 || to >= count) return;
  run(tr("Reorder %1").arg(nameOfSelection()),
      [&](TreeEditor& editor) { return reorderPart(editor, part, static_cast<std::size_t>(to)); });
}

void DesignPage::arrange(int how) {
  if (!m_document || !m_document->readable()) return;
  std::vector<std::string> bodies;
  for (const PartRef& part : m_selection.parts) {
    if (part.kind == PartKind::Body) bodies.push_back(part.id);
  }
  const std::shared_ptr<const Scene> scene = m_document->scene();
  if (how < 6) {
    run(tr("Align bodies"),
        [&](TreeEditor& editor) { return alignBodies(editor, *scene, bodies, static_cast<Alignment>(how)); });
  } else {
    run(tr("Distribute bodies"),
        [&](TreeEditor& editor) { return distributeBodies(editor, *scene, bodies, how == 6); });
  }
}

}  // namespace gps::ui
