// SPDX-License-Identifier: GPL-3.0-or-later
// What cost terms are worth in the design view: numbers in the form and in the list, colours in the drawing.
#include <map>

#include "app/forms/design/design_page.h"
#include "app/forms/design/inspector.h"
#include "core/plant/cost_probe.h"
#include "widgets/editor/scene_editor.h"

namespace gps::ui {

namespace {

/// Why a term of this kind is no function of a place.
QString noPlaceText(const Scene& scene, const CostTermSpec& term) {
  if (term.type == "action") return DesignPage::tr("It counts actions, so it does not depend on a place.");
  const Sensor* sensor = scene.sensor(term.sensor);
  const bool joints = sensor && (sensor->type == Sensor::Type::JointAngle || sensor->type == Sensor::Type::JointSpeed);
  if (joints) return DesignPage::tr("It looks at joints, so it does not depend on a place.");
  return DesignPage::tr("It looks at %1, which is not a place.").arg(QString::fromStdString(term.sensor));
}

}  // namespace

int DesignPage::shownCondition() const {
  const std::shared_ptr<const Scene> scene = m_document->scene();
  const auto indexOf = [&scene](const std::string& id) {
    for (std::size_t i = 0; i < scene->conditions.size(); ++i) {
      if (scene->conditions[i].id == id) return static_cast<int>(i);
    }
    return -1;
  };
  for (const PartRef& part : m_selection.parts) {
    if (part.kind == PartKind::Condition && indexOf(part.id) >= 0) return indexOf(part.id);
  }
  if (!m_lastCondition.empty() && indexOf(m_lastCondition) >= 0) return indexOf(m_lastCondition);
  for (std::size_t i = 0; i < scene->conditions.size(); ++i) {
    if (scene->conditions[i].enabled && !scene->conditions[i].test) return static_cast<int>(i);
  }
  return scene->conditions.empty() ? -1 : 0;
}

void DesignPage::setLearned(const RunLook& look) {
  m_learnedLook = look;
  if (m_document) showTerm();
}

void DesignPage::showTermValues() {
  std::map<std::string, double> values;
  const std::shared_ptr<const Scene> scene = m_document->scene();
  const int condition = scene ? shownCondition() : -1;
  if (scene && m_document->readable() && !scene->costs.empty()) {
    if (const Result<CostProbe> probe = CostProbe::make(*scene, condition); probe) {
      for (const CostTermSpec& term : scene->costs) {
        if (const std::optional<int> index = probe->find(term.id)) values[term.id] = probe->atStart(*index);
      }
    }
  }
  m_outline->setTermValues(values, condition < 0 ? tr("the file")
                                                 : QString::fromStdString(
                                                       scene->conditions[static_cast<std::size_t>(condition)].id));
}

void DesignPage::showTerm() {
  const bool one = m_selection.parts.size() == 1 && m_selection.parts.front().kind == PartKind::Cost;
  const std::shared_ptr<const Scene> scene = m_document->scene();
  if (!one || !scene || !m_document->readable()) {
    m_view->setField({});
    if (one) {
      TermNumbers none;
      none.failure = tr("Its value shows when the errors below are mended.");
      m_inspector->showTerm(none, false);
    }
    return;
  }
  const std::string id = m_selection.parts.front().id;
  const int condition = shownCondition();
  const Result<CostProbe> made = CostProbe::make(*scene, condition);
  TermNumbers numbers;
  if (!made) {
    numbers.failure = QString::fromStdString(made.error().what + " " + made.error().mend);
    m_view->setField({});
    m_inspector->showTerm(numbers, false);
    return;
  }
  const auto probe = std::make_shared<const CostProbe>(*made);
  const std::optional<int> term = probe->find(id);
  if (!term) return;
  const CostTermSpec& spec = scene->costs[static_cast<std::size_t>(*term)];
  numbers.start = probe->atStart(*term);
  numbers.last = probe->atLast(*term);
  const std::string start = condition < 0 ? std::string() : scene->conditions[static_cast<std::size_t>(condition)].id;
  numbers.startName = condition < 0 ? tr("the file") : QString::fromStdString(start);
  if (const Trajectory* rollout = m_learnedLook.of(start, *scene)) {
    numbers.run = probe->along(*term, *rollout);
    numbers.runName = m_learnedLook.name;
  }
  const std::optional<CostProbe::Place> place = probe->placeOf(*term);
  if (place) {
    numbers.place = QString::fromStdString(place->what);
  } else {
    numbers.noPlace = noPlaceText(*scene, spec);
  }
  const bool map = m_mapWanted && place;
  m_inspector->showTerm(numbers, map);
  if (!map) {
    m_view->setField({});
    return;
  }
  m_view->setField({tr("%1, last step").arg(QString::fromStdString(id)),
                    [probe, index = *term, at = *place](const Eigen::Vector2d& where) {
                      return probe->valueAt(index, at, where);
                    }});
}

}  // namespace gps::ui
