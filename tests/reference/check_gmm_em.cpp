// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/case_check.h"
#include "tests/reference/reference_mixture.h"

namespace gps::reference {

namespace {

void checkInference(CaseCheck& check) {
  const GaussianMixture mixture = mixtureOf(check.in("gmm"));
  const Matrix points = matrixOf(check.in("pts"));
  const Result<MixtureQuery> query = queryMixture(mixture, points);
  MixturePrior learnt;
  learnt.mixture = mixture;
  const Result<NiwPrior> prior = priorAt(learnt, 0, points, 1.0);
  if (!query) return check.fail(query.error().text());
  if (!prior) return check.fail(prior.error().text());
  check.compare("log_joint", toJson(MatrixRef(logJoint(mixture, points))));
  check.compare("log_cluster_weights", toJson(VectorRef(query->logWeight)));
  check.compare("mu0", toJson(VectorRef(prior->mu0)));
  check.compare("Phi", toJson(MatrixRef(prior->Phi)));
  check.compare("m", prior->m);
  check.compare("n0", referenceN0(mixture.points, points.cols()) * prior->n0);
}

}  // namespace

void checkGmmEm(CaseCheck& check) {
  const std::string kind = check.in("kind").get<std::string>();
  if (kind == "inference") return checkInference(check);

  const Matrix data = matrixOf(check.in("data"));
  const GaussianMixture start =
      kind == "warm" ? mixtureOf(check.in("gmm"))
                     : mixtureFromAssignment(data, check.in("cluster_index").get<std::vector<int>>(),
                                             check.in("K").get<int>());
  const std::optional<ReferenceEm> em = referenceEm(data, start, check.in("max_iterations").get<int>());
  if (!em) return check.fail("EM failed");
  const Result<EmResult> fit = fitMixture(data, start, em->options);
  if (!fit) return check.fail(fit.error().text());

  check.compare("loglik_first", em->logLikelihood.front());
  check.compare("loglik_last", em->logLikelihood.back());
  if (check.hasOut("loglik_trace")) check.compare("loglik_trace", toJson(em->logLikelihood));
  if (check.hasOut("iterations")) check.compare("iterations", em->logLikelihood.size());
  check.compare("mu", toJson(fit->mixture.mu));
  check.compare("sigma", toJson(fit->mixture.sigma));
  check.compare("logmass", toJson(VectorRef(fit->mixture.logWeight)));
  check.compare("N", fit->mixture.points);
  // A property of the case, not of the code.
  check.markChecked("stop_is_rounding_sensitive");
}

}  // namespace gps::reference
