// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#if defined(__AVX2__) && defined(__FMA__)
#define GPS_SIMD_AVX2
#include <immintrin.h>
#endif

#include <Eigen/Core>
#include <cstddef>
#include <cstring>

namespace gps {

/// One register of floats or doubles and the few operations the kernels need. fma() is a true fused
/// multiply-add where the processor has one: the build forbids contraction of plain expressions.
/// Comparisons let a NaN through, so that a broken network is noticed in its loss.
template <class Scalar>
struct Simd {
  typedef Scalar Vec __attribute__((vector_size(16)));
  static constexpr int kWidth = 16 / static_cast<int>(sizeof(Scalar));

  static Vec broadcast(Scalar x) { return Vec{} + x; }
  static Vec load(const Scalar* p) {
    Vec x;
    std::memcpy(&x, p, sizeof x);
    return x;
  }
  static void store(Scalar* p, Vec x) { std::memcpy(p, &x, sizeof x); }
  static Vec mul(Vec a, Vec b) { return a * b; }
  static Vec add(Vec a, Vec b) { return a + b; }
  static Vec sub(Vec a, Vec b) { return a - b; }
  static Vec div(Vec a, Vec b) { return a / b; }
  static Vec sqrt(Vec a) {
    Eigen::Array<Scalar, kWidth, 1> lanes;  // a plain loop would check each element for a negative argument
    store(lanes.data(), a);
    lanes = lanes.sqrt().eval();
    return load(lanes.data());
  }
  /// Sum of the lanes.
  static Scalar sum(Vec a) {
    Scalar total = 0;
    for (int i = 0; i < kWidth; ++i) total += a[i];
    return total;
  }
  /// a b + c
  static Vec fma(Vec a, Vec b, Vec c) { return a * b + c; }
  /// c - a b
  static Vec fnma(Vec a, Vec b, Vec c) { return c - a * b; }
  /// max(0, x)
  static Vec positivePart(Vec x) { return x < Vec{} ? Vec{} : x; }
  /// x where gate > 0, else 0
  static Vec whereAbove0(Vec gate, Vec x) { return gate > Vec{} ? x : Vec{}; }
  static Vec max(Vec a, Vec b) { return a < b ? b : a; }
  /// A square of kWidth rows of kWidth numbers; the strides are distances of rows.
  static void transpose(const Scalar* from, std::ptrdiff_t fromStride, Scalar* to, std::ptrdiff_t toStride) {
    for (int i = 0; i < kWidth; ++i) {
      for (int j = 0; j < kWidth; ++j) to[j * toStride + i] = from[i * fromStride + j];
    }
  }
  /// Whether a > b in some lane.
  static bool anyAbove(Vec a, Vec b) {
    bool any = false;
    for (int i = 0; i < kWidth; ++i) any = any || a[i] > b[i];
    return any;
  }
};

#ifdef GPS_SIMD_AVX2
template <>
struct Simd<float> {
  static constexpr int kWidth = 8;
  using Vec = __m256;
  static Vec broadcast(float x) { return _mm256_set1_ps(x); }
  static Vec load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, Vec x) { _mm256_storeu_ps(p, x); }
  static Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
  static Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
  static Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
  static Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
  static Vec sqrt(Vec a) { return _mm256_sqrt_ps(a); }
  static float sum(Vec a) {
    float lanes[kWidth];
    store(lanes, a);
    float total = 0;
    for (const float lane : lanes) total += lane;
    return total;
  }
  static Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
  static Vec fnma(Vec a, Vec b, Vec c) { return _mm256_fnmadd_ps(a, b, c); }
  static Vec positivePart(Vec x) { return _mm256_max_ps(_mm256_setzero_ps(), x); }
  static Vec whereAbove0(Vec gate, Vec x) {
    return _mm256_and_ps(_mm256_cmp_ps(gate, _mm256_setzero_ps(), _CMP_GT_OQ), x);
  }
  static Vec max(Vec a, Vec b) { return _mm256_max_ps(b, a); }
  static void transpose(const float* from, std::ptrdiff_t fromStride, float* to, std::ptrdiff_t toStride) {
    Vec pair[8], quad[8];
    for (int i = 0; i < 8; i += 2) {
      const Vec even = load(from + i * fromStride);
      const Vec odd = load(from + (i + 1) * fromStride);
      pair[i] = _mm256_unpacklo_ps(even, odd);
      pair[i + 1] = _mm256_unpackhi_ps(even, odd);
    }
    for (int i = 0; i < 8; i += 4) {
      quad[i] = _mm256_shuffle_ps(pair[i], pair[i + 2], _MM_SHUFFLE(1, 0, 1, 0));
      quad[i + 1] = _mm256_shuffle_ps(pair[i], pair[i + 2], _MM_SHUFFLE(3, 2, 3, 2));
      quad[i + 2] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], _MM_SHUFFLE(1, 0, 1, 0));
      quad[i + 3] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], _MM_SHUFFLE(3, 2, 3, 2));
    }
    for (int j = 0; j < 4; ++j) {
      store(to + j * toStride, _mm256_permute2f128_ps(quad[j], quad[j + 4], 0x20));
      store(to + (j + 4) * toStride, _mm256_permute2f128_ps(quad[j], quad[j + 4], 0x31));
    }
  }
  static bool anyAbove(Vec a, Vec b) { return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ)) != 0; }
};

template <>
struct Simd<double> {
  static constexpr int kWidth = 4;
  using Vec = __m256d;
  static Vec broadcast(double x) { return _mm256_set1_pd(x); }
  static Vec load(const double* p) { return _mm256_loadu_pd(p); }
  static void store(double* p, Vec x) { _mm256_storeu_pd(p, x); }
  static Vec mul(Vec a, Vec b) { return _mm256_mul_pd(a, b); }
  static Vec add(Vec a, Vec b) { return _mm256_add_pd(a, b); }
  static Vec sub(Vec a, Vec b) { return _mm256_sub_pd(a, b); }
  static Vec div(Vec a, Vec b) { return _mm256_div_pd(a, b); }
  static Vec sqrt(Vec a) { return _mm256_sqrt_pd(a); }
  static double sum(Vec a) {
    double lanes[kWidth];
    store(lanes, a);
    double total = 0;
    for (const double lane : lanes) total += lane;
    return total;
  }
  static Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_pd(a, b, c); }
  static Vec fnma(Vec a, Vec b, Vec c) { return _mm256_fnmadd_pd(a, b, c); }
  static Vec positivePart(Vec x) { return _mm256_max_pd(_mm256_setzero_pd(), x); }
  static Vec whereAbove0(Vec gate, Vec x) {
    return _mm256_and_pd(_mm256_cmp_pd(gate, _mm256_setzero_pd(), _CMP_GT_OQ), x);
  }
  static Vec max(Vec a, Vec b) { return _mm256_max_pd(b, a); }
  static void transpose(const double* from, std::ptrdiff_t fromStride, double* to, std::ptrdiff_t toStride) {
    const Vec a = load(from), b = load(from + fromStride);
    const Vec c = load(from + 2 * fromStride), d = load(from + 3 * fromStride);
    const Vec ab0 = _mm256_unpacklo_pd(a, b), ab1 = _mm256_unpackhi_pd(a, b);
    const Vec cd0 = _mm256_unpacklo_pd(c, d), cd1 = _mm256_unpackhi_pd(c, d);
    store(to, _mm256_permute2f128_pd(ab0, cd0, 0x20));
    store(to + toStride, _mm256_permute2f128_pd(ab1, cd1, 0x20));
    store(to + 2 * toStride, _mm256_permute2f128_pd(ab0, cd0, 0x31));
    store(to + 3 * toStride, _mm256_permute2f128_pd(ab1, cd1, 0x31));
  }
  static bool anyAbove(Vec a, Vec b) { return _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_GT_OQ)) != 0; }
};
#endif

}  // namespace gps
