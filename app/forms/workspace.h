// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "app/bridge/run_session.h"
#include "widgets/canvas/scene_canvas.h"

class QLabel;
class QSplitter;

namespace gps::ui {

class PhaseStrip;
class RunHeader;
class TimeBar;

/// The centre of the window: one view per run (header, phases, canvas) side by side with one camera, one time
/// and one iteration for both. Sessions are not owned and must outlive the next setRuns().
class Workspace : public QWidget {
  Q_OBJECT
 public:
  explicit Workspace(QWidget* parent = nullptr);
  ~Workspace() override;

  void setRuns(const std::vector<RunSession*>& runs);
  void setTheme(const Theme& theme);
  void setLayers(const CanvasLayers& layers);
  void setFairness(const QString& text, const QString& details, bool fair);
  /// Shows what changed in the runs since the last call, at most one canvas' new iteration per call. True while
  /// another may wait.
  bool refreshNext();

  void fit();
  /// Iteration and time scrubbed to; following the newest unless the user went back.
  int iteration() const;
  void setIteration(int iteration);
  double timeStep() const;
  void setTimeStep(double step);
  void setCondition(int condition);
  int condition() const { return m_condition; }

  SceneCanvas* canvas(int run) const;
  TimeBar* timeBar() const { return m_time; }
  /// What the canvas of a run shows; null before its first iteration.
  std::shared_ptr<const Snapshot> shown(int run) const;
  QString sentence(int run) const;

 Q_SIGNALS:
  void iterationChosen(int iteration);
  void timeStepChosen(double step);
  void conditionChosen(int condition);
  void runActivated(int run);
  void testsClicked();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct View;
  void makeView(RunSession* run, int index);
  bool show(View& view);
  void shareCamera(const SceneCanvas* from);

  QSplitter* m_splitter;
  QLabel* m_fairness;
  TimeBar* m_time;
  std::vector<std::unique_ptr<View>> m_views;
  CanvasLayers m_layers;
  Theme m_theme;
  int m_condition = -1;
  std::size_t m_turn = 0;    ///< the canvas that is first in the next refreshNext()
  bool m_spreading = false;  ///< the time bar follows by itself: canvases change by turns
  bool m_cameraMoved = false;  ///< by the user; until then every canvas shows its scene's camera
};

}  // namespace gps::ui
