// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>

#include "app/bridge/latest_job.h"
#include "app/bridge/relay_recorder.h"

namespace gps {
struct Report;
}
namespace gps::cli {
class ReportPainter;
}

namespace gps::ui {

/// What an iteration of a session can leave it as.
enum class ExportKind { Arrays, TorchScript, CHeader, Report };

struct ExportRequest {
  ExportKind kind = ExportKind::Arrays;
  RunPlace place{};    ///< the session may be one that is written to
  int iteration = 0;   ///< from 1
  QString target{};    ///< file
};

/// Writes parts of a session to other files on a thread beside the window; only the pictures of a report are drawn on
/// the UI thread, one per turn of the event loop. Lives on the UI thread; its destruction ends what runs, and leaves no
/// half a file.
class SessionExport : public QObject {
  Q_OBJECT
 public:
  explicit SessionExport(QObject* parent = nullptr);
  ~SessionExport() override;

  /// finished() or failed() follows. Not while busy().
  void start(const ExportRequest& request);
  bool busy() const { return m_busy; }

 Q_SIGNALS:
  void finished(const QString& file);
  void failed(const gps::Error& error);

 private:
  void startReport(const ExportRequest& request);
  void drawNext();
  void end(const Status& status);

  bool m_busy = false;
  QString m_target;
  std::shared_ptr<Report> m_report;
  std::shared_ptr<cli::ReportPainter> m_painter;
  QTimer m_drawing;
  LatestJob m_job;  // last: ends before what it uses
};

}  // namespace gps::ui
