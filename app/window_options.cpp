// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace gps {

namespace {

constexpr std::array<std::string_view, 10> kOptions{"--config-dir", "--theme",       "--grab",
                                                   "--size",       "--scene",       "--algorithms",
                                                   "--iterations", "--pause-after", "--condition",
                                                    "--view"};

std::optional<int> number(std::string_view text, int min, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max)
    return std::nullopt;
  return value;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Error wrong(std::string_view option, std::string_view value, std::string mend) {
  return Error{"\"" + std::string(value) + "\" is no value for " + std::string(option) + ".", "command line",
               std::move(mend)};
}

/// Puts one option into its place.
Status take(WindowOptions& options, std::string_view name, std::string value) {
  if (name == "--config-dir") {
    options.configDir = std::move(value);
  } else if (name == "--theme") {
    if (value != "light" && value != "dark" && value != "system") {
      return wrong(name, value, "Use light, dark or system.");
    }
    options.theme = std::move(value);
  } else if (name == "--grab") {
    options.grab = std::move(value);
  } else if (name == "--size") {
    const std::vector<std::string> parts = split(value, 'x');
    const std::optional<int> width = parts.size() == 2 ? number(parts[0], 320, 7680) : std::nullopt;
    const std::optional<int> height = parts.size() == 2 ? number(parts[1], 240, 4320) : std::nullopt;
    if (!width || !height)
      return wrong(name, value, "Give width and height in pixels, for example 1280x800.");
    options.width = *width;
    options.height = *height;
  } else if (name == "--scene") {
    options.scene = std::move(value);
  } else if (name == "--algorithms") {
    options.algorithms = split(value, ',');
    if (options.algorithms.size() > 2) return wrong(name, value, "The window shows one or two runs.");
  } else if (name == "--iterations") {
    const std::optional<int> count = number(value, 1, 100000);
    if (!count) return wrong(name, value, "Give a number from 1 to 100000.");
    options.iterations = *count;
  } else if (name == "--condition") {
    const std::optional<int> place = number(value, 1, 10000);
    if (!place) return wrong(name, value, "Give the place of a trained start: 1 for the first.");
    options.condition = *place;
  } else if (name == "--view") {
    if (value != "learn" && value != "design") return wrong(name, value, "Use learn or design.");
    options.design = value == "design";
  } else {
    options.pauseAfter = std::move(value);
  }
  return Done{};
}

}  // namespace

Result<WindowOptions> parseWindowOptions(int argc, const char* const* argv) {
  WindowOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.empty() || argument.front() != '-') {
      if (!options.file.empty()) {
        return Error{"The window opens one file, but two are named: " + options.file + " and " +
                         std::string(argument) + ".",
                     "command line", "Name one scene file."};
      }
      options.file = argument;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    if (std::find(kOptions.begin(), kOptions.end(), name) == kOptions.end()) {
      return Error{"There is no option " + std::string(name) + ".", "command line",
                   "gps-studio --help lists the options."};
    }
    std::string value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (i + 1 < argc) {
      value = argv[++i];
    }
    if (value.empty()) {
      return Error{std::string(name) + " needs a value.", "command line",
                   "gps-studio --help shows what it takes."};
    }
    if (Status status = take(options, name, std::move(value)); !status) return status.error();
  }
  const bool grabOnly = !options.scene.empty() || !options.algorithms.empty() || options.iterations > 0 ||
                        !options.pauseAfter.empty() || options.condition > 0 || options.design;
  if (grabOnly && options.grab.empty()) {
    return Error{"--scene, --algorithms, --iterations, --pause-after, --condition and --view belong to --grab.",
                 "command line", "Add --grab FILE.png, or use gps-studio train SCENE."};
  }
  if (!options.scene.empty() && !options.file.empty()) {
    return Error{"A scene is named twice: " + options.file + " and " + options.scene + ".", "command line",
                 "Name one scene."};
  }
  return options;
}

std::string_view windowOptionsHelp() {
  return "  gps-studio [FILE]            open the window, with a scene or session when one is named\n"
         "      --theme light|dark|system\n"
         "  gps-studio --grab FILE.png   save a picture of the window when the iterations are done, and "
         "quit\n"
         "      --scene SCENE            file (also a session), or name of a shipped scene; without it the start page\n"
         "      --algorithms A[,B]       one or two runs\n"
         "      --iterations N           per run\n"
         "      --pause-after PHASE      take the picture inside the last iteration, after this phase\n"
         "      --condition N            single out one start, the first is 1\n"
         "      --view learn|design      the runs, or the editor of the task\n"
         "      --size WxH               in pixels, 1280x800 unless given\n";
}

}  // namespace gps
