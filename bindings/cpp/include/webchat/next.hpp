/// Waiting for a certain event.
#ifndef WEBCHAT_NEXT_HPP
#define WEBCHAT_NEXT_HPP

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>
#include <webchat.h>
#include <webchat/commands.hpp>
#include <webchat/completion.hpp>
#include <webchat/search.hpp>
#include <webchat/searching.hpp>
#include <webchat/service.hpp>

namespace webchat {

namespace detail {

/// Every event fits.
struct Always {
    template <class Event>
    bool operator()(const Event&) const noexcept {
        return true;
    }
};

/// The predicate among the last arguments.
template <class... Of>
Always predicate_among() {
    return {};
}
template <class... Of, class First, class... How>
auto predicate_among(First&& first, How&&... how) {
    if constexpr (is_predicate<First, Of...>) return std::decay_t<First>(std::forward<First>(first));
    else return predicate_among<Of...>(std::forward<How>(how)...);
}

/// Begins a search, with the deadline that is among the last arguments.
template <class... Of, class... How>
Search<Of...> begin_search(Service& service, const How&... how) {
    static_assert(sizeof...(Of) > 0 && (is_event<Of> && ...), "chat.next<...>() names structs of events, such as webchat::Started");
    static_assert((... && (is_deadline<How> || is_predicate<How, Of...> || is_awaitable<How>)),
                  "chat.next<...>() takes a predicate (called with a const reference to each of the structs), a deadline "
                  "(std::chrono::duration or time_point) and webchat::use_awaitable");
    std::optional<std::chrono::steady_clock::time_point> end;
    std::chrono::milliseconds limit{0};
    [[maybe_unused]] const auto take = [&](const auto& one) {
        if constexpr (is_deadline<decltype(one)>) {
            limit = std::chrono::milliseconds(milliseconds(time_until(one), 0, WEBCHAT_FOREVER - 1));
            end = std::chrono::steady_clock::now() + limit;
        }
    };
    (take(how), ...);
    return Search<Of...>(service, end, limit);
}

/// Waits for what is wanted, or begins to.
template <bool Awaits, bool Throws, class... Of, class... How>
auto find(Service& service, How&&... how) {
    if constexpr (!Awaits) {
        if (in_callback(service.raw())) raise(Status::wrong_thread, "chat.next waits, and was called in a callback");
        auto search = begin_search<Of...>(service, how...);
        auto predicate = predicate_among<Of...>(std::forward<How>(how)...);
        while (!search.look(true, predicate)) {
        }
        if constexpr (Throws) return search.take().take();
        else return search.take();
    } else {
#ifdef WEBCHAT_HAS_COROUTINES
        auto search = begin_search<Of...>(service, how...);
        auto predicate = predicate_among<Of...>(std::forward<How>(how)...);
        using Predicate = decltype(predicate);
        return EventAwaitable<Throws, Predicate, Of...>(
            std::make_shared<Searching<Predicate, Of...>>(std::move(search), std::move(predicate), service.executor()));
#else
        static_assert(!Awaits, "co_await needs C++20");
#endif
    }
}

} // namespace detail

/// How a Chat waits for an event, behind its commands.
template <class Face>
class Waits : public Commands<Face> {
public:
    /// Waits for an event of this struct (events.hpp), or of one of several: returns it, or a std::variant of them.
    ///
    ///     chat.send_message("Hello");
    ///     const auto agent = chat.next<webchat::AgentConnected>(10s).participant();
    ///     chat.next<webchat::MessageReceived>([&](const auto& event) { return says(event, "Hello again"); }, 10s);
    ///
    /// Behind each other, in any order, it takes a predicate that the event has to meet, called on this thread, a deadline (a duration or
    /// point in time), and webchat::use_awaitable: then it is for co_await, as it always is of webchat::aio::Chat.
    ///
    /// It begins behind the last command that this thread has given to the chat, or behind the event that its last next() has found,
    /// whichever is the later: what a command brings is not missed, however fast it came. Making the chat is such a command. In a thread
    /// that has given none yet it begins with `ready`, if that was, and with what comes from now on. A coroutine goes on with the place of
    /// what it has awaited.
    ///
    /// It takes nothing from others: listeners, next_event and other threads get the event as well. When it fails, the next one begins
    /// where it did. Of what has come 1,024 events are remembered, or 1 MiB of messages.
    ///
    /// TimeoutError: there was none in time. NoSessionError: the session has ended, and the event is one that comes in a session only.
    /// ClosedError: the chat is closed. WrongThreadError: in a callback nothing may wait but by co_await. And what the predicate throws.
    template <class... Of, class... How>
    auto next(How&&... how) {
        return detail::find<detail::wants_awaitable<Face, How...>, true, Of...>(this->service(), std::forward<How>(how)...);
    }

    /// The same, and what is said to be thrown is returned: a Found, which is the event or says why there is none. A predicate's exception
    /// is thrown, and so is WrongThreadError.
    template <class... Of, class... How>
    auto try_next(How&&... how) {
        return detail::find<detail::wants_awaitable<Face, How...>, false, Of...>(this->service(), std::forward<How>(how)...);
    }

protected:
    Waits(const char* config_json, const ChatOptions& options) : Commands<Face>(config_json, options) {}
};

} // namespace webchat

#endif
