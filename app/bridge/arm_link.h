// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/device/control/control_thread.h"
#include "core/device/link/port_list.h"

namespace gps::ui {

/// The window's one arm: looks for ports, connects, and asks the arm's own control thread for what the user wants.
/// Lives on the UI thread, which never waits for a port: opening, closing and looking happen on a thread beside it.
/// Nothing here arms an arm, or connects one, without having been asked to; destroying it switches the torque off.
class ArmLink : public QObject {
  Q_OBJECT
 public:
  enum class Phase { Closed, Opening, Open, Closing };
  /// Makes the arm's control thread; runs on the thread beside the window.
  using Opening = std::function<Result<std::unique_ptr<ControlThread>>()>;

  explicit ArmLink(QObject* parent = nullptr);
  ~ArmLink() override;

  /// Looks for ports; portsFound() follows.
  void look();
  /// Opens the port; ignored unless the link is Closed. `config` has passed check(). phaseChanged() follows, and
  /// problem() says why it did not work.
  void open(const QString& port, const ArmConfig& config);
  /// The same over whatever `how` makes.
  void openWith(const QString& name, const ArmConfig& config, Opening how);
  /// Torque off, and the port given back. An opening that is under way is called off.
  void close();
  /// The same, and waits for it: the window ends.
  void closeNow();

  Phase phase() const { return m_phase; }
  QString port() const { return m_port; }
  const ArmConfig& config() const { return m_config; }
  /// As poll() found it; of a link that is not Open, as it ended.
  const ArmStatus& status() const { return m_status; }
  bool realTime() const { return m_arm && m_arm->realTime(); }
  /// Why the port could not be opened, or that the end was not a good one.
  const std::optional<Error>& problem() const { return m_problem; }
  /// Null unless Open. The port stays taken as long as somebody keeps it, so keep it for the length of a trial only.
  std::shared_ptr<ControlThread> arm() const { return m_arm; }
  bool torqueIsOn() const;
  /// Its torque was on, or was to be, and since then nothing has confirmed that it is off. Also of a link that is closed.
  bool isUnconfirmed() const { return m_wasOn && !torqueIsOn() && m_phase != Phase::Closing; }
  /// A stop was pressed and the arm has not said yet that it stands.
  bool stopIsDue() const { return m_stopIsDue; }
  /// How often the window has looked since then, without an answer.
  int waitsForStop() const { return m_waits; }

  // Requests; what does not fit the state is ignored.
  /// Latched, at once, without waiting for anything. Also calls off an opening.
  void stop();
  void switchOn();
  void switchOff();
  /// Moves one joint [rad/s] for a moment; to go on, ask again.
  void jog(int joint, double velocity);
  /// Out of a fault or a stop: looks for the servos anew, torque off. A lost port is opened again.
  void reset();

  /// Looks at the arm. The window calls it every 33 ms.
  void poll();

 Q_SIGNALS:
  void portsFound(const std::vector<gps::PortEntry>& ports);
  void phaseChanged();
  void stateChanged(gps::ArmState state);

 private:
  void post(std::function<void()> job);
  void work(const std::stop_token& ending);
  void setPhase(Phase phase);
  void take(std::unique_ptr<ControlThread> arm);
  void ended(const ArmStatus& last);
  void noteTorque();

  Phase m_phase = Phase::Closed;
  QString m_port;
  ArmConfig m_config;
  Opening m_how;
  ArmStatus m_status;
  std::optional<Error> m_problem;
  std::shared_ptr<ControlThread> m_arm;
  std::shared_ptr<std::atomic<bool>> m_calledOff;  ///< of the opening that is under way
  bool m_wasOn = false;
  std::optional<std::uint64_t> m_askedAt;  ///< cycle in which it was to be switched on, until that is decided
  bool m_stopIsDue = false;
  int m_waits = 0;
  bool m_again = false;  ///< opens again once it is closed
  bool m_looking = false;

  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  std::deque<std::function<void()>> m_jobs;  // guarded
  std::jthread m_thread;                     // last: ends before what it uses
};

}  // namespace gps::ui
