// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run_tree_rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/panels/run_header.h"

namespace gps::ui {

namespace {

QString shown(const std::string& text) {
  return QString::fromStdString(text);
}

void takeChanges(RunTreeRow& row, const std::vector<ParameterChange>& changes) {
  row.changed.clear();
  QStringList brief;
  for (const ParameterChange& each : changes) {
    row.changed << QStringLiteral("%1 %2 → %3").arg(shown(each.key), shown(each.from), shown(each.to));
    brief << QStringLiteral("%1 %2").arg(shown(each.key), shown(each.to));
  }
  row.changedShort = brief.join(QStringLiteral(", "));
}

QDateTime when(const std::string& text) {
  return QDateTime::fromString(shown(text), Qt::ISODate);
}

LastSeen lastOf(const RunSession& run) {
  const RunHistory& history = *run.history();
  LastSeen last;
  last.iterations = history.iterations();
  if (last.iterations == 0) return last;
  const auto known = [](double value) { return std::isnan(value) ? std::nullopt : std::optional<double>(value); };
  last.localCost = known(history.mean(Metric::LocalCost, last.iterations - 1));
  last.globalCost = known(history.mean(Metric::GlobalCost, last.iterations - 1));
  last.successRate = known(history.value(Metric::SuccessRate, last.iterations - 1, 0));
  return last;
}

void take(RunTreeRow& row, const LastSeen& last) {
  row.iterations = last.iterations;
  row.localCost = last.localCost;
  row.globalCost = last.globalCost;
  row.successRate = last.successRate;
}

void markShown(RunTreeRow& row, const RunSession& run, int place) {
  QString mark = place == 0 ? QStringLiteral("A") : QStringLiteral("B");
  if (run.heldAt() > 0) mark = QCoreApplication::translate("RunTree", "%1 at %2").arg(mark).arg(run.heldAt());
  row.shownAs += (row.shownAs.isEmpty() ? QString() : QStringLiteral(", ")) + mark;
  if (run.active() || run.state() == RunState::Failed) row.state = runStateLabel(run.state());
}

RunTreeRow rowOf(const RunOutline& outline) {
  RunTreeRow row;
  row.id = outline.run.id;
  row.parent = outline.run.parent.value_or(0);
  row.parentIteration = outline.run.parentIteration;
  row.scene = outline.run.scene;
  row.sceneName = shown(outline.scene);
  row.name = shown(outline.run.name);
  row.algorithm = algorithmLabel(outline.run.algorithm);
  row.seed = outline.run.seed;
  row.iterations = std::max(outline.run.iterations, outline.run.parentIteration);
  row.localCost = outline.localCost;
  row.globalCost = outline.globalCost;
  row.successRate = outline.successRate;
  takeChanges(row, outline.changed);
  row.started = when(outline.run.started);
  for (const SessionNote& note : outline.notes) row.notes.push_back({note.iteration, when(note.written), shown(note.text)});
  return row;
}

}  // namespace

std::string nameInSession(const RunSession& run) {
  const std::optional<RunPlace> place = run.place();
  return place && run.inSession() ? place->run : std::string();
}

QString algorithmLabel(const std::string& id) {
  const Result<const AlgorithmEntry*> entry = findAlgorithm(id);
  if (!entry) return shown(id);
  return QString::fromUtf8((*entry)->label.data(), static_cast<qsizetype>((*entry)->label.size()));
}

std::vector<RunTreeRow> treeRows(const std::vector<RunOutline>& outline, const std::vector<RunSession*>& shownRuns,
                                 std::map<std::string, LastSeen>& seen) {
  std::vector<RunTreeRow> rows;
  rows.reserve(outline.size() + shownRuns.size());
  std::map<std::string, std::size_t> places;
  for (const RunOutline& each : outline) {
    places.emplace(each.run.name, rows.size());
    rows.push_back(rowOf(each));
  }
  for (std::size_t i = 0; i < shownRuns.size(); ++i) {
    const RunSession& run = *shownRuns[i];
    const int place = static_cast<int>(i);
    const std::string name = nameInSession(run);
    if (!name.empty() && run.heldAt() == 0 && run.hasData()) seen[name] = lastOf(run);
    const auto found = places.find(name);
    if (found != places.end()) {
      RunTreeRow& row = rows[found->second];
      markShown(row, run, place);
      if (run.heldAt() > 0) continue;
      std::vector<ParameterChange> changed = outline[found->second].changed;
      for (const ParameterEvent& event : run.history()->events()) {
        // The others belong to the run it left, or were read.
        if (event.iteration > std::max(row.parentIteration, outline[found->second].run.iterations))
          noteChange(changed, event.key, event.from, event.to);
      }
      takeChanges(row, changed);
      continue;
    }
    if (!run.hasData() && !run.active()) continue;  // it has not begun
    RunTreeRow row;
    row.id = -1 - place;
    row.parent = run.fork().parent;
    row.parentIteration = run.fork().iteration;
    const auto left = std::find_if(outline.begin(), outline.end(), [&row](const RunOutline& each) { return each.run.id == row.parent; });
    const RunOutline* like = left != outline.end() ? &*left : outline.empty() ? nullptr : &outline.back();
    row.scene = like ? like->run.scene : 0;
    row.sceneName = like ? shown(like->scene) : QString();
    row.name = shown(name.empty() ? run.setup().name : name);
    row.algorithm = algorithmLabel(run.setup().algorithm);
    row.seed = run.parameters().run.seed;
    take(row, lastOf(run));
    markShown(row, run, place);
    rows.push_back(std::move(row));
  }
  for (const auto& [name, last] : seen) {
    const auto found = places.find(name);
    if (found != places.end() && last.iterations >= rows[found->second].iterations) take(rows[found->second], last);
  }
  return rows;
}

}  // namespace gps::ui
