// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#ifdef GPS_WITH_WINDOW
#include "app/window_command.h"
#endif

int main(int argc, char** argv) {
#ifdef GPS_WITH_WINDOW
  if (!gps::cli::isCommand(argc, argv)) return gps::ui::runWindow(argc, argv);
#endif
  return gps::cli::main(argc, argv);
}
