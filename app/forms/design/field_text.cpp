// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/field_text.h"

#include <QLocale>
#include <QRegularExpression>
#include <QStringList>
#include <cmath>
#include <numbers>

#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

bool isNumbers(const SceneTree& value) {
  if (!value.is_array()) return false;
  for (const SceneTree& entry : value) {
    if (!entry.is_number()) return false;
  }
  return true;
}

/// 12 digits: what degrees and back leave of 0.30000000000000004.
double shortened(double value) {
  return QString::number(value, 'g', 12).toDouble();
}

QString fewDigits(double value) {
  const bool whole = value == std::floor(value) && std::abs(value) < 1e9;
  if (whole) return QString::number(value, 'f', 0);
  if (std::abs(value) >= 1000.0 && std::abs(value) < 1e9) return QString::number(value, 'f', 0);
  return QString::number(value, 'g', 4);
}

QString numberText(const SceneTree& number, bool angle, Digits digits) {
  if (!angle && digits == Digits::All) return QString::fromStdString(valueText(number));
  const double value = angle ? shortened(number.get<double>() / kDegree) : number.get<double>();
  return digits == Digits::Few ? fewDigits(value) : QString::number(value, 'g', 12);
}

QString numbersText(const SceneTree& list, const FieldAngles& angles, Digits digits) {
  QStringList texts;
  for (std::size_t i = 0; i < list.size(); ++i)
    texts << numberText(list[i], angles.at(i, list.size()), digits);
  return texts.join(QStringLiteral(", "));
}

Error expected(const QString& what) {
  return {"This must be " + what.toStdString() + ".", "", "Use a point as decimal separator."};
}

Result<SceneTree> number(const QString& text, bool whole, bool angle = false) {
  QString trimmed = text.trimmed();
  const bool radians = angle && trimmed.endsWith(QLatin1String("rad"));
  if (radians) trimmed.chop(3);
  if (angle && trimmed.endsWith(QChar(0xB0))) trimmed.chop(1);
  bool good = false;
  const double value = QLocale::c().toDouble(trimmed.trimmed(), &good);
  if (!good || !std::isfinite(value))
    return expected(angle ? QStringLiteral("a number of degrees, or radians as in 0.5 rad")
                          : QStringLiteral("a number"));
  if (whole && value != std::floor(value)) return expected(QStringLiteral("a whole number"));
  return numberTree(angle && !radians ? shortened(value * kDegree) : value);
}

Result<SceneTree> numbers(const QString& text, const FieldAngles& angles = {}) {
  static const QRegularExpression kGaps(QStringLiteral("[\\s,]+"));
  static const QRegularExpression kUnit(QStringLiteral("\\s+(rad|\\x{00B0})"));
  QString joined = text;
  joined.replace(kUnit, QStringLiteral("\\1"));  // a unit stays with its number
  const QStringList parts = joined.split(kGaps, Qt::SkipEmptyParts);
  const auto count = static_cast<std::size_t>(parts.size());
  SceneTree list = SceneTree::array();
  for (std::size_t i = 0; i < count; ++i) {
    Result<SceneTree> value = number(parts[static_cast<qsizetype>(i)], false, angles.at(i, count));
    if (!value) return expected(QStringLiteral("numbers separated by commas"));
    list.push_back(*std::move(value));
  }
  return list;
}

/// true, 3, "pd", 40, 40: what a setting may be.
SceneTree anyValue(const QString& text) {
  const QString bare = text.trimmed();
  if (bare == QLatin1String("true") || bare == QLatin1String("false"))
    return SceneTree(bare == QLatin1String("true"));
  if (const Result<SceneTree> list = numbers(bare); list && !list->empty())
    return list->size() == 1 ? (*list)[0] : *list;
  return SceneTree(bare.toStdString());
}

}  // namespace

QString fieldText(FieldKind kind, const SceneTree& value, const FieldAngles& angles, Digits digits) {
  const QString asWritten = QString::fromStdString(valueText(value));
  switch (kind) {
    case FieldKind::Text:
    case FieldKind::LongText:
    case FieldKind::Choice:
    case FieldKind::BodyId:
    case FieldKind::JointId:
    case FieldKind::SensorId:
      return value.is_string() ? QString::fromStdString(value.get<std::string>()) : asWritten;
    case FieldKind::Number:
      return value.is_number() ? numberText(value, angles.all, digits) : asWritten;
    case FieldKind::Point:
    case FieldKind::Numbers:
      return isNumbers(value) ? numbersText(value, angles, digits) : asWritten;
    case FieldKind::NumberOrNumbers:
      if (value.is_number()) return numberText(value, angles.at(0, 1), digits);
      return isNumbers(value) ? numbersText(value, angles, digits) : asWritten;
    case FieldKind::Points: {
      if (!value.is_array()) return asWritten;
      QStringList points;
      for (const SceneTree& point : value) {
        if (!isNumbers(point)) return asWritten;
        points << numbersText(point, {}, digits);
      }
      return points.join(QStringLiteral("; "));
    }
    case FieldKind::Any:
      if (value.is_string()) return QString::fromStdString(value.get<std::string>());
      // A list of one number keeps its brackets, or it would read back as the number.
      return isNumbers(value) && value.size() > 1 ? numbersText(value, {}, digits) : asWritten;
    default:
      return asWritten;
  }
}

Result<SceneTree> fieldValue(FieldKind kind, const QString& text, const FieldAngles& angles) {
  QString bare = text;
  if (kind == FieldKind::Any) {
    const bool list = bare.trimmed().startsWith(QLatin1Char('['));
    SceneTree value = anyValue(bare.remove(QLatin1Char('[')).remove(QLatin1Char(']')));
    if (list && value.is_number()) value = SceneTree::array({value});
    return value;
  }
  if (kind != FieldKind::Text && kind != FieldKind::LongText) {
    // [[0, 1], [2, 3]] as in the file: a bracket that ends a point separates it from the next one.
    static const QRegularExpression kBetween(QStringLiteral("\\]\\s*,\\s*\\["));
    bare.replace(kBetween, QStringLiteral(";")).remove(QLatin1Char('[')).remove(QLatin1Char(']'));
  }
  switch (kind) {
    case FieldKind::Number:
      return number(bare, false, angles.all);
    case FieldKind::WholeNumber:
      return number(bare, true);
    case FieldKind::Point: {
      Result<SceneTree> point = numbers(bare, angles);
      if (!point || point->size() != 2) return expected(QStringLiteral("two numbers, x, y"));
      return point;
    }
    case FieldKind::Numbers:
      return numbers(bare, angles);
    case FieldKind::NumberOrNumbers: {
      Result<SceneTree> list = numbers(bare, angles);
      if (!list || list->empty()) return expected(QStringLiteral("a number, or one per entry"));
      if (list->size() == 1) return SceneTree((*list)[0]);
      return list;
    }
    case FieldKind::Points: {
      SceneTree points = SceneTree::array();
      for (const QString& each : bare.split(QLatin1Char(';'), Qt::SkipEmptyParts)) {
        Result<SceneTree> point = numbers(each);
        if (!point || point->size() != 2)
          return expected(QStringLiteral("points x, y separated by semicolons"));
        points.push_back(*std::move(point));
      }
      return points;
    }
    default:
      return SceneTree(text.toStdString());
  }
}

}  // namespace gps::ui
