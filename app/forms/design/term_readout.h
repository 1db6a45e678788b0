// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <optional>

class QLabel;
class QPushButton;

namespace gps::ui {

/// What a cost term is worth now, and whether it is drawn as a map over the plane.
struct TermNumbers {
  double start = 0.0;               ///< weight times value in the first step
  double last = 0.0;                ///< what the same place would cost in the last step
  std::optional<double> run{};      ///< mean per step of the last rollout
  QString startName{};              ///< of the condition
  QString runName{};                ///< "MDGPS, iteration 3"
  QString place{};                  ///< what the map moves; empty: the term has no place
  QString noPlace{};                ///< why it has none
  QString failure{};                ///< why there are no numbers at all
};

class TermReadout : public QWidget {
  Q_OBJECT
 public:
  explicit TermReadout(QWidget* parent = nullptr);
  void show(const TermNumbers& numbers, bool mapShown);

 Q_SIGNALS:
  void mapToggled(bool on);

 private:
  QLabel* m_start;
  QLabel* m_last;
  QLabel* m_run;
  QLabel* m_note;
  QPushButton* m_map;
};

}  // namespace gps::ui
