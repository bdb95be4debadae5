/// Events.
#ifndef WEBCHAT_EVENT_HPP
#define WEBCHAT_EVENT_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include <webchat.h>
#include <webchat/model.hpp>

namespace webchat {

/// What happened; the C header says what each means. A newer library can have others.
enum class EventKind : std::uint32_t {
    none = WEBCHAT_EVENT_NONE,
    // made from the tables: events
    ready = WEBCHAT_EVENT_READY,
    restored = WEBCHAT_EVENT_RESTORED,
    restore_timeout = WEBCHAT_EVENT_RESTORE_TIMEOUT,
    restore_failed = WEBCHAT_EVENT_RESTORE_FAILED,
    restored_offline = WEBCHAT_EVENT_RESTORED_OFFLINE,
    message_received = WEBCHAT_EVENT_MESSAGE_RECEIVED,
    error = WEBCHAT_EVENT_ERROR,
    started = WEBCHAT_EVENT_STARTED,
    ended = WEBCHAT_EVENT_ENDED,
    agent_typing_started = WEBCHAT_EVENT_AGENT_TYPING_STARTED,
    agent_typing_stopped = WEBCHAT_EVENT_AGENT_TYPING_STOPPED,
    polling_started = WEBCHAT_EVENT_POLLING_STARTED,
    polling_stopped = WEBCHAT_EVENT_POLLING_STOPPED,
    client_connected = WEBCHAT_EVENT_CLIENT_CONNECTED,
    client_disconnected = WEBCHAT_EVENT_CLIENT_DISCONNECTED,
    agent_connected = WEBCHAT_EVENT_AGENT_CONNECTED,
    agent_disconnected = WEBCHAT_EVENT_AGENT_DISCONNECTED,
    supervisor_connected = WEBCHAT_EVENT_SUPERVISOR_CONNECTED,
    supervisor_disconnected = WEBCHAT_EVENT_SUPERVISOR_DISCONNECTED,
    bot_connected = WEBCHAT_EVENT_BOT_CONNECTED,
    bot_disconnected = WEBCHAT_EVENT_BOT_DISCONNECTED,
    client_typing_started = WEBCHAT_EVENT_CLIENT_TYPING_STARTED,
    client_typing_stopped = WEBCHAT_EVENT_CLIENT_TYPING_STOPPED,
    disconnected = WEBCHAT_EVENT_DISCONNECTED,
    reconnected = WEBCHAT_EVENT_RECONNECTED,
    chat_server_went_offline = WEBCHAT_EVENT_CHAT_SERVER_WENT_OFFLINE,
    chat_server_back_online = WEBCHAT_EVENT_CHAT_SERVER_BACK_ONLINE,
    connection_pending = WEBCHAT_EVENT_CONNECTION_PENDING,
    connection_restored = WEBCHAT_EVENT_CONNECTION_RESTORED,
    // until here: events
};

/// The specification's name, "messageReceived"; "" for a number that the library does not know.
inline const char* name(EventKind kind) noexcept { return webchat_event_kind_name(static_cast<std::uint32_t>(kind)); }

/// Something that happened. Move-only: clone() makes another handle to the same event. What is read from it is yours. Safe to read from
/// any thread. A moved-from one throws InvalidHandleError.
class Event {
public:
    /// Takes over an event of the C interface that is the caller's own.
    explicit Event(webchat_event* own) noexcept : event_(own) {}

    EventKind kind() const noexcept { return static_cast<EventKind>(webchat_event_kind(raw())); }

    /// The specification's name, "messageReceived".
    const char* name() const noexcept { return webchat_event_name(raw()); }

    /// When it was published.
    Time time() const { return detail::time(detail::read_number(webchat_event_time, raw())); }

    /// The whole event as JSON, {time, publisher, event, data}, as on the widget bus.
    std::string json() const { return detail::read_text(webchat_event_json, raw()); }

    /// The event's data as JSON; "{}" when it has none.
    std::string data_json() const { return detail::read_text(webchat_event_data, raw()); }

    /// The messages of messageReceived, or the one notice behind agentTyping..., ...Connected and ...Disconnected.
    std::vector<Message> messages() const { return detail::read_messages(webchat_event_message, webchat_event_content, raw()); }

    std::size_t message_count() const { return detail::read_number(webchat_event_message_count, raw()); }

    /// A message as JSON, counted from 0. NotFoundError behind the last one.
    std::string message_json(std::size_t position) const {
        return detail::read_text(webchat_event_message_json, raw(), position);
    }

    /// A message of messageReceived as the server sent it, as JSON, counted from 0. NotFoundError behind the last one.
    std::string message_original_json(std::size_t position) const {
        return detail::read_text(webchat_event_message_original, raw(), position);
    }

    /// How many agents and supervisors are in the chat after ...Connected or ...Disconnected; nothing for other events.
    std::optional<std::size_t> agents_connected() const {
        std::size_t count = 0;
        const webchat_status status = webchat_event_agents_connected(raw(), &count);
        if (status == WEBCHAT_ERR_NOT_FOUND) return std::nullopt;
        detail::check(status);
        return count;
    }

    /// The agents that ...Connected and ...Disconnected list, those who left included.
    std::vector<Agent> agents() const { return detail::read_all(webchat_event_agent, detail::agent, raw()); }

    std::size_t agent_count() const { return detail::read_number(webchat_event_agent_count, raw()); }

    /// The session's data, for started and messageReceived.
    std::optional<Session> session() const {
        webchat_session session{};
        if (!detail::read_struct(session, webchat_event_session, raw())) return std::nullopt;
        return detail::session(session);
    }

    /// Whether the chat that `restored` tells of is asynchronous; nothing where the back end does not know the difference (GMS, but for
    /// asynchronous chats), and for
    /// other events.
    std::optional<bool> asynchronous() const {
        std::int32_t asynchronous = 0;
        const webchat_status status = webchat_event_asynchronous(raw(), &asynchronous);
        if (status == WEBCHAT_ERR_NOT_FOUND) return std::nullopt;
        detail::check(status);
        return asynchronous != 0;
    }

    /// Whether messageReceived is the replay after a restore.
    bool restoring() const { return detail::read_number(webchat_event_restoring, raw()) != 0; }

    /// Whether messageReceived has older messages fetched by fetchHistory.
    bool old_messages() const { return detail::read_number(webchat_event_old_messages, raw()) != 0; }

    /// Another handle to the same event, which outlives a callback.
    Event clone() const {
        webchat_event* copy = nullptr;
        detail::check(webchat_event_clone(raw(), &copy));
        return Event(copy);
    }

    /// The C interface's handle, which stays this object's.
    const webchat_event* raw() const noexcept { return event_.get(); }

    /// Hands over the C interface's handle: the caller's to free.
    [[nodiscard]] webchat_event* release() noexcept { return event_.release(); }

private:
    struct Free {
        void operator()(webchat_event* event) const noexcept { webchat_event_free(event); }
    };
    std::unique_ptr<webchat_event, Free> event_;
};

static_assert(sizeof(Event) == sizeof(void*), "an event is its handle");

/// Told of an event, which is valid during the call: clone() keeps it.
using Listener = std::function<void(const Event&)>;

} // namespace webchat

#endif
