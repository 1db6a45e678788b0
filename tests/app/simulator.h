// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QTemporaryDir>

namespace gps::test {

/// Simulated arms of a test are found in its own folder.
inline QProcessEnvironment environmentIn(const QTemporaryDir& runtime) {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert("XDG_RUNTIME_DIR", runtime.path());
  return environment;
}

/// `gps-studio device simulate` as a process of its own.
struct Simulator {
  Simulator(const QProcessEnvironment& environment, const QStringList& options) {
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(GPS_BINARY), QStringList{"device", "simulate"} + options);
    while (!process.canReadLine() && process.waitForReadyRead(30000)) {
    }
    path = QString::fromUtf8(process.readLine()).trimmed();
  }
  ~Simulator() {
    process.terminate();
    process.waitForFinished(30000);
  }
  QProcess process;
  QString path;
};

}  // namespace gps::test
