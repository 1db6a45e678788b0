// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/math/types.h"

namespace gps {

/// How far apart a controller p and a policy pi can be, given how their actions differ   [Montgomery16].
struct PolicyBounds {
  double tv = 0.0;             ///< of the last states: TV(x_T) <= sum_{s<T} sqrt(eps_s/2), at most 1
  double tvPrinted = 0.0;      ///< as printed in lemma 1: 2 sum_t sqrt(2 eps_t), at most 1
  double costGap = 0.0;        ///< J(pi) - J(p) <= sum_t (lmax_t - lmin_t) sum_{s<=t} sqrt(eps_s/2)
  double costGapPrinted = 0.0; ///< as printed in lemma 2: sum_t [sqrt(2 eps_t) l_t + 2 sqrt(2 eps_t) sum_{t'>=t} l_t']
};

/// eps_t = max over states of KL(p(.|x) || pi(.|o)) and the range lmin_t .. lmax_t of the stage cost, all (T). The
/// sharp bounds follow from coupling the two step by step, each step failing with Pinsker's sqrt(eps_s/2). The
/// printed cost bound takes l_t = max(|lmin_t|, |lmax_t|), as costs may be negative here.
PolicyBounds policyBounds(const VectorRef& eps, const VectorRef& lmin, const VectorRef& lmax);

}  // namespace gps
