// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "core/policy/initial_controllers.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

void checkInitControllers(CaseCheck& check) {
  const std::string kind = check.in("kind").get<std::string>();
  InitParams params;
  params.var = check.in("init_var").get<double>();
  InitProblem problem;
  problem.T = check.in("T").get<int>();
  problem.dU = check.in("dU").get<int>();
  problem.x0 = vectorOf(check.in("x0"));
  if (kind == "lqr") {
    params.kind = InitKind::Lqr;
    params.stiffness = check.in("stiffness").get<double>();
    params.stiffnessVel = check.in("stiffness_vel").get<double>();
    params.finalWeight = check.in("final_weight").get<double>();
    problem.dt = check.in("dt").get<double>();
    problem.gains = vectorOf(check.in("init_gains"));
    problem.acc = vectorOf(check.in("init_acc"));
  } else if (kind == "pd") {
    params.kind = InitKind::Pd;
    params.posGain = check.in("pos_gains").get<double>();
    params.velMult = check.in("vel_gains_mult").get<double>();
  } else {
    check.fail("unknown kind \"" + kind + "\"");
    return;
  }
  compareController(check, valueOf(initialController(params, problem)));
}

}  // namespace gps::reference
