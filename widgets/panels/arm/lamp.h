// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/panels/arm/arm_view.h"

namespace gps::ui {

/// A small round lamp: a tick, a cross, a ring with a dot, or an empty ring.
class LampDot : public QWidget {
  Q_OBJECT
 public:
  explicit LampDot(QWidget* parent = nullptr);
  void setLamp(Lamp lamp);
  Lamp lamp() const { return m_lamp; }
  QSize sizeHint() const override { return {16, 16}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Lamp m_lamp = Lamp::Off;
};

}  // namespace gps::ui
