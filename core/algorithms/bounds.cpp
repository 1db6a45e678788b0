// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/bounds.h"

#include <algorithm>
#include <cmath>

#include "core/base/expects.h"

namespace gps {

PolicyBounds policyBounds(const VectorRef& eps, const VectorRef& lmin, const VectorRef& lmax) {
  GPS_EXPECTS(lmin.size() == eps.size() && lmax.size() == eps.size(), "one range of the cost per time step");
  PolicyBounds bounds;
  double apart = 0.0;  // sum_{s<=t} sqrt(eps_s/2): how far the pairs (x_t, u_t) can be apart
  double printed = 0.0;
  double costToGo = (lmin.cwiseAbs().cwiseMax(lmax.cwiseAbs())).sum();
  for (Eigen::Index t = 0; t < eps.size(); ++t) {
    bounds.tv = std::min(1.0, apart);
    apart += std::sqrt(0.5 * eps(t));
    bounds.costGap += (lmax(t) - lmin(t)) * apart;
    const double l = std::max(std::abs(lmin(t)), std::abs(lmax(t)));
    const double root = std::sqrt(2.0 * eps(t));
    printed += 2.0 * root;
    bounds.costGapPrinted += root * l + 2.0 * root * costToGo;
    costToGo -= l;
  }
  bounds.tvPrinted = std::min(1.0, printed);
  return bounds;
}

}  // namespace gps
