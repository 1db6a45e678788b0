// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/algorithms/parameters.h"

namespace gps::ui {

/// What is wrong with a typed value, as one or two sentences; empty when nothing is. Numbers are in the C
/// locale, scientific notation included.
QString problemWith(const ParamField& field, const QString& text);

/// The value one notch up (or down): 1 for whole numbers, a tenth of a decade on logarithmic scales, else one
/// unit of the second significant digit. Clamped to the range. The text itself where it is not one number.
QString stepped(const ParamField& field, const QString& text, int notches);

/// "0.001 to 100", "true or false", "reverse, forward"; empty where everything is allowed.
QString rangeText(const ParamField& field);

/// Greek letters for the names the specs spell: "epsilon" becomes the letter.
QString symbolText(const std::string& symbol);

/// "next iteration", "new run", "at once".
QString appliesText(Applies applies);

}  // namespace gps::ui
