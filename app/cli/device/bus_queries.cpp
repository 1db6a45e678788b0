// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/bus_queries.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/device/arm_description.h"
#include "app/cli/exit_code.h"
#include "core/device/control/control_thread.h"
#include "core/device/link/port_list.h"

namespace gps::cli {

namespace {

using Json = nlohmann::ordered_json;

int badInput(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return kBadInput;
}

/// Asks twice: a line that was idle may garble the first bytes.
BusReply pinged(ServoBus& bus, std::uint8_t id, int& model) {
  const BusReply reply = bus.ping(id, model);
  return reply.result == BusResult::NoAnswer ? bus.ping(id, model) : reply;
}

std::string modelName(Protocol protocol, int number) {
  const ServoModel* model = findServoModel(protocol, number);
  return model ? std::string(model->name) : "unknown model " + std::to_string(number);
}

}  // namespace

int listDevices(const DeviceOptions& options) {
  const std::vector<PortEntry> ports = listPorts();
  if (options.json) {
    Json rows = Json::array();
    for (const PortEntry& port : ports) {
      rows.push_back({{"path", port.path}, {"description", port.description}, {"simulated", port.simulated}});
    }
    std::printf("%s\n", rows.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
    return kDone;
  }
  if (ports.empty()) {
    std::printf("No serial adapter is plugged in. `gps-studio device simulate` makes a simulated arm.\n");
  }
  for (const PortEntry& port : ports) std::printf("%-40s %s\n", port.path.c_str(), port.description.c_str());
  return kDone;
}

int scanDevice(const DeviceOptions& options) {
  const Result<Protocol> protocol = protocolNamed(options.protocol);
  if (!protocol) return badInput(protocol.error());
  SerialPort port;
  if (const Status opened = port.open(options.port, options.baud); !opened) return badInput(opened.error());
  const std::unique_ptr<ServoBus> bus = makeBus(*protocol, port, options.baud);
  Json rows = Json::array();
  for (int id = 0; id <= options.lastId; ++id) {
    int number = 0;
    const BusReply reply = pinged(*bus, static_cast<std::uint8_t>(id), number);
    if (reply.result == BusResult::LinkLost) {
      std::fprintf(stderr, "The connection was lost. (%s) Plug the adapter in, then scan again.\n", options.port.c_str());
      return kRunFailed;
    }
    if (!reply.ok()) continue;
    const std::string model = modelName(*protocol, number);
    rows.push_back({{"id", id}, {"model", model}, {"number", number}, {"alert", reply.alert}});
    if (!options.json) std::printf("%3d  %s%s\n", id, model.c_str(), reply.alert ? "  reports an error" : "");
  }
  if (options.json) std::printf("%s\n", rows.dump(2).c_str());
  if (!rows.empty()) return kDone;
  std::fprintf(stderr,
               "No servo with an id from 0 to %d answers. (%s, %s, %d bits per second) "
               "Check power and cable, or try --protocol, --baud, --last-id.\n",
               options.lastId, options.port.c_str(), options.protocol.c_str(), options.baud);
  return kRunFailed;
}

int showDevice(const DeviceOptions& options) {
  const Result<Protocol> protocol = protocolNamed(options.protocol);
  if (!protocol) return badInput(protocol.error());
  SerialPort port;
  if (const Status opened = port.open(options.port, options.baud); !opened) return badInput(opened.error());
  const std::unique_ptr<ServoBus> bus = makeBus(*protocol, port, options.baud);
  int number = 0;
  const auto id = static_cast<std::uint8_t>(options.id);
  if (!pinged(*bus, id, number).ok()) {
    std::fprintf(stderr, "No answer from servo %d. (%s) Check power and the id; `gps-studio device scan` shows who answers.\n",
                 options.id, options.port.c_str());
    return kRunFailed;
  }
  const ServoModel* model = findServoModel(*protocol, number);
  if (!model) {
    std::fprintf(stderr, "Servo %d has the model number %d, which this program does not know. (%s)\n", options.id,
                 number, options.port.c_str());
    return kRunFailed;
  }
  Json rows = Json::array();
  for (const Register& reg : model->registers) {
    std::int32_t value = 0;
    BusReply reply = bus->get(id, reg, value);
    if (reply.result == BusResult::NoAnswer) reply = bus->get(id, reg, value);
    if (!reply.ok()) {
      std::fprintf(stderr, "Servo %d does not tell its %s. (%s)\n", options.id, std::string(reg.name).c_str(),
                   options.port.c_str());
      return kRunFailed;
    }
    rows.push_back({{"address", reg.address}, {"name", reg.name}, {"value", value}, {"si", value * reg.unit}});
    if (!options.json) std::printf("%4d  %-24s %d\n", reg.address, std::string(reg.name).c_str(), value);
  }
  if (options.json) std::printf("%s\n", Json{{"id", options.id}, {"model", model->name}, {"registers", rows}}.dump(2).c_str());
  return kDone;
}

}  // namespace gps::cli
