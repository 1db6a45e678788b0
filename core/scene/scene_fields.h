// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace gps {

/// How a key of a scene file is edited.
enum class FieldKind {
  Number,
  WholeNumber,
  Bool,
  Text,
  LongText,
  Point,    ///< [x, y]
  Numbers,  ///< a list of numbers
  NumberOrNumbers,
  Points,  ///< a list of [x, y]
  Choice,  ///< one of `choices`
  BodyId,  ///< and so on: the id of a part
  JointId,
  SensorId,
  BodyIds,
  JointIds,
  SensorIds,
  Any,     ///< a number, true or false, a list of numbers, or a word
  Object,  ///< an object or list with a form of its own
};

/// What a form and the help say of one key of one kind of object (core/scene/scene_keys.h).
struct SceneField {
  std::string_view object;
  std::string_view key;
  FieldKind kind = FieldKind::Number;
  std::string_view label;
  std::string_view unit{};      ///< empty: a pure number
  std::string_view standard{};  ///< what holds without the key, as the file would say it; empty: nothing, or
                                ///< it is required
  std::string_view help{};      ///< whole sentences
  std::span<const std::string_view> choices{};
  std::span<const std::string_view> choiceLabels{};  ///< what forms call them, in the same order
};

/// Every key of every object but `id` and `type`, in the order of files.
std::span<const SceneField> sceneFields();

/// The field, or null.
const SceneField* findField(std::string_view object, std::string_view key);

}  // namespace gps
