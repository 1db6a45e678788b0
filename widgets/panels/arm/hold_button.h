// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QPushButton>
#include <QTimer>

namespace gps::ui {

/// A button that must be held down for a while, by mouse or by Space or Enter, before it does anything; it fills
/// meanwhile. Letting go, leaving it or losing the keyboard in between does nothing.
class HoldButton : public QPushButton {
  Q_OBJECT
 public:
  HoldButton(const QString& text, int milliseconds, QWidget* parent = nullptr);
  /// Share of the time that it was held, 0 to 1.
  double progress() const;

 Q_SIGNALS:
  void held();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void hideEvent(QHideEvent* event) override;
  void changeEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void begin();
  void cancel();
  void look();

  int m_milliseconds;
  bool m_byKey = false;
  QTimer m_timer;
  QElapsedTimer m_since;
};

}  // namespace gps::ui
