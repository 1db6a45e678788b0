// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/engine/snapshot.h"

namespace gps::test {

/// A room with posts, a disc that moves through it and a goal; `conditions` starts on a line.
std::shared_ptr<const Scene> roomScene(int conditions);
/// An arm of two links whose goal is a pose, given as joint angles; coordinates in tens of metres.
std::shared_ptr<const Scene> armScene(int conditions);

/// A task of that scene without plants or costs: what a window needs of it. Trace: state entries 0 and 1.
std::shared_ptr<const Task> taskOf(std::shared_ptr<const Scene> scene, int T = 100);

struct SnapshotOptions {
  int iteration = 1;
  int samples = 5;
  bool global = true;
  bool marginals = true;
};

/// An iteration by formula, not by learning: disc paths from the starts to the goal, straighter with every
/// iteration, samples around them, and covariances that grow and shrink along the way.
std::shared_ptr<const Snapshot> snapshotOf(std::shared_ptr<const Task> task,
                                           const SnapshotOptions& options = {});

}  // namespace gps::test
