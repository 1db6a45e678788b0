// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QListWidget;
class QToolButton;

namespace gps::ui {

class SceneDocument;

/// The steps of editing in their order: which hold, which were undone, which state is the file's. Choosing one
/// goes there. Only the steps around the present one are listed; the rest is behind the first and last line.
class HistoryPanel : public QWidget {
  Q_OBJECT
 public:
  explicit HistoryPanel(QWidget* parent = nullptr);
  /// Not owned; must outlive the panel.
  void setDocument(SceneDocument* document);
  /// Folded, only the heading is seen.
  void setOpen(bool open);
  bool isOpen() const;

 Q_SIGNALS:
  void openChanged(bool open);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void showSteps();

  SceneDocument* m_document = nullptr;
  QToolButton* m_heading;
  QListWidget* m_list;
};

}  // namespace gps::ui
