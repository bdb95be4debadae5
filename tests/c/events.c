/* A chat against a simulator (its chat URL is the first argument, a directory the second), its events taken in each of the three ways, and in all of them at once. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <poll.h>

/* The names of events in the order in which they came. */
struct names {
    probe p;
    int count;
    char list[64][32];
};

static void note(struct names *names, const webchat_event *event) {
    CHECK(names->count < 64);
    snprintf(names->list[names->count++], sizeof names->list[0], "%s", webchat_event_name(event));
}

static int has(const struct names *names, const char *name) {
    for (int i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0) return 1;
    return 0;
}

/* These have come, in this order, with others between. */
static void check_chat(const struct names *names) {
    static const char *const expected[] = {"ready", "started", "pollingStarted", "clientConnected", "agentConnected",
                                           "messageReceived", "ended", "pollingStopped"};
    enum { COUNT = sizeof expected / sizeof *expected };
    int next = 0;
    for (int i = 0; i < names->count && next < COUNT; i++)
        if (strcmp(names->list[i], expected[next]) == 0) next++;
    if (next < COUNT) {
        for (int i = 0; i < names->count; i++) fprintf(stderr, "    %s\n", names->list[i]);
        fprintf(stderr, "%s did not come in its place\n", expected[next]);
        exit(1);
    }
}

/* What the customer does: says good-bye when the agent has come, which ends the chat. */
static void react(webchat_service *service, const webchat_event *event) {
    switch (webchat_event_kind(event)) {
    case WEBCHAT_EVENT_AGENT_CONNECTED:
        CHECK_STATUS(webchat_send_message(service, "bye", NULL, NULL), WEBCHAT_OK);
        break;
    case WEBCHAT_EVENT_POLLING_STOPPED:
        CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
        break;
    default:
        break;
    }
}

static void start(webchat_service *service) {
    webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
    CHECK_STATUS(webchat_start_chat(service, &form, NULL, NULL), WEBCHAT_OK);
}

/* A callback that knows its service. */
struct listener {
    struct names names;
    webchat_service *service;
};

static void on_event(void *context, const webchat_event *event) {
    struct listener *listener = context;
    note(&listener->names, event);
    react(listener->service, event);
    probe_called(&listener->names.p);
}

static void on_event_only(void *context, const webchat_event *event) {
    struct listener *listener = context;
    note(&listener->names, event);
    probe_called(&listener->names.p);
}

static void listener_destroyed(void *context) {
    probe_destroyed(&((struct listener *)context)->names.p);
}

static void by_callback(const char *url) {
    struct listener all, messages;
    memset(&all, 0, sizeof all);
    memset(&messages, 0, sizeof messages);
    probe_init(&all.names.p);
    probe_init(&messages.names.p);
    /* Made without a configuration: nothing can happen before the subscriptions are there. */
    CHECK_STATUS(webchat_service_new(NULL, &all.service), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(all.service, NULL, on_event, &all, listener_destroyed, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(all.service, "messageReceived", on_event_only, &messages, listener_destroyed, NULL),
                 WEBCHAT_OK);
    CHECK_STATUS(webchat_configure(all.service, config_for(url), NULL, NULL), WEBCHAT_OK);
    start(all.service);
    probe_wait(&all.names.p, &all.names.p.destroyed, 1, __FILE__, __LINE__);
    probe_wait(&messages.names.p, &messages.names.p.destroyed, 1, __FILE__, __LINE__);
    check_chat(&all.names);
    int received = 0;
    for (int i = 0; i < all.names.count; i++) received += strcmp(all.names.list[i], "messageReceived") == 0;
    CHECK(messages.names.count == received);
    CHECK(!has(&messages.names, "started"));
    CHECK_STATUS(webchat_service_destroy(all.service), WEBCHAT_OK);
}

/* What events say, read by the typed getters. */
static void read_event(const webchat_event *event) {
    uint64_t time;
    size_t messages, agents;
    webchat_str json;
    webchat_session session;
    webchat_message message;
    webchat_agent agent;
    CHECK_STATUS(webchat_event_time(event, &time), WEBCHAT_OK);
    CHECK(time > 1500000000000u);
    CHECK_STATUS(webchat_event_json(event, &json), WEBCHAT_OK);
    CHECK(strstr(json.data, webchat_event_name(event)) != NULL && strlen(json.data) == json.len);
    CHECK_STATUS(webchat_payload_json(webchat_event_payload(event), &json), WEBCHAT_OK);
    CHECK(strcmp(webchat_event_kind_name(webchat_event_kind(event)), webchat_event_name(event)) == 0);
    CHECK_STATUS(webchat_payload_message_count(webchat_event_payload(event), &messages), WEBCHAT_OK);
    switch (webchat_event_kind(event)) {
    case WEBCHAT_EVENT_STARTED:
        CHECK_STATUS(webchat_payload_session(webchat_event_payload(event), &session, sizeof session), WEBCHAT_OK);
        CHECK(session.session_id.len > 0 && session.key.len > 0);
        break;
    case WEBCHAT_EVENT_MESSAGE_RECEIVED:
        CHECK(messages > 0);
        for (size_t i = 0; i < messages; i++) {
            CHECK_STATUS(webchat_payload_message(webchat_event_payload(event), i, &message, sizeof message), WEBCHAT_OK);
            CHECK(message.index > 0 && message.type.len > 0 && message.from_type.len > 0);
            CHECK(message.restoring == 0);
            CHECK_STATUS(webchat_payload_message_json(webchat_event_payload(event), i, &json), WEBCHAT_OK);
            CHECK(json.data[0] == '{');
            CHECK_STATUS(webchat_payload_message_original(webchat_event_payload(event), i, &json), WEBCHAT_OK);
            CHECK(strstr(json.data, "utcTime") != NULL);
        }
        CHECK_STATUS(webchat_payload_message(webchat_event_payload(event), messages, &message, sizeof message), WEBCHAT_ERR_NOT_FOUND);
        break;
    case WEBCHAT_EVENT_AGENT_CONNECTED:
        CHECK(messages == 1);
        CHECK_STATUS(webchat_payload_message(webchat_event_payload(event), 0, &message, sizeof message), WEBCHAT_OK);
        CHECK(text_is(message.type, "ParticipantJoined") && text_is(message.from_name, "Sam"));
        CHECK_STATUS(webchat_payload_agents_connected(webchat_event_payload(event), &agents), WEBCHAT_OK);
        CHECK(agents == 1);
        CHECK_STATUS(webchat_payload_agent(webchat_event_payload(event), 0, &agent, sizeof agent), WEBCHAT_OK);
        CHECK(text_is(agent.name, "Sam") && agent.connected == 1 && agent.supervisor == 0);
        CHECK_STATUS(webchat_payload_agent(webchat_event_payload(event), 1, &agent, sizeof agent), WEBCHAT_ERR_NOT_FOUND);
        break;
    case WEBCHAT_EVENT_READY:
        CHECK(text_is(json, "{}"));
        CHECK_STATUS(webchat_payload_agents_connected(webchat_event_payload(event), &agents), WEBCHAT_ERR_NOT_FOUND);
        CHECK_STATUS(webchat_payload_session(webchat_event_payload(event), &session, sizeof session), WEBCHAT_ERR_NOT_FOUND);
        break;
    default:
        break;
    }
}

static void by_asking(const char *url) {
    struct names names;
    webchat_service *service;
    webchat_event *event, *kept;
    webchat_status status;
    memset(&names, 0, sizeof names);
    CHECK_STATUS(webchat_service_new(config_for(url), &service), WEBCHAT_OK);
    start(service);
    while ((status = webchat_next_event(service, 60000, &event)) == WEBCHAT_OK) {
        CHECK_STATUS(webchat_event_clone(event, &kept), WEBCHAT_OK);
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
        note(&names, kept);
        read_event(kept);
        react(service, kept);
        CHECK_STATUS(webchat_event_free(kept), WEBCHAT_OK);
    }
    CHECK_STATUS(status, WEBCHAT_END_OF_EVENTS);
    check_chat(&names);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

/* An event loop around the descriptor, with a callback beside it: both see the same. */
static void by_descriptor(const char *url) {
    struct names names;
    struct listener beside;
    struct pollfd wanted;
    webchat_event *event;
    webchat_status status = WEBCHAT_OK;
    int again;
    memset(&names, 0, sizeof names);
    memset(&beside, 0, sizeof beside);
    probe_init(&beside.names.p);
    CHECK_STATUS(webchat_service_new(NULL, &beside.service), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_fd(beside.service, &wanted.fd), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_fd(beside.service, &again), WEBCHAT_OK);
    CHECK(wanted.fd == again);
    CHECK_STATUS(webchat_subscribe(beside.service, NULL, on_event_only, &beside, listener_destroyed, NULL), WEBCHAT_OK);
    wanted.events = POLLIN;
    CHECK(poll(&wanted, 1, 0) == 0);
    CHECK_STATUS(webchat_next_event(beside.service, 0, &event), WEBCHAT_ERR_TIMEOUT);
    CHECK_STATUS(webchat_configure(beside.service, config_for(url), NULL, NULL), WEBCHAT_OK);
    start(beside.service);
    while (status != WEBCHAT_END_OF_EVENTS) {
        CHECK(poll(&wanted, 1, 60000) == 1);
        while ((status = webchat_next_event(beside.service, 0, &event)) == WEBCHAT_OK) {
            note(&names, event);
            react(beside.service, event);
            CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
        }
    }
    CHECK(poll(&wanted, 1, 0) == 1);
    check_chat(&names);
    probe_wait(&beside.names.p, &beside.names.p.destroyed, 1, __FILE__, __LINE__);
    CHECK(names.count == beside.names.count);
    for (int i = 0; i < names.count; i++) CHECK(strcmp(names.list[i], beside.names.list[i]) == 0);
    CHECK_STATUS(webchat_service_destroy(beside.service), WEBCHAT_OK);
}

/* A subscription that knows its own handle. */
struct self_aware {
    struct names names;
    webchat_subscription *handle;
};

static void on_event_with_handle(void *context, const webchat_event *event) {
    struct self_aware *listener = context;
    CHECK(listener->handle != NULL);
    note(&listener->names, event);
    probe_called(&listener->names.p);
}

static void on_event_once(void *context, const webchat_event *event) {
    struct self_aware *listener = context;
    note(&listener->names, event);
    CHECK_STATUS(webchat_unsubscribe(listener->handle), WEBCHAT_OK);
    probe_called(&listener->names.p);
}

static void self_aware_destroyed(void *context) { probe_destroyed(&((struct self_aware *)context)->names.p); }

static void until(webchat_service *service, uint32_t kind) {
    webchat_event *event;
    uint32_t found;
    do {
        CHECK_STATUS(webchat_next_event(service, 60000, &event), WEBCHAT_OK);
        found = webchat_event_kind(event);
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    } while (found != kind);
}

/* Whoever listens before the first command gets what a stored session has brought, however late, and can end in the first call. */
static void after_a_restoration(const char *url, const char *directory) {
    static char config[1024];
    struct self_aware all, messages, once;
    webchat_service *service;
    webchat_event *event;
    snprintf(config, sizeof config, "{\"dataURL\": \"%s\", \"pollRateMin\": 250, "
             "\"sessionStore\": {\"type\": \"file\", \"path\": \"%s/session\"}}", url, directory);
    CHECK_STATUS(webchat_service_new(config, &service), WEBCHAT_OK);
    start(service);
    until(service, WEBCHAT_EVENT_MESSAGE_RECEIVED);
    CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
    while (webchat_next_event(service, 60000, &event) == WEBCHAT_OK) CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);

    CHECK_STATUS(webchat_service_new(config, &service), WEBCHAT_OK);
    until(service, WEBCHAT_EVENT_MESSAGE_RECEIVED);
    for (struct self_aware *each[] = {&all, &messages, &once}, **it = each; it < each + 3; it++) {
        memset(*it, 0, sizeof **it);
        probe_init(&(*it)->names.p);
    }
    CHECK_STATUS(webchat_subscribe(service, NULL, on_event_with_handle, &all, self_aware_destroyed, &all.handle), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(service, "messageReceived", on_event_with_handle, &messages, self_aware_destroyed,
                                   &messages.handle), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(service, NULL, on_event_once, &once, self_aware_destroyed, &once.handle), WEBCHAT_OK);
    probe_wait(&messages.names.p, &messages.names.p.calls, 1, __FILE__, __LINE__);
    probe_wait(&once.names.p, &once.names.p.destroyed, 1, __FILE__, __LINE__);
    CHECK(strcmp(all.names.list[0], "ready") == 0 && strcmp(all.names.list[1], "restored") == 0);
    CHECK(has(&all.names, "clientConnected") && has(&all.names, "messageReceived"));
    CHECK(once.names.count == 1 && strcmp(once.names.list[0], "ready") == 0);
    CHECK_STATUS(webchat_end_chat(service, NULL, NULL), WEBCHAT_OK);
    until(service, WEBCHAT_EVENT_ENDED);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    probe_wait(&all.names.p, &all.names.p.destroyed, 1, __FILE__, __LINE__);
    probe_wait(&messages.names.p, &messages.names.p.destroyed, 1, __FILE__, __LINE__);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    after_a_restoration(argv[1], argv[2]);
    by_callback(argv[1]);
    by_asking(argv[1]);
    by_descriptor(argv[1]);
    puts("events: passed");
    return 0;
}
