// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

namespace gps::ui {

/// Two scrubbers: time within a rollout (play, loop, speed) and iteration (with "follow the latest"). Replay
/// runs at true speed on a precise 16 ms timer, which is stopped while paused or hidden. Set values never
/// come back as signals; signals report the user and the replay. Colours follow the application's palette.
class TimeBar : public QWidget {
  Q_OBJECT
 public:
  explicit TimeBar(QWidget* parent = nullptr);
  ~TimeBar() override;

  /// T steps of dt seconds; T = 0 disables the time part. Keeps the time step, clamped.
  void setHorizon(int T, double dt);
  void setTimeStep(double step);  ///< 0 .. T-1, fractional
  double timeStep() const;

  /// Number of finished iterations; 0 disables the iteration part. While following, the newest is chosen and
  /// iterationChosen() is emitted, so the owner need not do it.
  void setIterationCount(int count);
  int iterationCount() const;
  void setIteration(int iteration);  ///< from 1; choosing an older one does not end following
  int iteration() const;             ///< 0: none
  void setFollowing(bool following);
  bool following() const;

  void setPlaying(bool playing);
  bool playing() const;
  void setLooping(bool looping);
  bool looping() const;
  void setSpeed(double speed);  ///< 1: true speed; 0.1 .. 4
  double speed() const;

 Q_SIGNALS:
  void timeStepChanged(double step);
  void iterationChosen(int iteration);  ///< from 1. The user's choice of an older one ends following first.
  void followChanged(bool following);
  void playingChanged(bool playing);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
