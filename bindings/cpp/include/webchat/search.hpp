/// Waiting for a certain event: what is wanted, and how far the search for it has come.
#ifndef WEBCHAT_SEARCH_HPP
#define WEBCHAT_SEARCH_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <webchat.h>
#include <webchat/completion.hpp>
#include <webchat/error.hpp>
#include <webchat/service.hpp>
#include <webchat/visit.hpp>

namespace webchat {

/// What a search for an event came to: the event, or why there is none. Move-only, as events are.
template <class Of>
class Found {
public:
    Found(Of event) noexcept : event_(std::move(event)) {}
    Found(Status status, std::string reason) : status_(status), reason_(std::move(reason)) {}

    /// Whether there is an event.
    explicit operator bool() const noexcept { return event_.has_value(); }

    /// The event, which has to be there.
    Of& operator*() noexcept { return *event_; }
    const Of& operator*() const noexcept { return *event_; }
    Of* operator->() noexcept { return &*event_; }
    const Of* operator->() const noexcept { return &*event_; }

    /// Status::ok, or why there is none: Status::timeout, no_session, closed.
    Status status() const noexcept { return status_; }

    /// Why there is none, in a sentence that names what was wanted; empty when there is one.
    const std::string& reason() const noexcept { return reason_; }

    /// Takes the event out. Throws the exception of the status when there is none.
    Of take() {
        if (!event_) detail::raise(status_, reason_);
        return std::move(*event_);
    }

private:
    std::optional<Of> event_{};
    Status status_ = Status::ok;
    std::string reason_{};
};

namespace detail {

/// What a search for one of these gives.
template <class... Of>
struct FoundOf {
    using Type = std::variant<Of...>;
};
template <class Of>
struct FoundOf<Of> {
    using Type = Of;
};

/// What an event has to do with a session.
inline Bound bound(const AnyEvent& event) noexcept {
    return std::visit([](const auto& known) {
        if constexpr (std::is_same_v<std::decay_t<decltype(known)>, UnknownEvent>) return Bound::none;
        else return known.bound();
    }, event);
}

template <class Of>
constexpr bool needs_session() noexcept {
    if constexpr (is_any_event<Of> || std::is_same_v<Of, UnknownEvent>) return false;
    else return Of::bound() == Bound::within;
}

template <class How, class... Of>
inline constexpr bool is_predicate = (std::is_invocable_r_v<bool, std::decay_t<How>&, const Of&> && ...);

struct EndLook {
    void operator()(webchat_look* look) const noexcept { webchat_look_destroy(look); }
};

/// A search. One thread at a time.
template <class... Of>
class Search {
public:
    using Type = typename FoundOf<Of...>::Type;
    using Clock = std::chrono::steady_clock;

    Search(Service& service, std::optional<Clock::time_point> end, std::chrono::milliseconds limit)
        : held_(service.held()), end_(end), limit_(limit) {
        webchat_look* look = nullptr;
        check(webchat_look_new(service.raw(), Marks::of_this_thread().get(held_).value_or(WEBCHAT_FROM_NOW), &look));
        look_.reset(look);
        is_over_ = (needs_session<Of>() && ...) && place().second;
    }

    /// Looks at what has come, and waits for more if that is allowed. Whether it has come to an end.
    template <class Predicate>
    bool look(bool may_wait, Predicate& predicate) {
        for (;;) {
            webchat_event* next = nullptr;
            const webchat_status status = webchat_look_next(look_.get(), may_wait ? left() : 0, &next);
            if (status == WEBCHAT_ERR_TIMEOUT) {
                if (give_up()) return true;
                if (!may_wait) return false;
                continue;
            }
            if (status == WEBCHAT_END_OF_EVENTS) return fail(Status::closed, "the chat was closed without " + wanted());
            check(status);
            if (!fits(Event(next), predicate)) continue;
            mark_ = place().first;
            return true;
        }
    }

    /// How long the next event may take, in milliseconds.
    std::uint32_t left() const {
        if (is_over_) return 0;
        if (!end_) return WEBCHAT_FOREVER;
        return milliseconds(*end_ - Clock::now(), 0, WEBCHAT_FOREVER - 1);
    }

    /// What it came to. The thread that takes it goes on behind the event.
    Found<Type> take() {
        if (!found_) return Found<Type>(status_, std::move(reason_));
        Marks::of_this_thread().set(held_, mark_);
        return Found<Type>(std::move(*found_));
    }

    /// Ends it. What it has found stays.
    void end() noexcept { look_.reset(); }

    webchat_look* raw() const noexcept { return look_.get(); }
    const std::shared_ptr<Held>& held() const noexcept { return held_; }

private:
    std::shared_ptr<Held> held_;
    std::unique_ptr<webchat_look, EndLook> look_{};
    std::optional<Clock::time_point> end_;
    std::chrono::milliseconds limit_;
    bool is_over_ = false;
    std::uint64_t mark_ = 0;
    std::optional<Type> found_{};
    Status status_ = Status::ok;
    std::string reason_{};

    /// Behind which event it stands, and whether the session had ended when it began.
    std::pair<std::uint64_t, bool> place() const {
        std::uint64_t mark = 0;
        std::int32_t is_over = 0;
        check(webchat_look_mark(look_.get(), &mark, &is_over));
        return {mark, is_over != 0};
    }

    bool fail(Status status, std::string reason) {
        status_ = status;
        reason_ = std::move(reason);
        return true;
    }

    bool give_up() {
        if (is_over_) return fail(Status::no_session, "the chat session has ended without " + wanted());
        if (!end_ || Clock::now() < *end_) return false;
        return fail(Status::timeout, "there was no " + wanted() + " within " + std::to_string(limit_.count()) + " ms");
    }

    template <class Predicate>
    bool fits(Event event, Predicate& predicate) {
        AnyEvent any = typed(std::move(event));
        if constexpr ((needs_session<Of>() && ...)) {
            const Bound to = bound(any);
            if (to == Bound::begins || to == Bound::ends) is_over_ = to == Bound::ends;
        }
        return (accept<Of>(any, predicate) || ...);
    }

    template <class One, class Predicate>
    bool accept(AnyEvent& any, Predicate& predicate) {
        if constexpr (is_any_event<One>) {
            if (!predicate(std::as_const(any))) return false;
            found_.emplace(std::move(any));
        } else {
            One* const event = std::get_if<One>(&any);
            if (event == nullptr || !predicate(std::as_const(*event))) return false;
            found_.emplace(std::move(*event));
        }
        return true;
    }

    /// What is wanted, for a person.
    static std::string wanted() {
        std::string names;
        const auto add = [&](const char* name) { names += (names.empty() ? "" : " or ") + std::string(name); };
        (add(wanted_name<Of>()), ...);
        return names;
    }

    template <class One>
    static const char* wanted_name() noexcept {
        if constexpr (is_any_event<One>) return "event";
        else if constexpr (std::is_same_v<One, UnknownEvent>) return "unknown event";
        else return name(One::kind());
    }
};

} // namespace detail
} // namespace webchat

#endif
