/// What the structs of events (events.hpp) have in common.
///
/// Each is an Event that knows what it is: it takes no more room than its handle, and reads what it is asked for, when it is asked. They
/// move and do not copy; clone() makes another handle to the same event. What is read from them is your own. A listener is lent one during
/// the call. Safe to read from any thread. A moved-from one throws InvalidHandleError.
#ifndef WEBCHAT_TYPED_HPP
#define WEBCHAT_TYPED_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <webchat.h>
#include <webchat/event.hpp>

namespace webchat {

/// An event of any kind, and all that many of them have. See events.hpp for what there is.
class TypedEvent {
public:
    /// The specification's name, "messageReceived".
    const char* name() const noexcept { return event_.name(); }

    /// When it was published.
    Time time() const { return event_.time(); }

    /// What it carries as JSON, in the specification's shape; "{}" where that is nothing. Made when first asked for.
    std::string data_json() const { return event_.payload_json(); }

    /// All of it as JSON, {time, publisher, event, data}, as on the widget bus. Made when first asked for.
    std::string json() const { return event_.json(); }

    /// The same event without its type, with everything that can be read of events.
    const Event& event() const noexcept { return event_; }

    /// Hands over the C interface's handle: the caller's to free.
    [[nodiscard]] webchat_event* release() noexcept { return event_.release(); }

protected:
    explicit TypedEvent(Event event) noexcept : event_(std::move(event)) {}
    TypedEvent(TypedEvent&&) noexcept = default;
    TypedEvent& operator=(TypedEvent&&) noexcept = default;
    ~TypedEvent() = default;

    /// Its one message.
    std::optional<Message> notice() const {
        auto messages = event_.messages();
        if (messages.empty()) return std::nullopt;
        return std::move(messages.front());
    }

    /// Who its one message is from, read alone.
    std::optional<Participant> sender() const {
        webchat_message message{};
        if (!detail::read_struct(message, webchat_payload_message, event_.raw_payload(), std::size_t{0})) return std::nullopt;
        return detail::participant(message);
    }

private:
    Event event_;
};

/// An event with a response of the server: ErrorEvent and RestoreFailed.
class ResponseEvent : public TypedEvent {
public:
    /// The server's response as JSON, as it came; of an HTTP failure what stands for it. It can hold private text.
    std::string response_json() const { return data_json(); }

protected:
    using TypedEvent::TypedEvent;
};

/// A session was taken up again: Restored.
class RestoredEvent : public TypedEvent {
public:
    /// Whether the chat is asynchronous; nothing where the back end does not know the difference.
    std::optional<bool> asynchronous() const { return event().asynchronous(); }

protected:
    using TypedEvent::TypedEvent;
};

/// A session has begun: Started.
class StartedEvent : public TypedEvent {
public:
    /// The session's data. Whoever has them can take part in the chat.
    Session session() const { return event().session().value_or(Session{}); }

protected:
    using TypedEvent::TypedEvent;
};

/// Messages have come: MessageReceived.
class ReceivedEvent : public TypedEvent {
public:
    /// The new visible messages, as preprocessors have left them, in order.
    std::vector<Message> messages() const { return event().messages(); }

    /// How many there are.
    std::size_t message_count() const { return event().message_count(); }

    /// One of them as JSON, counted from 0. NotFoundError behind the last one.
    std::string message_json(std::size_t position) const { return event().message_json(position); }

    /// The same as the server sent it. NotFoundError behind the last one.
    std::string message_original_json(std::size_t position) const { return event().message_original_json(position); }

    /// Whether it is the replay after a restore.
    bool restoring() const { return event().restoring(); }

    /// Whether they are older ones, fetched by fetch_history.
    bool old_messages() const { return event().old_messages(); }

    /// The session's data. Whoever has them can take part in the chat.
    Session session() const { return event().session().value_or(Session{}); }

protected:
    using TypedEvent::TypedEvent;
};

/// Somebody at the other end has begun or stopped typing: AgentTypingStarted and AgentTypingStopped.
class TypingEvent : public TypedEvent {
public:
    /// The notice; nothing where no notice said so.
    std::optional<Message> message() const { return notice(); }

    /// Who types; of the type "Agent", without a name, where no notice said so.
    Participant participant() const { return sender().value_or(Participant{{}, "Agent", {}}); }

protected:
    using TypedEvent::TypedEvent;
};

/// Somebody has come or gone: ...Connected and ...Disconnected of clients, agents, supervisors and bots.
class ParticipantEvent : public TypedEvent {
public:
    /// The notice; nothing where end_chat publishes the event by itself.
    std::optional<Message> message() const { return notice(); }

    /// Who came or went: the notice's sender; where there is no notice, a participant of the right type without a name.
    Participant participant() const {
        auto said = sender();
        return said ? std::move(*said) : Participant{{}, role(), {}};
    }

    /// The agents, those who left included; none where there is no notice.
    std::vector<Agent> agents() const { return event().agents(); }

    /// How many agents and supervisors are in the chat after it.
    std::size_t agents_connected() const { return event().agents_connected().value_or(0); }

protected:
    using TypedEvent::TypedEvent;

private:
    /// "agentConnected" is of the type "Agent".
    std::string role() const {
        const std::string_view all = name();
        const std::size_t end = all.find_first_of("CD", 1);
        std::string role(all.substr(0, end));
        if (!role.empty()) role.front() = static_cast<char>(role.front() - 'a' + 'A');
        return role;
    }
};

/// An event that this header does not know: the library is newer.
class UnknownEvent final : public TypedEvent {
public:
    explicit UnknownEvent(Event event) noexcept : TypedEvent(std::move(event)) {}

    /// Its number.
    EventKind kind() const noexcept { return event().kind(); }

    /// Another handle to the same event, which outlives a callback.
    UnknownEvent clone() const { return UnknownEvent(event().clone()); }
};

namespace detail {

/// What an event has to do with a session.
enum class Bound {
    /// It is published with one and without.
    none,
    /// A session begins with it.
    begins,
    /// It is published while there is a session only.
    within,
    /// The session ends with it.
    ends,
};

/// What a struct has from its kind.
template <class Self, EventKind Of, class Base, Bound To>
class TypedAs : public Base {
public:
    /// Takes over an event of this kind: who makes it from another reads nothing.
    explicit TypedAs(Event event) noexcept : Base(std::move(event)) {}

    static constexpr EventKind kind() noexcept { return Of; }

    /// What it has to do with a session.
    static constexpr Bound bound() noexcept { return To; }

    /// Another handle to the same event, which outlives a callback.
    Self clone() const { return Self(this->event().clone()); }
};

} // namespace detail
} // namespace webchat

#endif
