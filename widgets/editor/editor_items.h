// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGraphicsItem>
#include <QPainterPath>

#include "widgets/canvas/view_map.h"
#include "widgets/editor/editor_parts.h"
#include "widgets/style/theme.h"

namespace gps::ui {

/// How things are looked at; shared by all items of one canvas.
struct Lens {
  ViewMap map;
  Theme theme;
  bool fine = true;  ///< false for hundreds of bodies: hairlines only
};

// Items live in pixels of the canvas, not in task units: so they share the painters of the run's canvas, and
// no zoom loses precision. Values they point to are replaced together with the scene.

/// Something of the scene that can be picked.
class PartItem : public QGraphicsItem {
 public:
  explicit PartItem(const Lens& lens) : m_lens(lens) {}
  virtual PickedPart part() const = 0;
  /// The scene or the camera changed what it covers.
  void refresh();
  QRectF boundingRect() const override;
  QPainterPath shape() const override;

 protected:
  const Lens& lens() const { return m_lens; }
  virtual QPainterPath outline() const = 0;  ///< pixels; what a click must hit
  virtual QRectF extent() const = 0;         ///< pixels; all it draws

 private:
  const Lens& m_lens;
  mutable std::optional<QPainterPath> m_outline;
  mutable std::optional<QRectF> m_extent;
};

class BodyItem : public PartItem {
 public:
  using PartItem::PartItem;
  /// `changed`: whether the body differs from the one shown before.
  void setBody(const Body& body, int place, bool changed);
  const Body& body() const { return *m_body; }
  PickedPart part() const override;
  void paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) override;

 protected:
  QPainterPath outline() const override;
  QRectF extent() const override;

 private:
  const Body* m_body = nullptr;
};

/// A body where a condition starts it, lightly.
class StartItem : public PartItem {
 public:
  using PartItem::PartItem;
  void setStart(const Start& start, const Body& body);
  void setSelectedLook(bool selected);
  PickedPart part() const override;
  void paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) override;

 protected:
  QPainterPath outline() const override;
  QRectF extent() const override;

 private:
  Start m_start;
  const Body* m_body = nullptr;
  bool m_selected = false;
};

/// A joint with what it allows: the arc of a hinge, the rail of a slide, the rod of a distance.
class JointItem : public PartItem {
 public:
  using PartItem::PartItem;
  void setJoint(const Joint& joint, const Body& a, const Body& b);
  void setSelectedLook(bool selected);
  PickedPart part() const override;
  void paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) override;

 protected:
  QPainterPath outline() const override;
  QRectF extent() const override;

 private:
  QPointF pixel(const Eigen::Vector2d& world) const { return lens().map.toPixel(world.x(), world.y()); }
  void paintHinge(QPainter& painter, const QPointF& at) const;
  void paintSlide(QPainter& painter, const QPointF& at) const;

  const Joint* m_joint = nullptr;
  JointPlace m_place;
  double m_angleA = 0.0, m_angleB = 0.0;
  double m_toward = 0.0;  // where body B lies from the pin, in its own frame
  bool m_selected = false;
};

/// The shapes of a body at a pose, in pixels. `reach` widens lines, so that they can be hit.
QPainterPath bodyPath(const Body& body, const Pose& pose, const ViewMap& map, double reach);

}  // namespace gps::ui
