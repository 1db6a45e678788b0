// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>
#include <QWidget>
#include <vector>

namespace gps::ui {

/// One button per plot, checked while the plot is shown. What does not fit goes into a menu at the end.
class PlotTabs : public QWidget {
  Q_OBJECT
 public:
  explicit PlotTabs(QWidget* parent = nullptr);

  /// Chosen plots by index of the registry.
  void setChosen(const std::vector<int>& plots);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void clicked(int plot);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void place();
  std::vector<QToolButton*> m_buttons;
  QToolButton* m_more;
};

}  // namespace gps::ui
