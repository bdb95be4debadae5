// Waiting for a certain event: nothing is missed, nothing is taken from others, and what does not come says why.
#include "check.hpp"

#include <chrono>
#include <future>
#include <string>
#include <thread>

using webchat::Chat;

namespace {

// Waits until the chat has an event of this kind, without looking for it.
void let_come(Chat& chat, webchat::EventKind kind) { static_cast<void>(next(chat, kind)); }

} // namespace

TEST(what_a_command_brings_is_not_missed) {
    Chat chat(simulator.config());
    chat.start_chat({"Mia"}, patience);
    let_come(chat, webchat::EventKind::agent_connected); // it has been before anybody asks
    CHECK(!chat.next<webchat::Started>(patience).session().key.empty());
    CHECK_EQUAL(chat.next<webchat::ClientConnected>(patience).participant().name, "Mia");
    CHECK(chat.next<webchat::AgentConnected>(patience).participant().is_agent());
    for (const auto* text : {"one", "two", "three"}) {
        chat.send_message(text);
        const auto answer = chat.next<webchat::MessageReceived>(patience, [&](const auto& event) { return says(event, text); });
        CHECK(says(answer, text));
    }
    chat.end_chat();
    const auto last = chat.next<webchat::AgentDisconnected, webchat::Ended>(patience);
    CHECK(std::holds_alternative<webchat::AgentDisconnected>(last));
    CHECK(std::string(chat.next<webchat::Ended>(patience).name()) == "ended");
}

TEST(what_was_before_the_command_is_not_found) {
    Chat chat = started(simulator);
    chat.send_message("one");
    CHECK(says(chat.next<webchat::MessageReceived>([](const auto& event) { return says(event, "one"); }, patience), "one"));
    chat.get_stats(); // a command as well
    const auto none = chat.try_next<webchat::AgentConnected>(1ms);
    CHECK(!none && none.status() == webchat::Status::timeout && none.reason() == "there was no agentConnected within 1 ms");
    // Another thread, that has given no command, sees `ready` and what comes.
    auto other = std::async(std::launch::async, [&] {
        chat.next<webchat::Ready>(patience);
        return std::string(thrown<webchat::TimeoutError>([&] { chat.next<webchat::Started>(1ms); }).what());
    });
    CHECK_EQUAL(take(std::move(other)), "there was no started within 1 ms");
}

TEST(waiting_takes_nothing_from_others) {
    Chat chat(simulator.config());
    int heard = 0;
    std::promise<void> over;
    chat.start_chat({"Mia"});
    chat.next<webchat::AgentConnected>(patience);
    std::promise<void> begun;
    auto found = std::async(std::launch::async, [&] {
        chat.get_stats(); // from here on nothing is missed
        begun.set_value();
        return chat.next<webchat::Ended>(patience).time();
    });
    take(begun.get_future());
    // The first of all listeners gets everything from the beginning, whoever has waited before.
    auto all = chat.on<webchat::Started, webchat::AgentConnected>([&](const auto&) { ++heard; });
    auto ending = chat.on<webchat::Ended>([&](const auto&) { over.set_value(); });
    chat.end_chat();
    const auto time = chat.next<webchat::Ended>(patience).time();
    CHECK(take(std::move(found)) == time);
    take(over.get_future());
    CHECK_EQUAL(heard, 2);
    // What fails begins again where it did.
    CHECK(!chat.try_next<webchat::Ready>(1ms) && !chat.try_next<webchat::Ready>(1ms));
}

TEST(a_session_that_ends_brings_no_more_of_it) {
    Chat chat = started(simulator);
    chat.end_chat();
    const auto over = thrown<webchat::NoSessionError>([&] {
        chat.next<webchat::MessageReceived>([](const auto&) { return false; }, patience);
    });
    CHECK_EQUAL(std::string(over.what()), "the chat session has ended without messageReceived");
    chat.get_stats();
    CHECK(chat.try_next<webchat::AgentConnected, webchat::AgentDisconnected>().status() == webchat::Status::no_session);
    chat.start_chat({"Mia"}); // and another begins
    CHECK(chat.next<webchat::AgentConnected>(patience).agents_connected() == 1);
}

TEST(a_chat_that_closes_says_so) {
    Chat chat = started(simulator);
    auto waiting = std::async(std::launch::async, [&] { return chat.try_next<webchat::Ended>().reason(); });
    chat.close();
    CHECK_EQUAL(take(std::move(waiting)), "the chat was closed without ended");
    thrown<webchat::ClosedError>([&] { chat.next<webchat::AnyEvent>([](const auto&) { return false; }); });
}

TEST(what_a_predicate_throws_is_thrown) {
    Chat chat(simulator.config());
    thrown<Failed>([&] { chat.next<webchat::Ready>([](const auto&) -> bool { throw Failed("no"); }, patience); });
    CHECK(chat.next<webchat::AnyEvent>(patience).index() == static_cast<std::size_t>(webchat::EventKind::ready));
}

TEST(waiting_for_an_event_is_refused_in_callbacks) {
    std::promise<std::string> told;
    Chat chat(simulator.config());
    auto listening = chat.on<webchat::Started>([&](const auto&) {
        told.set_value(thrown<webchat::WrongThreadError>([&] { chat.next<webchat::Ended>(patience); }).what());
    });
    chat.start_chat({"Mia"}, webchat::detached);
    CHECK_EQUAL(take(told.get_future()), "chat.next waits, and was called in a callback");
}

TEST(each_thread_has_its_place) {
    Chat chat = started(simulator);
    std::vector<std::future<bool>> threads;
    for (int i = 0; i < 4; ++i) {
        threads.push_back(std::async(std::launch::async, [&chat, i] {
            for (int n = 0; n < 5; ++n) {
                const auto text = std::to_string(i) + " " + std::to_string(n);
                chat.send_message(text);
                chat.next<webchat::MessageReceived>([&](const auto& event) { return says(event, text); }, patience);
            }
            return true;
        }));
    }
    for (auto& thread : threads) CHECK(take(std::move(thread)));
    // Chats that are gone leave nothing behind in a thread that goes on.
    for (int i = 0; i < 100; ++i) Chat(webchat::ChatOptions{});
    CHECK(chat.try_next<webchat::Ended>(1ms).status() == webchat::Status::timeout);
}
