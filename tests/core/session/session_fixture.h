// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTemporaryDir>

#include "core/engine/run_log.h"
#include "core/scene/scene_reader.h"
#include "core/session/session_file.h"
#include "core/session/session_writer.h"
#include "tests/core/engine/watched_run.h"

namespace gps::testing {

inline std::shared_ptr<const Task> sceneTask(const std::string& name) {
  return *compileTask(std::make_shared<const Scene>(*readScene(GPS_SCENES "/" + name + ".scene.json")));
}

/// A small run of a shipped scene.
inline RunSetup sceneSetup(const std::string& algorithm, const std::string& scene, int iterations,
                           const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  RunSetup setup = setupOf(algorithm, sceneTask(scene), iterations);
  setup.parameters.run.samples = 3;
  setup.parameters.policy.steps = 60;
  for (const auto& [key, value] : settings) {
    if (Status s = setParameter(setup.parameters, key, value); !s) qFatal("%s", s.error().text().c_str());
  }
  return setup;
}

/// Runs to the limit, saving to a new session.
inline void trainTo(const std::string& file, RunSetup setup) {
  const auto writer = *SessionWriter::create(file);
  setup.recorder = *writer->begin(setup, {});
  Watched watched(std::move(setup));
  watched.run.start();
  if (!watched.waitFor({RunState::Finished})) qFatal("the run did not finish");
  if (Status s = writer->flush(); !s) qFatal("%s", s.error().text().c_str());
}

/// Where two sets of arrays differ first; empty: nowhere.
inline QString differenceOf(const ArraySet& a, const ArraySet& b) {
  for (const auto& [name, array] : a.arrays()) {
    const StoredArray* other = b.find(name);
    if (!other) return QString::fromStdString("the second has no " + name);
    if (array.dtype != other->dtype || array.shape != other->shape || array.data != other->data) {
      return QString::fromStdString(name + " differs");
    }
  }
  return a.arrays().size() == b.arrays().size() ? QString() : QStringLiteral("the second has more arrays");
}

inline QString withoutSeconds(const Snapshot& snapshot) {
  static const QRegularExpression kSeconds(QStringLiteral("\"seconds\":\\{[^}]*\\}"));
  return QString::fromStdString(iterationJson(snapshot)).remove(kSeconds);
}

/// Where the last runs of two sessions differ, in their metrics and in every byte of every array up to
/// iteration `upTo` and of every state that both keep; wall times are the one thing that may.
inline QString differenceOf(const SessionFile& a, const SessionFile& b, int upTo) {
  const SessionRun runA = *a.run(""), runB = *b.run("");
  const auto rowsA = a.rows(runA), rowsB = b.rows(runB);
  if (!rowsA) return QString::fromStdString(rowsA.error().text());
  if (!rowsB) return QString::fromStdString(rowsB.error().text());
  if (static_cast<int>(rowsA->size()) < upTo || static_cast<int>(rowsB->size()) < upTo)
    return QStringLiteral("iterations are missing");
  const auto statesA = *a.states(runA), statesB = *b.states(runB);
  for (int k = 1; k <= upTo; ++k) {
    const QString place = QStringLiteral("iteration %1: ").arg(k);
    const SessionRow& rowA = (*rowsA)[static_cast<std::size_t>(k - 1)];
    const SessionRow& rowB = (*rowsB)[static_cast<std::size_t>(k - 1)];
    for (const MetricSpec& spec : metricRegistry()) {
      for (int i = 0; i < rowA.report.metrics.conditions(); ++i) {
        if (rowA.report.metrics.get(spec.id, i) != rowB.report.metrics.get(spec.id, i)) {
          return place + QString::fromStdString(std::string(spec.key)) + " differs";
        }
      }
    }
    if (rowA.report.stepRule != rowB.report.stepRule) return place + "step rule";
    if (rowA.events.size() != rowB.events.size()) return place + "parameter changes";
    for (std::size_t e = 0; e < rowA.events.size(); ++e) {
      if (rowA.events[e].key != rowB.events[e].key || rowA.events[e].to != rowB.events[e].to)
        return place + "parameter changes";
    }
    for (const char* table : {"arrays", "states"}) {
      const bool both = std::binary_search(statesA.begin(), statesA.end(), k) &&
                        std::binary_search(statesB.begin(), statesB.end(), k);
      if (table[0] == 's' && !both) continue;
      const auto setA = a.arrays(table, runA, k), setB = b.arrays(table, runB, k);
      if (!setA) return QString::fromStdString(setA.error().text());
      if (!setB) return QString::fromStdString(setB.error().text());
      if (setA->arrays().empty()) return place + "no arrays";
      if (const QString difference = differenceOf(*setA, *setB); !difference.isEmpty())
        return place + difference;
    }
  }
  return {};
}

}  // namespace gps::testing
