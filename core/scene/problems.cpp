// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/problems.h"

#include <algorithm>
#include <array>

namespace gps {
namespace {

class Collector {
 public:
  void error(std::string pointer, std::string what, std::string mend) {
    m_found.push_back({Problem::Severity::Error, std::move(pointer), std::move(what), std::move(mend)});
  }
  void warning(std::string pointer, std::string what, std::string mend) {
    m_found.push_back({Problem::Severity::Warning, std::move(pointer), std::move(what), std::move(mend)});
  }
  std::vector<Problem> take() {
    std::stable_sort(m_found.begin(), m_found.end(),
                     [](const Problem& a, const Problem& b) { return a.severity < b.severity; });
    return std::move(m_found);
  }

 private:
  std::vector<Problem> m_found;
};

void findMissingParts(const Scene& scene, Collector& found) {
  if (scene.bodies.empty()) found.error("/bodies", "The task has no body.", "Draw a body.");
  if (scene.actuators.empty())
    found.error("/actuators", "Nothing can be moved: the task has no actuator.", "Add an actuator.");
  if (scene.sensors.empty()) found.error("/sensors", "The task has no sensor.", "Add a sensor.");
  if (scene.state.empty() && !scene.sensors.empty())
    found.error("/state", "The state is empty.", "Add sensors to it.");
  if (scene.observation.empty() && !scene.state.empty())
    found.error("/observation", "The observation is empty.",
                "Add sensors to it, or remove the list to observe the state.");
  if (scene.conditions.empty())
    found.error("/conditions", "The task has no condition to start from.", "Add a condition.");
  if (scene.costs.empty())
    found.error("/costs", "The task has no cost term; there is nothing to learn.", "Add a cost term.");
}

}  // namespace

std::vector<Problem> problemsOf(const Scene& scene) {
  Collector found;
  findMissingParts(scene, found);
  return found.take();
}

}  // namespace gps
