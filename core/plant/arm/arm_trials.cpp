// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/arm/arm_trials.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/plant/coordinates.h"
#include "core/plant/posed_plant.h"

namespace gps {

namespace {

constexpr int kRedo = 2;              // times an invalid trial is made again
constexpr double kPatience = 45.0;    // [s] beyond a trial's own time: bringing the arm to the start and to rest
constexpr int kTellingPatience = 1000;  // [ms]
constexpr int kAbortPatience = 2000;  // [ms] for the control loop to confirm

const Error kStopped{"stopped", "", ""};  // as in core/rollout

}  // namespace

/// The actor as the control loop sees it: from a reading to the scene's state and observation, and back to joints.
class ArmTrials::Policy final : public TrialPolicy {
 public:
  Policy(const Task& task, std::unique_ptr<PosedPlant> plant, const ArmJoints& joints, Vector start,
         std::shared_ptr<StepActor> actor, double share)
      : m_plant(std::move(plant)),
        m_joints(joints),
        m_actor(std::move(actor)),
        m_share(share),
        m_now(std::move(start)),
        m_coordinates(RowMatrix::Zero(task.T, m_now.size())),
        m_wanted(RowMatrix::Zero(task.T, task.dU)),
        m_x(Vector::Zero(task.dX)),
        m_o(Vector::Zero(task.dO)),
        m_u(Vector::Zero(task.dU)) {}

  void action(int t, const ArmReading& reading, std::span<double> u) noexcept override {
    for (int i = 0; i < m_joints.count(); ++i) {
      const Eigen::Index at = m_joints.coordinate[static_cast<std::size_t>(i)];
      m_now(at) = reading.joint[static_cast<std::size_t>(i)].angle;
      m_now(at + 1) = reading.joint[static_cast<std::size_t>(i)].velocity;
    }
    m_coordinates.row(t) = m_now.transpose();
    m_plant->place(m_now);
    m_plant->state(m_x);
    m_plant->observation(m_o);
    m_actor->action(t, m_x, m_o, m_u);
    m_u *= m_share;
    m_wanted.row(t) = m_u.transpose();
    for (int i = 0; i < m_joints.count(); ++i) u[static_cast<std::size_t>(i)] = m_u(i);
  }

  PosedPlant& plant() { return *m_plant; }
  RowMatrix& coordinates() { return m_coordinates; }
  RowMatrix& wanted() { return m_wanted; }

 private:
  std::unique_ptr<PosedPlant> m_plant;
  ArmJoints m_joints;
  std::shared_ptr<StepActor> m_actor;
  double m_share;
  Vector m_now;
  RowMatrix m_coordinates;  ///< (T x coordinates) as read
  RowMatrix m_wanted;       ///< (T x dU)
  Vector m_x;
  Vector m_o;
  Vector m_u;
};

Result<std::shared_ptr<ArmTrials>> ArmTrials::make(std::shared_ptr<const Task> simulated, std::shared_ptr<ControlThread> arm,
                                                   const ArmConfig& config) {
  Result<ArmJoints> joints = matchArm(*simulated, config);
  if (!joints) return joints.error();
  const Result<int> coordinates = simulated->plants->coordinateCount();
  if (!coordinates) return coordinates.error();
  return std::shared_ptr<ArmTrials>(
      new ArmTrials(std::move(simulated), std::move(arm), config, *std::move(joints), *coordinates));
}

ArmTrials::ArmTrials(std::shared_ptr<const Task> simulated, std::shared_ptr<ControlThread> arm, const ArmConfig& config,
                     ArmJoints joints, int coordinates)
    : m_simulated(std::move(simulated)),
      m_arm(std::move(arm)),
      m_config(config),
      m_joints(std::move(joints)),
      m_coordinates(coordinates) {}

ArmTrialCounts ArmTrials::counts() const {
  const std::lock_guard lock(m_mutex);
  return m_counts;
}

Error ArmTrials::ended(TrialEnd end) const {
  const ArmStatus now = m_arm->status();
  const char* again = "Make the arm safe, connect and arm it again, then retry.";
  switch (end) {
    case TrialEnd::Fault: {
      Error why = describe(now.fault, m_config);
      return {why.what, "arm, " + why.where, why.mend + " Then arm it again and retry."};
    }
    case TrialEnd::Stopped: {
      std::string why = meaning(now.stopReason);
      why.pop_back();  // its full stop
      return {why +
                  (now.torqueOffVerified ? "; torque is off at every joint." : "; TORQUE IS NOT CONFIRMED OFF: cut the power."),
              now.stopJoint >= 0 ? "arm, joint " + std::to_string(now.stopJoint + 1) : "arm", again};
    }
    case TrialEnd::NotSettled:
      return {"The arm did not come to rest at the start of the trial, three times.", "arm",
              "Check load, friction and power, or choose a start it can hold."};
    case TrialEnd::LostReplies:
      return {"Too many answers of the servos were lost, in three trials.", "arm", "Check cable, power and baud rate."};
    case TrialEnd::MissedDeadlines:
      return {"Too many control periods were missed, in three trials.", "arm",
              "Close other programs, or use a longer time step."};
    default: break;
  }
  if (now.state == ArmState::Fault) return ended(TrialEnd::Fault);
  if (now.state == ArmState::Stopped) return ended(TrialEnd::Stopped);
  return {std::string("The arm is ") + toText(now.state) + ", so that no trial can run.", "arm", "Connect and arm it, then retry."};
}

/// Waits for the trial. Fails where it cannot begin, and with "stopped".
Result<std::shared_ptr<Trial>> ArmTrials::perform(const std::shared_ptr<Trial>& trial, const std::atomic<bool>* stop) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](double s) { return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s)); };
  const Clock::time_point deadline = Clock::now() + seconds(m_simulated->T * m_simulated->dt + kPatience);
  m_arm->request({.kind = ArmRequest::Kind::Run, .trial = trial});
  while (trial->end.load() == TrialEnd::Running) {
    if ((stop && stop->load()) || Clock::now() > deadline) {
      // The trial stays valid memory until the loop has let go of it, whatever happens here.
      m_arm->request({.kind = ArmRequest::Kind::Abort});
      for (int ms = 0; ms < kAbortPatience && trial->end.load() == TrialEnd::Running; ms += 2) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      if (stop && stop->load()) return kStopped;
      return Error{"The trial did not end in time.", "arm", "Check that the arm is connected and armed."};
    }
    if (m_arm->status().state == ArmState::Disconnected) return ended(TrialEnd::Aborted);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return trial;
}

Result<TrialRecord> ArmTrials::run(int condition, const VectorRef& startNoise, const std::shared_ptr<StepActor>& actor,
                                   const std::atomic<bool>* stop) {
  const std::lock_guard one(m_oneAtATime);
  const Task& task = *m_simulated;
  Vector start(m_coordinates);
  task.plants->make(condition, startNoise)->coordinates(start);
  const Scene& scene = *task.scene;
  const std::string& name = task.conditions[static_cast<std::size_t>(condition)];
  const auto spec = std::find_if(scene.conditions.begin(), scene.conditions.end(), [&](const Condition& c) { return c.id == name; });
  TrialEnd last = TrialEnd::Aborted;
  for (int attempt = 0; attempt <= kRedo; ++attempt) {
    if (stop && stop->load()) return kStopped;
    if (const ArmState state = m_arm->status().state; state != ArmState::Armed) return ended(TrialEnd::Aborted);
    Result<std::unique_ptr<PosedPlant>> plant = makePosedPlant(task.scene, *spec);
    if (!plant) return plant.error();
    auto policy = std::make_unique<Policy>(task, *std::move(plant), m_joints, start, actor, m_share.load());
    Policy& acted = *policy;
    const auto trial = std::make_shared<Trial>(task.T, std::move(policy), m_joints.stride);
    for (int i = 0; i < m_joints.count(); ++i) {
      const JointConfig& joint = m_config.joints[static_cast<std::size_t>(i)];
      const double angle = start(m_joints.coordinate[static_cast<std::size_t>(i)]);
      trial->startPose[static_cast<std::size_t>(i)] = std::clamp(angle, joint.lowerLimit, joint.upperLimit);
    }
    const Result<std::shared_ptr<Trial>> done = perform(trial, stop);
    if (!done) return done.error();
    last = trial->end.load();
    if (last == TrialEnd::Completed) {
      TrialRecord record = recordOf(*trial, acted);
      const std::lock_guard lock(m_mutex);
      ++m_counts.valid;
      if (record.trajectory.clipFraction > 0.2) ++m_counts.clipped;
      return record;
    }
    {
      const std::lock_guard lock(m_mutex);
      ++m_counts.invalid[static_cast<std::size_t>(last)];
    }
    if (last == TrialEnd::Stopped || last == TrialEnd::Fault || last == TrialEnd::Aborted) break;
  }
  if (last == TrialEnd::Stopped || last == TrialEnd::Fault) {
    // The trial ends a moment before the loop tells why, and whether the torque is off.
    const auto told = [this] {
      const ArmState state = m_arm->status().state;
      return state == ArmState::Stopped || state == ArmState::Fault || state == ArmState::Disconnected;
    };
    for (int ms = 0; ms < kTellingPatience && !told(); ++ms) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return ended(last);
}

TrialRecord ArmTrials::recordOf(const Trial& trial, Policy& policy) const {
  const Task& task = *m_simulated;
  const auto T = static_cast<std::size_t>(task.T);
  const auto step = [&](std::size_t t) -> const TrialStep& { return trial.steps[t]; };
  TrialRecord record;
  record.wanted = std::move(policy.wanted());
  record.time = Vector::Zero(task.T);
  Trajectory& trajectory = record.trajectory;
  trajectory.X.resize(task.T, task.dX);
  trajectory.U.setZero(task.T, task.dU);
  trajectory.O.resize(task.T, task.dO);

  // A step whose time had passed was neither read nor acted in: the command before it went on, and its state lies
  // between its neighbours'.
  RowMatrix& z = policy.coordinates();
  std::size_t first = 0;
  while (first < T && !step(first).taken) ++first;
  const double origin = first < T ? 1e-9 * static_cast<double>(step(first).reading.start) - static_cast<double>(first) * task.dt : 0.0;
  int cut = 0;
  for (std::size_t t = 0; t < T; ++t) {
    const auto row = static_cast<Eigen::Index>(t);
    if (!step(t).taken) {
      std::size_t after = t;
      while (after < T && !step(after).taken) ++after;
      const Eigen::Index from = row - 1;
      const auto to = static_cast<Eigen::Index>(after);
      record.time(row) = static_cast<double>(t) * task.dt;
      if (t < first) {
        if (first < T) z.row(row) = z.row(static_cast<Eigen::Index>(first));  // nothing was commanded yet
      } else {
        z.row(row) = after < T ? RowMatrix(z.row(from) + (z.row(to) - z.row(from)) / static_cast<double>(to - from)) : RowMatrix(z.row(from));
        record.wanted.row(row) = record.wanted.row(from);
        trajectory.U.row(row) = trajectory.U.row(from);
      }
      continue;
    }
    record.time(row) = 1e-9 * static_cast<double>(step(t).reading.start) - origin;
    for (int i = 0; i < m_joints.count(); ++i) {
      const auto joint = static_cast<std::size_t>(i);
      trajectory.U(row, i) = step(t).command.sent[joint];
      // Guards shrink what was wanted, servos cut what is left.
      const bool tamed = step(t).command.wanted[joint] != record.wanted(row, i);
      if (t + 1 < T && (tamed || ((step(t).command.clipped >> joint) & 1u) != 0)) ++cut;
    }
  }
  const double components = (static_cast<double>(T) - 1.0) * task.dU;
  trajectory.clipFraction = components > 0.0 ? cut / components : 0.0;
  for (std::size_t t = 0; t < T; ++t) {
    const auto row = static_cast<Eigen::Index>(t);
    policy.plant().place(z.row(row).transpose());
    Eigen::Map<Vector> x(trajectory.X.row(row).data(), task.dX);
    policy.plant().state(x);
    Eigen::Map<Vector> o(trajectory.O.row(row).data(), task.dO);
    policy.plant().observation(o);
    policy.plant().poses(record.poses);
  }
  return record;
}

namespace {

/// The scene's plants, for where things start and how they look; rollouts go to the arm.
class ArmPlants final : public PlantFactory {
 public:
  ArmPlants(std::shared_ptr<const PlantFactory> simulated, std::shared_ptr<TrialRunner> trials)
      : m_simulated(std::move(simulated)), m_trials(std::move(trials)) {}
  std::unique_ptr<Plant> make(int condition, const VectorRef& startNoise) const override {
    return m_simulated->make(condition, startNoise);
  }
  int startNoiseSize(int condition) const override { return m_simulated->startNoiseSize(condition); }
  TrialRunner* trials() const override { return m_trials.get(); }

 private:
  std::shared_ptr<const PlantFactory> m_simulated;
  std::shared_ptr<TrialRunner> m_trials;
};

}  // namespace

std::shared_ptr<const Task> taskOnArm(std::shared_ptr<const Task> simulated, std::shared_ptr<TrialRunner> trials) {
  auto task = std::make_shared<Task>(*simulated);
  task->plants = std::make_shared<ArmPlants>(simulated->plants, std::move(trials));
  return task;
}

}  // namespace gps
