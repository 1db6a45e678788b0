// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/base/expects.h"

namespace gps {

/// A failure the user can act on. All three parts are shown.
struct Error {
  std::string what;   ///< "lqr.kl_step must be greater than 0, but is -0.2"
  std::string where;  ///< "arm.scene.json, /conditions/0"
  std::string mend;   ///< "Use a value between 0.001 and 100, for example 0.2."

  /// One line for logs and terminals: "what (where) mend".
  std::string text() const {
    std::string line = what;
    if (!where.empty()) line += " (" + where + ")";
    if (!mend.empty()) line += " " + mend;
    return line;
  }
};

/// A value or the reason why there is none. std::expected is C++23.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : m_content(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : m_content(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return m_content.index() == 0; }
  bool ok() const { return m_content.index() == 0; }

  const T& value() const& {
    GPS_EXPECTS(ok(), "Result::value() called on an error");
    return std::get<0>(m_content);
  }
  T& value() & {
    GPS_EXPECTS(ok(), "Result::value() called on an error");
    return std::get<0>(m_content);
  }
  T&& value() && {
    GPS_EXPECTS(ok(), "Result::value() called on an error");
    return std::get<0>(std::move(m_content));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const {
    GPS_EXPECTS(!ok(), "Result::error() called on a value");
    return std::get<1>(m_content);
  }

 private:
  std::variant<T, Error> m_content;
};

/// Success without a value, or an error.
struct Done {};
using Status = Result<Done>;

}  // namespace gps
