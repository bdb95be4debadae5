// Commands: in each form, each one once, deadlines, cancelling; preprocessors, preview inputs, stores, files.
#include "check.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

using webchat::Chat;
using webchat::EventKind;
using webchat::Outcome;

TEST(a_command_in_each_form) {
    std::promise<Outcome> told;
    std::thread::id thread;
    Chat chat = started(simulator);
    const Outcome waited = chat.send_message("one", 30s);
    CHECK(waited && waited.request() != 0);

    const webchat::Request request = chat.send_message(
        "two",
        [&](const Outcome& outcome) {
            thread = std::this_thread::get_id();
            told.set_value(outcome.clone());
        },
        30s);
    const Outcome outcome = take(told.get_future());
    CHECK(outcome && outcome.request() == request && request > waited.request() && outcome.command() == "sendMessage");
    CHECK(thread != std::this_thread::get_id());

    std::future<Outcome> future = chat.send_message("three", webchat::use_future);
    CHECK(take(std::move(future)).delivery() == webchat::Delivery::sent);
    CHECK(chat.send_message("four", webchat::detached) > request);
    said(chat, "four");

    auto rejected = chat.start_chat(webchat::use_future, 30s);
    const auto error = thrown<webchat::SessionActiveError>([&] { take(std::move(rejected)); });
    CHECK_EQUAL(std::string(error.what()), "There is already an active chat session");
    CHECK_EQUAL(error.command(), "startChat");

    const webchat::Completion nobody;
    CHECK(chat.send_message("five", nobody) > request); // an empty function is told nothing
    said(chat, "five");
}

TEST(every_other_command) {
    Chat chat = started(simulator);
    CHECK(chat.send_message_as("label", "text", ""));
    CHECK(chat.update_nickname("Pia") && chat.push_url("https://example.com/") && chat.read_receipt(0));
    CHECK(chat.send_custom_notice("note") && chat.send_custom_notice() && chat.send_typing("typing") && chat.send_typing());
    CHECK(contains(chat.update_user_data(R"({"plan": "gold"})").payload_json(), "statusCode"));
    CHECK(chat.stop_poll() && chat.start_poll() && chat.reset_poll_exceptions());
    CHECK(contains(chat.command("WebChatService.sendMessage", R"({"message": "by name"})").payload_json(), "statusCode"));
    said(chat, "by name");
    CHECK(chat.command("getAgents").agents().size() == 1);

    const std::string filters = chat.add_prefilter({"/hush/i", "/quiet/"}).payload_json();
    CHECK(contains(filters, "hush") && contains(filters, "quiet"));
    CHECK(chat.send_filtered_message("a SECRET word", "/secret/i"));
    chat.send_message("aloud");
    said(chat, "aloud");
    for (const auto& message : chat.get_transcript().messages()) CHECK(!contains(message.text, "SECRET"));

    thrown<webchat::AccessDeniedError>([&] { chat.poll(); });
    const std::string by_service = R"({"commander": "WebChatService"})";
    thrown<webchat::NoSessionError>([&] { Chat(simulator.config()).command("poll", by_service); });
    CHECK(chat.stop_poll());
    for (bool polled = false; !polled;) {
        try {
            polled = contains(chat.command("poll", by_service).payload_json(), "statusCode");
        } catch (const webchat::BusyError&) { // an automatic one is still under way
        }
    }
    thrown<webchat::UnsupportedError>([&] { chat.fetch_history(); });
    thrown<webchat::AccessDeniedError>([&] { Chat(simulator.config()).restore(); });
    CHECK(chat.end_chat(30s));
}

TEST(deadlines_and_cancelling) {
    std::promise<webchat::Status> told;
    Chat chat = started(simulator);
    simulator.post("/faults", R"({"kind": "latency", "ms": 600000, "operation": "updateNickname", "times": 2})");
    const auto late = thrown<webchat::TimeoutError>([&] { chat.update_nickname("Pia", 50ms); });
    CHECK_EQUAL(late.command(), "updateNickname");

    const auto request = chat.update_nickname("Pia", [&](const Outcome& outcome) { told.set_value(outcome.status()); });
    simulator.get("/log?operation=updateNickname&count=2&waitMs=20000");
    chat.cancel(request);
    CHECK(take(told.get_future()) == webchat::Status::cancelled);
    chat.cancel(request); // has its outcome: nothing happens

    simulator.post("/faults", R"({"kind": "latency", "ms": 600000, "operation": "send"})");
    const auto unknown = thrown<webchat::OutcomeUnknownError>([&] { chat.send_message("gone?", 2s); });
    CHECK(unknown.delivery() == webchat::Delivery::unknown && unknown.request() > request);
}

TEST(preprocessors_change_messages) {
    Exceptions exceptions;
    Chat chat(simulator.config());
    chat.register_pre_processor([](const std::string& message) -> std::optional<std::string> {
        const auto at = message.find("cat");
        if (at == std::string::npos) return std::nullopt;
        return std::string(message).replace(at, 3, "dog");
    });
    chat.register_pre_processor([](const std::string& message) -> std::optional<std::string> {
        if (contains(message, "throw")) throw std::runtime_error("from a preprocessor");
        return std::nullopt;
    });
    thrown<webchat::InvalidArgumentError>([&] { chat.register_pre_processor({}); });
    chat.start_chat({"Mia"});
    next(chat, EventKind::agent_connected);
    chat.send_message("a cat");
    said(chat, "a dog");
    CHECK(exceptions.all().empty());
    chat.send_message("throw");
    said(chat, "throw");
    CHECK(!exceptions.all().empty() && exceptions.all().at(0) == "from a preprocessor");
}

TEST(preview_inputs_are_asked) {
    Chat chat = started(simulator);
    auto token = std::make_shared<int>();
    chat.register_typing_preview_input([token]() -> std::optional<std::string> { return "half a sent"; });
    CHECK_EQUAL(token.use_count(), 2);
    chat.send_typing();
    CHECK(contains(simulator.get("/log?operation=startTyping&count=1&waitMs=20000"), "half a sent"));
    chat.register_typing_preview_input([] { return std::optional<std::string>(); });
    chat.end_chat();
}

/// Keeps session data in memory, and fails on demand.
class Store : public webchat::SessionStore {
public:
    std::optional<std::string> load() override { return kept; }
    void save(const std::optional<std::string>& data) override {
        if (fails) throw std::runtime_error("the disk is full");
        kept = data;
        ++saved;
    }
    std::optional<std::string> kept{};
    int saved = 0;
    std::atomic<bool> fails{false};
};

TEST(a_store_lets_a_chat_be_restored) {
    const auto store = std::make_shared<Store>();
    {
        Chat chat = started(simulator, {store});
        chat.send_message("before");
        said(chat, "before");
    }
    CHECK(store.use_count() == 1 && store->saved > 0 && store->kept && store->kept->front() == '{');
    {
        Chat chat(simulator.config(), {store});
        CHECK(next(chat, EventKind::restored).name() == std::string("restored"));
        const auto replay = next(chat, EventKind::message_received);
        CHECK(replay.restoring() && replay.messages().at(0).restoring);
        // No command has been given yet: who listens now has missed nothing.
        std::promise<std::string> messages, first;
        std::once_flag once;
        const auto late = chat.on(EventKind::message_received, [&](const webchat::Event& event) {
            if (event.restoring()) messages.set_value(event.messages().back().text);
        });
        const auto later = chat.on_any([&](const webchat::Event& event) { std::call_once(once, [&] { first.set_value(event.name()); }); });
        CHECK_EQUAL(take(messages.get_future()), "before");
        CHECK_EQUAL(take(first.get_future()), "ready");
        chat.send_message("after");
        said(chat, "after");
        chat.end_chat();
    }
    CHECK(!store->kept || !contains(*store->kept, "secureKey"));
}

TEST(a_store_that_fails_fails_no_chat) {
    // The function can still be running when it is replaced: what it uses is its own.
    auto logged = std::make_shared<std::promise<std::string>>();
    auto entry = logged->get_future();
    webchat::set_log(webchat::LogLevel::warn, [logged, found = false](webchat::LogLevel level, std::string_view text) mutable {
        if (found || level > webchat::LogLevel::warn || !contains(std::string(text), "the disk is full")) return;
        found = true;
        logged->set_value(std::string(text));
    });
    const auto store = std::make_shared<Store>();
    store->fails = true;
    Chat chat = started(simulator, {store});
    CHECK(!take(std::move(entry)).empty());
    CHECK(chat.send_message("still here") && store->saved == 0);
    webchat::set_log(webchat::LogLevel::off, {});
}

TEST(files_go_up_and_come_down) {
    namespace fs = std::filesystem;
    Chat chat = started(simulator);
    const auto limits = chat.get_file_limits().file_limits();
    CHECK(limits.max_files && *limits.max_files > 0 && limits.max_file_size && limits.used_files == 0);
    CHECK(!limits.file_types.empty() && !contains(limits.file_types.at(0), ","));

    const std::string text = std::string("zero \0 inside", 13) + std::string(100000, 'x');
    std::vector<std::uint64_t> steps;
    CHECK(chat.send_file_bytes("note.txt", text, [&](std::uint64_t transferred, std::optional<std::uint64_t>) {
        steps.push_back(transferred);
    }));
    CHECK(!steps.empty() && steps.back() > 0);
    webchat::Message upload;
    while (upload.file_id.empty()) {
        for (auto& message : next(chat, EventKind::message_received).messages()) {
            if (!message.file_id.empty()) upload = message;
        }
    }
    CHECK_EQUAL(upload.file_name, "note.txt");

    const auto file = chat.download_file(upload.file_id, 30s).download();
    CHECK(file.file_name == "note.txt" && file.size == text.size() && file.path.empty());
    CHECK(std::string(file.data.begin(), file.data.end()) == text);

    std::string pattern = (fs::temp_directory_path() / "webchat-XXXXXX").string();
    CHECK(::mkdtemp(pattern.data()) != nullptr);
    const fs::path directory(pattern);
    const auto saved = chat.download_file_to(upload.file_id, directory / "\u00e4.txt").download();
    CHECK(saved.path == directory / "\u00e4.txt" && fs::file_size(saved.path) == text.size() && saved.data.empty());
    CHECK(chat.download_file_into(upload.file_id, directory).download().path == directory / "note.txt");
    CHECK(chat.download_file_into(upload.file_id, directory, "mine.txt").download().path == directory / "mine.txt");

    const fs::path latin1 = directory / "Latin-1 \xfc.txt";
    CHECK(chat.download_file_to(upload.file_id, latin1).download().path == latin1);
    CHECK(chat.send_file(latin1));
    CHECK(chat.send_file(saved.path, "named.txt", R"({"kind": "scan"})", 30s));
    CHECK_EQUAL(chat.get_file_limits().file_limits().used_files, 3U);
    CHECK_EQUAL(thrown<webchat::IoError>([&] { chat.send_file(directory / "absent.txt"); }).os_error(), ENOENT);
    thrown<webchat::IoError>([&] { chat.send_file(directory); });
    CHECK(chat.delete_file(upload.file_id));
    fs::remove_all(directory);
    const std::vector<std::uint8_t> bytes{1, 2, 3};
    CHECK(!chat.get_transcript().messages().empty() && webchat::Bytes(bytes).size == 3);
}
