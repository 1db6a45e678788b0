// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include "app/window_options.h"

namespace gps::ui {

class MainWindow;

/// `--grab`: sets the window up as the options say, lets the runs do their iterations, saves a picture of the
/// window and ends the program with an exit code.
class PictureTaker : public QObject {
  Q_OBJECT
 public:
  PictureTaker(MainWindow& window, WindowOptions options);
  /// Errors of the set-up; the event loop need not start then.
  Status begin();

 private:
  void watch();
  void take(int exitCode);

  MainWindow& m_window;
  WindowOptions m_options;
  bool m_session = false;  ///< what is shown was learned before
  QTimer m_timer;
};

}  // namespace gps::ui
