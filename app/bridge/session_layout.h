// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gps::ui {

/// A place in the tree of runs.
struct RunNode {
  std::int64_t run = 0;  ///< id in the session
  int heldAt = 0;        ///< as it was after this iteration; 0: as it is
  bool operator==(const RunNode&) const = default;
};

/// How a window showed a session when it was closed, so that it looks like that again. Part of the file, and so untrusted:
/// what does not read exactly like what is written here is no layout.
struct SessionLayout {
  std::vector<RunNode> shown{};  ///< A, then B; A is never held
  int selected = 0;
  int iteration = 0;     ///< of the slider; 0: it follows the newest
  std::size_t runs = 0;  ///< that the session had: with more of them it is another session by now
  bool design = false;   ///< the page: Design, or Learn
  /// The layers of the canvas, in the order of kLayerNames.
  static constexpr const char* kLayerNames[] = {"samples", "local", "global", "tubes", "ghosts", "grid", "tests"};
  static constexpr std::size_t kLayers = 7;
  bool layers[kLayers] = {};
  bool operator==(const SessionLayout&) const = default;
};

/// One line of JSON.
std::string layoutText(const SessionLayout& layout);
/// Nothing where the text is anything else than one written by layoutText().
std::optional<SessionLayout> parseLayout(std::string_view text);

}  // namespace gps::ui
