// SPDX-License-Identifier: GPL-3.0-or-later
// What leaves the window: the log, plots, and what it says of itself.
#include <QApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>

#include "app/documents/log_export.h"
#include "app/main_window.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/plots/plot_board.h"

namespace gps::ui {

bool MainWindow::exportLog(int run, const QString& path) {
  if (run < 0 || run >= static_cast<int>(m_runs.size())) return false;
  const Status status = writeFile(path, runLog(*m_runs[static_cast<std::size_t>(run)]->history()));
  if (!status) {
    m_messages->post("export", Severity::Error, status.error());
    return false;
  }
  m_messages->post({.key = "export",
                    .severity = Severity::Info,
                    .what = tr("The log was saved."),
                    .where = path,
                    .mend = {},
                    .action = {}});
  return true;
}

bool MainWindow::exportPlots(const QString& folder) {
  QString problem;
  m_plots->refresh();
  const QStringList files = m_plots->exportTo(folder, {960, 600}, &problem);
  if (files.isEmpty()) {
    m_messages->post("export", Severity::Error,
                     Error{tr("The plots could not be saved: %1").arg(problem).toStdString(),
                           folder.toStdString(), "Choose another folder, or free some space."});
    return false;
  }
  m_messages->post({.key = "export",
                    .severity = Severity::Info,
                    .what = tr("%n file(s) saved.", nullptr, static_cast<int>(files.size())),
                    .where = folder,
                    .mend = {},
                    .action = {}});
  return true;
}

void MainWindow::chooseLogFile(int run) {
  if (run >= static_cast<int>(m_runs.size())) return;
  const QString name = QString::fromStdString(m_runs[static_cast<std::size_t>(run)]->setup().name) + ".jsonl";
  auto* dialog = new QFileDialog(this, tr("Export log"), m_settings.lastFolder(), tr("JSON lines (*.jsonl)"));
  dialog->setObjectName("dialog.exportLog");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->selectFile(name);
  connect(dialog, &QFileDialog::fileSelected, this, [this, run](const QString& file) {
    m_settings.setLastFolder(QFileInfo(file).absolutePath());
    exportLog(run, file);
  });
  dialog->open();
}

void MainWindow::choosePlotFolder() {
  auto* dialog = new QFileDialog(this, tr("Export plots"), m_settings.lastFolder());
  dialog->setObjectName("dialog.exportPlots");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  dialog->setOption(QFileDialog::ShowDirsOnly);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
    m_settings.setLastFolder(folder);
    exportPlots(folder);
  });
  dialog->open();
}

void MainWindow::showKeys() {
  using Keys = QList<std::pair<QString, QString>>;
  const auto column = [](const QString& title, const Keys& list) {
    QString rows = QString("<tr><td colspan=\"2\" style=\"padding-bottom:4px\"><b>%1</b></td></tr>").arg(title.toHtmlEscaped());
    for (const auto& [text, keys] : list) {
      rows += QString("<tr><td style=\"padding:2px 16px 2px 0; white-space:nowrap\">%1</td><td style=\"padding:2px 32px 2px 0; white-space:nowrap\">%2</td></tr>")
                  .arg(text.toHtmlEscaped(), keys.toHtmlEscaped());
    }
    return "<td><table>" + rows + "</table></td>";
  };
  // Side by side: one list would be higher than a small screen.
  const Keys window = m_actions.shortcuts() + Keys{{tr("Stop the arm"), tr("Pause")}};
  const qsizetype half = (window.size() + 1) / 2;
  Keys drawing = SceneEditor::keys();
  drawing.append({tr("Try it, back"), tr("F8, Esc")});
  auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Keys"),
                              "<table><tr>" + column(tr("Window"), window.mid(0, half)) +
                                  column(QString(), window.mid(half)) + column(tr("Drawing"), drawing) + "</tr></table>",
                              QMessageBox::Close, this);
  box->setObjectName("dialog.keys");
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setModal(false);
  box->show();
}

void MainWindow::showAbout() {
  const QString text = tr("<h3>GPS Studio %1</h3><p>Design 2D robot tasks, let guided policy search learn "
                          "them, and see why it works.</p>"
                          "<p>Free software under the GNU General Public License, version 3 or later; "
                          "without any warranty.</p>"
                          "<p>Qt %2 (built with %3)</p>")
                           .arg(QApplication::applicationVersion().toHtmlEscaped(), QLatin1String(qVersion()),
                                QLatin1String(QT_VERSION_STR));
  auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About GPS Studio"), text, QMessageBox::Close, this);
  box->setObjectName("dialog.about");
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setModal(false);
  box->show();
}

}  // namespace gps::ui
