// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"

#include <cmath>
#include <numbers>

namespace gps {

namespace {

/// Finaliser of SplitMix64: a bijection that spreads every input bit over the output.
std::uint64_t mix64(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

void Rng::refill() {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
  constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
  std::array<std::uint32_t, 4> c{static_cast<std::uint32_t>(m_counter),
                                 static_cast<std::uint32_t>(m_counter >> 32), 0, 0};
  std::uint32_t k0 = static_cast<std::uint32_t>(m_key);
  std::uint32_t k1 = static_cast<std::uint32_t>(m_key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = kMultiplier0 * c[0];
    const std::uint64_t p1 = kMultiplier1 * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  m_block = c;
  ++m_counter;
  m_used = 0;
}

std::uint32_t Rng::next32() {
  if (m_used == 4) refill();
  return m_block[static_cast<std::size_t>(m_used++)];
}

std::uint64_t Rng::next64() {
  const std::uint64_t low = next32();
  return low | (static_cast<std::uint64_t>(next32()) << 32);
}

double Rng::uniform() {
  return static_cast<double>(next64() >> 11) * 0x1.0p-53;
}

std::uint32_t Rng::below(std::uint32_t bound) {
  // Lemire's method: rejects the few values that would make small results likelier.
  std::uint64_t product = static_cast<std::uint64_t>(next32()) * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0u - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) {
      product = static_cast<std::uint64_t>(next32()) * bound;
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double Rng::normal() {
  if (m_hasSpare) {
    m_hasSpare = false;
    return m_spare;
  }
  const double u1 = 1.0 - uniform();  // in (0, 1]: the logarithm stays finite
  const double u2 = uniform();
  const double radius = std::sqrt(-2.0 * std::log(u1));
  const double angle = 2.0 * std::numbers::pi * u2;
  m_spare = radius * std::sin(angle);
  m_hasSpare = true;
  return radius * std::cos(angle);
}

Rng makeRng(std::uint64_t seed, Purpose purpose, int iteration, int condition, int sample) {
  std::uint64_t key = mix64(seed);
  key = mix64(key ^ static_cast<std::uint64_t>(purpose));
  key = mix64(key ^ static_cast<std::uint64_t>(static_cast<std::uint32_t>(iteration)));
  key = mix64(key ^ static_cast<std::uint64_t>(static_cast<std::uint32_t>(condition)));
  key = mix64(key ^ static_cast<std::uint64_t>(static_cast<std::uint32_t>(sample)));
  return Rng(key);
}

}  // namespace gps
