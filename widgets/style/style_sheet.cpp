// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHash>

#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

// Only what Fusion does not do: flat surfaces, 8 px grid, radius 6, one focus ring. A ring is a border of 2
// px; the padding gives back the pixel it takes, so nothing moves when the focus does.
const char* const kSheet = R"(
QToolTip { background: @panel; color: @text; border: 1px solid @line; padding: 4px 6px; }
QLabel[role="title"] { font-size: @16pt; font-weight: 600; }
QLabel[role="heading"] { font-size: @12pt; font-weight: 600; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="small"] { color: @muted; font-size: @9pt; }
QLabel[role="error"] { color: @danger; font-size: @9pt; }
QLabel[role="chip"] { color: @muted; background: @chip; border-radius: 4px; padding: 1px 4px; font-size: @9pt; }
QLabel[role="chip"][tone="busy"] { color: @focusText; background: @focusSoft; }
QLabel[role="chip"][tone="good"] { color: @goal; background: @goalSoft; }
QLabel[role="chip"][tone="bad"] { color: @danger; background: @dangerSoft; }
QLabel[role="chip"][tone="wait"] { color: @warning; background: @warningSoft; }
QFrame[role="message"] { background: @focusSoft; border: 1px solid @focusLine; border-radius: 6px; }
QFrame[role="message"][severity="Warning"] { background: @warningSoft; border-color: @warningLine; }
QFrame[role="message"][severity="Error"] { background: @dangerSoft; border-color: @dangerLine; }
QFrame[role="message"] QLabel[role="muted"], QFrame[role="message"] QLabel[role="small"] { color: @text; }
QFrame[role="card"] { background: @panel; border: 1px solid @line; border-radius: 6px; }

QPushButton { background: @panel; border: 1px solid @border; border-radius: 6px; padding: 5px 12px; min-height: 18px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @pressed; }
QPushButton:disabled { border-color: @line; }
QPushButton:focus { border: 2px solid @focus; padding: 4px 11px; outline: none; }
QPushButton[role="primary"] { background: @accent; border-color: @accent; color: @onAccent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: @accentHover; }
QPushButton[role="primary"]:disabled { background: @line; border-color: @line; color: @muted; }
QPushButton[role="primary"]:focus { border: 2px solid @text; outline: none; }
QLabel[role="alarm"] { color: #1F2328; background: #FFD400; border: 2px solid #C81E1E; border-radius: 4px; padding: 6px; font-weight: 700; }
QPushButton[role="stop"] { background: #C81E1E; border: 2px solid #C81E1E; color: #FFFFFF; font-size: @16pt; font-weight: 700; }
QPushButton[role="stop"]:hover { background: #B31919; }
QPushButton[role="stop"]:pressed { background: #8F1414; }
QPushButton[role="stop"]:focus { border: 3px solid @text; outline: none; }
QPushButton[role="stop"][tone="wait"] { background: #B26A00; border-color: #B26A00; }
QPushButton[role="flat"] { background: transparent; border: 1px solid transparent; padding: 3px 8px; }
QPushButton[role="flat"]:hover { background: @hover; }
QPushButton[role="flat"]:focus { border: 2px solid @focus; padding: 2px 7px; outline: none; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed { background: @pressed; }
QToolButton:checked { background: @focusSoft; }
QToolButton:focus { border: 2px solid @focus; padding: 3px; }
QToolButton[role="tiny"] { padding: 0; border-radius: 4px; }
QToolButton[role="group"] { font-weight: 600; }
QToolButton[role="group"]:checked { background: transparent; }
QToolButton[role="group"]:hover { background: @hover; }
QToolButton[popupMode="1"] { padding-right: 16px; }
QToolButton[popupMode="1"]:focus { padding-right: 15px; }
QToolButton::menu-button { border: none; width: 14px; }
QToolButton::menu-arrow, QToolButton::menu-indicator { image: url(:/icons/style/chevron-@variant.svg); width: 10px; }

QLineEdit { background: @panel; border: 1px solid @border; border-radius: 6px; padding: 3px 7px; min-height: 18px;
  selection-background-color: @focus; selection-color: @onAccent; }
QLineEdit:focus { border: 2px solid @focus; padding: 2px 6px; }
QLineEdit:disabled, QLineEdit:read-only { background: @background; color: @muted; border-color: @line; }
QLineEdit[invalid="true"] { border: 2px solid @danger; padding: 2px 6px; }

QComboBox { background: @panel; border: 1px solid @border; border-radius: 6px; padding: 3px 7px; min-height: 18px; }
QComboBox:hover { background: @hover; }
QComboBox:focus { border: 2px solid @focus; padding: 2px 6px; }
QComboBox:disabled { background: @background; color: @muted; border-color: @line; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/icons/style/chevron-@variant.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @panel; border: 1px solid @border; padding: 0; outline: none;
  selection-background-color: @focusSoft; selection-color: @text; }

QPlainTextEdit[role="field"], QListWidget[role="field"] { background: @panel; border: 1px solid @border;
  border-radius: 6px; padding: 2px; selection-background-color: @focus; selection-color: @onAccent; }
QPlainTextEdit[role="field"]:focus, QListWidget[role="field"]:focus { border: 2px solid @focus; padding: 1px; }
QTreeWidget[role="lines"], QListWidget[role="lines"] { outline: none; padding: 2px 4px; }
QTreeWidget[role="lines"]::item, QListWidget[role="lines"]::item, QListWidget[role="field"]::item { padding: 3px 2px; border: none; }
QTreeWidget[role="lines"]::item:hover, QListWidget[role="lines"]::item:hover { background: @hover; padding: 3px 2px; }
QTreeWidget[role="lines"]::item:selected, QListWidget[role="lines"]::item:selected,
QListWidget[role="field"]::item:selected { background: @focusSoft; color: @text; padding: 3px 2px; }

QCheckBox { spacing: 8px; }
QCheckBox::indicator, QTreeWidget::indicator, QListWidget::indicator { width: 14px; height: 14px;
  border: 1px solid @boxBorder; border-radius: 4px; background: @panel; }
QCheckBox::indicator:hover, QTreeWidget::indicator:hover, QListWidget::indicator:hover { border-color: @focus; }
QCheckBox::indicator:checked, QTreeWidget::indicator:checked, QListWidget::indicator:checked {
  background: @accent; border-color: @accent; image: url(:/icons/style/check-@variant.svg); }
QCheckBox::indicator:disabled { background: @background; border-color: @line; }
QCheckBox::indicator:checked:disabled { background: @muted; border-color: @muted; }
QCheckBox::indicator:focus { border: 2px solid @focus; width: 12px; height: 12px; }
QCheckBox::indicator:checked:focus { border-color: @text; }

QSlider:horizontal { min-height: 24px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @groove; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent; }
QSlider::sub-page:horizontal:disabled { background: @groove; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: @panel;
  border: 1px solid @boxBorder; }
QSlider::handle:horizontal:hover { border-color: @focus; }
QSlider::handle:horizontal:focus { border: 2px solid @focus; width: 10px; height: 10px; }
QSlider::handle:horizontal:disabled { background: @background; border-color: @line; }

QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 10px; background: transparent; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabWidget::pane { border: none; border-top: 1px solid @line; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { padding: 6px 12px; border: none; border-bottom: 2px solid transparent; color: @muted; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:focus { background: @focusSoft; }

QMainWindow::separator { background: @line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @focus; }
QSplitter::handle { background: @line; }
QSplitter::handle:hover { background: @focus; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QDockWidget::title { background: @background; padding: 6px 8px; }
QToolBar { background: @background; border: none; border-bottom: 1px solid @line; padding: 4px 8px; spacing: 4px; }
QToolBar::separator { background: @line; width: 1px; margin: 4px 4px; }
QStatusBar { background: @background; border-top: 1px solid @line; }
QStatusBar::item { border: none; }
QMenuBar { background: @background; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @panel; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @focusSoft; color: @text; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QProgressBar { border: none; border-radius: 3px; background: @groove; max-height: 6px; text-align: center; }
QProgressBar::chunk { border-radius: 3px; background: @accent; }
QHeaderView::section { background: @background; color: @muted; border: none; border-bottom: 1px solid @line;
  padding: 4px 8px; }
QAbstractScrollArea { border: none; }
)";

}  // namespace

QString styleSheetFor(const Theme& theme, double basePointSize) {
  const auto points = [basePointSize](double size) {
    return QString::number(size * basePointSize / 10.0, 'g', 4) + QStringLiteral("pt");
  };
  const auto name = [](const QColor& colour) { return colour.name(); };
  const auto soft = [&theme](const QColor& colour) {
    return mixed(theme.panel, colour, theme.dark ? 0.20 : 0.10);
  };
  // A tone's text stands on its own soft tint: pull it towards the text colour where the contrast would be
  // too low.
  const auto readable = [&](QColor colour) {
    while (contrastRatio(colour, soft(colour)) < 4.6) colour = mixed(colour, theme.text, 0.1);
    return colour;
  };
  const QHash<QString, QString> words{
      {"panel", name(theme.panel)},
      {"background", name(theme.background)},
      {"text", name(theme.text)},
      {"muted", name(theme.muted)},
      {"line", name(theme.hairline)},
      {"border", name(mixed(theme.hairline, theme.muted, theme.dark ? 0.25 : 0.2))},
      {"boxBorder", name(mixed(theme.hairline, theme.muted, theme.dark ? 1.0 : 0.85))},
      {"hover", name(mixed(theme.panel, theme.text, 0.05))},
      {"pressed", name(mixed(theme.panel, theme.text, 0.10))},
      {"chip", name(mixed(theme.panel, theme.text, 0.04))},
      {"groove", name(mixed(theme.panel, theme.text, 0.12))},
      {"scroll", name(mixed(theme.panel, theme.muted, 0.4))},
      {"focus", name(theme.focus)},
      {"focusText", name(readable(theme.focus))},
      {"focusSoft", name(soft(theme.focus))},
      {"focusLine", name(mixed(theme.panel, theme.focus, 0.35))},
      {"warningLine", name(mixed(theme.panel, theme.warning, 0.35))},
      {"dangerLine", name(mixed(theme.panel, theme.danger, 0.35))},
      {"goal", name(readable(theme.goal))},
      {"goalSoft", name(soft(theme.goal))},
      {"danger", name(readable(theme.danger))},
      {"dangerSoft", name(soft(theme.danger))},
      {"warning", name(readable(theme.warning))},
      {"warningSoft", name(soft(theme.warning))},
      {"accent", name(theme.focus)},
      {"accentHover", name(mixed(theme.focus, theme.text, 0.15))},
      {"onAccent", name(theme.dark ? theme.background : theme.panel)},
      {"variant", theme.dark ? QStringLiteral("dark") : QStringLiteral("light")},
      {"9pt", points(9)},
      {"12pt", points(12)},
      {"16pt", points(16)},
  };
  QString sheet;
  const QString source = QString::fromLatin1(kSheet);
  qsizetype done = 0;
  for (qsizetype at = source.indexOf(u'@'); at >= 0; at = source.indexOf(u'@', done)) {
    qsizetype end = at + 1;
    while (end < source.size() && source[end].isLetterOrNumber()) ++end;
    sheet += source.mid(done, at - done) + words.value(source.mid(at + 1, end - at - 1));
    done = end;
  }
  return sheet + source.mid(done);
}

}  // namespace gps::ui
