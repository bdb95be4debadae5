// Runs the C++ tests against a simulator whose agent echoes: chat CHAT_URL. The tests of chats and events are here, others in the files
// beside it.
#include "check.hpp"

#include <future>
#include <mutex>
#include <optional>
#include <poll.h>
#include <utility>

using webchat::Chat;
using webchat::Event;
using webchat::EventKind;

TEST(a_chat_from_start_to_end) {
    Chat chat(simulator.config());
    CHECK(!chat.verify_session().session_active());
    webchat::ChatForm form{"Mia", "Mia", "Moe", "mia@example.com", "Invoice", R"({"plan": "gold"})"};
    const auto answer = chat.start_chat(form, 30s);
    CHECK(answer.ok() && answer.status() == webchat::Status::ok && answer.command() == "startChat");
    CHECK(contains(answer.payload_json(), "\"statusCode\":0") && answer.reason().empty());
    CHECK(contains(simulator.get("/log?operation=requestChat"), R"(["userData[plan]","gold"])"));

    const Event begun = next(chat, EventKind::started);
    CHECK(begun.session() && !begun.session()->key.empty() && contains(begun.session()->json, R"("alias":")"));
    CHECK(contains(begun.json(), R"("event":"started")") && contains(begun.json(), "WebChatService"));
    const Event joined = next(chat, EventKind::agent_connected);
    CHECK_EQUAL(joined.agents_connected().value_or(0), 1U);
    CHECK(joined.agent_count() == 1 && joined.agents().at(0).connected && !joined.agents().at(0).supervisor);
    CHECK_EQUAL(joined.message_count(), 1U);

    CHECK(chat.send_message("Grüße").delivery() == webchat::Delivery::sent);
    const webchat::Message echo = said(chat, "Grüße");
    CHECK(echo.type == "Message" && echo.index > 0 && !echo.from_name.empty() && !echo.from_id.empty() && !echo.restoring);
    CHECK(std::chrono::abs(std::chrono::system_clock::now() - echo.timestamp) < 1h);
    CHECK(chat.verify_session().session_active());

    const auto transcript = chat.get_transcript();
    CHECK(transcript.message_count() >= 4 && transcript.messages().size() == transcript.message_count());
    CHECK(contains(transcript.message_json(0), "\"type\"") && contains(transcript.message_original_json(0), "participantId"));
    thrown<webchat::NotFoundError>([&] { transcript.message_json(transcript.message_count()); });
    CHECK_EQUAL(chat.get_agents().agents().at(0).name, joined.agents().at(0).name);
    const auto stats = chat.get_stats().stats();
    CHECK(stats.agents.size() == 1 && stats.start_time && stats.end_time >= stats.start_time && stats.duration.count() >= 0);
    CHECK_EQUAL(chat.get_session_data().session().value().json, begun.session()->json);

    CHECK(chat.end_chat());
    const Event left = next(chat, EventKind::agent_disconnected);
    CHECK_EQUAL(left.agents_connected().value_or(9), 0U);
    const Event ended = next(chat, EventKind::ended);
    CHECK(ended.messages().empty() && !ended.agents_connected() && !ended.session() && ended.time() >= begun.time());
    CHECK(ended.payload_json() == "{}" && !ended.restoring() && !ended.old_messages());
}

TEST(a_chat_that_goes_ends_what_the_server_makes_meanwhile) {
    const auto start = [&](Chat& chat, const char* name) {
        simulator.post("/faults", R"({"kind": "slowReply", "ms": 500, "operation": "requestChat"})");
        chat.start_chat({name}, webchat::detached);
        while (!contains(simulator.get("/chats"), name)) {
        }
    };
    Chat chat(simulator.config());
    CHECK(!chat.wait_closed(0s));
    start(chat, "Early");
    chat.close();
    CHECK(chat.wait_closed(patience) && chat.wait_closed(0s));
    CHECK(contains(simulator.get("/chats/latest"), R"("ended":")"));
    {
        Chat going(simulator.config());
        start(going, "Late");
    }
    CHECK(contains(simulator.get("/chats/latest"), R"("ended":")"));
}

TEST(chats_and_handles_move) {
    Chat chat(simulator.config());
    Chat other = std::move(chat);
    CHECK(chat.raw() == nullptr && other.raw() != nullptr);
    const auto error = thrown<webchat::InvalidHandleError>([&] { chat.end_chat(); });
    CHECK_EQUAL(std::string(error.what()), webchat_status_text(WEBCHAT_ERR_INVALID_HANDLE));
    thrown<webchat::InvalidHandleError>([&] { chat.on_any([](const Event&) {}).detach(); });
    thrown<webchat::InvalidHandleError>([&] { chat.next_event(0s); });
    CHECK(other.get_agents().agents().empty());

    webchat_service* first = other.raw();
    other = Chat(simulator.config());
    CHECK(webchat_service_close(first) == WEBCHAT_ERR_INVALID_HANDLE);
    CHECK(other.get_stats());

    auto ready = next(other, EventKind::ready);
    Event copy = ready.clone();
    CHECK(copy.raw() != ready.raw());
    ready = std::move(copy);
    CHECK(copy.kind() == EventKind::none && *copy.name() == '\0' && ready.kind() == EventKind::ready);
    thrown<webchat::InvalidHandleError>([&] { copy.json(); });

    std::vector<Chat> chats;
    for (int i = 0; i < 3; ++i) chats.emplace_back(simulator.config());
    chats.erase(chats.begin());
    CHECK(chats.at(0).get_agents());

    webchat::Runtime runtime(1);
    Chat apart(simulator.config(), {nullptr, &runtime});
    runtime = webchat::Runtime();
    CHECK(apart.get_agents());
}

TEST(listeners_are_called_in_order) {
    std::vector<std::string> seen;
    std::promise<void> over;
    int named = 0, by_kind = 0;
    Chat chat;
    auto all = chat.on_any([&](const Event& event) { seen.emplace_back(event.name()); });
    auto one = chat.on("WebChatService.started", [&](const Event&) { ++named; });
    auto other = chat.on(EventKind::started, [&](const Event&) { ++by_kind; });
    auto last = chat.on("ended", [&](const Event&) { over.set_value(); });
    chat.configure(simulator.config());
    chat.start_chat({"Mia"});
    chat.end_chat();
    take(over.get_future());
    CHECK(named == 1 && by_kind == 1);
    CHECK(seen.size() >= 4 && seen.at(0) == "ready" && seen.at(1) == "started" && seen.at(2) == "pollingStarted");

    const auto nothing = [](const Event&) {};
    thrown<webchat::InvalidArgumentError>([&] { chat.on("noSuchEvent", nothing).detach(); });
    thrown<webchat::InvalidArgumentError>([&] { chat.on(EventKind::none, nothing).detach(); });
    thrown<webchat::InvalidArgumentError>([&] { chat.on_any({}).detach(); });
}

TEST(subscriptions_end) {
    int once = 0, moved = 0;
    std::promise<void> detached;
    Exceptions exceptions;
    webchat::Subscription itself;
    std::mutex assigned; // the first call may come before what subscribes has returned
    Chat chat(simulator.config());
    {
        const std::lock_guard<std::mutex> lock(assigned);
        itself = chat.on_any([&](const Event&) {
            const std::lock_guard<std::mutex> waits(assigned);
            ++once;
            itself.unsubscribe();
        });
    }
    chat.on("ended", [&](const Event&) { detached.set_value(); }).detach();
    webchat::Subscription from = chat.on("started", [&](const Event&) { ++moved; });
    webchat::Subscription to;
    CHECK(from && !to);
    to = std::move(from);
    CHECK(!from && to && to.raw() != nullptr);
    auto gone = chat.on_any([](const Event&) { throw Failed("called after its end"); });
    gone.unsubscribe();
    gone.unsubscribe();
    chat.start_chat({"Mia"});
    chat.end_chat();
    take(detached.get_future());
    CHECK(once == 1 && moved == 1 && exceptions.all().empty());

    webchat::Subscription survivor;
    auto token = std::make_shared<int>();
    {
        Chat brief(simulator.config());
        survivor = brief.on_any([token](const Event&) {});
        CHECK_EQUAL(token.use_count(), 2);
    }
    CHECK_EQUAL(token.use_count(), 1); // the chat waited for the listener to go, whatever holds its subscription
}

TEST(ending_a_subscription_waits_for_a_call_under_way) {
    std::promise<void> entered, go;
    bool left = false;
    Chat chat;
    auto listening = chat.on("ready", [&](const Event&) {
        entered.set_value();
        go.get_future().wait();
        left = true;
    });
    chat.configure(simulator.config(), webchat::detached);
    take(entered.get_future());
    go.set_value();
    listening.unsubscribe();
    CHECK(left);
}

TEST(events_on_demand) {
    Chat chat;
    CHECK(!chat.next_event(0s));
    CHECK(!chat.next_event(1ms));
    pollfd descriptor{chat.event_fd(), POLLIN, 0};
    CHECK(descriptor.fd == chat.event_fd() && ::poll(&descriptor, 1, 0) == 0);
    chat.configure(simulator.config(), webchat::detached);
    CHECK(::poll(&descriptor, 1, 30000) == 1);
    CHECK(chat.next_event(0s)->kind() == EventKind::ready);
    CHECK(::poll(&descriptor, 1, 0) == 0);
    chat.start_chat({"Mia"});
    auto closing = std::async(std::launch::async, [&] {
        chat.close();
        chat.close();
    });
    std::vector<std::string> rest;
    while (auto event = chat.next_event()) rest.emplace_back(event->name());
    closing.get();
    CHECK(!rest.empty() && rest.at(0) == "started");
    CHECK(!chat.next_event());
    thrown<webchat::ClosedError>([&] { chat.next_event(1s); });
    thrown<webchat::ClosedError>([&] { chat.send_message("too late"); });
}

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: chat CHAT_URL [TEST]\n";
        return 2;
    }
    const Simulator simulator(argv[1]);
    int failed = 0;
    for (const Test& test : tests()) {
        if (argc > 2 && std::string(argv[2]) != test.name) continue;
        try {
            simulator.clear_faults();
            test.run(simulator);
            std::cout << "passed  " << test.name << std::endl;
        } catch (const std::exception& exception) {
            ++failed;
            std::cout << "failed  " << test.name << ": " << exception.what() << std::endl;
        }
    }
    static std::optional<Chat> until_exit; // destroyed with the static objects, behind main
    until_exit.emplace(simulator.config());
    until_exit->on_any([](const Event&) {}).detach();
    until_exit->start_chat({"Mia"}, webchat::detached);
    return failed != 0;
}

TEST(a_program_that_takes_no_events_loses_none) {
    constexpr std::size_t count = 1100;
    Chat chat = started(simulator);
    std::promise<void> gate;
    std::size_t called = 0;
    bool told = false;
    std::promise<void> all_called;
    auto blocked = chat.on("messageReceived", [&, opened = gate.get_future().share()](const Event& event) {
        opened.wait();
        for (const auto& message : event.messages()) called += message.from_type == "Agent" && message.text == std::to_string(called);
        if (called == count && !std::exchange(told, true)) all_called.set_value();
    });
    for (std::size_t i = 0; i < count; ++i) simulator.post("/chats/latest/say", R"({"text": ")" + std::to_string(i) + R"("})");
    // Time passes with commands that take some: it is enough for polls, but those have to wait.
    simulator.post("/faults", R"({"kind": "latency", "ms": 50, "operation": "send", "times": 10000})");
    const auto polls = [&] {
        const std::string log = simulator.get("/log?operation=refresh");
        std::size_t found = 0;
        for (std::size_t at = 0; (at = log.find("\"operation\"", at)) != std::string::npos; ++at) ++found;
        return found;
    };
    for (std::size_t before = 0, after = polls(); before != after; after = polls()) {
        before = after;
        // By the C function: it waits for no callback.
        for (int i = 0; i < 10; ++i) CHECK(webchat_call(chat.raw(), "sendMessage", R"({"message": "x"})", 0, nullptr) == WEBCHAT_OK);
    }
    simulator.clear_faults();
    CHECK_EQUAL(called, 0U);
    gate.set_value();
    std::uint64_t place = 0;
    for (std::size_t taken = 0; taken < count;) {
        for (const auto& message : next(chat, EventKind::message_received).messages()) {
            CHECK(message.index > place);
            place = message.index;
            taken += message.from_type == "Agent" && message.text == std::to_string(taken);
        }
    }
    take(all_called.get_future());
}
