// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>
#include <optional>

#include "core/algorithms/parameters.h"
#include "widgets/style/theme.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace gps::ui {

class CurveEditor;

/// One parameter in a form: dot, label with symbol and unit, chip, editor; below them what waits and what is
/// wrong.
class ParameterRow : public QWidget {
  Q_OBJECT
 public:
  ParameterRow(const ParamField& field, QWidget* parent);

  const ParamField& field() const { return m_field; }
  QString key() const { return QString::fromStdString(m_field.spec.key); }
  /// The same parameter with another value. What is being typed stays, and so does an error until its text or
  /// the value changes.
  void setField(const ParamField& field);
  void setRunHasData(bool hasData);
  void setQueued(const std::optional<QString>& value);
  void setError(const QString& message);
  /// Commits what was typed; where it is refused the value in force comes back. What was refused then, and why.
  struct Refused {
    QString typed;
    QString problem;
  };
  std::optional<Refused> settle();
  void setTheme(const Theme& theme);
  QWidget* editor() const;
  /// Whether every word occurs in label, key, symbol or help.
  bool matches(const QStringList& words) const;

 Q_SIGNALS:
  void edited(const QString& key, const QString& value);
  void cancelRequested(const QString& key);
  void focused(const QString& key);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  bool locked() const { return m_runHasData && m_field.spec.applies == Applies::Reset; }
  QString shownText() const;
  void showValue();
  void refresh();
  void commit(const QString& text);
  void showCurve(bool on);
  void drawCurve();

  ParamField m_field;
  bool m_runHasData = false;
  bool m_focused = false;
  QToolButton* m_dot = nullptr;
  QLabel* m_name = nullptr;
  QLabel* m_unit = nullptr;
  QLabel* m_chip = nullptr;
  QLineEdit* m_line = nullptr;  // exactly one of these three
  QComboBox* m_combo = nullptr;
  QCheckBox* m_check = nullptr;
  QWidget* m_queue = nullptr;
  QLabel* m_queueText = nullptr;
  QToolButton* m_cancel = nullptr;
  QLabel* m_error = nullptr;
  QToolButton* m_curveButton = nullptr;  ///< lists of numbers only: shows them as points
  CurveEditor* m_curve = nullptr;
};

}  // namespace gps::ui
