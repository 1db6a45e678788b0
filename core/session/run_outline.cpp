// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/run_outline.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "core/algorithms/algorithm.h"

namespace gps {

namespace {

using Values = std::map<std::string, std::string>;

/// The defaults of an algorithm on a scene of the session; empty where they can't be known. Kept, since many runs share
/// them.
class DefaultValues {
 public:
  explicit DefaultValues(const SessionFile& session) : m_session(session) {}

  const Values& of(const SessionRun& run) {
    const auto [place, fresh] = m_known.try_emplace({run.scene, run.algorithm});
    if (!fresh) return place->second;
    auto [scene, first] = m_tasks.try_emplace(run.scene);
    if (first) {
      if (Result<std::shared_ptr<const Task>> task = m_session.task(run)) scene->second = *std::move(task);
    }
    if (!scene->second) return place->second;
    const Result<Parameters> defaults = parametersFor(*scene->second, run.algorithm);
    if (!defaults) return place->second;
    for (const ParamField& field : describe(*defaults, *defaults)) place->second.emplace(field.spec.key, field.value);
    return place->second;
  }

 private:
  const SessionFile& m_session;
  std::map<std::int64_t, std::shared_ptr<const Task>> m_tasks;
  std::map<std::pair<std::int64_t, std::string>, Values> m_known;
};

constexpr std::ptrdiff_t kMostNotes = 1000;

/// More than there are parameters: what a damaged file names beyond that is not searched for each time.
constexpr std::size_t kMostChanges = 300;

bool hasItsOwnPlace(const std::string& key) {
  return key == "run.seed" || key == "run.threads" || key == "run.iterations";
}

RunOutline outlineOf(const SessionFile& session, const SessionRun& run, DefaultValues& defaults) {
  RunOutline outline{run};
  if (const Result<std::string> scene = session.sceneName(run)) outline.scene = *scene;
  if (run.iterations > 0) {
    if (const Result<SessionRow> last = session.row(run, run.iterations)) {
      outline.localCost = last->report.metrics.mean(Metric::LocalCost);
      outline.globalCost = last->report.metrics.mean(Metric::GlobalCost);
      outline.successRate = last->report.metrics.get(Metric::SuccessRate);
    }
  }
  if (!run.parent) {
    const Values& before = defaults.of(run);
    const auto start = session.startValues(run);
    if (start && !before.empty()) {
      for (const auto& [key, value] : *start) {
        const auto was = before.find(key);
        if (was != before.end()) noteChange(outline.changed, key, was->second, value);
      }
    }
  }
  if (const Result<std::vector<ParameterEvent>> events = session.events(run)) {
    for (const ParameterEvent& event : *events) noteChange(outline.changed, event.key, event.from, event.to);
  }
  if (Result<std::vector<SessionNote>> notes = session.placedNotes(run)) {
    outline.notes = *std::move(notes);
    if (std::ssize(outline.notes) > kMostNotes) outline.notes.erase(outline.notes.begin(), outline.notes.end() - kMostNotes);
  }
  return outline;
}

}  // namespace

void noteChange(std::vector<ParameterChange>& changes, const std::string& key, const std::string& from,
                const std::string& to) {
  if (hasItsOwnPlace(key)) return;
  const auto known = std::find_if(changes.begin(), changes.end(), [&key](const ParameterChange& each) { return each.key == key; });
  if (known == changes.end()) {
    if (from != to && changes.size() < kMostChanges) changes.push_back({key, from, to});
    return;
  }
  known->to = to;
  if (known->from == known->to) changes.erase(known);
}

std::vector<RunOutline> outlineOf(const SessionFile& session, const std::atomic<bool>* stop) {
  DefaultValues defaults(session);
  std::vector<RunOutline> all;
  all.reserve(session.runs().size());
  for (const SessionRun& run : session.runs()) {
    if (stop && *stop) break;
    all.push_back(outlineOf(session, run, defaults));
  }
  return all;
}

}  // namespace gps
