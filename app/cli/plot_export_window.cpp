// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QDir>
#include <map>

#include "app/cli/plot_export.h"
#include "core/algorithms/algorithm.h"
#include "widgets/plots/plot_board.h"
#include "widgets/plots/run_history.h"
#include "widgets/style/theme.h"

namespace gps::cli {

Result<std::vector<std::string>> exportPlots(const std::vector<RunRecord>& runs, const std::string& folder) {
  // A terminal has no display to offer; the offscreen platform paints the same widgets.
  qputenv("QT_QPA_PLATFORM", "offscreen");
  int argc = 1;
  char name[] = "gps-studio";
  char* argv[] = {name, nullptr};
  QApplication app(argc, argv);
  const ui::Theme theme = ui::Theme::light();
  ui::applyTheme(app, theme);

  std::map<std::uint64_t, std::vector<std::shared_ptr<const ui::RunHistory>>> bySeed;
  for (const RunRecord& run : runs) {
    if (run.empty()) continue;
    const Snapshot& first = *run.front();
    const Result<const AlgorithmEntry*> entry = findAlgorithm(first.algorithm);
    auto history = std::make_shared<ui::RunHistory>(
        QString::fromStdString(first.run), QString::fromStdString(first.algorithm),
        entry ? QString::fromUtf8((*entry)->label.data(), static_cast<qsizetype>((*entry)->label.size()))
              : QString::fromStdString(first.algorithm));
    for (const std::shared_ptr<const Snapshot>& snapshot : run) history->append(snapshot);
    bySeed[first.seed].push_back(std::move(history));
  }
  std::vector<std::string> files;
  for (const auto& [seed, histories] : bySeed) {
    QString place = QString::fromStdString(folder);
    if (bySeed.size() > 1) place += QStringLiteral("/seed-%1").arg(seed);
    if (!QDir().mkpath(place)) {
      return Error{"The folder can't be made.", place.toStdString(), "Choose a folder you may write to."};
    }
    ui::PlotBoard board;
    board.setTheme(theme);
    board.setRuns(histories);
    board.setIteration(histories.front()->iterations());
    QString error;
    const QStringList made = board.exportTo(place, QSize(900, 520), &error);
    if (made.isEmpty()) return Error{error.toStdString(), place.toStdString(), "Choose a folder you may write to."};
    for (const QString& file : made) files.push_back(file.toStdString());
  }
  return files;
}

bool canExportPlots() {
  return true;
}

}  // namespace gps::cli
