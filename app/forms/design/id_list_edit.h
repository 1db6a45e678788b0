// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QListWidget;
class QToolButton;

namespace gps::ui {

/// An ordered choice of ids: those chosen first, in their order, then the others. A tick adds and removes;
/// the arrows move.
class IdListEdit : public QWidget {
  Q_OBJECT
 public:
  explicit IdListEdit(const QString& name, QWidget* parent = nullptr);

  void setIds(const QStringList& chosen, const QStringList& all);
  QStringList chosen() const;

 Q_SIGNALS:
  void chosenChanged(const QStringList& chosen);

 private:
  void move(int by);
  void showArrows();

  QListWidget* m_list;
  QToolButton* m_up;
  QToolButton* m_down;
  bool m_filling = false;
};

}  // namespace gps::ui
