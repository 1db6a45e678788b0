// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QWindow>
#include <QtTest>

namespace gps::testing {

/// A user who has a keyboard only: every key goes to the window, which finds out itself who it is for.
class Keyboard {
 public:
  explicit Keyboard(QWidget& window) : m_window(window) {}

  void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(m_window.windowHandle(), key, modifiers);
    QCoreApplication::processEvents();
  }
  void type(const QString& text) {
    for (const QChar& letter : text) QTest::keyClick(m_window.windowHandle(), letter.toLatin1());
    QCoreApplication::processEvents();
  }
  /// Types the beginning of an entry of a list, which takes keys that follow soon for one word.
  void search(const QString& text) {
    QTest::qWait(QApplication::keyboardInputInterval() + 50);
    type(text);
  }
  QString focusName() const {
    const QWidget* focus = QApplication::focusWidget();
    return focus ? focus->objectName() : QString();
  }
  /// Tab, until the keyboard is there.
  bool tabTo(const QString& name, int most = 400) {
    for (int i = 0; i < most && focusName() != name; ++i) press(Qt::Key_Tab);
    if (focusName() != name) qWarning("Tab does not lead to %s but ends at %s", qPrintable(name), qPrintable(focusName()));
    return focusName() == name;
  }
  /// Replaces what a field holds, and leaves it by Enter.
  bool enter(const QString& field, const QString& text) {
    if (!tabTo(field)) return false;
    press(Qt::Key_A, Qt::ControlModifier);
    type(text);
    press(Qt::Key_Return);
    return true;
  }
  /// Goes through the menus to an entry, by Alt and a letter first and arrow keys then.
  bool choose(Qt::Key menu, const QStringList& path) {
    press(menu, Qt::AltModifier);
    for (qsizetype depth = 0; depth < path.size(); ++depth) {
      auto* open = qobject_cast<QMenu*>(QApplication::activePopupWidget());
      const auto there = [&] {
        const QAction* at = open ? open->activeAction() : nullptr;
        return at && QString(at->text()).remove('&') == path[depth];
      };
      for (int i = 0; open && i < 60 && !there(); ++i) press(Qt::Key_Down);
      if (!there()) {
        qWarning("there is no entry %s", qPrintable(path[depth]));
        while (QApplication::activePopupWidget()) press(Qt::Key_Escape);
        return false;
      }
      press(depth + 1 < path.size() ? Qt::Key_Right : Qt::Key_Return);
    }
    return true;
  }

 private:
  QWidget& m_window;
};

}  // namespace gps::testing
