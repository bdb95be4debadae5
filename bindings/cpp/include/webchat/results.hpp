/// Outcomes of commands that resolve with a value of their own.
#ifndef WEBCHAT_RESULTS_HPP
#define WEBCHAT_RESULTS_HPP

#include <type_traits>
#include <utility>
#include <vector>
#include <webchat.h>
#include <webchat/model.hpp>
#include <webchat/outcome.hpp>

namespace webchat {

namespace detail {

template <class Value>
Value read_value(const Outcome& outcome) {
    if constexpr (std::is_same_v<Value, Transcript>) return Transcript{outcome.messages()};
    else if constexpr (std::is_same_v<Value, std::vector<Agent>>) return outcome.agents();
    else if constexpr (std::is_same_v<Value, Stats>) return outcome.stats();
    else if constexpr (std::is_same_v<Value, Session>) return outcome.session().value_or(Session{});
    else if constexpr (std::is_same_v<Value, bool>) return outcome.session_active();
    else if constexpr (std::is_same_v<Value, FileLimits>) return outcome.file_limits();
    else return outcome.download();
}

} // namespace detail

/// The Outcome of a command that resolves with a Value: `chat.get_stats().value()`, `chat.get_stats()->duration`, `*chat.verify_session()`.
/// The value is read at each call, and your own. In every form of the command: the future is of this, and a completion may take it.
template <class Value>
class Result : public Outcome {
public:
    /// Takes over an outcome of the C interface that is the caller's own, of a command that resolves with a Value.
    explicit Result(webchat_outcome* own) noexcept : Outcome(own) {}

    /// What the command resolved with. Throws the exception of the status when it was rejected.
    Value value() const {
        throw_if_rejected();
        return detail::read_value<Value>(*this);
    }

    /// The same.
    Value operator*() const { return value(); }

    /// A value while an expression lasts.
    class Read {
    public:
        explicit Read(Value value) : value_(std::move(value)) {}
        const Value* operator->() const noexcept { return &value_; }

    private:
        Value value_;
    };

    /// One part of it: reads the whole.
    Read operator->() const { return Read(value()); }

    /// Another handle to the same outcome, which outlives a callback.
    Result clone() const { return Result(Outcome::clone().release()); }
};

static_assert(sizeof(Result<Stats>) == sizeof(void*), "a result is its handle");

} // namespace webchat

#endif
