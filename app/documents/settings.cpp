// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/settings.h"

#include <QDir>
#include <QFile>
#include <QSettings>
#include <QStandardPaths>
#include <algorithm>

namespace gps::ui {

namespace {

/// Index of a stored word; `fallback` when a newer or a broken file says something else.
int indexOf(const QStringList& words, const QString& word, int fallback) {
  const qsizetype index = words.indexOf(word);
  return index < 0 ? fallback : static_cast<int>(index);
}

const QStringList& themeWords() {
  static const QStringList words{"system", "light", "dark"};
  return words;
}

const QStringList& levelWords() {
  static const QStringList words{"basic", "standard", "expert"};
  return words;
}

/// QSettings skips lines it does not understand without a word, so binary rubbish has to be recognised here.
bool readable(const QString& path) {
  QFile file(path);
  if (!file.exists()) return true;
  if (!file.open(QIODevice::ReadOnly) || file.size() > (1 << 20)) return false;
  const QByteArray text = file.readAll();
  if (text.contains('\0')) return false;
  const QList<QByteArray> lines = text.split('\n');
  return std::all_of(lines.begin(), lines.end(), [](const QByteArray& line) {
    const QByteArray trimmed = line.trimmed();
    return trimmed.isEmpty() || trimmed.startsWith(';') ||
           (trimmed.startsWith('[') && trimmed.endsWith(']')) || trimmed.contains('=');
  });
}

}  // namespace

Settings::Settings(const QString& folder) {
  const QString place =
      folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) : folder;
  QDir().mkpath(place);
  const QString path = QDir(place).filePath("window.ini");
  bool usable = readable(path);
  if (usable) {
    m_store = std::make_unique<QSettings>(path, QSettings::IniFormat);
    usable = m_store->status() != QSettings::FormatError;
  }
  if (usable) return;
  m_store.reset();
  m_damaged = path + ".damaged";
  QFile::remove(m_damaged);
  if (!QFile::rename(path, m_damaged)) m_damaged = path;
  m_store = std::make_unique<QSettings>(path, QSettings::IniFormat);
}

Settings::~Settings() = default;

QString Settings::file() const {
  return m_store->fileName();
}

ThemeChoice Settings::theme() const {
  return static_cast<ThemeChoice>(indexOf(themeWords(), m_store->value("view/theme").toString(), 0));
}

void Settings::setTheme(ThemeChoice choice) {
  m_store->setValue("view/theme", themeWords().at(static_cast<int>(choice)));
}

Level Settings::level() const {
  return static_cast<Level>(indexOf(levelWords(), m_store->value("view/level").toString(), 0));
}

void Settings::setLevel(Level level) {
  m_store->setValue("view/level", levelWords().at(static_cast<int>(level)));
}

QByteArray Settings::geometry() const {
  return m_store->value("window/geometry").toByteArray();
}

void Settings::setGeometry(const QByteArray& geometry) {
  m_store->setValue("window/geometry", geometry);
}

QByteArray Settings::layout() const {
  return m_store->value("window/layout").toByteArray();
}

void Settings::setLayout(const QByteArray& layout) {
  m_store->setValue("window/layout", layout);
}

QString Settings::lastFolder() const {
  return m_store->value("files/folder").toString();
}

void Settings::setLastFolder(const QString& folder) {
  m_store->setValue("files/folder", folder);
}

QStringList Settings::recentFiles() const {
  QStringList files = m_store->value("files/recent").toStringList();
  // Anybody may have written the file.
  files.removeIf([](const QString& path) { return !QDir::isAbsolutePath(path); });
  files.removeDuplicates();
  return files.mid(0, kRecentFiles);
}

void Settings::addRecentFile(const QString& path) {
  QStringList files = recentFiles();
  files.removeAll(path);
  files.prepend(path);
  m_store->setValue("files/recent", files.mid(0, kRecentFiles));
}

void Settings::removeRecentFile(const QString& path) {
  QStringList files = recentFiles();
  files.removeAll(path);
  m_store->setValue("files/recent", files);
}

bool Settings::historyShown() const {
  return m_store->value("design/history", true).toBool();
}

void Settings::setHistoryShown(bool shown) {
  m_store->setValue("design/history", shown);
}

}  // namespace gps::ui
