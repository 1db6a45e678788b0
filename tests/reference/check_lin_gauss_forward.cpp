// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/forward_pass.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

void checkLinGaussForward(CaseCheck& check) {
  const LinearGaussianController controller = controllerOf(check.in("controller"));
  const Json inputs = {{"Fm", check.in("Fm")},
                       {"fv", check.in("fv")},
                       {"dyn_covar", check.in("dyn_covar")},
                       {"x0mu", check.in("x0mu")},
                       {"x0sigma", check.in("x0sigma")}};
  const LinearGaussianDynamics dynamics = dynamicsOf(inputs);
  requireSameShape(dynamics, controller);
  const Marginals marginals = forwardPass(controller, dynamics);
  check.compare("mu", toJson(marginals.mean));
  check.compare("sigma", toJson(marginals.cov));

  const std::vector<Vector> x = vectorsOf(check.in("act_x"));
  const std::vector<Vector> noise = vectorsOf(check.in("act_noise"));
  std::vector<Vector> u;
  for (int t = 0; t < controller.horizon(); ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    if (x.at(at).size() != controller.dX() || noise.at(at).size() != controller.dU()) {
      throw std::invalid_argument("act_x or act_noise has a wrong shape");
    }
    u.emplace_back(controller.mean(t, x.at(at)) + controller.cholC(t) * noise.at(at));
  }
  check.compare("act_u", toJson(u));
}

}  // namespace gps::reference
