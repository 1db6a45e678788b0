// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/arrange_bodies.h"

#include <algorithm>
#include <cmath>

#include "core/scene/body_extent.h"
#include "core/scene/scene_keys.h"
#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

/// Sums of decimals are not decimals: 0.1 + 0.2 would be written with seventeen digits.
double tidy(double value) {
  const double rounded = std::round(value * 1e9) / 1e9;
  return rounded == 0.0 ? 0.0 : rounded;
}

Error unknownBody(const std::string& id) {
  return {"There is no body " + id + " with a position.", "bodies", "Select bodies that exist."};
}

Status moveBody(TreeEditor& editor, const std::string& id, const Eigen::Vector2d& delta) {
  const auto index = findPart(editor.tree(), {PartKind::Body, id});
  if (!index) return unknownBody(id);
  const TreePath body = pathOf(PartKind::Body, *index);
  Eigen::Vector2d position(0, 0);
  if (const SceneTree* present = editor.find(body / "position")) {
    const bool point =
        present->is_array() && present->size() == 2 && (*present)[0].is_number() && (*present)[1].is_number();
    if (!point) return unknownBody(id);
    position = {(*present)[0].get<double>(), (*present)[1].get<double>()};
  }
  SceneTree moved = SceneTree::array();
  for (int axis = 0; axis < 2; ++axis) {
    // A coordinate that stays keeps its form.
    const SceneTree* present = editor.find(body / "position" / axis);
    moved.push_back(delta[axis] == 0.0 && present ? *present
                                                  : numberTree(tidy(position[axis] + delta[axis])));
  }
  return editor.set(body, "position", std::move(moved), keysOf("body"));
}

Result<std::vector<Eigen::AlignedBox2d>> extentsOf(const Scene& scene, const std::vector<std::string>& bodies,
                                                   std::size_t least) {
  if (bodies.size() < least) {
    return Error{"This needs at least " + std::to_string(least) + " bodies.", "bodies",
                 "Select more bodies."};
  }
  std::vector<Eigen::AlignedBox2d> extents;
  for (const std::string& id : bodies) {
    const Body* body = scene.body(id);
    if (!body || body->shapes.empty()) return unknownBody(id);
    extents.push_back(bodyExtent(*body));
  }
  return extents;
}

}  // namespace

Status moveBodies(TreeEditor& editor, const std::vector<std::string>& bodies, const Eigen::Vector2d& delta) {
  for (const std::string& id : bodies) {
    if (Status done = moveBody(editor, id, delta); !done) return done;
  }
  return Done{};
}

Status alignBodies(TreeEditor& editor, const Scene& scene, const std::vector<std::string>& bodies,
                   Alignment alignment) {
  const auto extents = extentsOf(scene, bodies, 2);
  if (!extents) return extents.error();
  Eigen::AlignedBox2d all;
  for (const Eigen::AlignedBox2d& extent : *extents) all.extend(extent);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const Eigen::AlignedBox2d& own = (*extents)[i];
    Eigen::Vector2d delta(0, 0);
    switch (alignment) {
      case Alignment::Left:
        delta.x() = all.min().x() - own.min().x();
        break;
      case Alignment::CentreX:
        delta.x() = all.center().x() - own.center().x();
        break;
      case Alignment::Right:
        delta.x() = all.max().x() - own.max().x();
        break;
      case Alignment::Bottom:
        delta.y() = all.min().y() - own.min().y();
        break;
      case Alignment::CentreY:
        delta.y() = all.center().y() - own.center().y();
        break;
      case Alignment::Top:
        delta.y() = all.max().y() - own.max().y();
        break;
    }
    if (Status done = moveBody(editor, bodies[i], delta); !done) return done;
  }
  return Done{};
}

Status distributeBodies(TreeEditor& editor, const Scene& scene, const std::vector<std::string>& bodies,
                        bool alongX) {
  const auto extents = extentsOf(scene, bodies, 3);
  if (!extents) return extents.error();
  const int axis = alongX ? 0 : 1;
  std::vector<std::size_t> order(bodies.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return (*extents)[a].center()[axis] < (*extents)[b].center()[axis];
  });
  double sizes = 0.0;
  for (const Eigen::AlignedBox2d& extent : *extents) sizes += extent.sizes()[axis];
  const double begin = (*extents)[order.front()].min()[axis], end = (*extents)[order.back()].max()[axis];
  const double gap = (end - begin - sizes) / static_cast<double>(bodies.size() - 1);
  double at = begin;
  for (const std::size_t i : order) {
    const Eigen::AlignedBox2d& own = (*extents)[i];
    Eigen::Vector2d delta(0, 0);
    if (i != order.front() && i != order.back()) delta[axis] = at - own.min()[axis];
    if (Status done = moveBody(editor, bodies[i], delta); !done) return done;
    at += own.sizes()[axis] + gap;
  }
  return Done{};
}

}  // namespace gps::ui
