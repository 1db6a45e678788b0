// SPDX-License-Identifier: GPL-3.0-or-later
#include "synthetic_run.h"

#include <cmath>
#include <numbers>

#include "core/base/rng.h"
#include "widgets/canvas/scene_geometry.h"

namespace gps::test {

namespace {

Body wall(const std::string& id, Eigen::Vector2d centre, Eigen::Vector2d half) {
  Body body;
  body.id = id;
  body.position = centre;
  body.shapes.push_back({BoxShape{{0, 0}, half, 0}});
  return body;
}

/// Point of the disc's path at share s of the way: a bow that flattens as learning goes on.
Eigen::Vector2d pathPoint(const Eigen::Vector2d& from, const Eigen::Vector2d& to, double s, double bow) {
  const double eased = s * s * (3 - 2 * s);
  const Eigen::Vector2d along = from + (to - from) * eased;
  return along + Eigen::Vector2d(0, bow * std::sin(std::numbers::pi * eased));
}

}  // namespace

std::shared_ptr<const Scene> roomScene(int conditions) {
  auto scene = std::make_shared<Scene>();
  scene->name = "room";
  scene->title = "Obstacle navigation";
  scene->text =
      "A disc pushed by a force has to pass between the posts.\nTwo ways lead around the middle one.";
  scene->bodies = {wall("wall_top", {1, 0.8}, {0.1, 0.3}), wall("wall_bottom", {1, -0.8}, {0.1, 0.3}),
                   wall("far_top", {2, 1.3}, {0.1, 0.3}), wall("far_bottom", {2, -1.3}, {0.1, 0.3})};
  Body post;
  post.id = "post";
  post.position = {2, 0};
  post.shapes.push_back({CircleShape{{0, 0}, 0.2}});
  scene->bodies.push_back(post);
  Body border;
  border.id = "border";
  border.shapes.push_back({ChainShape{{{-0.5, -1.6}, {3.5, -1.6}, {3.5, 1.6}, {-0.5, 1.6}}, true}});
  scene->bodies.push_back(border);
  Body disc;
  disc.id = "disc";
  disc.dynamic = true;
  disc.shapes.push_back({CircleShape{{0, 0}, 0.1}});
  scene->bodies.push_back(disc);
  Sensor sensor;
  sensor.id = "p";
  sensor.targets = {"disc"};
  scene->sensors.push_back(sensor);
  scene->success = SuccessSpec{.sensor = "p", .target = {3, 0}, .within = 0.1};
  for (int i = 0; i < conditions; ++i) {
    const double y = conditions > 1 ? -0.8 + 1.6 * i / (conditions - 1) : 0.0;
    scene->conditions.push_back({"c" + std::to_string(i + 1), {{"disc.position", {0.0, y}}}, 0, true, false});
  }
  scene->camera = {{1.5, 0}, 4.4, "p"};
  return scene;
}

std::shared_ptr<const Scene> armScene(int conditions) {
  auto scene = std::make_shared<Scene>();
  scene->name = "two_link_arm";
  scene->title = "Two-link arm";
  scene->text = "Two motors turn two links to a pose.";
  scene->bodies = {wall("base", {0, 15}, {1, 1}), wall("link1", {0, 10}, {0.5, 5}),
                   wall("link2", {0, 1}, {0.5, 5})};
  scene->bodies[1].dynamic = scene->bodies[2].dynamic = true;
  Joint shoulder;
  shoulder.id = "shoulder";
  shoulder.bodyA = "base";
  shoulder.bodyB = "link1";
  shoulder.anchorB = {0, 5};
  shoulder.referenceAngle = std::numbers::pi;
  Joint elbow;
  elbow.id = "elbow";
  elbow.bodyA = "link1";
  elbow.bodyB = "link2";
  elbow.anchorA = {0, -4.5};
  elbow.anchorB = {0, 4.5};
  scene->joints = {shoulder, elbow};
  Sensor angles;
  angles.id = "q";
  angles.type = Sensor::Type::JointAngle;
  angles.targets = {"shoulder", "elbow"};
  scene->sensors.push_back(angles);
  SuccessSpec success;
  success.sensor = "q";
  success.target = {0, 0};
  scene->success = success;
  for (int i = 0; i < conditions; ++i) {
    scene->conditions.push_back(
        {"c" + std::to_string(i + 1),
         {{"shoulder.angle", {1.57 + 0.785 * i}}, {"elbow.angle", {i == 0 ? 0.0 : 1.57 - 1.57 * i}}},
         0,
         true,
         false});
  }
  return scene;
}

std::shared_ptr<const Task> taskOf(std::shared_ptr<const Scene> scene, int T) {
  auto task = std::make_shared<Task>();
  task->name = scene->name;
  task->T = T;
  task->dt = 0.05;
  task->dX = 4;
  task->dU = 2;
  task->trace = TracePoint{.first = 0};
  for (const Condition* condition : ui::trainedConditions(*scene)) {
    task->conditions.push_back(condition->id);
    task->x0.push_back(Vector::Zero(4));
  }
  task->scene = std::move(scene);
  return task;
}

std::shared_ptr<const Snapshot> snapshotOf(std::shared_ptr<const Task> task, const SnapshotOptions& options) {
  auto snapshot = std::make_shared<Snapshot>();
  const Scene& scene = *task->scene;
  const auto conditions = ui::trainedConditions(scene);
  const int n = static_cast<int>(conditions.size()), T = task->T;
  const std::size_t bodies = scene.bodies.size();
  const Eigen::Vector2d goal = ui::goalOf(scene).point.value_or(Eigen::Vector2d(6, 20));
  snapshot->run = options.global ? "mdgps-1" : "trajopt-1";
  snapshot->algorithm = options.global ? "mdgps" : "trajopt";
  snapshot->report.iteration = options.iteration;
  snapshot->report.metrics = MetricTable(n);
  const double wildness = std::exp(-0.25 * (options.iteration - 1));

  for (int i = 0; i < n; ++i) {
    const std::vector<Pose> start = ui::startPoses(scene, conditions[static_cast<std::size_t>(i)]);
    const Eigen::Vector2d from(start.back().x, start.back().y);
    const double extent = (goal - from).norm();
    const auto rollout = [&](double bow, double wobble, int stream) {
      auto made = std::make_shared<Rollout>();
      made->trajectory.X = RowMatrix::Zero(T, 4);
      made->trajectory.U = RowMatrix::Zero(T, 2);
      Rng rng = makeRng(7, Purpose::Eval, options.iteration, i, stream);
      Eigen::Vector2d drift = Eigen::Vector2d::Zero(), push = Eigen::Vector2d::Zero();
      for (int t = 0; t < T; ++t) {
        const double s = T > 1 ? static_cast<double>(t) / (T - 1) : 0.0;
        push = 0.9 * push + wobble * extent * 0.002 * Eigen::Vector2d(rng.normal(), rng.normal());
        drift += t > 0 ? push : Eigen::Vector2d(0, 0);
        const Eigen::Vector2d p = pathPoint(from, goal, s, bow) + drift;
        made->trajectory.X.row(t).head<2>() = p.transpose();
        for (std::size_t b = 0; b < bodies; ++b) {
          Pose pose = start[b];
          if (scene.bodies[b].dynamic) {
            pose.angle += static_cast<float>(1.5 * s);
            if (b + 1 == bodies) pose = {static_cast<float>(p.x()), static_cast<float>(p.y()), pose.angle};
          }
          made->poses.push_back(pose);
        }
      }
      return made;
    };
    const double bow = extent * (0.22 + 0.15 * wildness) * (i % 2 == 0 ? 1 : -1);
    ConditionView view;
    for (int k = 0; k < options.samples; ++k) view.samples.push_back(rollout(bow, wildness, k));
    view.local = rollout(bow, 0, 100);
    if (options.global) view.global = rollout(bow * (1 - 0.3 * wildness), 0, 101);
    if (options.marginals) {
      const auto marginals = [&](const Rollout& mean, double size) {
        auto made = std::make_shared<Marginals>();
        for (int t = 0; t < T; ++t) {
          Vector m = Vector::Zero(6);
          m.head<4>() = mean.trajectory.X.row(t).transpose();
          Matrix cov = Matrix::Identity(6, 6) * 1e-4;
          const double s = T > 1 ? static_cast<double>(t) / (T - 1) : 0.0;
          const double r = size * extent * std::sin(std::numbers::pi * s) + 1e-3 * extent;
          cov(0, 0) = r * r;
          cov(1, 1) = 0.3 * r * r;
          cov(0, 1) = cov(1, 0) = 0.2 * r * r;
          made->mean.push_back(m);
          made->cov.push_back(cov);
        }
        return made;
      };
      view.localMarginals = marginals(*view.local, 0.03 * wildness);
      if (options.global) view.globalMarginals = marginals(*view.global, 0.015);
    }
    snapshot->conditions.push_back(view);
    snapshot->report.metrics.set(Metric::LocalCost, i, 120.0 * wildness + 10 * i);
    if (options.global) snapshot->report.metrics.set(Metric::GlobalCost, i, 150.0 * wildness + 10 * i);
  }
  snapshot->report.metrics.set(Metric::Rollouts, 20.0 * options.iteration);
  snapshot->task = std::move(task);
  return snapshot;
}

}  // namespace gps::test
