// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/session_export.h"

#include <filesystem>

#include "app/cli/output_file.h"
#include "app/cli/plot_export.h"
#include "app/cli/report_file.h"
#include "core/session/export/c_header.h"
#include "core/session/export/export_arrays.h"
#include "core/session/export/torch_policy.h"

namespace gps::ui {

namespace {

constexpr const char* kProgram = "GPS Studio " GPS_STUDIO_VERSION;

/// Everything but a report; any thread.
Status write(const ExportRequest& request, const std::atomic<bool>& stop) {
  const Result<SessionFile> session = SessionFile::open(request.place.file);
  if (!session) return session.error();
  const std::string target = request.target.toStdString();
  if (request.kind == ExportKind::Arrays) {
    return exportArrays(*session, {.run = request.place.run, .iteration = request.iteration}, target, &stop);
  }
  const Result<ExportPoint> point = readExportPoint(*session, request.place.run, request.iteration);
  if (!point) return point.error();
  const Result<std::string> text = request.kind == ExportKind::TorchScript
                                       ? torchPolicy(*point, kProgram)
                                       : cHeader(*point, std::filesystem::path(target).stem().string(), kProgram);
  return text ? cli::writeWhole(target, *text) : Status(text.error());
}

Result<std::shared_ptr<Report>> read(const ExportRequest& request) {
  const Result<SessionFile> session = SessionFile::open(request.place.file);
  if (!session) return session.error();
  Result<Report> report = readReport(*session, request.place.run, request.iteration, kProgram);
  if (!report) return report.error();
  cli::nameShippedScenes(*report);
  return std::make_shared<Report>(*std::move(report));
}

}  // namespace

SessionExport::SessionExport(QObject* parent) : QObject(parent) {
  m_drawing.setInterval(0);
  connect(&m_drawing, &QTimer::timeout, this, &SessionExport::drawNext);
}

SessionExport::~SessionExport() = default;

void SessionExport::start(const ExportRequest& request) {
  if (m_busy) return;
  m_busy = true;
  m_target = request.target;
  if (const Status apart = cli::checkApart(request.place.file, request.target.toStdString()); !apart) {
    QMetaObject::invokeMethod(this, [this, apart] { end(apart); }, Qt::QueuedConnection);
    return;
  }
  if (request.kind == ExportKind::Report) {
    startReport(request);
    return;
  }
  m_job.start([this, request](const std::atomic<bool>& stop) -> LatestJob::Deliver {
    return [this, status = write(request, stop)] { end(status); };
  });
}

void SessionExport::startReport(const ExportRequest& request) {
  m_job.start([this, request](const std::atomic<bool>&) -> LatestJob::Deliver {
    Result<std::shared_ptr<Report>> report = read(request);
    if (!report) return [this, error = report.error()] { end(error); };
    auto painter = std::make_shared<cli::ReportPainter>(**report);
    return [this, report = *std::move(report), painter = std::move(painter)] {
      m_report = report;
      m_painter = painter;
      m_drawing.start();
    };
  });
}

void SessionExport::drawNext() {
  if (m_painter->next()) return;
  m_drawing.stop();
  auto pictures = std::make_shared<ReportPictures>(m_painter->take());
  m_painter.reset();
  m_job.start([this, report = std::move(m_report), pictures, target = m_target.toStdString()](
                  const std::atomic<bool>&) -> LatestJob::Deliver {
    return [this, status = cli::writeWhole(target, reportHtml(*report, *pictures))] { end(status); };
  });
}

void SessionExport::end(const Status& status) {
  m_busy = false;
  if (status) Q_EMIT finished(m_target);
  else Q_EMIT failed(status.error());
}

}  // namespace gps::ui
