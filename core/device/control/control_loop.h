// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <optional>

#include "core/device/control/guards.h"
#include "core/device/control/pose_motion.h"
#include "core/device/control/trial.h"

namespace gps {

enum class ArmState : std::uint8_t {
  Disconnected,
  Connected,  ///< torque off; the pose is read
  Armed,      ///< holding or moving to a pose
  Resetting,  ///< moving to a trial's start
  Settling,   ///< coming to rest there
  Running,    ///< a trial
  Fault,      ///< only the user leaves this state,
  Stopped,    ///< and this one
};

const char* toText(ArmState state);

/// What the user asks of the loop. Anything that does not fit the state is ignored.
struct ArmRequest {
  enum class Kind : std::uint8_t { Arm, Disarm, Move, Jog, Run, Abort, Reconnect, Quit };
  Kind kind = Kind::Quit;
  std::array<double, kMaxArmJoints> pose{};      ///< Move [rad]
  std::array<double, kMaxArmJoints> velocity{};  ///< Jog [rad/s]; fades to rest unless it is asked for again soon
  std::shared_ptr<Trial> trial{};            ///< Run; the caller keeps a reference too
};

/// Why an arm was stopped.
enum class StopReason : std::uint8_t { None, Pressed, NotFinite, BeyondLimit, TooFast };

/// As a sentence.
const char* meaning(StopReason reason);

/// A look at the loop from outside.
struct ArmStatus {
  ArmState state = ArmState::Disconnected;
  ArmReading reading{};
  std::array<double, kMaxArmJoints> target{};  ///< while Armed: where the joints are to be [rad]
  DriverStatus fault{};            ///< why the state is Fault, or why arming or connecting was refused
  StopReason stopReason = StopReason::None;
  int stopJoint = -1;              ///< the guard's culprit
  bool torqueOffVerified = false;  ///< every joint has confirmed it; also after the loop has ended
  GuardCounters guards{};
  DeadlineCounters deadlines{};    ///< since the arm was armed
  std::uint64_t cycles = 0;
  std::array<JointHealth, kMaxArmJoints> health{};
};

/// The control loop of an arm, one cycle at a time. It alone talks to the driver, from open to close. Requests come
/// from one other thread, the emergency stop from any.
class ControlLoop {
 public:
  /// `config` must have passed check(); driver and link outlive the loop.
  ControlLoop(ArmDriver& driver, Link& link, const ArmConfig& config);

  /// Connects; false when the arm cannot be used as it is (see status().fault).
  bool open() noexcept;
  /// Waits for the next period and does its work. False when the loop has ended.
  bool cycle() noexcept;
  /// Neutral, torque off, watchdog off.
  void close() noexcept;

  /// Latched: the arm goes neutral and its torque off within this cycle. Any thread, also from a signal handler.
  void pressStop() noexcept { m_stop.store(true); }
  /// The latest request replaces one that was not taken yet, but nothing replaces what switches the torque off.
  void request(ArmRequest request);
  ArmStatus status() const;

 private:
  void takeRequest() noexcept;
  void handle(ArmRequest& request) noexcept;
  void work(Nanos scheduled) noexcept;
  /// False when the arm's answers no longer allow to go on.
  bool judge(const DriverStatus& status) noexcept;
  void decide() noexcept;
  void settle() noexcept;
  void takeStep() noexcept;
  void command(Nanos scheduled) noexcept;
  void endTrial(TrialEnd end) noexcept;
  void stopArm(StopReason reason, int joint) noexcept;
  void fail(const DriverStatus& status) noexcept;
  void release() noexcept;
  void publish() noexcept;
  bool torqueIsOn() const {
    return m_now.state == ArmState::Armed || m_now.state == ArmState::Resetting ||
           m_now.state == ArmState::Settling || m_now.state == ArmState::Running;
  }

  ArmDriver* m_driver;
  Link* m_link;
  ArmConfig m_config;
  Nanos m_period;
  Guards m_guards;
  DeadlineMonitor m_deadlines;
  PoseMotion m_motion;

  std::atomic<bool> m_stop{false};
  const std::atomic<bool> m_never{false};
  mutable std::mutex m_mutex;  // the two below; the loop only tries it
  std::optional<ArmRequest> m_request;
  ArmStatus m_published;

  ArmStatus m_now;
  ArmCommand m_command{};
  std::shared_ptr<Trial> m_trial;
  int m_step = 0;  // control periods of the trial so far
  std::array<double, kMaxArmJoints> m_chosen{};  // by its policy, before the guards
  Nanos m_next = 0;
  Nanos m_since = 0;       // the state
  Nanos m_calmSince = 0;   // while settling; 0: not calm
  Nanos m_releasedAt = 0;
  Nanos m_suspended = 0;
  int m_lostInARow = 0;
  bool m_firstCycle = true;  // after arming: read only
  bool m_linkLost = false;
  bool m_quit = false;
};

}  // namespace gps
