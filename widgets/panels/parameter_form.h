// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "core/algorithms/parameters.h"

namespace gps::ui {

/// A form made from ParamSpec: groups, search box, level (basic, standard, expert). Each row: label with
/// symbol, editor with unit and range, a dot when changed from the default (click resets), a chip that says
/// when a change applies or that it is queued; help as tooltip and in a strip below. Emits intent; the owner
/// decides and calls setFields() again.
class ParameterForm : public QWidget {
  Q_OBJECT
 public:
  explicit ParameterForm(QWidget* parent = nullptr);
  ~ParameterForm() override;

  /// Replaces what is shown, keeping the editor that has the focus. `usedBy` hides other algorithms' fields.
  void setFields(const std::vector<ParamField>& fields, unsigned usedBy);
  void setLevel(Level level);
  Level level() const;
  /// Once a run has data, fields that need a new run are read-only and say why.
  void setRunHasData(bool hasData);
  /// Queued values by key: shown as chips that can be cancelled.
  void setQueued(const std::vector<std::pair<QString, QString>>& queued);
  /// Message under one field (what is wrong with what was typed).
  void setError(const QString& key, const QString& message);
  /// Commits what was typed and not yet committed; a text that was refused gives way to the value in force, and
  /// is returned.
  struct Refused {
    QString key;
    QString label;
    QString typed;
    QString problem;  ///< whole sentence
    QString kept;     ///< the value in force
  };
  std::vector<Refused> settle();
  /// Gives the focus to a parameter's editor; shows it first where level, search or a closed group hide it.
  void focusParameter(const QString& key);

 Q_SIGNALS:
  void edited(const QString& key, const QString& value);  ///< in --set syntax
  void cancelRequested(const QString& key);
  void levelChanged(Level level);  ///< by the user

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
