// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "core/device/link/port_list.h"
#include "widgets/panels/arm/arm_view.h"

class QComboBox;
class QLineEdit;
class QPushButton;

namespace gps::ui {

/// Which port, which servos, and the button that connects.
class DeviceForm : public QWidget {
  Q_OBJECT
 public:
  explicit DeviceForm(QWidget* parent = nullptr);

  /// Keeps what is chosen, also when it is not there any more.
  void setPorts(const std::vector<PortEntry>& ports);
  void setForm(const ArmForm& form);
  ArmForm form() const;
  /// `opened`: the fields are fixed and the button disconnects. `settled`: the button can be pressed.
  void setOpened(bool opened, bool settled);

 Q_SIGNALS:
  void portsWanted();
  void connectRequested();
  void disconnectRequested();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void chooseFile();
  void showSource();

  QComboBox* m_port;
  QPushButton* m_look;
  QLineEdit* m_servos;
  QPushButton* m_file;
  QComboBox* m_baud;
  QPushButton* m_connect;
  QString m_armFile;
  QString m_typedServos;
  bool m_opened = false;
  bool m_chosen = false;  ///< by the user, so that the list does not choose again
};

}  // namespace gps::ui
