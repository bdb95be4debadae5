// Exceptions: each status has its class, and each says what was wrong.
#include "check.hpp"

#include <set>
#include <typeindex>

using webchat::Chat;
using webchat::Error;

static std::type_index class_of(webchat::Status status) {
    try {
        webchat::detail::raise(status);
    } catch (const Error& error) {
        CHECK(error.status() == status);
        return typeid(error);
    }
}

TEST(every_status_has_a_class) {
    std::set<std::type_index> classes;
    for (webchat_status number = 1; number < 1024; ++number) {
        const std::string name = webchat_status_name(number);
        const auto status = static_cast<webchat::Status>(number);
        CHECK_EQUAL(std::string(webchat::name(status)), name);
        const bool is_error = name != "unknown" && status != webchat::Status::end_of_events;
        const auto its_class = class_of(status);
        CHECK((its_class != typeid(Error)) == is_error);
        if (is_error) CHECK(classes.insert(its_class).second);
    }
    CHECK_EQUAL(classes.size(), 25U);
}

TEST(rejections_have_the_specifications_words) {
    Chat chat(simulator.config());
    const auto none = thrown<webchat::NoSessionError>([&] { chat.send_message("hello"); });
    CHECK_EQUAL(std::string(none.what()), "There is no active chat session");
    CHECK(none.status() == webchat::Status::no_session && none.command() == "sendMessage" && none.request() > 0);
    CHECK(none.retry() == webchat::Retry::never && !none.retry_after() && none.response_json().empty());
    CHECK(none.delivery() == webchat::Delivery::not_sent);
    const auto outcome = chat.command("dance", [](const webchat::Outcome&) {});
    CHECK(outcome > none.request());
    CHECK(contains(thrown<webchat::UnsupportedError>([&] { chat.command("dance"); }).what(), "'dance'"));
    thrown<Error>([&] { chat.end_chat(); }); // every exception is an Error
    thrown<std::runtime_error>([&] { chat.end_chat(); });
}

TEST(bad_arguments_are_refused) {
    Chat chat(simulator.config());
    thrown<webchat::InvalidArgumentError>([&] { chat.send_message(std::string("nul \0 inside", 12)); });
    thrown<webchat::InvalidArgumentError>([&] { chat.send_message("\xff\xfe"); });
    thrown<webchat::InvalidArgumentError>([&] { chat.command("sendMessage", "{oops"); });
    thrown<webchat::InvalidArgumentError>([&] { chat.start_chat({"Mia", "", "", "", "", "no JSON"}); });
    CHECK(contains(thrown<webchat::InvalidArgumentError>([&] { static_cast<void>(chat.on("dance", [](const webchat::Event&) {})); }).what(), "'dance'"));
    CHECK(contains(thrown<webchat::NotFoundError>([&] { static_cast<void>(chat.capability("dance")); }).what(), "'dance'"));
    const auto json = thrown<webchat::InvalidArgumentError>([&] { chat.command("sendMessage", "{oops"); });
    CHECK(contains(json.what(), "options_json") && !contains(json.what(), "oops"));
    const auto filter = thrown<webchat::InvalidArgumentError>([&] { chat.add_prefilter({"/(/"}); });
    CHECK(!std::string(filter.what()).empty());
    const auto text = thrown<webchat::InvalidArgumentError>([&] { chat.start_chat({"Mia", std::string(1, '\0')}, webchat::detached); });
    CHECK(contains(text.what(), "NUL"));
}

TEST(bad_configurations_name_the_key) {
    const auto early = thrown<webchat::InvalidConfigurationError>([&] { Chat(R"({"dataURL": 7})"); });
    CHECK(contains(early.what(), "dataURL"));
    Chat chat;
    const auto late = thrown<webchat::InvalidConfigurationError>([&] { chat.configure(R"({"dataURL": 7})"); });
    CHECK(contains(late.what(), "dataURL") && late.command() == "configure");
    thrown<webchat::InvalidConfigurationError>([] { Chat("{"); });
    const auto option = [](const std::string& written) {
        return R"({"dataURL": "http://127.0.0.1:9/c", "connection": {)" + written + "}}";
    };
    const auto file = thrown<webchat::InvalidConfigurationError>([&] { Chat(option(R"("clientCertificate": "/nowhere.pem")")); });
    CHECK(contains(file.what(), "connection.clientCertificate: the file /nowhere.pem cannot be read"));
    Chat(option(R"("proxy": "http://127.0.0.1:9", "noProxy": ["gms.test"], "minimumTls": "1.3")"));
    CHECK(contains(thrown<webchat::InvalidConfigurationError>([] { Chat("http://gms.test/chat"); }).what(), "dataURL"));
    thrown<webchat::InvalidArgumentError>([] { Chat("\xff"); });
}

TEST(a_chat_that_was_never_configured_says_so) {
    Chat chat;
    const auto late = thrown<webchat::TimeoutError>([&] { chat.start_chat({"Mia"}, 100ms); });
    CHECK(contains(late.what(), "the chat was never configured") && late.command() == "startChat");
}

TEST(answers_of_the_server_are_kept) {
    std::promise<webchat::Outcome> told;
    Chat chat = started(simulator);
    simulator.post("/faults", R"({"kind": "status", "status": 429, "retryAfter": 7, "operation": "updateNickname"})");
    const auto slow = thrown<webchat::RateLimitedError>([&] { chat.update_nickname("Pia"); });
    CHECK(slow.retry() == webchat::Retry::after && slow.retry_after() == 7s);
    CHECK(contains(slow.response_json(), "429"));
    simulator.post("/faults", R"({"kind": "status", "status": 400, "code": 249, "advice": "no", "operation": "pushUrl"})");
    chat.push_url("https://example.com/", [&](const webchat::Outcome& outcome) { told.set_value(outcome.clone()); });
    const auto refused = take(told.get_future());
    CHECK(!refused && refused.status() != webchat::Status::ok && contains(refused.payload_json(), "249"));
    const auto error = thrown<Error>([&] { refused.throw_if_rejected(); });
    CHECK_EQUAL(error.response_json(), refused.payload_json());
}
