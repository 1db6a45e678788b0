// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/arm/device_form.h"

#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QIntValidator>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>

#include "widgets/panels/plain_text.h"

namespace gps::ui {

DeviceForm::DeviceForm(QWidget* parent)
    : QWidget(parent),
      m_port(new QComboBox(this)),
      m_look(new QPushButton(tr("Look"), this)),
      m_servos(new QLineEdit(this)),
      m_file(new QPushButton(this)),
      m_baud(new QComboBox(this)),
      m_connect(new QPushButton(tr("Connect"), this)) {
  const auto name = [](QWidget* widget, const char* objectName, const QString& words, const QString& tip) {
    widget->setObjectName(QLatin1String(objectName));
    widget->setAccessibleName(words);
    widget->setToolTip(tip);
  };
  name(m_port, "arm.port", tr("Port"), tr("Serial adapters of this computer and simulated arms; another path can be typed"));
  name(m_look, "arm.look", tr("Look for ports"), tr("Look for ports again"));
  name(m_servos, "arm.servos", tr("Servos"), tr("MODEL:ID of each joint from the base on, for example XL330-M288:1,XL330-M288:2"));
  name(m_file, "arm.file", tr("Description of the arm"), {});
  name(m_baud, "arm.baud", tr("Bits per second"), tr("Bits per second of the bus, as the servos are set"));
  name(m_connect, "arm.connect", tr("Connect"), {});
  m_port->setEditable(true);
  m_port->setInsertPolicy(QComboBox::NoInsert);
  m_port->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_port->setMinimumContentsLength(12);
  m_port->lineEdit()->setPlaceholderText(tr("no port found"));
  m_servos->setText(QStringLiteral("XL330-M288:1,XL330-M288:2"));
  for (const char* speed : {"1000000", "57600", "115200", "2000000", "3000000", "4000000"}) m_baud->addItem(QLatin1String(speed));
  m_baud->setEditable(true);
  m_baud->setInsertPolicy(QComboBox::NoInsert);
  m_baud->setValidator(new QIntValidator(9600, 10'000'000, m_baud));
  for (QPushButton* button : {m_look, m_file, m_connect}) button->setAutoDefault(false);

  auto* port = new QHBoxLayout;
  port->setSpacing(8);
  port->addWidget(m_port, 1);
  port->addWidget(m_look);
  auto* servos = new QHBoxLayout;
  servos->setSpacing(8);
  servos->addWidget(m_servos, 1);
  servos->addWidget(m_file);
  auto* last = new QHBoxLayout;
  last->setSpacing(8);
  last->addWidget(m_baud, 1);
  last->addWidget(m_connect, 1);
  auto* form = new QFormLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(8);
  form->setVerticalSpacing(6);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  form->addRow(tr("Port"), port);
  form->addRow(tr("Servos"), servos);
  form->addRow(tr("Bits/s"), last);

  connect(m_look, &QPushButton::clicked, this, &DeviceForm::portsWanted);
  connect(m_port, &QComboBox::activated, this, [this] { m_chosen = true; });
  connect(m_port->lineEdit(), &QLineEdit::textEdited, this, [this] { m_chosen = true; });
  connect(m_file, &QPushButton::clicked, this, [this] {
    if (m_armFile.isEmpty()) return chooseFile();
    m_armFile.clear();
    showSource();
  });
  connect(m_servos, &QLineEdit::textEdited, this, [this](const QString& text) { m_typedServos = text; });
  connect(m_connect, &QPushButton::clicked, this, [this] {
    if (m_opened) Q_EMIT disconnectRequested();
    else Q_EMIT connectRequested();
  });
  m_connect->installEventFilter(this);
  m_typedServos = m_servos->text();
  showSource();
  setOpened(false, true);
}

bool DeviceForm::eventFilter(QObject* watched, QEvent* event) {
  // The second click of a double click on Connect would disconnect.
  return event->type() == QEvent::MouseButtonDblClick || QWidget::eventFilter(watched, event);
}

void DeviceForm::chooseFile() {
  auto* dialog = new QFileDialog(this, tr("Description of the arm"), {}, tr("Arms (*.json)"));
  dialog->setObjectName("dialog.armFile");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
    m_armFile = file;
    showSource();
  });
  dialog->open();
}

void DeviceForm::showSource() {
  const bool byFile = !m_armFile.isEmpty();
  m_servos->setReadOnly(byFile);
  m_servos->setText(byFile ? plainLine(QFileInfo(m_armFile).fileName()) : m_typedServos);
  m_servos->setCursorPosition(0);
  m_file->setText(byFile ? tr("Forget file") : tr("Arm file…"));
  m_file->setToolTip(byFile ? tr("Name the servos instead") : tr("Read servos, limits and calibration from a file"));
  m_baud->setEnabled(!byFile && !m_opened);
}

void DeviceForm::setForm(const ArmForm& form) {
  m_port->setEditText(form.port);
  m_chosen = !form.port.isEmpty();
  m_typedServos = form.servos;
  m_armFile = form.armFile;
  m_baud->setEditText(QString::number(form.baud));
  showSource();
}

ArmForm DeviceForm::form() const {
  return {.port = m_port->currentText().trimmed(),
          .servos = m_typedServos,
          .armFile = m_armFile,
          .baud = m_baud->currentText().toInt()};
}

void DeviceForm::setPorts(const std::vector<PortEntry>& ports) {
  if (m_opened) return;
  const QString before = m_port->currentText();
  const QSignalBlocker blocker(m_port);
  m_port->clear();
  for (const PortEntry& port : ports) {
    m_port->addItem(plainLine(QString::fromStdString(port.path)));
    m_port->setItemData(m_port->count() - 1, plainLine(QString::fromStdString(port.description)).toHtmlEscaped(), Qt::ToolTipRole);
  }
  if (m_chosen && !before.isEmpty()) {
    m_port->setEditText(before);
  } else {
    m_port->setCurrentIndex(ports.empty() ? -1 : 0);
    if (ports.empty()) m_port->clearEditText();
  }
}

void DeviceForm::setOpened(bool opened, bool settled) {
  m_opened = opened;
  for (QWidget* field : {static_cast<QWidget*>(m_port), static_cast<QWidget*>(m_look), static_cast<QWidget*>(m_servos),
                         static_cast<QWidget*>(m_file)}) {
    field->setEnabled(!opened);
  }
  m_baud->setEnabled(!opened && m_armFile.isEmpty());
  const QString words = opened ? tr("Disconnect") : tr("Connect");
  if (m_connect->text() != words) {
    m_connect->setText(words);
    m_connect->setAccessibleName(words);
    m_connect->setToolTip(opened ? tr("Switch the torque off and give the port back")
                                 : tr("Look for the servos on this port; their torque stays off"));
  }
  m_connect->setEnabled(settled);
}

}  // namespace gps::ui
