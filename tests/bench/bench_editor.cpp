// SPDX-License-Identifier: GPL-3.0-or-later
// The editor with a task of 500 bodies: how long opening takes, and the processor's time for each step of a drag and
// of zooming, with the window drawn after every step. Exits 1 when a budget is missed.
//   QT_QPA_PLATFORM=offscreen build/bin/bench_editor [bodies] [steps]
#include <QApplication>
#include <QFile>
#include <QGraphicsView>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <QWheelEvent>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <optional>
#include <vector>

#include "app/commands/add_part.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/main_window.h"
#include "core/scene/scene_text.h"
#include "tests/bench/counts.h"
#include "widgets/editor/scene_editor.h"

namespace {

using namespace gps;
using namespace gps::ui;

constexpr double kOpenBudget = 300.0;  // ms
constexpr double kStepBudget = 16.0;   // ms: 60 frames per second

/// Milliseconds of processor so far: on a busy machine the clock on the wall says nothing.
double processor() {
  return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Boxes and discs side by side, every second one of them dynamic, and what makes them a task.
QByteArray taskOf(int bodies) {
  SceneTree tree = emptyTask("many");
  const int columns = static_cast<int>(std::ceil(std::sqrt(1.6 * bodies)));
  for (int i = 0; i < bodies; ++i) {
    SceneTree body, shape;
    body["id"] = "body" + std::to_string(i);
    body["type"] = i % 2 == 0 ? "dynamic" : "static";
    body["position"] = SceneTree::array({0.4 * (i % columns), 0.4 * (i / columns)});
    if (i % 3 == 0) {
      shape["circle"] = {{"radius", 0.1}};
    } else {
      shape["box"] = {{"half_extents", SceneTree::array({0.12, 0.08})}};
    }
    if (i % 2 == 0) shape["density"] = 1;
    body["shapes"] = SceneTree::array({shape});
    tree["bodies"].push_back(body);
  }
  tree["actuators"].push_back({{"id", "push"},
                               {"type", "body_force"},
                               {"body", "body0"},
                               {"axis", SceneTree::array({1, 0})},
                               {"limit", 10}});
  tree["sensors"].push_back({{"id", "p"}, {"type", "body_position"}, {"body", "body0"}});
  tree["sensors"].push_back({{"id", "v"}, {"type", "body_velocity"}, {"body", "body0"}});
  tree["state"] = SceneTree::array({"p", "v"});
  tree["conditions"].push_back({{"id", "c1"}});
  tree["costs"].push_back({{"id", "goal"}, {"type", "state"}, {"sensor", "p"}, {"target", SceneTree::array({1, 0})}});
  tree["camera"] = {{"centre", SceneTree::array({0.2 * columns, 0.125 * columns})}, {"width", 0.45 * columns}};
  return QByteArray::fromStdString(sceneText(tree));
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// Whether the drawing was painted.
class PaintWatch : public QObject {
 public:
  explicit PaintWatch(QWidget* watched) { watched->installEventFilter(this); }
  bool painted = false;

 protected:
  bool eventFilter(QObject*, QEvent* event) override {
    painted = painted || event->type() == QEvent::Paint;
    return false;
  }
};

/// Does something and lets the window answer and draw it, once.
double timed(MainWindow& window, const std::function<void()>& act) {
  QWidget* port = window.designPage()->view()->findChild<QGraphicsView*>()->viewport();
  PaintWatch watch(port);
  const double before = processor();
  act();
  QCoreApplication::processEvents();
  if (!watch.painted) port->repaint();
  return processor() - before;
}

int report(const char* what, const std::vector<double>& steps) {
  const double p95 = quantile(steps, 0.95);
  std::printf("%s, %zu steps: median %.1f ms, p95 %.1f ms, longest %.1f ms of processor (budget of p95 %.0f ms)\n", what,
              steps.size(), quantile(steps, 0.5), p95, quantile(steps, 1.0), kStepBudget);
  return p95 <= kStepBudget ? 0 : 1;
}

int measureOpening(MainWindow& window, const QString& file) {
  std::vector<double> times;
  for (int round = 0; round < 3; ++round) {
    window.showStartPage();
    QCoreApplication::processEvents();
    times.push_back(timed(window, [&] {
      window.openWhenAllowed(file);
      window.showDesign();
    }));
  }
  const double slowest = quantile(times, 1.0);
  std::printf("open, %zu times: median %.0f ms, longest %.0f ms of processor (budget %.0f ms)\n", times.size(),
              quantile(times, 0.5), slowest, kOpenBudget);
  return slowest <= kOpenBudget ? 0 : 1;
}

void mouse(QWidget* on, QEvent::Type type, QPointF at, Qt::MouseButtons held) {
  const Qt::MouseButton button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
  QMouseEvent event(type, at, on->mapToGlobal(at), button, held, {});
  QCoreApplication::sendEvent(on, &event);
}

std::optional<int> measureDrag(MainWindow& window, int steps) {
  SceneEditor* view = window.designPage()->view();
  QWidget* port = view->findChild<QGraphicsView*>()->viewport();
  const auto place = [&window] { return window.document()->scene()->body("body0")->position; };
  const Eigen::Vector2d from = place();
  const QPointF start = port->mapFrom(view, view->pixelOf(from).toPoint());
  mouse(port, QEvent::MouseMove, start, {});
  mouse(port, QEvent::MouseButtonPress, start, Qt::LeftButton);
  std::vector<double> times;
  for (int i = 1; i <= steps; ++i) {
    const QPointF at = start + QPointF(40.0 * std::sin(0.1 * i) + 0.5 * i, -0.8 * i);
    times.push_back(timed(window, [&] { mouse(port, QEvent::MouseMove, at, Qt::LeftButton); }));
  }
  if ((place() - from).norm() < 0.01) return std::nullopt;
  const double end =
      timed(window, [&] { mouse(port, QEvent::MouseButtonRelease, start + QPointF(90, -90), Qt::NoButton); });
  std::printf("end of the drag: %.1f ms of processor\n", end);
  return report("drag", times);
}

std::optional<int> measureZoom(MainWindow& window, int steps) {
  SceneEditor* view = window.designPage()->view();
  QWidget* port = view->findChild<QGraphicsView*>()->viewport();
  const QPointF middle = QRectF(port->rect()).center();
  const auto width = [view] { return (view->worldOf({600, 300}) - view->worldOf({400, 300})).norm(); };
  const double first = width();
  double least = first;
  std::vector<double> times;
  for (int i = 0; i < steps; ++i) {
    const int turn = (i / 20) % 2 == 0 ? 120 : -120;
    times.push_back(timed(window, [&] {
      QWheelEvent event(middle, port->mapToGlobal(middle), {}, QPoint(0, turn), Qt::NoButton, {}, Qt::NoScrollPhase,
                        false);
      QCoreApplication::sendEvent(port, &event);
    }));
    least = std::min(least, width());
  }
  if (least > 0.5 * first) return std::nullopt;
  return report("zoom", times);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr const char* kUsage =
      "bench_editor [BODIES] [STEPS]: the editor with a task of BODIES (500). Measures opening it, and STEPS (120) of\n"
      "dragging a body and of zooming, in time of the processor; exits with 1 when a budget is missed.\n";
  std::array<int, 2> counts{500, 120};
  if (const std::optional<int> code = gps::bench::readCounts(argc, argv, kUsage, counts)) return *code;
  QApplication app(argc, argv);
  const auto [bodies, steps] = counts;
  QTemporaryDir folder;
  const QString path = folder.filePath("many.scene.json");
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(taskOf(bodies)) < 0) {
    std::fprintf(stderr, "The task could not be written to %s.\n", qPrintable(path));
    return 2;
  }
  file.close();
  WindowSetup setup;
  setup.configFolder = folder.path();
  setup.sceneFolder = GPS_SCENES;
  MainWindow window(setup);
  window.resize(1280, 800);
  window.show();
  QCoreApplication::processEvents();
  std::printf("%d bodies\n", bodies);
  const int open = measureOpening(window, path);
  if (window.document()->path() != path || window.document()->scene()->bodies.size() != static_cast<std::size_t>(bodies)) {
    std::fprintf(stderr, "The task was not opened.\n");
    return 2;
  }
  const std::optional<int> drag = measureDrag(window, steps);
  const std::optional<int> zoom = measureZoom(window, steps);
  if (!drag || !zoom) {
    std::fprintf(stderr, "%s\n", drag ? "Zooming showed nothing." : "The drag moved nothing.");
    return 2;
  }
  return open + *drag + *zoom > 0 ? 1 : 0;
}
