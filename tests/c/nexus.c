/*
 * An asynchronous chat over Nexus: images both ways, a session kept by the application, restored by another service, read back to its
 * beginning, and lost. Argument: the URL of a simulator whose agent echoes, and sends an image when asked for a picture.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stddef.h>

enum { MANY = 30, MOST = 256 };

/* What the agent sends for a picture, and what the customer sends. */
static const char agents_image[] = "\x89PNG\r\n\x1a\n\0the agent's";
static const char own_image[] = "\x89PNG\r\n\x1a\n\0the customer's";

/* ---- What the chat has shown so far ---- */

typedef struct entry {
    uint64_t index;
    char place[64];
} entry;

static struct seen {
    probe p;
    int agent, ended, restored, own_images, agents_images, echoes, replayed;
    entry entries[MOST]; /* in order of arrival, since the last reset */
    size_t count, old;
    char own_id[64];
} seen;

static void reset(void) {
    pthread_mutex_lock(&seen.p.lock);
    memset(&seen.agent, 0, sizeof seen - offsetof(struct seen, agent));
    pthread_mutex_unlock(&seen.p.lock);
}

/* The image of a message, with all that is told of it. */
static void look_at_image(const webchat_event *event, size_t position, const webchat_message *message) {
    webchat_content content;
    const int own = strcmp(message->from_type.data, "Client") == 0;
    const char *bytes = own ? own_image : agents_image;
    const size_t length = (own ? sizeof own_image : sizeof agents_image) - 1;
    CHECK(message->content_count == 1);
    CHECK_STATUS(webchat_payload_content(webchat_event_payload(event), position, 0, &content, sizeof content), WEBCHAT_OK);
    CHECK(text_is(content.type, "image") && text_is(content.mime, "image/png") && content.url.len > 0);
    CHECK(content.unavailable.len == 0 && content.data_len == length && memcmp(content.data, bytes, length) == 0);
    CHECK_STATUS(webchat_payload_content(webchat_event_payload(event), position, 1, &content, sizeof content), WEBCHAT_ERR_NOT_FOUND);
    seen.own_images += own;
    seen.agents_images += !own;
}

static void look_at_message(const webchat_event *event, size_t position, const webchat_message *message) {
    entry *next = &seen.entries[seen.count];
    webchat_content content;
    CHECK(seen.count < MOST && message->index_text.len > 0 && message->index_text.len < sizeof next->place);
    next->index = message->index;
    snprintf(next->place, sizeof next->place, "%s", message->index_text.data);
    for (size_t i = 0; i < seen.count; i++) {
        CHECK(seen.entries[i].index != next->index && strcmp(seen.entries[i].place, next->place) != 0);
    }
    seen.count++;
    seen.replayed += message->restoring;
    if (strcmp(message->from_type.data, "Client") == 0) snprintf(seen.own_id, sizeof seen.own_id, "%s", message->from_id.data);
    if (message->content_count > 0) {
        look_at_image(event, position, message);
    } else {
        CHECK_STATUS(webchat_payload_content(webchat_event_payload(event), position, 0, &content, sizeof content), WEBCHAT_ERR_NOT_FOUND);
    }
    seen.echoes += strcmp(message->from_type.data, "Agent") == 0 && strncmp(message->text.data, "line ", 5) == 0;
}

static void on_event(void *context, const webchat_event *event) {
    const uint32_t kind = webchat_event_kind(event);
    webchat_message message;
    int32_t flag = 7;
    (void)context;
    pthread_mutex_lock(&seen.p.lock);
    seen.agent += kind == WEBCHAT_EVENT_AGENT_CONNECTED;
    seen.ended += kind == WEBCHAT_EVENT_ENDED;
    if (kind == WEBCHAT_EVENT_RESTORED) {
        CHECK_STATUS(webchat_payload_asynchronous(webchat_event_payload(event), &flag), WEBCHAT_OK);
        CHECK(flag == 1);
        seen.restored++;
    } else {
        CHECK_STATUS(webchat_payload_asynchronous(webchat_event_payload(event), &flag), WEBCHAT_ERR_NOT_FOUND);
        CHECK(flag == 0);
    }
    if (kind == WEBCHAT_EVENT_MESSAGE_RECEIVED) {
        for (size_t i = 0; webchat_payload_message(webchat_event_payload(event), i, &message, sizeof message) == WEBCHAT_OK; i++) {
            look_at_message(event, i, &message);
            CHECK_STATUS(webchat_payload_old_messages(webchat_event_payload(event), &flag), WEBCHAT_OK);
            seen.old += flag == 1;
        }
    }
    pthread_mutex_unlock(&seen.p.lock);
    probe_called(&seen.p);
}

static void wait_until(int (*condition)(void)) {
    for (;;) {
        pthread_mutex_lock(&seen.p.lock);
        int calls = seen.p.calls, holds = condition();
        pthread_mutex_unlock(&seen.p.lock);
        if (holds) return;
        WAIT_CALLS(&seen.p, calls + 1);
    }
}

static int agent_is_there(void) { return seen.agent > 0; }
static int own_image_came(void) { return seen.own_images > 0; }
static int agents_image_came(void) { return seen.agents_images > 0; }
static int all_echoed(void) { return seen.echoes == MANY; }
static int is_restored(void) { return seen.restored > 0 && seen.count > 0; }

/* ---- The keeper, which outlives the services ---- */

static struct {
    char session[1024];
    char lost[8192];
    int stored, loaded, forgotten;
} kept;

static void store_session(void *context, const char *session, webchat_reply *reply) {
    (void)reply;
    CHECK(strlen(session) < sizeof kept.session);
    strcpy(kept.session, session);
    kept.stored++;
    probe_called(context);
}

static void load_session(void *context, webchat_reply *reply) {
    kept.loaded++;
    if (kept.session[0] != '\0') CHECK_STATUS(webchat_reply_set(reply, kept.session), WEBCHAT_OK);
    probe_called(context);
}

static void forget_session(void *context, const char *lost, webchat_reply *reply) {
    probe *p = context;
    pthread_mutex_lock(&p->lock);
    CHECK(strlen(lost) < sizeof kept.lost);
    strcpy(kept.lost, lost);
    kept.session[0] = '\0';
    kept.forgotten++;
    pthread_mutex_unlock(&p->lock);
    /* A keeper that fails disturbs nothing. */
    CHECK_STATUS(webchat_reply_fail(reply, "on purpose"), WEBCHAT_OK);
    probe_called(context);
}

static webchat_service *kept_service(const char *config, probe *p) {
    webchat_service *service;
    int32_t has;
    webchat_session_keeper keeper = {sizeof keeper, store_session, load_session, forget_session, p, probe_destroyed};
    webchat_service_options options = {.size = sizeof options, .keeper = &keeper};
    probe_init(p);
    CHECK_STATUS(webchat_service_new_with(&options, &service, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(service, NULL, on_event, NULL, NULL, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_capability(service, "history", &has), WEBCHAT_ERR_INVALID_CONFIGURATION);
    CHECK_STATUS(webchat_call(service, "configure", config, 0, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_capability(service, "history", &has), WEBCHAT_OK);
    CHECK(has == 1);
    CHECK_STATUS(webchat_capability(service, "fileDownload", &has), WEBCHAT_OK);
    CHECK(has == 0);
    return service;
}

/* ---- The chat ---- */

/* Gives a command, waits, and checks its status; `outcome` is the test's own then. */
static webchat_outcome *outcome;
#define RUN(expected, function, ...)                                                \
    do {                                                                            \
        probe p_;                                                                   \
        webchat_str why_;                                                           \
        probe_init(&p_);                                                            \
        webchat_completion done_ = completion_of(&p_);                              \
        webchat_outcome_free(outcome);                                              \
        CHECK_STATUS(function(__VA_ARGS__, &done_, NULL), WEBCHAT_OK);              \
        CHECK_ENDED(&p_, 1);                                                        \
        outcome = p_.outcome;                                                       \
        CHECK_STATUS(webchat_outcome_reason(outcome, &why_), WEBCHAT_OK);           \
        if (p_.status != (expected)) fprintf(stderr, "%s\n", why_.data);            \
        CHECK_STATUS(p_.status, expected);                                          \
    } while (0)

static void transcript_has_images(webchat_service *service) {
    webchat_content content;
    webchat_message message;
    size_t images = 0;
    RUN(WEBCHAT_OK, webchat_get_transcript, service);
    for (size_t i = 0; webchat_payload_message(webchat_outcome_payload(outcome), i, &message, sizeof message) == WEBCHAT_OK; i++) {
        if (message.content_count == 0) continue;
        CHECK_STATUS(webchat_payload_content(webchat_outcome_payload(outcome), i, 0, &content, sizeof content), WEBCHAT_OK);
        CHECK(content.data_len > 8 && memcmp(content.data, own_image, 8) == 0);
        images++;
    }
    CHECK(images == 2);
    CHECK_STATUS(webchat_payload_content(webchat_outcome_payload(outcome), MOST, 0, &content, sizeof content), WEBCHAT_ERR_NOT_FOUND);
    /* A program compiled before the structure grew. */
    memset(&message, 7, sizeof message);
    CHECK_STATUS(webchat_payload_message(webchat_outcome_payload(outcome), 0, &message, offsetof(webchat_message, index_text)), WEBCHAT_OK);
    CHECK(message.index > 0 && message.index_text.len != 0 && message.content_count != 0);
}

/* Holds the chat, and returns how many messages it has shown. `token` gets the session's token. */
static size_t hold(webchat_service *service, char *token, size_t size) {
    webchat_chat_form form = {.size = sizeof form, .nickname = "Ann", .other_json = "{\"membership\": \"gold\"}"};
    webchat_session session;
    char line[16], own[128];
    RUN(WEBCHAT_ERR_NO_SESSION, webchat_restore, service, NULL);
    CHECK(kept.loaded > 0);
    RUN(WEBCHAT_OK, webchat_start_chat, service, &form);
    RUN(WEBCHAT_ERR_SESSION_ACTIVE, webchat_restore, service, NULL);
    RUN(WEBCHAT_OK, webchat_get_session_data, service);
    CHECK_STATUS(webchat_payload_session(webchat_outcome_payload(outcome), &session, sizeof session), WEBCHAT_OK);
    CHECK(session.session_id.len > 0 && session.key.len > 0 && session.key.len < size);
    CHECK(strstr(session.json.data, "\"transportId\":\"") != NULL && strstr(session.json.data, session.key.data) != NULL);
    strcpy(token, session.key.data);

    wait_until(agent_is_there);
    RUN(WEBCHAT_OK, webchat_send_file_bytes, service, "own.png", (const uint8_t *)own_image, sizeof own_image - 1, NULL);
    wait_until(own_image_came);
    RUN(WEBCHAT_OK, webchat_get_session_data, service);
    CHECK_STATUS(webchat_payload_session(webchat_outcome_payload(outcome), &session, sizeof session), WEBCHAT_OK);
    snprintf(own, sizeof own, "\"participantId\":\"%s\"", seen.own_id);
    CHECK(strstr(session.json.data, own) != NULL);
    RUN(WEBCHAT_ERR_UNSUPPORTED, webchat_download_file, service, "1");
    RUN(WEBCHAT_OK, webchat_send_message, service, "a picture, please");
    wait_until(agents_image_came);
    for (int i = 0; i < MANY; i++) {
        snprintf(line, sizeof line, "line %d", i);
        RUN(WEBCHAT_OK, webchat_send_message, service, line);
    }
    wait_until(all_echoed);
    transcript_has_images(service);
    return seen.count;
}

/* Reads older messages until there are none. */
static void read_back(webchat_service *service, size_t all) {
    int pages = 0;
    webchat_str why;
    CHECK(seen.count < all && seen.old == 0 && (size_t)seen.replayed == seen.count);
    for (;;) {
        probe p;
        probe_init(&p);
        webchat_completion completion = completion_of(&p);
        CHECK_STATUS(webchat_fetch_history(service, &completion, NULL), WEBCHAT_OK);
        CHECK_ENDED(&p, 1);
        webchat_outcome_free(outcome);
        outcome = p.outcome;
        if (p.status != WEBCHAT_OK) break;
        CHECK(++pages < 20);
    }
    CHECK_STATUS(webchat_outcome_status(outcome), WEBCHAT_ERR_NOT_FOUND);
    CHECK_STATUS(webchat_outcome_reason(outcome, &why), WEBCHAT_OK);
    CHECK(text_is(why, "No more messages to fetch"));
    CHECK(pages > 1 && seen.count == all && seen.old == all - (size_t)seen.replayed);
}

int main(int argc, char **argv) {
    char config[1024], token[1024];
    probe first, second;
    CHECK(argc == 2);
    snprintf(config, sizeof config,
             "{\"transport\": {\"type\": \"pureengage-v3-rest\", \"dataURL\": \"%s\", \"endpoint\": \"test\","
             " \"headers\": {\"x-api-key\": \"test\"}, \"pollTimeout\": 100, \"maxMessagePageSize\": 16,"
             " \"async\": {\"enabled\": true}}, \"ajaxTimeout\": 20000}", argv[1]);
    probe_init(&seen.p);
    webchat_service *service = kept_service(config, &first);
    size_t all = hold(service, token, sizeof token);

    /* Gone without an end: what the keeper has brings the chat back. */
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    probe_wait(&first, &first.destroyed, 1, __FILE__, __LINE__);
    CHECK(kept.stored > 0 && strstr(kept.session, "\"messageIndex\"") != NULL && strstr(kept.session, token) != NULL);
    reset();
    service = kept_service(config, &second);
    wait_until(is_restored);
    read_back(service, all);

    /* A session that the server does not know is lost, one that ended is no more than that. */
    RUN(WEBCHAT_OK, webchat_end_chat, service);
    CHECK(kept.forgotten == 0);
    RUN(WEBCHAT_ERR_NOT_FOUND, webchat_restore, service, token);
    probe_wait(&second, &kept.forgotten, 1, __FILE__, __LINE__);
    CHECK(strstr(kept.lost, "\"sessionData\"") != NULL && strstr(kept.lost, "\"response\"") != NULL);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    probe_wait(&second, &second.destroyed, 1, __FILE__, __LINE__);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    puts("nexus: passed");
    return 0;
}
