/// Functions of the application that a chat asks: preprocessors and typing preview inputs.
#ifndef WEBCHAT_HOOK_HPP
#define WEBCHAT_HOOK_HPP

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <webchat.h>
#include <webchat/callback.hpp>
#include <webchat/store.hpp>

namespace webchat {

/// Changes a message before it is shown: gets it as JSON and returns another JSON object, or nothing to keep it. Anything but an object
/// keeps it, too. Callback thread.
using Preprocessor = std::function<std::optional<std::string>(const std::string& message_json)>;

/// Returns the text that the customer is typing, or nothing. Callback thread.
using TypingInput = std::function<std::optional<std::string>()>;

namespace detail {

template <class Function>
class Hooked final : public Context {
public:
    Hooked(std::shared_ptr<Held> held, Function function) : Context(std::move(held)), function_(std::move(function)) {}

    static void ask_input(void* pointer, webchat_reply* reply) noexcept {
        guard([&] { answer(reply, of<Hooked>(pointer).function_()); });
    }

    static void preprocess(void* pointer, const char* message_json, webchat_reply* reply) noexcept {
        guard([&] { answer(reply, of<Hooked>(pointer).function_(message_json)); });
    }

private:
    Function function_;
};

} // namespace detail
} // namespace webchat

#endif
