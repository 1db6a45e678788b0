// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plot_export.h"

namespace gps::cli {

Result<std::vector<std::string>> exportPlots(const std::vector<RunRecord>&, const std::string&) {
  return Error{"This program was built without the window and draws no plots.", "--plots",
               "Build with -DGPS_STUDIO_GUI=ON, or use --metrics."};
}

bool canExportPlots() {
  return false;
}

}  // namespace gps::cli
