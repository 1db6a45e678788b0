// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace gps::ui {

/// What a lamp says; its form says it, too, for eyes that do not tell the colours.
enum class Lamp { Off, Good, Wait, Bad };

/// A condition for switching the arm on.
struct Interlock {
  QString key{};     ///< of its widget
  QString text{};    ///< what is wanted
  QString detail{};  ///< what there is instead, and what helps; empty where it is met
  Lamp lamp = Lamp::Off;
  bool holdsBack() const { return lamp == Lamp::Bad || lamp == Lamp::Off; }
};

/// One joint as it is read. SI units.
struct ArmJointView {
  QString name{};   ///< "Joint 1"
  QString servo{};  ///< "XL330-M288, id 1"
  bool read = false;
  bool aimed = false;  ///< `target` means something
  bool measured = false;  ///< voltage and temperature do
  double target = 0.0;
  double angle = 0.0;
  double velocity = 0.0;
  double torque = 0.0;
  double voltage = 0.0;
  double temperature = 0.0;
  double lower = 0.0;
  double upper = 0.0;
  QString status{};
  Lamp lamp = Lamp::Off;
};

/// Everything that the panel of the arm shows.
struct ArmView {
  enum class Stop { None, Requested, Confirmed, Unconfirmed };

  bool opened = false;   ///< a port is open, being opened or given back: the form is fixed
  bool settled = true;   ///< not on the way back
  Lamp lamp = Lamp::Off;
  QString state{};       ///< in words
  QString cause{};       ///< of a fault, a stop, a refusal
  QString mend{};        ///< what leads out of it
  Stop stop = Stop::None;
  QString stopWords{};
  QString reset{};       ///< what the button that leads out is called; empty: none
  bool canArm = false;
  bool canDisarm = false;
  bool canJog = false;
  std::vector<Interlock> interlocks{};
  std::vector<ArmJointView> joints{};
  QString statistics{};

  bool canLearn = false;    ///< on the arm
  bool learnsOnArm = false;
  QString learning{};       ///< in words: why not, or what comes next
  QString confirm{};        ///< the button for that; empty: none
};

/// What the user says about an arm before it is connected.
struct ArmForm {
  QString port{};
  QString servos{};   ///< "XL330-M288:1,XL330-M288:2"
  QString armFile{};  ///< instead of `servos` and `baud`; may be empty
  int baud = 1'000'000;
};

}  // namespace gps::ui
