/// The service of the C interface behind a chat, and its end. Private to the library.
#ifndef WEBCHAT_SERVICE_HPP
#define WEBCHAT_SERVICE_HPP

#include <cstdint>
#include <memory>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/completion.hpp>

namespace webchat::detail {

/// Whether this is a thread of callbacks, where nothing may wait. A name that no command has is rejected without delay, but refused there.
inline bool in_callback(webchat_service* service) noexcept {
    return webchat_call(service, "", nullptr, 0, nullptr) == WEBCHAT_ERR_WRONG_THREAD;
}

inline constexpr const char* waits_in_callback =
    "a command that waits was given in a callback: give it a completion, webchat::use_future or webchat::detached";

class Service {
public:
    Service(webchat_service* service, std::shared_ptr<Held> held) noexcept : service_(service), held_(std::move(held)) {}
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Waits for what the chat still has to do, a few seconds, and for the last of its callbacks, unless this is one.
    ~Service() {
        constexpr std::uint32_t patience_ms = 5000;
        const bool may_wait = !in_callback(service_);
        if (may_wait && webchat_service_close(service_) == WEBCHAT_OK) webchat_service_wait_closed(service_, patience_ms);
        if (webchat_service_destroy(service_) == WEBCHAT_OK && may_wait) held_->wait_until_none();
    }

    webchat_service* raw() const noexcept { return service_; }
    const std::shared_ptr<Held>& held() const noexcept { return held_; }

    /// Gives a command in the way that its last arguments say.
    template <class Face, class Answer, class Call, class... How>
    Returned<Face, Answer, How...> give(Call&& call, How&&... how) {
        static_assert((is_how<Answer, How> && ...),
                      "behind its own arguments a command takes a deadline (std::chrono::duration or time_point), a completion (called with "
                      "const webchat::Outcome&), a progress function, webchat::use_future, webchat::detached or std::nothrow");
        constexpr int ways = (0 + ... + (is_completion<Answer, How> || is_future<How> || is_detached<How> ? 1 : 0));
        static_assert(ways <= 1, "a command takes one of a completion, webchat::use_future and webchat::detached");
        Way way;
        (way.take<Answer>(std::forward<How>(how)), ...);
        if constexpr (wants_future<How...>) {
            return give_for_future<Answer>(held_, call, std::move(way), throws<How...>);
        } else if constexpr (wants_request<Answer, How...>) {
            return detail::give(held_, call, std::move(way));
        } else {
            if (in_callback(service_)) raise(Status::wrong_thread, waits_in_callback);
            Answer answer = give_for_future<Answer>(held_, call, std::move(way), false).get();
            if constexpr (throws<How...>) answer.throw_if_rejected();
            return answer;
        }
    }

private:
    webchat_service* service_;
    std::shared_ptr<Held> held_;
};

} // namespace webchat::detail

#endif
