// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/math/types.h"

namespace gps {

/// (A + A') / 2. LLT reads one half only, so rounding asymmetry would go unseen.
Matrix symmetrized(const MatrixRef& A);

/// Lower Cholesky factor L with L L' = A, or nothing when A is not positive definite or not finite.
std::optional<Matrix> choleskyLower(const MatrixRef& A);

/// Nearest matrix (same eigenvectors) with eigenvalues >= floor * max(1, max|eigenvalue|).
Matrix psdProject(const MatrixRef& A, double floor = 1e-8);

/// Eigenvalues clamped to [lo, hi]; hi may be infinite. A symmetric.
Matrix clampEigenvalues(const MatrixRef& A, double lo, double hi);

/// A^-1 from its lower Cholesky factor; only where an explicit inverse is really needed.
Matrix inverseFromCholesky(const MatrixRef& L);

/// ln |A| = 2 sum ln diag L.
double logDetFromCholesky(const MatrixRef& L);

/// ln sum exp(v), safe for large |v|. -inf for an empty vector.
double logSumExp(const VectorRef& v);

}  // namespace gps
