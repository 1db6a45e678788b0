// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/report_page.h"

#include <cmath>
#include <cstdio>

#include "core/session/export/unicode.h"

namespace gps {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --back: #fff; --panel: #f5f6f8; --text: #1d232b; --muted: #596573; --line: #d6dbe1;
  --good: #17713b; --bad: #9a5200; --mark: #fff3d6; }
@media (prefers-color-scheme: dark) { :root { --back: #16191d; --panel: #1f242a; --text: #e6e9ed; --muted: #a3adb8;
  --line: #39414a; --good: #6fd295; --bad: #f0b060; --mark: #3d3216; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 24px 64px; }
h1 { font-size: 27px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 40px 0 12px; padding-top: 12px; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { font-size: 15px; margin: 24px 0 6px; overflow-wrap: anywhere; }
p { margin: 6px 0; max-width: 80ch; overflow-wrap: anywhere; }
.quiet { color: var(--muted); }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; }
th { color: var(--muted); font-weight: 600; font-size: 13px; white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; overflow-wrap: normal; }
tr.changed td { background: var(--mark); }
tr.changed td:first-child { box-shadow: -6px 0 0 var(--mark); }
tr.group td { color: var(--muted); font-weight: 600; padding-top: 12px; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 13px; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; margin: 6px 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: 8px 0; }
summary { cursor: pointer; color: var(--muted); }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(460px, 100%), 1fr)); gap: 16px; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; background: #fff; overflow: hidden; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { padding: 6px 12px; font-size: 13px; color: var(--muted); background: var(--panel);
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
@media print { body { font-size: 11px; } main { max-width: none; padding: 0; } figure, tr, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; } .grid { grid-template-columns: 1fr 1fr; } }
)";

}  // namespace

std::string htmlText(std::string_view text) {
  std::string escaped;
  for (const char c : validUtf8(text)) {
    const unsigned char code = static_cast<unsigned char>(c);
    if (c == '&') escaped += "&amp;";
    else if (c == '<') escaped += "&lt;";
    else if (c == '>') escaped += "&gt;";
    else if (c == '"') escaped += "&quot;";
    else if (c == '\'') escaped += "&#39;";
    else if (code < 0x20 || code == 0x7f) escaped += ' ';
    else escaped += c;
  }
  return escaped;
}

std::string htmlLines(std::string_view text) {
  std::string lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines += htmlText(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string htmlNumber(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return "–";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", *value);
  return text;
}

std::string htmlRow(const std::vector<std::string>& cells, std::string_view cell, std::string_view kind) {
  const std::string tag(cell);
  std::string row = kind.empty() ? "<tr>" : "<tr class=\"" + std::string(kind) + "\">";
  for (const std::string& content : cells) row += "<" + tag + ">" + content + "</" + tag + ">";
  return row + "</tr>\n";
}

std::string inlineSvg(std::string_view file) {
  const std::size_t begin = file.find("<svg"), end = file.rfind("</svg>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  return std::string(file.substr(begin, end + 6 - begin));
}

std::string pageHead(std::string_view title) {
  // The policy lets a reader's browser refuse whatever would not be this file itself.
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
         htmlText(title) + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<main>\n";
}

std::string pageFoot() {
  return "</main>\n</body>\n</html>\n";
}

}  // namespace gps
