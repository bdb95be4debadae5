// What the C++ tests share: checks, the list of tests, the simulator's control API, and waiting for events.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <netdb.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>
#include <webchat.hpp>

using namespace std::chrono_literals;

/// More time than anything takes here.
inline constexpr auto patience = 30s;

struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void check_that(bool holds, const char* what, const char* file, int line) {
    if (!holds) throw Failed(std::string(file) + ':' + std::to_string(line) + ": does not hold: " + what);
}

template <class Left, class Right>
void check_equal(const Left& left, const Right& right, const char* what, const char* file, int line) {
    if (left == right) return;
    std::ostringstream text;
    text << file << ':' << line << ": does not hold: " << what << "\n    " << left << "\n    " << right;
    throw Failed(text.str());
}

#define CHECK(...) check_that(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)
#define CHECK_EQUAL(left, right) check_equal((left), (right), #left " == " #right, __FILE__, __LINE__)

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The exception of this class that `work` throws.
template <class Of, class Work>
Of thrown(Work&& work) {
    try {
        work();
    } catch (const Of& expected) {
        return expected;
    }
    throw Failed("an exception is missing");
}

/// The simulated Genesys server.
class Simulator {
public:
    explicit Simulator(std::string chat_url) : chat_url_(std::move(chat_url)) {
        const auto begin = chat_url_.find("//") + 2;
        const auto end = chat_url_.find('/', begin);
        const auto colon = chat_url_.find(':', begin);
        host_ = chat_url_.substr(begin, colon - begin);
        port_ = chat_url_.substr(colon + 1, end - colon - 1);
    }

    /// A chat's configuration that polls as fast as is allowed; `more` is further members, beginning with a comma.
    std::string config(const std::string& more = {}) const {
        return R"({"dataURL": ")" + chat_url_ + R"(", "pollRateMin": 250, "pollRateMax": 250, "ajaxTimeout": 60000)" + more + '}';
    }

    /// The same over Nexus.
    std::string nexus_config(bool asynchronous) const {
        return R"({"transport": {"type": "pureengage-v3-rest", "endpoint": "test", "headers": {"x-api-key": "test"}, )"
               R"("pollTimeout": 100, "maxMessagePageSize": 16, "dataURL": "http://)" + host_ + ':' + port_ +
               R"(/nexus/v3/chat/sessions", "async": {"enabled": )" + (asynchronous ? "true" : "false") + R"(}}, "ajaxTimeout": 60000})";
    }

    std::string get(const std::string& path) const { return request("GET", path, {}); }
    std::string post(const std::string& path, const std::string& json) const { return request("POST", path, json); }
    void clear_faults() const { request("DELETE", "/faults", {}); }

private:
    std::string chat_url_, host_, port_;

    std::string request(const std::string& method, const std::string& path, const std::string& body) const {
        addrinfo hints{}, *found = nullptr;
        hints.ai_socktype = SOCK_STREAM;
        CHECK(getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) == 0);
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> address(found, freeaddrinfo);
        const int socket = ::socket(address->ai_family, address->ai_socktype, address->ai_protocol);
        CHECK(socket >= 0);
        const std::shared_ptr<void> closing(nullptr, [socket](void*) { ::close(socket); });
        CHECK(::connect(socket, address->ai_addr, address->ai_addrlen) == 0);
        const std::string text = method + " /control" + path + " HTTP/1.1\r\nHost: " + host_ +
                                 "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n" + body;
        CHECK(::send(socket, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
        std::string answer;
        char part[4096];
        for (ssize_t count = 0; (count = ::recv(socket, part, sizeof part, 0)) > 0;) answer.append(part, static_cast<std::size_t>(count));
        if (!contains(answer.substr(0, 16), " 200 ")) throw Failed(method + ' ' + path + ": " + answer);
        return answer.substr(answer.find("\r\n\r\n") + 4);
    }
};

/// A test: its name, and what it does.
struct Test {
    const char* name;
    void (*run)(const Simulator& simulator);
};

inline std::vector<Test>& tests() {
    static std::vector<Test> all;
    return all;
}

#define TEST(name)                                                                       \
    static void name(const Simulator& simulator);                                        \
    [[maybe_unused]] static const bool name##_is_listed = (tests().push_back({#name, name}), true); \
    static void name([[maybe_unused]] const Simulator& simulator)

/// Takes events up to one of this kind.
inline webchat::Event next(webchat::Chat& chat, webchat::EventKind kind) {
    std::string seen;
    while (auto event = chat.next_event(patience)) {
        if (event->kind() == kind) return std::move(*event);
        seen += std::string(" ") + event->name();
    }
    throw Failed(std::string("there was no ") + webchat::name(kind) + ", only" + seen);
}

/// Takes messages up to one that the agent says with this text.
inline webchat::Message said(webchat::Chat& chat, const std::string& text) {
    for (;;) {
        for (auto& message : next(chat, webchat::EventKind::message_received).messages()) {
            if (message.from_type == "Agent" && message.text == text) return message;
        }
    }
}

/// Whether the agent says this in it.
inline bool says(const webchat::MessageReceived& event, const std::string& text) {
    for (const auto& message : event.messages()) {
        if (message.from_kind() == webchat::ParticipantType::agent && message.text == text) return true;
    }
    return false;
}

/// A chat in which the agent, who echoes, has joined.
inline webchat::Chat started(const Simulator& simulator, const webchat::ChatOptions& options = {}) {
    webchat::Chat chat(simulator.config(), options);
    chat.start_chat({"Mia"}, patience);
    next(chat, webchat::EventKind::agent_connected);
    return chat;
}

/// What is waited for, but not longer than `patience`.
template <class Of>
Of take(std::future<Of> future) {
    CHECK(future.wait_for(patience) == std::future_status::ready);
    return future.get();
}

/// Waits until the callbacks that were due have been made: its own comes behind them.
inline void catch_up(webchat::Chat& chat) {
    std::promise<void> behind;
    chat.get_stats([&](const webchat::Outcome&) { behind.set_value(); });
    take(behind.get_future());
}

/// Collects what callbacks throw while it lives.
class Exceptions {
public:
    Exceptions() : before_(webchat::set_exception_hook([this](const std::exception_ptr& exception) { add(exception); })) {}
    ~Exceptions() { webchat::set_exception_hook(std::move(before_)); }

    std::vector<std::string> all() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return all_;
    }

private:
    std::mutex mutex_{};
    std::vector<std::string> all_{};
    webchat::ExceptionHook before_;

    void add(const std::exception_ptr& exception) {
        const std::lock_guard<std::mutex> lock(mutex_);
        try {
            std::rethrow_exception(exception);
        } catch (const std::exception& known) {
            all_.emplace_back(known.what());
        } catch (...) {
            all_.emplace_back("?");
        }
    }
};

#endif
