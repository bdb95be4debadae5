/* Every command by its typed function, in chats with the simulator's demonstration agent. Arguments: its chat URL, and a directory. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <errno.h>

/* Gives a command, waits, and checks its status; `outcome` is the test's own then. */
static webchat_outcome *outcome;
#define RUN(expected, function, ...)                                                          \
    do {                                                                                      \
        probe p_;                                                                             \
        uint64_t request_, told_;                                                             \
        probe_init(&p_);                                                                      \
        webchat_completion done_ = completion_of(&p_);                                        \
        webchat_outcome_free(outcome);                                                        \
        CHECK_STATUS(function(__VA_ARGS__, &done_, &request_), WEBCHAT_OK);                   \
        CHECK_ENDED(&p_, 1);                                                                  \
        outcome = p_.outcome;                                                                 \
        if (p_.status != (expected)) fprintf(stderr, "%s\n", reason());                       \
        CHECK_STATUS(p_.status, expected);                                                    \
        CHECK_STATUS(webchat_outcome_request(outcome, &told_), WEBCHAT_OK);                   \
        CHECK(told_ == request_);                                                             \
    } while (0)

static const char *reason(void) {
    webchat_str text;
    CHECK_STATUS(webchat_outcome_reason(outcome, &text), WEBCHAT_OK);
    return text.data;
}

static const char *json(void) {
    webchat_str text;
    CHECK_STATUS(webchat_payload_json(webchat_outcome_payload(outcome), &text), WEBCHAT_OK);
    return text.data;
}

/* What the chat has shown so far. */
static struct seen {
    probe p;
    int agent;
    int ended;
    int restored;
    int greeting; /* with the preprocessor's mark */
    char invoice[64];
    char own_file[64];
} seen;

static void on_event(void *context, const webchat_event *event) {
    webchat_message message;
    webchat_str text;
    (void)context;
    pthread_mutex_lock(&seen.p.lock);
    for (size_t i = 0; webchat_payload_message(webchat_event_payload(event), i, &message, sizeof message) == WEBCHAT_OK; i++) {
        char *id = strcmp(message.from_type.data, "Client") == 0 ? seen.own_file : seen.invoice;
        if (message.file_id.len > 0) snprintf(id, sizeof seen.invoice, "%s", message.file_id.data);
        CHECK_STATUS(webchat_payload_message_json(webchat_event_payload(event), i, &text), WEBCHAT_OK);
        if (strstr(text.data, "\"marked\":true") != NULL && strstr(text.data, "Hello Ann") != NULL) seen.greeting++;
    }
    seen.agent += webchat_event_kind(event) == WEBCHAT_EVENT_AGENT_CONNECTED;
    seen.ended += webchat_event_kind(event) == WEBCHAT_EVENT_ENDED;
    seen.restored += webchat_event_kind(event) == WEBCHAT_EVENT_RESTORED;
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
static int greeted(void) { return seen.greeting > 0; }
static int has_invoice(void) { return seen.invoice[0] != '\0'; }
static int has_own_file(void) { return seen.own_file[0] != '\0'; }
static int is_restored(void) { return seen.restored > 0; }
static int is_over(void) { return seen.ended > 0; }

/* A session store in memory; it outlives the services. */
static struct {
    char text[4096];
    int loads, saves;
} kept;

static void load(void *context, webchat_reply *reply) {
    (void)context;
    kept.loads++;
    if (kept.text[0] != '\0') CHECK_STATUS(webchat_reply_set(reply, kept.text), WEBCHAT_OK);
}

static void save(void *context, const char *text, webchat_reply *reply) {
    (void)context;
    kept.saves++;
    if (text != NULL && strlen(text) >= sizeof kept.text) {
        CHECK_STATUS(webchat_reply_fail(reply, "too long"), WEBCHAT_OK);
        return;
    }
    strcpy(kept.text, text == NULL ? "" : text);
}

/* The contexts of what is registered; they are in use until the service is closed. */
static probe typing, second_typing, hook;
static webchat_reply *stale;

static void typing_input(void *context, webchat_reply *reply) {
    CHECK_STATUS(webchat_reply_set(reply, "half a sen"), WEBCHAT_OK);
    stale = reply;
    probe_called(context);
}

static void preprocess(void *context, const char *message, webchat_reply *reply) {
    char changed[8192];
    size_t length = strlen(message);
    CHECK(length > 1 && message[0] == '{' && message[length - 1] == '}' && length + 32 < sizeof changed);
    memcpy(changed, message, length - 1);
    strcpy(changed + length - 1, ",\"marked\":true}");
    CHECK_STATUS(webchat_reply_set(reply, changed), WEBCHAT_OK);
    (void)context;
}

static webchat_service *stored_service(const char *url, probe *store_probe) {
    webchat_service *service;
    webchat_store store = {sizeof store, load, save, store_probe, probe_destroyed};
    webchat_service_options options = {.size = sizeof options, .store = &store};
    CHECK_STATUS(webchat_service_new_with(&options, &service, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(service, NULL, on_event, &seen, NULL, NULL), WEBCHAT_OK);
    RUN(WEBCHAT_OK, webchat_configure, service, config_for(url));
    return service;
}

static void before_a_session(webchat_service *service) {
    int32_t active;
    uint32_t delivery;
    static const char *const filters[] = {"/secret/i", "/^hidden$/"}, *const wrong[] = {"/(/"};
    RUN(WEBCHAT_OK, webchat_verify_session, service);
    CHECK_STATUS(webchat_payload_session_active(webchat_outcome_payload(outcome), &active), WEBCHAT_OK);
    CHECK(active == 0);
    RUN(WEBCHAT_ERR_NO_SESSION, webchat_send_message, service, "too early");
    CHECK(strcmp(reason(), "There is no active chat session") == 0);
    CHECK_STATUS(webchat_outcome_delivery(outcome, &delivery), WEBCHAT_OK);
    CHECK(delivery == WEBCHAT_DELIVERY_NOT_SENT);
    RUN(WEBCHAT_OK, webchat_add_prefilter, service, filters, 2);
    CHECK(strstr(json(), "secret") != NULL && strstr(json(), "hidden") != NULL);
    RUN(WEBCHAT_ERR_INVALID_ARGUMENT, webchat_add_prefilter, service, wrong, 1);
    RUN(WEBCHAT_OK, webchat_update_user_data, service, "{\"product\": \"tea\"}");
    CHECK(strstr(json(), "tea") != NULL);
    RUN(WEBCHAT_ERR_ACCESS_DENIED, webchat_poll, service);
    RUN(WEBCHAT_ERR_ACCESS_DENIED, webchat_restore, service, NULL);
    RUN(WEBCHAT_ERR_UNSUPPORTED, webchat_command, service, "noSuchCommand", NULL);
    CHECK(strcmp(reason(), "Command does not exist: 'noSuchCommand'") == 0);
    CHECK(strcmp(json(), "\"Command does not exist\"") == 0);
    CHECK_STATUS(webchat_subscribe(service, "noSuchEvent", on_event, &seen, NULL, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK(strstr(webchat_failure_reason(), "noSuchEvent") != NULL);
    CHECK_STATUS(webchat_capability(service, "noSuchAbility", &active), WEBCHAT_ERR_NOT_FOUND);
    CHECK(strstr(webchat_failure_reason(), "noSuchAbility") != NULL);
}

static void in_the_chat(webchat_service *service) {
    webchat_chat_form form = {.size = sizeof form, .nickname = "Ann", .firstname = "Ann", .lastname = "Lee",
                              .email = "ann@example.com", .subject = "Tea", .user_data_json = "{\"a\": 1}",
                              .other_json = "{\"shoe size\": 7}"};
    webchat_session session;
    uint32_t delivery;
    RUN(WEBCHAT_OK, webchat_register_pre_processor, service, preprocess, &hook, probe_destroyed);
    RUN(WEBCHAT_OK, webchat_register_typing_preview_input, service, typing_input, &typing, probe_destroyed);
    RUN(WEBCHAT_OK, webchat_start_chat, service, &form);
    RUN(WEBCHAT_ERR_SESSION_ACTIVE, webchat_start_chat, service, &form);
    RUN(WEBCHAT_OK, webchat_get_session_data, service);
    CHECK_STATUS(webchat_payload_session(webchat_outcome_payload(outcome), &session, sizeof session), WEBCHAT_OK);
    CHECK(session.session_id.len > 0 && session.key.len > 0 && strstr(session.json.data, "\"userId\":\"") != NULL);
    wait_until(agent_is_there);
    wait_until(greeted);
    RUN(WEBCHAT_OK, webchat_send_message, service, "hello");
    CHECK_STATUS(webchat_outcome_delivery(outcome, &delivery), WEBCHAT_OK);
    CHECK(delivery == WEBCHAT_DELIVERY_SENT);
    RUN(WEBCHAT_OK, webchat_send_message_as, service, "labelled", "text", NULL);
    RUN(WEBCHAT_OK, webchat_send_filtered_message, service, "my secret", "/my secret/");
    RUN(WEBCHAT_OK, webchat_send_typing, service, NULL);
    WAIT_CALLS(&typing, 1);
    RUN(WEBCHAT_OK, webchat_send_typing, service, "more");
    RUN(WEBCHAT_OK, webchat_send_custom_notice, service, "notice");
    RUN(WEBCHAT_OK, webchat_update_user_data, service, "{\"product\": \"coffee\"}");
    RUN(WEBCHAT_OK, webchat_push_url, service, "https://example.com/");
    RUN(WEBCHAT_OK, webchat_update_nickname, service, "Annie");
    RUN(WEBCHAT_OK, webchat_read_receipt, service, 0);
    RUN(WEBCHAT_OK, webchat_stop_poll, service);
    RUN(WEBCHAT_OK, webchat_reset_poll_exceptions, service);
    RUN(WEBCHAT_OK, webchat_start_poll, service);
    RUN(WEBCHAT_ERR_SESSION_ACTIVE, webchat_restore, service, "a token");
    RUN(WEBCHAT_ERR_UNSUPPORTED, webchat_fetch_history, service);
    /* Another input takes the place of the first, whose context is let go then. */
    RUN(WEBCHAT_OK, webchat_register_typing_preview_input, service, typing_input, &second_typing, probe_destroyed);
    CHECK_ENDED(&typing, typing.calls);
    CHECK_STATUS(webchat_reply_set(stale, "too late"), WEBCHAT_ERR_INVALID_HANDLE);
    CHECK(hook.destroyed == 0 && second_typing.destroyed == 0);
}

static void on_progress(void *context, uint64_t transferred, uint64_t total) {
    probe *p = context;
    CHECK(p->destroyed == 0 && p->outcome == NULL);
    CHECK(transferred <= total);
    pthread_mutex_lock(&p->lock);
    p->status = 1;
    pthread_mutex_unlock(&p->lock);
}

static void files(webchat_service *service, const char *directory) {
    static const char invoice[] = "Invoice 1001\nTotal: 42.00 EUR\n";
    char path[512];
    int32_t os_error;
    webchat_file_limits limits;
    webchat_download download;
    probe p;
    probe_init(&p);
    webchat_completion completion = completion_of(&p);
    completion.on_progress = on_progress;
    RUN(WEBCHAT_OK, webchat_get_file_limits, service);
    CHECK_STATUS(webchat_payload_file_limits(webchat_outcome_payload(outcome), &limits, sizeof limits), WEBCHAT_OK);
    CHECK(limits.max_file_size > 0 && limits.used_files == 0);

    CHECK_STATUS(webchat_send_file_bytes(service, "note.txt", (const uint8_t *)"abc", 3, "{\"file-description\": \"a note\"}",
                                         &completion, NULL), WEBCHAT_OK);
    probe_wait(&p, &p.destroyed, 1, __FILE__, __LINE__);
    CHECK_STATUS(p.status, WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(p.outcome), WEBCHAT_OK);
    wait_until(has_own_file);
    RUN(WEBCHAT_OK, webchat_delete_file, service, seen.own_file);

    RUN(WEBCHAT_OK, webchat_send_message, service, "invoice please");
    wait_until(has_invoice);
    RUN(WEBCHAT_OK, webchat_download_file, service, seen.invoice);
    CHECK_STATUS(webchat_payload_download(webchat_outcome_payload(outcome), &download, sizeof download), WEBCHAT_OK);
    CHECK(download.size == sizeof invoice - 1 && download.data_len == download.size);
    CHECK(memcmp(download.data, invoice, download.data_len) == 0);
    CHECK(download.path.len == 0);
    snprintf(path, sizeof path, "%s/exactly.txt", directory);
    RUN(WEBCHAT_OK, webchat_download_file_to, service, seen.invoice, path);
    CHECK_STATUS(webchat_payload_download(webchat_outcome_payload(outcome), &download, sizeof download), WEBCHAT_OK);
    CHECK(download.data == NULL && download.size == sizeof invoice - 1);
    RUN(WEBCHAT_OK, webchat_download_file_into, service, seen.invoice, directory, "../../mine.txt");
    CHECK_STATUS(webchat_payload_download(webchat_outcome_payload(outcome), &download, sizeof download), WEBCHAT_OK);
    CHECK(strncmp(download.path.data, directory, strlen(directory)) == 0 && strstr(download.path.data, "..") == NULL);
    RUN(WEBCHAT_OK, webchat_send_file, service, path, "again.txt", NULL);
    RUN(WEBCHAT_ERR_IO, webchat_send_file, service, "/nowhere/at/all", NULL, NULL);
    CHECK_STATUS(webchat_outcome_os_error(outcome, &os_error), WEBCHAT_OK);
    CHECK(os_error == ENOENT);
    RUN(WEBCHAT_ERR_IO, webchat_send_file, service, "/dev/zero", NULL, NULL);

    snprintf(path, sizeof path, "%s/Latin-1 \xfc.txt", directory);
    RUN(WEBCHAT_OK, webchat_download_file_to, service, seen.invoice, path);
    CHECK_STATUS(webchat_payload_download(webchat_outcome_payload(outcome), &download, sizeof download), WEBCHAT_OK);
    CHECK(download.path.len == strlen(path) && memcmp(download.path.data, path, download.path.len) == 0);
    RUN(WEBCHAT_OK, webchat_send_file, service, path, NULL, NULL);
}

static void what_is_known(webchat_service *service) {
    size_t count;
    webchat_message message;
    webchat_agent agent;
    webchat_stats stats;
    webchat_str text;
    RUN(WEBCHAT_OK, webchat_get_transcript, service);
    CHECK_STATUS(webchat_payload_message_count(webchat_outcome_payload(outcome), &count), WEBCHAT_OK);
    CHECK(count > 4);
    for (size_t i = 0; i < count; i++) {
        CHECK_STATUS(webchat_payload_message(webchat_outcome_payload(outcome), i, &message, sizeof message), WEBCHAT_OK);
        CHECK(strstr(message.text.data, "secret") == NULL);
        CHECK_STATUS(webchat_payload_message_json(webchat_outcome_payload(outcome), i, &text), WEBCHAT_OK);
        CHECK_STATUS(webchat_payload_message_original(webchat_outcome_payload(outcome), i, &text), WEBCHAT_OK);
    }
    CHECK_STATUS(webchat_payload_message(webchat_outcome_payload(outcome), count, &message, sizeof message), WEBCHAT_ERR_NOT_FOUND);
    RUN(WEBCHAT_OK, webchat_get_agents, service);
    CHECK_STATUS(webchat_payload_agent_count(webchat_outcome_payload(outcome), &count), WEBCHAT_OK);
    CHECK(count == 1);
    CHECK_STATUS(webchat_payload_agent(webchat_outcome_payload(outcome), 0, &agent, sizeof agent), WEBCHAT_OK);
    CHECK(text_is(agent.name, "Sam") && agent.connected == 1 && agent.connected_time > 0);
    RUN(WEBCHAT_OK, webchat_get_stats, service);
    CHECK_STATUS(webchat_payload_stats(webchat_outcome_payload(outcome), &stats, sizeof stats), WEBCHAT_OK);
    CHECK(stats.agent_count == 1 && stats.start_time > 0 && stats.end_time >= stats.start_time);
    CHECK_STATUS(webchat_outcome_command(outcome, &text), WEBCHAT_OK);
    CHECK(text_is(text, "getStats"));
    webchat_outcome_free(outcome);
    CHECK_STATUS(webchat_call(service, "WebChatService.getAgents", "{}", 60000, &outcome), WEBCHAT_OK);
    CHECK(strstr(json(), "Sam") != NULL);
}

/* The deadline of a command that waits for its configuration, and one that is cancelled. */
static void given_up(void) {
    webchat_service *service;
    probe late, cancelled;
    uint64_t request;
    probe_init(&late);
    probe_init(&cancelled);
    CHECK_STATUS(webchat_service_new(NULL, &service), WEBCHAT_OK);
    webchat_completion completion = completion_of(&late);
    completion.deadline_ms = 1;
    CHECK_STATUS(webchat_get_stats(service, &completion, NULL), WEBCHAT_OK);
    CHECK_ENDED(&late, 1);
    CHECK_STATUS(late.status, WEBCHAT_ERR_TIMEOUT);
    outcome = late.outcome;
    CHECK(strstr(reason(), "getStats: the chat was never configured") != NULL);
    completion = completion_of(&cancelled);
    CHECK_STATUS(webchat_get_stats(service, &completion, &request), WEBCHAT_OK);
    CHECK_STATUS(webchat_cancel(service, request), WEBCHAT_OK);
    CHECK_ENDED(&cancelled, 1);
    CHECK_STATUS(cancelled.status, WEBCHAT_ERR_CANCELLED);
    CHECK_STATUS(webchat_cancel(service, request), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(late.outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(cancelled.outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

int main(int argc, char **argv) {
    probe store, again;
    CHECK(argc == 3);
    probe_init(&seen.p);
    probe_init(&store);
    probe_init(&again);
    probe_init(&typing);
    probe_init(&second_typing);
    probe_init(&hook);
    given_up();
    webchat_service *service = stored_service(argv[1], &store);
    before_a_session(service);
    in_the_chat(service);
    files(service, argv[2]);
    what_is_known(service);
    /* Gone without an end: what is stored brings the chat back. */
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_ENDED(&store, 0);
    CHECK_ENDED(&hook, 0);
    probe_wait(&second_typing, &second_typing.destroyed, 1, __FILE__, __LINE__);
    CHECK(kept.loads > 0 && kept.saves > 0 && kept.text[0] == '{');
    service = stored_service(argv[1], &again);
    wait_until(is_restored);
    RUN(WEBCHAT_OK, webchat_end_chat, service);
    wait_until(is_over);
    RUN(WEBCHAT_ERR_NO_SESSION, webchat_end_chat, service);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_ENDED(&again, 0);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    puts("commands: passed");
    return 0;
}
