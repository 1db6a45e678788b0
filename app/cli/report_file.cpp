// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/report_file.h"

#include <unistd.h>

#include <filesystem>

#include "app/cli/output_file.h"
#include "app/cli/plot_export.h"
#include "app/documents/scene_folder.h"
#include "core/scene/scene_reader.h"
#include "core/scene/scene_writer.h"

namespace gps::cli {

void nameShippedScenes(Report& report) {
  const std::vector<ShippedScene> shipped = shippedScenes(sceneFolder());
  for (ReportRun& run : report.runs) {
    for (const ShippedScene& each : shipped) {
      if (each.name != run.sceneName) continue;
      const Result<Scene> scene = findScene(each.name, sceneFolder());
      if (!scene || sceneText(sceneTree(*scene, Defaults::LeftOut)) != run.sceneText) continue;
      run.sceneArgument = each.name;
      run.sceneIsShipped = true;
    }
  }
}

Status writeReport(Report report, const std::string& path) {
  nameShippedScenes(report);
  ReportPainter painter(report);
  while (painter.next()) {
  }
  return writeWhole(path, reportHtml(report, painter.take()));
}

Status checkReport(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending != ".html" && ending != ".htm") {
    return Error{"A report is written as HTML, but the name ends in \"" + ending + "\".", "--report",
                 "Use a name that ends in .html."};
  }
  return checkWritable(path, "--report");
}

Status checkPlotFolder(const std::string& folder) {
  if (!canExportPlots()) return exportPlots({}, {}).error();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && access(folder.c_str(), W_OK) != 0) error = std::make_error_code(std::errc::permission_denied);
  if (!error) return Done{};
  return Error{"The folder can't be written to: " + error.message() + ".", "--plots, " + folder,
               "Choose a folder you may write to."};
}

}  // namespace gps::cli
