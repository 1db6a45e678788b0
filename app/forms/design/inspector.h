// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QScrollArea>
#include <deque>
#include <map>
#include <vector>

#include "app/commands/scene_part.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/term_readout.h"
#include "core/scene/scene_fields.h"

class QLabel;
class QVBoxLayout;

namespace gps::ui {

class FieldEditor;

/// The form of what is selected, made from the tables of keys and types: a part, or one of the task's single
/// objects. Reports edits as commands; shows what the document answers.
class Inspector : public QScrollArea {
  Q_OBJECT
 public:
  explicit Inspector(QWidget* parent = nullptr);

  /// The object at `place` (empty: the task itself), and problems whose pointers lie below it. Fields that
  /// stay keep their focus.
  void show(const SceneTree& tree, const TreePath& place, const std::vector<Problem>& problems);
  /// Takes what is being typed in one of the fields.
  void settle();
  /// Puts the keyboard at the first field of the form.
  void focusFirst();
  /// Numbers of the cost term that is shown; nothing happens where it is none.
  void showTerm(const TermNumbers& numbers, bool mapShown);
  /// Several parts: what can be done with all of them.
  void showSeveral(const std::vector<PartRef>& parts);
  /// The field at a pointer, or the first one below it, gets the focus.
  void focusField(const std::string& pointer);

 Q_SIGNALS:
  void edited(const QString& title, const gps::ui::SceneDocument::Command& command);
  /// The part at the place got this name.
  void renamed(const gps::ui::PartRef& part, const QString& id);
  /// A new part of that kind; `type` as the file names it.
  void addRequested(gps::ui::PartKind kind, const std::string& type);
  /// The map of the cost term that is shown, on or off.
  void mapToggled(bool on);
  /// 0 .. 5: an Alignment; 6, 7: distribute along x, y.
  void arrangeRequested(int how);

 private:
  void rebuild(const SceneTree& tree, const TreePath& place);
  void addHeading(const QString& text);
  void addChoices(PartKind kind);
  void addPartHead(const SceneTree& tree, const SceneTree& part, const PartRef& ref);
  void addFields(const SceneTree& tree, const TreePath& object, std::string_view kind,
                 const std::vector<std::string_view>& keys, const std::vector<std::string_view>& required);
  void addField(const TreePath& object, const SceneField& field, bool required);
  void addShapes(const SceneTree& body, const TreePath& path);
  void addOverrides(const SceneTree& tree, const SceneTree& condition, const TreePath& path);
  void addSuggested(const SceneTree& tree);
  void addObjectSwitch(const SceneTree& tree, const TreePath& place);
  void refresh(const SceneTree& tree, const std::vector<Problem>& problems);

  QWidget* m_content = nullptr;
  QVBoxLayout* m_column = nullptr;
  QPointer<TermReadout> m_term;
  QPointer<QLabel> m_spread;  ///< of the condition that is shown
  TreePath m_place;                              ///< what is shown, when it is not several parts
  std::string m_structure;                       ///< what the fields were made for
  std::map<std::string, FieldEditor*> m_fields;  ///< by pointer
  std::map<std::string, SceneField> m_specs;
  std::deque<std::string> m_names;  ///< keys and labels that fields only look at
};

}  // namespace gps::ui
