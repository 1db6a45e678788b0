// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

class QWidget;

namespace gps::ui {

/// Lets Tab go through these parts of a window one after the other, each as a whole. Needed where parts are made
/// anew: Qt puts what is made last at the end, wherever it stands.
void orderTabs(const QList<QWidget*>& parts);

}  // namespace gps::ui
