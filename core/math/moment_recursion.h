// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/math/stage_layout.h"

namespace gps {

/// Moments of the state under linear-Gaussian dynamics and controller, one step per call:
///     m' = (Fx + Fu K) m + f + Fu k,   P' = (Fx + Fu K) P (Fx + Fu K)' + Fu C Fu' + W.
/// All buffers are allocated once.
class MomentRecursion {
 public:
  MomentRecursion(int dX, int dU);

  const StageLayout& layout() const { return m_layout; }
  /// The panel of the moments: dX rows [m_i, P_i] of layout().stateColumns(), P symmetric.
  const double* moments() const { return m_moments.data(); }
  std::size_t momentsSize() const { return m_moments.size(); }

  void start(const Gaussian& x);
  /// The panels of one step, and the covariance W (dX x dX) of its noise. The map is the transposed one.
  void step(const double* map, const double* gain, const double* noise, const Matrix& W);

 private:
  StageLayout m_layout;
  PanelBuffer m_moments;
  PanelBuffer m_closed;  // transposed map of the closed loop
  PanelBuffer m_spread;  // dX rows [(Fx + Fu K) m, (Fx + Fu K) P | Fu C]
};

}  // namespace gps
