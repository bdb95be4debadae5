/// What all chats have but for their commands: events, abilities, the end.
#ifndef WEBCHAT_ANY_CHAT_HPP
#define WEBCHAT_ANY_CHAT_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <webchat.h>
#include <webchat/event.hpp>
#include <webchat/keeper.hpp>
#include <webchat/runtime.hpp>
#include <webchat/service.hpp>
#include <webchat/store.hpp>
#include <webchat/subscription.hpp>
#include <webchat/visit.hpp>

namespace webchat {

/// What a chat can be made with beside its configuration.
struct ChatOptions {
    /// Where session data are kept, so that the chat can be restored; nothing: where the configuration says.
    std::shared_ptr<SessionStore> store{};
    /// The runtime to use; nothing: the default one. Only needed while the chat is made.
    const Runtime* runtime = nullptr;
    /// What keeps an asynchronous chat besides the store, and wins over it; empty: the store alone.
    SessionKeeper keeper{};
    /// Where coroutines go on that wait for this chat (awaitable.hpp); empty: on the callback thread.
    Executor executor{};
};

/// What all chats have but for their commands; see Chat. For functions that take either kind, by reference.
class AnyChat {
public:
    /// Has `listener` called with each event of this name, with or without "WebChatService." before it, on the callback thread, until the
    /// subscription goes. InvalidArgumentError: there is no such event.
    Subscription on(const std::string& event, Listener listener) { return subscribe(detail::c_text(event), std::move(listener)); }

    /// The same by the kind of event.
    Subscription on(EventKind kind, Listener listener) { return subscribe(name(kind), std::move(listener)); }

    /// The same for every event.
    Subscription on_any(Listener listener) { return subscribe(nullptr, std::move(listener)); }

    /// Has `listener` called with each event of these structs (events.hpp), as what it is:
    ///
    ///     auto joining = chat.on<webchat::AgentConnected>([](const auto& event) { greet(event.participant().name); });
    ///     auto showing = chat.on<webchat::Started, webchat::Ended>([](const auto& event) { show(event.name()); });
    ///     auto all = chat.on<webchat::AnyEvent>([](const auto& event) { std::visit(webchat::overloaded{...}, event); });
    ///
    /// Nothing is read of an event but what the listener asks for. It is lent to the listener; clone() keeps it. Else as on() above.
    template <class... Of, class TypedListener>
    Subscription on(TypedListener listener) {
        static_assert(sizeof...(Of) > 0 && (detail::is_event<Of> && ...), "chat.on<...>() names structs of events, such as webchat::Started");
        static_assert((std::is_invocable_v<TypedListener&, const Of&> && ...), "the listener is called with each of the structs");
        if (detail::is_empty(listener)) return subscribe(nullptr, {});
        return subscribe(detail::event_name<Of...>(), [listener = std::move(listener)](const Event& event) mutable {
            detail::hand<Of...>(event, listener);
        });
    }

    /// Waits for the next event; nothing once the chat is closed and all events have been taken:
    /// `while (auto event = chat.next_event())`. From the first call of this function or event_fd() on, the chat keeps events until they
    /// are taken, so keep taking them.
    std::optional<Event> next_event() {
        webchat_event* event = nullptr;
        const webchat_status status = webchat_next_event(raw(), WEBCHAT_FOREVER, &event);
        if (status == WEBCHAT_END_OF_EVENTS) return std::nullopt;
        detail::check(status);
        return Event(event);
    }

    /// The same up to a time, which may be 0: nothing when none came. ClosedError once the chat is closed and all have been taken.
    template <class Rep, class Period>
    std::optional<Event> next_event(std::chrono::duration<Rep, Period> timeout) {
        webchat_event* event = nullptr;
        const webchat_status status = webchat_next_event(raw(), detail::milliseconds(timeout, 0, WEBCHAT_FOREVER - 1), &event);
        if (status == WEBCHAT_ERR_TIMEOUT) return std::nullopt;
        if (status == WEBCHAT_END_OF_EVENTS) detail::raise(Status::closed);
        detail::check(status);
        return Event(event);
    }

    /// A file descriptor that is readable while next_event would not have to wait, for poll, epoll or any event loop. It belongs to the
    /// chat, the same at every call: never read, write or close it. When it is readable, call next_event(0s) until there is no event.
    /// IoError, UnsupportedError: the system gives none.
    int event_fd() {
        int descriptor = -1;
        detail::check(webchat_event_fd(raw(), &descriptor));
        return descriptor;
    }

    /// Whether the transport that the configuration has chosen has the ability called `name`, "history" or "fileUpload" for example;
    /// webchat_capability in <webchat.h> lists them. NotFoundError: this library knows none of that name. InvalidConfigurationError: the
    /// chat is not configured yet.
    bool capability(const std::string& name) const {
        std::int32_t has = 0;
        detail::check(webchat_capability(raw(), detail::c_text(name), &has));
        return has != 0;
    }

    /// Closes the chat without ending the session at the server: every command gets its outcome, then no event comes any more. What is
    /// stored of the session stays, to be restored by another chat. Returns at once. Closing twice is no error.
    void close() { detail::check(webchat_service_close(raw())); }

    /// Waits until the chat is closed and has done all that is left to do: what is to be stored is, and a chat that the server makes after
    /// all, for a start that was under way, is ended there. False when that takes longer than `timeout`, which may be 0.
    template <class Rep, class Period>
    bool wait_closed(std::chrono::duration<Rep, Period> timeout) {
        const webchat_status status = webchat_service_wait_closed(raw(), detail::milliseconds(timeout, 0, WEBCHAT_FOREVER - 1));
        if (status == WEBCHAT_ERR_TIMEOUT) return false;
        detail::check(status);
        return true;
    }

    /// The C interface's handle, which stays this object's; null once it was moved from.
    webchat_service* raw() const noexcept { return service_ == nullptr ? nullptr : service_->raw(); }

protected:
    AnyChat(const char* config_json, const ChatOptions& options) : service_(make(config_json, options)) {}
    AnyChat(AnyChat&&) noexcept = default;
    AnyChat& operator=(AnyChat&&) noexcept = default;
    ~AnyChat() = default;

    detail::Service& service() {
        if (service_ == nullptr) detail::raise(Status::invalid_handle);
        return *service_;
    }

private:
    std::unique_ptr<detail::Service> service_;

    static std::unique_ptr<detail::Service> make(const char* config_json, const ChatOptions& options) {
        const auto held = std::make_shared<detail::Held>();
        webchat_service_options from{};
        from.size = sizeof from;
        from.config_json = config_json;
        from.runtime = options.runtime == nullptr ? nullptr : options.runtime->raw();
        std::unique_ptr<detail::KeeperContext> context;
        if (options.keeper) context = std::make_unique<detail::KeeperContext>(held, options.keeper);
        webchat_store store{};
        if (options.store != nullptr) {
            store = std::make_unique<detail::StoreContext>(held, options.store).release()->store();
            from.store = &store;
        }
        webchat_session_keeper keeper{};
        if (context != nullptr) {
            keeper = context.release()->keeper();
            from.keeper = &keeper;
        }
        webchat_service* service = nullptr;
        webchat_outcome* failure = nullptr;
        const webchat_status status = webchat_service_new_with(&from, &service, &failure);
        if (failure != nullptr) Outcome(failure).throw_if_rejected();
        detail::check(status);
        std::shared_ptr<const Executor> executor;
        if (options.executor) executor = std::make_shared<const Executor>(options.executor);
        return std::make_unique<detail::Service>(service, held, std::move(executor));
    }

    Subscription subscribe(const char* event, Listener listener) {
        if (!listener) detail::raise(Status::invalid_argument, "the listener is empty");
        const auto gate = std::make_shared<detail::Gate>();
        auto context = std::make_unique<detail::Listening>(service().held(), gate, std::move(listener));
        webchat_subscription* subscription = nullptr;
        detail::check(webchat_subscribe(raw(), event, detail::Listening::on_event, context.release()->pointer(),
                                        detail::Context::destroy, &subscription));
        return Subscription(subscription, gate);
    }
};

} // namespace webchat

#endif
