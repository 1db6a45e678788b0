// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/engine/snapshot.h"
#include "core/session/export/report_html.h"

namespace gps::cli {

/// Finished iterations of one run, oldest first.
using RunRecord = std::vector<std::shared_ptr<const Snapshot>>;

/// What drawing without a display needs; one at a time, for as long as something is drawn. Of no effect where a window
/// is there, or none was built.
class Drawing {
 public:
  Drawing();
  ~Drawing();
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// The window's plots as PNG, SVG and PDF files, rendered without a display: runs of one scene and seed overlaid where
/// there are two of them, one subfolder per seed or run when that makes several groups. `iteration`: the one that plots
/// of one iteration show; 0: the last. `forkedAfter`: where each run left another one; 0, or no entry: nowhere. Returns the
/// files. Needs a Drawing.
Result<std::vector<std::string>> exportPlots(const std::vector<RunRecord>& runs, const std::string& folder, int iteration = 0,
                                             const std::vector<int>& forkedAfter = {});

/// Draws the pictures of a report one by one, some ten milliseconds each. Needs a Drawing; without a window it only says
/// that there are none. The report must outlive it. Made on any thread, drawn on the UI thread.
class ReportPainter {
 public:
  explicit ReportPainter(const Report& report);
  ~ReportPainter();
  /// False once all are there.
  bool next();
  ReportPictures take();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// Whether this program was built with the window, and so with plots.
bool canExportPlots();

}  // namespace gps::cli
