/// What keeps an asynchronous chat.
#ifndef WEBCHAT_KEEPER_HPP
#define WEBCHAT_KEEPER_HPP

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/store.hpp>

namespace webchat {

/// What keeps an asynchronous chat, so that it goes on in another process or on another machine; without effect for other chats. These are
/// the functions of transport.async and async, whose names there say what a page does with them. Whoever has what is kept can take part in
/// the chat: keep it where nobody else reads. They run on the callback thread, in order and one at a time. Throwing says that it could not
/// be done: what() goes into the log, and the chat goes on; so it does when one of them takes more than five seconds.
struct SessionKeeper {
    /// Keeps a session as JSON text in place of what was kept before: {messageIndex, token} of Nexus, {secureKey, sessionID, alias, userId}
    /// of GMS. Called whenever there is something new: at the start, after a restoration, of Nexus after each batch of messages. Needed.
    /// The original's getSessionData.
    std::function<void(const std::string& session_json)> store_session{};
    /// Returns what was kept, as it was given or just Nexus's token; nothing when there is none: when the chat is configured, and for
    /// Chat::restore without session data. Needed. The original's setSessionData.
    std::function<std::optional<std::string>()> load_session{};
    /// Forgets what was kept: the server does not know the session any more. Gets {sessionData, response} as JSON text: where several chats
    /// share what is kept, it is to be forgotten only if it is of that session. Not called when a chat ends as it should. May be empty. The
    /// original's deleteSessionData.
    std::function<void(const std::string& lost_json)> forget_session{};

    /// Whether there is one: a function is set.
    explicit operator bool() const noexcept { return store_session || load_session || forget_session; }
};

namespace detail {

class KeeperContext final : public Context {
public:
    KeeperContext(std::shared_ptr<Held> held, SessionKeeper keeper) : Context(std::move(held)), keeper_(std::move(keeper)) {}

    /// The keeper for C, to which this context passes.
    webchat_session_keeper keeper() noexcept {
        webchat_session_keeper keeper{};
        keeper.size = sizeof keeper;
        if (keeper_.store_session) keeper.store_session = store;
        if (keeper_.load_session) keeper.load_session = load;
        if (keeper_.forget_session) keeper.forget_session = forget;
        keeper.context = pointer();
        keeper.destroy = destroy;
        return keeper;
    }

private:
    SessionKeeper keeper_;

    static void store(void* pointer, const char* session_json, webchat_reply* reply) noexcept {
        attempt(reply, [&] { of<KeeperContext>(pointer).keeper_.store_session(session_json); });
    }

    static void load(void* pointer, webchat_reply* reply) noexcept {
        attempt(reply, [&] { answer(reply, of<KeeperContext>(pointer).keeper_.load_session()); });
    }

    static void forget(void* pointer, const char* lost_json, webchat_reply* reply) noexcept {
        attempt(reply, [&] { of<KeeperContext>(pointer).keeper_.forget_session(lost_json); });
    }
};

} // namespace detail
} // namespace webchat

#endif
