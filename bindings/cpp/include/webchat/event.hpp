/// Events.
#ifndef WEBCHAT_EVENT_HPP
#define WEBCHAT_EVENT_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <webchat.h>
#include <webchat/model.hpp>
#include <webchat/payload.hpp>

namespace webchat {

/// What happened; events.hpp says what each means. A newer library can have others.
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
    outbox = WEBCHAT_EVENT_OUTBOX,
    // until here: events
};

/// The specification's name, "messageReceived"; "" for a number that the library does not know.
inline const char* name(EventKind kind) noexcept { return webchat_event_kind_name(static_cast<std::uint32_t>(kind)); }

/// Something that happened. Move-only: clone() makes another handle to the same event. What is read from it is yours. Safe to read from
/// any thread. A moved-from one throws InvalidHandleError. What it carries: see Payload.
class Event : public Payload<Event> {
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
