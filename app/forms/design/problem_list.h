// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListWidget>
#include <vector>

#include "core/scene/problems.h"

namespace gps::ui {

/// What is wrong or odd, errors first. Choosing a line asks to be shown the culprit.
class ProblemList : public QListWidget {
  Q_OBJECT
 public:
  explicit ProblemList(QWidget* parent = nullptr);
  void setProblems(const std::vector<Problem>& problems);

 Q_SIGNALS:
  void culpritRequested(const std::string& pointer);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  std::vector<Problem> m_problems;
};

}  // namespace gps::ui
