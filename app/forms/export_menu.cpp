// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/export_menu.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>

#include "app/bridge/run_session.h"
#include "app/documents/settings.h"
#include "app/window_actions.h"
#include "widgets/panels/message_bar.h"

namespace gps::ui {

ExportMenu::ExportMenu(WindowActions& actions, MessageBar* messages, Settings& settings, std::function<Shown()> shown,
                       QWidget* window)
    : QObject(window), m_messages(messages), m_settings(settings), m_shown(std::move(shown)), m_window(window) {
  setObjectName("exports");
  m_entries = {{{actions.exportArrays, actions.exportArrays->toolTip(), tr("Export arrays"), tr("NumPy arrays (*.npz)"), "npz"},
                {actions.exportTorch, actions.exportTorch->toolTip(), tr("Export policy"), tr("TorchScript (*.pt)"), "pt"},
                {actions.exportHeader, actions.exportHeader->toolTip(), tr("Export policy and controllers"),
                 tr("C header (*.h)"), "h"},
                {actions.exportReport, actions.exportReport->toolTip(), tr("Export report"), tr("HTML page (*.html)"), "html"}}};
  for (std::size_t i = 0; i < m_entries.size(); ++i) {
    connect(m_entries[i].action, &QAction::triggered, this, [this, i] { choose(static_cast<ExportKind>(i)); });
  }
  // Iterations are saved while nothing else changes.
  connect(actions.exports, &QMenu::aboutToShow, this, &ExportMenu::refresh);
  connect(&m_export, &SessionExport::finished, this, [this](const QString& file) {
    say(tr("%1 was exported.").arg(m_what), QDir::toNativeSeparators(file));
    refresh();
  });
  connect(&m_export, &SessionExport::failed, this, [this](const Error& error) {
    m_messages->post("export", Severity::Error, error);
    refresh();
  });
  refresh();
}

QString ExportMenu::obstacle(ExportKind kind) const {
  const Shown shown = m_shown();
  if (!shown.run || !shown.run->hasData()) return tr("There is nothing to export yet: let a run learn first");
  if (m_export.busy()) return tr("Another export is being written");
  const std::optional<SaveState> saved = shown.run->saved();
  if (!shown.run->place() || !saved || saved->iteration < 1) return tr("Nothing of this run is saved yet, and exports are read from its session");
  if (kind == ExportKind::TorchScript && !shown.run->history()->has(Metric::GlobalCost)) {
    return tr("%1 learns no policy; export its controllers as a C header").arg(shown.run->label());
  }
  return {};
}

void ExportMenu::refresh() {
  for (std::size_t i = 0; i < m_entries.size(); ++i) {
    const QString why = obstacle(static_cast<ExportKind>(i));
    m_entries[i].action->setEnabled(why.isEmpty());
    m_entries[i].action->setToolTip((why.isEmpty() ? m_entries[i].tip : why).toHtmlEscaped());
  }
}

void ExportMenu::say(const QString& what, const QString& where) {
  m_messages->post({.key = "export", .severity = Severity::Info, .what = what, .where = where, .mend = {}, .action = {}});
}

bool ExportMenu::exportTo(ExportKind kind, const QString& file) {
  const auto refuse = [this](const QString& what, const QString& mend) {
    m_messages->post({.key = "export", .severity = Severity::Warning, .what = what, .where = {}, .mend = mend, .action = {}});
    return false;
  };
  if (const QString why = obstacle(kind); !why.isEmpty()) return refuse(why + ".", {});
  const Entry& entry = m_entries[static_cast<std::size_t>(kind)];
  if (!file.endsWith("." + entry.ending, Qt::CaseInsensitive)) {
    return refuse(tr("The name of that file must end in .%1.").arg(entry.ending), tr("Add the ending."));
  }
  const Shown shown = m_shown();
  const std::optional<RunPlace> place = shown.run->place();
  if (!place || shown.iteration < 1 || shown.run->saved()->iteration < shown.iteration) {
    return refuse(tr("Iteration %1 is not saved yet, so it can't be exported.").arg(shown.iteration),
                  tr("Choose an earlier iteration, or try again in a moment."));
  }
  m_what = tr("Iteration %1 of %2").arg(shown.iteration).arg(QString::fromStdString(place->run));
  say(tr("%1 is being exported.").arg(m_what), QDir::toNativeSeparators(file));
  m_export.start({kind, *place, shown.iteration, file});
  refresh();
  return true;
}

void ExportMenu::choose(ExportKind kind) {
  const Entry& entry = m_entries[static_cast<std::size_t>(kind)];
  const Shown shown = m_shown();
  if (!shown.run) return;
  auto* dialog = new QFileDialog(m_window, entry.title, m_settings.lastFolder(), entry.filter);
  dialog->setObjectName("dialog.export");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix(entry.ending);
  QString name = QString::fromStdString(shown.run->setup().name);
  name.replace('/', '_');
  dialog->selectFile(name + "." + entry.ending);
  connect(dialog, &QFileDialog::fileSelected, this, [this, kind](const QString& file) {
    m_settings.setLastFolder(QFileInfo(file).absolutePath());
    exportTo(kind, file);
  });
  dialog->open();
}

}  // namespace gps::ui
