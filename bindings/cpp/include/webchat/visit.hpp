/// Finding out which struct an event is, and listeners that take structs.
#ifndef WEBCHAT_VISIT_HPP
#define WEBCHAT_VISIT_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <webchat.h>
#include <webchat/events.hpp>

namespace webchat {

/// Several functions as one, for std::visit:
///
///     std::visit(webchat::overloaded{
///         [](const webchat::MessageReceived& event) {...},
///         [](const auto&) {},
///     }, webchat::typed(std::move(event)));
template <class... Functions>
struct overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

namespace detail {

template <class>
inline constexpr bool is_any_event = false;
template <>
inline constexpr bool is_any_event<AnyEvent> = true;

template <class Of, class Any>
struct IsAlternative;
template <class Of, class... Alternatives>
struct IsAlternative<Of, std::variant<Alternatives...>> : std::disjunction<std::is_same<Of, Alternatives>...> {};

/// Whether this can be asked for: a struct of an event, UnknownEvent or AnyEvent.
template <class Of>
inline constexpr bool is_event = is_any_event<Of> || IsAlternative<Of, AnyEvent>::value;

/// Whether this header knows it: the numbers are those of the variant's alternatives.
inline bool is_known(EventKind kind) noexcept {
    return kind != EventKind::none && static_cast<std::uint32_t>(kind) < std::variant_size_v<AnyEvent>;
}

/// Whether an event of this kind is such a struct.
template <class Of>
bool is(EventKind kind) noexcept {
    if constexpr (is_any_event<Of>) return true;
    else if constexpr (std::is_same_v<Of, UnknownEvent>) return !is_known(kind);
    else return kind == Of::kind();
}

template <class Of>
Of take_as(Event event) {
    if constexpr (is_any_event<Of>) return typed(std::move(event));
    else return Of(std::move(event));
}

/// An event that C lends for a callback, as a struct: it is not freed.
template <class Of>
class LentAs {
public:
    explicit LentAs(const Event& event) noexcept : value_(take_as<Of>(Event(const_cast<webchat_event*>(event.raw())))) {}
    LentAs(const LentAs&) = delete;
    LentAs& operator=(const LentAs&) = delete;
    ~LentAs() {
        if constexpr (is_any_event<Of>) {
            std::visit([](auto& event) { static_cast<void>(event.release()); }, value_);
        } else {
            static_cast<void>(value_.release());
        }
    }

    const Of& operator*() const noexcept { return value_; }

private:
    Of value_;
};

/// Calls a function with an event as the one of these structs that it is, if it is one of them.
template <class... Of, class Function>
void hand(const Event& event, Function& function) {
    const EventKind kind = event.kind();
    const auto to = [&](auto* of) {
        using Struct = std::remove_pointer_t<decltype(of)>;
        if (!is<Struct>(kind)) return false;
        function(*LentAs<Struct>(event));
        return true;
    };
    static_cast<void>((to(static_cast<Of*>(nullptr)) || ...));
}

/// Whether a function object is one of those that can be empty, and is.
template <class Function>
bool is_empty(const Function&) noexcept {
    return false;
}
template <class Signature>
bool is_empty(const std::function<Signature>& function) noexcept {
    return !function;
}

/// The event that a subscription for these structs is to; null: every event.
template <class First, class... Others>
const char* event_name() noexcept {
    if constexpr (sizeof...(Others) > 0 || is_any_event<First> || std::is_same_v<First, UnknownEvent>) return nullptr;
    else return name(First::kind());
}

} // namespace detail

/// An event as this struct, if it is one: another handle to the same event.
template <class Of>
std::optional<Of> as(const Event& event) {
    static_assert(detail::is_event<Of>, "webchat::as takes the struct of an event, or webchat::AnyEvent");
    if (!detail::is<Of>(event.kind())) return std::nullopt;
    return detail::take_as<Of>(event.clone());
}

/// Another handle to the same event, which outlives a callback.
inline AnyEvent clone(const AnyEvent& event) {
    return std::visit([](const auto& known) -> AnyEvent { return known.clone(); }, event);
}

} // namespace webchat

#endif
