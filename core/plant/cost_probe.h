// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cost/cost.h"
#include "core/scene/scene.h"

namespace gps {

/// The cost terms of a task that is being designed, asked one by one at the start of a condition. Evaluates the
/// very terms a run would have. Numbers are weight times value; terms that are switched off count as if on.
class CostProbe {
 public:
  /// `condition`: index in scene.conditions, switched on or not; negative: as the bodies stand in the file.
  /// Needs a scene that problemsOf() may find incomplete: no actuator and no condition are fine. Fails as
  /// costWith() does.
  static Result<CostProbe> make(const Scene& scene, int condition);

  int terms() const { return static_cast<int>(m_cost.entries().size()); }
  /// Index of a term, or nothing.
  std::optional<int> find(const std::string& id) const;
  /// At the start, no action: in the first step, and what the same would cost in the last one, where ramps end.
  double atStart(int term) const;
  double atLast(int term) const;
  /// Mean over the steps of a rollout, which must have this scene's state and actions; nothing where it has not.
  std::optional<double> along(int term, const Trajectory& rollout) const;

  /// What of a term depends on where something is.
  struct Place {
    std::string what{};          ///< "mass", "the tip of link2"
    Eigen::Vector2d at{0, 0};    ///< where that is at the start, world
    int first = -1;              ///< state entry of its x coordinate; negative: a tip
  };
  /// Nothing where the term looks at actions, joints, angles or speeds.
  std::optional<Place> placeOf(int term) const;
  /// What the term costs in the last step when the thing it looks at stands at `place` and all else as at the
  /// start. `placed`: of placeOf(term). About 0.2 us.
  double valueAt(int term, const Place& placed, const Eigen::Vector2d& place) const;

 private:
  CostProbe() = default;
  std::shared_ptr<const Scene> m_scene;  ///< with this condition alone
  Cost m_cost;
  Vector m_x0;  ///< (dX)
  Vector m_u0;  ///< (dU) zeros
};

}  // namespace gps
