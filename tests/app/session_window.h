// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QAction>
#include <QDir>
#include <QLabel>
#include <QTemporaryDir>
#include <QtTest>
#include <string>
#include <utility>
#include <vector>

#include "app/bridge/run_session.h"
#include "app/bridge/session_keeper.h"
#include "app/main_window.h"
#include "widgets/panels/message_bar.h"

namespace gps::testing {

using namespace gps::ui;

inline constexpr int kPatience = 60000;  // ms; no test depends on the machine's speed

/// What the runs of these tests are set to; iterations take milliseconds.
inline const std::vector<std::pair<const char*, const char*>> kSettings{
    {"run.seed", "4"}, {"pol.steps", "60"}, {"badmm.inner", "2"}, {"pol.hidden", "8"}, {"run.samples", "3"}};

/// A window that keeps its sessions in a folder of the test.
struct SessionWindow {
  explicit SessionWindow(const QString& folder) : window({folder, GPS_SCENES, false, {}}) {
    window.resize(1280, 800);
    window.show();
  }
  RunSession& run(int index = 0) { return *window.runs().at(static_cast<std::size_t>(index)); }
  void prepare(const char* scene, const std::string& algorithm, int iterations) {
    QVERIFY(window.openScene(scene));
    QVERIFY(window.changeAlgorithm(0, algorithm));
    set(0, iterations);
  }
  void set(int index, int iterations) {
    QVERIFY(run(index).setParameter("run.iterations", QString::number(iterations)).ok());
    for (const auto& [key, value] : kSettings) QVERIFY2(run(index).setParameter(key, value).ok(), key);
  }
  void learn() {
    window.actions().start->trigger();
    for (RunSession* each : window.runs()) {
      QTRY_VERIFY_WITH_TIMEOUT(each->active() || each->state() == RunState::Finished, kPatience);
      QTRY_COMPARE_WITH_TIMEOUT(each->state(), RunState::Finished, kPatience);
    }
  }
  bool isSaved(int iteration, int index = 0) {
    return QTest::qWaitFor([&] { return run(index).saved() && run(index).saved()->iteration == iteration; }, kPatience);
  }
  void saveAs(const QString& file) {
    window.saveSessionAs(file);
    QTRY_VERIFY_WITH_TIMEOUT(window.session().named() && window.session().file() == file, kPatience);
  }
  bool asks(const char* key) { return window.messages()->keys().contains(QLatin1String(key)); }
  QString said(const char* key) {
    const auto* frame = window.findChild<QWidget*>(QStringLiteral("message.") + QLatin1String(key));
    return frame ? frame->accessibleName() : QString();
  }
  void press(const QString& name) {
    auto* button = window.findChild<QAbstractButton*>(name);
    QVERIFY2(button && button->isVisible(), qPrintable(name));
    QTest::mouseClick(button, Qt::LeftButton);
  }
  QString label(const char* name) { return window.findChild<QLabel*>(QLatin1String(name))->text(); }
  bool shows(int iterations, int index = 0) {
    return QTest::qWaitFor(
        [&] {
          return window.runs().size() > static_cast<std::size_t>(index) && run(index).history()->iterations() == iterations;
        },
        kPatience);
  }

  MainWindow window;
};

inline QStringList sessionsIn(const QString& folder) {
  return QDir(folder).entryList({"*.gpss*"}, QDir::Files);
}

inline QString unsavedIn(const QTemporaryDir& folder) {
  return folder.filePath("unsaved");
}

}  // namespace gps::testing
