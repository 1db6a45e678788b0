// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLockFile>
#include <QObject>
#include <QTimer>
#include <memory>
#include <vector>

#include "core/base/error.h"

namespace gps::ui {

class SceneDocument;

/// Unsaved work on disk, so that it survives the end of the program, however it ends. Written within a second
/// of a change, beside a lock that tells whether the program that wrote it still lives; removed when the work
/// is saved or given up.
class RecoveryCopy : public QObject {
  Q_OBJECT
 public:
  /// `folder` empty: the user's application data folder.
  RecoveryCopy(SceneDocument* document, const QString& folder, QObject* parent = nullptr);
  ~RecoveryCopy() override;

  /// Work that a program left behind which no longer runs.
  struct Found {
    QString copy;     ///< the file of the copy
    QString path;     ///< where the task was to be saved; may be empty
    QByteArray mark;  ///< fileMark() of the document; empty where it was not written down
    QByteArray text;  ///< of the task
  };
  /// Newest first. Files that cannot be read are left alone.
  std::vector<Found> left() const;
  static void discard(const Found& found);

  /// Writes now what is due. False: unsaved work could not be written.
  bool flush();
  /// The work is given up: nothing stays behind.
  void giveUp();

 Q_SIGNALS:
  /// Unsaved work could not be written; said once, until it can be again.
  void notKept(const gps::Error& error);

 private:
  SceneDocument* m_document;
  QString m_folder;
  QString m_file;
  std::unique_ptr<QLockFile> m_lock;
  QTimer m_due;
  bool m_failing = false;

  bool failed(const Error& error);
};

}  // namespace gps::ui
