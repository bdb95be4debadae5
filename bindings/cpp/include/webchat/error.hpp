/// Statuses, and the exceptions they are thrown as.
#ifndef WEBCHAT_ERROR_HPP
#define WEBCHAT_ERROR_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <webchat.h>
#include <webchat/exceptions.hpp>

namespace webchat {

/// What a call or a command came to. A newer library can have others: treat an unknown one as an error.
enum class Status : webchat_status {
    ok = WEBCHAT_OK,
    // made from the tables: statuses
    invalid_argument = WEBCHAT_ERR_INVALID_ARGUMENT,
    invalid_configuration = WEBCHAT_ERR_INVALID_CONFIGURATION,
    no_session = WEBCHAT_ERR_NO_SESSION,
    session_active = WEBCHAT_ERR_SESSION_ACTIVE,
    busy = WEBCHAT_ERR_BUSY,
    access_denied = WEBCHAT_ERR_ACCESS_DENIED,
    unsupported = WEBCHAT_ERR_UNSUPPORTED,
    not_found = WEBCHAT_ERR_NOT_FOUND,
    rejected = WEBCHAT_ERR_REJECTED,
    unauthorized = WEBCHAT_ERR_UNAUTHORIZED,
    rate_limited = WEBCHAT_ERR_RATE_LIMITED,
    unavailable = WEBCHAT_ERR_UNAVAILABLE,
    disconnected = WEBCHAT_ERR_DISCONNECTED,
    timeout = WEBCHAT_ERR_TIMEOUT,
    outcome_unknown = WEBCHAT_ERR_OUTCOME_UNKNOWN,
    protocol = WEBCHAT_ERR_PROTOCOL,
    cancelled = WEBCHAT_ERR_CANCELLED,
    closed = WEBCHAT_ERR_CLOSED,
    io = WEBCHAT_ERR_IO,
    wrong_thread = WEBCHAT_ERR_WRONG_THREAD,
    internal = WEBCHAT_ERR_INTERNAL,
    not_sent = WEBCHAT_ERR_NOT_SENT,
    out_of_resources = WEBCHAT_ERR_OUT_OF_RESOURCES,
    // until here: statuses
    invalid_handle = WEBCHAT_ERR_INVALID_HANDLE,
    end_of_events = WEBCHAT_END_OF_EVENTS,
    forked = WEBCHAT_ERR_FORKED,
};

/// The name of a status, the same in every language ("no_session"); "unknown" for a number that the library does not know.
inline const char* name(Status status) noexcept { return webchat_status_name(static_cast<webchat_status>(status)); }

/// One sentence about a status for a person, in English.
inline const char* text(Status status) noexcept { return webchat_status_text(static_cast<webchat_status>(status)); }

/// Whether trying the same again can help.
enum class Retry : std::uint32_t {
    /// Not unless something else changes.
    never = WEBCHAT_RETRY_NEVER,
    /// Once the given time has passed: the server said so.
    after = WEBCHAT_RETRY_AFTER,
    /// After a pause that grows with each attempt.
    backoff = WEBCHAT_RETRY_BACKOFF,
};

/// What became of a message (sendMessage).
enum class Delivery : std::uint32_t {
    /// It is about another command.
    none = WEBCHAT_DELIVERY_NONE,
    /// The server has it.
    sent = WEBCHAT_DELIVERY_SENT,
    /// It did not arrive: it never left, or the server refused it.
    not_sent = WEBCHAT_DELIVERY_NOT_SENT,
    /// It left, and nothing tells whether it arrived.
    unknown = WEBCHAT_DELIVERY_UNKNOWN,
};

namespace detail {

struct Failure {
    Status status = Status::internal;
    std::string reason{};
    std::string command{};
    std::string response_json{};
    std::uint64_t request = 0;
    Retry retry = Retry::never;
    std::chrono::milliseconds retry_after{0};
    Delivery delivery = Delivery::none;
    int os_error = 0;
};

} // namespace detail

/// Why something failed: the base of every exception of the library. what() is the specification's text where it has one, and safe to
/// log. Each status has a subclass of its own; an Error that is none of them has a status newer than this header.
class Error : public std::runtime_error {
public:
    explicit Error(detail::Failure failure)
        : std::runtime_error(failure.reason.empty() ? webchat::text(failure.status) : failure.reason),
          failure_(std::make_shared<const detail::Failure>(std::move(failure))) {}

    Status status() const noexcept { return failure_->status; }

    /// The name of the rejected command, "sendMessage"; empty when a call failed before there was a command.
    const std::string& command() const noexcept { return failure_->command; }

    /// The request id of the rejected command; 0 when there was none.
    std::uint64_t request() const noexcept { return failure_->request; }

    /// The server's response as JSON, "(AJAX Response Object)" in the specification; empty when it has only a text. It can hold private
    /// text.
    const std::string& response_json() const noexcept { return failure_->response_json; }

    Retry retry() const noexcept { return failure_->retry; }

    /// How long to wait before trying again, where the server says so.
    std::optional<std::chrono::milliseconds> retry_after() const noexcept {
        if (failure_->retry != Retry::after) return std::nullopt;
        return failure_->retry_after;
    }

    /// How sure it is that the message did not arrive (not_sent, unknown), when the command was sendMessage.
    Delivery delivery() const noexcept { return failure_->delivery; }

    /// The system's number (errno) for what is wrong with a file on this machine, where it gave one to an IoError; else 0.
    int os_error() const noexcept { return failure_->os_error; }

private:
    std::shared_ptr<const detail::Failure> failure_;
};

/// The exception of one status.
template <Status Of>
class ErrorOf final : public Error {
public:
    using Error::Error;
};

// made from the tables: exceptions
/// An option, text or name given by the caller is not usable. The error says which.
using InvalidArgumentError = ErrorOf<Status::invalid_argument>;
/// The configuration is missing or has a bad value; the error names the key.
using InvalidConfigurationError = ErrorOf<Status::invalid_configuration>;
/// The command needs a chat session and there is none.
using NoSessionError = ErrorOf<Status::no_session>;
/// The command needs that no chat session is active.
using SessionActiveError = ErrorOf<Status::session_active>;
/// The same thing is already under way.
using BusyError = ErrorOf<Status::busy>;
/// The command is private to the service.
using AccessDeniedError = ErrorOf<Status::access_denied>;
/// The transport in use, or this build or system, does not offer it.
using UnsupportedError = ErrorOf<Status::unsupported>;
/// What was asked for does not exist, for example no session to restore.
using NotFoundError = ErrorOf<Status::not_found>;
/// The server understood the request and refused it. See the response.
using RejectedError = ErrorOf<Status::rejected>;
/// The server or a gateway wants other credentials.
using UnauthorizedError = ErrorOf<Status::unauthorized>;
/// The server asks to slow down.
using RateLimitedError = ErrorOf<Status::rate_limited>;
/// The server, or the chat server behind it, cannot serve at the moment.
using UnavailableError = ErrorOf<Status::unavailable>;
/// The server cannot be reached.
using DisconnectedError = ErrorOf<Status::disconnected>;
/// The time given for it is over.
using TimeoutError = ErrorOf<Status::timeout>;
/// The request left, and nothing tells whether it took effect.
using OutcomeUnknownError = ErrorOf<Status::outcome_unknown>;
/// The server's answer is not what the protocol says.
using ProtocolError = ErrorOf<Status::protocol>;
/// The caller cancelled it.
using CancelledError = ErrorOf<Status::cancelled>;
/// The service was closed before the outcome was known.
using ClosedError = ErrorOf<Status::closed>;
/// A file on this machine, or a descriptor, could not be read, written or made.
using IoError = ErrorOf<Status::io>;
/// A blocking call was made inside a callback, where it could never end.
using WrongThreadError = ErrorOf<Status::wrong_thread>;
/// A fault in this library. Please report it.
using InternalError = ErrorOf<Status::internal>;
/// The message was not sent, because the connection is lost: nothing has left.
using NotSentError = ErrorOf<Status::not_sent>;
/// The system gives no more threads, file descriptors or memory. The error says which.
using OutOfResourcesError = ErrorOf<Status::out_of_resources>;
// until here: exceptions

/// The object was moved from, or what it stands for is gone.
using InvalidHandleError = ErrorOf<Status::invalid_handle>;
/// The process was forked from one that uses the library: nothing works here.
using ForkedError = ErrorOf<Status::forked>;

namespace detail {

/// Throws the exception of the failure's status. The switch has no default, so that the compiler misses a status without one.
[[noreturn]] inline void raise(Failure failure) {
    switch (failure.status) {
    // made from the tables: throws
    case Status::invalid_argument: throw_it(InvalidArgumentError(std::move(failure)));
    case Status::invalid_configuration: throw_it(InvalidConfigurationError(std::move(failure)));
    case Status::no_session: throw_it(NoSessionError(std::move(failure)));
    case Status::session_active: throw_it(SessionActiveError(std::move(failure)));
    case Status::busy: throw_it(BusyError(std::move(failure)));
    case Status::access_denied: throw_it(AccessDeniedError(std::move(failure)));
    case Status::unsupported: throw_it(UnsupportedError(std::move(failure)));
    case Status::not_found: throw_it(NotFoundError(std::move(failure)));
    case Status::rejected: throw_it(RejectedError(std::move(failure)));
    case Status::unauthorized: throw_it(UnauthorizedError(std::move(failure)));
    case Status::rate_limited: throw_it(RateLimitedError(std::move(failure)));
    case Status::unavailable: throw_it(UnavailableError(std::move(failure)));
    case Status::disconnected: throw_it(DisconnectedError(std::move(failure)));
    case Status::timeout: throw_it(TimeoutError(std::move(failure)));
    case Status::outcome_unknown: throw_it(OutcomeUnknownError(std::move(failure)));
    case Status::protocol: throw_it(ProtocolError(std::move(failure)));
    case Status::cancelled: throw_it(CancelledError(std::move(failure)));
    case Status::closed: throw_it(ClosedError(std::move(failure)));
    case Status::io: throw_it(IoError(std::move(failure)));
    case Status::wrong_thread: throw_it(WrongThreadError(std::move(failure)));
    case Status::internal: throw_it(InternalError(std::move(failure)));
    case Status::not_sent: throw_it(NotSentError(std::move(failure)));
    case Status::out_of_resources: throw_it(OutOfResourcesError(std::move(failure)));
    // until here: throws
    case Status::invalid_handle: throw_it(InvalidHandleError(std::move(failure)));
    case Status::forked: throw_it(ForkedError(std::move(failure)));
    case Status::ok:
    case Status::end_of_events: break;
    }
    throw_it(Error(std::move(failure)));
}

[[noreturn]] inline void raise(Status status, std::string reason = {}) {
    Failure failure;
    failure.status = status;
    failure.reason = std::move(reason);
    raise(std::move(failure));
}

/// Throws unless a call of the C interface, the latest on this thread, went well.
inline void check(webchat_status status) {
    if (status != WEBCHAT_OK) raise(static_cast<Status>(status), webchat_failure_reason());
}

} // namespace detail
} // namespace webchat

#endif
