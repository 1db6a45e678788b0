// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tab_order.h"

#include <QWidget>

namespace gps::ui {

void orderTabs(const QList<QWidget*>& parts) {
  QWidget* last = nullptr;
  for (QWidget* part : parts) {
    for (QWidget* each : part->findChildren<QWidget*>()) {
      if (!(each->focusPolicy() & Qt::TabFocus) || each->focusProxy()) continue;
      if (each->window() != part->window()) continue;  // what a list folds out is a window of its own
      if (last) QWidget::setTabOrder(last, each);
      last = each;
    }
  }
}

}  // namespace gps::ui
