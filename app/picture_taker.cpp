// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/picture_taker.h"

#include <QApplication>
#include <QFileInfo>
#include <QPixmap>
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/bridge/session_opening.h"
#include "app/documents/scene_document.h"
#include "app/documents/scene_folder.h"
#include "app/forms/design/design_page.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"
#include "widgets/panels/time_bar.h"

namespace gps::ui {

PictureTaker::PictureTaker(MainWindow& window, WindowOptions options)
    : m_window(window), m_options(std::move(options)) {
  m_timer.setInterval(50);
  connect(&m_timer, &QTimer::timeout, this, &PictureTaker::watch);
}

Status PictureTaker::begin() {
  m_window.resize(m_options.width, m_options.height);
  const std::string scene = m_options.scene.empty() ? m_options.file : m_options.scene;
  if (looksLikeSession(QString::fromStdString(scene))) {
    const QString file = QString::fromStdString(scene);
    if (!m_options.algorithms.empty() || m_options.iterations > 0 || !m_options.pauseAfter.empty() || m_options.design) {
      return Error{"A picture of a session shows what is in it.", "command line",
                   "Leave --algorithms, --iterations, --pause-after and --view out."};
    }
    if (const Result<OpenedSession> readable = openSession(file); !readable) return readable.error();
    m_window.openSessionFile(file);
    m_session = true;
  } else if (!scene.empty()) {
    for (const std::string& algorithm : m_options.algorithms) {
      if (const Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm); !entry) return entry.error();
    }
    const QString name = QString::fromStdString(scene);
    std::error_code error;
    if (m_options.design && std::filesystem::exists(scene, error)) {
      // Also one that can't be learned yet.
      m_window.openWhenAllowed(name);
      if (m_window.document()->path() != QFileInfo(name).absoluteFilePath()) {
        return Error{"The file " + scene + " holds no task.", "--scene", "gps-studio check FILE says what is wrong."};
      }
    } else if (const Result<Scene> found = findScene(scene, sceneFolder()); !found) {
      return found.error();
    } else if (!m_window.openScene(name)) {
      return Error{"The scene " + scene + " can't be shown.", "--scene",
                   "gps-studio check FILE says what is wrong."};
    }
    if (!m_options.algorithms.empty()) m_window.changeAlgorithm(0, m_options.algorithms.front());
    if (m_options.algorithms.size() > 1) m_window.addSecondRun(m_options.algorithms.back());
    for (RunSession* run : m_window.runs()) {
      const int conditions = static_cast<int>(run->setup().task->conditions.size());
      if (m_options.condition > conditions) {
        return Error{scene + " has no start " + std::to_string(m_options.condition) + ".", "--condition",
                     "Use a number from 1 to " + std::to_string(conditions) + "."};
      }
      if (!m_options.pauseAfter.empty() && run->phaseHelp(m_options.pauseAfter).isEmpty()) {
        std::string known;
        for (const Phase& phase : run->phases()) known += (known.empty() ? "" : ", ") + phase.id;
        return Error{run->setup().algorithm + " has no phase \"" + m_options.pauseAfter + "\".",
                     "--pause-after", "Use one of " + known + "."};
      }
      if (m_options.iterations == 0) continue;
      const Status status = run->setParameter("run.iterations", QString::number(m_options.iterations));
      if (!status) return status;
    }
    if (m_options.design) {
      m_window.showDesign();
      // A picture says more with something selected: what moves first.
      if (const std::shared_ptr<const Scene> shown = m_window.document()->scene()) {
        for (const Body& body : shown->bodies) {
          if (!body.dynamic) continue;
          m_window.designPage()->select({{{PartKind::Body, body.id}}, TreePath()});
          break;
        }
      }
    } else if (m_options.pauseAfter.empty()) {
      for (RunSession* run : m_window.runs()) run->start();
    }
  }
  m_timer.start();
  return Done{};
}

void PictureTaker::watch() {
  bool waiting = m_session && m_window.runs().empty(), failed = false;
  for (RunSession* run : m_window.runs()) {
    if (m_options.design || m_session) break;
    const RunState state = run->state();
    failed = failed || state == RunState::Failed;
    if (state == RunState::Failed || state == RunState::Finished) continue;
    if (m_options.pauseAfter.empty()) {
      waiting = true;
      continue;
    }
    if (state != RunState::Idle && state != RunState::Paused) {
      waiting = true;
      continue;
    }
    const Progress& progress = run->progress();
    const bool inLast = run->history()->iterations() >= run->parameters().run.iterations - 1;
    if (inLast && state == RunState::Paused && progress.partial &&
        progress.partial->phase == m_options.pauseAfter) {
      continue;
    }
    run->step(inLast ? StepUnit::Phase : StepUnit::Iteration);
    waiting = true;
  }
  if (waiting) return;
  m_timer.stop();
  // Mid-rollout poses say more than the start; replay would make every picture a different one.
  Workspace* workspace = m_window.workspace();
  workspace->timeBar()->setPlaying(false);
  if (!m_window.runs().empty()) {
    const int T = m_window.runs().front()->setup().task->T;
    workspace->setTimeStep(0.4 * T);
    if (m_options.condition > 0) workspace->setCondition(m_options.condition - 1);
  }
  m_window.refreshNow();
  // Plots glide to new ranges; the picture shows where they arrive.
  QTimer::singleShot(500, this, [this, failed] { take(failed ? 1 : 0); });
}

void PictureTaker::take(int exitCode) {
  const QString file = QString::fromStdString(m_options.grab);
  if (!m_window.grab().save(file)) {
    std::fprintf(stderr, "The picture could not be written. (%s) Use a .png file in a folder that exists.\n",
                 m_options.grab.c_str());
    exitCode = 2;
  }
  QApplication::exit(exitCode);
}

}  // namespace gps::ui
