/// Who takes part in a chat, and what messages are: as enumerations, which a newer server or library can know more of.
#ifndef WEBCHAT_PARTICIPANT_HPP
#define WEBCHAT_PARTICIPANT_HPP

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

namespace webchat {

/// What a message is. Its name is Message::type.
enum class MessageType {
    /// None of those below: a name of the server's own, or of a newer library.
    unknown,
    // made from the tables: types of messages
    /// "Message": A text message.
    message,
    /// "ParticipantJoined": Somebody joined.
    participant_joined,
    /// "ParticipantLeft": Somebody left.
    participant_left,
    /// "TypingStarted": Somebody started typing.
    typing_started,
    /// "TypingStopped": Somebody stopped typing.
    typing_stopped,
    /// "PushUrl": A web address was sent; it is the text.
    push_url,
    /// "NicknameUpdated": Somebody has a new name.
    nickname_updated,
    /// "FileUploaded": A file was uploaded; its data are in `userData`.
    file_uploaded,
    /// "FileDeleted": A file was deleted.
    file_deleted,
    /// "CustomNotice": A notice between a custom client and a custom agent desktop.
    custom_notice,
    /// "Notice": A notice of the system.
    notice,
    /// "IdleAlert": The chat will be closed soon for want of activity.
    idle_alert,
    /// "IdleClose": The chat is closed for want of activity.
    idle_close,
    // until here: types of messages
};

/// What somebody in a chat is. Its name is Participant::type, and Message::from_type.
enum class ParticipantType {
    /// None of those below: a name of the server's own, or of a newer library; or nobody.
    unknown,
    // made from the tables: types of participants
    /// "Client": The customer: the user of this library.
    client,
    /// "Agent": A human agent.
    agent,
    /// "Supervisor": A supervisor whom the customer can see.
    supervisor,
    /// "Bot": A bot, as the server marks it.
    bot,
    /// "External": The system, a routing strategy, or an unmarked bot.
    external,
    // until here: types of participants
};

namespace detail {

inline constexpr std::string_view message_types[] = {
    "",
    // made from the tables: names of types of messages
    "Message",
    "ParticipantJoined",
    "ParticipantLeft",
    "TypingStarted",
    "TypingStopped",
    "PushUrl",
    "NicknameUpdated",
    "FileUploaded",
    "FileDeleted",
    "CustomNotice",
    "Notice",
    "IdleAlert",
    "IdleClose",
    // until here: names of types of messages
};

inline constexpr std::string_view participant_types[] = {
    "",
    // made from the tables: names of types of participants
    "Client",
    "Agent",
    "Supervisor",
    "Bot",
    "External",
    // until here: names of types of participants
};

/// The enumerator whose name stands at the same place; the first where there is none.
template <class Enumeration, std::size_t Count>
constexpr Enumeration enumerator(const std::string_view (&names)[Count], std::string_view name) noexcept {
    for (std::size_t at = 1; at < Count; ++at) {
        if (names[at] == name) return static_cast<Enumeration>(at);
    }
    return static_cast<Enumeration>(0);
}

} // namespace detail

/// The type of messages with this name, "Message"; letters count.
constexpr MessageType message_type(std::string_view name) noexcept {
    return detail::enumerator<MessageType>(detail::message_types, name);
}

/// The type of participants with this name, "Agent"; letters count.
constexpr ParticipantType participant_type(std::string_view name) noexcept {
    return detail::enumerator<ParticipantType>(detail::participant_types, name);
}

/// The specification's name, "Message"; "" of MessageType::unknown.
constexpr std::string_view name(MessageType type) noexcept {
    const auto at = static_cast<std::size_t>(type);
    return at < std::size(detail::message_types) ? detail::message_types[at] : std::string_view{};
}

/// The specification's name, "Agent"; "" of ParticipantType::unknown.
constexpr std::string_view name(ParticipantType type) noexcept {
    const auto at = static_cast<std::size_t>(type);
    return at < std::size(detail::participant_types) ? detail::participant_types[at] : std::string_view{};
}

/// Who takes part in a chat, as a message says it.
struct Participant {
    /// The id within the chat; empty where the server names nobody.
    std::string id{};
    /// "Client", "Agent", "Supervisor", "Bot", "External", or a name of the server's own.
    std::string type{};
    /// The name shown to people.
    std::string name{};

    /// What `type` is.
    ParticipantType kind() const noexcept { return participant_type(type); }

    /// Whether it counts as one of the chat's agents: agents and supervisors do, bots do not.
    bool is_agent() const noexcept { return kind() == ParticipantType::agent || kind() == ParticipantType::supervisor; }
};

} // namespace webchat

#endif
