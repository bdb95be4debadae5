/// The ways to give a command: wait for it, have a function told, get a future, let it go.
#ifndef WEBCHAT_COMPLETION_HPP
#define WEBCHAT_COMPLETION_HPP

#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/outcome.hpp>
#include <webchat/results.hpp>

namespace webchat {

/// Names a command under way: Outcome::request() and Chat::cancel().
using Request = std::uint64_t;

struct UseFuture {};
struct UseAwaitable {};
struct Detached {};

template <class Answer>
class Awaitable;

/// As a command's last argument: the outcome comes by a std::future, which throws when the command is rejected (in programs without
/// exceptions it has the rejection, as with std::nothrow). Waiting for it inside a callback never ends.
inline constexpr UseFuture use_future{};

/// As a command's last argument, and as one of Chat::next: what comes of it is for co_await (awaitable.hpp). webchat::aio::Chat needs no such
/// argument.
inline constexpr UseAwaitable use_awaitable{};

/// As a command's last argument: nobody waits for the outcome.
inline constexpr Detached detached{};

namespace detail {

template <class>
struct IsDeadline : std::false_type {};
template <class Rep, class Period>
struct IsDeadline<std::chrono::duration<Rep, Period>> : std::true_type {};
template <class Clock, class Duration>
struct IsDeadline<std::chrono::time_point<Clock, Duration>> : std::true_type {};

template <class How>
inline constexpr bool is_deadline = IsDeadline<std::decay_t<How>>::value;
template <class Answer, class How>
inline constexpr bool is_completion = std::is_invocable_v<std::decay_t<How>&, const Answer&>;
template <class Answer, class How>
inline constexpr bool is_progress =
    !is_completion<Answer, How> && std::is_invocable_v<std::decay_t<How>&, std::uint64_t, std::optional<std::uint64_t>>;
template <class How>
inline constexpr bool is_future = std::is_same_v<std::decay_t<How>, UseFuture>;
template <class How>
inline constexpr bool is_awaitable = std::is_same_v<std::decay_t<How>, UseAwaitable>;
template <class How>
inline constexpr bool is_detached = std::is_same_v<std::decay_t<How>, Detached>;
template <class How>
inline constexpr bool is_nothrow = std::is_same_v<std::decay_t<How>, std::nothrow_t>;
template <class Answer, class How>
inline constexpr bool is_how =
    is_deadline<How> || is_completion<Answer, How> || is_progress<Answer, How> || is_future<How> || is_awaitable<How> || is_detached<How> ||
    is_nothrow<How>;

/// For overloads: every argument says how.
template <class Answer, class... How>
using Hows = std::enable_if_t<(is_how<Answer, How> && ...), int>;

template <class... How>
inline constexpr bool wants_future = (is_future<How> || ...);
template <class Answer, class... How>
inline constexpr bool wants_request = (is_completion<Answer, How> || ...) || (is_detached<How> || ...);

/// Whether a rejection is thrown where somebody waits for it.
template <class... How>
inline constexpr bool throws = !(is_nothrow<How> || ...);

/// What a command does by itself: it waits.
struct Blocking {
    static constexpr bool awaits = false;
};

/// It is for co_await.
struct Awaiting {
    static constexpr bool awaits = true;
};

/// Whether what comes of it is for co_await.
template <class Face, class... How>
inline constexpr bool wants_awaitable = Face::awaits || (is_awaitable<How> || ...);

/// What a command returns that resolves with this and is given this way.
template <class Face, class Answer, class... How>
using Returned = std::conditional_t<
    wants_future<How...>, std::future<Answer>,
    std::conditional_t<wants_request<Answer, How...>, Request,
                       std::conditional_t<wants_awaitable<Face, How...>, Awaitable<Answer>, Answer>>>;

/// The time until a deadline.
template <class Rep, class Period>
std::chrono::duration<Rep, Period> time_until(std::chrono::duration<Rep, Period> time) {
    return time;
}
template <class Clock, class Duration>
auto time_until(std::chrono::time_point<Clock, Duration> end) {
    return end - Clock::now();
}

/// How a command is given, put together from its last arguments.
struct Way {
    std::uint32_t deadline_ms = 0;
    Completion completion{};
    Progress progress{};

    template <class Answer, class How>
    void take(How&& how) {
        if constexpr (is_deadline<How>) {
            deadline_ms = milliseconds(time_until(how), 1, UINT32_MAX);
        } else if constexpr (is_completion<Outcome, How>) {
            completion = std::forward<How>(how);
        } else if constexpr (is_completion<Answer, How>) {
            completion = [function = std::decay_t<How>(std::forward<How>(how))](const Outcome& outcome) mutable {
                function(*Lent<Answer>(outcome.raw()));
            };
        } else if constexpr (is_progress<Answer, How>) {
            progress = std::forward<How>(how);
        }
    }
};

/// The context of a command under way.
class Waiting final : public Context {
public:
    Waiting(std::shared_ptr<Held> held, Way way) : Context(std::move(held)), way_(std::move(way)) {}

    /// The completion for C, to which this context passes.
    webchat_completion completion() noexcept {
        webchat_completion completion{};
        completion.size = sizeof completion;
        completion.deadline_ms = way_.deadline_ms;
        if (way_.completion) completion.on_done = on_done;
        if (way_.progress) completion.on_progress = on_progress;
        completion.context = pointer();
        completion.destroy = destroy;
        return completion;
    }

private:
    Way way_;

    static void on_done(void* pointer, const webchat_outcome* outcome) noexcept {
        const Lent<Outcome> lent(outcome);
        guard([&] { of<Waiting>(pointer).way_.completion(*lent); });
    }

    static void on_progress(void* pointer, std::uint64_t transferred, std::uint64_t total) noexcept {
        guard([&] { of<Waiting>(pointer).way_.progress(transferred, known_limit(total)); });
    }
};

/// Gives a command: `call` is its C function, but for the two last parameters. Returns the request id.
template <class Call>
Request give(const std::shared_ptr<Held>& held, Call&& call, Way way) {
    Request request = 0;
    auto waiting = std::make_unique<Waiting>(held, std::move(way));
    const webchat_completion completion = waiting->completion();
    const webchat_status status = call(&completion, &request);
    static_cast<void>(waiting.release()); // what throws above throws before C has taken the context over
    check(status);
    return request;
}

/// The same, and the outcome comes by a future, which throws a rejection, or has it.
template <class Answer, class Call>
std::future<Answer> give_for_future(const std::shared_ptr<Held>& held, Call&& call, Way way, bool throws) {
    const auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    way.completion = [promise, throws](const Outcome& outcome) {
        const auto fulfil = [&] {
            if (throws && has_exceptions) outcome.throw_if_rejected();
            promise->set_value(Answer(outcome.clone().release()));
        };
        caught(fulfil, [&](const std::exception_ptr& exception) { promise->set_exception(exception); });
    };
    give(held, std::forward<Call>(call), std::move(way));
    return future;
}

} // namespace detail
} // namespace webchat

#endif
