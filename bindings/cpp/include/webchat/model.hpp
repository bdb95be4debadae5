/// What events and outcomes are about: messages and what is attached to them, agents, figures, session data, files. Plain values that own
/// their texts.
#ifndef WEBCHAT_MODEL_HPP
#define WEBCHAT_MODEL_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <webchat.h>
#include <webchat/participant.hpp>
#include <webchat/text.hpp>

namespace webchat {

/// A point in time, to the millisecond.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

namespace detail {

inline Time time(std::uint64_t unix_ms) { return Time(std::chrono::milliseconds(unix_ms)); }

/// 0 stands for a time that is not known.
inline std::optional<Time> known_time(std::uint64_t unix_ms) {
    if (unix_ms == 0) return std::nullopt;
    return time(unix_ms);
}

/// UINT64_MAX stands for no limit.
inline std::optional<std::uint64_t> known_limit(std::uint64_t limit) {
    if (limit == UINT64_MAX) return std::nullopt;
    return limit;
}

} // namespace detail

/// One attachment of a message: an image, with its bytes.
struct Content {
    /// What it is: "image", or what else the server says.
    std::string type{};
    /// Its media type, "image/png"; empty when the server does not tell.
    std::string mime{};
    /// Where it is, as the server says: relative to the server, as a rule, and open to the participants only. Empty when it does not.
    std::string url{};
    /// The image's bytes, which the library has fetched; nothing when there are none.
    std::optional<std::vector<std::uint8_t>> data{};
    /// Why there are no bytes although it is an image: the message came without it. Else empty.
    std::string unavailable{};
};

/// One entry of a transcript.
struct Message {
    /// Place in the transcript: later entries have greater ones, and no two of a chat have the same. GMS counts from 1. 0 where what the
    /// server wrote is no place: see index_text.
    std::uint64_t index = 0;
    /// The place as the server writes it, where that is text (Nexus) or no place at all; else empty.
    std::string index_text{};
    Time timestamp{};
    /// What it is: "Message", "ParticipantJoined", "FileUploaded", ... or a name of the server's own.
    std::string type{};
    /// Empty where the entry has none.
    std::string text{};
    /// Who: the participant's id within the chat; empty where the server names nobody.
    std::string from_id{};
    /// "Client", "Agent", "Supervisor", "Bot", "External", or a name of the server's own.
    std::string from_type{};
    /// The name shown to people.
    std::string from_name{};
    /// For a file: the id that download_file takes; else empty.
    std::string file_id{};
    /// For a file: its name, as the sender says; else empty.
    std::string file_name{};
    /// For a file: its size in bytes, as the server says; 0 when it does not.
    std::uint64_t file_size = 0;
    /// Whether the sender is typing, where the entry tells.
    std::optional<bool> is_typing{};
    /// Whether it is part of the replay after a restore.
    bool restoring = false;
    /// What is attached.
    std::vector<Content> content{};

    /// What `type` is.
    MessageType kind() const noexcept { return message_type(type); }

    /// What `from_type` is.
    ParticipantType from_kind() const noexcept { return participant_type(from_type); }

    /// Who sent it.
    Participant sender() const { return {from_id, from_type, from_name}; }
};

/// The messages of a chat in order, those hidden by prefilters absent (getTranscript).
struct Transcript {
    std::vector<Message> messages{};
};

/// An agent or supervisor who is or was in the chat.
struct Agent {
    /// The participant's id within the chat.
    std::string id{};
    /// The name shown to people.
    std::string name{};
    bool connected = false;
    bool supervisor = false;
    Time connected_time{};
    /// Nothing while connected.
    std::optional<Time> disconnected_time{};
};

/// Figures of a chat session (getStats).
struct Stats {
    /// Of the first message received.
    std::optional<Time> start_time{};
    /// Of the last message received.
    std::optional<Time> end_time{};
    std::chrono::milliseconds duration{0};
    /// All who are or were in the chat.
    std::vector<Agent> agents{};
};

/// What identifies a chat session towards the server (getSessionData). Without a session, id and key are empty. Whoever has these can take
/// part in the chat: keep them out of logs.
struct Session {
    /// The server's session id: GMS's sessionID, Nexus's sessionId.
    std::string session_id{};
    /// What every request of the session carries: GMS's secureKey, Nexus's token, which Chat::restore takes.
    std::string key{};
    /// All the data as a JSON object, in the names of the back end: of GMS secureKey, sessionID, alias and userId, which Chat::restore
    /// takes too; of Nexus sessionId, transportId, participantId and token, those that are known.
    std::string json{};
};

/// What the server allows to upload (getFileLimits). A limit is nothing when the server names none.
struct FileLimits {
    /// Uploads allowed in a session.
    std::optional<std::uint64_t> max_files{};
    /// Bytes allowed in a file.
    std::optional<std::uint64_t> max_file_size{};
    /// Bytes allowed in a session.
    std::optional<std::uint64_t> max_total_size{};
    /// Uploads done.
    std::uint64_t used_files = 0;
    /// Bytes uploaded.
    std::uint64_t used_total_size = 0;
    /// Whether uploads wait for an agent in the chat.
    bool need_agent = false;
    /// Extensions allowed, in lower case without the dot; empty when the server names none.
    std::vector<std::string> file_types{};
};

/// A file that arrived (downloadFile).
struct Download {
    /// Its name without any directory.
    std::string file_name{};
    /// Where it was saved; empty for a download into memory.
    std::filesystem::path path{};
    /// Its size in bytes.
    std::uint64_t size = 0;
    /// Its bytes, for a download into memory.
    std::vector<std::uint8_t> data{};
};

/// The customer's entries in the form that starts a chat. What is empty is left out.
struct ChatForm {
    /// The name that the agent sees.
    std::string nickname;
    std::string firstname;
    std::string lastname;
    std::string email;
    std::string subject;
    /// Attached data as a JSON object; they win over the configured ones.
    std::string user_data_json;
    /// Further fields of the form as a JSON object. Nexus sends them along, GMS knows none.
    std::string other_json;

    // A constructor, because GCC 12 destroys an aggregate made within co_await twice.
    ChatForm(std::string nickname_ = {}, std::string firstname_ = {}, std::string lastname_ = {}, std::string email_ = {},
             std::string subject_ = {}, std::string user_data_json_ = {}, std::string other_json_ = {})
        : nickname(std::move(nickname_)), firstname(std::move(firstname_)), lastname(std::move(lastname_)), email(std::move(email_)),
          subject(std::move(subject_)), user_data_json(std::move(user_data_json_)), other_json(std::move(other_json_)) {}
};

/// Bytes to send: a view of a container of bytes, or of `size` bytes at `data`. They are copied when the command is given.
struct Bytes {
    const void* data = nullptr;
    std::size_t size = 0;

    Bytes(const void* at, std::size_t length) noexcept : data(at), size(length) {}

    template <class Container, class = decltype(std::data(std::declval<const Container&>()))>
    Bytes(const Container& container) noexcept : data(std::data(container)), size(std::size(container)) {
        static_assert(sizeof(*std::data(container)) == 1, "a container of bytes");
    }
};

namespace detail {

inline Content content(const webchat_content& from) {
    Content to;
    to.type = string(from.type);
    to.mime = string(from.mime);
    to.url = string(from.url);
    if (from.data != nullptr) to.data.emplace(from.data, from.data + from.data_len);
    to.unavailable = string(from.unavailable);
    return to;
}

inline Message message(const webchat_message& from) {
    Message to;
    to.index = from.index;
    to.index_text = string(from.index_text);
    to.timestamp = time(from.timestamp);
    to.type = string(from.type);
    to.text = string(from.text);
    to.from_id = string(from.from_id);
    to.from_type = string(from.from_type);
    to.from_name = string(from.from_name);
    to.file_id = string(from.file_id);
    to.file_name = string(from.file_name);
    to.file_size = from.file_size;
    if (from.is_typing >= 0) to.is_typing = from.is_typing != 0;
    to.restoring = from.restoring != 0;
    return to;
}

inline Participant participant(const webchat_message& from) {
    return {string(from.from_id), string(from.from_type), string(from.from_name)};
}

inline Agent agent(const webchat_agent& from) {
    Agent to;
    to.id = string(from.id);
    to.name = string(from.name);
    to.connected = from.connected != 0;
    to.supervisor = from.supervisor != 0;
    to.connected_time = time(from.connected_time);
    to.disconnected_time = known_time(from.disconnected_time);
    return to;
}

inline Session session(const webchat_session& from) {
    return {string(from.session_id), string(from.key), string(from.json)};
}

inline std::vector<std::string> words(const std::string& list) {
    std::vector<std::string> found;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t comma = list.find(',', begin);
        const std::size_t end = comma == std::string::npos ? list.size() : comma;
        found.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return found;
}

inline FileLimits file_limits(const webchat_file_limits& from) {
    FileLimits to;
    to.max_files = known_limit(from.max_files);
    to.max_file_size = known_limit(from.max_file_size);
    to.max_total_size = known_limit(from.max_total_size);
    to.used_files = from.used_files;
    to.used_total_size = from.used_total_size;
    to.need_agent = from.need_agent != 0;
    to.file_types = words(string(from.file_types));
    return to;
}

inline Download download(const webchat_download& from) {
    Download to;
    to.file_name = string(from.file_name);
    const std::string path = string(from.path);
#ifndef _WIN32
    to.path = path;
#elif defined(__cpp_char8_t)
    to.path = std::filesystem::path(std::u8string(path.begin(), path.end()));
#else
    to.path = std::filesystem::u8path(path);
#endif
    to.size = from.size;
    if (from.data != nullptr) to.data.assign(from.data, from.data + from.data_len);
    return to;
}

/// Everything that a getter gives, which counts from 0 and fails behind the last.
template <class To, class From, class Of>
std::vector<To> read_all(webchat_status (*getter)(const Of*, std::size_t, From*, std::size_t), To (*convert)(const From&), const Of* of) {
    std::vector<To> all;
    From one{};
    while (read_struct(one, getter, of, all.size())) all.push_back(convert(one));
    return all;
}

/// All messages, each with what is attached to it.
template <class Of>
std::vector<Message> read_messages(webchat_status (*getter)(const Of*, std::size_t, webchat_message*, std::size_t),
                                   webchat_status (*content_getter)(const Of*, std::size_t, std::size_t, webchat_content*, std::size_t),
                                   const Of* of) {
    std::vector<Message> all = read_all(getter, message, of);
    for (std::size_t at = 0; at < all.size(); ++at) {
        webchat_content one{};
        while (read_struct(one, content_getter, of, at, all[at].content.size())) all[at].content.push_back(content(one));
    }
    return all;
}

} // namespace detail
} // namespace webchat

#endif
