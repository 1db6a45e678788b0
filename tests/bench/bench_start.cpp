// SPDX-License-Identifier: GPL-3.0-or-later
// How long after an edit the page of the first controllers shows its first rollouts, end to end, per shipped scene: the edit,
// compiling, rollouts on their thread, delivery. Exits 1 when a median misses the budget.
//   QT_QPA_PLATFORM=offscreen build/bin/bench_start [scene]
#include <QApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <algorithm>
#include <cstdio>
#include <vector>

#include "app/commands/edit_start.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/controller_page.h"
#include "app/forms/design/design_page.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"

namespace {

using namespace gps;
using namespace gps::ui;

constexpr double kBudget = 100.0;  // ms
constexpr int kEdits = 15;

void await(ControllerPage& page) {
  while (!page.shown() || page.waiting())
    QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
}

/// Median from an edit to its rollouts [ms], and the longest time that the edit itself took.
std::pair<double, double> measure(const QString& scene, const std::filesystem::path& folder) {
  QTemporaryDir config;
  WindowSetup setup;
  setup.configFolder = config.path();
  setup.sceneFolder = folder;
  MainWindow window(setup);
  window.resize(1280, 800);
  window.show();
  if (!window.openScene(scene)) return {-1.0, -1.0};
  window.showDesign();
  window.designPage()->select({{}, TreePath("/initial_controller")});
  ControllerPage& page = *window.designPage()->controllers();
  await(page);
  std::vector<double> times;
  double longest = 0.0;
  for (int i = 0; i < kEdits; ++i) {
    bool shown = false;
    const auto heard = QObject::connect(&page, &ControllerPage::previewShown, [&shown] { shown = true; });
    QElapsedTimer clock;
    clock.start();
    const Status done = window.document()->edit("Change", [i](TreeEditor& editor) {
      return setStartParameter(editor, "init.var", i % 2 == 0 ? "0.5" : "0.6");
    });
    if (!done) return {-1.0, -1.0};
    longest = std::max(longest, static_cast<double>(clock.nsecsElapsed()) * 1e-6);
    while (!shown) QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    times.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
    await(page);
    QObject::disconnect(heard);
  }
  std::nth_element(times.begin(), times.begin() + kEdits / 2, times.end());
  return {times[kEdits / 2], longest};
}

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  int late = 0;
  for (const ShippedScene& scene : shippedScenes(GPS_SCENES)) {
    if (argc > 1 && scene.name != argv[1]) continue;
    const auto [median, longest] = measure(QString::fromStdString(scene.name), GPS_SCENES);
    std::printf("%-22s %6.1f ms to the rollouts, %5.1f ms at most in the window's thread for the edit\n",
                scene.name.c_str(), median, longest);
    if (!(median >= 0.0 && median <= kBudget)) ++late;
  }
  return late > 0 ? 1 : 0;
}
