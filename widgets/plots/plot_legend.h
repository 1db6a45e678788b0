// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>
#include <QWidget>
#include <vector>

#include "widgets/plots/plot_content.h"
#include "widgets/style/theme.h"

class QToolButton;

namespace gps::ui {

/// One row: sample, name, newest value. The box of a check box with our drawing.
class PlotLegendItem : public QCheckBox {
  Q_OBJECT
 public:
  PlotLegendItem(PlotLegendEntry entry, std::vector<int> entries, QWidget* parent);

  const std::vector<int>& entries() const { return m_entries; }
  void setEntry(const PlotLegendEntry& entry);
  void setTheme(const Theme& theme);
  void setShowsValue(bool shows);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool hitButton(const QPoint& position) const override { return rect().contains(position); }

 private:
  PlotLegendEntry m_entry;
  std::vector<int> m_entries;  ///< of the content: one, or the same name of both runs
  Theme m_theme;
  bool m_showsValue = true;
};

/// The legend of a plot: a column grouped by run beside a wide plot, or a few rows above a narrow one in
/// which the entries of both runs are one. Rows have no check boxes (what is hidden is struck out), and what
/// finds no room in them is in the menu of a button at the end.
class PlotLegend : public QWidget {
  Q_OBJECT
 public:
  enum class Mode { Column, Rows };
  explicit PlotLegend(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setMode(Mode mode);
  Mode mode() const { return m_mode; }
  /// Rows mode: at most so many.
  void setMostRows(int rows);
  /// Makes the items anew only when the structure changed.
  void setContent(const PlotContent& content, const std::vector<bool>& shown);

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void switched(int entry, bool on);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Heading {
    int before = 0;  ///< index of the first item of the run
    QString text;
    QRect rect;
  };
  void rebuild(const PlotContent& content);
  int place(int width, bool apply);
  int placeRows(int width, bool apply);
  void fillMenu();

  Theme m_theme;
  Mode m_mode = Mode::Column;
  std::vector<PlotLegendItem*> m_items;
  std::vector<Heading> m_headings;
  std::vector<PlotLegendEntry> m_entries;
  std::vector<QString> m_runs;
  int m_mostRows = 2;
  std::size_t m_fitting = 0;  ///< items that have room
  QToolButton* m_more = nullptr;
};

/// Draws the shown entries of a content as a legend in a file; returns the height used.
double paintLegendColumn(QPainter& painter, const QRectF& rect, const PlotContent& content,
                         const std::vector<bool>& shown, const Theme& theme);

}  // namespace gps::ui
