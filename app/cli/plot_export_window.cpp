// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QDir>
#include <QRegularExpression>
#include <map>
#include <tuple>

#include "app/cli/plot_export.h"
#include "core/algorithms/algorithm.h"
#include "widgets/canvas/scene_svg.h"
#include "widgets/plots/plot_board.h"
#include "widgets/plots/plot_registry.h"
#include "widgets/plots/plot_view.h"
#include "widgets/plots/run_history.h"
#include "widgets/style/theme.h"

namespace gps::cli {

namespace {

constexpr QSize kPlotSize(900, 520);    // of files
constexpr QSize kReportSize(760, 430);  // in a report, where two stand side by side
constexpr QSize kSceneSize(760, 560);
constexpr std::size_t kMostDrawn = 24;  // runs of a report; each needs half a megabyte

using History = std::shared_ptr<const ui::RunHistory>;

std::shared_ptr<ui::RunHistory> historyOf(const RunRecord& run) {
  const Snapshot& first = *run.front();
  const Result<const AlgorithmEntry*> entry = findAlgorithm(first.algorithm);
  auto history = std::make_shared<ui::RunHistory>(
      QString::fromStdString(first.run), QString::fromStdString(first.algorithm),
      entry ? QString::fromUtf8((*entry)->label.data(), static_cast<qsizetype>((*entry)->label.size()))
            : QString::fromStdString(first.algorithm));
  for (const std::shared_ptr<const Snapshot>& snapshot : run) history->append(snapshot);
  return history;
}

/// Runs that are drawn into the same plots: at most two, of one scene and seed.
struct Group {
  std::vector<std::size_t> runs{};
  QString folder{};  ///< empty: there is only one group
};

/// A run's name as a folder of its own, whatever it is made of.
QString folderName(const std::string& run, std::size_t number) {
  QString name = QString::fromStdString(run).left(60);
  name.replace(QRegularExpression(QStringLiteral("[^A-Za-z0-9_-]+")), QStringLiteral("_"));
  return name.isEmpty() || name == QStringLiteral("_") ? QStringLiteral("run-%1").arg(number + 1) : name;
}

std::vector<Group> groupsOf(const std::vector<RunRecord>& runs) {
  std::map<std::tuple<std::string, std::uint64_t>, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].empty()) continue;
    const Snapshot& first = *runs[i].front();
    alike[{first.task ? first.task->name : std::string(), first.seed}].push_back(i);
  }
  const bool pairs = std::all_of(alike.begin(), alike.end(), [](const auto& each) { return each.second.size() <= 2; });
  std::vector<Group> groups;
  for (const auto& [key, members] : alike) {
    if (pairs) {
      QString folder = QStringLiteral("seed-%1").arg(std::get<1>(key));
      // Scenes may share a seed.
      for (const Group& group : groups) {
        if (group.folder == folder) folder = folderName(runs[members.front()].front()->run, members.front());
      }
      groups.push_back({members, folder});
      continue;
    }
    for (const std::size_t i : members) groups.push_back({{i}, folderName(runs[i].front()->run, i)});
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (groups[i].folder == groups[j].folder) groups[i].folder += QStringLiteral("-%1").arg(i + 1);
    }
  }
  if (groups.size() == 1) groups.front().folder.clear();
  return groups;
}

}  // namespace

struct Drawing::Impl {
  Impl() : app(argc, argv) { ui::applyTheme(app, ui::Theme::light()); }
  int argc = 1;
  char name[11] = "gps-studio";
  char* argv[2] = {name, nullptr};
  QApplication app;
};

Drawing::Drawing() {
  if (QCoreApplication::instance()) return;
  // A terminal has no display to offer; the offscreen platform paints the same widgets.
  qputenv("QT_QPA_PLATFORM", "offscreen");
  m_impl = std::make_unique<Impl>();
}

Drawing::~Drawing() = default;

Result<std::vector<std::string>> exportPlots(const std::vector<RunRecord>& runs, const std::string& folder, int iteration,
                                             const std::vector<int>& forkedAfter) {
  const ui::Theme theme = ui::Theme::light();
  std::vector<std::string> files;
  for (const Group& group : groupsOf(runs)) {
    std::vector<History> histories;
    for (const std::size_t i : group.runs) {
      const auto history = historyOf(runs[i]);
      if (i < forkedAfter.size()) history->setForkedAt(forkedAfter[i]);
      histories.push_back(history);
    }
    const QString place = QDir(QString::fromStdString(folder)).filePath(group.folder);
    if (!QDir().mkpath(place)) {
      return Error{"The folder can't be made.", place.toStdString(), "Choose a folder you may write to."};
    }
    ui::PlotBoard board;
    board.setTheme(theme);
    const int last = histories.front()->iterations();
    board.setRuns(std::move(histories));
    board.setIteration(iteration > 0 ? iteration : last);
    QString error;
    const QStringList made = board.exportTo(place, kPlotSize, &error);
    if (made.isEmpty()) return Error{error.toStdString(), place.toStdString(), "Choose a folder you may write to."};
    for (const QString& file : made) files.push_back(file.toStdString());
  }
  return files;
}

struct ReportPainter::Impl {
  explicit Impl(const Report& theReport) : report(theReport) {
    std::vector<RunRecord> records;
    for (const ReportRun& run : report.runs) {
      if (records.size() == kMostDrawn) break;
      records.push_back(run.past);
    }
    groups = groupsOf(records);
    pictures.groups.resize(groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) takeGroup(g);
    scenes = records.size();
    if (scenes < report.runs.size()) {
      pictures.missing = "Pictures of the first " + std::to_string(scenes) + " runs only; a report on one of the others, with --run, has them, too.";
    }
  }
  /// The columns that plots read, and the title of the group.
  void takeGroup(std::size_t index);
  void drawScene(std::size_t run);
  void drawPlot(std::size_t group, const ui::PlotEntry& entry);

  const Report& report;
  const ui::Theme theme = ui::Theme::light();
  std::vector<Group> groups;
  std::vector<std::vector<History>> histories{};  ///< of every group
  std::size_t scenes = 0;                         ///< so many are drawn
  std::size_t scene = 0;
  std::size_t group = 0;
  std::size_t plot = 0;
  ReportPictures pictures;
};

void ReportPainter::Impl::drawScene(std::size_t index) {
  const ReportRun& run = report.runs[index];
  ui::PathSource paths;
  paths.scene = run.task->scene.get();
  paths.layers.tubes = false;
  paths.layers.ghosts = false;
  if (run.shown > 0) paths.snapshot = run.past[static_cast<std::size_t>(run.shown) - 1];
  pictures.scenes.push_back(ui::sceneSvg(paths, theme, kSceneSize).toStdString());
}

void ReportPainter::Impl::takeGroup(std::size_t index) {
  const Group& members = groups[index];
  ReportPictures::Group& target = pictures.groups[index];
  std::vector<History>& own = histories.emplace_back();
  for (std::size_t i = 0; i < members.runs.size(); ++i) {
    const ReportRun& run = report.runs[members.runs[i]];
    const auto history = historyOf(run.past);
    history->setForkedAt(run.forkedFrom.empty() ? 0 : run.forkedAfter);
    own.push_back(history);
    const std::string name = run.name + " (" + run.label + ", seed " + std::to_string(run.seed) + ")";
    if (members.runs.size() > 1) {
      target.title += i == 0 ? "A: " + name + ", solid; " : "B: " + name + ", dashed";
    } else if (groups.size() > 1) {
      target.title = name;
    }
  }
}

void ReportPainter::Impl::drawPlot(std::size_t index, const ui::PlotEntry& entry) {
  const ReportRun& first = report.runs[groups[index].runs.front()];
  ReportPictures::Group& target = pictures.groups[index];
  const ui::PlotContent content = ui::buildPlot(entry, {.runs = histories[index], .iteration = first.shown});
  if (content.isEmpty()) return;  // of another algorithm, or of later iterations
  std::vector<bool> shown;
  for (const ui::PlotLegendEntry& each : content.legend) shown.push_back(each.on);
  target.plots.push_back({content.title.toStdString(),
                          ui::plotSvg(kReportSize, content, shown, std::nullopt, theme).toStdString(),
                          content.summary.toStdString()});
}

ReportPainter::ReportPainter(const Report& report) : m_impl(std::make_unique<Impl>(report)) {}

ReportPainter::~ReportPainter() = default;

bool ReportPainter::next() {
  Impl& d = *m_impl;
  if (d.scene < d.scenes) {
    d.drawScene(d.scene++);
    return true;
  }
  if (d.group == d.groups.size()) return false;
  d.drawPlot(d.group, ui::plotRegistry()[d.plot]);
  if (++d.plot == ui::plotRegistry().size()) {
    d.plot = 0;
    ++d.group;
  }
  return true;
}

ReportPictures ReportPainter::take() {
  return std::move(m_impl->pictures);
}

bool canExportPlots() {
  return true;
}

}  // namespace gps::cli
