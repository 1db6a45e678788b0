// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_registry.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "widgets/plots/plot_builders.h"

namespace gps::ui {

namespace {

constexpr std::array<PlotEntry, 10> kRegistry{{
    {"cost", "Cost",
     "Total cost per iteration. Local: mean of the noisy rollouts drawn at its start; the band spans the "
     "cheapest "
     "and the dearest. Global: a noise-free rollout of the policy at its end.",
     "The cost of local controllers and global policy appears here after the first iteration.", false,
     buildCost},
    {"kl", "KL",
     "How far each C-step moved the local controllers, against its bound, and how far local controllers and "
     "global policy are apart.",
     "KL divergences and their bounds appear here after the first iteration.", false, buildKl},
    {"multipliers", "Multipliers",
     "\u03b7 prices the KL bound of the C-step. BADMM also has \u03c1, the weight that pulls controllers and "
     "policy together, and \u03bb, the multipliers of their agreement. iLQR has \u03bc, the regularisation of "
     "its backward pass.",
     "The multipliers \u03b7, \u03c1 and \u03bb appear here after the first iteration.", false,
     buildMultipliers},
    {"step", "Step",
     "Improvement the C-step promised (outline) against what came (filled). The step rule makes the next KL "
     "bound "
     "larger when they agree and smaller when they do not.",
     "Predicted and actual improvement appear here after the second iteration.", false, buildStep},
    {"entropy", "Entropy", "How much the controllers and the policy still explore, summed over time.",
     "Entropies appear here after the first iteration.", false, buildEntropy},
    {"policy_fit", "Policy fit",
     "Training loss of the S-step within the shown iteration; earlier iterations are faded.",
     "The training loss appears here after the first S-step.", true, buildPolicyFit},
    {"profile", "Profile",
     "One quantity along the trajectory in the shown iteration; earlier iterations are faded.",
     "Cost, KL and multipliers along the trajectory appear here after the first iteration.", true,
     buildProfile},
    {"dual_search", "Dual search",
     "The search for \u03b7 in the C-step of the shown iteration: every evaluation is one point; the filled "
     "one was "
     "accepted.",
     "The search for \u03b7 appears here after the first C-step.", true, buildDualSearch},
    {"bounds", "Bounds",
     "How much dearer the policy is than its teachers, and what the divergence εₜ between them allows. "
     "The bounds are loose, and heuristic: costs have no true maximum, so the largest seen stands in.",
     "The cost gap and its bounds appear here after the first iteration with a global policy.", false,
     buildBounds},
    {"time", "Time", "Where the time of each iteration went.",
     "The time of each phase appears here after the first iteration.", false, buildTime},
}};

QString abscissaLabel(PlotAbscissa abscissa) {
  switch (abscissa) {
    case PlotAbscissa::Rollouts:
      return QStringLiteral("rollouts");
    case PlotAbscissa::Seconds:
      return QStringLiteral("seconds");
    case PlotAbscissa::Iteration:
      break;
  }
  return QStringLiteral("iteration");
}

/// Changes at one iteration of one run become one flag; so does the place where it left another run.
void addEvents(PlotContent& content, const PlotRun& run) {
  std::map<int, QString> texts;
  if (run.history.forkedAt() > 0) texts[run.history.forkedAt()] = QStringLiteral("Forked after this iteration");
  for (const ParameterEvent& event : run.history.events()) {
    QString& text = texts[event.iteration];
    if (!text.isEmpty()) text += QLatin1Char('\n');
    text += QStringLiteral("%1 %2 \u2192 %3")
                .arg(QString::fromStdString(event.key), QString::fromStdString(event.from),
                     QString::fromStdString(event.to));
  }
  for (const auto& [iteration, text] : texts) {
    if (iteration >= 1 && iteration <= run.history.iterations()) {
      content.events.push_back({run.x(iteration - 1), text, run.index});
    }
  }
}

/// Means first, then what stands alone, then bands, then the many lines of conditions; runs stay together.
void orderLegend(PlotContent& content) {
  const auto rank = [](const PlotLegendEntry& entry) {
    const bool line = entry.style.shape == PlotStyle::Shape::Line;
    const int kind = entry.style.thick                             ? 0
                     : entry.style.shape == PlotStyle::Shape::Band ? 2
                     : line && entry.style.shades > 1              ? 3
                                                                   : 1;
    return 10 * entry.style.run + kind;
  };
  std::vector<int> order(content.legend.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return rank(content.legend[static_cast<std::size_t>(a)]) <
           rank(content.legend[static_cast<std::size_t>(b)]);
  });
  std::vector<int> place(order.size());
  std::vector<PlotLegendEntry> legend;
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    legend.push_back(std::move(content.legend[static_cast<std::size_t>(order[i])]));
  }
  content.legend = std::move(legend);
  const auto move = [&place](int& index) {
    if (index >= 0) index = place[static_cast<std::size_t>(index)];
  };
  for (PlotSeries& series : content.series) {
    move(series.legend);
    move(series.flagLegend);
  }
  for (PlotBand& band : content.bands) move(band.legend);
  for (PlotBars& bars : content.bars) move(bars.legend);
}

}  // namespace

std::span<const PlotEntry> plotRegistry() {
  return kRegistry;
}

const PlotEntry* findPlot(std::string_view id) {
  const auto found = std::find_if(kRegistry.begin(), kRegistry.end(),
                                  [id](const PlotEntry& entry) { return entry.id == id; });
  return found == kRegistry.end() ? nullptr : &*found;
}

PlotContent buildPlot(const PlotEntry& entry, const PlotRequest& request) {
  PlotContent content;
  content.id = QString::fromUtf8(entry.id.data(), static_cast<qsizetype>(entry.id.size()));
  content.title = QString::fromUtf8(entry.label.data(), static_cast<qsizetype>(entry.label.size()));
  content.empty = QString::fromUtf8(entry.empty.data(), static_cast<qsizetype>(entry.empty.size()));
  content.right.used = false;
  const std::vector<PlotRun> runs = plotRuns(request);
  const PlotRun* longest = nullptr;
  for (const PlotRun& run : runs) {
    content.runs.push_back(run.label());
    if (!longest || run.history.iterations() > longest->history.iterations()) longest = &run;
  }
  if (!entry.followsIteration) {
    content.xKind = PlotX::Iteration;
    content.x = {abscissaLabel(request.abscissa), QString(), false, request.abscissa != PlotAbscissa::Seconds,
                 true};
    if (request.abscissa != PlotAbscissa::Iteration && longest) content.iterationX = longest->xs;
    for (const PlotRun& run : runs) addEvents(content, run);
    // They are drawn from left to right, and what stands on another one is left out.
    std::stable_sort(content.events.begin(), content.events.end(),
                     [](const PlotEvent& a, const PlotEvent& b) { return a.x < b.x; });
  }
  entry.build(request, content);
  orderLegend(content);
  content.right.used = std::any_of(content.series.begin(), content.series.end(),
                                   [](const PlotSeries& s) { return s.side == PlotSide::Right; });
  if (content.isEmpty()) {
    content.summary =
        content.notes.isEmpty() ? content.empty : content.notes.join(QStringLiteral(". ")) + QLatin1Char('.');
  }
  content.summary = content.title + QStringLiteral(": ") + content.summary;
  return content;
}

std::string_view profileLabel(ProfileQuantity quantity) {
  switch (quantity) {
    case ProfileQuantity::Cost:
      return "Cost";
    case ProfileQuantity::Kl:
      return "KL";
    case ProfileQuantity::Rho:
      return "\u03c1";
    case ProfileQuantity::Lambda:
      return "|\u03bb|";
    case ProfileQuantity::Std:
      return "Action deviation";
  }
  return "";
}

}  // namespace gps::ui
