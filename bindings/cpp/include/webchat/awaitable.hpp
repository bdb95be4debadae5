/// What coroutines wait for: commands and events, by co_await. C++20 and later; in C++17 this header has only what says so.
///
///     webchat::Task<> talk(webchat::aio::Chat& chat) {
///         co_await chat.start_chat({"Pia"});
///         const auto agent = co_await chat.next<webchat::AgentConnected>(30s);
///         co_await chat.send_message("Hello, " + agent.participant().name);
///     }
///
/// WHERE A COROUTINE GOES ON: where ChatOptions::executor says; without one on the callback thread, where nothing may wait but by co_await.
///
/// THE END: destroying a coroutine that waits gives up what it waits for: a command is cancelled, a search ends, and it is not resumed any
/// more. Destroy it where it is resumed (on the executor's thread), or when nothing can resume it, as everywhere with coroutines.
///
/// ERRORS are thrown out of co_await. In programs without exceptions, and with std::nothrow, a command's Outcome says whether it was
/// rejected; Chat::try_next gives a Found, which says why there is no event.
///
/// GCC 12 destroys twice what is made inside the expression of co_await by naming its members: aggregates, and lambdas whose captures own
/// something ([name = std::string(...)], not [&]). Make those in a line of their own. The types of this library are safe.
#ifndef WEBCHAT_AWAITABLE_HPP
#define WEBCHAT_AWAITABLE_HPP

#include <functional>
#include <memory>
#include <type_traits>

#if defined(__cpp_impl_coroutine) && __has_include(<coroutine>)
#define WEBCHAT_HAS_COROUTINES 1
#include <coroutine>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/completion.hpp>
#include <webchat/marks.hpp>
#endif

namespace webchat {

/// Has a function called where a program wants it, once, soon, and not before this returns: in its event loop, as a rule.
///
///     [&loop](std::function<void()> work) { asio::post(loop, std::move(work)); }                                   // Asio
///     [object](std::function<void()> work) { QMetaObject::invokeMethod(object, std::move(work), Qt::QueuedConnection); }   // Qt
///
/// It is called on the callback thread. What it throws goes to the hook (set_exception_hook), and the coroutine is not resumed.
using Executor = std::function<void(std::function<void()>)>;

#ifdef WEBCHAT_HAS_COROUTINES

namespace detail {

class Service;

/// Has work done where coroutines go on.
inline void post(const std::shared_ptr<const Executor>& executor, std::function<void()> work) {
    if (executor != nullptr) (*executor)(std::move(work));
    else work();
}

/// A command whose outcome a coroutine waits for.
template <class Answer>
class Expected {
public:
    explicit Expected(std::shared_ptr<const Executor> executor) : executor_(std::move(executor)) {}

    bool is_here() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return answer_.has_value();
    }

    /// Has the coroutine wait; false when there is nothing to wait for.
    bool wait(std::coroutine_handle<> coroutine) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (answer_) return false;
        coroutine_ = coroutine;
        return true;
    }

    /// The outcome has come.
    static void come(const std::shared_ptr<Expected>& self, const Outcome& outcome) {
        {
            const std::lock_guard<std::mutex> lock(self->mutex_);
            self->answer_.emplace(outcome.clone().release());
            if (!self->coroutine_) return;
        }
        post(self->executor_, [self] { self->go_on(); });
    }

    Answer take() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return std::move(*answer_);
    }

    /// Nobody waits any more. Whether there is no outcome yet.
    bool leave() noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        coroutine_ = nullptr;
        return !answer_.has_value();
    }

private:
    std::mutex mutex_{};
    std::coroutine_handle<> coroutine_{};
    std::optional<Answer> answer_{};
    std::shared_ptr<const Executor> executor_;

    void go_on() {
        std::coroutine_handle<> coroutine;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            coroutine = std::exchange(coroutine_, nullptr);
        }
        if (coroutine) coroutine.resume();
    }
};

} // namespace detail

/// A command under way, for co_await, which gives its outcome; once. It was given when the function was called. Destroyed before the
/// outcome has come, it cancels the command. Move-only. To be awaited by one coroutine.
template <class Answer>
class [[nodiscard]] Awaitable {
public:
    Awaitable(Awaitable&& other) noexcept = default;
    Awaitable& operator=(Awaitable&& other) noexcept {
        if (this != &other) {
            leave();
            expected_ = std::move(other.expected_);
            held_ = std::move(other.held_);
            service_ = other.service_;
            request_ = other.request_;
            mark_ = other.mark_;
            throws_ = other.throws_;
        }
        return *this;
    }
    ~Awaitable() { leave(); }

    /// The command's request id, for Chat::cancel.
    Request request() const noexcept { return request_; }

    bool await_ready() const { return expected_->is_here(); }
    bool await_suspend(std::coroutine_handle<> coroutine) const {
        const auto expected = expected_; // this object can be gone before the call returns
        return expected->wait(coroutine);
    }
    Answer await_resume() {
        detail::Marks::of_this_thread().set(held_, mark_);
        Answer answer = expected_->take();
        if (throws_ && detail::has_exceptions) answer.throw_if_rejected();
        return answer;
    }

private:
    friend class detail::Service;

    std::shared_ptr<detail::Expected<Answer>> expected_;
    std::shared_ptr<detail::Held> held_;
    webchat_service* service_ = nullptr;
    Request request_ = 0;
    std::uint64_t mark_ = 0;
    bool throws_ = true;

    Awaitable(std::shared_ptr<detail::Expected<Answer>> expected, const std::shared_ptr<detail::Held>& held, webchat_service* service,
              std::uint64_t mark, bool throws)
        : expected_(std::move(expected)), held_(held), service_(service), mark_(mark), throws_(throws) {}

    void leave() noexcept {
        const auto expected = std::exchange(expected_, nullptr);
        if (expected != nullptr && expected->leave()) webchat_cancel(service_, request_);
    }
};

#endif

} // namespace webchat

#endif
