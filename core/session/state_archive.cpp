// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/state_archive.h"

#include <limits>

namespace gps {

namespace {

constexpr std::int64_t kLargestInt = std::numeric_limits<int>::max();

/// Appends in C order, whatever the order in memory.
template <class M>
void append(std::vector<double>& to, const M& values) {
  for (Eigen::Index r = 0; r < values.rows(); ++r) {
    for (Eigen::Index c = 0; c < values.cols(); ++c) to.push_back(values(r, c));
  }
}

template <class M>
void take(const double*& from, M& values, Eigen::Index rows, Eigen::Index columns) {
  values.resize(rows, columns);
  for (Eigen::Index r = 0; r < rows; ++r) {
    for (Eigen::Index c = 0; c < columns; ++c) values(r, c) = *from++;
  }
}

/// The shape and the numbers of equal matrices; no shape where they are not equal.
template <class M>
std::optional<Extents> stack(const std::vector<M>& matrices, bool vectors, std::vector<double>& numbers) {
  Extents shape{static_cast<std::int64_t>(matrices.size())};
  if (matrices.empty()) {
    shape.push_back(0);
    if (!vectors) shape.push_back(0);
    return shape;
  }
  const Eigen::Index rows = matrices.front().rows(), columns = matrices.front().cols();
  numbers.reserve(matrices.size() * static_cast<std::size_t>(rows * columns));
  for (const M& matrix : matrices) {
    if (matrix.rows() != rows || matrix.cols() != columns) return std::nullopt;
    append(numbers, matrix);
  }
  shape.push_back(rows);
  if (!vectors) shape.push_back(columns);
  return shape;
}

}  // namespace

void StateWriter::fail(const std::string& name, const std::string& why) {
  if (!m_error) m_error = Error{"The field " + m_path.of(name) + " can't be saved: " + why, "session", ""};
}

void StateWriter::field(const std::string& name, double value) {
  m_arrays.put(m_path.of(name), {}, std::span<const double>(&value, 1));
}

void StateWriter::field(const std::string& name, std::int64_t value) {
  m_arrays.put(m_path.of(name), {}, std::span<const std::int64_t>(&value, 1));
}

void StateWriter::field(const std::string& name, const std::string& text) {
  m_arrays.putText(m_path.of(name), text);
}

void StateWriter::field(const std::string& name, const std::optional<double>& value) {
  // Nothing is an empty list, one number a list of one.
  m_arrays.put(m_path.of(name), {value ? 1 : 0}, std::span<const double>(value ? &*value : nullptr, value ? 1u : 0u));
}

void StateWriter::field(const std::string& name, const Vector& values) {
  m_arrays.put(m_path.of(name), {values.size()},
               std::span<const double>(values.data(), static_cast<std::size_t>(values.size())));
}

void StateWriter::field(const std::string& name, const Matrix& values) {
  std::vector<double> numbers;
  append(numbers, values);
  m_arrays.put(m_path.of(name), {values.rows(), values.cols()}, std::span<const double>(numbers));
}

void StateWriter::field(const std::string& name, const RowMatrix& values) {
  m_arrays.put(m_path.of(name), {values.rows(), values.cols()},
               std::span<const double>(values.data(), static_cast<std::size_t>(values.size())));
}

void StateWriter::field(const std::string& name, const std::vector<int>& values) {
  const std::vector<std::int64_t> wide(values.begin(), values.end());
  m_arrays.put(m_path.of(name), {static_cast<std::int64_t>(wide.size())}, std::span<const std::int64_t>(wide));
}

void StateWriter::field(const std::string& name, const std::vector<float>& values) {
  m_arrays.put(m_path.of(name), {static_cast<std::int64_t>(values.size())}, std::span<const float>(values));
}

void StateWriter::field(const std::string& name, const std::vector<double>& values) {
  m_arrays.put(m_path.of(name), {static_cast<std::int64_t>(values.size())}, std::span<const double>(values));
}

void StateWriter::field(const std::string& name, const std::vector<Vector>& values) {
  std::vector<double> numbers;
  const std::optional<Extents> shape = stack(values, true, numbers);
  if (!shape) return fail(name, "its vectors differ in size.");
  m_arrays.put(m_path.of(name), *shape, std::span<const double>(numbers));
}

void StateWriter::field(const std::string& name, const std::vector<Matrix>& values) {
  std::vector<double> numbers;
  const std::optional<Extents> shape = stack(values, false, numbers);
  if (!shape) return fail(name, "its matrices differ in shape.");
  m_arrays.put(m_path.of(name), *shape, std::span<const double>(numbers));
}

void StateWriter::field(const std::string& name, const std::vector<RowMatrix>& values) {
  std::vector<double> numbers;
  const std::optional<Extents> shape = stack(values, false, numbers);
  if (!shape) return fail(name, "its matrices differ in shape.");
  m_arrays.put(m_path.of(name), *shape, std::span<const double>(numbers));
}

// --- reading -------------------------------------------------------------------------------------------------------

void StateReader::fail(const std::string& name, const std::string& why) {
  if (!m_error) m_error = damagedArray(m_path.of(name), why);
}

std::size_t StateReader::count() {
  std::int64_t value = 0;
  field("count", value);
  if (!m_error && (value < 0 || value > static_cast<std::int64_t>(m_arrays.arrays().size()))) {
    fail("count", "is larger than the number of arrays");
  }
  return m_error ? 0 : static_cast<std::size_t>(value);
}

std::optional<std::vector<double>> StateReader::reals(const std::string& name, std::size_t rank, Extents& shape) {
  if (m_error) return std::nullopt;
  const std::string path = m_path.of(name);
  Result<std::vector<double>> values = m_arrays.reals(path);
  if (!values) {
    m_error = values.error();
    return std::nullopt;
  }
  shape = m_arrays.find(path)->shape;
  if (shape.size() != rank) {
    fail(name, "has the shape " + extentsText(shape) + ", but must have " + std::to_string(rank) + " extents");
    return std::nullopt;
  }
  // An empty array may claim any other extents; a million of nothing is still an allocation.
  if (values->empty()) {
    for (const std::int64_t extent : shape) {
      if (extent > 4096) {
        fail(name, "is empty, but has the shape " + extentsText(shape));
        return std::nullopt;
      }
    }
  }
  return *std::move(values);
}

void StateReader::field(const std::string& name, double& value) {
  Extents shape;
  if (const auto values = reals(name, 0, shape)) value = values->front();
}

void StateReader::field(const std::string& name, std::int64_t& value) {
  if (m_error) return;
  const Result<std::vector<std::int64_t>> values = m_arrays.integers(m_path.of(name));
  if (!values) m_error = values.error();
  else if (values->size() != 1) fail(name, "is not one number");
  else value = values->front();
}

void StateReader::field(const std::string& name, int& value) {
  std::int64_t wide = 0;
  field(name, wide);
  if (wide < -kLargestInt || wide > kLargestInt) return fail(name, "is out of range");
  value = static_cast<int>(wide);
}

void StateReader::field(const std::string& name, bool& value) {
  std::int64_t wide = 0;
  field(name, wide);
  if (wide != 0 && wide != 1) return fail(name, "is neither 0 nor 1");
  value = wide == 1;
}

void StateReader::field(const std::string& name, std::string& text) {
  if (m_error) return;
  Result<std::string> found = m_arrays.text(m_path.of(name));
  if (!found) m_error = found.error();
  else text = *std::move(found);
}

void StateReader::field(const std::string& name, std::optional<double>& value) {
  Extents shape;
  const auto values = reals(name, 1, shape);
  if (!values) return;
  if (values->size() > 1) return fail(name, "is more than one number");
  value = values->empty() ? std::nullopt : std::optional(values->front());
}

void StateReader::field(const std::string& name, Vector& values) {
  Extents shape;
  if (const auto numbers = reals(name, 1, shape)) {
    values = Eigen::Map<const Vector>(numbers->data(), static_cast<Eigen::Index>(numbers->size()));
  }
}

void StateReader::field(const std::string& name, Matrix& values) {
  Extents shape;
  if (const auto numbers = reals(name, 2, shape)) {
    const double* from = numbers->data();
    take(from, values, shape[0], shape[1]);
  }
}

void StateReader::field(const std::string& name, RowMatrix& values) {
  Extents shape;
  if (const auto numbers = reals(name, 2, shape)) {
    const double* from = numbers->data();
    take(from, values, shape[0], shape[1]);
  }
}

void StateReader::field(const std::string& name, std::vector<int>& values) {
  if (m_error) return;
  const Result<std::vector<std::int64_t>> wide = m_arrays.integers(m_path.of(name));
  if (!wide) {
    m_error = wide.error();
    return;
  }
  values.clear();
  for (const std::int64_t value : *wide) {
    if (value < -kLargestInt || value > kLargestInt) return fail(name, "is out of range");
    values.push_back(static_cast<int>(value));
  }
}

void StateReader::field(const std::string& name, std::vector<float>& values) {
  if (m_error) return;
  Result<std::vector<float>> found = m_arrays.floats(m_path.of(name));
  if (!found) m_error = found.error();
  else values = *std::move(found);
}

void StateReader::field(const std::string& name, std::vector<double>& values) {
  Extents shape;
  if (auto numbers = reals(name, 1, shape)) values = *std::move(numbers);
}

void StateReader::field(const std::string& name, std::vector<Vector>& values) {
  Extents shape;
  const auto numbers = reals(name, 2, shape);
  if (!numbers) return;
  const double* from = numbers->data();
  values.assign(static_cast<std::size_t>(shape[0]), Vector());
  for (Vector& vector : values) {
    vector = Eigen::Map<const Vector>(from, shape[1]);
    from += shape[1];
  }
}

void StateReader::field(const std::string& name, std::vector<Matrix>& values) {
  Extents shape;
  const auto numbers = reals(name, 3, shape);
  if (!numbers) return;
  const double* from = numbers->data();
  values.assign(static_cast<std::size_t>(shape[0]), Matrix());
  for (Matrix& matrix : values) take(from, matrix, shape[1], shape[2]);
}

void StateReader::field(const std::string& name, std::vector<RowMatrix>& values) {
  Extents shape;
  const auto numbers = reals(name, 3, shape);
  if (!numbers) return;
  const double* from = numbers->data();
  values.assign(static_cast<std::size_t>(shape[0]), RowMatrix());
  for (RowMatrix& matrix : values) take(from, matrix, shape[1], shape[2]);
}

}  // namespace gps
