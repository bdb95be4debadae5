/// A search for an event that a coroutine waits for; see awaitable.hpp. C++20 and later.
#ifndef WEBCHAT_SEARCHING_HPP
#define WEBCHAT_SEARCHING_HPP

#include <webchat/awaitable.hpp>

#ifdef WEBCHAT_HAS_COROUTINES

#include <coroutine>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/search.hpp>

namespace webchat {

namespace detail {

/// A search that a coroutine waits for.
template <class Predicate, class... Of>
class Searching {
public:
    using Found = webchat::Found<typename Search<Of...>::Type>;

    Searching(Search<Of...> search, Predicate predicate, std::shared_ptr<const Executor> executor)
        : search_(std::move(search)), predicate_(std::move(predicate)), executor_(std::move(executor)) {}

    /// Whether it has come to an end.
    bool look() {
        const std::lock_guard<std::recursive_mutex> lock(mutex_);
        const auto work = [&] { is_done_ = search_.look(false, predicate_); };
        caught(work, [&](const std::exception_ptr& exception) {
            failure_ = exception;
            is_done_ = true;
        });
        return is_done_;
    }

    static void wait(const std::shared_ptr<Searching>& self, std::coroutine_handle<> coroutine) {
        const std::lock_guard<std::recursive_mutex> lock(self->mutex_);
        self->coroutine_ = coroutine;
        watch(self);
    }

    Found take() {
        const std::lock_guard<std::recursive_mutex> lock(mutex_);
        if (failure_) std::rethrow_exception(failure_);
        return search_.take();
    }

    /// Nobody waits any more: when this returns, the predicate is not running and will not be called.
    void leave() noexcept {
        const std::lock_guard<std::recursive_mutex> lock(mutex_);
        coroutine_ = nullptr;
        search_.end();
    }

private:
    std::recursive_mutex mutex_{};
    Search<Of...> search_;
    Predicate predicate_;
    std::shared_ptr<const Executor> executor_;
    std::coroutine_handle<> coroutine_{};
    std::exception_ptr failure_{};
    bool is_done_ = false;

    /// Has the search go on when there is something to look at.
    static void watch(const std::shared_ptr<Searching>& self) {
        auto context = std::make_unique<Watching>(self->search_.held(), self);
        webchat_look_wake(self->search_.raw(), self->search_.left(), Watching::on_wake, context.release()->pointer(), Context::destroy);
    }

    static void go_on(const std::shared_ptr<Searching>& self) {
        std::coroutine_handle<> coroutine;
        {
            const std::lock_guard<std::recursive_mutex> lock(self->mutex_);
            if (!self->coroutine_) return;
            if (!self->look()) return watch(self);
            coroutine = std::exchange(self->coroutine_, nullptr);
        }
        coroutine.resume();
    }

    class Watching final : public Context {
    public:
        Watching(std::shared_ptr<Held> held, std::shared_ptr<Searching> searching)
            : Context(std::move(held)), searching_(std::move(searching)) {}

        static void on_wake(void* pointer) noexcept {
            guard([&] {
                const auto searching = of<Watching>(pointer).searching_;
                post(searching->executor_, [searching] { go_on(searching); });
            });
        }

    private:
        std::shared_ptr<Searching> searching_;
    };
};

} // namespace detail

/// A search for an event, for co_await; once. It began when the function was called. Destroyed, it ends. Move-only. To be awaited by one
/// coroutine.
template <bool Throws, class Predicate, class... Of>
class [[nodiscard]] EventAwaitable {
public:
    EventAwaitable(EventAwaitable&&) noexcept = default;
    EventAwaitable& operator=(EventAwaitable&&) = delete;
    ~EventAwaitable() {
        if (searching_ != nullptr) searching_->leave();
    }

    /// Takes over a search that has begun.
    explicit EventAwaitable(std::shared_ptr<detail::Searching<Predicate, Of...>> searching) noexcept : searching_(std::move(searching)) {}

    bool await_ready() const { return searching_->look(); }
    void await_suspend(std::coroutine_handle<> coroutine) const {
        const auto searching = searching_; // this object can be gone before the call returns
        searching->wait(searching, coroutine);
    }
    auto await_resume() {
        auto found = searching_->take();
        if constexpr (Throws) return found.take();
        else return found;
    }

private:
    std::shared_ptr<detail::Searching<Predicate, Of...>> searching_;
};

} // namespace webchat

#endif
#endif
