// Events as structs, and the enumerations of what is in them.
#include "check.hpp"

#include <future>
#include <string>
#include <type_traits>
#include <variant>

using webchat::AnyEvent;
using webchat::Chat;
using webchat::Event;
using webchat::EventKind;
using webchat::MessageType;
using webchat::ParticipantType;

static_assert(sizeof(webchat::AgentConnected) == sizeof(void*), "nothing is read before it is asked for");
static_assert(std::is_nothrow_move_constructible_v<AnyEvent> && !std::is_copy_constructible_v<AnyEvent>);
static_assert(webchat::message_type("ParticipantJoined") == MessageType::participant_joined);
static_assert(webchat::message_type("Dance") == MessageType::unknown && webchat::message_type("") == MessageType::unknown);
static_assert(webchat::participant_type("Supervisor") == ParticipantType::supervisor);
static_assert(webchat::name(MessageType::push_url) == "PushUrl" && webchat::name(ParticipantType::unknown).empty());
static_assert(webchat::name(static_cast<MessageType>(99)).empty());

namespace {

// Checks each alternative against the library's own table.
template <std::size_t... At>
void check_alternatives(std::index_sequence<At...>) {
    const auto check = [](auto kind, std::size_t at) {
        CHECK_EQUAL(static_cast<std::size_t>(kind), at);
        CHECK(*webchat::name(kind) != '\0');
    };
    (check(std::variant_alternative_t<At + 1, AnyEvent>::kind(), At + 1), ...);
}

} // namespace

TEST(every_event_has_a_struct) {
    constexpr std::size_t count = std::variant_size_v<AnyEvent> - 1;
    check_alternatives(std::make_index_sequence<count>{});
    CHECK(*webchat_event_kind_name(count + 1) == '\0');
    // What the header does not know is an alternative as well.
    CHECK(std::holds_alternative<webchat::UnknownEvent>(webchat::typed(Event(nullptr))));
}

TEST(listeners_take_structs) {
    std::promise<void> over;
    std::vector<std::string> seen, some;
    std::string agent, customer, session, echo;
    std::size_t agents = 0;
    Chat chat;
    auto all = chat.on<AnyEvent>([&](const AnyEvent& event) {
        seen.push_back(std::visit([](const auto& known) { return std::string(known.name()); }, event));
    });
    auto two = chat.on<webchat::Started, webchat::Ended>([&](const auto& event) { some.emplace_back(event.name()); });
    auto starting = chat.on<webchat::Started>([&](const webchat::Started& event) { session = event.session().key; });
    auto coming = chat.on<webchat::ClientConnected>([&](const auto& event) { customer = event.participant().name; });
    auto joining = chat.on<webchat::AgentConnected>([&](const auto& event) {
        agent = event.participant().name;
        agents = event.agents_connected();
        CHECK(event.kind() == EventKind::agent_connected && event.participant().is_agent());
        CHECK(event.agents().at(0).name == agent && event.message()->kind() == MessageType::participant_joined);
        CHECK(event.time() > webchat::Time{} && contains(event.data_json(), "numAgentsConnected"));
        chat.send_message("Grüße", webchat::detached);
    });
    auto showing = chat.on<webchat::MessageReceived>([&](const auto& event) {
        CHECK(!event.restoring() && !event.old_messages() && event.session().key == session);
        CHECK(event.message_count() == event.messages().size() && contains(event.message_json(0), "\"type\""));
        for (const auto& message : event.messages()) {
            if (message.kind() != MessageType::message || message.from_kind() != ParticipantType::agent) continue;
            if (message.text != "Grüße") continue;
            CHECK_EQUAL(message.sender().name, agent);
            echo = message.text;
            chat.end_chat(webchat::detached);
        }
    });
    auto leaving = chat.on<webchat::AgentDisconnected>([&](const auto& event) {
        // Published by endChat itself: without a notice.
        CHECK(!event.message() && event.participant().type == "Agent" && event.participant().name.empty());
        CHECK(event.agents_connected() == 0 && event.agents().empty());
    });
    auto ending = chat.on<webchat::Ended>([&](const auto&) { over.set_value(); });
    Exceptions exceptions;
    chat.configure(simulator.config());
    chat.start_chat({"Mia"});
    take(over.get_future());
    for (const auto& text : exceptions.all()) std::cerr << text << '\n';
    CHECK(exceptions.all().empty());
    CHECK(!agent.empty() && agents == 1 && customer == "Mia" && echo == "Grüße" && !session.empty());
    CHECK(seen.size() > 6 && seen.at(0) == "ready" && seen.at(1) == "started");
    CHECK(some == std::vector<std::string>({"started", "ended"}));
    thrown<webchat::InvalidArgumentError>([&] { chat.on<webchat::Ended>(std::function<void(const webchat::Ended&)>()).detach(); });
}

TEST(exceptions_of_listeners_of_structs_go_to_the_hook) {
    Exceptions exceptions;
    Chat chat;
    auto throwing = chat.on<webchat::Ready>([](const auto& event) { throw std::runtime_error(event.name()); });
    chat.configure(simulator.config());
    catch_up(chat);
    CHECK(exceptions.all() == std::vector<std::string>{"ready"});
}

TEST(structs_outlive_their_callback) {
    std::promise<AnyEvent> kept;
    Chat chat;
    auto keeping = chat.on<webchat::Started>([&](const auto& event) { kept.set_value(event.clone()); });
    auto other = chat.on<AnyEvent>([&](const auto& event) { static_cast<void>(webchat::clone(event)); });
    chat.configure(simulator.config());
    chat.start_chat({"Mia"});
    const AnyEvent event = take(kept.get_future());
    const auto* started = std::get_if<webchat::Started>(&event);
    CHECK(started != nullptr && !started->session().key.empty() && contains(started->json(), R"("event":"started")"));
    CHECK(contains(started->event().payload_json(), "alias"));

    auto moved = started->clone();
    auto other_one = std::move(moved);
    CHECK(*moved.name() == '\0' && std::string(other_one.name()) == "started");
    thrown<webchat::InvalidHandleError>([&] { moved.session(); });
}

TEST(events_that_are_asked_for_become_structs) {
    Chat chat(simulator.config());
    chat.start_chat({"Mia"});
    chat.end_chat();
    int begun = 0, others = 0;
    bool over = false;
    while (!over) {
        auto event = chat.next_event();
        CHECK(event.has_value());
        CHECK(webchat::as<webchat::Started>(*event).has_value() == (event->kind() == EventKind::started));
        CHECK(webchat::as<AnyEvent>(*event)->index() == static_cast<std::size_t>(event->kind()));
        std::visit(webchat::overloaded{
            [&](const webchat::Started&) { ++begun; },
            [&](const webchat::Ended&) { over = true; },
            [&](const auto&) { ++others; },
        }, webchat::typed(std::move(*event)));
    }
    CHECK(begun == 1 && others >= 2);
}
