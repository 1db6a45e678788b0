// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest>
#include <map>

namespace {

/// Who may include whom inside core, besides itself. Downwards only.
const std::map<QString, QStringList>& allowed() {
  static const std::map<QString, QStringList> kAllowed{
      {"base", {}},
      {"device", {"base"}},
      {"math", {"base"}},
      {"cost", {"math", "base"}},
      {"scene", {"cost", "math", "base"}},
      {"dynamics", {"math", "base"}},
      {"policy", {"math", "base"}},
      {"plant", {"device", "scene", "cost", "math", "base"}},
      {"rollout", {"plant", "scene", "cost", "policy", "math", "base"}},
      {"lqr", {"policy", "dynamics", "cost", "math", "base"}},
      {"algorithms", {"lqr", "rollout", "plant", "scene", "cost", "dynamics", "policy", "math", "base"}},
      {"engine",
       {"algorithms", "lqr", "rollout", "plant", "scene", "cost", "dynamics", "policy", "math", "base"}},
      {"session",
       {"engine", "algorithms", "lqr", "rollout", "plant", "scene", "cost", "dynamics", "policy", "math", "base"}},
  };
  return kAllowed;
}

struct Include {
  QString file;    ///< from the project's root
  QString target;  ///< what stands between the quotes or brackets
};

std::vector<Include> includesBelow(const QString& folder) {
  const QDir root(QStringLiteral(GPS_TEST_FILES "/../.."));
  static const QRegularExpression kInclude(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"),
                                           QRegularExpression::MultilineOption);
  std::vector<Include> found;
  QDirIterator files(root.filePath(folder), {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
  while (files.hasNext()) {
    QFile file(files.next());
    if (!file.open(QIODevice::ReadOnly)) continue;
    QRegularExpressionMatchIterator matches = kInclude.globalMatch(QString::fromUtf8(file.readAll()));
    while (matches.hasNext()) {
      found.push_back({root.relativeFilePath(file.fileName()), matches.next().captured(1)});
    }
  }
  return found;
}

}  // namespace

/// The plan of the house, held against the code.
class TestLayering : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void coreIncludesDownwardsOnly();
  void coreKnowsNoQt();
  void torchStaysOutOfHeaders();
  void box2dStaysInThePlant();
  void widgetsKnowNothingOfTheApp();
};

void TestLayering::coreIncludesDownwardsOnly() {
  const std::vector<Include> includes = includesBelow("core");
  QVERIFY(includes.size() > 100);
  for (const Include& include : includes) {
    if (!include.target.startsWith("core/")) {
      QVERIFY2(!include.target.startsWith("app/") && !include.target.startsWith("widgets/"),
               qPrintable(include.file + " includes " + include.target));
      continue;
    }
    const QString from = include.file.section('/', 1, 1);
    const QString to = include.target.section('/', 1, 1);
    QVERIFY2(allowed().contains(from), qPrintable(from));
    QVERIFY2(from == to || allowed().at(from).contains(to), qPrintable(include.file + " includes " + include.target));
  }
}

void TestLayering::coreKnowsNoQt() {
  for (const Include& include : includesBelow("core")) {
    QVERIFY2(!include.target.startsWith('Q'), qPrintable(include.file + " includes " + include.target));
  }
}

void TestLayering::torchStaysOutOfHeaders() {
  // A file that includes them takes 15 s and 1 GB to compile.
  QSet<QString> users;
  for (const QString& folder : {QStringLiteral("core"), QStringLiteral("widgets"), QStringLiteral("app")}) {
    for (const Include& include : includesBelow(folder)) {
      if (!include.target.startsWith("torch/") && !include.target.startsWith("ATen/")) continue;
      QVERIFY2(include.file.endsWith(".cpp"), qPrintable(include.file));
      users.insert(include.file);
    }
  }
  QVERIFY2(users.size() <= 6, qPrintable(QStringList(users.values()).join(' ')));
}

void TestLayering::box2dStaysInThePlant() {
  for (const Include& include : includesBelow("core")) {
    if (include.target.startsWith("box2d/")) {
      QVERIFY2(include.file.startsWith("core/plant/"), qPrintable(include.file));
    }
  }
}

void TestLayering::widgetsKnowNothingOfTheApp() {
  for (const Include& include : includesBelow("widgets")) {
    QVERIFY2(!include.target.startsWith("app/"), qPrintable(include.file + " includes " + include.target));
  }
}

QTEST_APPLESS_MAIN(TestLayering)
#include "tst_layering.moc"
