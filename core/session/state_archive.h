// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <typeindex>
#include <vector>

#include "core/algorithms/state_fields.h"
#include "core/session/array_set.h"

namespace gps {

/// Names of nested fields: "conditions.0.controller.K".
class FieldPath {
 public:
  std::string of(const std::string& name) const { return m_prefix + name; }
  template <class Job>
  void within(const std::string& name, Job&& job) {
    const std::size_t before = m_prefix.size();
    m_prefix += name + ".";
    job();
    m_prefix.resize(before);
  }

 private:
  std::string m_prefix;
};

/// Writes fields into arrays. The first failure is kept and ends the writing.
class StateWriter {
 public:
  explicit StateWriter(ArraySet& arrays) : m_arrays(arrays) {}

  void field(const std::string& name, double value);
  void field(const std::string& name, std::int64_t value);
  void field(const std::string& name, int value) { field(name, static_cast<std::int64_t>(value)); }
  void field(const std::string& name, bool value) { field(name, static_cast<std::int64_t>(value)); }
  void field(const std::string& name, const std::string& text);
  void field(const std::string& name, const std::optional<double>& value);
  void field(const std::string& name, const Vector& values);
  void field(const std::string& name, const Matrix& values);
  void field(const std::string& name, const RowMatrix& values);
  void field(const std::string& name, const std::vector<int>& values);
  void field(const std::string& name, const std::vector<float>& values);
  void field(const std::string& name, const std::vector<double>& values);
  void field(const std::string& name, const std::vector<Vector>& values);     ///< of one size
  void field(const std::string& name, const std::vector<Matrix>& values);     ///< of one shape
  void field(const std::string& name, const std::vector<RowMatrix>& values);  ///< of one shape

  template <class T>
  void object(const std::string& name, const T& value) {
    m_path.within(name, [&] { visitFields(value, *this); });
  }

  template <class T>
  void list(const std::string& name, const std::vector<T>& values) {
    m_path.within(name, [&] {
      field("count", static_cast<std::int64_t>(values.size()));
      for (std::size_t i = 0; i < values.size(); ++i) object(std::to_string(i), values[i]);
    });
  }

  template <class T>
  void shared(const std::string& name, const std::shared_ptr<const T>& pointer) {
    if (!pointer) return field(name, std::string("none"));
    const std::string path = m_path.of(name);
    const auto [known, fresh] = m_known.try_emplace(std::pair(pointer.get(), std::type_index(typeid(T))), path);
    if (!fresh) return field(name, "=" + known->second);
    field(name, std::string("own"));
    const Result<typename StoredForm<T>::Form> form = StoredForm<T>::of(*pointer);
    if (!form) return fail(name, form.error().what);
    object(name, *form);
  }

  template <class T>
  void sharedList(const std::string& name, const std::vector<std::shared_ptr<const T>>& pointers) {
    m_path.within(name, [&] {
      field("count", static_cast<std::int64_t>(pointers.size()));
      for (std::size_t i = 0; i < pointers.size(); ++i) shared(std::to_string(i), pointers[i]);
    });
  }

  void fail(const std::string& name, const std::string& why);
  Status status() const { return m_error ? Status(*m_error) : Status(Done{}); }

 private:
  ArraySet& m_arrays;
  FieldPath m_path;
  std::map<std::pair<const void*, std::type_index>, std::string> m_known;
  std::optional<Error> m_error;
};

/// Reads what StateWriter wrote; the arrays may hold anything. The first failure is kept; what is read after it is of
/// no use.
class StateReader {
 public:
  explicit StateReader(const ArraySet& arrays) : m_arrays(arrays) {}

  /// Whether a field was written.
  bool has(const std::string& name) const { return m_arrays.has(m_path.of(name)); }
  void field(const std::string& name, double& value);
  void field(const std::string& name, std::int64_t& value);
  void field(const std::string& name, int& value);
  void field(const std::string& name, bool& value);
  void field(const std::string& name, std::string& text);
  void field(const std::string& name, std::optional<double>& value);
  void field(const std::string& name, Vector& values);
  void field(const std::string& name, Matrix& values);
  void field(const std::string& name, RowMatrix& values);
  void field(const std::string& name, std::vector<int>& values);
  void field(const std::string& name, std::vector<float>& values);
  void field(const std::string& name, std::vector<double>& values);
  void field(const std::string& name, std::vector<Vector>& values);
  void field(const std::string& name, std::vector<Matrix>& values);
  void field(const std::string& name, std::vector<RowMatrix>& values);

  template <class T>
  void object(const std::string& name, T& value) {
    m_path.within(name, [&] { visitFields(value, *this); });
  }

  template <class T>
  void list(const std::string& name, std::vector<T>& values) {
    m_path.within(name, [&] {
      values.resize(count());
      for (std::size_t i = 0; i < values.size() && !m_error; ++i) object(std::to_string(i), values[i]);
    });
  }

  template <class T>
  void shared(const std::string& name, std::shared_ptr<const T>& pointer) {
    pointer.reset();
    std::string kind;
    field(name, kind);
    if (m_error || kind == "none") return;
    if (kind.starts_with("=")) {
      const auto known = m_known.find(std::pair(kind.substr(1), std::type_index(typeid(T))));
      if (known == m_known.end()) return fail(name, "points to nothing of its kind");
      pointer = std::static_pointer_cast<const T>(known->second);
      return;
    }
    if (kind != "own") return fail(name, "is no pointer");
    typename StoredForm<T>::Form form;
    object(name, form);
    if (m_error) return;
    Result<std::shared_ptr<const T>> made = StoredForm<T>::make(std::move(form));
    if (!made) return fail(name, "is not valid: " + made.error().text());
    pointer = *std::move(made);
    m_known.emplace(std::pair(m_path.of(name), std::type_index(typeid(T))), pointer);
  }

  template <class T>
  void sharedList(const std::string& name, std::vector<std::shared_ptr<const T>>& pointers) {
    m_path.within(name, [&] {
      pointers.resize(count());
      for (std::size_t i = 0; i < pointers.size() && !m_error; ++i) shared(std::to_string(i), pointers[i]);
    });
  }

  void fail(const std::string& name, const std::string& why);
  Status status() const { return m_error ? Status(*m_error) : Status(Done{}); }

 private:
  /// The field "count" of a list; every entry has at least one array, so more than there are is refused.
  std::size_t count();
  /// The numbers of an array of `rank` extents.
  std::optional<std::vector<double>> reals(const std::string& name, std::size_t rank, Extents& shape);

  const ArraySet& m_arrays;
  FieldPath m_path;
  std::map<std::pair<std::string, std::type_index>, std::shared_ptr<const void>> m_known;
  std::optional<Error> m_error;
};

}  // namespace gps
