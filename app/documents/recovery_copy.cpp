// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/recovery_copy.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QUuid>
#include <utility>

#include "app/documents/scene_document.h"
#include "app/documents/write_file.h"

namespace gps::ui {

namespace {

constexpr int kDelay = 800;  // ms
constexpr qint64 kMostBytes = qint64{40} << 20;

QString lockOf(const QString& copy) {
  return copy + ".lock";
}

constexpr char kMarkBegins = '\x1f';

/// First line: where it was to be saved, and what that file held; the rest: the task.
QByteArray packed(const SceneDocument& document) {
  QByteArray line = document.path().toUtf8();
  line.replace('\n', "").replace(kMarkBegins, "");
  return line + kMarkBegins + document.fileMark() + '\n' + document.text();
}

}  // namespace

RecoveryCopy::RecoveryCopy(SceneDocument* document, const QString& folder, QObject* parent)
    : QObject(parent), m_document(document) {
  const QString place =
      folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) : folder;
  m_folder = QDir(place).filePath("unsaved");
  m_file = QDir(m_folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + ".task");
  m_due.setSingleShot(true);
  m_due.setInterval(kDelay);
  connect(&m_due, &QTimer::timeout, this, &RecoveryCopy::flush);
  // Not started anew by the next change: work that goes on and on is written as it goes.
  const auto note = [this] {
    if (!m_due.isActive()) m_due.start();
  };
  connect(document, &SceneDocument::changed, this, note);
  connect(document, &SceneDocument::stateChanged, this, note);
}

RecoveryCopy::~RecoveryCopy() {
  // An orderly end: what is not saved was given up, or is to be offered again.
  if (m_due.isActive()) flush();
}

bool RecoveryCopy::flush() {
  m_due.stop();
  if (!m_document->isModified()) {
    giveUp();
    return true;
  }
  if (!m_lock) {
    QDir().mkpath(m_folder);
    QFile::setPermissions(m_folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    m_lock = std::make_unique<QLockFile>(lockOf(m_file));
    m_lock->setStaleLockTime(0);  // never by age: a window may stay open for days
    if (!m_lock->tryLock(0)) m_lock.reset();
  }
  // Without the lock another window would take the copy for one that was left behind.
  if (!m_lock) return failed({"", m_folder.toStdString(), ""});
  // A full disk must not stop the work.
  if (const Status done = writeFile(m_file, packed(*m_document)); !done) return failed(done.error());
  m_failing = false;
  return true;
}

bool RecoveryCopy::failed(const Error& error) {
  if (!std::exchange(m_failing, true)) {
    Q_EMIT notKept({"Unsaved changes cannot be kept for the case that the program ends unexpectedly." +
                        (error.what.empty() ? std::string() : " " + error.what),
                    m_folder.toStdString(), "Save the task; free some space, or allow writing to this folder."});
  }
  return false;
}

void RecoveryCopy::giveUp() {
  m_due.stop();
  QFile::remove(m_file);
  m_lock.reset();
}

std::vector<RecoveryCopy::Found> RecoveryCopy::left() const {
  std::vector<Found> found;
  const QDir folder(m_folder);
  for (const QFileInfo& entry : folder.entryInfoList({"*.task"}, QDir::Files, QDir::Time)) {
    if (entry.absoluteFilePath() == m_file || entry.size() > kMostBytes) continue;
    QLockFile lock(lockOf(entry.absoluteFilePath()));
    lock.setStaleLockTime(0);
    if (!lock.tryLock(0)) continue;  // its program lives
    QFile file(entry.absoluteFilePath());
    if (!file.open(QIODevice::ReadOnly)) continue;
    QByteArray line = file.readLine();
    line.chop(1);
    const qsizetype mark = line.lastIndexOf(kMarkBegins);
    found.push_back({entry.absoluteFilePath(), QString::fromUtf8(mark < 0 ? line : line.left(mark)),
                     mark < 0 ? QByteArray() : line.mid(mark + 1), file.readAll()});
  }
  return found;
}

void RecoveryCopy::discard(const Found& found) {
  QFile::remove(found.copy);
  QFile::remove(lockOf(found.copy));
}

}  // namespace gps::ui
