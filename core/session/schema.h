// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/algorithms/metrics.h"
#include "core/session/database.h"

namespace gps {

/// "gpss" as the application id of SQLite.
inline constexpr std::int64_t kSessionId = 0x67707373;
/// Raised when a table changes. A column per metric more is no change: writers add it, readers take what they know.
inline constexpr std::int64_t kSessionSchema = 1;

/// Name of a metric's column: its key in the JSON lines where it has one, else its key with underscores.
std::string metricColumn(const MetricSpec& spec);

/// Tables, indices and views in an empty file.
Status createSchema(Database& database);

/// Whether this is a session that this program reads. A newer schema is refused with both numbers; tables and columns
/// must be there.
Status checkSchema(const Database& database);

/// Adds the columns of metrics that the file does not know yet.
Status addMetricColumns(Database& database);

/// The metrics that a file has columns for, in the order of the registry.
Result<std::vector<Metric>> storedMetrics(const Database& database);

}  // namespace gps
