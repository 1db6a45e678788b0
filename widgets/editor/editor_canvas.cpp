// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/editor_canvas.h"

#include <QAccessible>
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/shape_painter.h"
#include "widgets/editor/cost_targets.h"
#include "widgets/editor/draw_tools.h"
#include "widgets/editor/editor_overlay.h"
#include "widgets/editor/joint_tool.h"
#include "widgets/editor/select_tool.h"
#include "widgets/editor/template_tool.h"

namespace gps::ui {

namespace {

constexpr double kMargin = 48.0;  // pixels around everything when it is fitted

bool sameShape(const Shape& a, const Shape& b) {
  if (a.sensor != b.sensor || a.geometry.index() != b.geometry.index()) return false;
  if (const auto* circle = std::get_if<CircleShape>(&a.geometry)) {
    const auto& other = std::get<CircleShape>(b.geometry);
    return circle->centre == other.centre && circle->radius == other.radius;
  }
  if (const auto* box = std::get_if<BoxShape>(&a.geometry)) {
    const auto& other = std::get<BoxShape>(b.geometry);
    return box->centre == other.centre && box->halfExtents == other.halfExtents && box->angle == other.angle;
  }
  if (const auto* polygon = std::get_if<PolygonShape>(&a.geometry))
    return polygon->vertices == std::get<PolygonShape>(b.geometry).vertices;
  const auto &chain = std::get<ChainShape>(a.geometry), &other = std::get<ChainShape>(b.geometry);
  return chain.closed == other.closed && chain.vertices == other.vertices;
}

/// Whether a body looks and lies the same.
bool sameLook(const Body& a, const Body& b) {
  return a.position == b.position && a.angle == b.angle && a.dynamic == b.dynamic && a.ghost == b.ghost &&
         std::equal(a.shapes.begin(), a.shapes.end(), b.shapes.begin(), b.shapes.end(), sameShape);
}

}  // namespace

EditorCanvas::EditorCanvas(QWidget* parent) : QGraphicsView(parent) {
  setObjectName(QStringLiteral("editor.canvas"));
  setAccessibleName(tr("Scene drawing"));
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setAlignment(Qt::AlignLeft | Qt::AlignTop);
  setTransformationAnchor(QGraphicsView::NoAnchor);
  setResizeAnchor(QGraphicsView::NoAnchor);
  setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
  setOptimizationFlags(QGraphicsView::DontSavePainterState | QGraphicsView::DontAdjustForAntialiasing);
  setRenderHint(QPainter::Antialiasing);
  setMouseTracking(true);
  viewport()->setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setContextMenuPolicy(Qt::NoContextMenu);
  setMinimumSize(240, 180);
  // Everything moves with every zoom; an index would be rebuilt each time.
  m_graphics.setItemIndexMethod(QGraphicsScene::NoIndex);
  QGraphicsView::setScene(&m_graphics);
  m_lens.theme = Theme::current();
  m_lens.map.size = viewport()->size();
  setTool(EditorTool::Select);
}

EditorCanvas::~EditorCanvas() {
  // Items leave before the scene that lists them.
  m_hand.reset();
  m_starts.clear();
  m_joints.clear();
  m_bodies.clear();
}

const Scene& EditorCanvas::sceneValue() const {
  static const Scene kEmpty;
  return m_value ? *m_value : kEmpty;
}

void EditorCanvas::setScene(std::shared_ptr<const Scene> scene) {
  const std::shared_ptr<const Scene> before = std::move(m_value);
  const bool other = scene && (!before || before->name != scene->name);
  m_value = std::move(scene);
  m_snapPoints.reset();
  if (other && m_gesture != 0) m_gesture = m_nudge = 0;
  m_lens.fine = sceneValue().bodies.size() <= kManyBodies;
  syncItems(before.get());
  const SceneSelection kept = existing(sceneValue(), m_selection);
  const bool lost = kept != m_selection;
  const bool otherBodies = kept.bodies != m_selection.bodies;
  m_selection = kept;
  syncSelected();
  if (other || !m_aimed) fit();
  if (m_hand) m_hand->sceneChanged();
  // Corners belong to the one body selected, as in setSelection(); who is told then looks at the new scene.
  if (otherBodies) setEditsCorners(false);
  if (lost) Q_EMIT selectionChanged();
  viewport()->update();
  describe();
}

void EditorCanvas::syncItems(const Scene* before) {
  const Scene& scene = sceneValue();
  std::unordered_map<std::string, const Body*> old;
  if (before) {
    for (const Body& body : before->bodies) old.emplace(body.id, &body);
  }
  std::unordered_set<std::string> kept;
  int place = 0;
  for (const Body& body : scene.bodies) {
    kept.insert(body.id);
    auto& item = m_bodies[body.id];
    const bool fresh = !item;
    if (fresh) item = std::make_unique<BodyItem>(m_lens);
    const auto was = old.find(body.id);
    item->setBody(body, place++, fresh || was == old.end() || !sameLook(*was->second, body));
    if (fresh) m_graphics.addItem(item.get());
  }
  std::erase_if(m_bodies, [&](const auto& each) { return !kept.count(each.first); });

  std::unordered_map<std::string, const Body*> bodies;
  for (const Body& body : scene.bodies) bodies.emplace(body.id, &body);
  std::unordered_set<std::string> tied;
  for (const Joint& joint : scene.joints) {
    const auto a = bodies.find(joint.bodyA), b = bodies.find(joint.bodyB);
    if (a == bodies.end() || b == bodies.end()) continue;
    tied.insert(joint.id);
    auto& item = m_joints[joint.id];
    const bool fresh = !item;
    if (fresh) item = std::make_unique<JointItem>(m_lens);
    item->setJoint(joint, *a->second, *b->second);
    if (fresh) m_graphics.addItem(item.get());
  }
  std::erase_if(m_joints, [&](const auto& each) { return !tied.count(each.first); });

  const std::vector<Start> starts = m_ghosts ? startsOf(scene) : std::vector<Start>{};
  while (m_starts.size() > starts.size()) m_starts.pop_back();
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const bool fresh = i == m_starts.size();
    if (fresh) m_starts.push_back(std::make_unique<StartItem>(m_lens));
    m_starts[i]->setStart(starts[i], scene.bodies[starts[i].body]);
    if (fresh) m_graphics.addItem(m_starts[i].get());
  }
}

void EditorCanvas::syncSelected() {
  for (const auto& [id, item] : m_joints) item->setSelectedLook(isSelected(m_selection, item->part()));
  for (const auto& item : m_starts) item->setSelectedLook(isSelected(m_selection, item->part()));
}

void EditorCanvas::setSelection(const SceneSelection& selection) {
  SceneSelection next = existing(sceneValue(), selection);
  if (next == m_selection) return;
  if (next.bodies != m_selection.bodies) setEditsCorners(false);
  m_selection = std::move(next);
  syncSelected();
  viewport()->update();
  describe();
  Q_EMIT selectionChanged();
  toolNews();
}

void EditorCanvas::setTheme(const Theme& theme) {
  m_lens.theme = theme;
  viewport()->update();
}

void EditorCanvas::setTool(EditorTool tool) {
  if (m_hand && tool == m_tool) return;
  if (m_hand) m_hand->cancel();
  m_typed.clear();
  m_crosshair.reset();
  m_tool = tool;
  // A tool may ask for another one from within its own event.
  std::unique_ptr<Tool> next;
  switch (tool) {
    case EditorTool::Select:
      next = std::make_unique<SelectTool>(*this);
      break;
    case EditorTool::Pan:
      next = std::make_unique<PanTool>();
      break;
    case EditorTool::Box:
      next = std::make_unique<SpanTool>(*this, SpanTool::Form::Box);
      break;
    case EditorTool::Circle:
      next = std::make_unique<SpanTool>(*this, SpanTool::Form::Circle);
      break;
    case EditorTool::Polygon:
      next = std::make_unique<CornersTool>(*this, CornersTool::Form::Polygon);
      break;
    case EditorTool::Chain:
      next = std::make_unique<CornersTool>(*this, CornersTool::Form::Chain);
      break;
    case EditorTool::Revolute:
      next = std::make_unique<JointTool>(*this, Joint::Type::Revolute);
      break;
    case EditorTool::Prismatic:
      next = std::make_unique<JointTool>(*this, Joint::Type::Prismatic);
      break;
    case EditorTool::Weld:
      next = std::make_unique<JointTool>(*this, Joint::Type::Weld);
      break;
    case EditorTool::Distance:
      next = std::make_unique<JointTool>(*this, Joint::Type::Distance);
      break;
    case EditorTool::Template:
      next = std::make_unique<TemplateTool>(*this, m_template, m_templateLinks);
      break;
  }
  m_retired = std::move(m_hand);
  m_hand = std::move(next);
  m_guide.reset();
  updateCursor();
  toolNews();
  Q_EMIT toolChanged(tool);
}

void EditorCanvas::placeTemplate(const QString& name, int links) {
  if (m_readOnly || !m_value) return;
  m_template = name;
  m_templateLinks = links;
  setTool(EditorTool::Select);
  setTool(EditorTool::Template);
}

void EditorCanvas::setReadOnly(bool readOnly, const QString& reason) {
  const QString told = reason.isEmpty() ? tr("This drawing cannot be changed now") : reason;
  if (readOnly == m_readOnly && (!readOnly || told == m_readOnlyReason)) return;
  const bool begins = readOnly && !m_readOnly;
  m_readOnly = readOnly;
  m_readOnlyReason = told;
  if (begins) {
    // A gesture taken back may make the scene one that can be changed: that later answer counts.
    m_hand->cancel();
    if (!m_readOnly) return;
    setEditsCorners(false);
    if (m_tool != EditorTool::Pan) setTool(EditorTool::Select);
  }
  viewport()->update();
  toolNews();
}

void EditorCanvas::setSnapping(bool on) {
  m_snapping = on;
  Q_EMIT settingsChanged();
}

void EditorCanvas::setDrawsDynamic(bool dynamic) {
  m_drawsDynamic = dynamic;
  Q_EMIT settingsChanged();
}

void EditorCanvas::setGhostsShown(bool shown) {
  if (shown == m_ghosts) return;
  m_ghosts = shown;
  if (!shown && !m_selection.starts.empty()) {
    SceneSelection rest = m_selection;
    rest.starts.clear();
    setSelection(rest);
  }
  syncItems(m_value.get());
  syncSelected();
  viewport()->update();
  Q_EMIT settingsChanged();
}

void EditorCanvas::setEditsCorners(bool corners) {
  corners = corners && m_selection.bodies.size() == 1 && !m_readOnly;
  if (corners == m_corners) return;
  m_corners = corners;
  m_cornerAt = -1;
  viewport()->update();
  toolNews();
  Q_EMIT settingsChanged();
}

const Body* EditorCanvas::corneredBody() const {
  return m_corners && m_selection.bodies.size() == 1 ? sceneValue().body(m_selection.bodies.front())
                                                     : nullptr;
}

// Camera

void EditorCanvas::setMap(const ViewMap& map) {
  m_lens.map = map;
  m_lens.map.size = viewport()->size();
  m_lens.map.pixelsPerUnit = std::clamp(map.pixelsPerUnit, 1e-2, 1e5);
  for (const auto& [id, item] : m_bodies) item->refresh();
  for (const auto& [id, item] : m_joints) item->refresh();
  for (const auto& item : m_starts) item->refresh();
  viewport()->update();
  Q_EMIT viewChanged();
}

void EditorCanvas::fit() {
  m_aimed = m_value != nullptr;
  QRectF bounds = sceneBounds(sceneValue());
  for (const Body& body : sceneValue().bodies) bounds = bounds.united(bodyBounds(body, poseOf(body)));
  // Tests start elsewhere than what is trained on.
  if (m_ghosts) {
    for (const Start& start : startsOf(sceneValue()))
      bounds = bounds.united(bodyBounds(sceneValue().bodies[start.body], start.pose));
  }
  for (const CostTarget& each : costTargets(sceneValue()))
    bounds = bounds.united(QRectF(each.at.x() - 1e-3, each.at.y() - 1e-3, 2e-3, 2e-3));
  // The rulers cover a strip at two edges.
  const QSizeF size = viewport()->size();
  ViewMap map = ViewMap::fitting(bounds, size - QSizeF(kRuler, kRuler), kMargin);
  map.centre += QPointF(-kRuler, kRuler) / 2 / map.pixelsPerUnit;
  setMap(map);
}

void EditorCanvas::zoomAt(const QPointF& pixel, double factor) {
  const QPointF fixed = map().toWorld(pixel);
  ViewMap next = map();
  next.pixelsPerUnit = std::clamp(next.pixelsPerUnit * factor, 1e-2, 1e5);
  next.centre += fixed - next.toWorld(pixel);
  setMap(next);
}

// What tools ask for

PickedPart EditorCanvas::partAt(const QPointF& pixel) const {
  const std::optional<Goal> goal = draggableGoal(sceneValue());
  if (goal) {
    const QPointF apart = pixelOf(*goal->point) - pixel;
    if (std::hypot(apart.x(), apart.y()) <= kGoalReach) return {PickedPart::Kind::Target, {}, {}};
  }
  for (const CostTarget& each : costTargets(sceneValue())) {
    const QPointF apart = pixelOf(each.at) - pixel;
    if (std::hypot(apart.x(), apart.y()) <= kGoalReach) return {PickedPart::Kind::Term, each.cost, {}, each.point};
  }
  for (QGraphicsItem* item : m_graphics.items(pixel, Qt::IntersectsItemShape, Qt::DescendingOrder))
    return static_cast<PartItem*>(item)->part();
  return {};
}

PickedPart EditorCanvas::bodyAt(const QPointF& pixel, const std::string& leaveOut) const {
  for (QGraphicsItem* item : m_graphics.items(pixel, Qt::IntersectsItemShape, Qt::DescendingOrder)) {
    const PickedPart part = static_cast<PartItem*>(item)->part();
    if (part.kind != PickedPart::Kind::Body || part.id == leaveOut) continue;
    if (!sceneValue().body(part.id)->ghost) return part;
  }
  return {};
}

SceneSelection EditorCanvas::partsIn(const QRectF& pixels) const {
  SceneSelection found;
  // In the scene's order, which is also the order of drawing.
  for (QGraphicsItem* item : m_graphics.items(pixels, Qt::IntersectsItemShape, Qt::AscendingOrder)) {
    const PickedPart part = static_cast<PartItem*>(item)->part();
    // A band is drawn around bodies and joints; ghosts lie everywhere and are picked one by one.
    if (part.kind != PickedPart::Kind::Start) found = toggled(std::move(found), part);
  }
  return found;
}

Eigen::Vector2d EditorCanvas::snapped(const ToolEvent& event) {
  if (!snaps(event.modifiers)) {
    showGuide(std::nullopt);
    return event.world;
  }
  if (!m_snapPoints) m_snapPoints = snapPoints(sceneValue(), {});
  const Snapped snap = snapPoint(event.world, *m_snapPoints, map());
  showGuide(snap.guide);
  return snap.point;
}

void EditorCanvas::showGuide(const std::optional<SnapGuide>& guide) {
  m_guide = guide;
  viewport()->update();
}

quint64 EditorCanvas::beginGesture(const QString& title) {
  m_gesture = ++m_lastGesture;
  Q_EMIT gestureBegan(m_gesture, title);
  return m_gesture;
}

void EditorCanvas::edit(const SceneEdit& edit) {
  if (m_gesture != 0) Q_EMIT edited(m_gesture, edit);
}

void EditorCanvas::endGesture() {
  if (m_gesture == 0) return;
  const quint64 gesture = std::exchange(m_gesture, 0);
  m_nudge = 0;
  Q_EMIT gestureEnded(gesture);
  describe();
}

void EditorCanvas::cancelGesture() {
  if (m_gesture == 0) return;
  const quint64 gesture = std::exchange(m_gesture, 0);
  m_nudge = 0;
  Q_EMIT gestureCancelled(gesture);
  describe();
}

void EditorCanvas::editOnce(const QString& title, const SceneEdit& wish) {
  if (m_readOnly || !m_value) return;
  endGesture();
  const std::shared_ptr<const Scene> before = m_value;
  const SceneSelection selectedBefore = m_selection;
  beginGesture(title);
  edit(wish);
  endGesture();
  // What is new is what one goes on with, unless the answer has selected something itself.
  if (m_value == before || !m_value || m_selection != selectedBefore) return;
  SceneSelection fresh;
  for (const Body& body : m_value->bodies) {
    if (!before->body(body.id)) fresh.bodies.push_back(body.id);
  }
  for (const Joint& joint : m_value->joints) {
    if (fresh.bodies.empty() && !before->joint(joint.id)) fresh.joints.push_back(joint.id);
  }
  if (!fresh.empty()) setSelection(fresh);
}

void EditorCanvas::toolNews() {
  Q_EMIT hintChanged(m_readOnly ? m_readOnlyReason : m_hand->hint());
  viewport()->update();
}

void EditorCanvas::removeSelected() {
  if (!m_selection.empty()) editOnce(tr("Remove"), PartsRemoved{m_selection});
}

void EditorCanvas::duplicateSelected() {
  const double step = 2 * gridStep(map());
  if (!m_selection.bodies.empty()) editOnce(tr("Duplicate"), PartsDuplicated{m_selection, {step, -step}});
}

void EditorCanvas::selectAll() {
  SceneSelection all;
  for (const Body& body : sceneValue().bodies) all.bodies.push_back(body.id);
  setSelection(all);
}

QString EditorCanvas::summary() const {
  if (!m_value) return tr("No scene");
  QString text = tr("%1 bodies, %2 joints, %3 conditions.")
                     .arg(m_value->bodies.size())
                     .arg(m_value->joints.size())
                     .arg(m_value->conditions.size());
  QStringList names;
  for (const std::string& id : m_selection.bodies) {
    const Body& body = *m_value->body(id);
    names << tr("%1 at %2, %3 m, %4")
                 .arg(QString::fromStdString(id), numberText(body.position.x()),
                      numberText(body.position.y()), degreesText(body.angle));
  }
  for (const std::string& id : m_selection.joints) names << QString::fromStdString(id);
  for (const StartRef& start : m_selection.starts)
    names << nameOf({PickedPart::Kind::Start, start.body, start.condition});
  if (m_selection.target) names << tr("target");
  for (const std::string& id : m_selection.terms) names << nameOf({PickedPart::Kind::Term, id, {}});
  if (names.size() > 5) names = {tr("%1 parts").arg(names.size())};
  return names.isEmpty() ? text : text + tr(" Selected: %1.").arg(names.join(QStringLiteral("; ")));
}

void EditorCanvas::setField(PlaneField field) {
  m_heat.setField(std::move(field));
  viewport()->update();
}

void EditorCanvas::describe() {
  if (m_gesture != 0) return;  // not sixty times a second
  setAccessibleDescription(summary());
}

}  // namespace gps::ui
