// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plugins/plugin_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QPluginLoader>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>
#include <tuple>

#include "core/base/nearest_name.h"

namespace gps {

namespace {

namespace fs = std::filesystem;

/// Fails where another user could put something else in this place: every folder above counts, too.
Status checkPlace(const fs::path& place) {
  for (fs::path at = place; ; at = at.parent_path()) {
    struct stat found {};
    if (lstat(at.c_str(), &found) != 0) return Error{"The place can't be looked at.", at.string(), "Check its rights."};
    const bool ours = found.st_uid == 0 || found.st_uid == geteuid();
    const bool shared = (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    // Of a folder with the sticky bit, such as /tmp, nobody can exchange what belongs to others.
    const bool sticky = at != place && S_ISDIR(found.st_mode) && (found.st_mode & S_ISVTX) != 0;
    if (!ours || (shared && !sticky)) {
      return Error{"Other users can change what is here, so nothing is loaded from it.", at.string(),
                   "Make it your own and take away the others' right to write (chmod go-w)."};
    }
    if (at == at.root_path() || !at.has_parent_path()) return Done{};
  }
}

std::string textOf(const QJsonValue& value) { return value.toString().left(200).toStdString(); }

/// Whole names, so that they can stand on a command line and in lists.
bool isName(const std::string& name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Error refusal(const std::string& what, const PluginInfo& info, const std::string& mend) { return {what, info.file, mend}; }

std::optional<Error> readSettings(const QJsonArray& list, PluginInfo& info) {
  std::set<std::string> keys;
  for (const QJsonValue& each : list) {
    const QJsonObject object = each.toObject();
    PluginSetting setting;
    setting.spec.key = textOf(object["key"]);
    setting.spec.label = textOf(object["label"]);
    setting.spec.unit = textOf(object["unit"]);
    setting.spec.help = textOf(object["help"]);
    setting.spec.min = object["min"].toDouble();
    setting.spec.max = object["max"].toDouble();
    setting.spec.applies = Applies::Reset;
    setting.initial = object["default"].toDouble(std::nan(""));
    const bool bounded = setting.spec.min < setting.spec.max;
    const bool inside = !bounded || (setting.initial >= setting.spec.min && setting.initial <= setting.spec.max);
    if (!isName(setting.spec.key) || !keys.insert(setting.spec.key).second || !std::isfinite(setting.initial) || !inside) {
      return refusal("Its metadata has a setting without a proper key, bounds or default.", info, "Ask its author for a correct one.");
    }
    info.settings.push_back(std::move(setting));
    if (info.settings.size() > 64) return refusal("Its metadata has too many settings.", info, "Ask its author for a correct one.");
  }
  return std::nullopt;
}

PluginInfo readInfo(const fs::path& file) {
  PluginInfo info;
  info.file = file.string();
  const QJsonObject root = QPluginLoader(QString::fromStdString(info.file)).metaData();
  const QJsonObject own = root["MetaData"].toObject()["gps_studio"].toObject();
  if (own.isEmpty() || textOf(own["kind"]) != "arm") {
    info.refused = refusal("This is no plugin for arms.", info, "Remove it from the folder.");
    return info;
  }
  info.name = textOf(own["name"]);
  info.title = textOf(own["title"]);
  info.version = textOf(own["version"]);
  if (!isName(info.name)) {
    info.name.clear();
    info.refused = refusal("Its metadata has no proper name.", info, "A name has small letters, digits, - and _.");
    return info;
  }
  const int interface = own["interface"].toInt(-1);
  const std::string abi = textOf(own["abi"]);
  if (interface != kArmPluginInterface) {
    info.refused = refusal("It was made for interface " + std::to_string(interface) + "; this program has " +
                               std::to_string(kArmPluginInterface) + ".",
                           info, "Build it against this version of GPS Studio.");
  } else if (abi != pluginAbi()) {
    info.refused = refusal("It was built for " + abi + "; this program was built for " + pluginAbi() + ".", info,
                           "Build it with the same compiler.");
  } else if (std::optional<Error> wrong = readSettings(own["settings"].toArray(), info)) {
    info.refused = std::move(wrong);
  } else if (Status place = checkPlace(file); !place) {
    info.refused = place.error();
  }
  return info;
}

}  // namespace

std::string pluginAbi() { return GPS_PLUGIN_ABI; }

std::vector<std::string> pluginFolders(const std::string& configFolder) {
  std::error_code error;
  std::vector<std::string> folders;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back((program.parent_path() / "plugins").string());
  if (!configFolder.empty()) folders.push_back((fs::path(configFolder) / "plugins").string());
  return folders;
}

std::vector<PluginInfo> findArmPlugins(const std::vector<std::string>& folders) {
  std::vector<PluginInfo> plugins;
  for (const std::string& folder : folders) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error || !fs::is_directory(real, error)) continue;
    if (Status place = checkPlace(real); !place) {
      plugins.push_back({.file = real.string(), .name = {}, .refused = place.error()});
      continue;
    }
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(real, error)) {
      // A link may lead anywhere.
      if (entry.path().extension() == ".so" && entry.symlink_status(error).type() == fs::file_type::regular) files.push_back(entry.path());
      if (files.size() > 200) break;
    }
    for (const fs::path& file : files) plugins.push_back(readInfo(file));
  }
  std::stable_sort(plugins.begin(), plugins.end(), [](const PluginInfo& a, const PluginInfo& b) {
    return std::tie(a.name, a.file) < std::tie(b.name, b.file);
  });
  for (std::size_t i = 1; i < plugins.size(); ++i) {
    if (!plugins[i].refused && plugins[i].name == plugins[i - 1].name) {
      plugins[i].refused = refusal("Another plugin has the same name: " + plugins[i - 1].file + ".", plugins[i], "Remove one of them.");
    }
  }
  return plugins;
}

Result<std::vector<double>> settingsOf(const PluginInfo& plugin, const std::vector<std::string>& assignments) {
  std::vector<double> values;
  std::vector<std::string> keys;
  for (const PluginSetting& setting : plugin.settings) {
    values.push_back(setting.initial);
    keys.push_back(setting.spec.key);
  }
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    const std::string key = assignment.substr(0, equals);
    const auto found = std::find(keys.begin(), keys.end(), key);
    if (found == keys.end()) {
      const std::string nearest = nearestName(key, keys);
      return Error{plugin.name + " has no setting \"" + key + "\".", "--setting",
                   nearest.empty() ? "`gps-studio device plugins` shows its settings." : "Did you mean " + nearest + "?"};
    }
    const PluginSetting& setting = plugin.settings[static_cast<std::size_t>(found - keys.begin())];
    double value = std::nan("");
    if (equals != std::string::npos) {
      const char* const end = assignment.data() + assignment.size();
      const auto [stop, error] = std::from_chars(assignment.data() + equals + 1, end, value);
      if (error != std::errc() || stop != end) value = std::nan("");
    }
    const bool bounded = setting.spec.min < setting.spec.max;
    if (!std::isfinite(value) || (bounded && (value < setting.spec.min || value > setting.spec.max))) {
      char range[80] = "a number";
      if (bounded) std::snprintf(range, sizeof range, "a number from %g to %g", setting.spec.min, setting.spec.max);
      return Error{"\"" + key + "\" must be " + range + ".", "--setting", "Write " + key + "=NUMBER."};
    }
    values[static_cast<std::size_t>(found - keys.begin())] = value;
  }
  return values;
}

Result<ArmPlugin*> loadArmPlugin(const PluginInfo& plugin) {
  if (plugin.refused) return *plugin.refused;
  if (Status place = checkPlace(plugin.file); !place) return place.error();  // it may have changed since
  QPluginLoader loader(QString::fromStdString(plugin.file));
  QObject* const object = loader.instance();
  if (object == nullptr) return Error{"It can't be loaded: " + loader.errorString().toStdString(), plugin.file, "Build it anew."};
  ArmPlugin* const arm = qobject_cast<ArmPlugin*>(object);
  if (arm == nullptr) return Error{"It does not offer what its metadata says.", plugin.file, "Ask its author for a correct one."};
  return arm;
}

}  // namespace gps
