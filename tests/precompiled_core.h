// SPDX-License-Identifier: GPL-3.0-or-later
// What most tests of core read, compiled once; see core/precompiled.h.
#pragma once

#include "core/precompiled.h"

#include <QtTest>
