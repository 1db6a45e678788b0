// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <functional>
#include <memory>
#include <vector>

#include "app/bridge/latest_job.h"
#include "app/bridge/start_view.h"
#include "app/documents/scene_document.h"
#include "widgets/style/theme.h"

class QComboBox;
class QLabel;
class QMenu;
class QPushButton;
class QScrollArea;
class QSlider;
class QToolButton;
class QVBoxLayout;

namespace gps::ui {

class CurveEditor;
class FieldEditor;
class GainMap;
class ParameterRow;
class SceneCanvas;
class StartOverlay;

/// Controllers of a run that others may start from.
struct RunControllers {
  QString label{};  ///< "A: MDGPS, iteration 7"
  std::vector<std::string> conditions{};
  std::vector<std::shared_ptr<const LinearGaussianController>> controllers{};
};

/// Where the first controllers of a task are chosen, seen and tried: kind and numbers, K_t as a heat map, k_t and
/// sigma_t as curves whose points can be dragged, the rollouts of the first iteration in the scene, and what is wrong
/// with them. Every change is a step of the document; the rollouts come from another thread, the newest ones only.
class ControllerPage : public QWidget {
  Q_OBJECT
 public:
  explicit ControllerPage(QWidget* parent = nullptr);
  ~ControllerPage() override;

  /// Not owned; must outlive the page.
  void setDocument(SceneDocument* document);
  void setTheme(const Theme& theme);
  /// Asked when the user wants to take controllers from a run; runs without a finished iteration are left out.
  void setRunSource(std::function<std::vector<RunControllers>()> source);
  /// Takes what is being typed.
  void settle();

  /// Of the drawing, whose place it takes: it shows only where the properties give it their room.
  QSize minimumSizeHint() const override { return {560, 240}; }

  /// What is shown; null before the first answer.
  const StartShown* shown() const { return m_shown.get(); }
  /// Whether an answer is awaited.
  bool waiting() const { return m_previews.busy() || m_tracker.busy(); }
  SceneCanvas* canvas() const { return m_canvas; }
  StartOverlay* overlay() const { return m_overlay; }
  CurveEditor* offsets() const { return m_offsets; }
  CurveEditor* deviations() const { return m_deviations; }
  GainMap* gains() const { return m_gains; }

 Q_SIGNALS:
  void previewShown();
  void refused(const gps::Error& error);
  void noted(const QString& what);

 protected:
  void showEvent(QShowEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  enum class Drawn { Offsets, Deviations };

  void makeLayout();
  QWidget* makeForm();
  void showDocument();
  void showKind();
  void showParameters();
  void showCondition();
  void showStep();
  void showWarnings();
  void giveRoom();
  void fillRuns();

  /// Asks for rollouts of the scene as it is, or with the curves as they are being drawn.
  /// With a few rollouts first, so that something appears soon; the rest follows while nothing else is asked.
  void preview(bool drawing = false, bool all = false);
  void take(Result<StartShown> shown);
  bool apply(const QString& title, const SceneDocument::Command& command, const QString& gesture = {});
  void chooseKind(const QString& kind);
  void chooseParameter(const QString& key, const QString& value);
  void commitCurve(Drawn drawn, int action);
  /// Whether what is shown is of the task as it is, but for its first controllers.
  bool answersDocument() const;
  void takeFrom(const RunControllers& run);
  void follow(const std::vector<double>& times, const std::vector<QPointF>& places);
  void say(const QString& what, bool bad = false);

  SceneDocument* m_document = nullptr;
  std::shared_ptr<const StartShown> m_shown;
  std::function<std::vector<RunControllers>()> m_runs;
  int m_condition = 0;
  bool m_stale = true;  ///< the document changed while the page was hidden
  std::string m_rowsFor;  ///< kind whose parameters have rows

  QComboBox* m_kind = nullptr;
  QLabel* m_kindHelp = nullptr;
  QComboBox* m_conditions = nullptr;
  QPushButton* m_demonstrate = nullptr;
  QPushButton* m_fromRun = nullptr;
  QMenu* m_runMenu = nullptr;
  QLabel* m_state = nullptr;
  QScrollArea* m_form = nullptr;
  QWidget* m_rows = nullptr;
  QVBoxLayout* m_rowColumn = nullptr;
  std::vector<ParameterRow*> m_parameterRows;
  std::vector<std::pair<std::string, FieldEditor*>> m_fields;
  QLabel* m_warnings = nullptr;
  SceneCanvas* m_canvas = nullptr;
  StartOverlay* m_overlay = nullptr;
  QSlider* m_step = nullptr;
  QLabel* m_stepText = nullptr;
  GainMap* m_gains = nullptr;
  CurveEditor* m_offsets = nullptr;
  CurveEditor* m_deviations = nullptr;

  LatestJob m_previews;
  LatestJob m_tracker;
};

}  // namespace gps::ui
