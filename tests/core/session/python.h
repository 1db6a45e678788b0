// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QStandardPaths>
#include <QString>
#include <QStringList>

namespace gps::testing {

struct PythonResult {
  int exitCode = -1;
  QByteArray out;
  QByteArray err;
};

inline PythonResult runCommand(const QString& program, const QStringList& arguments) {
  QProcess process;
  process.setStandardInputFile(QProcess::nullDevice());
  process.start(program, arguments);
  PythonResult result;
  if (!process.waitForFinished(240000)) process.kill();
  if (process.error() != QProcess::FailedToStart && process.exitStatus() == QProcess::NormalExit) result.exitCode = process.exitCode();
  result.out = process.readAllStandardOutput();
  result.err = process.readAllStandardError();
  return result;
}

/// An interpreter that has this module: the system's before others in PATH. Empty: none.
inline QString pythonWith(const QString& module) {
  for (const QString& python : {QStringLiteral("/usr/bin/python3"), QStandardPaths::findExecutable("python3")}) {
    if (!python.isEmpty() && runCommand(python, {"-c", "import " + module}).exitCode == 0) return python;
  }
  return {};
}

}  // namespace gps::testing
