// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/recent_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QPixmap>

#include "app/bridge/session_opening.h"
#include "core/scene/json_text.h"
#include "core/scene/scene_reader.h"
#include "core/session/database.h"
#include "core/session/schema.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

/// Larger ones would hold up the start page.
constexpr qint64 kMostBytes = qint64{1} << 20;

QString tr(const char* text) {
  return QCoreApplication::translate("RecentFiles", text);
}

/// Of the session's newest run. Reads a few pages, whatever its size; all of it is checked when it is opened.
std::shared_ptr<const Scene> sceneOfSession(const std::string& path) {
  Result<Database> database = Database::open(path, Database::Access::Read);
  if (!database || !checkSchema(*database)) return nullptr;
  Result<Statement> statement = database->prepare(
      "SELECT text FROM scenes WHERE id=(SELECT scene FROM runs ORDER BY id DESC LIMIT 1) AND length(text) < 1000000");
  if (!statement) return nullptr;
  const Result<bool> row = statement->step();
  if (!row || !*row) return nullptr;
  Result<Scene> scene = parseScene(statement->text(0), path);
  return scene ? std::make_shared<const Scene>(*std::move(scene)) : nullptr;
}

/// Also of a task that is not finished; null where the file holds none.
std::shared_ptr<const Scene> sceneOf(const QFileInfo& file) {
  if (looksLikeSession(file.fileName())) return sceneOfSession(file.absoluteFilePath().toStdString());
  if (file.size() > kMostBytes) return nullptr;
  const std::string path = file.absoluteFilePath().toStdString();
  const Result<std::string> text = readJsonFile(path, JsonLimits{});
  if (!text) return nullptr;
  const Result<SceneTree> tree = parseSceneTree(*text, path);
  if (!tree) return nullptr;
  SceneReading reading = readSceneTree(*tree, path);
  return reading.scene ? std::make_shared<const Scene>(*std::move(reading.scene)) : nullptr;
}

}  // namespace

std::vector<SceneTile> recentTiles(const QStringList& files) {
  std::vector<SceneTile> tiles;
  for (const QString& path : files) {
    const QFileInfo file(path);
    SceneTile tile;
    tile.name = path;
    tile.group = tr("Recent files");
    tile.title = file.fileName();
    tile.hint = QDir::toNativeSeparators(file.absolutePath());
    tile.removable = true;
    tile.missing = !file.isFile();
    if (!tile.missing) tile.scene = sceneOf(file);
    if (tile.missing) {
      tile.text = tr("The file is missing.");
    } else if (!tile.scene) {
      tile.text = looksLikeSession(path)       ? tr("This session can't be read.")
                  : file.size() > kMostBytes ? tr("Too large for a picture.") : tr("This file does not hold a task.");
    } else {
      const QString title = QString::fromStdString(tile.scene->title);
      tile.text = looksLikeSession(path) ? tr("Session: %1").arg(title) : title;
    }
    tiles.push_back(std::move(tile));
  }
  return tiles;
}

QIcon recentIcon(const SceneTile& tile, const Theme& theme, double devicePixelRatio) {
  if (tile.scene)
    return QIcon(QPixmap::fromImage(sceneThumbnail(*tile.scene, theme, kRecentIconSize, devicePixelRatio)));
  return icon("warning", tile.missing ? theme.muted : theme.warning);
}

}  // namespace gps::ui
