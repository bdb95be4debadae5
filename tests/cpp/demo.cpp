// Holds a chat with an agent, and prints each event as a line: milliseconds, event, who and text, with tabs between.
//
//     demo '{"dataURL": "http://localhost:8080/genesys/2/chat/support"}'
#include <chrono>
#include <future>
#include <iostream>
#include <vector>
#include <webchat.hpp>

using namespace std::chrono_literals;
using std::chrono::steady_clock;

static const std::vector<std::string> lines = {"Hello", "Can I have my invoice?", "Thanks", "Bye"};

static void show(const webchat::Event& event, steady_clock::time_point begin) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin).count();
    auto messages = event.messages();
    if (messages.empty()) messages.emplace_back();
    for (const auto& message : messages) {
        const auto& text = message.file_name.empty() ? message.text : message.file_name;
        std::cout << time << '\t' << event.name() << '\t' << message.from_name << '\t' << text << std::endl;
    }
}

static bool hold_a_chat(const std::string& config) {
    const auto begin = steady_clock::now();
    std::promise<void> over;
    std::size_t said = 0;
    webchat::Chat chat;

    auto showing = chat.on_any([&](const webchat::Event& event) { show(event, begin); });
    auto answering = chat.on("messageReceived", [&](const webchat::Event& event) {
        for (const auto& message : event.messages()) {
            if (message.from_type != "Agent" || message.type != "Message" || said == lines.size()) continue;
            chat.send_message(lines[said++], [](const webchat::Outcome& sent) {
                if (!sent) std::cerr << "not sent: " << sent.reason() << '\n';
            });
        }
    });

    chat.configure(config);
    const auto* last = chat.capability("polling") ? "pollingStopped" : "ended";
    auto ending = chat.on(last, [&](const webchat::Event&) { over.set_value(); });
    chat.start_chat({"Ann", "Ann", "Lee", "ann@example.com", "My invoice"});
    return over.get_future().wait_for(30s) == std::future_status::ready && said == lines.size();
}

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: demo CONFIGURATION\n";
        return 2;
    }
    try {
        return hold_a_chat(argv[1]) ? 0 : 1;
    } catch (const webchat::Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
