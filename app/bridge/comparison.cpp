// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/comparison.h"

#include <QCoreApplication>
#include <utility>

namespace gps::ui {

namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("Comparison", text);
}

bool startsWith(const std::string& key, std::string_view prefix) {
  return key.compare(0, prefix.size(), prefix) == 0;
}

/// Since when a parameter has had which value, apart from the one it began with.
std::vector<std::pair<int, std::string>> pastOf(const Contestant& side, const std::string& key) {
  std::vector<std::pair<int, std::string>> past;
  for (const ParameterEvent& event : side.changes) {
    if (event.key == key && event.from != event.to) past.emplace_back(event.iteration, event.to);
  }
  return past;
}

}  // namespace

bool isShared(const ParamSpec& spec, const AlgorithmEntry& a, const AlgorithmEntry& b) {
  return (spec.usedBy & a.usedBy) != 0 && (spec.usedBy & b.usedBy) != 0;
}

std::string counterpart(std::string_view algorithm) {
  return algorithm == "mdgps" ? "badmm" : "mdgps";
}

Fairness fairness(const Contestant& a, const Contestant& b) {
  Fairness result;
  const std::vector<ParamField> ofA = describe(*a.parameters, *a.parameters);
  const std::vector<ParamField> ofB = describe(*b.parameters, *b.parameters);
  bool noise = a.task == b.task, start = a.task == b.task, cost = a.task == b.task;
  QStringList settings;  // that differ and are no part of noise, start and cost
  QStringList values;    // of everything that differs
  for (std::size_t i = 0; i < ofA.size() && i < ofB.size(); ++i) {
    const ParamSpec& spec = ofA[i].spec;
    if (spec.key == "run.threads" || spec.key == "run.iterations") continue;  // never changes an iteration
    if (!isShared(spec, *a.algorithm, *b.algorithm)) continue;
    const QString label = QString::fromStdString(spec.label);
    const bool different = ofA[i].value != ofB[i].value;
    // Equal now does not mean equal all the time: what was learned before a change is in the run's
    // controllers.
    const bool changed = pastOf(a, spec.key) != pastOf(b, spec.key);
    if (!different && !changed) continue;
    if (different) {
      result.different << label;
      values << tr("%1 (A %2, B %3)")
                    .arg(label, QString::fromStdString(ofA[i].value), QString::fromStdString(ofB[i].value));
    }
    if (changed) {
      QStringList when;
      for (const auto& [side, letter] : {std::pair(&a, "A"), std::pair(&b, "B")}) {
        for (const auto& [iteration, value] : pastOf(*side, spec.key))
          when << tr("%1, iteration %2").arg(QLatin1String(letter)).arg(iteration);
      }
      result.changed << QStringLiteral("%1 (%2)").arg(label, when.join(QStringLiteral("; ")));
    }
    if (spec.key == "run.seed" || spec.key == "run.samples" || startsWith(spec.key, "noise.")) {
      noise = false;
    } else if (startsWith(spec.key, "init.")) {
      start = false;
    } else if (startsWith(spec.key, "cost.") && spec.key != "cost.hess") {
      cost = false;
    } else if (different) {
      settings << label;
    }
  }
  result.fair = noise && start && cost;
  QStringList equal, unequal;
  for (const auto& [same, name] : {std::pair(noise, tr("noise")), std::pair(start, tr("start")),
                                   std::pair(cost, tr("cost"))}) {
    (same ? equal : unequal) << name;
  }
  const bool alike = result.fair && settings.isEmpty() && result.changed.isEmpty();
  if (alike) equal << tr("all shared parameters");
  if (alike) result.text = tr("Fair comparison. ");
  if (!result.fair) result.text = tr("Not a fair comparison: different %1. ").arg(unequal.join(", "));
  if (!equal.isEmpty()) result.text += tr("Equal: %1.").arg(equal.join(", "));
  if (!values.isEmpty()) {
    constexpr qsizetype kShown = 4;
    QString list = QStringList(values.mid(0, kShown)).join(", ");
    if (values.size() > kShown) list += tr(" and %1 more").arg(values.size() - kShown);
    result.text += QLatin1Char(' ') + tr("Differs: %1.").arg(list);
  }
  if (!result.changed.isEmpty()) {
    result.text += QLatin1Char(' ') + tr("Changed while it went on: %1.").arg(result.changed.join(", "));
  }
  result.text = result.text.simplified();
  return result;
}

Result<Parameters> parametersBeside(const Contestant& first, std::string_view algorithm) {
  const Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm);
  if (!entry) return entry.error();
  const Result<Parameters> defaults = parametersFor(*first.task, first.algorithm->id);
  if (!defaults) return defaults.error();
  Result<Parameters> parameters = parametersFor(*first.task, algorithm);
  if (!parameters) return parameters;
  for (const ParamField& field : describe(*first.parameters, *defaults)) {
    if (field.value == field.defaultValue || !isShared(field.spec, *first.algorithm, **entry)) continue;
    if (Status s = setParameter(*parameters, field.spec.key, field.value); !s) return s.error();
  }
  return parameters;
}

}  // namespace gps::ui
