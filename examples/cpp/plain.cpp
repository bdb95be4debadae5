// A chat from start to end: greets the first agent who comes, shows the answer, and leaves.
//
//     c++ -std=c++17 plain.cpp -o plain $(pkg-config --cflags --libs webchat)
//     ./plain '{"dataURL": "http://localhost:8080/genesys/2/chat/support"}'
#include <algorithm>
#include <chrono>
#include <iostream>
#include <webchat.hpp>

using namespace std::chrono_literals;

static void hold_a_chat(const std::string& config) {
    webchat::Chat chat(config);
    auto losing = chat.on<webchat::Disconnected, webchat::Reconnected>([](const auto& event) { std::cerr << event.name() << '\n'; });

    chat.start_chat({"Pia"}, 30s);
    const auto agent = chat.next<webchat::AgentConnected>(60s).participant();
    std::cout << agent.name << " is here.\n";

    chat.send_message("Good morning, " + agent.name + "!");
    const auto from_agent = [](const webchat::Message& message) {
        return message.from_kind() == webchat::ParticipantType::agent && message.kind() == webchat::MessageType::message;
    };
    const auto answers = [&](const webchat::MessageReceived& event) {
        const auto messages = event.messages();
        return std::any_of(messages.begin(), messages.end(), from_agent);
    };
    for (const auto& message : chat.next<webchat::MessageReceived>(answers, 60s).messages()) {
        if (from_agent(message)) std::cout << message.from_name << ": " << message.text << '\n';
    }

    const auto stats = chat.get_stats().value();
    chat.end_chat();
    std::cout << "It took " << stats.duration.count() << " ms, with " << stats.agents.size() << " agent.\n";
}

int main(int argc, char** argv) {
    try {
        hold_a_chat(argc > 1 ? argv[1] : R"({"dataURL": "http://localhost:8080/genesys/2/chat/support"})");
        return 0;
    } catch (const webchat::Error& error) {
        std::cerr << webchat::name(error.status()) << ": " << error.what() << '\n';
        return 1;
    }
}
