// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/engine/snapshot.h"

namespace gps {

// What writing and reading the arrays of a snapshot agree on.

using Rollouts = std::vector<std::shared_ptr<const Rollout>>;

inline std::int64_t sizeOf(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

struct SeriesField {
  const char* name;
  Vector TimeSeries::*values;
};
inline constexpr SeriesField kSeries[] = {
    {"series.cost_mean", &TimeSeries::costMean}, {"series.kl", &TimeSeries::kl},
    {"series.rho", &TimeSeries::rho},            {"series.lambda", &TimeSeries::lambda},
    {"series.eta", &TimeSeries::eta},            {"series.quu_min", &TimeSeries::minQuu},
};

}  // namespace gps
