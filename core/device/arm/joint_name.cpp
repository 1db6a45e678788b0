// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/arm/joint_name.h"

#include <algorithm>
#include <charconv>

namespace gps {

Result<JointConfig> jointNamed(const std::string& text, const std::string& where) {
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  int id = -1;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, id);
    if (error != std::errc() || stop != end) id = -1;
  }
  if (id < 0 || id > 252) {
    return Error{"A joint is MODEL:ID with an id from 0 to 252, but this is " + text + ".", where,
                 "Write for example XL330-M288:1."};
  }
  const ServoModel* model = findServoModel(name);
  if (!model) {
    std::string known;
    for (const ServoModel& each : servoModels()) known += (known.empty() ? "" : ", ") + std::string(each.name);
    return Error{"No servo is called " + name + ".", where, "Use one of " + known + "."};
  }
  return jointOf(*model, static_cast<std::uint8_t>(id));
}

Result<std::vector<JointConfig>> jointsNamed(const std::string& list, const std::string& where) {
  std::vector<JointConfig> joints;
  std::string text = list;
  text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char c) { return c == ' ' || c == '\t'; }), text.end());
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    Result<JointConfig> joint = jointNamed(text.substr(begin, end - begin), where);
    if (!joint) return joint.error();
    joints.push_back(*std::move(joint));
    begin = end + 1;
  }
  return joints;
}

std::string namesOf(const std::vector<JointConfig>& joints) {
  std::string text;
  for (const JointConfig& joint : joints) {
    text += (text.empty() ? "" : ", ") + std::string(joint.model->name) + ":" + std::to_string(joint.id);
  }
  return text;
}

}  // namespace gps
