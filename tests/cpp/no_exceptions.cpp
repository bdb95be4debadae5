// A program without exceptions (-fno-exceptions): it holds a chat, and ends with what was wrong where one would be thrown.
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

} // namespace

int main(int count, char** words) {
    if (count < 2) return 2;
    return chat(words[1]);
}
