// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/control/control_thread.h"

#include <pthread.h>

#include "core/device/arm/servo_arms.h"
#include "core/device/bus/dynamixel_bus.h"
#include "core/device/bus/feetech_bus.h"
#include "core/device/link/host_clock.h"

namespace gps {

std::unique_ptr<ServoBus> makeBus(Protocol protocol, Link& link, int baud) {
  if (protocol == Protocol::Dynamixel2) return std::make_unique<DynamixelBus>(link, baud);
  return std::make_unique<FeetechBus>(link, baud);
}

std::unique_ptr<ArmDriver> makeArm(ServoBus& bus, const ArmConfig& config) {
  if (config.protocol == Protocol::Dynamixel2) return std::make_unique<DynamixelArm>(bus, config);
  return std::make_unique<FeetechArm>(bus, config);
}

Result<std::unique_ptr<ControlThread>> ControlThread::connect(const std::string& port, const ArmConfig& config) {
  if (Status checked = config.check(); !checked) return checked.error();
  auto serial = std::make_unique<SerialPort>();
  if (Status opened = serial->open(port, config.baud); !opened) return opened.error();
  return over(std::move(serial), config);
}

std::unique_ptr<ControlThread> ControlThread::over(std::unique_ptr<Link> link, const ArmConfig& config) {
  std::unique_ptr<ServoBus> bus = makeBus(config.protocol, *link, config.baud);
  std::unique_ptr<ArmDriver> arm = makeArm(*bus, config);
  return std::unique_ptr<ControlThread>(new ControlThread(std::move(link), std::move(bus), std::move(arm), config));
}

std::unique_ptr<ControlThread> ControlThread::drive(std::unique_ptr<ArmDriver> arm, const ArmConfig& config) {
  return std::unique_ptr<ControlThread>(new ControlThread(std::make_unique<HostClock>(), nullptr, std::move(arm), config));
}

ControlThread::ControlThread(std::unique_ptr<Link> link, std::unique_ptr<ServoBus> bus, std::unique_ptr<ArmDriver> arm,
                             const ArmConfig& config)
    : m_link(std::move(link)),
      m_bus(std::move(bus)),
      m_arm(std::move(arm)),
      m_loop(*m_arm, *m_link, config) {
  m_thread = std::jthread([this] {
    // Refused without the right to it: the loop then counts what it misses.
    const sched_param priority{.sched_priority = 20};
    m_realTime.store(pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) == 0);
    (void)m_loop.open();
    while (m_loop.cycle()) {
    }
    m_loop.close();
  });
}

ControlThread::~ControlThread() { close(); }

void ControlThread::close() {
  if (!m_thread.joinable()) return;
  m_loop.request({.kind = ArmRequest::Kind::Quit});
  m_thread.join();
}

}  // namespace gps
