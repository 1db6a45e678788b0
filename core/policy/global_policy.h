// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/math/types.h"

namespace gps {

/// The global policy pi_theta(u | o) = N(mu(o), Sigma), an immutable value shared between threads.
class GlobalPolicy {
 public:
  virtual ~GlobalPolicy() = default;
  virtual int dO() const = 0;
  virtual int dU() const = 0;
  /// Mean actions for a batch of observations: row j of the result belongs to row j of `observations`.
  /// A row's result does not depend on the other rows.
  virtual RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const = 0;
  /// State-independent covariance (dU x dU).
  virtual const Matrix& covariance() const = 0;
};

}  // namespace gps
