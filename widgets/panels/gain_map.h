// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include "core/math/types.h"

namespace gps::ui {

/// A feedback gain as a heat map: one row per action, one column per state entry; warm above zero, cool below, and a
/// minus in cells below zero where there is room. Arrow keys and the mouse pick a cell, whose name and value stand below.
class GainMap : public QWidget {
  Q_OBJECT
 public:
  explicit GainMap(QWidget* parent = nullptr);

  /// `K` (actions x states); `largest`: the magnitude that gets the full colour, the same at all steps so that steps
  /// compare.
  void setGains(const Matrix& K, double largest);
  void setNames(const QStringList& actions, const QStringList& states);
  QRectF cell(int action, int state) const;
  /// "K of u1 for p.x: -3.2".
  QString readout() const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {180, 96}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QRectF map() const;
  void pick(const QPointF& pixel);

  Matrix m_K;
  double m_largest = 1.0;
  QStringList m_actions, m_states;
  int m_row = 0, m_column = 0;
};

}  // namespace gps::ui
