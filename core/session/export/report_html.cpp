// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/report_html.h"

#include <algorithm>
#include <cmath>

#include "core/session/export/report_page.h"

namespace gps {

namespace {

std::string count(std::size_t number, const std::string& one, const std::string& many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

/// The smallest mean of a metric and its iteration.
std::string bestOf(const ReportRun& run, Metric metric) {
  std::optional<double> best;
  int iteration = 0;
  for (const std::shared_ptr<const Snapshot>& snapshot : run.past) {
    const std::optional<double> value = snapshot->report.metrics.mean(metric);
    if (!value || !std::isfinite(*value) || (best && *value >= *best)) continue;
    best = value;
    iteration = snapshot->report.iteration;
  }
  return best ? htmlNumber(best) + " <span class=\"quiet\">(" + std::to_string(iteration) + ")</span>" : "–";
}

double secondsOf(const ReportRun& run) {
  double seconds = 0.0;
  for (const std::shared_ptr<const Snapshot>& snapshot : run.past) {
    for (const PhaseTime& time : snapshot->report.seconds) seconds += time.seconds;
  }
  return seconds;
}

bool solved(const ReportRun& run) {
  return run.outcome && run.outcome->solved == run.outcome->conditions && run.outcome->conditions > 0;
}

std::string title(const Report& report) {
  std::vector<std::string> scenes, labels;
  for (const ReportRun& run : report.runs) {
    const std::string scene = run.sceneTitle.empty() ? run.sceneName : run.sceneTitle;
    if (std::find(scenes.begin(), scenes.end(), scene) == scenes.end()) scenes.push_back(scene);
    if (std::find(labels.begin(), labels.end(), run.label) == labels.end()) labels.push_back(run.label);
  }
  std::string text;
  for (const std::string& scene : scenes) text += (text.empty() ? "" : ", ") + scene;
  text += ": ";
  for (std::size_t i = 0; i < labels.size(); ++i) text += (i > 0 ? ", " : "") + labels[i];
  return text;
}

/// "mdgps-1 (MDGPS, seed 4)".
std::string nameOf(const ReportRun& run) {
  return htmlText(run.name) + " (" + htmlText(run.label) + ", seed " + std::to_string(run.seed) + ")";
}

std::string verdict(const Report& report) {
  std::string html = "<h2>Verdict</h2>\n";
  for (const ReportRun& run : report.runs) {
    const std::size_t iterations = run.past.size();
    html += "<p><b>" + nameOf(run) + "</b>: ";
    if (run.outcome) {
      html += std::string("<span class=\"") + (solved(run) ? "good" : "bad") + "\">" +
              (solved(run) ? "solved" : "not solved") + "</span>, " + htmlText(solvedText(*run.outcome)) + " after " +
              count(iterations, "iteration", "iterations") + ".";
      if (!run.outcome->likely.empty()) html += " " + htmlText(run.outcome->likely);
    } else {
      html += count(iterations, "iteration", "iterations") + "; the scene has no success test.";
    }
    html += "</p>\n";
  }
  html += "<div class=\"wide\"><table>\n<tr><th>Run</th><th class=\"n\">Iterations</th><th class=\"n\">Rollouts</th>"
          "<th class=\"n\">Seconds</th><th class=\"n\">Success</th><th class=\"n\">Local cost</th>"
          "<th class=\"n\">Best (iteration)</th><th class=\"n\">Global cost</th><th class=\"n\">Best (iteration)</th></tr>\n";
  for (const ReportRun& run : report.runs) {
    const MetricTable& last = run.past.back()->report.metrics;
    const std::optional<double> success = last.get(Metric::SuccessRate);
    const auto number = [](const std::string& text) { return "<td class=\"n\">" + text + "</td>"; };
    const std::string fork = run.forkedFrom.empty() ? "" : " <span class=\"quiet\">(fork of " + htmlText(run.forkedFrom) +
                                                              " after " + std::to_string(run.forkedAfter) + ")</span>";
    html += "<tr><td>" + htmlText(run.name) + fork + "</td>" + number(std::to_string(run.past.size())) +
            number(htmlNumber(last.get(Metric::Rollouts))) + number(htmlNumber(secondsOf(run))) +
            number(success ? htmlNumber(100.0 * *success) + " %" : "–") + number(htmlNumber(last.mean(Metric::LocalCost))) +
            number(bestOf(run, Metric::LocalCost)) + number(htmlNumber(last.mean(Metric::GlobalCost))) +
            number(bestOf(run, Metric::GlobalCost)) + "</tr>\n";
  }
  return html + "</table></div>\n<p class=\"quiet\">Costs are means over the starts: local, of the noisy rollouts drawn at "
                "the start of an iteration; global, of the policy's noise-free rollouts at its end. A dash: the algorithm has "
                "none.</p>\n";
}

std::string scenes(const Report& report, const ReportPictures& pictures) {
  std::string html = "<h2>Scene</h2>\n";
  std::vector<std::string> told;
  for (const ReportRun& run : report.runs) {
    if (std::find(told.begin(), told.end(), run.sceneText) != told.end()) continue;
    told.push_back(run.sceneText);
    html += "<p><b>" + htmlText(run.sceneTitle.empty() ? run.sceneName : run.sceneTitle) + "</b> <span class=\"quiet\">(" +
            htmlText(run.sceneName) + ")</span></p>\n";
    if (!run.sceneWords.empty()) html += "<p>" + htmlText(run.sceneWords) + "</p>\n";
    html += "<p class=\"quiet\">" + count(run.task->conditions.size(), "start", "starts") + " to learn from, " +
            std::to_string(run.task->T) + " time steps of " + htmlNumber(run.task->dt) + " s; " +
            count(static_cast<std::size_t>(run.task->dX), "state", "states") + ", " +
            count(static_cast<std::size_t>(run.task->dO), "observation", "observations") + ", " +
            count(static_cast<std::size_t>(run.task->dU), "action", "actions") + ".</p>\n";
  }
  if (!pictures.scenes.empty()) html += "<div class=\"grid\">\n";
  for (std::size_t i = 0; i < report.runs.size() && i < pictures.scenes.size(); ++i) {
    const ReportRun& run = report.runs[i];
    html += "<figure>" + inlineSvg(pictures.scenes[i]) + "<figcaption>" + htmlText(run.name) + ", iteration " +
            std::to_string(run.shown) +
            ": starts, goals, and the paths of rollouts (thin), local controllers and global policy (dashed)</figcaption></figure>\n";
  }
  if (!pictures.scenes.empty()) html += "</div>\n";
  for (std::size_t i = 0; i < told.size(); ++i) {
    html += "<details><summary>The scene as a file" + (told.size() > 1 ? " (" + std::to_string(i + 1) + ")" : std::string()) +
            "</summary><pre>" + htmlLines(told[i]) + "</pre></details>\n";
  }
  return html;
}

std::string plots(const ReportPictures& pictures) {
  std::string html = "<h2>Plots</h2>\n";
  if (!pictures.missing.empty()) html += "<p>" + htmlText(pictures.missing) + "</p>\n";
  for (const ReportPictures::Group& group : pictures.groups) {
    if (!group.title.empty()) html += "<h3>" + htmlText(group.title) + "</h3>\n";
    html += "<div class=\"grid\">\n";
    for (const ReportPictures::Plot& plot : group.plots) {
      html += "<figure>" + inlineSvg(plot.svg);
      if (!plot.summary.empty()) html += "<figcaption>" + htmlText(plot.summary) + "</figcaption>";
      html += "</figure>\n";
    }
    html += "</div>\n";
  }
  return html;
}

std::string parameterRow(const ParamField& field) {
  const bool changed = field.value != field.defaultValue;
  const std::string unit = field.spec.unit.empty() ? "" : " <span class=\"quiet\">" + htmlText(field.spec.unit) + "</span>";
  return htmlRow({htmlText(field.spec.label), "<code>" + htmlText(field.spec.key) + "</code>",
                  (changed ? "<b>" : "") + htmlText(field.value) + (changed ? "</b>" : "") + unit, htmlText(field.defaultValue)},
                 "td", changed ? "changed" : "");
}

std::string parameters(const ReportRun& run) {
  const std::string head = htmlRow({"Parameter", "Key", "Value", "The scene's value"}, "th");
  std::string changed, all, group;
  for (const ParamField& field : run.parameters) {
    if (field.value != field.defaultValue && field.spec.key != "run.threads") changed += parameterRow(field);
    if (field.group != group) all += "<tr class=\"group\"><td colspan=\"4\">" + htmlText(field.group) + "</td></tr>\n";
    group = field.group;
    all += parameterRow(field);
  }
  std::string html = "<h3>Parameters</h3>\n";
  if (changed.empty()) html += "<p>All of them are what the scene suggests.</p>\n";
  else html += "<p class=\"quiet\">Different from what the scene suggests:</p>\n<div class=\"wide\"><table>\n" + head + changed + "</table></div>\n";
  return html + "<details><summary>All " + std::to_string(run.parameters.size()) +
         " parameters</summary><div class=\"wide\"><table>\n" + head + all + "</table></div></details>\n";
}

std::string changes(const ReportRun& run) {
  if (run.events.empty()) return {};
  std::string html = "<h3>Changes while it ran</h3>\n<div class=\"wide\"><table>\n" +
                     htmlRow({"From iteration", "Key", "Value", "Before"}, "th");
  for (const ParameterEvent& event : run.events) {
    html += htmlRow({std::to_string(event.iteration), "<code>" + htmlText(event.key) + "</code>", htmlText(event.to),
                     htmlText(event.from)});
  }
  return html + "</table></div>\n";
}

std::string aboutRun(const Report& report, const ReportRun& run) {
  std::string html = "<h2>Run " + nameOf(run) + "</h2>\n";
  if (!run.forkedFrom.empty()) {
    html += "<p>Forked from " + htmlText(run.forkedFrom) + " after iteration " + std::to_string(run.forkedAfter) +
            ", whose iterations up to there it shares.</p>\n";
  }
  html += parameters(run) + changes(run);
  const std::vector<ReportCommand> commands = reproducingCommands(report, run);
  if (!commands.empty()) html += "<h3>Make it again</h3>\n";
  for (const ReportCommand& command : commands) {
    if (!command.remark.empty()) html += "<p class=\"quiet\">" + htmlText(command.remark) + "</p>\n";
    html += "<pre>" + htmlText(command.command) + "</pre>\n";
  }
  if (!commands.empty()) {
    html += "<p class=\"quiet\">The same build on the same kind of processor gives the same numbers.</p>\n";
  }
  if (!run.provenance.empty() || !run.started.empty()) {
    html += "<h3>Where it comes from</h3>\n<div class=\"wide\"><table>\n";
    if (!run.started.empty()) html += htmlRow({"started", htmlText(run.started)});
    for (const auto& [key, value] : run.provenance) {
      std::string name = key;
      std::replace(name.begin(), name.end(), '_', ' ');
      if (!value.empty()) html += htmlRow({htmlText(name), htmlText(value)});
    }
    html += "</table></div>\n";
  }
  if (!run.notes.empty()) {
    html += "<h3>Notes</h3>\n";
    for (const auto& [written, text] : run.notes) {
      html += "<p class=\"quiet\">" + htmlText(written) + "</p>\n<pre>" + htmlLines(text) + "</pre>\n";
    }
  }
  return html;
}

}  // namespace

std::string reportHtml(const Report& report, const ReportPictures& pictures) {
  const std::string name = title(report);
  std::string html = pageHead(name) + "<h1>" + htmlText(name) + "</h1>\n<p class=\"quiet\">" +
                     count(report.runs.size(), "run", "runs") +
                     (report.session.empty() ? "" : " of the session " + htmlText(report.session)) + " · made by " +
                     htmlText(report.program) + "</p>\n";
  html += verdict(report) + scenes(report, pictures) + plots(pictures);
  for (const ReportRun& run : report.runs) html += aboutRun(report, run);
  return html + pageFoot();
}

}  // namespace gps
