// A program without exceptions (-fno-exceptions): it holds a chat, and ends with what was wrong where one would be thrown.
#include <chrono>
#include <cstdio>
#include <future>
#include <new>
#include <webchat.hpp>

namespace {

int chat(const char* config) {
    std::promise<bool> left;
    webchat::Chat chat(config);
    if (chat.end_chat(std::nothrow).status() != webchat::Status::no_session) return 3;
    if (chat.end_chat(webchat::use_future).get().status() != webchat::Status::no_session) return 4;
    auto greeting = chat.on<webchat::AgentConnected>([&](const auto&) {
        chat.end_chat([&](const webchat::Outcome& outcome) { left.set_value(outcome.ok()); });
    });
    chat.start_chat({"Pia"}, [](const webchat::Outcome& outcome) { std::printf("started: %d\n", outcome.ok()); });
    return left.get_future().get() ? 0 : 1;
}

#ifdef WEBCHAT_HAS_COROUTINES

webchat::Task<> talk(webchat::aio::Chat& chat, std::promise<int>& result) {
    const auto early = co_await chat.send_message("nobody is there");
    if (early.status() != webchat::Status::no_session) co_return result.set_value(5);
    if (!co_await chat.start_chat({"Pia"})) co_return result.set_value(6);
    const auto agent = co_await chat.try_next<webchat::AgentConnected>();
    if (!agent || agent->participant().name.empty()) co_return result.set_value(7);
    const auto none = co_await chat.try_next<webchat::Ready>(std::chrono::milliseconds(1));
    if (none || none.status() != webchat::Status::timeout) co_return result.set_value(8);
    const auto left = co_await chat.end_chat();
    result.set_value(left ? 0 : 9);
}

int coroutine(const char* config) {
    std::promise<int> result;
    webchat::aio::Chat chat(config);
    auto talking = talk(chat, result);
    talking.start();
    const int ended = result.get_future().get();
    std::promise<void> idle; // behind the coroutine's last step
    chat.get_stats([&](const webchat::Outcome&) { idle.set_value(); });
    idle.get_future().wait();
    return ended;
}

#else

int coroutine(const char*) { return 0; }

#endif

} // namespace

int main(int count, char** words) {
    if (count < 2) return 2;
    const int result = chat(words[1]);
    return result != 0 ? result : coroutine(words[1]);
}
