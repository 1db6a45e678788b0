// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFileDialog>
#include <QMenu>
#include <QXmlStreamReader>

#include "app/forms/export_menu.h"
#include "app/forms/workspace.h"
#include "tests/app/run_program.h"
#include "tests/app/session_window.h"

using namespace gps;
using namespace gps::testing;
using gps::test::runProgram;

namespace {

QByteArray bytesOf(const QString& file) {
  QFile reading(file);
  return reading.open(QIODevice::ReadOnly) ? reading.readAll() : QByteArray();
}

bool exports(SessionWindow& w, ExportKind kind, const QString& file) {
  if (!w.window.exports()->exportTo(kind, file)) return false;
  return QTest::qWaitFor([&] { return !w.window.exports()->busy(); }, kPatience);
}

}  // namespace

/// File, Export: what is written is what the command writes from the same session.
class TestWindowExports : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void writesWhatTheCommandWrites();
  void theShownIterationOfTheSelectedRun();
  void entriesSayWhyTheyCannot();
  void problemsAreSaid();
  void theMenuAsksForAFile();
  void closingWhileAReportIsDrawn();
};

void TestWindowExports::writesWhatTheCommandWrites() {
  const QTemporaryDir folder;
  SessionWindow w(folder.path());
  w.prepare("point_mass", "mdgps", 3);
  w.learn();
  QVERIFY(w.isSaved(3));
  const QString session = QString::fromStdString(w.run().place()->file);
  const auto at = [&](const char* name) { return folder.filePath(name); };
  QVERIFY(exports(w, ExportKind::Arrays, at("a.npz")));
  QVERIFY2(w.said("export").contains("Iteration 3 of mdgps-1 was exported"), qPrintable(w.said("export")));
  QVERIFY(exports(w, ExportKind::TorchScript, at("a.pt")));
  QVERIFY(exports(w, ExportKind::CHeader, at("arm.h")));
  QVERIFY(exports(w, ExportKind::Report, at("a.html")));
  QVERIFY(bytesOf(at("a.html")).contains("<svg"));
  // The session is still being written to by the window.
  QVERIFY(QDir().mkdir(at("t")));
  for (const QStringList& options : {QStringList{"--arrays", at("t/a.npz")}, {"--policy", at("t/a.pt")}, {"--policy", at("t/arm.h")},
                                     {"--report", at("t/a.html"), "--run", "mdgps-1"}}) {
    const auto outcome = runProgram(QStringList{"export", session} + options);
    QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
  }
  for (const char* name : {"a.npz", "a.pt", "arm.h"}) {
    QVERIFY2(!bytesOf(at(name)).isEmpty() && bytesOf(at(name)) == bytesOf(at("t/") + name), name);
  }
  // Fonts of window and terminal may differ; the words do not.
  const auto words = [](const QByteArray& page) {
    return QString::fromUtf8(page).remove(QRegularExpression("<svg.*?</svg>", QRegularExpression::DotMatchesEverythingOption));
  };
  QCOMPARE(words(bytesOf(at("a.html"))), words(bytesOf(at("t/a.html"))));
}

void TestWindowExports::theShownIterationOfTheSelectedRun() {
  const QTemporaryDir folder;
  SessionWindow w(folder.path());
  w.prepare("point_mass", "mdgps", 3);
  QVERIFY(w.window.addSecondRun("trajopt"));
  w.set(1, 3);
  w.learn();
  QVERIFY(w.isSaved(3, 0) && w.isSaved(3, 1));
  w.window.selectRun(0);
  w.window.workspace()->setIteration(2);
  QVERIFY(exports(w, ExportKind::CHeader, folder.filePath("a.h")));
  QVERIFY(bytesOf(folder.filePath("a.h")).contains("run mdgps-1 (mdgps, seed 4), iteration 2."));
  w.window.selectRun(1);
  w.window.refreshNow();
  QVERIFY(exports(w, ExportKind::CHeader, folder.filePath("b.h")));
  QVERIFY(bytesOf(folder.filePath("b.h")).contains("run trajopt-1 (trajopt, seed 4), iteration 2."));
  // It learns no policy.
  QVERIFY(!w.window.actions().exportTorch->isEnabled());
  QVERIFY(w.window.actions().exportTorch->toolTip().contains("learns no policy"));
  QVERIFY(w.window.actions().exportHeader->isEnabled());
  // And from a session with a name that was opened.
  w.saveAs(folder.filePath("named.gpss"));
  QVERIFY(exports(w, ExportKind::Arrays, folder.filePath("b.npz")));
  SessionWindow second(folder.filePath("second"));
  second.window.openSessionFile(folder.filePath("named.gpss"));
  QVERIFY(second.shows(3));
  second.window.refreshNow();
  QVERIFY(exports(second, ExportKind::Report, folder.filePath("c.html")));
  QVERIFY(bytesOf(folder.filePath("c.html")).contains("of the session named.gpss"));
}

void TestWindowExports::entriesSayWhyTheyCannot() {
  const QTemporaryDir folder;
  SessionWindow w(folder.path());
  WindowActions& a = w.window.actions();
  const QString tip = QStringLiteral("nothing to export yet");
  for (QAction* action : {a.exportArrays, a.exportTorch, a.exportHeader, a.exportReport}) {
    QVERIFY(!action->isEnabled());
    QVERIFY2(action->toolTip().contains(tip), qPrintable(action->toolTip()));
    QVERIFY(!action->objectName().isEmpty());
  }
  w.prepare("point_mass", "mdgps", 1);
  w.window.refreshNow();
  QVERIFY(!a.exportArrays->isEnabled());
  QVERIFY(!w.window.exports()->exportTo(ExportKind::Arrays, folder.filePath("a.npz")));
  QVERIFY(w.said("export").contains(tip));
  w.learn();
  QVERIFY(w.isSaved(1));
  Q_EMIT a.exports->aboutToShow();
  for (QAction* action : {a.exportArrays, a.exportTorch, a.exportHeader, a.exportReport}) {
    QVERIFY2(action->isEnabled() && !action->toolTip().contains(tip), qPrintable(action->toolTip()));
  }
  QVERIFY(a.exports->toolTipsVisible());
}

void TestWindowExports::problemsAreSaid() {
  const QTemporaryDir folder;
  SessionWindow w(folder.path());
  w.prepare("point_mass", "mdgps", 1);
  w.learn();
  QVERIFY(w.isSaved(1));
  QVERIFY(exports(w, ExportKind::Arrays, folder.filePath("no/folder/a.npz")));
  QVERIFY2(w.said("export").contains("could not be written"), qPrintable(w.said("export")));
  QVERIFY(exports(w, ExportKind::Report, "/proc/a.html"));
  QVERIFY2(w.said("export").contains("could not be written"), qPrintable(w.said("export")));
  QVERIFY(!w.window.exports()->exportTo(ExportKind::CHeader, folder.filePath("a.txt")));
  QVERIFY2(w.said("export").contains(".h"), qPrintable(w.said("export")));
  QVERIFY(w.window.actions().exportReport->isEnabled());
}

void TestWindowExports::theMenuAsksForAFile() {
  const QTemporaryDir folder;
  SessionWindow w(folder.path());
  w.prepare("point_mass", "mdgps", 1);
  w.learn();
  QVERIFY(w.isSaved(1));
  Q_EMIT w.window.actions().exports->aboutToShow();
  w.window.actions().exportHeader->trigger();
  auto* dialog = w.window.findChild<QFileDialog*>("dialog.export");
  QVERIFY(dialog);
  QCOMPARE(dialog->acceptMode(), QFileDialog::AcceptSave);
  Q_EMIT dialog->fileSelected(folder.filePath("arm.h"));
  dialog->close();
  QTRY_VERIFY_WITH_TIMEOUT(!w.window.exports()->busy(), kPatience);
  QVERIFY(bytesOf(folder.filePath("arm.h")).contains("arm_controller("));
}

void TestWindowExports::closingWhileAReportIsDrawn() {
  const QTemporaryDir folder;
  {
    SessionWindow w(folder.path());
    w.prepare("point_mass", "mdgps", 2);
    w.learn();
    QVERIFY(w.isSaved(2));
    QVERIFY(w.window.exports()->exportTo(ExportKind::Report, folder.filePath("a.html")));
    QTest::qWait(30);
  }
  QCOMPARE(QDir(folder.path()).entryList({"*.part*"}, QDir::Files), QStringList());
  const QByteArray page = bytesOf(folder.filePath("a.html"));
  QVERIFY(page.isEmpty() || page.endsWith("</html>\n"));
}

QTEST_MAIN(TestWindowExports)
#include "tst_window_exports.moc"
