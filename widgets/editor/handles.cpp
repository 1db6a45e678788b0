// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainterPath>
#include <cmath>

#include "widgets/canvas/shape_painter.h"
#include "widgets/editor/drags.h"

namespace gps::ui {

namespace {

constexpr double kHandle = 4.0;       // pixels, half a side
constexpr double kReach = 8.0;        // pixels around a handle that count as it
constexpr double kTurnStalk = 26.0;   // pixels from the frame's edge to the turning handle
constexpr double kFrameGap = 6.0;     // pixels between the bodies and their frame
constexpr double kLeastFrame = 26.0;  // pixels; smaller frames have no handles in the middle of their sides

/// The frame of the selection in pixels: where its corners are drawn.
struct PixelFrame {
  QPointF centre, right, up;  // from the centre to the middle of a side

  QPointF at(double x, double y) const { return centre + x * right + y * up; }
};

QPointF withLength(const QPointF& v, double length) {
  const double now = std::hypot(v.x(), v.y());
  return now > 0 ? v * (length / now) : v;
}

PixelFrame pixelFrame(const EditorCanvas& canvas, const Frame& frame) {
  const double c = std::cos(frame.angle), s = std::sin(frame.angle), ppu = canvas.map().pixelsPerUnit;
  return {canvas.pixelOf(frame.centre), QPointF(c, -s) * (frame.half.x() * ppu + kFrameGap),
          QPointF(-s, -c) * (frame.half.y() * ppu + kFrameGap)};
}

std::optional<Frame> selectedFrame(const EditorCanvas& canvas) {
  const std::vector<std::string>& bodies = canvas.selection().bodies;
  return bodies.empty() ? std::nullopt : frameOf(canvas.sceneValue(), bodies);
}

bool showsCorners(const EditorCanvas& canvas) {
  return canvas.editsCorners() && canvas.selection().bodies.size() == 1;
}

void addFrameHandles(std::vector<Handle>& handles, const EditorCanvas& canvas, const Frame& frame) {
  const PixelFrame pixels = pixelFrame(canvas, frame);
  const auto add = [&](Handle::Kind kind, const QPointF& at, int x, int y) {
    Handle handle;
    handle.kind = kind;
    handle.at = at;
    handle.x = x;
    handle.y = y;
    handles.push_back(handle);
  };
  const QPointF top = pixels.at(0, 1);
  add(Handle::Kind::Turn, top + withLength(pixels.up, kTurnStalk), 0, 1);
  const Body* alone = canvas.selection().bodies.size() == 1
                          ? canvas.sceneValue().body(canvas.selection().bodies.front())
                          : nullptr;
  const double width = 2 * std::hypot(pixels.right.x(), pixels.right.y());
  const double height = 2 * std::hypot(pixels.up.x(), pixels.up.y());
  if (alone && growsUnevenly(*alone)) {
    for (const int side : {-1, 1}) {
      if (height > kLeastFrame && frame.half.x() > 0) add(Handle::Kind::Grow, pixels.at(side, 0), side, 0);
      if (width > kLeastFrame && frame.half.y() > 0) add(Handle::Kind::Grow, pixels.at(0, side), 0, side);
    }
  }
  for (const int x : {-1, 1}) {
    for (const int y : {-1, 1}) add(Handle::Kind::Grow, pixels.at(x, y), x, y);
  }
}

void addCornerHandles(std::vector<Handle>& handles, const EditorCanvas& canvas, const Body& body) {
  const auto add = [&](Handle::Kind kind, const Corner& corner) {
    Handle handle;
    handle.kind = kind;
    handle.at = canvas.pixelOf(corner.at);
    handle.corner = corner;
    handle.owner = body.id;
    handles.push_back(handle);
  };
  const std::vector<Corner> corners = cornersOf(body);
  for (const Corner& middle : edgeMiddlesOf(body)) {
    // On short edges a new corner would lie under an old one.
    const QPointF at = canvas.pixelOf(middle.at);
    bool free = true;
    for (const Corner& corner : corners) {
      const QPointF apart = canvas.pixelOf(corner.at) - at;
      free = free && std::hypot(apart.x(), apart.y()) > 2 * kReach;
    }
    if (free) add(Handle::Kind::NewCorner, middle);
  }
  for (const Corner& corner : corners) add(Handle::Kind::Corner, corner);
}

void addStartHandle(std::vector<Handle>& handles, const EditorCanvas& canvas, const StartRef& start) {
  const std::optional<Frame> frame = startFrame(canvas.sceneValue(), start);
  if (!frame || !startAngle(canvas.sceneValue(), start)) return;
  const PixelFrame pixels = pixelFrame(canvas, *frame);
  Handle handle;
  handle.kind = Handle::Kind::Turn;
  handle.at = pixels.at(0, 1) + withLength(pixels.up, kTurnStalk);
  handle.owner = start.body;
  handle.condition = start.condition;
  handles.push_back(handle);
}

void addAnchorHandles(std::vector<Handle>& handles, const EditorCanvas& canvas, const Joint& joint) {
  const std::optional<JointPlace> place = placeOf(canvas.sceneValue(), joint);
  if (!place) return;
  const auto add = [&](const Eigen::Vector2d& at, JointAnchorMoved::End end) {
    Handle handle;
    handle.kind = Handle::Kind::Anchor;
    handle.at = canvas.pixelOf(at);
    handle.owner = joint.id;
    handle.end = end;
    handles.push_back(handle);
  };
  if (joint.type == Joint::Type::Distance) {
    add(place->a, JointAnchorMoved::End::A);
    add(place->b, JointAnchorMoved::End::B);
  } else {
    add(place->b, JointAnchorMoved::End::Both);
  }
}

}  // namespace

std::vector<Handle> handlesOf(const EditorCanvas& canvas) {
  std::vector<Handle> handles;
  if (!canvas.value() || canvas.readOnly() || canvas.tool() != EditorTool::Select) return handles;
  const SceneSelection& selection = canvas.selection();
  if (showsCorners(canvas)) {
    if (const Body* body = canvas.sceneValue().body(selection.bodies.front()))
      addCornerHandles(handles, canvas, *body);
  } else if (const std::optional<Frame> frame = selectedFrame(canvas)) {
    addFrameHandles(handles, canvas, *frame);
  }
  if (selection.joints.size() == 1) {
    if (const Joint* joint = canvas.sceneValue().joint(selection.joints.front()))
      addAnchorHandles(handles, canvas, *joint);
  }
  if (selection.bodies.empty() && selection.starts.size() == 1)
    addStartHandle(handles, canvas, selection.starts.front());
  return handles;
}

std::optional<Handle> handleAt(const EditorCanvas& canvas, const QPointF& pixel) {
  std::optional<Handle> best;
  double nearest = kReach;
  for (const Handle& handle : handlesOf(canvas)) {
    const double distance = std::hypot(handle.at.x() - pixel.x(), handle.at.y() - pixel.y());
    if (distance > nearest) continue;
    nearest = distance;
    best = handle;
  }
  return best;
}

void paintHandles(QPainter& painter, const EditorCanvas& canvas) {
  const Theme& theme = canvas.lens().theme;
  const std::vector<Handle> handles = handlesOf(canvas);
  const std::optional<Frame> frame = selectedFrame(canvas);
  if (frame && !showsCorners(canvas)) {
    const PixelFrame pixels = pixelFrame(canvas, *frame);
    QPolygonF box;
    box << pixels.at(-1, -1) << pixels.at(1, -1) << pixels.at(1, 1) << pixels.at(-1, 1);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(penOf(theme.focus, 1.0, true));
    painter.drawPolygon(box);
    if (!handles.empty()) {
      painter.setPen(penOf(theme.focus, 1.0));
      painter.drawLine(pixels.at(0, 1), pixels.at(0, 1) + withLength(pixels.up, kTurnStalk));
    }
  }
  if (!frame && handles.size() == 1 && !handles.front().condition.empty()) {
    // The handle of a start hangs on its body as well.
    const StartRef start{handles.front().condition, handles.front().owner};
    if (const std::optional<Frame> around = startFrame(canvas.sceneValue(), start)) {
      painter.setPen(penOf(theme.focus, 1.0));
      painter.drawLine(pixelFrame(canvas, *around).at(0, 1), handles.front().at);
    }
  }
  int corner = 0;
  for (const Handle& handle : handles) {
    painter.setPen(penOf(theme.focus, 1.5));
    painter.setBrush(theme.panel);
    const QRectF square(handle.at.x() - kHandle, handle.at.y() - kHandle, 2 * kHandle, 2 * kHandle);
    switch (handle.kind) {
      case Handle::Kind::Grow:
        painter.drawRoundedRect(square, 1.5, 1.5);
        break;
      case Handle::Kind::Turn:
        painter.drawEllipse(handle.at, kHandle + 0.5, kHandle + 0.5);
        break;
      case Handle::Kind::Corner:
        painter.setBrush(theme.focus);
        painter.drawEllipse(handle.at, kHandle, kHandle);
        if (corner++ != canvas.cornerInHand()) break;
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(handle.at, kHandle + 5, kHandle + 5);
        break;
      case Handle::Kind::NewCorner:
        painter.setPen(penOf(theme.focus, 1.0));
        painter.drawEllipse(handle.at, kHandle, kHandle);
        painter.drawLine(handle.at - QPointF(2, 0), handle.at + QPointF(2, 0));
        painter.drawLine(handle.at - QPointF(0, 2), handle.at + QPointF(0, 2));
        break;
      case Handle::Kind::Anchor:
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(handle.at, 9, 9);
        break;
    }
  }
}

}  // namespace gps::ui
