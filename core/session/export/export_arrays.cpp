// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/export_arrays.h"

#include "core/policy/neural_policy.h"
#include "core/session/export/export_point.h"
#include "core/session/export/npz_writer.h"
#include "core/session/session_fork.h"

namespace gps {

namespace {

/// Adds arrays until one does not go; later calls do nothing.
class Adder {
 public:
  Adder(NpzWriter& out, std::string prefix) : m_out(out), m_prefix(std::move(prefix)) {}
  template <class... Arguments>
  void operator()(const std::string& name, const Arguments&... arguments) {
    if (m_status) m_status = m_out.add(m_prefix + name, arguments...);
  }
  const Status& status() const { return m_status; }

 private:
  NpzWriter& m_out;
  std::string m_prefix;
  Status m_status = Done{};
};

void addNames(Adder& add, const std::string& what, const std::vector<Channel>& channels) {
  std::vector<std::string> names, units;
  for (const Channel& channel : channels) {
    names.push_back(channel.name);
    units.push_back(channel.unit);
  }
  const Extents shape{static_cast<std::int64_t>(channels.size())};
  add(what + "_names", shape, std::span<const std::string>(names));
  add(what + "_units", shape, std::span<const std::string>(units));
}

/// What all iterations of the run share.
Status addRun(NpzWriter& out, const ExportPoint& point) {
  Adder add(out, "");
  const Task& task = *point.task;
  const auto one = [&](const char* name, const std::string& text) {
    add(name, Extents{}, std::span<const std::string>(&text, 1));
  };
  one("run", point.run.name);
  one("algorithm", point.run.algorithm);
  one("scene", point.scene);
  add("seed", "<u8", Extents{}, std::as_bytes(std::span(&point.run.seed, 1)));
  add("dt", Extents{}, std::span<const double>(&task.dt, 1));
  add("condition_names", Extents{task.conditionCount()}, std::span<const std::string>(task.conditions));
  addNames(add, "state", point.states);
  addNames(add, "observation", point.observations);
  addNames(add, "action", point.actions);
  // Infinite where an actuator has none.
  add("action_limits", Extents{task.dU}, std::span<const double>(task.actionLimit.data(), static_cast<std::size_t>(task.dU)));
  return add.status();
}

void addLayers(Adder& add, const NeuralPolicy& policy) {
  const NeuralPolicy::State state = policy.state();
  const std::span<const float> numbers(state.parameters);
  for (int l = 0; l < state.shape.layers(); ++l) {
    const std::int64_t in = state.shape.widths[static_cast<std::size_t>(l)];
    const std::int64_t out = state.shape.widths[static_cast<std::size_t>(l) + 1];
    const std::string number = std::to_string(l + 1);
    add("policy.weight" + number, Extents{in, out},
        numbers.subspan(state.shape.weightOffset(l), static_cast<std::size_t>(in * out)));
    add("policy.bias" + number, Extents{out}, numbers.subspan(state.shape.biasOffset(l), static_cast<std::size_t>(out)));
  }
}

Status addIteration(NpzWriter& out, const SessionFile& session, const ExportPoint& point, const std::string& prefix) {
  const Result<SessionRun> owner = ownerOf(session, point.run, point.iteration);
  if (!owner) return owner.error();
  const Result<ArraySet> stored = session.arrays("arrays", *owner, point.iteration);
  if (!stored) return stored.error();
  Adder add(out, prefix);
  const std::int64_t iteration = point.iteration;
  add("iteration", Extents{}, std::span<const std::int64_t>(&iteration, 1));
  for (const auto& [name, array] : stored->arrays()) {
    add(name, array);
    // A session keeps observations that are the state only once.
    const bool states = name == "samples.X" || name == "local.X" || name == "global.X";
    if (states && !stored->has(name.substr(0, name.size() - 1) + "O")) add(name.substr(0, name.size() - 1) + "O", array);
  }
  if (const auto* policy = dynamic_cast<const NeuralPolicy*>(point.policy.get())) addLayers(add, *policy);
  return add.status();
}

}  // namespace

Status exportArrays(const SessionFile& session, const ArrayChoice& choice, const std::string& path,
                    const std::atomic<bool>* stop) {
  const Result<SessionRun> run = session.run(choice.run);
  if (!run) return run.error();
  const Result<int> chosen = chosenIteration(session, *run, choice.iteration);
  if (!chosen) return chosen.error();
  Result<FileWriter> file = FileWriter::open(path);
  if (!file) return file.error();
  NpzWriter out(*file);
  for (int iteration = choice.all ? 1 : *chosen; iteration <= *chosen; ++iteration) {
    if (stop && *stop) return Error{"The export was stopped.", path, ""};
    // Read as the program itself reads it: what does not fit the scene is an error and leaves no file.
    const Result<ExportPoint> point = readExportPoint(session, run->name, iteration);
    if (!point) return point.error();
    const bool first = !choice.all || iteration == 1;
    if (Status s = first ? addRun(out, *point) : Status(Done{}); !s) return s;
    const std::string prefix = choice.all ? "iteration-" + std::to_string(iteration) + "/" : std::string();
    if (Status s = addIteration(out, session, *point, prefix); !s) return s;
  }
  out.finish();
  return file->commit();
}

}  // namespace gps
