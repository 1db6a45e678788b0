// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window_command.h"

#include <QApplication>
#include <QTemporaryDir>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/bridge/session_opening.h"
#include "app/documents/scene_folder.h"
#include "app/end_signals.h"
#include "app/main_window.h"
#include "app/picture_taker.h"
#include "app/window_options.h"

namespace gps::ui {

namespace {

constexpr int kBadInput = 2;

bool isSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

int refuse(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return kBadInput;
}

}  // namespace

int runWindow(int argc, char** argv) {
  const Result<WindowOptions> options = parseWindowOptions(argc, argv);
  if (!options) return refuse(options.error());
  std::error_code error;
  if (!options->file.empty() && !std::filesystem::exists(options->file, error)) {
    return refuse({"There is no file or command \"" + options->file + "\".", "command line",
                   "Name a scene file, or a command: gps-studio --help lists them."});
  }
  if (!isSet("QT_QPA_PLATFORM") && !isSet("DISPLAY") && !isSet("WAYLAND_DISPLAY")) {
    if (options->grab.empty()) {
      return refuse(
          {"There is no display to open a window on.", "",
           "Train in the terminal with gps-studio train SCENE (gps-studio list scenes names them), save a "
           "picture with gps-studio --grab FILE.png, or log in with a display (ssh -X)."});
    }
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }

  QApplication application(argc, argv);
  QApplication::setApplicationName("gps-studio");
  QApplication::setApplicationDisplayName("GPS Studio");
  QApplication::setApplicationVersion(GPS_STUDIO_VERSION);
  WindowSetup setup{.configFolder = QString::fromStdString(options->configDir),
                    .sceneFolder = sceneFolder(),
                    .systemIsDark = Theme::fromPalette(QApplication::palette()).dark};
  if (!options->theme.empty()) {
    setup.theme = options->theme == "dark"    ? ThemeChoice::Dark
                  : options->theme == "light" ? ThemeChoice::Light
                                              : ThemeChoice::System;
  }
  // A picture is the same on every machine: it does not follow the user's layout.
  const QTemporaryDir pictureSettings;
  if (!options->grab.empty() && options->configDir.empty()) setup.configFolder = pictureSettings.path();
  setup.keepsSessions = options->grab.empty();
  const EndSignals signals;  // outlives the window, which switches an arm off
  MainWindow window(std::move(setup));
  if (!options->grab.empty()) {
    PictureTaker taker(window, *options);
    if (Status status = taker.begin(); !status) return refuse(status.error());
    window.show();
    return QApplication::exec();
  }
  // A session, or a task, also one that can't be learned yet.
  if (!options->file.empty()) window.openWhenAllowed(QString::fromStdString(options->file));
  window.show();
  return QApplication::exec();
}

}  // namespace gps::ui
