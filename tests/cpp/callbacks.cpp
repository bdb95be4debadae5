// Callbacks: what they throw, what they may do, and that nothing of a chat runs once it is destroyed.
#include "check.hpp"

#include <atomic>
#include <future>
#include <thread>

using webchat::Chat;
using webchat::Event;
using webchat::EventKind;
using webchat::Outcome;

TEST(exceptions_go_to_the_hook) {
    Exceptions exceptions;
    std::promise<void> still;
    Chat chat;
    auto throwing = chat.on_any([](const Event& event) { throw std::runtime_error(event.name()); });
    auto odd = chat.on("ready", [](const Event&) { throw 7; });
    auto working = chat.on("started", [&](const Event&) { still.set_value(); });
    chat.configure(simulator.config());
    chat.start_chat({"Mia"}, [](const Outcome&) { throw std::runtime_error("from a completion"); });
    take(still.get_future());
    catch_up(chat);
    const auto all = exceptions.all();
    const auto seen = [&](const char* text) { return std::count(all.begin(), all.end(), text); };
    CHECK(seen("ready") == 1 && seen("?") == 1 && seen("started") == 1);
    CHECK(seen("from a completion") == 1);
}

TEST(waiting_is_refused_in_callbacks) {
    std::promise<std::string> told;
    std::promise<void> sent;
    Chat chat(simulator.config());
    auto listening = chat.on("started", [&](const Event&) {
        std::string refused;
        try {
            chat.send_message("no");
        } catch (const webchat::WrongThreadError& error) {
            refused = webchat::name(error.status());
        }
        try {
            chat.next_event(1s);
        } catch (const webchat::WrongThreadError&) {
            refused += '!';
        }
        thrown<webchat::WrongThreadError>([&] { chat.wait_closed(1s); });
        chat.send_message("yes", [&](const Outcome& outcome) {
            if (outcome) sent.set_value();
        });
        told.set_value(refused);
    });
    chat.start_chat({"Mia"}, webchat::detached);
    CHECK_EQUAL(take(told.get_future()), "wrong_thread!");
    take(sent.get_future());
}

TEST(a_listener_destroys_its_chat) {
    std::promise<void> done, gone;
    auto chat = std::make_unique<Chat>(simulator.config());
    std::shared_ptr<void> owned(nullptr, [&gone](void*) { gone.set_value(); });
    chat->on("started", [&, owned = std::move(owned)](const Event& event) {
        chat.reset();
        if (event.kind() == EventKind::started && owned.use_count() == 1) done.set_value();
    }).detach();
    chat->start_chat({"Mia"}, webchat::detached);
    take(done.get_future());
    CHECK(chat == nullptr);
    take(gone.get_future()); // what the listener owns goes with it
}

TEST(a_completion_destroys_its_chat) {
    std::promise<void> done;
    auto chat = std::make_unique<Chat>(simulator.config());
    chat->start_chat({"Mia"}, [&](const Outcome&) {
        chat.reset();
        done.set_value();
    });
    take(done.get_future());
}

TEST(a_listener_owns_its_chat) {
    struct Owner {
        Chat chat;
        std::promise<void>& gone;
        ~Owner() { gone.set_value(); }
    };
    std::promise<void> gone;
    auto owner = std::shared_ptr<Owner>(new Owner{Chat(simulator.config()), gone});
    Chat& chat = owner->chat;
    chat.on("started", [owner](const Event&) {}).detach();
    chat.start_chat({"Mia"});
    owner.reset();
    chat.close(); // the listener goes, on the callback thread, and the chat with it
    take(gone.get_future());
}

TEST(every_completion_is_called_before_a_chat_is_gone) {
    constexpr int count = 50;
    int told = 0, closed = 0; // not atomic: the destructor waits
    {
        Chat chat = started(simulator);
        simulator.post("/faults", R"({"kind": "latency", "ms": 600000, "operation": "pushUrl", "times": 50})");
        for (int i = 0; i < count; ++i) {
            chat.push_url("https://example.com/", [&](const Outcome& outcome) {
                ++told;
                closed += outcome.status() == webchat::Status::closed;
            });
        }
    }
    CHECK_EQUAL(told, count);
    CHECK_EQUAL(closed, count);
}

TEST(waiting_threads_end_with_the_chat) {
    std::promise<void> entered;
    auto chat = std::make_unique<Chat>(simulator.config());
    chat->start_chat({"Mia"});
    auto waiting = std::async(std::launch::async, [raw = chat.get(), &entered] {
        entered.set_value();
        while (raw->next_event()) {
        }
    });
    take(entered.get_future());
    chat->close();
    take(std::move(waiting));
    chat.reset();
}

TEST(many_threads_use_one_chat) {
    Chat chat = started(simulator);
    std::atomic<int> sent{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 5; ++n) {
                auto listening = chat.on_any([&](const Event&) {});
                sent += chat.get_stats(patience).ok();
                sent += take(chat.send_message("hello", webchat::use_future)).delivery() == webchat::Delivery::sent;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK_EQUAL(sent.load(), 80);
}
