// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/plain_text.h"

namespace gps::ui {

namespace {

QString printed(const QString& text, qsizetype longest, bool keepsLines) {
  QString result;
  result.reserve(std::min(text.size(), longest) + 1);
  for (qsizetype i = 0; i < text.size(); ++i) {
    if (result.size() >= longest) return result.trimmed() + QChar(0x2026);
    const QChar c = text[i];
    if (c.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
      const char32_t whole = QChar::surrogateToUcs4(c, text[i + 1]);
      if (QChar::isPrint(whole)) result += QStringView(text).mid(i, 2);
      else result += QLatin1Char(' ');
      ++i;
    } else if (keepsLines && c == QLatin1Char('\n')) {
      result += c;
    } else {
      // U+2028 and U+2029 are printed, as far as Unicode is concerned, and break the line.
      const bool breaks = c == QChar::LineSeparator || c == QChar::ParagraphSeparator;
      result += c.isPrint() && !breaks ? c : QLatin1Char(' ');
    }
  }
  return result.trimmed();
}

}  // namespace

QString plainLine(const QString& text, qsizetype longest) {
  return printed(text, longest, false);
}

QString plainLines(const QString& text, qsizetype longest) {
  return printed(text, longest, true);
}

QString plainToolTip(const QString& lines) {
  return QStringLiteral("<p>%1</p>").arg(lines.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")));
}

}  // namespace gps::ui
