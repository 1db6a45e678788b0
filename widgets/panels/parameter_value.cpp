// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/parameter_value.h"

#include <QHash>
#include <QLocale>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <optional>

namespace gps::ui {

namespace {

std::optional<double> numberFrom(const QString& text) {
  // The C locale, but without its thousands separators: "1,000" must not be read as a thousand.
  if (text.contains(u',')) return std::nullopt;
  bool ok = false;
  const double value = QLocale::c().toDouble(text, &ok);
  if (!ok || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool limited(const ParamSpec& spec) {
  return spec.min != spec.max;
}

bool whole(ParamKind kind) {
  return kind == ParamKind::Int || kind == ParamKind::UInt64 || kind == ParamKind::IntList;
}

QString number(double value) {
  return QString::fromStdString(numberText(value));
}

QString problemWithNumber(const ParamField& field, const QString& text) {
  const QString key = QString::fromStdString(field.spec.key);
  const QString found = text.isEmpty() ? QStringLiteral("empty") : QStringLiteral("\"%1\"").arg(text);
  if (field.kind == ParamKind::UInt64) {
    bool ok = false;
    const qulonglong value = text.toULongLong(&ok);
    if (ok && (!limited(field.spec) || static_cast<double>(value) <= field.spec.max)) return {};
    return QStringLiteral("%1 must be a whole number from 0, but is %2.").arg(key, found);
  }
  const std::optional<double> value = numberFrom(text);
  if (!value) {
    const char* wanted = whole(field.kind) ? "a whole number" : "a number";
    QString problem = QStringLiteral("%1 must be %2, but is %3.").arg(key, QLatin1String(wanted), found);
    if (text.contains(u',')) problem += QStringLiteral(" Write decimals with a point.");
    return problem;
  }
  if (whole(field.kind) && *value != std::floor(*value)) {
    return QStringLiteral("%1 must be a whole number, but is %2.").arg(key, text);
  }
  if (limited(field.spec) && (*value < field.spec.min || *value > field.spec.max)) {
    return QStringLiteral("%1 must be from %2 to %3, but is %4.")
        .arg(key, number(field.spec.min), number(field.spec.max), text);
  }
  return {};
}

}  // namespace

QString problemWith(const ParamField& field, const QString& typed) {
  const QString text = typed.trimmed();
  switch (field.kind) {
    case ParamKind::Bool:
      return text == QLatin1String("true") || text == QLatin1String("false")
                 ? QString()
                 : QStringLiteral("%1 must be true or false.").arg(QString::fromStdString(field.spec.key));
    case ParamKind::Choice:
      return std::find(field.spec.choices.begin(), field.spec.choices.end(), text.toStdString()) !=
                     field.spec.choices.end()
                 ? QString()
                 : QStringLiteral("%1 must be one of %2.")
                       .arg(QString::fromStdString(field.spec.key), rangeText(field));
    case ParamKind::OptionalReal:
      if (text == QLatin1String("auto")) return {};
      return problemWithNumber(field, text);
    case ParamKind::Int:
    case ParamKind::UInt64:
    case ParamKind::Real:
      return problemWithNumber(field, text);
    case ParamKind::IntList:
    case ParamKind::RealList:
      for (const QString& entry : text.split(u',')) {
        const QString problem = problemWithNumber(field, entry.trimmed());
        if (!problem.isEmpty()) return problem;
      }
      return {};
  }
  return {};
}

QString stepped(const ParamField& field, const QString& text, int notches) {
  if (field.kind == ParamKind::UInt64) {
    bool ok = false;
    const qulonglong value = text.trimmed().toULongLong(&ok);
    if (!ok || (notches < 0 && value < static_cast<qulonglong>(-notches))) return text;
    return QString::number(value + static_cast<qulonglong>(static_cast<qlonglong>(notches)));
  }
  const bool single =
      field.kind == ParamKind::Int || field.kind == ParamKind::Real || field.kind == ParamKind::OptionalReal;
  const std::optional<double> value = single ? numberFrom(text.trimmed()) : std::nullopt;
  if (!value) return text;
  double next = *value;
  if (whole(field.kind)) {
    next += notches;
  } else {
    // Two significant digits keep the numbers round: 1, 1.1, 1.2 ... 9.9, 10, 11.
    const double size = std::abs(next) > 0 ? std::floor(std::log10(std::abs(next)) + 1e-12) - 1 : -2;
    const double unit = std::pow(10.0, size);
    const double factor = std::pow(10.0, 0.1 * notches);
    const double target = field.spec.logScale && next > 0 ? next * factor : next + notches * unit;
    const double grid =
        field.spec.logScale && target > 0 ? std::pow(10.0, std::floor(std::log10(target)) - 1) : unit;
    next = std::round(target / grid) * grid;
  }
  if (limited(field.spec)) next = std::clamp(next, field.spec.min, field.spec.max);
  return QLocale::c().toString(next, 'g', whole(field.kind) ? 15 : 6).remove(u',');
}

QString rangeText(const ParamField& field) {
  if (field.kind == ParamKind::Bool) return QStringLiteral("true or false");
  if (!field.spec.choices.empty()) {
    QStringList names;
    for (const std::string& choice : field.spec.choices) names << QString::fromStdString(choice);
    return names.join(QStringLiteral(", "));
  }
  QString range;
  if (limited(field.spec)) {
    range = QStringLiteral("%1 to %2").arg(number(field.spec.min), number(field.spec.max));
  }
  if (field.kind == ParamKind::OptionalReal) {
    QString automatic = QStringLiteral("auto");
    if (!field.spec.automatic.empty())
      automatic += QStringLiteral(": ") + QString::fromStdString(field.spec.automatic);
    range += range.isEmpty() ? automatic : QStringLiteral(", or ") + automatic;
  }
  if (field.kind == ParamKind::IntList || field.kind == ParamKind::RealList) {
    range = range.isEmpty() ? QStringLiteral("list") : QStringLiteral("list of ") + range;
  }
  return range;
}

QString symbolText(const std::string& symbol) {
  static const QHash<QString, QString> letters{
      {"alpha", "α"}, {"beta", "β"},  {"gamma", "γ"},  {"delta", "δ"}, {"epsilon", "ε"}, {"eta", "η"},
      {"theta", "θ"}, {"kappa", "κ"}, {"lambda", "λ"}, {"mu", "μ"},    {"nu", "ν"},      {"xi", "ξ"},
      {"pi", "π"},    {"rho", "ρ"},   {"sigma", "σ"},  {"tau", "τ"},   {"phi", "φ"},     {"psi", "ψ"},
      {"omega", "ω"}, {"Sigma", "Σ"}, {"Lambda", "Λ"}, {"Phi", "Φ"},   {"Psi", "Ψ"}};
  QString text = QString::fromStdString(symbol);
  // Whole words only: "beta" holds an "eta".
  static const QRegularExpression word(QStringLiteral("[A-Za-z]+"));
  qsizetype at = 0;
  for (QRegularExpressionMatch match = word.match(text, at); match.hasMatch(); match = word.match(text, at)) {
    const QString letter = letters.value(match.captured(), match.captured());
    text.replace(match.capturedStart(), match.capturedLength(), letter);
    at = match.capturedStart() + letter.size();
  }
  return text;
}

QString appliesText(Applies applies) {
  switch (applies) {
    case Applies::View:
    case Applies::Immediate:
      return QStringLiteral("at once");
    case Applies::Iteration:
      return QStringLiteral("next iteration");
    case Applies::Reset:
      return QStringLiteral("new run");
  }
  return {};
}

}  // namespace gps::ui
