// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/pose_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <cmath>
#include <numbers>

#include "widgets/editor/editor_parts.h"

namespace gps::ui {

namespace {

constexpr double kDegree = std::numbers::pi / 180;

/// What is not typed over keeps all its digits.
QString fieldText(double value) {
  return std::abs(value) < 5e-7 ? QStringLiteral("0") : QString::number(value, 'g', 6);
}

/// A name, a number and its unit. Escape brings the old number back.
class NumberField : public QWidget {
 public:
  NumberField(const QString& id, const QString& name, const QString& unit, const QString& tip,
              QWidget* parent)
      : QWidget(parent),
        m_name(new QLabel(name, this)),
        m_edit(new QLineEdit(this)),
        m_unit(new QLabel(unit, this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    m_name->setProperty("role", "muted");
    m_unit->setProperty("role", "muted");
    m_edit->setObjectName(QStringLiteral("editor.pose.") + id);
    m_edit->setAccessibleName(tip);
    m_edit->setToolTip(tip);
    m_edit->setAlignment(Qt::AlignRight);
    // Narrower beside a wide form or at a large scale: numbers must not lie over each other.
    m_edit->setMinimumWidth(40);
    m_edit->setMaximumWidth(72);
    m_name->setBuddy(m_edit);
    row->addWidget(m_name);
    row->addWidget(m_edit);
    row->addWidget(m_unit);
    m_edit->installEventFilter(this);
  }
  QLineEdit* edit() const { return m_edit; }
  void setNames(const QString& name, const QString& tip) {
    m_name->setText(name);
    m_edit->setAccessibleName(tip);
    m_edit->setToolTip(tip);
  }
  void setValue(double value) {
    m_value = value;
    // What is being typed is not taken away.
    if (!m_edit->isModified() || !m_edit->hasFocus()) restore();
  }
  /// The number typed, when it is one and not the old one.
  std::optional<double> typed() {
    bool ok = false;
    const double value = QLocale::c().toDouble(m_edit->text().trimmed().replace(u',', u'.'), &ok);
    const bool good = ok && std::isfinite(value) && std::abs(value) <= 1e4;
    const bool same = m_edit->text() == fieldText(m_value);
    setInvalid(!good);
    if (!good || same) return std::nullopt;
    return value;
  }
  void restore() {
    m_edit->setText(fieldText(m_value));
    m_edit->setCursorPosition(0);
    m_edit->setModified(false);
    setInvalid(false);
  }
  double value() const { return m_value; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == m_edit && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape && m_edit->isModified()) {
      restore();
      return true;
    }
    if (watched == m_edit && event->type() == QEvent::ShortcutOverride && !m_edit->isModified()) {
      const auto* key = static_cast<QKeyEvent*>(event);
      if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
        event->ignore();  // no typing is left to undo: the keys are the document's
        return true;
      }
    }
    if (watched == m_edit && event->type() == QEvent::FocusOut) {
      QMetaObject::invokeMethod(
          this, [this] { restore(); }, Qt::QueuedConnection);
    }
    return QWidget::eventFilter(watched, event);
  }

 private:
  void setInvalid(bool invalid) {
    if (m_edit->property("invalid").toBool() == invalid) return;
    m_edit->setProperty("invalid", invalid);
    m_edit->setStyle(m_edit->style());  // so that the sheet looks again
  }

  QLabel* m_name;
  QLineEdit* m_edit;
  QLabel* m_unit;
  double m_value = 0.0;
};

}  // namespace

struct PoseBar::Impl {
  enum class Shown { Nothing, Body, Joint, Start, Target };

  explicit Impl(PoseBar* bar)
      : q(bar),
        x(new NumberField("x", QStringLiteral("x"), QStringLiteral("m"), tr("Position x in metres"), bar)),
        y(new NumberField("y", QStringLiteral("y"), QStringLiteral("m"), tr("Position y in metres"), bar)),
        angle(new NumberField("angle", tr("angle"), QStringLiteral("°"), tr("Angle in degrees"), bar)),
        width(new NumberField("width", tr("width"), QStringLiteral("m"), tr("Width in metres"), bar)),
        height(new NumberField("height", tr("height"), QStringLiteral("m"), tr("Height in metres"), bar)) {}

  PoseBar* q;
  NumberField *x, *y, *angle, *width, *height;
  std::shared_ptr<const Scene> scene;
  Shown shown = Shown::Nothing;
  std::string id;
  StartRef start;
  JointAnchorMoved::End end = JointAnchorMoved::End::Both;
  ConditionStartMoved place;
  bool readOnly = false;

  const Body* body() const { return shown == Shown::Body ? scene->body(id) : nullptr; }

  void wish(const QString& title, const SceneEdit& edit) {
    Q_EMIT q->wished(title, edit);
    // By now the scene has answered, or it has not and the old numbers hold.
    for (NumberField* field : {x, y, angle, width, height}) field->restore();
  }

  void poseTyped() {
    const std::optional<double> newX = x->typed(), newY = y->typed(), newAngle = angle->typed();
    if (!newX && !newY && !newAngle) return;
    const Eigen::Vector2d at(newX.value_or(x->value()), newY.value_or(y->value()));
    switch (shown) {
      case Shown::Body: {
        const Body& old = *body();
        wish(tr("Place %1").arg(QString::fromStdString(id)),
             BodyPosed{id,
                       {newX.value_or(old.position.x()), newY.value_or(old.position.y())},
                       newAngle ? *newAngle * kDegree : old.angle});
        break;
      }
      case Shown::Joint:
        wish(tr("Move anchor of %1").arg(QString::fromStdString(id)), JointAnchorMoved{id, at, end});
        break;
      case Shown::Start: {
        ConditionStartMoved edit = place;
        if (edit.value.size() == 2 && newAngle)
          edit = startTurned(start, *newAngle * kDegree);
        else if (edit.value.size() == 2)
          edit.value = {at.x(), at.y()};
        else
          edit.value = {edit.key.ends_with(".angle") ? newAngle.value_or(angle->value()) * kDegree : at.x()};
        wish(tr("Move start of %1").arg(QString::fromStdString(start.body)), edit);
        break;
      }
      case Shown::Target: {
        const Eigen::Vector2d delta = at - Eigen::Vector2d(x->value(), y->value());
        if (const std::optional<TargetMoved> edit = targetDragged(*scene, delta))
          wish(tr("Move target"), *edit);
        break;
      }
      case Shown::Nothing:
        break;
    }
  }

  void sizeTyped() {
    const Body* old = body();
    const std::optional<Frame> frame = old ? frameOf(*scene, {id}) : std::nullopt;
    if (!frame) return;
    const std::optional<double> newWidth = width->typed(), newHeight = height->typed();
    if ((newWidth && *newWidth <= 0) || (newHeight && *newHeight <= 0)) return;
    const auto factor = [](const std::optional<double>& size, double half) {
      return size && half > 1e-12 ? *size / (2 * half) : 1.0;
    };
    Eigen::Vector2d grown(factor(newWidth, frame->half.x()), factor(newHeight, frame->half.y()));
    if (grown == Eigen::Vector2d(1, 1)) return;
    if (!growsUnevenly(*old)) grown = Eigen::Vector2d::Constant(newWidth ? grown.x() : grown.y());
    // About its origin: what hangs there stays.
    wish(tr("Resize %1").arg(QString::fromStdString(id)),
         BodiesScaled{{id}, grown, old->position, frame->angle});
  }
};

PoseBar::PoseBar(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this)) {
  setObjectName(QStringLiteral("editor.pose"));
  setAccessibleName(tr("Position and size of the selection"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(8);
  for (NumberField* field : {m_impl->x, m_impl->y, m_impl->angle, m_impl->width, m_impl->height}) {
    row->addWidget(field);
    const bool size = field == m_impl->width || field == m_impl->height;
    connect(field->edit(), &QLineEdit::editingFinished, this, [this, size] {
      if (m_impl->scene && !m_impl->readOnly) size ? m_impl->sizeTyped() : m_impl->poseTyped();
    });
  }
  row->addStretch();
  present(nullptr, {}, false);
}

PoseBar::~PoseBar() = default;

void PoseBar::present(const std::shared_ptr<const Scene>& scene, const SceneSelection& selection,
                      bool readOnly) {
  Impl& m = *m_impl;
  m.scene = scene;
  m.readOnly = readOnly;
  m.shown = Impl::Shown::Nothing;
  const std::size_t parts = selection.bodies.size() + selection.joints.size() + selection.starts.size() +
                            (selection.target ? 1 : 0);
  bool hasPlace = false, hasAngle = false;
  std::optional<Frame> frame;
  if (scene && parts == 1) {
    if (!selection.bodies.empty()) {
      m.shown = Impl::Shown::Body;
      m.id = selection.bodies.front();
      const Body& body = *scene->body(m.id);
      m.x->setValue(body.position.x());
      m.y->setValue(body.position.y());
      m.angle->setValue(body.angle / kDegree);
      hasPlace = hasAngle = true;
      frame = frameOf(*scene, {m.id});
    } else if (!selection.joints.empty()) {
      const Joint& joint = *scene->joint(selection.joints.front());
      const std::optional<JointPlace> place = placeOf(*scene, joint);
      if (place) {
        m.shown = Impl::Shown::Joint;
        m.id = joint.id;
        m.end = joint.type == Joint::Type::Distance ? JointAnchorMoved::End::B : JointAnchorMoved::End::Both;
        m.x->setValue(place->b.x());
        m.y->setValue(place->b.y());
        hasPlace = true;
      }
    } else if (!selection.starts.empty()) {
      m.shown = Impl::Shown::Start;
      m.start = selection.starts.front();
      m.place = startDragged(*scene, m.start, {0, 0}, {0, 0});
      hasPlace = m.place.value.size() == 2 || !m.place.key.ends_with(".angle");
      hasAngle = !hasPlace;
      if (hasPlace) m.x->setValue(m.place.value[0]);
      if (m.place.value.size() == 2) m.y->setValue(m.place.value[1]);
      if (hasAngle) m.angle->setValue(m.place.value[0] / kDegree);
      if (const std::optional<double> angle = startAngle(*scene, m.start)) {
        m.angle->setValue(*angle / kDegree);
        hasAngle = true;
      }
    } else if (const std::optional<Goal> goal = draggableGoal(*scene)) {
      m.shown = Impl::Shown::Target;
      m.x->setValue(goal->point->x());
      m.y->setValue(goal->point->y());
      hasPlace = true;
    }
  }
  const bool slides = m.shown == Impl::Shown::Start && m.place.value.size() == 1;
  m.x->setVisible(hasPlace);
  m.x->setNames(slides ? tr("along") : QStringLiteral("x"),
                slides ? tr("Travel along the slide in metres") : tr("Position x in metres"));
  m.y->setVisible(hasPlace && !slides);
  m.angle->setVisible(hasAngle);
  m.width->setVisible(frame && frame->half.x() > 0);
  m.height->setVisible(frame && frame->half.y() > 0);
  if (frame) {
    m.width->setValue(2 * frame->half.x());
    m.height->setValue(2 * frame->half.y());
  }
  for (NumberField* field : {m.x, m.y, m.angle, m.width, m.height}) field->edit()->setReadOnly(readOnly);
}

}  // namespace gps::ui
