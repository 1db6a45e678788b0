// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <memory>

#include "core/base/param_spec.h"

class QSettings;

namespace gps::ui {

enum class ThemeChoice { System, Light, Dark };

/// Preferences of the window, never experiment data: an INI file in the folder of --config-dir or the user's
/// configuration folder. A file that cannot be read is set aside and the defaults hold.
class Settings {
 public:
  /// `folder` empty: the user's configuration folder.
  explicit Settings(const QString& folder);
  ~Settings();

  QString file() const;
  /// Where a damaged file was moved to at the start; empty when it was fine.
  QString damagedFile() const { return m_damaged; }

  ThemeChoice theme() const;
  void setTheme(ThemeChoice choice);
  Level level() const;
  void setLevel(Level level);
  QByteArray geometry() const;
  void setGeometry(const QByteArray& geometry);
  /// Places of docks and toolbars.
  QByteArray layout() const;
  void setLayout(const QByteArray& layout);
  /// Folder of the last opened or exported file.
  QString lastFolder() const;
  void setLastFolder(const QString& folder);
  /// Tasks that were opened or saved, newest first; at most kRecentFiles, also of files that are gone.
  QStringList recentFiles() const;
  void addRecentFile(const QString& path);
  void removeRecentFile(const QString& path);
  static constexpr int kRecentFiles = 6;
  /// Whether the Design view lists the steps of editing.
  bool historyShown() const;
  void setHistoryShown(bool shown);

 private:
  std::unique_ptr<QSettings> m_store;
  QString m_damaged;
};

}  // namespace gps::ui
