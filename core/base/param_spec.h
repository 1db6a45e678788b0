// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gps {

/// Who should see a parameter first.
enum class Level { Basic, Standard, Expert };

/// When a change takes effect.
enum class Applies {
  View,       ///< at once; no effect on results
  Iteration,  ///< queued, frozen at the start of the next iteration
  Reset,      ///< needs a new run
  Immediate,  ///< arm safety only
};

/// Which algorithms read a parameter; a bit set.
enum UsedBy : unsigned {
  kUsedByTrajopt = 1u,
  kUsedByBadmm = 2u,
  kUsedByMdgps = 4u,
  kUsedByIlqr = 8u,
  kUsedByGpsIlqr = 16u,
  kUsedByPolicy = kUsedByBadmm | kUsedByMdgps,
  kUsedByStepRule = kUsedByTrajopt | kUsedByPolicy,
  kUsedByFit = kUsedByStepRule | kUsedByGpsIlqr,  ///< fits dynamics and bounds the KL of its C-step
  kUsedByAll = kUsedByFit | kUsedByIlqr,
};

/// Everything a form, a file, the command line and the manual need to know about one parameter. The default
/// stands on the member of the parameter struct and nowhere else.
struct ParamSpec {
  std::string key{};     ///< "lqr.kl_step"; never changes once released
  std::string label{};   ///< "KL step"
  std::string symbol{};  ///< symbol of the papers, may be empty
  std::string unit{};    ///< "nat/step"; empty for a pure number
  double min = 0.0;      ///< smallest allowed value (numbers only)
  double max = 0.0;      ///< largest allowed value; min == max means unlimited
  bool logScale = false;
  Level level = Level::Standard;
  Applies applies = Applies::Iteration;
  unsigned usedBy = kUsedByAll;
  std::string help{};                    ///< whole sentences, with the equation where there is one
  std::vector<std::string> choices{};    ///< names of an enumeration's values, in their order
  std::string automatic{};               ///< optional numbers: what "auto" means, for example "(0.25 u_max)^2"
};

/// What kind of value a parameter holds; decides the editor and the syntax of --set.
enum class ParamKind { Bool, Int, UInt64, Real, OptionalReal, Choice, IntList, RealList };

}  // namespace gps
