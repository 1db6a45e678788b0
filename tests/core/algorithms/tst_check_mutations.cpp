// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <ctime>
#include <fstream>

#include "core/algorithms/check_scene.h"
#include "core/base/rng.h"
#include "core/scene/scene_reader.h"
#include "core/scene/tree_edit.h"

namespace {

using namespace gps;

/// Spoils scene files in the ways of typing errors, of other programs and of malice.
class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<std::string>& texts) : m_rng(seed), m_texts(texts) {
    for (const std::string& text : texts) m_trees.push_back(SceneTree::parse(text));
  }

  std::string next() {
    const std::size_t which = below(m_texts.size());
    if (below(3) == 0) {
      std::string text = m_texts[which];
      for (std::size_t n = 1 + below(4); n > 0; --n) spoilBytes(text);
      return text;
    }
    SceneTree tree = m_trees[which];
    for (std::size_t n = 1 + below(4); n > 0; --n) spoilTree(tree);
    return sceneText(tree);
  }

 private:
  std::size_t below(std::size_t count) {
    return m_rng.below(static_cast<std::uint32_t>(std::max<std::size_t>(count, 1)));
  }

  void spoilBytes(std::string& text) {
    if (text.empty()) return;
    const std::size_t at = below(text.size());
    static const std::string kTokens[] = {"{",   "}",    "[",       "]",        ",",    ":",
                                          "\"",  "null", "1e999",   "-0",       "1e-9", "1e308",
                                          "NaN", "true", "\\u0000", "\xF0\x9F", "//",   "-"};
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(40));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(200)));
        break;
      case 3:
        text.insert(at, kTokens[below(std::size(kTokens))]);
        break;
      case 4:
        text.resize(at);
        break;
      default: {  // another digit, or another number of them
        const std::size_t digit = text.find_first_of("0123456789", at);
        if (digit != std::string::npos) text.replace(digit, 1, std::to_string(below(1000000)));
      }
    }
  }

  SceneTree value(const SceneTree& tree) {
    switch (below(14)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return 0;
      case 3:
        return -1;
      case 4:
        return std::pow(10.0, static_cast<double>(below(40)) - 20.0) * (below(2) == 0 ? 1 : -1);
      case 5:
        return static_cast<std::int64_t>(below(20000));
      case 6:
        return "";
      case 7:
        return std::string(below(2000), 'x');
      case 8:
        return SceneTree::array();
      case 9:
        return SceneTree::object();
      case 10:
        return SceneTree::array({m_rng.normal(), m_rng.normal()});
      case 11: {
        SceneTree deep = 1;
        for (std::size_t n = below(80); n > 0; --n) deep = SceneTree::array({deep});
        return deep;
      }
      case 12: {
        SceneTree list = SceneTree::array();
        for (std::size_t n = below(300); n > 0; --n) list.push_back(m_rng.normal());
        return list;
      }
      default:
        return tree.at(path(tree));  // something from elsewhere in the file
    }
  }

  TreePath path(const SceneTree& tree) {
    TreePath at;
    const SceneTree* value = &tree;
    while (value->is_structured() && !value->empty() && (at.empty() || below(4) != 0)) {
      const std::size_t child = below(value->size());
      if (value->is_array()) {
        at /= child;
      } else {
        at /= std::next(value->begin(), static_cast<std::ptrdiff_t>(child)).key();
      }
      value = &tree.at(at);
    }
    return at;
  }

  void spoilTree(SceneTree& tree) {
    const TreePath at = path(tree);
    if (at.empty()) return;
    TreeEditor editor(tree);
    SceneTree other = value(tree);
    const bool inList = tree.at(at.parent_pointer()).is_array();
    Status done = Done{};
    switch (below(6)) {
      case 0:
        done = editor.remove(at);
        break;
      case 1:
        done = inList ? editor.insert(at.parent_pointer(), tree.at(at), 0)
                      : editor.renameKey(at.parent_pointer(), at.back(), "kez");
        break;
      case 2:
        if (tree.at(at).is_number()) other = tree.at(at).get<double>() * std::pow(10.0, m_rng.normal() * 3.0);
        [[fallthrough]];
      default:
        done = editor.replace(at, std::move(other));
    }
    Q_UNUSED(done)  // 1e400 is not finite: then nothing is spoilt this time
  }

  Rng m_rng;
  const std::vector<std::string>& m_texts;
  std::vector<SceneTree> m_trees;
};

/// Milliseconds of processor this program has used: on a busy machine the clock on the wall says nothing.
double processorTime() {
  return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace

/// What `check` does with files that are nearly scenes: an answer, soon.
class TestCheckMutations : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everySpoiltSceneGetsAnAnswerWithinASecond();
};

/// 5000 files; GPS_FUZZ_MUTATIONS=1000000 for the long search (some seven minutes), GPS_FUZZ_SEED for another one.
void TestCheckMutations::everySpoiltSceneGetsAnAnswerWithinASecond() {
  std::vector<std::string> texts;
  for (const ShippedScene& shipped : shippedScenes(GPS_SCENES)) {
    std::ifstream stream(shipped.file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  QVERIFY(texts.size() >= 12);
  bool given = false;
  int count = qEnvironmentVariableIntValue("GPS_FUZZ_MUTATIONS", &given);
  if (!given) count = 5000;
  const std::uint64_t seed =
      static_cast<std::uint64_t>(std::max(qEnvironmentVariableIntValue("GPS_FUZZ_SEED"), 1));
  Mutator mutator(seed, texts);
  int valid = 0, warned = 0;
  double slowest = 0.0;
  for (int i = 0; i < count; ++i) {
    const std::string text = mutator.next();
    // Whatever happens next, the culprit is on disk.
    const char* keep = std::getenv("GPS_FUZZ_KEEP");
    if (keep) std::ofstream(keep, std::ios::binary) << text;
    const double before = processorTime();
    const Result<CheckedScene> checked = checkSceneText(text, "mutation");
    const double took = processorTime() - before;
    slowest = std::max(slowest, took);
    if (took > 1000) {
      std::ofstream("slow.scene.json", std::ios::binary) << text;
      QFAIL(qPrintable(QString("mutation %1 took %2 ms; it is kept in slow.scene.json").arg(i).arg(took)));
    }
    if (checked) {
      ++valid;
      warned += checked->warnings.empty() ? 0 : 1;
      for (const Problem& problem : checked->warnings) {
        QVERIFY(problem.severity == Problem::Severity::Warning && !problem.what.empty() &&
                !problem.mend.empty());
      }
    } else {
      const Error& error = checked.error();
      const bool said = !error.what.empty() && !error.mend.empty();
      if (!said) std::ofstream("wordless.scene.json", std::ios::binary) << text;
      QVERIFY2(said, (error.text() + " is all that is said of wordless.scene.json").c_str());
    }
  }
  qInfo("%d of %d were still valid, %d of them with warnings; the slowest took %.1f ms of processor", valid, count,
        warned, slowest);
  QVERIFY(valid > count / 50);
  QVERIFY(valid < count / 2);
}

QTEST_APPLESS_MAIN(TestCheckMutations)
#include "tst_check_mutations.moc"
