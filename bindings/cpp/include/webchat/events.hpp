/// A struct for each event of the specification. Made from the tables: `make tables`.
#ifndef WEBCHAT_EVENTS_HPP
#define WEBCHAT_EVENTS_HPP

#include <utility>
#include <variant>
#include <webchat/typed.hpp>

namespace webchat {

/// The service accepts commands. Late listeners get it too.
///
/// When a chat has its configuration; after a stored session has been looked for.
struct Ready final : detail::TypedAs<Ready, EventKind::ready, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// A stored session was accepted; its messages follow.
///
/// When the server takes a stored session up again (at the first configuration, or by `restore`).
struct Restored final : detail::TypedAs<Restored, EventKind::restored, RestoredEvent, detail::Bound::begins> {
    using TypedAs::TypedAs;
};

/// The stored session is too old, or the server says it has ended.
///
/// Instead of `restored`, where the session is older than the configuration allows, or has ended at the server.
struct RestoreTimeout final : detail::TypedAs<RestoreTimeout, EventKind::restore_timeout, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The stored session could not be restored; with the response that said so.
///
/// Instead of `restored`, where the server could not be asked, or refused.
struct RestoreFailed final : detail::TypedAs<RestoreFailed, EventKind::restore_failed, ResponseEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The session was restored while the chat server is offline.
///
/// After `restored`.
struct RestoredOffline final : detail::TypedAs<RestoredOffline, EventKind::restored_offline, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// New messages, one event for each answer that has visible ones.
///
/// When an answer, a push, a page of history or a replay has messages that no filter hides.
struct MessageReceived final : detail::TypedAs<MessageReceived, EventKind::message_received, ReceivedEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// An error between client and server, with the server's response.
///
/// When an answer of the server is an error that no command has asked for, or ends the chat.
struct ErrorEvent final : detail::TypedAs<ErrorEvent, EventKind::error, ResponseEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The chat session has started.
///
/// When `startChat` has succeeded, and where a resumption has opened another session.
struct Started final : detail::TypedAs<Started, EventKind::started, StartedEvent, detail::Bound::begins> {
    using TypedAs::TypedAs;
};

/// The chat session has ended.
///
/// When the session is over, by `endChat` or by the server; once.
struct Ended final : detail::TypedAs<Ended, EventKind::ended, TypedEvent, detail::Bound::ends> {
    using TypedAs::TypedAs;
};

/// An agent or supervisor started typing.
///
/// When the server tells it.
struct AgentTypingStarted final : detail::TypedAs<AgentTypingStarted, EventKind::agent_typing_started, TypingEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// An agent or supervisor stopped typing; with the notice, where a notice said so.
///
/// When the server tells it, or the one who typed has spoken or left, or the chat ends.
struct AgentTypingStopped final : detail::TypedAs<AgentTypingStopped, EventKind::agent_typing_stopped, TypingEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// Automatic polling has started.
///
/// When a session begins or is restored, and by `startPoll`.
struct PollingStarted final : detail::TypedAs<PollingStarted, EventKind::polling_started, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// Automatic polling has stopped.
///
/// After `ended`; by `endChat` before it, and by `stopPoll`.
struct PollingStopped final : detail::TypedAs<PollingStopped, EventKind::polling_stopped, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The customer is in the chat.
///
/// When the transcript shows the customer's join, or the first word of one whose join was not seen.
struct ClientConnected final : detail::TypedAs<ClientConnected, EventKind::client_connected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// The customer has left the chat.
///
/// When the transcript shows the leave, and before `ended` by `endChat`.
struct ClientDisconnected final : detail::TypedAs<ClientDisconnected, EventKind::client_disconnected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// An agent has joined.
///
/// When the transcript shows the join, or the first word of one whose join was not seen.
struct AgentConnected final : detail::TypedAs<AgentConnected, EventKind::agent_connected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// An agent has left.
///
/// When the transcript shows the leave, and once before `ended` by `endChat` where one is there.
struct AgentDisconnected final : detail::TypedAs<AgentDisconnected, EventKind::agent_disconnected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// A supervisor has joined.
///
/// As `agentConnected`.
struct SupervisorConnected final : detail::TypedAs<SupervisorConnected, EventKind::supervisor_connected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// A supervisor has left.
///
/// As `agentDisconnected`.
struct SupervisorDisconnected final : detail::TypedAs<SupervisorDisconnected, EventKind::supervisor_disconnected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// A bot has joined.
///
/// As `agentConnected`.
struct BotConnected final : detail::TypedAs<BotConnected, EventKind::bot_connected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// A bot has left.
///
/// When the transcript shows the leave.
struct BotDisconnected final : detail::TypedAs<BotDisconnected, EventKind::bot_disconnected, ParticipantEvent, detail::Bound::within> {
    using TypedAs::TypedAs;
};

/// The customer types, and the agent is told.
///
/// When `sendTyping` has something to tell.
struct ClientTypingStarted final : detail::TypedAs<ClientTypingStarted, EventKind::client_typing_started, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The customer stopped typing.
///
/// When `sendTyping` was last given some time ago, a message has been sent, or the session is over.
struct ClientTypingStopped final : detail::TypedAs<ClientTypingStopped, EventKind::client_typing_stopped, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The servers cannot be reached.
///
/// When a request, or the link, finds no server; once until `reconnected`.
struct Disconnected final : detail::TypedAs<Disconnected, EventKind::disconnected, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The servers can be reached again, after `disconnected`.
///
/// At the first answer, or with the link, after `disconnected`.
struct Reconnected final : detail::TypedAs<Reconnected, EventKind::reconnected, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The chat server is offline; the session has not ended.
///
/// When more answers in a row than `pollExceptionLimit` say that the chat server is away.
struct ChatServerWentOffline final : detail::TypedAs<ChatServerWentOffline, EventKind::chat_server_went_offline, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The chat server is back.
///
/// After `chatServerWentOffline`, with the first answer of the chat server.
struct ChatServerBackOnline final : detail::TypedAs<ChatServerBackOnline, EventKind::chat_server_back_online, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The chat server did not answer; the service tries again.
///
/// With the first answer which says that the chat server is away.
struct ConnectionPending final : detail::TypedAs<ConnectionPending, EventKind::connection_pending, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// The connection to the chat server works again.
///
/// After `connectionPending`, with the first answer of the chat server.
struct ConnectionRestored final : detail::TypedAs<ConnectionRestored, EventKind::connection_restored, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// A message has got further on its way; without its text.
///
/// Where the configuration has `outbox`, with each step of a message; and for those of a session that is restored, or is not.
struct Outbox final : detail::TypedAs<Outbox, EventKind::outbox, TypedEvent, detail::Bound::none> {
    using TypedAs::TypedAs;
};

/// Any event, for std::visit: the struct that it is, or UnknownEvent where the library is newer than this header. A later version has more
/// alternatives, behind these: a visitor with a case for `const auto&` goes on compiling.
using AnyEvent = std::variant<
    UnknownEvent,
    Ready,
    Restored,
    RestoreTimeout,
    RestoreFailed,
    RestoredOffline,
    MessageReceived,
    ErrorEvent,
    Started,
    Ended,
    AgentTypingStarted,
    AgentTypingStopped,
    PollingStarted,
    PollingStopped,
    ClientConnected,
    ClientDisconnected,
    AgentConnected,
    AgentDisconnected,
    SupervisorConnected,
    SupervisorDisconnected,
    BotConnected,
    BotDisconnected,
    ClientTypingStarted,
    ClientTypingStopped,
    Disconnected,
    Reconnected,
    ChatServerWentOffline,
    ChatServerBackOnline,
    ConnectionPending,
    ConnectionRestored,
    Outbox>;

/// An event as the struct that it is. It takes the event over and reads nothing else of it.
inline AnyEvent typed(Event event) {
    switch (event.kind()) {
    case EventKind::ready: return Ready(std::move(event));
    case EventKind::restored: return Restored(std::move(event));
    case EventKind::restore_timeout: return RestoreTimeout(std::move(event));
    case EventKind::restore_failed: return RestoreFailed(std::move(event));
    case EventKind::restored_offline: return RestoredOffline(std::move(event));
    case EventKind::message_received: return MessageReceived(std::move(event));
    case EventKind::error: return ErrorEvent(std::move(event));
    case EventKind::started: return Started(std::move(event));
    case EventKind::ended: return Ended(std::move(event));
    case EventKind::agent_typing_started: return AgentTypingStarted(std::move(event));
    case EventKind::agent_typing_stopped: return AgentTypingStopped(std::move(event));
    case EventKind::polling_started: return PollingStarted(std::move(event));
    case EventKind::polling_stopped: return PollingStopped(std::move(event));
    case EventKind::client_connected: return ClientConnected(std::move(event));
    case EventKind::client_disconnected: return ClientDisconnected(std::move(event));
    case EventKind::agent_connected: return AgentConnected(std::move(event));
    case EventKind::agent_disconnected: return AgentDisconnected(std::move(event));
    case EventKind::supervisor_connected: return SupervisorConnected(std::move(event));
    case EventKind::supervisor_disconnected: return SupervisorDisconnected(std::move(event));
    case EventKind::bot_connected: return BotConnected(std::move(event));
    case EventKind::bot_disconnected: return BotDisconnected(std::move(event));
    case EventKind::client_typing_started: return ClientTypingStarted(std::move(event));
    case EventKind::client_typing_stopped: return ClientTypingStopped(std::move(event));
    case EventKind::disconnected: return Disconnected(std::move(event));
    case EventKind::reconnected: return Reconnected(std::move(event));
    case EventKind::chat_server_went_offline: return ChatServerWentOffline(std::move(event));
    case EventKind::chat_server_back_online: return ChatServerBackOnline(std::move(event));
    case EventKind::connection_pending: return ConnectionPending(std::move(event));
    case EventKind::connection_restored: return ConnectionRestored(std::move(event));
    case EventKind::outbox: return Outbox(std::move(event));
    case EventKind::none: break;
    }
    return UnknownEvent(std::move(event));
}

} // namespace webchat

#endif
