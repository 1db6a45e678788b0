// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace gps {

/// What a stream of random numbers is for. The number is part of the stream's key: never renumber.
enum class Purpose : std::uint32_t {
  RolloutNoise = 1,
  Reset = 2,
  GmmInit = 3,
  NetInit = 4,
  Shuffle = 5,
  PerturbFd = 6,
  Eval = 7,
  PolicyGmmInit = 8,
};

/// Counter-based generator Philox4x32-10 [Salmon11]. A stream depends only on its key, so samples are the
/// same on 1 thread and on 16, and a stream can be stored as (key, counter).
class Rng {
 public:
  explicit Rng(std::uint64_t key) : m_key(key) {}

  std::uint32_t next32();
  std::uint64_t next64();
  /// Uniform in [0, 1) with 53 bits.
  double uniform();
  /// Uniform integer in [0, bound), bound >= 1, without modulo bias.
  std::uint32_t below(std::uint32_t bound);
  /// Standard normal by Box-Muller: std::normal_distribution differs between libraries.
  double normal();

 private:
  void refill();

  std::uint64_t m_key;
  std::uint64_t m_counter = 0;
  std::array<std::uint32_t, 4> m_block{};
  int m_used = 4;
  bool m_hasSpare = false;
  double m_spare = 0.0;
};

/// An independent stream. The result depends only on the arguments, never on the order of calls.
Rng makeRng(std::uint64_t seed, Purpose purpose, int iteration = 0, int condition = 0, int sample = 0);

}  // namespace gps
