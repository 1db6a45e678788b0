// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/session_command.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/cli/exit_code.h"
#include "core/base/printable.h"
#include "core/session/session_file.h"
#include "core/session/session_fork.h"

namespace gps::cli {

namespace {

using Json = nlohmann::ordered_json;

int refuse(const Error& error) {
  std::fprintf(stderr, "%s\n", printable(error.text()).c_str());
  return kBadInput;
}

Json numberOrNull(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string plain(const std::string& text) {
  return printable(text);
}

std::string dump(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

/// One run as `info` tells it.
Result<Json> describeRun(const SessionFile& session, const SessionRun& run) {
  Json told{{"run", run.name}, {"algorithm", run.algorithm}, {"seed", run.seed}};
  const Result<std::string> scene = session.sceneName(run);
  if (!scene) return scene.error();
  told["scene"] = *scene;
  told["started"] = run.started;
  told["iterations"] = run.iterations;
  if (run.parent) {
    for (const SessionRun& other : session.runs()) {
      if (other.id == *run.parent) told["forked_from"] = other.name;
    }
    told["forked_after"] = run.parentIteration;
  }
  const Result<std::vector<SessionRow>> rows = session.rows(run);
  if (!rows) return rows.error();
  double seconds = 0.0;
  for (const SessionRow& row : *rows) {
    for (const PhaseTime& time : row.report.seconds) seconds += time.seconds;
  }
  told["seconds"] = seconds;
  if (!rows->empty()) {
    const MetricTable& last = rows->back().report.metrics;
    told["local_cost"] = numberOrNull(last.mean(Metric::LocalCost));
    told["global_cost"] = numberOrNull(last.mean(Metric::GlobalCost));
    told["success_rate"] = numberOrNull(last.get(Metric::SuccessRate));
  }
  const Result<std::vector<int>> states = session.states(run);
  if (!states) return states.error();
  told["states"] = *states;
  const Result<std::vector<ParameterEvent>> events = session.events(run);
  if (!events) return events.error();
  told["changes"] = Json::array();
  for (const ParameterEvent& event : *events) {
    told["changes"].push_back({{"iteration", event.iteration}, {"key", event.key}, {"from", event.from}, {"to", event.to}});
  }
  const auto provenance = session.provenance(run);
  if (!provenance) return provenance.error();
  told["provenance"] = Json::object();
  for (const auto& [key, value] : *provenance) told["provenance"][key] = value;
  const auto notes = session.placedNotes(run);
  if (!notes) return notes.error();
  told["notes"] = Json::array();
  for (const SessionNote& note : *notes) {
    told["notes"].push_back({{"written", note.written}, {"text", note.text}});
    if (note.iteration > 0) told["notes"].back()["iteration"] = note.iteration;
  }
  return told;
}

std::string cell(const Json& value) {
  if (!value.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value.get<double>());
  return text;
}

void printRun(const Json& run) {
  const auto text = [&](const char* key) { return plain(run[key].get<std::string>()); };
  std::printf("\n%s: %s on %s, seed %s, %d iterations in %s s\n", text("run").c_str(), text("algorithm").c_str(),
              text("scene").c_str(), run["seed"].dump().c_str(), run["iterations"].get<int>(), cell(run["seconds"]).c_str());
  if (run.contains("forked_from")) {
    std::printf("  forked from %s after iteration %d\n", text("forked_from").c_str(), run["forked_after"].get<int>());
  }
  if (run.contains("local_cost")) {
    std::printf("  last iteration: local cost %s, global cost %s, success rate %s\n", cell(run["local_cost"]).c_str(),
                cell(run["global_cost"]).c_str(), cell(run["success_rate"]).c_str());
  }
  std::string states;
  for (const Json& state : run["states"]) states += (states.empty() ? "" : ", ") + state.dump();
  if (!states.empty()) std::printf("  can go on after iteration %s\n", states.c_str());
  for (const Json& change : run["changes"]) {
    std::printf("  from iteration %d on: %s = %s (before: %s)\n", change["iteration"].get<int>(),
                plain(change["key"].get<std::string>()).c_str(), plain(change["to"].get<std::string>()).c_str(),
                plain(change["from"].get<std::string>()).c_str());
  }
  for (const auto& [key, value] : run["provenance"].items()) {
    std::printf("  %s: %s\n", plain(key).c_str(), plain(value.get<std::string>()).c_str());
  }
  for (const Json& note : run["notes"]) {
    const std::string place = note.contains("iteration") ? " on iteration " + note["iteration"].dump() : std::string();
    std::printf("  note%s: %s\n", place.c_str(), plain(note["text"].get<std::string>()).c_str());
  }
}

}  // namespace

bool isSession(const std::string& file) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  char start[16] = {};
  std::ifstream stream(file, std::ios::binary);
  if (stream.read(start, sizeof start)) return std::string_view(start, sizeof start) == kMagic;
  return std::filesystem::path(file).extension() == ".gpss";
}

int info(const std::string& file, bool json) {
  const Result<SessionFile> session = SessionFile::open(file);
  if (!session) return refuse(session.error());
  std::error_code ignored;
  Json told{{"session", file}, {"bytes", std::filesystem::file_size(file, ignored)}, {"runs", Json::array()}};
  for (const SessionRun& run : session->runs()) {
    Result<Json> one = describeRun(*session, run);
    if (!one) return refuse(one.error());
    told["runs"].push_back(*std::move(one));
  }
  if (json) {
    std::printf("%s\n", dump(told).c_str());
    return kDone;
  }
  std::printf("%s: %zu run%s, %.1f MB\n", file.c_str(), session->runs().size(), session->runs().size() == 1 ? "" : "s",
              told["bytes"].get<double>() / 1e6);
  for (const Json& run : told["runs"]) printRun(run);
  return kDone;
}

int checkSession(const std::string& file) {
  const Result<SessionFile> session = SessionFile::open(file);
  if (!session) return refuse(session.error());
  if (Status s = session->check(); !s) return refuse(s.error());
  int iterations = 0;
  for (const SessionRun& run : session->runs()) iterations += ownIterations(run);
  std::printf("%s is a sound session: %zu run%s, %d iterations.\n", file.c_str(), session->runs().size(),
              session->runs().size() == 1 ? "" : "s", iterations);
  return kDone;
}

}  // namespace gps::cli
