// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#if defined(__AVX2__) && defined(__FMA__)
#define GPS_SIMD_AVX2
#include <immintrin.h>
#endif

#include <Eigen/Core>
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
  static bool anyAbove(Vec a, Vec b) { return _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_GT_OQ)) != 0; }
};
#endif

}  // namespace gps
