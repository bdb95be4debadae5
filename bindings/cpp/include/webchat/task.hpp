/// A coroutine type for programs that have none of their own. C++20 and later.
#ifndef WEBCHAT_TASK_HPP
#define WEBCHAT_TASK_HPP

#include <webchat/awaitable.hpp>

#ifdef WEBCHAT_HAS_COROUTINES

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace webchat {

template <class T>
class Task;

namespace detail {

/// What promises of all tasks have in common.
class TaskPromise {
public:
    std::suspend_always initial_suspend() const noexcept { return {}; }

    /// At the end the coroutine that waits for it goes on.
    struct End {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            const std::coroutine_handle<> next = ended.promise().next_;
            return next ? next : std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };
    End final_suspend() const noexcept { return {}; }

    void unhandled_exception() noexcept { exception_ = std::current_exception(); }
    void go_on_with(std::coroutine_handle<> next) noexcept { next_ = next; }

protected:
    void rethrow_if_thrown() const {
        if (exception_) std::rethrow_exception(exception_);
    }

private:
    std::coroutine_handle<> next_{};
    std::exception_ptr exception_{};
};

template <class T>
class ValuePromise : public TaskPromise {
public:
    Task<T> get_return_object() noexcept;

    template <class Value>
    void return_value(Value&& value) {
        value_.emplace(std::forward<Value>(value));
    }

    T take() {
        rethrow_if_thrown();
        return std::move(*value_);
    }

private:
    std::optional<T> value_{};
};

template <>
class ValuePromise<void> : public TaskPromise {
public:
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const { rethrow_if_thrown(); }
};

} // namespace detail

/// A coroutine. It begins when it is started or awaited, and belongs to this object: destroying the object destroys it, and with it what
/// it waits for (a command is cancelled, a search ends). Move-only. Start and destroy it where it goes on (see ChatOptions::executor).
template <class T = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::ValuePromise<T>;

    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            destroy();
            coroutine_ = std::exchange(other.coroutine_, nullptr);
        }
        return *this;
    }
    ~Task() { destroy(); }

    /// Begins it: returns when it waits for the first time, or has ended. For the outermost coroutine, once; others are awaited.
    void start() { coroutine_.resume(); }

    /// Whether it has ended.
    bool done() const noexcept { return coroutine_.done(); }

    /// What it returned, once it has ended. Throws what it threw.
    T take() { return coroutine_.promise().take(); }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const noexcept {
        coroutine_.promise().go_on_with(waiting);
        return coroutine_;
    }
    T await_resume() { return take(); }

private:
    friend promise_type;
    std::coroutine_handle<promise_type> coroutine_;

    explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

    void destroy() noexcept {
        if (coroutine_) std::exchange(coroutine_, nullptr).destroy();
    }
};

template <class T>
Task<T> detail::ValuePromise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<ValuePromise>::from_promise(*this));
}

inline Task<void> detail::ValuePromise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<ValuePromise>::from_promise(*this));
}

} // namespace webchat

#endif
#endif
