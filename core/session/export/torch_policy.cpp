// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/torch_policy.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/policy/torch_script.h"
#include "core/session/export/unicode.h"

namespace gps {

namespace {

using Json = nlohmann::ordered_json;

Json describe(const std::vector<Channel>& channels, std::vector<std::string>& names, std::vector<std::string>& units) {
  Json list = Json::array();
  for (const Channel& channel : channels) {
    names.push_back(validUtf8(channel.name));
    units.push_back(validUtf8(channel.unit));
    list.push_back({{"name", names.back()}, {"unit", units.back()}});
  }
  return list;
}

}  // namespace

Result<std::string> torchPolicy(const ExportPoint& point, const std::string& program) {
  const auto* policy = dynamic_cast<const NeuralPolicy*>(point.policy.get());
  if (!policy) {
    return Error{"Run " + point.run.name + " has no global policy: " + point.run.algorithm + " learns controllers only.",
                 point.run.name + ", iteration " + std::to_string(point.iteration),
                 "Export its controllers as a C header (.h) or with --arrays, or choose a run of mdgps or badmm with --run."};
  }
  TorchScriptLabels labels;
  Json observations = describe(point.observations, labels.observationNames, labels.observationUnits);
  Json actions = describe(point.actions, labels.actionNames, labels.actionUnits);
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const double limit = point.task->actionLimit(static_cast<Eigen::Index>(i));
    actions[i]["limit"] = std::isfinite(limit) ? Json(limit) : Json(nullptr);
  }
  const Json metadata{{"program", program},
                      {"scene", validUtf8(point.scene)},
                      {"run", validUtf8(point.run.name)},
                      {"algorithm", validUtf8(point.run.algorithm)},
                      {"seed", point.run.seed},
                      {"iteration", point.iteration},
                      {"dt", point.task->dt},
                      {"observations", std::move(observations)},
                      {"actions", std::move(actions)}};
  labels.files.emplace_back("metadata.json", metadata.dump(2));
  return torchScriptOf(*policy, labels);
}

}  // namespace gps
