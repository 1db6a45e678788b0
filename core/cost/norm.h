// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/cost/cost.h"
#include "core/math/types.h"

namespace gps {

enum class NormKind { L2, L1, Log };

/// Norm of a residual d (D) with weights w (D):
///     L2 part  0.5 l2 sum w d^2   (always present; weights once)
///     L1 part  l1 sqrt(alpha + s),   Log part  0.5 l1 ln(alpha + s),   s = sum (w d)^2
struct Norm {
  NormKind kind = NormKind::L2;  ///< which form the l1 part takes; L2 ignores l1
  double l1 = 0.0;
  double l2 = 1.0;
  double alpha = 1e-2;
};

struct NormExpansion {
  double l = 0.0;
  Vector gradient;  ///< dl/dd (D)
  Matrix hessian;   ///< d2l/dd2 (D x D), per mode
};

double normValue(const Norm& norm, const VectorRef& w, const VectorRef& d);
NormExpansion normExpansion(const Norm& norm, const VectorRef& w, const VectorRef& d, HessianMode mode);

}  // namespace gps
