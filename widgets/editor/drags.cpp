// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/drags.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "widgets/editor/cost_targets.h"

namespace gps::ui {

namespace {

QString titled(const QString& verb, const std::vector<std::string>& bodies) {
  if (bodies.size() == 1) return verb + u' ' + QString::fromStdString(bodies.front());
  return QStringLiteral("%1 %2 bodies").arg(verb).arg(bodies.size());
}

QString pointText(const Eigen::Vector2d& point) {
  return QStringLiteral("x %1 m   y %2 m").arg(numberText(point.x()), numberText(point.y()));
}

class MoveDrag : public Drag {
 public:
  MoveDrag(EditorCanvas& canvas, std::vector<std::string> bodies, const std::string& grabbed,
           const ToolEvent& from)
      : m_canvas(canvas), m_bodies(std::move(bodies)), m_from(from.world) {
    const Scene& scene = canvas.sceneValue();
    m_reference = scene.body(grabbed)->position;
    m_own = ownPoints(scene, m_bodies);
    m_others = snapPoints(scene, m_bodies);
  }
  QString title() const override { return titled(QStringLiteral("Move"), m_bodies); }
  void to(const ToolEvent& event) override {
    m_delta = event.world - m_from;
    if (event.modifiers.testFlag(Qt::ShiftModifier))
      (std::abs(m_delta.x()) > std::abs(m_delta.y()) ? m_delta.y() : m_delta.x()) = 0;
    std::optional<SnapGuide> guide;
    if (m_canvas.snaps(event.modifiers)) {
      const Eigen::Vector2d free = m_delta;
      const Snapped snap = snapDelta(m_delta, m_reference, m_own, m_others, m_canvas.map());
      m_delta = snap.point;
      guide = snap.guide;
      // Along one axis stays along one axis.
      if (event.modifiers.testFlag(Qt::ShiftModifier)) {
        if (free.x() == 0) m_delta.x() = 0;
        if (free.y() == 0) m_delta.y() = 0;
      }
    }
    m_canvas.showGuide(guide);
  }
  bool type(const std::vector<double>& values) override {
    // One number: that far in the direction of the hand.
    if (values.size() == 1) {
      const double length = m_delta.norm();
      m_delta = (length > 0 ? Eigen::Vector2d(m_delta / length) : Eigen::Vector2d(1, 0)) * values[0];
    } else if (values.size() == 2) {
      m_delta = {values[0], values[1]};
    }
    return values.size() == 1 || values.size() == 2;
  }
  std::optional<SceneEdit> edit() const override { return BodiesMoved{m_bodies, m_delta}; }
  QString readout() const override {
    return pointText(m_reference + m_delta) +
           QStringLiteral("\nby %1, %2 m").arg(numberText(m_delta.x()), numberText(m_delta.y()));
  }

 private:
  EditorCanvas& m_canvas;
  std::vector<std::string> m_bodies;
  Eigen::Vector2d m_from, m_reference, m_delta{0, 0};
  std::vector<Eigen::Vector2d> m_own;
  std::vector<SnapPoint> m_others;
};

class TurnDrag : public Drag {
 public:
  TurnDrag(EditorCanvas& canvas, std::vector<std::string> bodies, const ToolEvent& from)
      : m_canvas(canvas), m_bodies(std::move(bodies)) {
    const Scene& scene = canvas.sceneValue();
    m_centre = frameOf(scene, m_bodies)->centre;
    if (m_bodies.size() == 1) {
      const Body& body = *scene.body(m_bodies.front());
      m_centre = body.position;
      m_angle = body.angle;
      // What hangs on a hinge turns about it.
      if (const Joint* hinge = hingeOf(scene, body.id)) m_centre = worldPoint(body, hinge->anchorB);
    }
    m_last = directionOf(from.world);
  }
  QString title() const override { return titled(QStringLiteral("Turn"), m_bodies); }
  void to(const ToolEvent& event) override {
    // Followed step by step, so that it may go around more than half a turn.
    const double now = directionOf(event.world);
    m_free += std::remainder(now - m_last, 2 * std::numbers::pi);
    m_last = now;
    m_turn = m_free;
    if (m_canvas.snaps(event.modifiers))
      m_turn = std::round((m_angle + m_free) / kSnapTurn) * kSnapTurn - m_angle;
    m_canvas.showGuide(SnapGuide{m_centre, QString()});
  }
  bool type(const std::vector<double>& values) override {
    if (values.size() != 1) return false;
    m_turn = values[0] * std::numbers::pi / 180;
    return true;
  }
  std::optional<SceneEdit> edit() const override { return BodiesRotated{m_bodies, m_turn, m_centre}; }
  QString readout() const override {
    const QString by = degreesText(m_turn);
    return m_bodies.size() > 1 ? by : degreesText(m_angle + m_turn) + QStringLiteral("\nby ") + by;
  }

 private:
  double directionOf(const Eigen::Vector2d& point) const {
    return std::atan2(point.y() - m_centre.y(), point.x() - m_centre.x());
  }
  EditorCanvas& m_canvas;
  std::vector<std::string> m_bodies;
  Eigen::Vector2d m_centre{0, 0};
  double m_angle = 0, m_last = 0, m_free = 0, m_turn = 0;
};

class GrowDrag : public Drag {
 public:
  GrowDrag(EditorCanvas& canvas, std::vector<std::string> bodies, int x, int y)
      : m_canvas(canvas), m_bodies(std::move(bodies)), m_x(x), m_y(y) {
    const Scene& scene = canvas.sceneValue();
    m_frame = *frameOf(scene, m_bodies);
    m_even = m_bodies.size() > 1 || !growsUnevenly(*scene.body(m_bodies.front()));
    m_others = snapPoints(scene, m_bodies);
  }
  QString title() const override { return titled(QStringLiteral("Resize"), m_bodies); }
  void to(const ToolEvent& event) override {
    Eigen::Vector2d hand = event.world;
    std::optional<SnapGuide> guide;
    if (m_canvas.snaps(event.modifiers)) {
      // Where the frame stands askew, the grid of its own sides counts.
      const Snapped snap = snapPoint(hand, m_others, m_canvas.map());
      guide = snap.guide;
      if (guide || std::abs(std::sin(2 * m_frame.angle)) < 1e-9) {
        hand = snap.point;
      } else {
        const Eigen::Vector2d inside = rotatedBy(-m_frame.angle, hand - held());
        hand = held() + rotatedBy(m_frame.angle, onGrid(inside, gridStep(m_canvas.map())));
      }
    }
    m_canvas.showGuide(guide);
    const Eigen::Vector2d size = rotatedBy(-m_frame.angle, hand - held());
    const double least = 2.0 / m_canvas.map().pixelsPerUnit;
    const auto factor = [&](double now, double half, int side) {
      return side == 0 || half < 1e-12 ? 1.0 : std::max(now * side, least) / (2 * half);
    };
    m_factor = {factor(size.x(), m_frame.half.x(), m_x), factor(size.y(), m_frame.half.y(), m_y)};
    keepShape(event.modifiers.testFlag(Qt::ShiftModifier));
  }
  bool type(const std::vector<double>& values) override {
    // Width and height; one number: the side that is dragged, of a corner both.
    if (values.empty() || values.size() > 2 || *std::min_element(values.begin(), values.end()) <= 0)
      return false;
    const double width = values[0], height = values.back();
    const auto factor = [](double size, double half) { return half < 1e-12 ? 1.0 : size / (2 * half); };
    m_factor = {m_x == 0 ? 1.0 : factor(width, m_frame.half.x()),
                m_y == 0 ? 1.0 : factor(height, m_frame.half.y())};
    if (values.size() == 1 && m_x != 0 && m_y != 0) m_factor.y() = m_factor.x();
    keepShape(false);
    return true;
  }
  std::optional<SceneEdit> edit() const override {
    return BodiesScaled{m_bodies, m_factor, held(), m_frame.angle};
  }
  QString readout() const override {
    return QStringLiteral("%1 × %2 m")
        .arg(numberText(2 * m_frame.half.x() * m_factor.x()),
             numberText(2 * m_frame.half.y() * m_factor.y()));
  }

 private:
  Eigen::Vector2d held() const { return m_frame.at(-m_x, -m_y); }
  void keepShape(bool wanted) {
    if (!m_even && !(wanted && m_x != 0 && m_y != 0)) return;
    const double one = m_x == 0 ? m_factor.y() : m_y == 0 ? m_factor.x() : std::sqrt(m_factor.prod());
    m_factor = {one, one};
  }
  EditorCanvas& m_canvas;
  std::vector<std::string> m_bodies;
  int m_x, m_y;
  Frame m_frame;
  bool m_even = false;
  std::vector<SnapPoint> m_others;
  Eigen::Vector2d m_factor{1, 1};
};

/// A point that follows the hand: corners, anchors, the target.
class PointDrag : public Drag {
 public:
  using Make = std::function<std::optional<SceneEdit>(const Eigen::Vector2d&)>;
  PointDrag(EditorCanvas& canvas, QString title, const Eigen::Vector2d& at, const ToolEvent& from,
            const std::vector<std::string>& leaveOut, Make make)
      : m_canvas(canvas),
        m_title(std::move(title)),
        m_at(at),
        m_grip(at - from.world),
        m_others(snapPoints(canvas.sceneValue(), leaveOut)),
        m_make(std::move(make)) {
    // Not to itself.
    std::erase_if(m_others, [&](const SnapPoint& each) { return (each.at - at).norm() < 1e-9; });
  }
  QString title() const override { return m_title; }
  void to(const ToolEvent& event) override {
    m_at = event.world + m_grip;
    std::optional<SnapGuide> guide;
    if (m_canvas.snaps(event.modifiers)) {
      const Snapped snap = snapPoint(m_at, m_others, m_canvas.map());
      m_at = snap.point;
      guide = snap.guide;
    }
    m_canvas.showGuide(guide);
  }
  bool type(const std::vector<double>& values) override {
    if (values.size() == 2) m_at = {values[0], values[1]};
    return values.size() == 2;
  }
  std::optional<SceneEdit> edit() const override { return m_make(m_at); }
  QString readout() const override { return pointText(m_at); }

 private:
  EditorCanvas& m_canvas;
  QString m_title;
  Eigen::Vector2d m_at, m_grip;
  std::vector<SnapPoint> m_others;
  Make m_make;
};

class StartDrag : public Drag {
 public:
  StartDrag(EditorCanvas& canvas, StartRef start, const ToolEvent& from)
      : m_canvas(canvas), m_base(canvas.value()), m_start(std::move(start)), m_from(from.world) {
    const ConditionStartMoved still = startDragged(*m_base, m_start, m_from, m_from);
    if (still.value.size() == 2) m_reference = {still.value[0], still.value[1]};
    m_edit = still;
  }
  QString title() const override {
    return QStringLiteral("Move start of %1").arg(QString::fromStdString(m_start.body));
  }
  void to(const ToolEvent& event) override {
    const bool snap = m_canvas.snaps(event.modifiers);
    Eigen::Vector2d delta = event.world - m_from;
    if (snap && m_reference) delta = onGrid(*m_reference + delta, gridStep(m_canvas.map())) - *m_reference;
    m_edit = startDragged(*m_base, m_start, m_from, m_from + delta);
    const bool turns = m_edit.key.ends_with(".angle");
    if (turns && snap) m_edit.value[0] = std::round(m_edit.value[0] / kSnapTurn) * kSnapTurn;
  }
  bool type(const std::vector<double>& values) override {
    if (values.size() != m_edit.value.size()) return false;
    m_edit.value = values;
    if (m_edit.key.ends_with(".angle")) m_edit.value[0] *= std::numbers::pi / 180;
    return true;
  }
  std::optional<SceneEdit> edit() const override { return m_edit; }
  QString readout() const override {
    const QString where = QString::fromStdString(m_edit.condition) + QStringLiteral("\n");
    if (m_edit.value.size() == 2) return where + pointText({m_edit.value[0], m_edit.value[1]});
    const QString key = QString::fromStdString(m_edit.key);
    const bool turns = m_edit.key.ends_with(".angle");
    return where + key + u' ' +
           (turns ? degreesText(m_edit.value[0]) : numberText(m_edit.value[0]) + QStringLiteral(" m"));
  }

 private:
  EditorCanvas& m_canvas;
  std::shared_ptr<const Scene> m_base;
  StartRef m_start;
  Eigen::Vector2d m_from;
  std::optional<Eigen::Vector2d> m_reference;
  ConditionStartMoved m_edit;
};

class StartTurnDrag : public Drag {
 public:
  StartTurnDrag(EditorCanvas& canvas, StartRef start, const ToolEvent& from)
      : m_canvas(canvas), m_start(std::move(start)) {
    const Scene& scene = canvas.sceneValue();
    m_angle = m_before = startAngle(scene, m_start).value_or(0.0);
    const ConditionStartMoved place = startDragged(scene, m_start, {0, 0}, {0, 0});
    if (place.value.size() == 2) m_centre = {place.value[0], place.value[1]};
    m_last = directionOf(from.world);
  }
  QString title() const override {
    return QStringLiteral("Turn start of %1").arg(QString::fromStdString(m_start.body));
  }
  void to(const ToolEvent& event) override {
    const double now = directionOf(event.world);
    m_free += std::remainder(now - m_last, 2 * std::numbers::pi);
    m_last = now;
    m_angle = m_before + m_free;
    if (m_canvas.snaps(event.modifiers)) m_angle = std::round(m_angle / kSnapTurn) * kSnapTurn;
    m_canvas.showGuide(SnapGuide{m_centre, QString()});
  }
  bool type(const std::vector<double>& values) override {
    if (values.size() == 1) m_angle = values[0] * std::numbers::pi / 180;
    return values.size() == 1;
  }
  std::optional<SceneEdit> edit() const override { return startTurned(m_start, m_angle); }
  QString readout() const override {
    return QString::fromStdString(m_start.condition) + u'\n' + degreesText(m_angle);
  }

 private:
  double directionOf(const Eigen::Vector2d& point) const {
    return std::atan2(point.y() - m_centre.y(), point.x() - m_centre.x());
  }
  EditorCanvas& m_canvas;
  StartRef m_start;
  Eigen::Vector2d m_centre{0, 0};
  double m_angle = 0, m_before = 0, m_last = 0, m_free = 0;
};

std::unique_ptr<Drag> dragAnchor(EditorCanvas& canvas, const std::string& id, JointAnchorMoved::End end,
                                 const ToolEvent& from) {
  const Joint* joint = canvas.sceneValue().joint(id);
  const std::optional<JointPlace> place = joint ? placeOf(canvas.sceneValue(), *joint) : std::nullopt;
  if (!place) return nullptr;
  const Eigen::Vector2d at = end == JointAnchorMoved::End::A ? place->a : place->b;
  return std::make_unique<PointDrag>(
      canvas, QStringLiteral("Move anchor of %1").arg(QString::fromStdString(id)), at, from,
      std::vector<std::string>{}, [id, end](const Eigen::Vector2d& to) -> std::optional<SceneEdit> {
        return JointAnchorMoved{id, to, end};
      });
}

}  // namespace

std::unique_ptr<Drag> dragHandle(EditorCanvas& canvas, const Handle& handle, const ToolEvent& from) {
  const std::vector<std::string>& bodies = canvas.selection().bodies;
  switch (handle.kind) {
    case Handle::Kind::Turn:
      if (!handle.condition.empty())
        return std::make_unique<StartTurnDrag>(canvas, StartRef{handle.condition, handle.owner}, from);
      return std::make_unique<TurnDrag>(canvas, bodies, from);
    case Handle::Kind::Grow:
      return std::make_unique<GrowDrag>(canvas, bodies, handle.x, handle.y);
    case Handle::Kind::Anchor:
      return dragAnchor(canvas, handle.owner, handle.end, from);
    case Handle::Kind::Corner:
    case Handle::Kind::NewCorner:
      break;
  }
  const bool fresh = handle.kind == Handle::Kind::NewCorner;
  const QString name = QString::fromStdString(handle.owner);
  return std::make_unique<PointDrag>(
      canvas, (fresh ? QStringLiteral("Add corner to %1") : QStringLiteral("Move corner of %1")).arg(name),
      handle.corner.at, from, std::vector<std::string>{handle.owner},
      [handle, fresh](const Eigen::Vector2d& to) -> std::optional<SceneEdit> {
        if (fresh) return VertexInserted{handle.owner, handle.corner.shape, handle.corner.vertex, to};
        return VertexMoved{handle.owner, handle.corner.shape, handle.corner.vertex, to};
      });
}

std::unique_ptr<Drag> dragPart(EditorCanvas& canvas, const PickedPart& part, const ToolEvent& from) {
  switch (part.kind) {
    case PickedPart::Kind::Body:
      return std::make_unique<MoveDrag>(canvas, canvas.selection().bodies, part.id, from);
    case PickedPart::Kind::Joint: {
      const Joint* joint = canvas.sceneValue().joint(part.id);
      if (joint && joint->type == Joint::Type::Distance) return nullptr;
      return dragAnchor(canvas, part.id, JointAnchorMoved::End::Both, from);
    }
    case PickedPart::Kind::Start:
      return std::make_unique<StartDrag>(canvas, StartRef{part.condition, part.id}, from);
    case PickedPart::Kind::Target: {
      const std::optional<Goal> goal = draggableGoal(canvas.sceneValue());
      if (!goal || !goal->point) return nullptr;  // the test went since it was pressed on
      const Eigen::Vector2d at = *goal->point;
      const auto base = canvas.value();
      return std::make_unique<PointDrag>(
          canvas, QStringLiteral("Move target"), at, from, std::vector<std::string>{},
          [base, at](const Eigen::Vector2d& to) -> std::optional<SceneEdit> {
            const std::optional<TargetMoved> edit = targetDragged(*base, to - at);
            return edit ? std::optional<SceneEdit>(*edit) : std::nullopt;
          });
    }
    case PickedPart::Kind::Term: {
      const auto base = canvas.value();
      for (const CostTarget& each : costTargets(*base)) {
        if (each.cost != part.id || each.point != part.point) continue;
        return std::make_unique<PointDrag>(
            canvas, QStringLiteral("Move target of %1").arg(QString::fromStdString(part.id)), each.at, from,
            std::vector<std::string>{}, [base, each](const Eigen::Vector2d& to) -> std::optional<SceneEdit> {
              const auto edit = costTargetDragged(*base, each.cost, each.point, to - each.at);
              return edit ? std::optional<SceneEdit>(*edit) : std::nullopt;
            });
      }
      return nullptr;
    }
    case PickedPart::Kind::None:
      break;
  }
  return nullptr;
}

}  // namespace gps::ui
