// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/end_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <QCoreApplication>
#include <atomic>

namespace gps::ui {

namespace {

// What a signal handler may touch.
std::atomic<int> writingEnd{-1};

void onSignal(int number) {
  const auto byte = static_cast<unsigned char>(number);
  const ssize_t written = ::write(writingEnd.load(), &byte, 1);
  (void)written;
}

constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

}  // namespace

EndSignals::EndSignals() {
  if (::pipe2(m_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;  // then they end it the hard way
  writingEnd = m_pipe[1];
  m_notifier = std::make_unique<QSocketNotifier>(m_pipe[0], QSocketNotifier::Read);
  QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] {
    unsigned char number = 0;
    if (::read(m_pipe[0], &number, 1) == 1) QCoreApplication::exit(128 + number);
  });
  struct sigaction action {};
  action.sa_handler = onSignal;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int number : kSignals) sigaction(number, &action, nullptr);
}

EndSignals::~EndSignals() {
  if (m_pipe[0] < 0) return;
  for (const int number : kSignals) signal(number, SIG_DFL);
  writingEnd = -1;
  for (const int end : m_pipe) ::close(end);
}

}  // namespace gps::ui
