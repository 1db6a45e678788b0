// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <memory>

#include "core/base/error.h"

namespace gps::ui {

enum class Severity { Info, Warning, Error };

/// One message: what happened, where, and how to mend it. Plain text throughout.
struct Message {
  QString key;  ///< identity: a message with the key of a shown one replaces it
  Severity severity = Severity::Info;
  QString what;
  QString where;   ///< may be empty
  QString mend;    ///< may be empty
  QString action;  ///< text of the action button, a verb ("Retry"); empty: no button
  QString keep{};  ///< text of a button before it for the way on which nothing is lost ("Save"); empty: none
  bool cancels{};  ///< closing it is an answer too: the button that does it reads Cancel
};

/// Messages inline, instead of dialogs. Only the newest takes room; a button says how many more there are and
/// shows them. Notes without an action go by themselves some seconds after they could be read; warnings,
/// errors and questions stay until they are answered, closed or mended. Announces new messages to screen
/// readers.
class MessageBar : public QWidget {
  Q_OBJECT
 public:
  explicit MessageBar(QWidget* parent = nullptr);
  ~MessageBar() override;

  void post(const Message& message);
  void post(const QString& key, Severity severity, const Error& error, const QString& action = {});
  /// Takes a message away; nothing happens when there is none of that key.
  void dismiss(const QString& key);
  void clear();
  /// Keys of all messages, newest first.
  QStringList keys() const;
  /// How long a note stays.
  /// Lies over a sibling page, `top` pixels below its upper edge, instead of taking room in a layout: what is
  /// worked on does not move when a message comes.
  void floatOver(QWidget* page, int top);
  void setNoteLifetime(int milliseconds);

 Q_SIGNALS:
  void actionTriggered(const QString& key);  ///< the message stays until dismissed
  void keepTriggered(const QString& key);    ///< so it does here
  void dismissed(const QString& key);        ///< closed by the user

 protected:
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
