// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/plant/task.h"
#include "core/policy/initial_controllers.h"

namespace gps {

/// What initialController() is asked for one condition of a task.
InitProblem initProblem(const Task& task, int condition);

/// The first controller of every condition. Fails with the first condition that has none.
Result<std::vector<std::shared_ptr<const LinearGaussianController>>> startControllers(const Task& task,
                                                                                      const InitParams& params);

/// The controller as a table: K, k and the roots of the diagonal of C at every step, to six digits. What C knows of how
/// actions vary together is not kept.
ControllerTable tableOf(const std::string& condition, const LinearGaussianController& controller);

}  // namespace gps
