/// The service of the C interface behind a chat, and its end. Private to the library.
#ifndef WEBCHAT_SERVICE_HPP
#define WEBCHAT_SERVICE_HPP

#include <cstdint>
#include <memory>
#include <webchat.h>
#include <webchat/awaitable.hpp>
#include <webchat/callback.hpp>
#include <webchat/completion.hpp>
#include <webchat/marks.hpp>

namespace webchat::detail {

/// Whether this is a thread of callbacks, where nothing may wait. A name that no command has is rejected without delay, but refused there.
inline bool in_callback(webchat_service* service) noexcept {
    return webchat_call(service, "", nullptr, 0, nullptr) == WEBCHAT_ERR_WRONG_THREAD;
}

inline constexpr const char* waits_in_callback =
    "a command that waits was given in a callback: give it a completion, webchat::use_future or webchat::detached";

class Service {
public:
    Service(webchat_service* service, std::shared_ptr<Held> held, std::shared_ptr<const Executor> executor)
        : service_(service), held_(std::move(held)), executor_(std::move(executor)) {
        begin(); // from here on events are remembered, for a thread that begins with the first
        Marks::of_this_thread().set(held_, 0);
    }
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
    const std::shared_ptr<const Executor>& executor() const noexcept { return executor_; }

    /// Gives a command in the way that its last arguments say.
    template <class Face, class Answer, class Call, class... How>
    Returned<Face, Answer, How...> give(Call&& call, How&&... how) {
        static_assert((is_how<Answer, How> && ...),
                      "behind its own arguments a command takes a deadline (std::chrono::duration or time_point), a completion (called with "
                      "const webchat::Outcome&), a progress function, webchat::use_future, webchat::use_awaitable, webchat::detached or std::nothrow");
        constexpr int ways = (0 + ... + (is_completion<Answer, How> || is_future<How> || is_awaitable<How> || is_detached<How> ? 1 : 0));
        static_assert(ways <= 1, "a command takes one of a completion, webchat::use_future, webchat::use_awaitable and webchat::detached");
        Way way;
        (way.take<Answer>(std::forward<How>(how)), ...);
        [[maybe_unused]] const std::uint64_t mark = begin();
        if constexpr (wants_future<How...>) {
            return give_for_future<Answer>(held_, call, std::move(way), throws<How...>);
        } else if constexpr (wants_request<Answer, How...>) {
            return detail::give(held_, call, std::move(way));
#ifdef WEBCHAT_HAS_COROUTINES
        } else if constexpr (wants_awaitable<Face, How...>) {
            auto expected = std::make_shared<Expected<Answer>>(executor_);
            way.completion = [expected](const Outcome& outcome) { Expected<Answer>::come(expected, outcome); };
            Awaitable<Answer> awaitable(std::move(expected), held_, service_, mark, throws<How...>);
            awaitable.request_ = detail::give(held_, call, std::move(way));
            return awaitable;
#endif
        } else {
            static_assert(!wants_awaitable<Face, How...>, "co_await needs C++20");
            if (in_callback(service_)) raise(Status::wrong_thread, waits_in_callback);
            Answer answer = give_for_future<Answer>(held_, call, std::move(way), false).get();
            if constexpr (throws<How...>) answer.throw_if_rejected();
            return answer;
        }
    }

private:
    webchat_service* service_;
    std::shared_ptr<Held> held_;
    std::shared_ptr<const Executor> executor_;

    /// A command is given: behind what has come, this thread begins to look for events (Chat::next).
    std::uint64_t begin() {
        std::uint64_t mark = 0;
        webchat_event_mark(service_, &mark);
        Marks::of_this_thread().set(held_, mark);
        return mark;
    }
};

} // namespace webchat::detail

#endif
