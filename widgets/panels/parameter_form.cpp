// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/parameter_form.h"

#include <QApplication>
#include <QComboBox>
#include <QEvent>
#include <QFrame>
#include <QHash>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QSet>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/panels/parameter_row.h"
#include "widgets/panels/parameter_value.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

struct Group {
  QString title;
  QToolButton* header = nullptr;
  QWidget* body = nullptr;
  std::vector<ParameterRow*> rows;
};

QLabel* plainLabel(const char* role, QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  if (role != nullptr) label->setProperty("role", role);
  return label;
}

/// Whether two lists need the same widgets, so that only values have to be replaced.
bool sameWidgets(const ParamField& a, const ParamField& b) {
  return a.spec.key == b.spec.key && a.group == b.group && a.kind == b.kind &&
         a.spec.choices == b.spec.choices;
}

}  // namespace

struct ParameterForm::Impl {
  explicit Impl(ParameterForm* form) : q(form) {}

  ParameterForm* q;
  std::vector<ParamField> fields;  // those shown
  std::vector<Group> groups;
  QHash<QString, ParameterRow*> rows;
  QSet<QString> closed;  // titles; survives a rebuild
  bool runHasData = false;
  std::vector<std::pair<QString, QString>> queued;
  QString helpKey;

  QLineEdit* search = nullptr;
  QComboBox* levels = nullptr;
  QScrollArea* scroll = nullptr;
  QWidget* content = nullptr;
  QLabel* nothing = nullptr;
  QLabel* helpTitle = nullptr;
  QLabel* helpText = nullptr;
  QLabel* helpFacts = nullptr;

  void build() {
    groups.clear();
    rows.clear();
    content = new QWidget;
    content->setObjectName(QStringLiteral("parameters.content"));
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 8);
    layout->setSpacing(0);
    for (const ParamField& field : fields) {
      const QString title = QString::fromStdString(field.group);
      if (groups.empty() || groups.back().title != title) addGroup(title, layout);
      auto* row = new ParameterRow(field, groups.back().body);
      row->setRunHasData(runHasData);
      groups.back().body->layout()->addWidget(row);
      groups.back().rows.push_back(row);
      rows.insert(row->key(), row);
      connect(row, &ParameterRow::edited, q, &ParameterForm::edited);
      connect(row, &ParameterRow::cancelRequested, q, &ParameterForm::cancelRequested);
      connect(row, &ParameterRow::focused, q, [this, row] {
        showHelp(row);
        scroll->ensureWidgetVisible(row, 0, 16);
      });
    }
    nothing = plainLabel("muted", content);
    nothing->setObjectName(QStringLiteral("parameters.nothing"));
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setMargin(24);
    layout->addWidget(nothing);
    layout->addStretch();
    scroll->setWidget(content);
    tintIcons();
  }

  void addGroup(const QString& title, QVBoxLayout* layout) {
    Group group;
    group.title = title;
    group.header = new QToolButton(content);
    group.header->setObjectName(QStringLiteral("group.") + title);
    group.header->setText(title);
    group.header->setAccessibleName(QStringLiteral("Group %1").arg(title));
    group.header->setToolTip(QStringLiteral("Open or close this group"));
    group.header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    group.header->setIconSize(QSize(14, 14));
    group.header->setCheckable(true);
    group.header->setChecked(!closed.contains(title));
    group.header->setFocusPolicy(Qt::TabFocus);
    group.header->setProperty("role", "group");
    group.body = new QWidget(content);
    auto* rowsLayout = new QVBoxLayout(group.body);
    rowsLayout->setContentsMargins(0, 0, 0, 8);
    rowsLayout->setSpacing(0);
    layout->addWidget(group.header);
    layout->addWidget(group.body);
    connect(group.header, &QToolButton::toggled, q, [this, title](bool open) {
      if (open)
        closed.remove(title);
      else
        closed.insert(title);
      filter();
    });
    groups.push_back(group);
  }

  Level level() const { return static_cast<Level>(levels->currentIndex()); }

  /// Shows what level, search and closed groups leave. A search looks through all levels and groups.
  void filter() {
    const QStringList words = search->text().split(u' ', Qt::SkipEmptyParts);
    int shown = 0;
    for (const Group& group : groups) {
      int inGroup = 0;
      for (ParameterRow* row : group.rows) {
        const bool visible = words.isEmpty() ? row->field().spec.level <= level() : row->matches(words);
        row->setVisible(visible);
        inGroup += visible ? 1 : 0;
      }
      const bool open = !words.isEmpty() || !closed.contains(group.title);
      group.header->setVisible(inGroup > 0);
      group.header->setIcon(
          icon(open ? QStringLiteral("chevron") : QStringLiteral("chevron-right"), Theme::current().muted));
      group.body->setVisible(inGroup > 0 && open);
      shown += inGroup;
    }
    if (nothing == nullptr) return;
    nothing->setVisible(shown == 0);
    nothing->setText(words.isEmpty() ? QStringLiteral("No parameters at this level.")
                                     : QStringLiteral("No parameter matches the search."));
  }

  void showQueued() {
    for (auto row = rows.begin(); row != rows.end(); ++row) {
      const auto found = std::find_if(queued.begin(), queued.end(),
                                      [&](const auto& change) { return change.first == row.key(); });
      row.value()->setQueued(found == queued.end() ? std::nullopt : std::optional<QString>(found->second));
    }
  }

  void showHelp(const ParameterRow* row) {
    if (row == nullptr) {
      helpTitle->setText(QStringLiteral("Parameters"));
      helpText->setText(QStringLiteral("Choose a parameter to read what it does."));
      helpFacts->clear();
      return;
    }
    const ParamField& field = row->field();
    const ParamSpec& spec = field.spec;
    helpKey = row->key();
    QString title = QString::fromStdString(spec.label);
    if (!spec.symbol.empty()) title += QStringLiteral("  ") + symbolText(spec.symbol);
    helpTitle->setText(title);
    helpText->setText(QString::fromStdString(spec.help));
    QStringList facts{row->key()};
    const QString range = rangeText(field);
    if (!range.isEmpty()) facts << QStringLiteral("range ") + range;
    if (!spec.unit.empty()) facts << QStringLiteral("unit ") + QString::fromStdString(spec.unit);
    facts << QStringLiteral("default ") + QString::fromStdString(field.defaultValue);
    facts << QStringLiteral("applies: ") + appliesText(spec.applies);
    helpFacts->setText(facts.join(QStringLiteral("  ·  ")));
  }

  void tintIcons() {
    const Theme theme = Theme::current();
    for (ParameterRow* row : std::as_const(rows)) row->setTheme(theme);
    filter();
  }
};

ParameterForm::ParameterForm(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this)) {
  Impl& d = *m_impl;
  setObjectName(QStringLiteral("parameters"));
  setAccessibleName(QStringLiteral("Parameters"));
  // Names beside their units and editors; a dock would otherwise be squeezed to the editors' width.
  setMinimumWidth(fontMetrics().averageCharWidth() * 50);

  d.search = new QLineEdit(this);
  d.search->setObjectName(QStringLiteral("parameters.search"));
  d.search->setAccessibleName(QStringLiteral("Search parameters"));
  d.search->setPlaceholderText(QStringLiteral("Search parameters"));
  d.search->setToolTip(QStringLiteral("Searches names, keys and help at every level"));
  d.search->setClearButtonEnabled(true);
  connect(d.search, &QLineEdit::textChanged, this, [this] { m_impl->filter(); });
  d.levels = new QComboBox(this);
  d.levels->setObjectName(QStringLiteral("parameters.level"));
  d.levels->setAccessibleName(QStringLiteral("Level"));
  d.levels->setToolTip(QStringLiteral("How many parameters to show"));
  d.levels->addItems({QStringLiteral("Basic"), QStringLiteral("Standard"), QStringLiteral("Expert")});
  connect(d.levels, &QComboBox::currentIndexChanged, this, [this] { m_impl->filter(); });
  connect(d.levels, &QComboBox::activated, this, [this] { Q_EMIT levelChanged(m_impl->level()); });

  auto* top = new QHBoxLayout;
  top->setContentsMargins(8, 8, 8, 8);
  top->setSpacing(8);
  top->addWidget(d.search, 1);
  top->addWidget(d.levels);

  d.scroll = new QScrollArea(this);
  d.scroll->setObjectName(QStringLiteral("parameters.scroll"));
  d.scroll->setWidgetResizable(true);
  d.scroll->setFrameShape(QFrame::NoFrame);
  d.scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  d.scroll->setFocusPolicy(Qt::NoFocus);

  auto* rule = new QFrame(this);
  rule->setFixedHeight(1);
  rule->setAutoFillBackground(true);
  rule->setBackgroundRole(QPalette::Mid);
  auto* help = new QWidget(this);
  help->setObjectName(QStringLiteral("parameters.help"));
  help->setAccessibleName(QStringLiteral("Help on the parameter"));
  auto* helpLayout = new QVBoxLayout(help);
  helpLayout->setContentsMargins(8, 8, 8, 8);
  helpLayout->setSpacing(4);
  d.helpTitle = plainLabel(nullptr, help);
  QFont bold = d.helpTitle->font();
  bold.setWeight(QFont::DemiBold);
  d.helpTitle->setFont(bold);
  d.helpText = plainLabel(nullptr, help);
  d.helpText->setObjectName(QStringLiteral("parameters.helpText"));
  d.helpText->setWordWrap(true);
  d.helpText->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  d.helpFacts = plainLabel("small", help);
  d.helpFacts->setObjectName(QStringLiteral("parameters.helpFacts"));
  d.helpFacts->setWordWrap(true);
  d.helpFacts->setTextInteractionFlags(Qt::TextSelectableByMouse);
  helpLayout->addWidget(d.helpTitle);
  helpLayout->addWidget(d.helpText, 1);
  helpLayout->addWidget(d.helpFacts);
  // A fixed height: the list above must not jump while the focus walks through it.
  help->setFixedHeight(fontMetrics().lineSpacing() * 8 + 24);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(top);
  layout->addWidget(d.scroll, 1);
  layout->addWidget(rule);
  layout->addWidget(help);
  d.build();
  d.showHelp(nullptr);
}

ParameterForm::~ParameterForm() = default;

void ParameterForm::setFields(const std::vector<ParamField>& fields, unsigned usedBy) {
  Impl& d = *m_impl;
  std::vector<ParamField> shown;
  for (const ParamField& field : fields) {
    if ((field.spec.usedBy & usedBy) != 0) shown.push_back(field);
  }
  const bool same = shown.size() == d.fields.size() &&
                    std::equal(shown.begin(), shown.end(), d.fields.begin(), sameWidgets);
  d.fields = std::move(shown);
  if (same) {
    for (const ParamField& field : d.fields)
      d.rows.value(QString::fromStdString(field.spec.key))->setField(field);
    return;
  }
  // The widget that has the keyboard goes with the old rows. Its successor of the same name gets it; where there is
  // none, the search above, or the keyboard would be nowhere.
  const QWidget* const focus = window()->focusWidget();
  const bool had = focus != nullptr && d.content->isAncestorOf(focus);
  const QString name = had ? focus->objectName() : QString();
  d.build();
  d.showQueued();
  if (had) {
    auto* again = name.isEmpty() ? nullptr : d.content->findChild<QWidget*>(name);
    const bool takes = again != nullptr && again->isEnabled() && again->isVisibleTo(this);
    (takes ? again : d.search)->setFocus(Qt::OtherFocusReason);
  }
  d.showHelp(d.rows.value(d.helpKey, nullptr));
}

void ParameterForm::setLevel(Level level) {
  m_impl->levels->setCurrentIndex(static_cast<int>(level));
}

Level ParameterForm::level() const {
  return m_impl->level();
}

void ParameterForm::setRunHasData(bool hasData) {
  m_impl->runHasData = hasData;
  for (ParameterRow* row : std::as_const(m_impl->rows)) row->setRunHasData(hasData);
}

void ParameterForm::setQueued(const std::vector<std::pair<QString, QString>>& queued) {
  if (queued == m_impl->queued) return;
  m_impl->queued = queued;
  m_impl->showQueued();
}

void ParameterForm::setError(const QString& key, const QString& message) {
  if (ParameterRow* row = m_impl->rows.value(key, nullptr)) row->setError(message);
}

std::vector<ParameterForm::Refused> ParameterForm::settle() {
  std::vector<Refused> refused;
  // In the order of the form. A row that commits may have the form replaced, so rows are found by key.
  std::vector<QString> keys;
  for (const ParamField& field : m_impl->fields) keys.push_back(QString::fromStdString(field.spec.key));
  for (const QString& key : keys) {
    ParameterRow* const row = m_impl->rows.value(key, nullptr);
    if (row == nullptr) continue;
    const std::optional<ParameterRow::Refused> found = row->settle();
    if (!found) continue;
    refused.push_back({key, QString::fromStdString(row->field().spec.label), found->typed, found->problem,
                       QString::fromStdString(row->field().value)});
  }
  return refused;
}

void ParameterForm::focusParameter(const QString& key) {
  Impl& d = *m_impl;
  ParameterRow* const row = d.rows.value(key, nullptr);
  if (row == nullptr) return;
  d.search->clear();
  if (row->field().spec.level > d.level()) setLevel(row->field().spec.level);
  for (const Group& group : d.groups) {
    if (std::find(group.rows.begin(), group.rows.end(), row) != group.rows.end())
      group.header->setChecked(true);
  }
  row->editor()->setFocus(Qt::OtherFocusReason);
  d.scroll->ensureWidgetVisible(row, 0, 48);
  d.showHelp(row);
}

void ParameterForm::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) m_impl->tintIcons();
  QWidget::changeEvent(event);
}

}  // namespace gps::ui
