// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dynamics/dynamics_fit.h"
#include "tests/reference/case_check.h"
#include "tests/reference/reference_mixture.h"

namespace gps::reference {

namespace {

Matrix pointsOf(const std::vector<RowMatrix>& window) {
  Eigen::Index rows = 0;
  for (const RowMatrix& rollout : window) rows += rollout.rows();
  Matrix data(rows, window.front().cols());
  Eigen::Index row = 0;
  for (const RowMatrix& rollout : window) {
    data.middleRows(row, rollout.rows()) = rollout;
    row += rollout.rows();
  }
  return data;
}

}  // namespace

void checkDynamicsPriorSequence(CaseCheck& check) {
  const Json& hyper = check.in("hyperparameters");
  MixtureSettings settings;
  settings.minPointsPerCluster = hyper.at("min_samples_per_cluster").get<int>();
  settings.maxClusters = hyper.at("max_clusters").get<int>();
  // The reference keeps one trajectory less than its parameter says.
  settings.maxRollouts = hyper.at("max_samples").get<int>() - 1;
  // The reference runs EM on the points as they are.
  settings.whiten = false;

  MixturePrior prior;
  const Json& steps = check.in("steps");
  const Json& expected = check.out("steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string at = "steps[" + std::to_string(i) + "].";
    std::vector<RowMatrix> fresh;
    for (const Trajectory& rollout : trajectoriesOf(steps[i].at("X"), steps[i].at("U"))) {
      fresh.push_back(transitions(rollout));
    }
    // One pass shows the window and whether the mixture starts afresh.
    MixtureSettings probe = settings;
    probe.em.maxIterations = 1;
    const Result<MixtureUpdate> first = updateMixture(prior, fresh, probe, Rng(0));
    if (!first) return check.fail(first.error().text());
    const Matrix data = pointsOf(first->prior.window);
    const int clusters = first->prior.mixture.clusters();

    // The reference draws the first assignment at random; the drawn one is given. Ours comes from k-means++.
    const bool initialised = first->reinitialised;
    const std::vector<int> owner = steps[i].at("cluster_index").get<std::vector<int>>();
    const GaussianMixture start = initialised ? mixtureFromAssignment(data, owner, clusters) : prior.mixture;
    const std::optional<ReferenceEm> em = referenceEm(data, start, 100);
    if (!em) return check.fail("EM failed");

    Result<MixtureUpdate> update = first;
    if (initialised) {
      Result<EmResult> fit = fitMixture(data, start, em->options);
      if (!fit) return check.fail(fit.error().text());
      update->prior.mixture = std::move(fit->mixture);
    } else {
      settings.em = em->options;
      update = updateMixture(prior, fresh, settings, Rng(0));
      if (!update) return check.fail(update.error().text());
    }
    prior = std::move(update->prior);

    const Json& out = expected[i];
    check.compareTo(at + "initialised", update->reinitialised, out.at("initialised"));
    check.compareTo(at + "K", clusters, out.at("K"));
    check.compareTo(at + "trajectories_kept", prior.window.size(), out.at("trajectories_kept"));
    check.compareTo(at + "gmm.mu", toJson(prior.mixture.mu), out.at("gmm").at("mu"));
    check.compareTo(at + "gmm.sigma", toJson(prior.mixture.sigma), out.at("gmm").at("sigma"));
    check.compareTo(at + "gmm.logmass", toJson(VectorRef(prior.mixture.logWeight)),
                    out.at("gmm").at("logmass"));
    check.compareTo(at + "gmm.N", prior.mixture.points, out.at("gmm").at("N"));
  }
  check.markChecked("steps");
}

}  // namespace gps::reference
