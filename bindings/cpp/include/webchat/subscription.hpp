/// Functions that events go to.
#ifndef WEBCHAT_SUBSCRIPTION_HPP
#define WEBCHAT_SUBSCRIPTION_HPP

#include <memory>
#include <mutex>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/event.hpp>

namespace webchat {

namespace detail {

/// Open while a listener may be called; locked while it is. Recursive, because a listener may end its own subscription.
struct Gate {
    std::recursive_mutex mutex{};
    bool open = true;
};

class Listening final : public Context {
public:
    Listening(std::shared_ptr<Held> held, std::shared_ptr<Gate> gate, Listener listener)
        : Context(std::move(held)), gate_(std::move(gate)), listener_(std::move(listener)) {}

    static void on_event(void* pointer, const webchat_event* event) noexcept {
        auto& self = of<Listening>(pointer);
        const std::lock_guard<std::recursive_mutex> lock(self.gate_->mutex);
        if (!self.gate_->open) return;
        const Lent<Event> lent(event);
        guard([&] { self.listener_(*lent); });
    }

private:
    std::shared_ptr<Gate> gate_;
    Listener listener_;
};

} // namespace detail

/// A listener of a chat. Destroying this object, or unsubscribe(), ends it as the standard's std::stop_callback does: when that returns,
/// the listener is not running and will not be called, so it may refer to what is destroyed next. (In the listener itself it returns at
/// once.) A thread that ends it must therefore hold no lock that the listener takes. May outlive its chat. Move-only. Any thread.
class [[nodiscard]] Subscription {
public:
    /// No subscription.
    Subscription() noexcept = default;

    Subscription(Subscription&& other) noexcept
        : subscription_(std::exchange(other.subscription_, nullptr)), gate_(std::move(other.gate_)) {}

    Subscription& operator=(Subscription&& other) noexcept {
        if (this != &other) {
            unsubscribe();
            subscription_ = std::exchange(other.subscription_, nullptr);
            gate_ = std::move(other.gate_);
        }
        return *this;
    }

    ~Subscription() { unsubscribe(); }

    /// Ends it; nothing happens when there is none.
    void unsubscribe() noexcept {
        if (gate_ == nullptr) return;
        webchat_unsubscribe(std::exchange(subscription_, nullptr));
        const auto gate = std::exchange(gate_, nullptr);
        const std::lock_guard<std::recursive_mutex> lock(gate->mutex);
        gate->open = false;
    }

    /// Lets go of it: the listener stays until the chat is closed.
    void detach() noexcept {
        subscription_ = nullptr;
        gate_ = nullptr;
    }

    /// Whether there is one.
    explicit operator bool() const noexcept { return gate_ != nullptr; }

    /// The C interface's handle, which stays this object's.
    webchat_subscription* raw() const noexcept { return subscription_; }

private:
    friend class AnyChat;

    Subscription(webchat_subscription* subscription, std::shared_ptr<detail::Gate> gate) noexcept
        : subscription_(subscription), gate_(std::move(gate)) {}

    webchat_subscription* subscription_ = nullptr;
    std::shared_ptr<detail::Gate> gate_{};
};

} // namespace webchat

#endif
