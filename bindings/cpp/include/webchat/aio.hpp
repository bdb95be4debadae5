/// A chat for coroutines. C++20 and later.
#ifndef WEBCHAT_AIO_HPP
#define WEBCHAT_AIO_HPP

#include <string>
#include <webchat/chat.hpp>
#include <webchat/task.hpp>

#ifdef WEBCHAT_HAS_COROUTINES

namespace webchat::aio {

/// A chat whose commands, and next(), are for co_await; in everything else it is like webchat::Chat, whose words hold for it. See
/// awaitable.hpp for where coroutines go on, and how they end. Both kinds can be awaited: a webchat::Chat by the argument
/// webchat::use_awaitable.
///
///     webchat::Task<> talk(webchat::aio::Chat& chat) {
///         co_await chat.start_chat({"Pia"}, 30s);
///         const auto agent = co_await chat.next<webchat::AgentConnected>(30s);
///         co_await chat.send_message("Hello, " + agent.participant().name);
///     }
class Chat : public Waits<detail::Awaiting> {
public:
    /// Makes a chat that configure() configures. Commands given before wait for that 5 s at most, then throw InvalidConfigurationError.
    explicit Chat(const ChatOptions& options = {}) : Waits(nullptr, options) {}

    /// Makes a chat with this configuration: JSON text, the object of _genesys.widgets.webchat or one with it inside. Its `connection` says
    /// how connections are made: `proxy`, `noProxy`, `rootCertificates`, `clientCertificate`, `minimumTls` and more (README.md).
    /// InvalidConfigurationError names the key that is missing or wrong; UnsupportedError: the transport is not in this build.
    explicit Chat(const std::string& config_json, const ChatOptions& options = {})
        : Waits(detail::c_text(config_json), options) {}
};

} // namespace webchat::aio

#endif
#endif
