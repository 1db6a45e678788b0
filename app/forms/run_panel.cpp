// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/run_panel.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/panels/parameter_form.h"

namespace gps::ui {

RunPanel::RunPanel(QWidget* parent)
    : QWidget(parent),
      m_selector(new QWidget(this)),
      m_runs(new QButtonGroup(this)),
      m_link(new QCheckBox(tr("Link shared parameters"), this)),
      m_form(new ParameterForm(this)) {
  auto* buttons = new QHBoxLayout;
  buttons->setContentsMargins(0, 0, 0, 0);
  buttons->setSpacing(4);
  for (int run = 0; run < 2; ++run) {
    auto* button = new QToolButton(m_selector);
    button->setObjectName(run == 0 ? "parameters.runA" : "parameters.runB");
    button->setCheckable(true);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setToolTip(tr("Show the parameters of this run"));
    m_runs->addButton(button, run);
    buttons->addWidget(button);
  }
  m_link->setObjectName("parameters.link");
  m_link->setChecked(true);
  m_link->setToolTip(tr("A change of a parameter that both algorithms have goes to both runs"));
  auto* top = new QVBoxLayout(m_selector);
  top->setContentsMargins(12, 8, 12, 0);
  top->setSpacing(8);
  top->addLayout(buttons);
  top->addWidget(m_link);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_selector);
  layout->addWidget(m_form, 1);
  m_form->setObjectName("parameters.form");
  m_selector->hide();
  connect(m_runs, &QButtonGroup::idClicked, this, &RunPanel::runSelected);
  connect(m_link, &QCheckBox::toggled, this, &RunPanel::linkChanged);
}

void RunPanel::setRuns(const QStringList& names, int selected) {
  m_selector->setVisible(names.size() > 1);
  for (int run = 0; run < static_cast<int>(names.size()) && run < 2; ++run) {
    m_runs->button(run)->setText(names[run]);
    m_runs->button(run)->setAccessibleName(tr("Parameters of run %1").arg(names[run]));
  }
  if (QAbstractButton* button = m_runs->button(selected)) button->setChecked(true);
}

int RunPanel::selected() const {
  return m_runs->checkedId();
}

bool RunPanel::linked() const {
  return m_link->isChecked();
}

void RunPanel::setLinked(bool linked) {
  m_link->setChecked(linked);
}

}  // namespace gps::ui
