// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListWidget>
#include <QStringList>
#include <vector>

#include "core/scene/problems.h"

namespace gps::ui {

/// What is wrong or odd, errors first. Choosing a line asks to be shown the culprit.
class ProblemList : public QListWidget {
  Q_OBJECT
 public:
  explicit ProblemList(QWidget* parent = nullptr);
  /// `owners`: the name of the part each is about, or nothing.
  void setProblems(const std::vector<Problem>& problems, const QStringList& owners);

 Q_SIGNALS:
  void culpritRequested(const std::string& pointer);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  std::vector<Problem> m_problems;
  QStringList m_owners;
};

}  // namespace gps::ui
