// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/session/export/report.h"

namespace gps {

/// Pictures of a report, as SVG files; whoever can draw makes them.
struct ReportPictures {
  struct Plot {
    std::string title{};
    std::string svg{};
    std::string summary{};  ///< one sentence
  };
  struct Group {
    std::string title{};  ///< which runs; may be empty
    std::vector<Plot> plots{};
  };
  std::vector<std::string> scenes{};  ///< of every run of the report, with its paths; may be empty
  std::vector<Group> groups{};
  std::string missing{};  ///< why there are none, or not of all runs
};

/// The report as one HTML file that needs no other: without script, links or fonts from elsewhere, all text escaped, light
/// or dark as the reader's system. The same report gives the same bytes.
std::string reportHtml(const Report& report, const ReportPictures& pictures);

}  // namespace gps
