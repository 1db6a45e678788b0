// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QKeyEvent>
#include <QWheelEvent>

namespace gps::ui {

/// A choice in a form that scrolls. The wheel goes on to the form: a value that changed on the way would go unnoticed.
class ChoiceBox : public QComboBox {
 public:
  using QComboBox::QComboBox;

 protected:
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

/// "Add…": what is chosen is added at once, so keys open the list instead of stepping through it unseen.
class AddBox : public ChoiceBox {
 public:
  using ChoiceBox::ChoiceBox;

 protected:
  void keyPressEvent(QKeyEvent* event) override {
    const int key = event->key();
    const bool steps = key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown ||
                       key == Qt::Key_Home || key == Qt::Key_End;
    const bool letter = !event->text().isEmpty() && event->text().at(0).isPrint() &&
                        !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if (steps || letter) return showPopup();
    ChoiceBox::keyPressEvent(event);
  }
};

}  // namespace gps::ui
