// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/field_text.h"

#include <QLocale>
#include <QRegularExpression>
#include <QStringList>
#include <cmath>

#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

bool isNumbers(const SceneTree& value) {
  if (!value.is_array()) return false;
  for (const SceneTree& entry : value) {
    if (!entry.is_number()) return false;
  }
  return true;
}

QString numbersText(const SceneTree& list) {
  QStringList texts;
  for (const SceneTree& entry : list) texts << QString::fromStdString(valueText(entry));
  return texts.join(QStringLiteral(", "));
}

Error expected(const QString& what) {
  return {"This must be " + what.toStdString() + ".", "", "Use a point as decimal separator."};
}

Result<SceneTree> number(const QString& text, bool whole) {
  const QString trimmed = text.trimmed();
  bool good = false;
  const double value = QLocale::c().toDouble(trimmed, &good);
  if (!good || !std::isfinite(value)) return expected(QStringLiteral("a number"));
  if (whole && value != std::floor(value)) return expected(QStringLiteral("a whole number"));
  return numberTree(value);
}

Result<SceneTree> numbers(const QString& text) {
  static const QRegularExpression kGaps(QStringLiteral("[\\s,]+"));
  SceneTree list = SceneTree::array();
  for (const QString& each : text.split(kGaps, Qt::SkipEmptyParts)) {
    Result<SceneTree> value = number(each, false);
    if (!value) return expected(QStringLiteral("numbers separated by commas"));
    list.push_back(*std::move(value));
  }
  return list;
}

}  // namespace

QString fieldText(FieldKind kind, const SceneTree& value) {
  const QString asWritten = QString::fromStdString(valueText(value));
  switch (kind) {
    case FieldKind::Text:
    case FieldKind::LongText:
    case FieldKind::Choice:
    case FieldKind::BodyId:
    case FieldKind::JointId:
    case FieldKind::SensorId:
      return value.is_string() ? QString::fromStdString(value.get<std::string>()) : asWritten;
    case FieldKind::Point:
    case FieldKind::Numbers:
    case FieldKind::NumberOrNumbers:
      return isNumbers(value) ? numbersText(value) : asWritten;
    case FieldKind::Points: {
      if (!value.is_array()) return asWritten;
      QStringList points;
      for (const SceneTree& point : value) {
        if (!isNumbers(point)) return asWritten;
        points << numbersText(point);
      }
      return points.join(QStringLiteral("; "));
    }
    default:
      return asWritten;
  }
}

Result<SceneTree> fieldValue(FieldKind kind, const QString& text) {
  QString bare = text;
  if (kind != FieldKind::Text && kind != FieldKind::LongText) {
    // [[0, 1], [2, 3]] as in the file: a bracket that ends a point separates it from the next one.
    static const QRegularExpression kBetween(QStringLiteral("\\]\\s*,\\s*\\["));
    bare.replace(kBetween, QStringLiteral(";")).remove(QLatin1Char('[')).remove(QLatin1Char(']'));
  }
  switch (kind) {
    case FieldKind::Number:
      return number(bare, false);
    case FieldKind::WholeNumber:
      return number(bare, true);
    case FieldKind::Point: {
      Result<SceneTree> point = numbers(bare);
      if (!point || point->size() != 2) return expected(QStringLiteral("two numbers, x, y"));
      return point;
    }
    case FieldKind::Numbers:
      return numbers(bare);
    case FieldKind::NumberOrNumbers: {
      Result<SceneTree> list = numbers(bare);
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
