// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plot_export.h"

namespace gps::cli {

struct Drawing::Impl {};
Drawing::Drawing() = default;
Drawing::~Drawing() = default;

Result<std::vector<std::string>> exportPlots(const std::vector<RunRecord>&, const std::string&, int,
                                             const std::vector<int>&) {
  return Error{"This program was built without the window and draws no plots.", "--plots",
               "Build with -DGPS_STUDIO_GUI=ON, or use --metrics."};
}

struct ReportPainter::Impl {};
ReportPainter::ReportPainter(const Report&) {}
ReportPainter::~ReportPainter() = default;

bool ReportPainter::next() {
  return false;
}

ReportPictures ReportPainter::take() {
  ReportPictures pictures;
  pictures.missing = "This program was built without the window and draws no plots. Build it with -DGPS_STUDIO_GUI=ON for them.";
  return pictures;
}

bool canExportPlots() {
  return false;
}

}  // namespace gps::cli
