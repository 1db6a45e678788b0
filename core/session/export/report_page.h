// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gps {

// Building blocks of the report's page.

/// Text between tags or in a quoted attribute; control characters become blanks, what is not UTF-8 U+FFFD.
std::string htmlText(std::string_view text);
/// The same of a text with lines of its own.
std::string htmlLines(std::string_view text);
/// Four digits; a dash for nothing.
std::string htmlNumber(const std::optional<double>& value);
/// A table row of cells that are HTML already; `cell` is "td" or "th".
std::string htmlRow(const std::vector<std::string>& cells, std::string_view cell = "td", std::string_view kind = {});
/// An <svg> element out of an SVG file; empty where there is none in it.
std::string inlineSvg(std::string_view file);
/// Everything before the content, with the style sheet.
std::string pageHead(std::string_view title);
std::string pageFoot();

}  // namespace gps
