// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/arm/arm_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace gps {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::streamsize kLargest = 256 * 1024;

/// Reads members of one object; the first thing that is wrong is kept.
class Reader {
 public:
  Reader(const Json& object, std::string where, std::optional<Error>& error) : m_object(object), m_where(std::move(where)), m_error(error) {}

  void number(const char* key, double& value, bool needed = false) {
    if (const Json* found = find(key, needed)) {
      if (!found->is_number() || !std::isfinite(found->get<double>())) return fail(key, "a number");
      value = found->get<double>();
    }
  }
  void integer(const char* key, int& value, int from, int to, bool needed = false) {
    double number = value;
    if (!find(key, needed)) return;
    this->number(key, number);
    if (m_error) return;
    if (number != std::floor(number) || number < from || number > to) {
      return fail(key, ("a whole number from " + std::to_string(from) + " to " + std::to_string(to)).c_str());
    }
    value = static_cast<int>(number);
  }
  void text(const char* key, std::string& value, bool needed = false) {
    if (const Json* found = find(key, needed)) {
      if (!found->is_string() || found->get_ref<const std::string&>().size() > 200) return fail(key, "a short text");
      value = found->get<std::string>();
    }
  }
  const Json* list(const char* key) {
    const Json* found = find(key, true);
    if (found && !found->is_array()) fail(key, "a list");
    return m_error ? nullptr : found;
  }
  void fail(const char* key, const char* wanted) {
    if (!m_error) m_error = Error{std::string("\"") + key + "\" must be " + wanted + ".", m_where, "Correct it, or calibrate the arm anew."};
  }
  /// Every member must have been asked for.
  void finish() {
    for (const auto& [key, value] : m_object.items()) {
      if (m_error) return;
      if (std::find(m_known.begin(), m_known.end(), key) == m_known.end()) {
        std::string known;
        for (const std::string& each : m_known) known += (known.empty() ? "" : ", ") + each;
        m_error = Error{"\"" + key.substr(0, 60) + "\" is unknown here.", m_where, "Known are " + known + "."};
      }
    }
  }

 private:
  const Json* find(const char* key, bool needed) {
    if (std::find(m_known.begin(), m_known.end(), key) == m_known.end()) m_known.emplace_back(key);
    if (m_error) return nullptr;
    const auto it = m_object.find(key);
    if (it != m_object.end()) return &*it;
    if (needed) m_error = Error{std::string("\"") + key + "\" is missing.", m_where, "Add it, or calibrate the arm anew."};
    return nullptr;
  }

  const Json& m_object;
  std::string m_where;
  std::optional<Error>& m_error;
  std::vector<std::string> m_known;
};

Result<JointConfig> jointFrom(const Json& object, const std::string& where) {
  if (!object.is_object()) return Error{"A joint must be an object.", where, "Write {\"id\": 1, \"model\": \"XL330-M288\"}."};
  std::optional<Error> error;
  Reader read(object, where, error);
  int id = -1;
  std::string name;
  read.integer("id", id, 0, 252, true);
  read.text("model", name, true);
  const ServoModel* model = error ? nullptr : findServoModel(name);
  if (!error && !model) error = Error{"No servo is called " + name + ".", where, "`gps-studio device --help` shows how servos are named."};
  JointConfig joint = model ? jointOf(*model, static_cast<std::uint8_t>(id)) : JointConfig{};
  read.integer("sign", joint.scale.sign, -1, 1);
  read.integer("zero", joint.scale.zeroCount, -1'000'000, 1'000'000);
  read.number("gear", joint.scale.gearRatio);
  read.number("torque_constant", joint.scale.torqueConstant);
  read.number("lower", joint.lowerLimit);
  read.number("upper", joint.upperLimit);
  read.number("velocity_limit", joint.velocityLimit);
  read.number("torque_limit", joint.torqueLimit);
  read.finish();
  if (error) return *error;
  if (joint.torqueLimit > model->stallTorque * joint.scale.gearRatio || joint.velocityLimit > model->noLoadSpeed) {
    return Error{"The limits are beyond what the servo can do.", where, "Lower torque_limit and velocity_limit."};
  }
  return joint;
}

}  // namespace

Result<ArmFile> parseArm(const std::string& json, const std::string& origin) {
  const Json root = Json::parse(json, nullptr, false);
  if (!root.is_object()) return Error{"This is no description of an arm.", origin, "Choose a file that a calibration wrote."};
  std::optional<Error> error;
  Reader read(root, origin, error);
  ArmFile arm;
  int version = 0;
  read.integer("version", version, 1, 1'000'000, true);
  if (!error && version > kVersion) {
    return Error{"This arm was written in form " + std::to_string(version) + "; this program reads up to " + std::to_string(kVersion) + ".",
                 origin, "Update GPS Studio."};
  }
  read.text("name", arm.name);
  read.text("serial", arm.serial);
  read.text("calibrated", arm.calibrated);
  read.integer("baud", arm.config.baud, 9600, 10'000'000);
  const Json* joints = read.list("joints");
  read.finish();
  if (error) return *error;
  if (joints->size() > kMaxArmJoints) {
    return Error{"An arm has at most " + std::to_string(kMaxArmJoints) + " joints.", origin + ", joints", "Leave some out."};
  }
  for (std::size_t i = 0; i < joints->size(); ++i) {
    Result<JointConfig> joint = jointFrom((*joints)[i], origin + ", joint " + std::to_string(i + 1));
    if (!joint) return joint.error();
    arm.config.joints.push_back(*std::move(joint));
  }
  if (!arm.config.joints.empty()) arm.config.protocol = arm.config.joints.front().model->protocol;
  if (arm.config.protocol == Protocol::FeetechSts) arm.config.action = ActionKind::PositionOffset;
  if (Status checked = arm.config.check(); !checked) {
    return Error{checked.error().what, origin + ", " + checked.error().where, checked.error().mend};
  }
  return arm;
}

Result<ArmFile> readArm(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{"The arm's description can't be read.", file, "Check name and rights of the file."};
  std::string text(static_cast<std::size_t>(kLargest) + 1, '\0');
  stream.read(text.data(), kLargest + 1);
  if (stream.gcount() > kLargest) return Error{"The file is too large for the description of an arm.", file, "Choose another one."};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parseArm(text, file);
}

std::string toJson(const ArmFile& arm) {
  Json joints = Json::array();
  for (const JointConfig& joint : arm.config.joints) {
    joints.push_back({{"id", joint.id},
                      {"model", joint.model->name},
                      {"sign", joint.scale.sign},
                      {"zero", joint.scale.zeroCount},
                      {"gear", joint.scale.gearRatio},
                      {"torque_constant", joint.scale.torqueConstant},
                      {"lower", joint.lowerLimit},
                      {"upper", joint.upperLimit},
                      {"velocity_limit", joint.velocityLimit},
                      {"torque_limit", joint.torqueLimit}});
  }
  return Json{{"version", kVersion}, {"name", arm.name}, {"serial", arm.serial}, {"calibrated", arm.calibrated},
              {"baud", arm.config.baud}, {"joints", joints}}
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace gps
