/// A chat.
#ifndef WEBCHAT_CHAT_HPP
#define WEBCHAT_CHAT_HPP

#include <string>
#include <type_traits>
#include <webchat/any_chat.hpp>
#include <webchat/next.hpp>

namespace webchat {

/// One customer's chat: its commands (see Commands), an event that is waited for (see Waits), and all its events in three ways: a
/// function that is called (on, on_any), the next one on demand (next_event), and a file descriptor for event loops (event_fd). In each way events come in order, one at a time. What is
/// there before the program's first command (configure apart), in whatever way and however often, gets all events from the beginning, and
/// so does the first of all, however late; others get what comes, and `ready`. webchat_subscribe in <webchat.h> says more.
/// Take them: while 1,024 wait, or 16 MiB of messages, unasked for or behind a listener that runs, no more messages are fetched. Nothing is
/// lost: they are when half have been taken, and commands go on meanwhile.
///
/// Move-only. Any thread may call any function, also in a callback, but for the functions that wait: they throw WrongThreadError there.
///
/// The destructor closes the chat without ending the session at the server. It waits at most 5 s until the chat has done all that is left
/// to do (see wait_closed), and then until every completion has been called, no callback
/// runs any more, and every function object, the store and the keeper have been let go, so that all of them may refer to what is
/// destroyed next. (In a callback it does not wait.) A thread that destroys a chat must therefore hold no lock that its callbacks take.
class Chat : public Waits<detail::Blocking> {
public:
    /// Makes a chat that configure() configures. Commands given before wait for that 5 s at most, then throw InvalidConfigurationError.
    explicit Chat(const ChatOptions& options = {}) : Waits(nullptr, options) {}

    /// Makes a chat with this configuration: JSON text, the object of _genesys.widgets.webchat or one with it inside. Its `connection` says
    /// how connections are made: `proxy`, `noProxy`, `rootCertificates`, `clientCertificate`, `minimumTls` and more (docs/reference/configuration.md).
    /// InvalidConfigurationError names the key that is missing or wrong; UnsupportedError: the transport is not in this build.
    explicit Chat(const std::string& config_json, const ChatOptions& options = {})
        : Waits(detail::c_text(config_json), options) {}
};

static_assert(sizeof(Chat) == sizeof(void*), "a chat is a pointer");
static_assert(std::is_nothrow_move_constructible_v<Chat> && std::is_nothrow_move_assignable_v<Chat> &&
              !std::is_copy_constructible_v<Chat>, "a chat moves and does not copy");

} // namespace webchat

#endif
