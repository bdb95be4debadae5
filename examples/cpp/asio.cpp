// A chat in the terminal, all of it on one thread, Asio's: what is typed is sent, what is said is shown. It ends with the input, or when the
// chat does.
//
//     c++ -std=c++20 -pthread asio.cpp -o asio $(pkg-config --cflags --libs webchat)
//     ./asio '{"dataURL": "http://localhost:8080/genesys/2/chat/support"}'
#include <asio.hpp>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>
#include <webchat.hpp>

using namespace std::chrono_literals;
using Descriptor = asio::posix::stream_descriptor;

namespace {

/// A line of the input, for co_await; nothing at its end.
class Line {
public:
    Line(Descriptor& input, std::string& buffer) : input_(input), buffer_(buffer) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) {
        asio::async_read_until(input_, asio::dynamic_buffer(buffer_), '\n', [this, coroutine](asio::error_code error, std::size_t size) {
            size_ = error ? 0 : size;
            coroutine.resume();
        });
    }
    std::optional<std::string> await_resume() {
        if (size_ == 0) return std::nullopt;
        std::string line = buffer_.substr(0, size_ - 1);
        buffer_.erase(0, size_);
        return line;
    }

private:
    Descriptor& input_;
    std::string& buffer_;
    std::size_t size_ = 0;
};

void show(const webchat::AnyEvent& event) {
    std::visit(webchat::overloaded{
        [](const webchat::MessageReceived& received) {
            for (const auto& message : received.messages()) {
                if (message.kind() == webchat::MessageType::message) std::cout << message.from_name << ": " << message.text << '\n';
            }
        },
        [](const webchat::AgentTypingStarted& typing) { std::cout << typing.participant().name << " is typing.\n"; },
        [](const webchat::Ended&) { std::cout << "The chat is over.\n"; },
        [](const auto&) {},
    }, event);
}

/// Shows what has come.
void show_all(webchat::AnyChat& chat) {
    while (auto event = chat.next_event(0s)) show(webchat::typed(std::move(*event)));
}

/// What the customer does.
webchat::Task<> talk(webchat::aio::Chat& chat, Descriptor& input) {
    co_await chat.start_chat({"Pia"}, 30s);
    const auto agent = co_await chat.next<webchat::AgentConnected>(60s);
    std::cout << agent.participant().name << " is here.\n";
    std::string buffer;
    while (const auto line = co_await Line(input, buffer)) co_await chat.send_message(*line);
    co_await chat.end_chat();
}

/// The same, and what becomes of it.
webchat::Task<> run(webchat::aio::Chat& chat, Descriptor& input, asio::io_context& loop, int& result) {
    try {
        co_await talk(chat, input);
        result = 0;
    } catch (const webchat::Error& error) {
        std::cerr << webchat::name(error.status()) << ": " << error.what() << '\n';
    }
    show_all(chat); // what came last
    loop.stop();
}

/// Shows the events as they come.
void watch(Descriptor& events, webchat::AnyChat& chat) {
    events.async_wait(Descriptor::wait_read, [&](asio::error_code error) {
        if (error) return;
        show_all(chat);
        watch(events, chat);
    });
}

} // namespace

int main(int argc, char** argv) {
    const auto config = argc > 1 ? argv[1] : R"({"dataURL": "http://localhost:8080/genesys/2/chat/support"})";
    int result = 1;
    asio::io_context loop;
    const auto busy = asio::make_work_guard(loop);
    webchat::ChatOptions options;
    options.executor = [&loop](std::function<void()> work) { asio::post(loop, std::move(work)); };
    try {
        webchat::aio::Chat chat(config, options);
        Descriptor input(loop, ::dup(STDIN_FILENO)), events(loop, chat.event_fd());
        watch(events, chat);
        auto running = run(chat, input, loop, result);
        running.start();
        loop.run();
        events.release(); // it is the chat's
    } catch (const webchat::Error& error) {
        std::cerr << error.what() << '\n';
    }
    return result;
}
