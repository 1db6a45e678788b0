// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks that were opened or saved before: in the File menu and on the start page.
#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QStackedWidget>

#include "app/documents/scene_document.h"
#include "app/forms/recent_files.h"
#include "app/main_window.h"
#include "widgets/panels/start_page.h"

namespace gps::ui {

void MainWindow::noteRecent(const QString& file) {
  const QString shipped = QDir(QString::fromStdString(m_setup.sceneFolder.string())).canonicalPath();
  const QFileInfo info(file);
  if (!shipped.isEmpty() && info.canonicalPath() == shipped) return;
  m_settings.addRecentFile(info.absoluteFilePath());
}

void MainWindow::forgetRecent(const QString& file) {
  m_settings.removeRecentFile(file);
  withdraw({"recent"});
  if (m_pages->currentIndex() == 0) showTiles();
}

void MainWindow::openRecent(const QString& file) {
  if (QFileInfo::exists(file)) {
    openWhenAllowed(file);
    return;
  }
  m_answers["recent"] = [this, file] { forgetRecent(file); };
  m_messages->post({.key = "recent",
                    .severity = Severity::Warning,
                    .what = tr("%1 is not there any more.").arg(QFileInfo(file).fileName()),
                    .where = QDir::toNativeSeparators(file),
                    .mend = tr("It was moved or deleted, or its disk is not connected."),
                    .action = tr("Remove from the list")});
}

void MainWindow::fillRecentMenu() {
  QMenu* menu = m_actions.recent;
  menu->clear();
  const QStringList files = m_settings.recentFiles();
  if (files.isEmpty()) {
    menu->addAction(tr("Nothing was opened or saved yet"))->setEnabled(false);
    return;
  }
  QStringList missing;
  for (const SceneTile& tile : recentTiles(files)) {
    const QString name = QString(tile.title).replace('&', "&&");
    QAction* action = menu->addAction(tile.missing ? tr("%1 (missing)").arg(name) : name);
    action->setObjectName("file.recent." + tile.name);
    action->setToolTip(QStringLiteral("<p>%1</p>").arg(QDir::toNativeSeparators(tile.name).toHtmlEscaped()));
    action->setIcon(recentIcon(tile, Theme::current(), devicePixelRatioF()));
    connect(action, &QAction::triggered, this, [this, file = tile.name] { openRecent(file); });
    if (tile.missing) missing << tile.name;
  }
  menu->addSeparator();
  QAction* tidy = menu->addAction(tr("Remove missing files from the list"));
  tidy->setObjectName("file.recent.tidy");
  tidy->setToolTip(tr("Files that are not there any more leave the list"));
  tidy->setEnabled(!missing.isEmpty());
  connect(tidy, &QAction::triggered, this, [this, missing] {
    for (const QString& file : missing) forgetRecent(file);
  });
}

}  // namespace gps::ui
