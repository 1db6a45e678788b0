// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/id_list_edit.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace gps::ui {

IdListEdit::IdListEdit(const QString& name, QWidget* parent)
    : QWidget(parent),
      m_list(new QListWidget(this)),
      m_up(new QToolButton(this)),
      m_down(new QToolButton(this)) {
  m_list->setObjectName(name + ".list");
  m_list->setUniformItemSizes(true);
  m_list->setProperty("role", "field");
  m_list->setToolTip(tr("Tick what belongs to it; the arrows change the order"));
  m_up->setObjectName(name + ".up");
  m_up->setText(QString(QChar(0x2191)));
  m_up->setToolTip(tr("Earlier in the order"));
  m_up->setAccessibleName(tr("Earlier in the order"));
  m_down->setObjectName(name + ".down");
  m_down->setText(QString(QChar(0x2193)));
  m_down->setToolTip(tr("Later in the order"));
  m_down->setAccessibleName(tr("Later in the order"));
  auto* arrows = new QVBoxLayout;
  arrows->setContentsMargins(0, 0, 0, 0);
  arrows->setSpacing(4);
  arrows->addWidget(m_up);
  arrows->addWidget(m_down);
  arrows->addStretch();
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  row->addWidget(m_list, 1);
  row->addLayout(arrows);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  setFocusProxy(m_list);
  connect(m_list, &QListWidget::itemChanged, this, [this] {
    if (!m_filling) Q_EMIT chosenChanged(chosen());
  });
  connect(m_list, &QListWidget::currentRowChanged, this, [this] { showArrows(); });
  connect(m_up, &QToolButton::clicked, this, [this] { move(-1); });
  connect(m_down, &QToolButton::clicked, this, [this] { move(1); });
}

void IdListEdit::setIds(const QStringList& chosen, const QStringList& all) {
  m_filling = true;
  const QString current = m_list->currentItem() ? m_list->currentItem()->text() : QString();
  QStringList order = chosen;
  for (const QString& id : all) {
    if (!order.contains(id)) order << id;
  }
  m_list->clear();
  for (const QString& id : order) {
    auto* item = new QListWidgetItem(id, m_list);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(chosen.contains(id) ? Qt::Checked : Qt::Unchecked);
    if (id == current) m_list->setCurrentItem(item);
  }
  const int row = std::max(22, m_list->sizeHintForRow(0));
  m_list->setFixedHeight(std::clamp(static_cast<int>(order.size()), 3, 8) * row + 8);
  m_filling = false;
  showArrows();
}

QStringList IdListEdit::chosen() const {
  QStringList ids;
  for (int i = 0; i < m_list->count(); ++i) {
    if (m_list->item(i)->checkState() == Qt::Checked) ids << m_list->item(i)->text();
  }
  return ids;
}

void IdListEdit::move(int by) {
  const int from = m_list->currentRow(), to = from + by;
  if (from < 0 || to < 0 || to >= m_list->count()) return;
  m_filling = true;
  QListWidgetItem* item = m_list->takeItem(from);
  m_list->insertItem(to, item);
  m_list->setCurrentRow(to);
  m_filling = false;
  showArrows();
  Q_EMIT chosenChanged(chosen());
}

void IdListEdit::showArrows() {
  const int row = m_list->currentRow();
  const auto ticked = [this](int i) {
    return i >= 0 && i < m_list->count() && m_list->item(i)->checkState() == Qt::Checked;
  };
  m_up->setEnabled(ticked(row) && ticked(row - 1));
  m_down->setEnabled(ticked(row) && ticked(row + 1));
}

}  // namespace gps::ui
