// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QAbstractButton;
class QButtonGroup;
class QCheckBox;

namespace gps::ui {

class ParameterForm;

/// The parameters of the selected run: which run, whether shared parameters are linked, and the form.
class RunPanel : public QWidget {
  Q_OBJECT
 public:
  explicit RunPanel(QWidget* parent = nullptr);

  /// Names of the runs ("A: MDGPS"); the selector shows with two.
  void setRuns(const QStringList& names, int selected);
  int selected() const;
  bool linked() const;
  void setLinked(bool linked);
  ParameterForm* form() { return m_form; }

 Q_SIGNALS:
  void runSelected(int run);
  void linkChanged(bool linked);

 private:
  QWidget* m_selector;
  QButtonGroup* m_runs;
  QCheckBox* m_link;
  ParameterForm* m_form;
};

}  // namespace gps::ui
