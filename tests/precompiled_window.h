// SPDX-License-Identifier: GPL-3.0-or-later
// What most tests of the window read, compiled once; see core/precompiled.h.
#pragma once

#include "widgets/precompiled.h"

#include <QtTest>
