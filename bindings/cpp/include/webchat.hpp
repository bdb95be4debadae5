/// libwebchat for C++17 and later: the Genesys WebChatService, header-only over <webchat.h>, which explains what is the same in every
/// language. Link with -lwebchat.
///
/// A FIRST PROGRAM
///
///     #include <iostream>
///     #include <webchat.hpp>
///
///     int main() {
///         webchat::Chat chat(R"({"dataURL": "http://localhost:8080/genesys/2/chat/support"})");
///         chat.start_chat({"Pia"});
///         while (auto event = chat.next_event()) {
///             for (const auto& message : event->messages()) std::cout << message.from_name << ": " << message.text << '\n';
///             if (event->kind() == webchat::EventKind::agent_connected) chat.send_message("Goodbye!");
///             if (event->kind() == webchat::EventKind::ended) chat.close();
///         }
///     }
///
/// WHAT THERE IS
///
///     webchat::Chat            one chat: its commands in five forms (commands.hpp), its events in three ways (chat.hpp)
///                              chat.next<webchat::AgentConnected>(10s) waits for one of them (next.hpp)
///     webchat::aio::Chat       the same for coroutines: co_await chat.send_message("Hi"); webchat::Task is a coroutine (aio.hpp, task.hpp)
///     webchat::Subscription    a listener: auto joining = chat.on<webchat::AgentConnected>([](const auto& event) {...});
///     webchat::AgentConnected, MessageReceived, ...    a struct for each event (events.hpp), read by name
///     webchat::AnyEvent        a std::variant of them all, which webchat::typed(event) gives (visit.hpp)
///     webchat::Event           something that happened; handles like this one are move-only, and what is read from them is your own
///     webchat::Outcome         how a command ended; webchat::Result<Value> of one that resolves with a value (results.hpp)
///     webchat::Payload         what either carries: their common part
///     webchat::Message, Content, Agent, Stats, Session, FileLimits, Download, ChatForm    plain values (model.hpp)
///     webchat::Participant, MessageType, ParticipantType    who and what, as enumerations too (participant.hpp)
///     webchat::Error           every exception; NoSessionError, TimeoutError and so on are its subclasses (error.hpp)
///     webchat::SessionStore    where session data are kept: derive from it (store.hpp)
///     webchat::SessionKeeper   three functions that keep an asynchronous chat (keeper.hpp)
///     webchat::Runtime, set_log, set_exception_hook, version
///
/// Every object has raw(), its handle for the functions of <webchat.h>.
///
/// CALLBACKS
///
/// Listeners, completions, preprocessors and so on are std::function objects. They run one at a time on the callback thread, where what
/// waits throws WrongThreadError. Their exceptions never reach the library: see set_exception_hook. Destroying a Subscription or a Chat
/// waits for callbacks under way, so that they may refer to local variables declared before; see there. Text goes in and comes out as
/// UTF-8. Programs compiled without exceptions: see exceptions.hpp.
#ifndef WEBCHAT_HPP
#define WEBCHAT_HPP

#include <webchat/aio.hpp>
#include <webchat/any_chat.hpp>
#include <webchat/awaitable.hpp>
#include <webchat/callback.hpp>
#include <webchat/chat.hpp>
#include <webchat/commands.hpp>
#include <webchat/completion.hpp>
#include <webchat/error.hpp>
#include <webchat/event.hpp>
#include <webchat/events.hpp>
#include <webchat/exceptions.hpp>
#include <webchat/hook.hpp>
#include <webchat/keeper.hpp>
#include <webchat/model.hpp>
#include <webchat/next.hpp>
#include <webchat/outcome.hpp>
#include <webchat/participant.hpp>
#include <webchat/payload.hpp>
#include <webchat/results.hpp>
#include <webchat/runtime.hpp>
#include <webchat/store.hpp>
#include <webchat/search.hpp>
#include <webchat/subscription.hpp>
#include <webchat/task.hpp>
#include <webchat/typed.hpp>
#include <webchat/visit.hpp>

#endif
