// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/badmm_dual.h"
#include "tests/reference/case_check.h"

namespace gps::reference {

void checkBadmmSchedules(CaseCheck& check) {
  const Json& schedule = check.in("schedule");
  const std::vector<double> values = schedule.is_number() ? std::vector<double>{schedule.get<double>()}
                                                          : schedule.get<std::vector<double>>();
  const int iterations = check.in("iterations").get<int>();
  std::vector<double> computed;
  for (const Json& count : check.in("iteration_counts")) {
    computed.push_back(geometricSchedule(values, count.get<int>(), iterations));
  }
  check.compare("value", toJson(computed));
}

}  // namespace gps::reference
