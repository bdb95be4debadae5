// What commands return: values of their own, futures of them, rejections that are not thrown, deadlines.
#include "check.hpp"

#include <chrono>
#include <future>
#include <new>

using webchat::Chat;
using webchat::Result;

TEST(commands_resolve_with_values) {
    Chat chat(simulator.config());
    CHECK(!*chat.verify_session());
    chat.start_chat({"Mia"});
    next(chat, webchat::EventKind::agent_connected);
    CHECK(*chat.verify_session());
    CHECK_EQUAL(chat.get_stats()->agents.size(), 1U);
    CHECK_EQUAL(chat.get_agents().value().at(0).name, chat.get_stats().value().agents.at(0).name);
    CHECK(!chat.get_session_data()->key.empty());
    const auto transcript = chat.get_transcript().value();
    CHECK(transcript.messages.size() >= 2);
    CHECK(chat.get_file_limits(30s)->used_files == 0);
    const auto limits = chat.get_file_limits();
    CHECK(limits.ok() && limits.command() == "getFileLimits" && limits.clone().value().used_files == 0);
}

TEST(futures_and_completions_have_values) {
    Chat chat(simulator.config());
    std::future<Result<webchat::Stats>> later = chat.get_stats(webchat::use_future);
    CHECK(take(std::move(later)).value().agents.empty());
    std::promise<bool> told;
    chat.verify_session([&](const Result<bool>& active) { told.set_value(*active); });
    CHECK(!take(told.get_future()));
    std::promise<std::size_t> plain;
    chat.get_agents([&](const webchat::Outcome& outcome) { plain.set_value(outcome.agents().size()); });
    CHECK_EQUAL(take(plain.get_future()), 0U);
    std::promise<std::string> refused;
    chat.get_file_limits([&](const Result<webchat::FileLimits>& limits) {
        refused.set_value(thrown<webchat::NoSessionError>([&] { limits.value(); }).what());
    });
    CHECK_EQUAL(take(refused.get_future()), "There is no active chat session");
}

TEST(rejections_need_not_be_thrown) {
    Chat chat(simulator.config());
    const auto sent = chat.send_message("hello", std::nothrow);
    CHECK(!sent && sent.status() == webchat::Status::no_session && sent.reason() == "There is no active chat session");
    CHECK(take(chat.end_chat(webchat::use_future, std::nothrow)).status() == webchat::Status::no_session);
    thrown<webchat::NoSessionError>([&] { take(chat.end_chat(webchat::use_future)); });
    const Result<webchat::FileLimits> limits = chat.get_file_limits(std::nothrow);
    CHECK(!limits);
    thrown<webchat::NoSessionError>([&] { limits.value(); });
    thrown<webchat::InvalidArgumentError>([&] { chat.send_message("\xff", std::nothrow); }); // there is no command
}

TEST(deadlines_are_durations_or_points_in_time) {
    Chat chat = started(simulator);
    simulator.post("/faults", R"({"kind": "latency", "ms": 600000, "operation": "pushUrl", "times": 3})");
    const auto until = std::chrono::steady_clock::now() + 50ms;
    const auto late = thrown<webchat::TimeoutError>([&] { chat.push_url("https://example.com/", until); });
    CHECK(late.command() == "pushUrl" && !std::string(late.what()).empty());
    CHECK(std::chrono::steady_clock::now() >= until);
    const auto past = std::chrono::system_clock::now() - 1h;
    thrown<webchat::TimeoutError>([&] { chat.push_url("https://example.com/", past); });
    const auto outcome = take(chat.push_url("https://example.com/", 0.01s, webchat::use_future, std::nothrow));
    CHECK(outcome.status() == webchat::Status::timeout);
    simulator.clear_faults();
}
