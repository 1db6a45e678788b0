// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

namespace gps::ui {

/// Values over a whole-numbered x, as lines with points that can be dragged up and down: a controller's k_t per action, a
/// schedule per node. Up to twelve values each is a point; longer curves have some ten points, and what lies between
/// two of them follows in proportion. Shows values and says what the user wants; the owner calls setCurves() again.
/// Keys: left and right choose a point, up and down move it (with Shift ten times as far), Page Up and Page Down choose
/// the curve.
class CurveEditor : public QWidget {
  Q_OBJECT
 public:
  struct Curve {
    QString name{};
    std::vector<double> values{};
    double limit = 0.0;  ///< drawn dotted at +-limit; 0 or infinite: none
  };

  explicit CurveEditor(QWidget* parent = nullptr);

  /// What is drawn; a drag that is under way ends without an answer when the shape changes.
  void setCurves(std::vector<Curve> curves);
  const std::vector<Curve>& curves() const { return m_curves; }
  /// Words at the axes: "k_t", "step t".
  void setAxes(const QString& y, const QString& x);
  /// Values the points may have. With `log` the axis is logarithmic; the range must then be positive.
  void setRange(double min, double max, bool log = false);
  /// A line at this x; negative: none.
  void setStep(int step);
  void setReadOnly(bool readOnly);
  /// The curve whose points are shown.
  int active() const { return m_active; }
  void setActive(int curve);

  /// Pixel of a value, for tests and read-outs.
  QPointF pixelOf(int curve, int index) const;
  /// x of the points that can be dragged.
  std::vector<int> handles() const;

  QSize sizeHint() const override { return {320, 148}; }
  QSize minimumSizeHint() const override { return {180, 108}; }
  QString summary() const;

 Q_SIGNALS:
  /// While a point moves: all values of its curve.
  void dragged(int curve, const std::vector<double>& values);
  /// The point was let go, or moved by a key.
  void edited(int curve, const std::vector<double>& values);
  void stepChosen(int step);  ///< a click beside the points

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QRectF plot() const;
  void showRange();
  double toY(double value) const;
  double toValue(double y) const;
  double toX(double index) const;
  int length() const;
  /// Curve and x of the point under a pixel, or -1.
  std::pair<int, int> pointAt(const QPointF& pixel) const;
  std::vector<double> moved(int curve, int handle, double to, const std::vector<double>& from) const;

  std::vector<Curve> m_curves;
  QString m_yWords, m_xWords;
  double m_min = -1e9, m_max = 1e9;
  bool m_log = false;
  double m_low = -1.0, m_high = 1.0;  ///< shown, mapped
  int m_step = -1;
  int m_active = 0;
  int m_handle = 0;  ///< index among handles() that keys move
  bool m_readOnly = false;
  bool m_dragging = false;
  bool m_pressed = false;
  int m_dragX = -1;
  std::pair<int, int> m_hover{-1, -1};
  std::vector<double> m_before;  ///< of the curve, when the drag began
};

}  // namespace gps::ui
