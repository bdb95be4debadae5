// Asynchronous chats over Nexus: kept by functions of the application, taken up again, read back, lost; images both ways.
#include "check.hpp"

#include <future>
#include <mutex>
#include <set>

using webchat::Chat;
using webchat::Event;
using webchat::EventKind;
using webchat::Message;

namespace {

/// A session in memory, and the functions that keep it there.
class Kept {
public:
    webchat::SessionKeeper keeper() {
        return {[this](const std::string& session) { set(session); }, [this] { return get(); },
                [this](const std::string& lost) {
                    set(std::nullopt);
                    lost_.set_value(lost);
                }};
    }

    std::optional<std::string> get() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return session_;
    }

    void set(std::optional<std::string> session) {
        const std::lock_guard<std::mutex> lock(mutex_);
        session_ = std::move(session);
    }

    /// What was told of the session when it was lost; once.
    std::string lost() { return take(lost_.get_future()); }

private:
    std::mutex mutex_{};
    std::optional<std::string> session_{};
    std::promise<std::string> lost_{};
};

webchat::ChatOptions with(webchat::SessionKeeper keeper) {
    webchat::ChatOptions options;
    options.keeper = std::move(keeper);
    return options;
}

/// Every message of a chat, up to its next `count`; each place must be a new one.
void take_messages(Chat& chat, std::vector<Message>& all, std::size_t count) {
    while (all.size() < count) {
        for (auto& message : next(chat, EventKind::message_received).messages()) {
            for (const auto& known : all) CHECK(known.index != message.index && known.index_text != message.index_text);
            CHECK(!message.index_text.empty() && message.index > 0);
            all.push_back(std::move(message));
        }
    }
}

Message with_content(Chat& chat) {
    for (;;) {
        for (auto& message : next(chat, EventKind::message_received).messages()) {
            if (!message.content.empty()) return message;
        }
    }
}

} // namespace

TEST(an_asynchronous_chat_is_taken_up_again) {
    Kept kept;
    std::vector<Message> before, after;
    webchat::Session session;
    {
        Chat chat(simulator.nexus_config(true), with(kept.keeper()));
        thrown<webchat::NoSessionError>([&] { chat.restore(); });
        webchat::ChatForm form{"Mia"};
        form.other_json = R"({"membership": "gold"})";
        const auto started = chat.start_chat(form, patience);
        CHECK(contains(started.payload_json(), "clientToken"));
        CHECK(contains(simulator.get("/log?operation=requestChat"), R"(["data[membership]","gold"])"));
        const Event begun = next(chat, EventKind::started);
        session = begun.session().value();
        CHECK(!session.key.empty() && !session.session_id.empty() && contains(session.json, session.key));
        CHECK(!begun.asynchronous() && chat.get_session_data().session().value().key == session.key);
        for (int i = 0; i < 20; ++i) chat.send_message("line " + std::to_string(i));
        take_messages(chat, before, 42); // two have joined, and each line has its echo
        CHECK(contains(session.json, R"("participantId":")" + before.at(0).from_id + "\"") && before.at(0).from_type == "Client");
    }
    CHECK(contains(kept.get().value(), "messageIndex") && contains(kept.get().value(), session.key));
    Chat chat(simulator.nexus_config(true), with(kept.keeper()));
    CHECK(next(chat, EventKind::restored).asynchronous() == true);
    take_messages(chat, after, 1);
    CHECK(after.size() < before.size() && after.at(0).restoring);
    thrown<webchat::SessionActiveError>([&] { chat.restore("a token", patience); });
    while (after.size() < before.size()) {
        CHECK(chat.fetch_history(patience));
        const Event older = next(chat, EventKind::message_received);
        CHECK(older.old_messages() && !older.restoring());
        for (auto& message : older.messages()) after.push_back(std::move(message));
    }
    const auto error = thrown<webchat::NotFoundError>([&] { chat.fetch_history(); });
    CHECK_EQUAL(std::string(error.what()), "No more messages to fetch");
    std::set<std::string> places;
    for (const auto& message : after) places.insert(message.index_text);
    for (const auto& message : before) CHECK(places.count(message.index_text) == 1);
    CHECK_EQUAL(places.size(), before.size());
    chat.end_chat(patience);
    CHECK(kept.get().has_value()); // a chat that ends as it should is not lost
}

TEST(a_session_that_is_lost_is_forgotten) {
    Kept kept;
    Chat chat(simulator.nexus_config(true), with(kept.keeper()));
    chat.start_chat({"Mia"}, patience);
    next(chat, EventKind::agent_connected);
    CHECK(kept.get().has_value());
    simulator.post("/chats/latest/expire", R"({"what": "client"})");
    const std::string lost = kept.lost();
    CHECK(contains(lost, "sessionData") && contains(lost, "response") && !kept.get());
    next(chat, EventKind::ended);
}

TEST(a_session_can_be_given_as_its_token) {
    Kept first, second;
    std::string token;
    {
        Chat chat(simulator.nexus_config(true), with(first.keeper()));
        chat.start_chat({"Mia"}, patience);
        token = chat.get_session_data().session().value().key;
    }
    Chat chat(simulator.nexus_config(true), with(second.keeper()));
    CHECK(chat.restore(token, webchat::use_future).get());
    CHECK(next(chat, EventKind::restored).asynchronous() == true);
    chat.send_message("still here");
    said(chat, "still here");
    CHECK(second.get().has_value());
}

TEST(a_keeper_that_throws_fails_no_chat) {
    webchat::SessionKeeper keeper;
    keeper.store_session = [](const std::string&) { throw std::runtime_error("no room"); };
    keeper.load_session = []() -> std::optional<std::string> { throw 7; };
    Chat chat(simulator.nexus_config(true), with(keeper));
    chat.start_chat({"Mia"}, patience);
    chat.send_message("all is well");
    said(chat, "all is well");
    simulator.post("/chats/latest/expire", R"({"what": "client"})");
    next(chat, EventKind::ended); // nobody wants to forget it
    webchat::SessionKeeper half;
    half.load_session = [] { return std::nullopt; };
    thrown<webchat::InvalidArgumentError>([&] { Chat(simulator.nexus_config(true), with(half)); });
}

TEST(images_go_both_ways) {
    Chat chat(simulator.nexus_config(false));
    CHECK(chat.capability("fileUpload") && !chat.capability("fileDownload") && !chat.capability("history"));
    thrown<webchat::NotFoundError>([&] { chat.capability("flying"); });
    thrown<webchat::InvalidConfigurationError>([&] { Chat().capability("history"); });
    chat.start_chat({"Mia"}, patience);
    next(chat, EventKind::agent_connected);
    const std::string image("\x89PNG\r\n\x1a\n\0 mine", 13);
    CHECK(chat.send_file_bytes("mine.png", image));
    const Message own = with_content(chat);
    CHECK(own.from_type == "Client" && own.content.size() == 1);
    CHECK(own.content.at(0).type == "image" && own.content.at(0).mime == "image/png" && !own.content.at(0).url.empty());
    const auto& bytes = own.content.at(0).data.value();
    CHECK(std::string(bytes.begin(), bytes.end()) == image && own.content.at(0).unavailable.empty());

    simulator.post("/faults", R"({"kind": "status", "status": 404, "operation": "fileDownload"})");
    simulator.post("/chats/latest/upload", R"({"name": "agents.png", "text": "agent's"})");
    const Message without = with_content(chat);
    CHECK(without.from_type == "Agent" && !without.content.at(0).data && !without.content.at(0).unavailable.empty());
    simulator.post("/chats/latest/upload", R"({"name": "agents.png", "text": "again"})");
    CHECK_EQUAL(with_content(chat).content.at(0).data.value().size(), 5U);
    std::size_t images = 0;
    for (const auto& message : chat.get_transcript().messages()) images += message.content.size();
    CHECK_EQUAL(images, 3U);
    thrown<webchat::UnsupportedError>([&] { chat.fetch_history(); });
    thrown<webchat::AccessDeniedError>([&] { Chat(simulator.nexus_config(false)).restore(); });
}
