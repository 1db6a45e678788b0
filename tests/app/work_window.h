// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <utility>

#include "app/bridge/run_session.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/main_window.h"
#include "widgets/panels/message_bar.h"

namespace gps::testing {

using namespace gps::ui;

inline constexpr int kPatience = 30000;  // ms

inline QByteArray bytesOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline void write(const QString& path, const QByteArray& bytes) {
  QFile file(path);
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(bytes);
}

/// A window with a folder of its own.
struct WorkWindow {
  WorkWindow() : window({folder.path(), GPS_SCENES, false, {}}) {
    window.resize(1280, 800);
    window.show();
  }
  SceneDocument& document() { return *window.document(); }
  /// A copy of a shipped scene, opened.
  QString openCopy(const char* scene) {
    const QString path = folder.filePath("mine.scene.json");
    QFile::copy(QStringLiteral(GPS_SCENES "/%1.scene.json").arg(QLatin1String(scene)), path);
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
    window.openWhenAllowed(path);
    return path;
  }
  bool change(int horizon) {
    return document()
        .edit("Change the horizon",
              [horizon](TreeEditor& editor) { return editor.replace(TreePath("/horizon"), horizon); })
        .ok();
  }
  void press(const char* name) {
    auto* button = window.findChild<QAbstractButton*>(QLatin1String(name));
    QVERIFY2(button && button->isVisible(), name);
    QTest::mouseClick(button, Qt::LeftButton);
  }
  bool asks(const char* key) { return window.messages()->keys().contains(QLatin1String(key)); }
  bool designing() {
    return window.findChild<QStackedWidget*>()->currentWidget() == static_cast<QWidget*>(window.designPage());
  }
  void learn(int iterations) {
    RunSession& run = *window.runs().front();
    for (const auto& [key, value] : {std::pair{"run.iterations", QString::number(iterations)},
                                     {"pol.steps", QString("50")},
                                     {"run.samples", QString("3")}})
      QVERIFY(run.setParameter(key, value).ok());
    window.actions().start->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(run.state(), RunState::Finished, kPatience);
  }
  void drop(QWidget* on, const QList<QUrl>& urls) {
    QMimeData data;
    data.setUrls(urls);
    QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(on, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(on, &event);
  }

  QTemporaryDir folder;
  MainWindow window;
};

}  // namespace gps::testing
