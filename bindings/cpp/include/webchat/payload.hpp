/// What events and outcomes carry.
#ifndef WEBCHAT_PAYLOAD_HPP
#define WEBCHAT_PAYLOAD_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include <webchat.h>
#include <webchat/model.hpp>

namespace webchat {

namespace detail {

inline const webchat_payload* payload(const webchat_event* event) noexcept { return webchat_event_payload(event); }
inline const webchat_payload* payload(const webchat_outcome* outcome) noexcept { return webchat_outcome_payload(outcome); }

} // namespace detail

/// What an Event and an Outcome carry, read from either by the same functions.
template <class Of>
class Payload {
public:
    /// All of it as JSON. Of an event, its data; "{}" when it has none. Of an outcome, the value that a JavaScript caller would find in
    /// `done` or `fail`: the resolution, the server's response or the reason; "null" for a command that resolves with nothing.
    std::string payload_json() const { return detail::read_text(webchat_payload_json, raw_payload()); }

    /// The messages of messageReceived and of a transcript (getTranscript), or the one notice behind agentTyping..., ...Connected and
    /// ...Disconnected.
    std::vector<Message> messages() const {
        return detail::read_messages(webchat_payload_message, webchat_payload_content, raw_payload());
    }

    std::size_t message_count() const { return detail::read_number(webchat_payload_message_count, raw_payload()); }

    /// A message as JSON, counted from 0. NotFoundError behind the last one.
    std::string message_json(std::size_t position) const {
        return detail::read_text(webchat_payload_message_json, raw_payload(), position);
    }

    /// A message as the server sent it, as JSON, an element of `originalMessages`. NotFoundError behind the last one, and for a notice.
    std::string message_original_json(std::size_t position) const {
        return detail::read_text(webchat_payload_message_original, raw_payload(), position);
    }

    /// How many agents and supervisors are in the chat after ...Connected or ...Disconnected; else nothing.
    std::optional<std::size_t> agents_connected() const {
        std::size_t count = 0;
        if (!is_there(webchat_payload_agents_connected(raw_payload(), &count))) return std::nullopt;
        return count;
    }

    /// The agents that are listed, those who left included (...Connected, ...Disconnected, getAgents, getStats).
    std::vector<Agent> agents() const { return detail::read_all(webchat_payload_agent, detail::agent, raw_payload()); }

    std::size_t agent_count() const { return detail::read_number(webchat_payload_agent_count, raw_payload()); }

    /// The session's data (started, messageReceived, getSessionData); else nothing.
    std::optional<Session> session() const {
        webchat_session session{};
        if (!detail::read_struct(session, webchat_payload_session, raw_payload())) return std::nullopt;
        return detail::session(session);
    }

    /// Whether the chat that `restored` tells of is asynchronous; nothing where the back end does not know the difference (GMS, but for
    /// asynchronous chats), and for anything else.
    std::optional<bool> asynchronous() const {
        std::int32_t asynchronous = 0;
        if (!is_there(webchat_payload_asynchronous(raw_payload(), &asynchronous))) return std::nullopt;
        return asynchronous != 0;
    }

    /// Whether messageReceived is the replay after a restore.
    bool restoring() const { return detail::read_number(webchat_payload_restoring, raw_payload()) != 0; }

    /// Whether messageReceived has older messages fetched by fetchHistory.
    bool old_messages() const { return detail::read_number(webchat_payload_old_messages, raw_payload()) != 0; }

    /// The figures of the chat (getStats). NotFoundError for anything else, as for all below.
    Stats stats() const {
        const auto from = read(webchat_payload_stats);
        Stats to;
        to.start_time = detail::known_time(from.start_time);
        to.end_time = detail::known_time(from.end_time);
        to.duration = std::chrono::milliseconds(from.duration);
        to.agents = agents();
        return to;
    }

    /// Whether a session exists (verifySession).
    bool session_active() const { return detail::read_number(webchat_payload_session_active, raw_payload()) != 0; }

    /// What may be uploaded (getFileLimits).
    FileLimits file_limits() const { return detail::file_limits(read(webchat_payload_file_limits)); }

    /// The file that arrived (downloadFile).
    Download download() const { return detail::download(read(webchat_payload_download)); }

    /// The C interface's token for all this, valid as long as this object's handle.
    const webchat_payload* raw_payload() const noexcept { return detail::payload(static_cast<const Of*>(this)->raw()); }

protected:
    Payload() = default;
    Payload(Payload&&) noexcept = default;
    Payload& operator=(Payload&&) noexcept = default;
    ~Payload() = default;

private:
    static bool is_there(webchat_status status) {
        if (status == WEBCHAT_ERR_NOT_FOUND) return false;
        detail::check(status);
        return true;
    }

    template <class Struct>
    Struct read(webchat_status (*getter)(const webchat_payload*, Struct*, std::size_t)) const {
        Struct of{};
        detail::check(getter(raw_payload(), &of, sizeof of));
        return of;
    }
};

} // namespace webchat

#endif
