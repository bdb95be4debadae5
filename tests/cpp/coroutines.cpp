// Coroutines that hold chats (C++20): where they go on, what they are told, and that nothing dangles when they are destroyed.
#include "check.hpp"

#ifdef WEBCHAT_HAS_COROUTINES

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>

using webchat::Task;

namespace {

// An event loop: what is posted runs where run_until is called.
class Loop {
public:
    webchat::ChatOptions options() {
        webchat::ChatOptions options;
        options.executor = [this](std::function<void()> work) { post(std::move(work)); };
        return options;
    }

    void post(std::function<void()> work) {
        const std::lock_guard<std::mutex> lock(mutex_);
        waiting_.push_back(std::move(work));
        changed_.notify_one();
    }

    template <class Done>
    void run_until(Done&& done) {
        while (!done()) {
            std::unique_lock<std::mutex> lock(mutex_);
            if (!changed_.wait_for(lock, patience, [&] { return !waiting_.empty(); })) throw Failed("nothing was posted");
            auto work = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            work();
        }
    }

    /// Runs a coroutine to its end.
    template <class T>
    T run(Task<T> task) {
        task.start();
        run_until([&] { return task.done(); });
        return task.take();
    }

private:
    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::deque<std::function<void()>> waiting_{};
};

Task<std::string> begin(webchat::aio::Chat& chat) {
    co_await chat.start_chat({"Mia"}, patience);
    const auto agent = co_await chat.next<webchat::AgentConnected>(patience);
    co_return agent.participant().name;
}

Task<> echo(webchat::aio::Chat& chat, std::string text) {
    co_await chat.send_message(text);
    co_await chat.next<webchat::MessageReceived>([&](const auto& event) { return says(event, text); }, patience);
}

// Sets a flag when it is destroyed.
struct Flag {
    bool& gone;
    ~Flag() { gone = true; }
};

} // namespace

TEST(a_coroutine_holds_a_chat_where_the_executor_says) {
    Loop loop;
    webchat::aio::Chat chat(simulator.config(), loop.options());
    const auto here = std::this_thread::get_id();
    const auto talk = [&]() -> Task<std::size_t> {
        CHECK(!(co_await begin(chat)).empty());
        CHECK(std::this_thread::get_id() == here);
        co_await echo(chat, "one");
        co_await echo(chat, "two");
        CHECK(std::this_thread::get_id() == here);
        const auto stats = co_await chat.get_stats();
        auto first = chat.send_message("three"), second = chat.send_message("four"); // both are under way
        CHECK((co_await second).delivery() == webchat::Delivery::sent && (co_await first).ok());
        co_await chat.end_chat();
        const auto last = co_await chat.next<webchat::Ended, webchat::Disconnected>(patience);
        CHECK(std::holds_alternative<webchat::Ended>(last) && std::this_thread::get_id() == here);
        co_return stats->agents.size();
    };
    CHECK_EQUAL(loop.run(talk()), 1U);
}

TEST(without_an_executor_a_coroutine_goes_on_on_the_callback_thread) {
    std::promise<std::string> refused;
    webchat::Chat chat(simulator.config());
    const auto talk = [&]() -> Task<> {
        co_await chat.start_chat(webchat::ChatForm{"Mia"}, webchat::use_awaitable);
        co_await chat.next<webchat::AgentConnected>(webchat::use_awaitable, patience);
        refused.set_value(thrown<webchat::WrongThreadError>([&] { chat.end_chat(); }).what());
    };
    auto talking = talk();
    talking.start();
    CHECK(contains(take(refused.get_future()), "in a callback"));
    catch_up(chat); // it has ended: nothing is under way when it is destroyed
}

TEST(errors_are_thrown_out_of_co_await) {
    Loop loop;
    webchat::aio::Chat chat(simulator.config(), loop.options());
    const auto fail = [&]() -> Task<> { co_await chat.send_message("hello"); };
    CHECK_EQUAL(std::string(thrown<webchat::NoSessionError>([&] { loop.run(fail()); }).what()), "There is no active chat session");
    const auto tell = [&]() -> Task<> {
        CHECK((co_await chat.send_message("hello", std::nothrow)).status() == webchat::Status::no_session);
        const auto active = co_await chat.verify_session();
        CHECK(!*active);
        const auto none = co_await chat.try_next<webchat::Started>(1ms);
        CHECK(!none && none.reason() == "there was no started within 1 ms");
        co_await chat.next<webchat::Started>(1ms);
    };
    thrown<webchat::TimeoutError>([&] { loop.run(tell()); });
    const auto predicate = [&]() -> Task<> {
        co_await chat.next<webchat::Started>([](const auto&) -> bool { throw Failed("no"); }, patience);
    };
    auto looking = predicate();
    looking.start();
    CHECK(!looking.done());
    CHECK(!loop.run(begin(chat)).empty());
    loop.run_until([&] { return looking.done(); });
    thrown<Failed>([&] { looking.take(); });
}

TEST(deadlines_pass_while_nothing_comes) {
    Loop loop;
    webchat::aio::Chat chat(simulator.config(), loop.options());
    const auto talk = [&]() -> Task<> {
        co_await begin(chat);
        const auto begun = std::chrono::steady_clock::now();
        const auto none = co_await chat.try_next<webchat::Ended>([](const auto&) { return false; }, begun + 60ms);
        CHECK(none.status() == webchat::Status::timeout && std::chrono::steady_clock::now() >= begun + 60ms);
        co_await chat.end_chat();
        const auto over = co_await chat.try_next<webchat::AgentConnected>(patience);
        CHECK(over.status() == webchat::Status::no_session);
    };
    loop.run(talk());
}

TEST(a_destroyed_coroutine_cancels_its_command) {
    Loop loop;
    webchat::aio::Chat chat(simulator.config(), loop.options());
    loop.run(begin(chat));
    simulator.post("/faults", R"({"kind": "latency", "ms": 300, "operation": "send", "times": 1})");
    bool gone = false;
    {
        auto slow = echo(chat, "first");
        slow.start();
        const auto wait = [&]() -> Task<> {
            const Flag flag{gone};
            co_await chat.send_message("never"); // behind the first
            throw Failed("it went on");
        };
        auto waiting = wait();
        waiting.start();
        CHECK(!gone);
        { const auto destroyed = std::move(waiting); }
        CHECK(gone);
        loop.run_until([&] { return slow.done(); });
        slow.take();
    }
    loop.run(echo(chat, "last"));
    const auto transcript = [&]() -> Task<std::string> { co_return (co_await chat.get_transcript()).payload_json(); };
    const auto said = loop.run(transcript());
    CHECK(contains(said, "\"first\"") && contains(said, "\"last\"") && !contains(said, "\"never\""));
}

TEST(a_destroyed_coroutine_ends_its_search) {
    Loop loop;
    const auto token = std::make_shared<int>();
    {
        webchat::aio::Chat chat(simulator.config(), loop.options());
        const auto wait = [&chat](std::shared_ptr<int> held) -> Task<> {
            const auto never = [held](const auto&) { return held == nullptr; };
            co_await chat.next<webchat::AnyEvent>(never, patience);
        };
        for (int i = 0; i < 20; ++i) {
            auto waiting = wait(token);
            waiting.start();
            CHECK(!waiting.done() && token.use_count() > 1);
            if (i % 2 == 1) loop.run(begin(chat)); // it looks at events meanwhile
            if (i % 2 == 1) loop.run([&]() -> Task<> { co_await chat.end_chat(); }());
        }
    }
    loop.post([] {});
    bool empty = false;
    loop.post([&] { empty = true; });
    loop.run_until([&] { return empty; });
    CHECK_EQUAL(token.use_count(), 1);
}

TEST(a_chat_that_goes_ends_what_coroutines_wait_for) {
    Loop loop;
    std::string search, command;
    auto chat = std::make_unique<webchat::aio::Chat>(simulator.config(), loop.options());
    loop.run(begin(*chat));
    simulator.post("/faults", R"({"kind": "latency", "ms": 600000, "operation": "pushUrl", "times": 1})");
    const auto wait = [](webchat::aio::Chat& of, std::string& told) -> Task<> {
        told = (co_await of.try_next<webchat::Ended>()).reason();
    };
    const auto push = [](webchat::aio::Chat& of, std::string& told) -> Task<> {
        told = webchat::name((co_await of.push_url("https://example.com/", std::nothrow)).status());
    };
    auto waiting = wait(*chat, search), pushing = push(*chat, command);
    waiting.start();
    pushing.start();
    chat.reset();
    loop.run_until([&] { return waiting.done() && pushing.done(); });
    CHECK_EQUAL(search, "the chat was closed without ended");
    CHECK_EQUAL(command, "closed");
}

TEST(two_coroutines_share_a_thread_and_miss_nothing) {
    Loop loop;
    webchat::aio::Chat chat(simulator.config(), loop.options());
    loop.run(begin(chat));
    const auto talk = [&](std::string name) -> Task<> {
        for (int n = 0; n < 5; ++n) co_await echo(chat, name + " " + std::to_string(n));
    };
    auto first = talk("first"), second = talk("second");
    first.start();
    second.start();
    loop.run_until([&] { return first.done() && second.done(); });
    first.take();
    second.take();
}

#endif
