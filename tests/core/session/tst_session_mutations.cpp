// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QRandomGenerator>
#include <QtTest>

#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

namespace {

QByteArray golden() {
  QFile file(QStringLiteral(GPS_TEST_FILES "/sessions/schema-1.gpss"));
  if (!file.open(QIODevice::ReadOnly)) qFatal("the golden session is missing");
  return file.readAll();
}

/// A session with every kind of row and array, as small as it can be: most mutations of it hit something, and quickly.
QByteArray smallSession() {
  Scene scene = *readScene(GPS_SCENES "/point_mass.scene.json");
  scene.horizon = 5;
  RunSetup setup = setupOf("mdgps", *compileTask(std::make_shared<const Scene>(std::move(scene))), 1);
  setup.parameters.run.samples = 2;
  setup.parameters.policy.steps = 5;
  setup.parameters.policy.hidden = {3};
  const QTemporaryDir folder;
  const QString path = folder.filePath("small.gpss");
  trainTo(path.toStdString(), std::move(setup));
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) qFatal("the small session is missing");
  return file.readAll();
}

Result<SessionFile> load(const QByteArray& bytes) {
  return SessionFile::fromBytes(
      std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))), "mutated.gpss");
}

/// Everything a program does with a session, whatever it holds. Returns what was said about it.
QStringList useAll(const QByteArray& bytes) {
  QStringList said;
  const auto note = [&said](const Error& error) { said << QString::fromStdString(error.text()); };
  const Result<SessionFile> session = load(bytes);
  if (!session) {
    note(session.error());
    return said;
  }
  for (const SessionRun& run : session->runs()) {
    const auto rows = session->rows(run);
    if (!rows) note(rows.error());
    for (const auto& part : {session->provenance(run), session->notes(run)}) {
      if (!part) note(part.error());
    }
    const Result<std::shared_ptr<const Task>> task = session->task(run);
    if (!task) {
      note(task.error());
      continue;
    }
    for (int k = 1; k <= std::min(run.iterations, 4); ++k) {
      if (const auto snapshot = session->snapshot(run, *task, k); !snapshot) note(snapshot.error());
      if (const auto policy = session->policy(run, **task, k); !policy) note(policy.error());
    }
    const auto states = session->states(run);
    if (!states)
      note(states.error());
    else if (!states->empty()) {
      if (const auto setup = session->resume(run, states->back()); !setup) note(setup.error());
    }
  }
  return said;
}

/// One to four changes: bits, bytes of interest, runs, pages exchanged, the end cut off.
QByteArray mutated(QByteArray bytes, QRandomGenerator& random) {
  static const unsigned char kTempting[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x05, 0x0d};
  constexpr int kPage = 4096;
  const int changes = 1 + random.bounded(4);
  for (int c = 0; c < changes; ++c) {
    // Half of them in the first bytes of a page, where its structure is; half of those in the first pages.
    int at = random.bounded(static_cast<int>(bytes.size()));
    if (random.bounded(2) == 0) at = at / kPage * kPage + random.bounded(120);
    if (random.bounded(3) == 0) at %= 12 * kPage;
    at = std::min(at, static_cast<int>(bytes.size()) - 1);
    switch (random.bounded(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.bounded(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(kTempting[random.bounded(7)]);
        break;
      case 2:
        for (int i = at; i < std::min(at + 1 + random.bounded(64), static_cast<int>(bytes.size())); ++i) {
          bytes[i] = static_cast<char>(random.bounded(256));
        }
        break;
      case 3: {
        const int pages = static_cast<int>(bytes.size()) / kPage;
        const int from = random.bounded(pages), to = random.bounded(pages);
        bytes.replace(to * kPage, kPage, bytes.mid(from * kPage, kPage));
        break;
      }
      case 4:
        for (int i = at; i < std::min(at + 4, static_cast<int>(bytes.size())); ++i) bytes[i] = '\xff';
        break;
      default:
        if (random.bounded(8) == 0)
          bytes.truncate(std::max(kPage, at));
        else
          bytes[at] = static_cast<char>(bytes[at] + 1);
        break;
    }
  }
  return bytes;
}

}  // namespace

/// A session of this schema opens for ever, and no other bytes do harm.
class TestSessionMutations : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theGoldenSessionOpens();
  void theGoldenSessionGoesOn();
  void mutationsDoNoHarm();
};

void TestSessionMutations::theGoldenSessionOpens() {
  const QByteArray bytes = golden();
  QCOMPARE(useAll(bytes), QStringList());
  const Result<SessionFile> session = load(bytes);
  QVERIFY(session->check().ok());
  QCOMPARE(session->runs().size(), std::size_t(2));
  const SessionRun run = *session->run("mdgps-1");
  QCOMPARE(run.iterations, 4);
  const auto events = *session->events(run);
  QCOMPARE(events.size(), std::size_t(2));
  QCOMPARE(events[0].iteration, 3);
  const auto rows = *session->rows(run);
  // As they were printed when the file was written.
  QCOMPARE(QString::number(*rows[0].report.metrics.mean(Metric::LocalCost), 'g', 10),
           QStringLiteral("1551.680361"));
  QCOMPARE(QString::number(*rows[3].report.metrics.mean(Metric::GlobalCost), 'g', 10),
           QStringLiteral("1492.975244"));
}

void TestSessionMutations::theGoldenSessionGoesOn() {
  const Result<SessionFile> session = load(golden());
  for (const SessionRun& run : session->runs()) {
    Result<RunSetup> setup = session->resume(run, run.iterations);
    QVERIFY2(setup.ok(), setup.ok() ? "" : setup.error().text().c_str());
    Watched watched(*std::move(setup));
    watched.run.setParameter("run.iterations", std::to_string(run.iterations + 1));
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QCOMPARE(watched.snapshots.size(), std::size_t(1));
  }
}

void TestSessionMutations::mutationsDoNoHarm() {
  const QByteArray bytes = golden();
  const QByteArray small = smallSession();
  QCOMPARE(useAll(small), QStringList());
  bool given = false;
  const int asked = qEnvironmentVariableIntValue("GPS_SESSION_MUTATIONS", &given);
  const int count = given ? asked : 5000;
  const int first = qEnvironmentVariableIntValue("GPS_SESSION_FIRST");  // so that several programs share a long search
  int refused = 0;
  for (int i = first; i < first + count; ++i) {
    QRandomGenerator random(static_cast<quint32>(i));  // the number of a failing one repeats it
    const QByteArray changed = mutated(i < 3000 || i % 25 == 0 ? bytes : small, random);
    const QStringList said = useAll(changed);
    refused += said.isEmpty() ? 0 : 1;
    for (const QString& sentence : said) {
      QVERIFY2(sentence.size() > 20 && sentence.contains('.'),
               qPrintable(QStringLiteral("mutation %1: %2").arg(i).arg(sentence)));
    }
  }
  // Bytes that nobody reads may change; most do not go unseen.
  QVERIFY2(refused > count / 2, qPrintable(QStringLiteral("%1 of %2 were refused").arg(refused).arg(count)));
  qInfo("%d of %d were refused, each with a sentence", refused, count);
}

QTEST_APPLESS_MAIN(TestSessionMutations)
#include "tst_session_mutations.moc"
