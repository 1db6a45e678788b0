// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_tabs.h"

#include <QAction>
#include <QMenu>
#include <algorithm>

#include "widgets/plots/plot_registry.h"

namespace gps::ui {

PlotTabs::PlotTabs(QWidget* parent) : QWidget(parent) {
  m_more = new QToolButton(this);
  m_more->setObjectName(QStringLiteral("plot.tab.more"));
  m_more->setText(QStringLiteral("More"));
  m_more->setAccessibleName(QStringLiteral("More plots"));
  m_more->setToolTip(QStringLiteral("Plots that do not fit into the row."));
  m_more->setPopupMode(QToolButton::InstantPopup);
  m_more->setMenu(new QMenu(m_more));
  m_more->hide();
  const std::span<const PlotEntry> plots = plotRegistry();
  for (std::size_t i = 0; i < plots.size(); ++i) {
    const auto text = [](std::string_view view) {
      return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
    };
    const int index = static_cast<int>(i);
    auto* button = new QToolButton(this);
    button->setObjectName(QStringLiteral("plot.tab.") + text(plots[i].id));
    button->setText(text(plots[i].label));
    button->setAccessibleName(text(plots[i].label) + QStringLiteral(" plot"));
    button->setToolTip(QStringLiteral("<p>%1</p>").arg(text(plots[i].help).toHtmlEscaped()));
    button->setCheckable(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAutoRaise(true);
    // The board decides what is checked.
    connect(button, &QToolButton::clicked, this, [this, index] { Q_EMIT clicked(index); });
    m_buttons.push_back(button);
    QAction* action = m_more->menu()->addAction(button->text());
    action->setCheckable(true);
    connect(action, &QAction::triggered, this, [this, index] { Q_EMIT clicked(index); });
  }
}

void PlotTabs::setChosen(const std::vector<int>& plots) {
  const QList<QAction*> actions = m_more->menu()->actions();
  for (std::size_t i = 0; i < m_buttons.size(); ++i) {
    const bool on = std::find(plots.begin(), plots.end(), static_cast<int>(i)) != plots.end();
    m_buttons[i]->setChecked(on);
    actions[static_cast<qsizetype>(i)]->setChecked(on);
  }
}

QSize PlotTabs::sizeHint() const {
  int width = 0;
  int height = 0;
  for (const QToolButton* button : m_buttons) {
    width += button->sizeHint().width() + 2;
    height = std::max(height, button->sizeHint().height());
  }
  return {width, height};
}

QSize PlotTabs::minimumSizeHint() const {
  return {m_buttons.front()->sizeHint().width() + m_more->sizeHint().width() + 2, sizeHint().height()};
}

void PlotTabs::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  place();
}

void PlotTabs::place() {
  const bool all = sizeHint().width() <= width();
  const int room = all ? width() : width() - m_more->sizeHint().width() - 2;
  const QList<QAction*> actions = m_more->menu()->actions();
  int x = 0;
  bool full = false;
  for (std::size_t i = 0; i < m_buttons.size(); ++i) {
    const QSize size = m_buttons[i]->sizeHint();
    full = full || x + size.width() > room;
    m_buttons[i]->setVisible(!full);
    actions[static_cast<qsizetype>(i)]->setVisible(full);
    if (full) continue;
    m_buttons[i]->setGeometry(x, (height() - size.height()) / 2, size.width(), size.height());
    x += size.width() + 2;
  }
  m_more->setVisible(full);
  const QSize size = m_more->sizeHint();
  m_more->setGeometry(x, (height() - size.height()) / 2, size.width(), size.height());
}

}  // namespace gps::ui
