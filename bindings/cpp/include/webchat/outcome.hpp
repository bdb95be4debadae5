/// How commands ended.
#ifndef WEBCHAT_OUTCOME_HPP
#define WEBCHAT_OUTCOME_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <webchat.h>
#include <webchat/model.hpp>
#include <webchat/payload.hpp>

namespace webchat {

/// How a command ended. Move-only: clone() makes another handle to the same outcome. What is read from it is yours. Safe to read from
/// any thread. A moved-from one throws InvalidHandleError. What it carries: see Payload.
class Outcome : public Payload<Outcome> {
public:
    /// Takes over an outcome of the C interface that is the caller's own.
    explicit Outcome(webchat_outcome* own) noexcept : outcome_(own) {}

    /// Status::ok when the command resolved, else why it was rejected.
    Status status() const noexcept { return static_cast<Status>(webchat_outcome_status(raw())); }

    /// Whether the command resolved.
    bool ok() const noexcept { return status() == Status::ok; }
    explicit operator bool() const noexcept { return ok(); }

    /// Throws the exception of the status when the command was rejected.
    void throw_if_rejected() const {
        if (!ok()) detail::raise(failure());
    }

    /// The request id of the command; 0 when there was none.
    std::uint64_t request() const { return detail::read_number(webchat_outcome_request, raw()); }

    /// The name of the command, "sendMessage".
    std::string command() const { return detail::read_text(webchat_outcome_command, raw()); }

    /// Why the command was rejected, in the specification's words where it has some; empty when it resolved.
    std::string reason() const { return detail::read_text(webchat_outcome_reason, raw()); }

    /// Whether trying the same again can help.
    Retry retry() const { return read_retry().first; }

    /// How long to wait before trying again, where the server says so.
    std::optional<std::chrono::milliseconds> retry_after() const {
        const auto [retry, after] = read_retry();
        if (retry != Retry::after) return std::nullopt;
        return after;
    }

    /// What became of the message (sendMessage), also when the command is rejected.
    Delivery delivery() const { return static_cast<Delivery>(detail::read_number(webchat_outcome_delivery, raw())); }

    /// The system's number (errno) for what is wrong with a file on this machine, for a command rejected with Status::io; else 0.
    int os_error() const { return detail::read_number(webchat_outcome_os_error, raw()); }

    /// Another handle to the same outcome, which outlives a callback.
    Outcome clone() const {
        webchat_outcome* copy = nullptr;
        detail::check(webchat_outcome_clone(raw(), &copy));
        return Outcome(copy);
    }

    /// The C interface's handle, which stays this object's.
    const webchat_outcome* raw() const noexcept { return outcome_.get(); }

    /// Hands over the C interface's handle: the caller's to free.
    [[nodiscard]] webchat_outcome* release() noexcept { return outcome_.release(); }

private:
    struct Free {
        void operator()(webchat_outcome* outcome) const noexcept { webchat_outcome_free(outcome); }
    };
    std::unique_ptr<webchat_outcome, Free> outcome_;

    std::pair<Retry, std::chrono::milliseconds> read_retry() const {
        std::uint32_t retry = 0;
        std::uint64_t after = 0;
        detail::check(webchat_outcome_retry(raw(), &retry, &after));
        return {static_cast<Retry>(retry), std::chrono::milliseconds(after)};
    }

    detail::Failure failure() const {
        detail::Failure failure;
        failure.status = status();
        if (outcome_ == nullptr) return failure;
        failure.reason = reason();
        failure.command = command();
        failure.request = request();
        failure.delivery = delivery();
        failure.os_error = os_error();
        std::tie(failure.retry, failure.retry_after) = read_retry();
        std::string response = payload_json();
        if (!response.empty() && response.front() == '{') failure.response_json = std::move(response);
        return failure;
    }
};

static_assert(sizeof(Outcome) == sizeof(void*), "an outcome is its handle");

/// Told how a command ended. The outcome is valid during the call: clone() keeps it.
using Completion = std::function<void(const Outcome&)>;

/// Told how far a file is: bytes transferred, and bytes in all where that is known. Steps can be left out.
using Progress = std::function<void(std::uint64_t transferred, std::optional<std::uint64_t> total)>;

} // namespace webchat

#endif
