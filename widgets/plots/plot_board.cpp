// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_board.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDir>
#include <QFrame>
#include <QLabel>
#include <QPainter>
#include <algorithm>
#include <array>

#include "widgets/plots/plot_registry.h"
#include "widgets/plots/plot_style.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"

namespace gps::ui {

namespace {

constexpr int kTileWidth = 260;  ///< narrowest tile that can still be read
constexpr std::size_t kMaxTiles = 4;

QString text(std::string_view view) {
  return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

/// "A MDGPS (solid)   B BADMM (dashed)": which line belongs to which run.
class RunKey : public QWidget {
 public:
  explicit RunKey(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("plots.runs"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  }
  void set(const std::vector<QString>& runs, const Theme& theme) {
    m_runs = runs;
    m_theme = theme;
    QStringList names;
    for (std::size_t i = 0; i < runs.size(); ++i)
      names << runs[i] + (i == 0 ? QStringLiteral(", solid") : QStringLiteral(", dashed"));
    setAccessibleName(QStringLiteral("Runs: ") + names.join(QStringLiteral("; ")));
    setVisible(runs.size() > 1);
    updateGeometry();
    update();
  }
  QSize sizeHint() const override {
    int width = 0;
    for (const QString& run : m_runs) width += fontMetrics().horizontalAdvance(run) + 44;
    return {width, fontMetrics().height() + 4};
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    double x = 0;
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
      PlotStyle style;
      style.dash = i == 0 ? PlotDash::Solid : PlotDash::Dashed;
      style.thick = true;
      drawPlotSample(painter, QRectF(x, 0, 24, height()), style, m_theme);
      painter.setPen(m_theme.text);
      painter.drawText(QRectF(x + 30, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter, m_runs[i]);
      x += fontMetrics().horizontalAdvance(m_runs[i]) + 44;
    }
  }

 private:
  std::vector<QString> m_runs;
  Theme m_theme = Theme::light();
};

}  // namespace

struct PlotBoard::Impl {
  struct Plot {
    const PlotEntry* entry = nullptr;
    PlotView* view = nullptr;
    bool stale = true;                ///< runs or request changed since it was built
    std::vector<unsigned> revisions;  ///< of the histories it was built from
  };

  Theme theme = Theme::light();
  PlotRequest request;
  double timeStep = -1.0;
  bool tiled = true;
  std::vector<int> chosen{0, 1, 2, 3};  ///< tiles in the order of the tabs
  int current = 0;                      ///< the plot shown alone
  std::vector<Plot> plots;
  std::vector<QFrame*> rules;  ///< hairlines between tiles
  PlotTabs* tabs = nullptr;
  RunKey* key = nullptr;
  QComboBox* abscissa = nullptr;
  QComboBox* quantity = nullptr;
  QToolButton* tilesButton = nullptr;
  QHBoxLayout* tiles = nullptr;
  std::vector<int> shown;

  std::size_t capacity(int width) const {
    return std::clamp<std::size_t>(static_cast<std::size_t>(std::max(0, width)) / kTileWidth, 1, kMaxTiles);
  }

  std::vector<int> wanted(int width) const {
    const std::size_t room = capacity(width);
    if (!tiled || room < 2) return {current};
    std::vector<int> result(chosen.begin(),
                            chosen.begin() + static_cast<std::ptrdiff_t>(std::min(room, chosen.size())));
    return result;
  }

  void arrange(int width) {
    const std::vector<int> now = wanted(width);
    tabs->setChosen(now);
    tilesButton->setVisible(capacity(width) >= 2);
    tilesButton->setChecked(tiled);
    if (now == shown) return;
    shown = now;
    for (QFrame* rule : rules) rule->hide();
    for (Plot& plot : plots) plot.view->hide();
    while (tiles->count() > 0) delete tiles->takeAt(0);
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (i > 0) {
        tiles->addWidget(rules[i - 1]);
        rules[i - 1]->show();
      }
      PlotView* view = plots[static_cast<std::size_t>(now[i])].view;
      tiles->addWidget(view, 1);
      view->show();
    }
  }

  /// A tab was pressed.
  void choose(int plot, int width) {
    current = plot;
    const std::size_t room = capacity(width);
    if (!tiled || room < 2) return;
    // What does not fit is not shown, so it is not chosen either.
    chosen.resize(std::min(room, chosen.size()));
    const auto found = std::find(chosen.begin(), chosen.end(), plot);
    if (found != chosen.end()) {
      if (chosen.size() > 1) chosen.erase(found);
      return;
    }
    if (chosen.size() == room) chosen.pop_back();
    chosen.insert(std::upper_bound(chosen.begin(), chosen.end(), plot), plot);
  }

  std::vector<unsigned> revisions() const {
    std::vector<unsigned> result;
    for (const std::shared_ptr<const RunHistory>& run : request.runs) result.push_back(run->revision());
    return result;
  }

  std::optional<double> crosshair(const PlotContent& content) const {
    if (content.xKind == PlotX::Iteration && request.iteration > 0)
      return content.xOfIteration(request.iteration);
    if (content.xKind == PlotX::TimeStep && timeStep >= 0.0) return timeStep;
    return std::nullopt;
  }

  void refresh(Plot& plot, const std::vector<unsigned>& now) {
    if (!plot.view->isVisible()) return;
    if (plot.stale || plot.revisions != now) {
      plot.view->setContent(buildPlot(*plot.entry, request));
      plot.stale = false;
      plot.revisions = now;
    }
    plot.view->setCrosshair(crosshair(plot.view->content()));
  }

  void refreshAll() {
    const std::vector<unsigned> now = revisions();
    for (Plot& plot : plots) refresh(plot, now);
  }

  /// One plot that is due, so that a frame never waits for all of them. False when none was.
  bool refreshOne() {
    const std::vector<unsigned> now = revisions();
    for (Plot& plot : plots) {
      if (!plot.view->isVisible() || (!plot.stale && plot.revisions == now)) continue;
      refresh(plot, now);
      return true;
    }
    return false;
  }

  /// What follows from the scrubbers alone; data that came meanwhile wait for refresh().
  void followScrubbers() {
    for (Plot& plot : plots) {
      if (plot.stale) refresh(plot, plot.revisions);
      else if (plot.view->isVisible()) plot.view->setCrosshair(crosshair(plot.view->content()));
    }
  }

  void makeStale(bool onlyFollowing) {
    for (Plot& plot : plots) plot.stale = plot.stale || !onlyFollowing || plot.entry->followsIteration;
  }
};

PlotBoard::PlotBoard(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>()) {
  Impl& d = *m_impl;
  setObjectName(QStringLiteral("plots"));
  setAccessibleName(QStringLiteral("Plots"));
  setAutoFillBackground(true);

  d.tabs = new PlotTabs(this);
  d.key = new RunKey(this);
  d.abscissa = new QComboBox(this);
  d.abscissa->setObjectName(QStringLiteral("plots.abscissa"));
  d.abscissa->setAccessibleName(QStringLiteral("Horizontal axis"));
  d.abscissa->setToolTip(QStringLiteral("What the horizontal axis of plots over iterations counts."));
  d.abscissa->addItems(
      {QStringLiteral("by iteration"), QStringLiteral("by rollouts"), QStringLiteral("by seconds")});
  d.tilesButton = new QToolButton(this);
  d.tilesButton->setObjectName(QStringLiteral("plots.tiles"));
  d.tilesButton->setText(QStringLiteral("Tiles"));
  d.tilesButton->setAccessibleName(QStringLiteral("Plots side by side"));
  d.tilesButton->setToolTip(QStringLiteral("Several plots side by side, or one large plot."));
  d.tilesButton->setCheckable(true);
  d.tilesButton->setChecked(true);
  d.tilesButton->setFocusPolicy(Qt::StrongFocus);
  d.tilesButton->setAutoRaise(true);

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(8, 2, 8, 2);
  bar->setSpacing(8);
  bar->addWidget(d.tabs, 1);
  bar->addWidget(d.key);
  bar->addWidget(d.abscissa);
  bar->addWidget(d.tilesButton);
  d.tiles = new QHBoxLayout;
  d.tiles->setContentsMargins(0, 0, 0, 0);
  d.tiles->setSpacing(0);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(0);
  all->addLayout(bar);
  all->addLayout(d.tiles, 1);

  for (const PlotEntry& entry : plotRegistry()) {
    auto* view = new PlotView(this);
    view->setObjectName(QStringLiteral("plot.") + text(entry.id));
    view->hide();
    connect(view, &PlotView::iterationClicked, this, &PlotBoard::iterationClicked);
    connect(view, &PlotView::timeStepClicked, this, &PlotBoard::timeStepClicked);
    d.plots.push_back({&entry, view, true, {}});
    if (entry.id != "profile") continue;
    d.quantity = new QComboBox;
    d.quantity->setObjectName(QStringLiteral("plots.quantity"));
    d.quantity->setAccessibleName(QStringLiteral("Quantity of the profile"));
    d.quantity->setToolTip(QStringLiteral("What the profile shows along the trajectory."));
    for (const ProfileQuantity quantity : {ProfileQuantity::Cost, ProfileQuantity::Kl, ProfileQuantity::Rho,
                                           ProfileQuantity::Lambda, ProfileQuantity::Std}) {
      d.quantity->addItem(text(profileLabel(quantity)), static_cast<int>(quantity));
    }
    view->addToTitle(d.quantity);
  }
  for (std::size_t i = 1; i < kMaxTiles; ++i) {
    auto* rule = new QFrame(this);
    rule->setFixedWidth(1);
    rule->setAutoFillBackground(true);
    rule->hide();
    d.rules.push_back(rule);
  }

  connect(d.tabs, &PlotTabs::clicked, this, [this](int plot) {
    m_impl->choose(plot, width());
    m_impl->arrange(width());
    m_impl->refreshAll();
  });
  connect(d.tilesButton, &QToolButton::toggled, this, [this](bool on) { setTiled(on); });
  connect(d.abscissa, &QComboBox::currentIndexChanged, this, [this](int index) {
    m_impl->request.abscissa = static_cast<PlotAbscissa>(index);
    m_impl->makeStale(false);
    m_impl->refreshAll();
  });
  connect(d.quantity, &QComboBox::currentIndexChanged, this, [this](int index) {
    m_impl->request.profile = static_cast<ProfileQuantity>(m_impl->quantity->itemData(index).toInt());
    m_impl->makeStale(true);
    m_impl->refreshAll();
  });
  setTheme(d.theme);
  d.key->set({}, d.theme);
  d.arrange(width());
}

PlotBoard::~PlotBoard() = default;

void PlotBoard::setTheme(const Theme& theme) {
  Impl& d = *m_impl;
  d.theme = theme;
  QPalette colors = theme.palette();
  colors.setColor(QPalette::Window, theme.panel);
  setPalette(colors);
  colors.setColor(QPalette::Window, theme.hairline);
  for (QFrame* rule : d.rules) rule->setPalette(colors);
  for (Impl::Plot& plot : d.plots) plot.view->setTheme(theme);
  std::vector<QString> runs;
  if (!d.request.runs.empty()) runs = buildPlot(plotRegistry().front(), d.request).runs;
  d.key->set(runs, theme);
}

void PlotBoard::setRuns(std::vector<std::shared_ptr<const RunHistory>> runs) {
  Impl& d = *m_impl;
  std::erase(runs, nullptr);
  if (runs.size() > 2) runs.resize(2);
  d.request.runs = std::move(runs);
  d.makeStale(false);
  setTheme(d.theme);
  d.refreshAll();
}

void PlotBoard::refresh() {
  m_impl->refreshAll();
}

bool PlotBoard::refreshNext() {
  return m_impl->refreshOne();
}

void PlotBoard::setIteration(int iteration) {
  Impl& d = *m_impl;
  if (iteration == d.request.iteration) return;
  d.request.iteration = iteration;
  d.makeStale(true);
  d.followScrubbers();
}

void PlotBoard::setTimeStep(double step) {
  m_impl->timeStep = step;
  m_impl->followScrubbers();
}

void PlotBoard::setTiled(bool tiled) {
  Impl& d = *m_impl;
  d.tiled = tiled;
  d.arrange(width());
  d.refreshAll();
}

bool PlotBoard::tiled() const {
  return m_impl->tiled;
}

void PlotBoard::showPlot(const QString& id) {
  Impl& d = *m_impl;
  const PlotEntry* entry = findPlot(id.toStdString());
  if (!entry) return;
  const int index = static_cast<int>(entry - plotRegistry().data());
  if (std::find(d.shown.begin(), d.shown.end(), index) == d.shown.end()) d.choose(index, width());
  d.current = index;
  d.arrange(width());
  d.refreshAll();
}

QStringList PlotBoard::shownPlots() const {
  QStringList ids;
  for (const int plot : m_impl->shown) ids << text(m_impl->plots[static_cast<std::size_t>(plot)].entry->id);
  return ids;
}

QString PlotBoard::summary(const QString& id) const {
  const PlotEntry* entry = findPlot(id.toStdString());
  return entry ? buildPlot(*entry, m_impl->request).summary : QString();
}

QSize PlotBoard::sizeHint() const {
  return {960, 240};
}

QSize PlotBoard::minimumSizeHint() const {
  return {kTileWidth, 150};
}

void PlotBoard::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_impl->arrange(width());
  m_impl->refreshAll();
}

void PlotBoard::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  m_impl->refreshAll();
}

QStringList PlotBoard::exportTo(const QString& folder, QSize size, QString* error) {
  const Impl& d = *m_impl;
  if (size.width() < 200 || size.height() < 120 || size.width() > 16384 || size.height() > 16384) {
    if (error) {
      *error =
          QStringLiteral("A plot must have 200 x 120 to 16384 x 16384 pixels, but %1 x %2 were asked for.")
              .arg(size.width())
              .arg(size.height());
    }
    return {};
  }
  if (!QDir().mkpath(folder)) {
    if (error)
      *error =
          QStringLiteral("The folder %1 could not be made. Choose one that you may write to.").arg(folder);
    return {};
  }
  QStringList files;
  for (const Impl::Plot& plot : d.plots) {
    const PlotContent content = buildPlot(*plot.entry, d.request);
    std::vector<bool> shown;
    for (const PlotLegendEntry& entry : content.legend) shown.push_back(entry.on);
    // What the user switched off stays off, if this plot was ever shown with these entries.
    const std::vector<bool> switched = plot.view->shown();
    if (content.sameStructure(plot.view->content()) && switched.size() == shown.size()) shown = switched;
    const QString stem = QDir(folder).filePath(content.id);
    if (!writePlotFiles(stem, size, content, shown, d.crosshair(content), d.theme, error)) return {};
    files << stem + QStringLiteral(".png") << stem + QStringLiteral(".svg") << stem + QStringLiteral(".pdf");
  }
  return files;
}

}  // namespace gps::ui
