// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QStringList>

namespace gps::test {

/// How the program ended, and what it said.
struct Outcome {
  int exitCode = -1;  ///< -2: it crashed, or hung and was killed
  QByteArray out;
  QByteArray err;
};

inline Outcome runProgram(const QStringList& arguments,
                          const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment(),
                          const QString& program = QStringLiteral(GPS_BINARY)) {
  QProcess process;
  process.setProcessEnvironment(environment);
  process.setStandardInputFile(QProcess::nullDevice());  // nobody types
  process.start(program, arguments);
  if (!process.waitForFinished(240000)) process.kill();
  Outcome outcome;
  outcome.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
  outcome.out = process.readAllStandardOutput();
  outcome.err = process.readAllStandardError();
  return outcome;
}

}  // namespace gps::test
