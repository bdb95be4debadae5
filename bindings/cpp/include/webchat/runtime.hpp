/// What is not about one chat: runtimes, the log, the version.
#ifndef WEBCHAT_RUNTIME_HPP
#define WEBCHAT_RUNTIME_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/error.hpp>

namespace webchat {

/// A few threads, a callback thread and a connection pool, shared by the chats made with it. Only programs that want to keep groups of
/// chats apart need one: chats made without one share a default. Move-only. Its threads end when the last chat made with it is gone,
/// which can be after this object. Any thread.
class Runtime {
public:
    /// Starts it with this many worker threads; 0: as the default runtime. OutOfResourcesError when the system gives none.
    explicit Runtime(std::uint32_t worker_threads = 0) {
        webchat_runtime* runtime = nullptr;
        detail::check(webchat_runtime_new(worker_threads, &runtime));
        runtime_.reset(runtime);
    }

    /// The C interface's handle, which stays this object's.
    webchat_runtime* raw() const noexcept { return runtime_.get(); }

private:
    struct Destroy {
        void operator()(webchat_runtime* runtime) const noexcept { webchat_runtime_destroy(runtime); }
    };
    std::unique_ptr<webchat_runtime, Destroy> runtime_;
};

static_assert(sizeof(Runtime) == sizeof(void*), "a runtime is its handle");

/// How grave a log entry is.
enum class LogLevel : std::uint32_t {
    /// Nothing.
    off = WEBCHAT_LOG_OFF,
    /// Faults in the library.
    error = WEBCHAT_LOG_ERROR,
    /// What the library had to cope with: the network, the server, misuse.
    warn = WEBCHAT_LOG_WARN,
    /// What happens, in few words.
    info = WEBCHAT_LOG_INFO,
    debug = WEBCHAT_LOG_DEBUG,
    trace = WEBCHAT_LOG_TRACE,
};

/// Told of a log entry, whose text is valid during the call. Entries hold no message text, name or key.
using LogFunction = std::function<void(LogLevel, std::string_view text)>;

namespace detail {

struct Log {
    LogFunction function;

    static void on_entry(void* pointer, std::uint32_t level, const char* text) noexcept {
        guard([&] { static_cast<Log*>(pointer)->function(static_cast<LogLevel>(level), text); });
    }

    static void destroy(void* pointer) noexcept { delete static_cast<Log*>(pointer); }
};

} // namespace detail

/// Has `function` called with the library's log entries of this level and graver ones, one at a time on a thread of their own, a little
/// after what they tell of; it replaces the function before. LogLevel::off or an empty function: no entries any more. One log per
/// process. Does not wait: the function before can still be running when this returns. BusyError when a Rust program that the library
/// is linked into has a logger of its own. Any thread.
inline void set_log(LogLevel level, LogFunction function) {
    if (level == LogLevel::off || !function) {
        detail::check(webchat_set_log(WEBCHAT_LOG_OFF, nullptr, nullptr, nullptr));
        return;
    }
    auto log = std::make_unique<detail::Log>(detail::Log{std::move(function)});
    detail::check(webchat_set_log(static_cast<std::uint32_t>(level), detail::Log::on_entry, log.release(), detail::Log::destroy));
}

/// The version of the loaded library, to compare with WEBCHAT_VERSION, the header's.
inline std::uint32_t version() noexcept { return webchat_version(); }

/// The version of the loaded library, "0.1.0".
inline const char* version_text() noexcept { return webchat_version_text(); }

} // namespace webchat

#endif
