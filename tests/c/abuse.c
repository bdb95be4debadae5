/* Every argument a program should not pass, passed: nothing of it may crash, and each context is let go exactly once. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

/* Calls every command with `service`; each has to return `expected` and to let its context go. */
static void all_commands(webchat_service *service, webchat_status expected) {
    static const char *const filters[] = {"/a/"};
    uint64_t request = 77;
#define COMMAND(call)                                                   \
    do {                                                                \
        probe p;                                                        \
        probe_init(&p);                                                 \
        webchat_completion completion = completion_of(&p), *c = &completion; \
        CHECK_STATUS(call, expected);                                   \
        CHECK_ENDED(&p, expected == WEBCHAT_OK ? 1 : 0);                \
        webchat_outcome_free(p.outcome);                                \
        CHECK(expected == WEBCHAT_OK ? request != 0 : request == 0);    \
        CHECK((c = NULL, call) == expected);                            \
    } while (0)
    COMMAND(webchat_configure(service, NOWHERE, c, &request));
    COMMAND(webchat_start_chat(service, NULL, c, &request));
    COMMAND(webchat_end_chat(service, c, &request));
    COMMAND(webchat_send_message(service, "a", c, &request));
    COMMAND(webchat_send_message_as(service, "a", "text", NULL, c, &request));
    COMMAND(webchat_send_custom_notice(service, "a", c, &request));
    COMMAND(webchat_send_typing(service, NULL, c, &request));
    COMMAND(webchat_send_filtered_message(service, "a", "/a/", c, &request));
    COMMAND(webchat_add_prefilter(service, filters, 1, c, &request));
    COMMAND(webchat_update_user_data(service, "{}", c, &request));
    COMMAND(webchat_poll(service, c, &request));
    COMMAND(webchat_start_poll(service, c, &request));
    COMMAND(webchat_stop_poll(service, c, &request));
    COMMAND(webchat_reset_poll_exceptions(service, c, &request));
    COMMAND(webchat_restore(service, NULL, c, &request));
    COMMAND(webchat_get_transcript(service, c, &request));
    COMMAND(webchat_get_agents(service, c, &request));
    COMMAND(webchat_get_stats(service, c, &request));
    COMMAND(webchat_send_file(service, "/nowhere/a", NULL, NULL, c, &request));
    COMMAND(webchat_send_file_bytes(service, "a", NULL, 0, NULL, c, &request));
    COMMAND(webchat_download_file(service, "1", c, &request));
    COMMAND(webchat_download_file_to(service, "1", "/nowhere/a", c, &request));
    COMMAND(webchat_download_file_into(service, "1", "/nowhere", NULL, c, &request));
    COMMAND(webchat_get_session_data(service, c, &request));
    COMMAND(webchat_fetch_history(service, c, &request));
    COMMAND(webchat_verify_session(service, c, &request));
    COMMAND(webchat_get_file_limits(service, c, &request));
    COMMAND(webchat_delete_file(service, "1", c, &request));
    COMMAND(webchat_push_url(service, "http://localhost/", c, &request));
    COMMAND(webchat_update_nickname(service, "a", c, &request));
    COMMAND(webchat_read_receipt(service, 0, c, &request));
    COMMAND(webchat_command(service, "getStats", NULL, c, &request));
#undef COMMAND
}

/* What reads a payload refuses this one. */
static void refuse_payload(const webchat_payload *payload, webchat_status wrong) {
    size_t count;
    int32_t flag;
    webchat_str text;
    webchat_message message;
    webchat_content content;
    webchat_agent agent;
    webchat_session session;
    webchat_stats stats;
    webchat_file_limits limits;
    webchat_download download;
    CHECK_STATUS(webchat_payload_json(payload, &text), wrong);
    CHECK_STATUS(webchat_payload_message_count(payload, &count), wrong);
    CHECK_STATUS(webchat_payload_message(payload, 0, &message, sizeof message), wrong);
    CHECK_STATUS(webchat_payload_message_json(payload, 0, &text), wrong);
    CHECK_STATUS(webchat_payload_message_original(payload, 0, &text), wrong);
    CHECK_STATUS(webchat_payload_content(payload, 0, 0, &content, sizeof content), wrong);
    CHECK_STATUS(webchat_payload_agents_connected(payload, &count), wrong);
    CHECK_STATUS(webchat_payload_agent_count(payload, &count), wrong);
    CHECK_STATUS(webchat_payload_agent(payload, 0, &agent, sizeof agent), wrong);
    CHECK_STATUS(webchat_payload_session(payload, &session, sizeof session), wrong);
    CHECK_STATUS(webchat_payload_restoring(payload, &flag), wrong);
    CHECK_STATUS(webchat_payload_old_messages(payload, &flag), wrong);
    CHECK_STATUS(webchat_payload_asynchronous(payload, &flag), wrong);
    CHECK_STATUS(webchat_payload_stats(payload, &stats, sizeof stats), wrong);
    CHECK_STATUS(webchat_payload_session_active(payload, &flag), wrong);
    CHECK_STATUS(webchat_payload_file_limits(payload, &limits, sizeof limits), wrong);
    CHECK_STATUS(webchat_payload_download(payload, &download, sizeof download), wrong);
}

/* Calls everything that takes a handle with one that is none of its kind. */
static void all_with(void *handle) {
    probe p;
    uint64_t number;
    uint32_t kind;
    int32_t flag;
    int fd;
    webchat_str text;
    webchat_event *event = handle, *event2;
    webchat_outcome *outcome = handle, *outcome2;
    webchat_service *service = handle;
#define REFUSED(call) CHECK_STATUS(call, WEBCHAT_ERR_INVALID_HANDLE)
    REFUSED(webchat_service_close(service));
    REFUSED(webchat_service_wait_closed(service, WEBCHAT_FOREVER));
    REFUSED(webchat_capability(service, "history", &flag));
    REFUSED(webchat_service_destroy(service));
    REFUSED(webchat_cancel(service, 1));
    REFUSED(webchat_call(service, "getStats", NULL, 0, &outcome2));
    CHECK(outcome2 == NULL);
    REFUSED(webchat_next_event(service, 0, &event2));
    CHECK(event2 == NULL);
    REFUSED(webchat_event_fd(service, &fd));
    CHECK(fd == -1);
    probe_init(&p);
    REFUSED(webchat_subscribe(service, NULL, NULL, &p, probe_destroyed, NULL));
    CHECK(p.destroyed == 1);
    REFUSED(webchat_unsubscribe(handle));
    REFUSED(webchat_runtime_destroy(handle));
    REFUSED(webchat_reply_set(handle, "a"));
    REFUSED(webchat_reply_fail(handle, "a"));

    CHECK(webchat_event_kind(event) == WEBCHAT_EVENT_NONE);
    CHECK(strcmp(webchat_event_name(event), "") == 0);
    REFUSED(webchat_event_time(event, &number));
    REFUSED(webchat_event_json(event, &text));
    CHECK(text_is(text, ""));
    refuse_payload(webchat_event_payload(event), WEBCHAT_ERR_INVALID_HANDLE);
    REFUSED(webchat_event_clone(event, &event2));
    REFUSED(webchat_event_free(event));

    REFUSED(webchat_outcome_status(outcome));
    REFUSED(webchat_outcome_request(outcome, &number));
    REFUSED(webchat_outcome_command(outcome, &text));
    REFUSED(webchat_outcome_reason(outcome, &text));
    REFUSED(webchat_outcome_retry(outcome, &kind, &number));
    REFUSED(webchat_outcome_delivery(outcome, &kind));
    REFUSED(webchat_outcome_os_error(outcome, &flag));
    refuse_payload(webchat_outcome_payload(outcome), WEBCHAT_ERR_INVALID_HANDLE);
    REFUSED(webchat_outcome_clone(outcome, &outcome2));
    REFUSED(webchat_outcome_free(outcome));
#undef REFUSED
}

static void bad_handles(void) {
    webchat_service *service = open_service(), *destroyed = open_service();
    webchat_runtime *runtime;
    uintptr_t seed = (uintptr_t)88172645463325252u;
    int local;
    CHECK_STATUS(webchat_service_destroy(destroyed), WEBCHAT_OK);
    CHECK_STATUS(webchat_runtime_new(1, &runtime), WEBCHAT_OK);
    all_commands(NULL, WEBCHAT_ERR_INVALID_HANDLE);
    all_commands(destroyed, WEBCHAT_ERR_INVALID_HANDLE);
    all_commands((webchat_service *)runtime, WEBCHAT_ERR_INVALID_HANDLE);
    all_commands((webchat_service *)&local, WEBCHAT_ERR_INVALID_HANDLE);
    all_with(NULL);
    all_with(destroyed);
    all_with(&local);
    for (int i = 0; i < 300; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        all_with((void *)seed);
        /* Near misses: one bit of a live handle turned. */
        uintptr_t near = (uintptr_t)service ^ ((uintptr_t)1 << (i % (int)(sizeof near * 8)));
        CHECK_STATUS(webchat_cancel((webchat_service *)near, 1), WEBCHAT_ERR_INVALID_HANDLE);
    }
    CHECK_STATUS(webchat_runtime_destroy(runtime), WEBCHAT_OK);
    CHECK_STATUS(webchat_runtime_destroy(runtime), WEBCHAT_ERR_INVALID_HANDLE);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_ERR_INVALID_HANDLE);
}

static void bad_arguments(void) {
    static const char bad[] = "a\xff\xfe";
    static const char *const filters[] = {"/a/", NULL};
    webchat_service *service = open_service(), *other;
    webchat_outcome *failure;
    webchat_service_options options;
    webchat_chat_form form;
    webchat_str text;
    int32_t flag;
    probe p;
    probe_init(&p);
    webchat_completion completion = completion_of(&p);
#define REFUSED(call)                                       \
    do {                                                    \
        CHECK_STATUS(call, WEBCHAT_ERR_INVALID_ARGUMENT);   \
        CHECK(p.destroyed == 1 && p.calls == 0);            \
        p.destroyed = 0;                                    \
    } while (0)
    REFUSED(webchat_send_message(service, NULL, &completion, NULL));
    REFUSED(webchat_send_message(service, bad, &completion, NULL));
    REFUSED(webchat_send_message_as(service, "a", bad, NULL, &completion, NULL));
    REFUSED(webchat_send_message_as(service, "a", NULL, bad, &completion, NULL));
    REFUSED(webchat_restore(service, bad, &completion, NULL));
    REFUSED(webchat_update_user_data(service, "[]", &completion, NULL));
    REFUSED(webchat_update_user_data(service, "{", &completion, NULL));
    REFUSED(webchat_command(service, NULL, NULL, &completion, NULL));
    REFUSED(webchat_command(service, "getStats", "{", &completion, NULL));
    REFUSED(webchat_command(service, bad, NULL, &completion, NULL));
    REFUSED(webchat_add_prefilter(service, filters, 2, &completion, NULL));
    REFUSED(webchat_add_prefilter(service, NULL, 2, &completion, NULL));
    REFUSED(webchat_add_prefilter(service, filters, (size_t)-1, &completion, NULL));
    REFUSED(webchat_send_file(service, "/", NULL, NULL, &completion, NULL));
    REFUSED(webchat_send_file_bytes(service, "a", NULL, 4, NULL, &completion, NULL));
    REFUSED(webchat_send_file_bytes(service, "a", (const uint8_t *)bad, (size_t)-1, NULL, &completion, NULL));
    REFUSED(webchat_subscribe(service, "noSuchEvent", NULL, &p, probe_destroyed, NULL));
    REFUSED(webchat_subscribe(service, NULL, NULL, &p, probe_destroyed, NULL));
    REFUSED(webchat_register_pre_processor(service, NULL, &p, probe_destroyed, NULL, NULL));
    REFUSED(webchat_register_typing_preview_input(service, NULL, &p, probe_destroyed, NULL, NULL));
    REFUSED(webchat_set_log(99, NULL, &p, probe_destroyed));
#undef REFUSED
    /* A structure that does not say its size is not touched. */
    completion.size = 0;
    CHECK_STATUS(webchat_end_chat(service, &completion, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    completion.size = (size_t)-1;
    CHECK_STATUS(webchat_end_chat(service, &completion, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    memset(&form, 0, sizeof form);
    CHECK_STATUS(webchat_start_chat(service, &form, NULL, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    form.size = sizeof form;
    form.nickname = bad;
    CHECK_STATUS(webchat_start_chat(service, &form, NULL, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    form.nickname = NULL;
    form.other_json = "[]";
    CHECK_STATUS(webchat_start_chat(service, &form, NULL, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK(p.destroyed == 0);

    CHECK_STATUS(webchat_capability(service, NULL, &flag), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_capability(service, bad, &flag), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_capability(service, "polling", NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_capability(service, "flying", &flag), WEBCHAT_ERR_NOT_FOUND);
    CHECK_STATUS(webchat_service_new(NOWHERE, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_service_new(bad, &other), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_service_new("", &other), WEBCHAT_ERR_INVALID_CONFIGURATION);
    CHECK(other == NULL);
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.config_json = "{\"dataURL\": 7}";
    CHECK_STATUS(webchat_service_new_with(&options, &other, &failure), WEBCHAT_ERR_INVALID_CONFIGURATION);
    CHECK_STATUS(webchat_outcome_status(failure), WEBCHAT_ERR_INVALID_CONFIGURATION);
    CHECK_STATUS(webchat_outcome_reason(failure, &text), WEBCHAT_OK);
    CHECK(strstr(text.data, "dataURL") != NULL);
    CHECK_STATUS(webchat_outcome_free(failure), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(failure), WEBCHAT_ERR_INVALID_HANDLE);
    options.config_json = "{\"dataURL\": \"http://127.0.0.1:9/c\", \"connection\": {\"clientCertificate\": \"/nowhere/me.pem\"}}";
    CHECK_STATUS(webchat_service_new_with(&options, &other, &failure), WEBCHAT_ERR_INVALID_CONFIGURATION);
    CHECK_STATUS(webchat_outcome_reason(failure, &text), WEBCHAT_OK);
    CHECK(strstr(text.data, "connection.clientCertificate: the file /nowhere/me.pem cannot be read") != NULL);
    CHECK_STATUS(webchat_outcome_free(failure), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_new("{\"dataURL\": \"http://127.0.0.1:9/c\", \"connection\": {\"proxy\": \"http://127.0.0.1:9\", "
                                     "\"noProxy\": \"gms.test, 10.0.0.0/8\", \"minimumTls\": \"1.3\"}}", &other), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(other), WEBCHAT_OK);
    options.config_json = NOWHERE;
    options.runtime = (webchat_runtime *)service;
    CHECK_STATUS(webchat_service_new_with(&options, &other, NULL), WEBCHAT_ERR_INVALID_HANDLE);
    webchat_store store = {sizeof store, NULL, NULL, &p, probe_destroyed};
    options.runtime = NULL;
    options.store = &store;
    /* Both contexts are let go, whichever of the two cannot be used. */
    webchat_session_keeper keeper = {sizeof keeper, NULL, NULL, NULL, &p, probe_destroyed};
    options.keeper = &keeper;
    CHECK_STATUS(webchat_service_new_with(&options, &other, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK(p.destroyed == 2);
    store.size = 0;
    CHECK_STATUS(webchat_service_new_with(&options, &other, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK(p.destroyed == 3);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

static void large_texts(void) {
    enum { SIZE = 4 << 20 };
    webchat_service *service = open_service();
    char *large = malloc(SIZE + 1);
    webchat_outcome *outcome;
    probe p;
    probe_init(&p);
    webchat_completion completion = completion_of(&p);
    CHECK(large != NULL);
    memset(large, 'a', SIZE);
    large[SIZE] = '\0';
    CHECK_STATUS(webchat_send_message(service, large, &completion, NULL), WEBCHAT_OK);
    CHECK_ENDED(&p, 1);
    CHECK_STATUS(p.status, WEBCHAT_ERR_NO_SESSION);
    CHECK_STATUS(webchat_outcome_free(p.outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_call(service, large, NULL, 0, &outcome), WEBCHAT_ERR_UNSUPPORTED);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(service, large, NULL, NULL, NULL, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    free(large);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

/* At the bound a command is refused at once, and its context let go; each of those before it keeps its outcome. */
static void too_many_commands(void) {
    enum { MOST = 10000 };
    webchat_service *service;
    probe accepted, refused;
    uint64_t request = 7;
    probe_init(&accepted);
    probe_init(&refused);
    webchat_completion completion = completion_of(&accepted), more = completion_of(&refused);
    completion.on_done = NULL;
    /* Without a configuration commands wait for it, for five seconds: who is slower than that, as under valgrind, never has so many. */
    CHECK_STATUS(webchat_service_new(NULL, &service), WEBCHAT_OK);
    time_t begun = time(NULL);
    for (int i = 0; i < MOST; i++) CHECK_STATUS(webchat_get_stats(service, &completion, NULL), WEBCHAT_OK);
    if (time(NULL) - begun >= 3) {
        fputs("abuse: too slow for the bound of commands\n", stderr);
        CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
        probe_wait(&accepted, &accepted.destroyed, MOST, __FILE__, __LINE__);
        return;
    }
    CHECK_STATUS(webchat_get_stats(service, &more, &request), WEBCHAT_ERR_BUSY);
    CHECK(refused.destroyed == 1 && refused.calls == 0 && request == 0);
    CHECK_STATUS(webchat_command(service, "getStats", NULL, &more, NULL), WEBCHAT_ERR_BUSY);
    CHECK_STATUS(webchat_call(service, "getStats", NULL, 0, NULL), WEBCHAT_ERR_BUSY);
    CHECK(refused.destroyed == 2 && refused.calls == 0);
    CHECK_STATUS(webchat_configure(service, NOWHERE, NULL, NULL), WEBCHAT_ERR_BUSY);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    probe_wait(&accepted, &accepted.destroyed, MOST, __FILE__, __LINE__);
}

static void closed_service(void) {
    webchat_service *service = open_service();
    webchat_event *event;
    webchat_status status;
    CHECK_STATUS(webchat_service_wait_closed(service, 1), WEBCHAT_ERR_TIMEOUT);
    CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_wait_closed(service, WEBCHAT_FOREVER), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_wait_closed(service, 0), WEBCHAT_OK);
    while ((status = webchat_next_event(service, WEBCHAT_FOREVER, &event)) == WEBCHAT_OK) {
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_ERR_INVALID_HANDLE);
    }
    CHECK_STATUS(status, WEBCHAT_END_OF_EVENTS);
    CHECK_STATUS(webchat_call(service, "getStats", NULL, 0, NULL), WEBCHAT_ERR_CLOSED);
    all_commands(service, WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

int main(void) {
    CHECK(webchat_version() == WEBCHAT_VERSION);
    CHECK(strcmp(webchat_status_text(12345), webchat_status_text(54321)) == 0);
    bad_handles();
    bad_arguments();
    large_texts();
    too_many_commands();
    closed_service();
    puts("abuse: passed");
    return 0;
}
