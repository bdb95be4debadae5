/// Where session data are kept.
#ifndef WEBCHAT_STORE_HPP
#define WEBCHAT_STORE_HPP

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/text.hpp>

namespace webchat {

/// Where session data are kept, so that a chat can be restored in another process. Whoever has them can take part in the chat: keep them
/// where nobody else reads. Both functions run on the callback thread, one at a time. Throwing says that it could not be done: what()
/// goes into the log, the chat goes on, and what was not saved cannot be restored. The same holds for what takes more than five seconds.
/// When nothing can be loaded at the start, `error` is published after `ready`. Chats may share what is kept: each looks before it saves,
/// and leaves the session of another alone.
class SessionStore {
public:
    virtual ~SessionStore() = default;

    /// What was last saved; nothing when there is none.
    virtual std::optional<std::string> load() = 0;

    /// Keeps this text, a JSON object, in place of what was kept before; nothing: forgets it.
    virtual void save(const std::optional<std::string>& data) = 0;

protected:
    SessionStore() = default;
    SessionStore(const SessionStore&) = default;
    SessionStore& operator=(const SessionStore&) = default;
};

namespace detail {

/// Returns a text from a callback.
inline void answer(webchat_reply* reply, const std::optional<std::string>& text) {
    if (text) check(webchat_reply_set(reply, c_text(*text)));
}

/// Does what keeps session data; what it throws is told as a failure.
template <class Work>
void attempt(webchat_reply* reply, Work&& work) noexcept {
    caught(std::forward<Work>(work), [&](const std::exception_ptr& exception) { webchat_reply_fail(reply, words(exception).c_str()); });
}

class StoreContext final : public Context {
public:
    StoreContext(std::shared_ptr<Held> held, std::shared_ptr<SessionStore> store)
        : Context(std::move(held)), store_(std::move(store)) {}

    /// The store for C, to which this context passes.
    webchat_store store() noexcept {
        webchat_store store{};
        store.size = sizeof store;
        store.load = load;
        store.save = save;
        store.context = pointer();
        store.destroy = destroy;
        return store;
    }

private:
    std::shared_ptr<SessionStore> store_;

    static void load(void* pointer, webchat_reply* reply) noexcept {
        attempt(reply, [&] { answer(reply, of<StoreContext>(pointer).store_->load()); });
    }

    static void save(void* pointer, const char* text, webchat_reply* reply) noexcept {
        attempt(reply, [&] {
            std::optional<std::string> data;
            if (text != nullptr) data.emplace(text);
            of<StoreContext>(pointer).store_->save(data);
        });
    }
};

} // namespace detail
} // namespace webchat

#endif
