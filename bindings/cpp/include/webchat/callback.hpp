/// What holds for every callback: where its exceptions go, and how long it lives.
#ifndef WEBCHAT_CALLBACK_HPP
#define WEBCHAT_CALLBACK_HPP

#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <webchat.h>
#include <webchat/exceptions.hpp>

namespace webchat {

/// Told of an exception that a callback of the application threw: std::rethrow_exception finds out what it is.
using ExceptionHook = std::function<void(std::exception_ptr)>;

namespace detail {

inline void print_exception(const std::exception_ptr& exception) {
    std::fprintf(stderr, "webchat: a callback threw: %s\n", words(exception).c_str());
}

struct Hook {
    std::mutex mutex{};
    ExceptionHook function = print_exception;
};

/// Never destroyed, since callbacks can run until the process is gone.
inline Hook& hook() {
    static Hook& hook = *new Hook;
    return hook;
}

/// Hands over an exception that must not leave a callback. A hook that throws ends the program.
inline void report(const std::exception_ptr& exception) noexcept {
    ExceptionHook function;
    {
        const std::lock_guard<std::mutex> lock(hook().mutex);
        function = hook().function;
    }
    function(exception);
}

/// Runs what a callback of the application does; no exception leaves.
template <class Work>
void guard(Work&& work) noexcept {
    caught(std::forward<Work>(work), report);
}

/// How many function objects of a chat the library still holds.
class Held {
public:
    void add() {
        const std::lock_guard<std::mutex> lock(mutex_);
        ++count_;
    }

    void remove() noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (--count_ == 0) none_.notify_all();
    }

    void wait_until_none() {
        std::unique_lock<std::mutex> lock(mutex_);
        none_.wait(lock, [this] { return count_ == 0; });
    }

private:
    std::mutex mutex_{};
    std::condition_variable none_{};
    std::size_t count_ = 0;
};

/// One of them; what it counts as goes after everything that it has.
class Context {
public:
    explicit Context(std::shared_ptr<Held> held) : held_(std::move(held)) { held_->add(); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    virtual ~Context() { held_->remove(); }

    /// A context as the C interface carries it.
    void* pointer() noexcept { return this; }

    template <class Of>
    static Of& of(void* pointer) noexcept {
        return *static_cast<Of*>(static_cast<Context*>(pointer));
    }

    static void destroy(void* pointer) noexcept { delete static_cast<Context*>(pointer); }

private:
    std::shared_ptr<Held> held_;
};

/// A handle that C lends for a callback, as an object: it is not freed.
template <class Of>
class Lent {
public:
    template <class Raw>
    explicit Lent(const Raw* raw) noexcept : value_(const_cast<Raw*>(raw)) {}
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { static_cast<void>(value_.release()); }

    const Of& operator*() const noexcept { return value_; }

private:
    Of value_;
};

} // namespace detail

/// Sets where exceptions go that callbacks throw: listeners, completions, progress, preprocessors, preview inputs, log functions. They
/// never reach the library, and what a callback would have returned counts as nothing. One hook per process, called on the thread of
/// the callback; it must not throw. Until one is set, and after an empty one, a line with what() goes to the error stream. Returns the
/// hook before. Any thread.
inline ExceptionHook set_exception_hook(ExceptionHook function) {
    if (!function) function = detail::print_exception;
    const std::lock_guard<std::mutex> lock(detail::hook().mutex);
    std::swap(detail::hook().function, function);
    return function;
}

} // namespace webchat

#endif
