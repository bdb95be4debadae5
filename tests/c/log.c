/*
 * What the log tells a C program of a whole chat: log LEVEL CONFIGURATION. Prints each entry, with its level before it, and on the error
 * stream what may stand in none of them.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#define SECRETS "Zebulon", "Quackenbush", "zebulon@example.com", "rhubarb crumble", "aubergine"

static void on_entry(void *context, uint32_t level, const char *text) {
    probe *p = context;
    static const char *const names[] = {"OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"};
    CHECK(level > WEBCHAT_LOG_OFF && level <= WEBCHAT_LOG_TRACE);
    printf("%s %s\n", names[level], text);
    probe_called(p);
}

static void until(webchat_service *service, uint32_t wanted) {
    webchat_event *event;
    uint32_t kind;
    do {
        CHECK_STATUS(webchat_next_event(service, 60000, &event), WEBCHAT_OK);
        kind = webchat_event_kind(event);
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    } while (kind != wanted);
}

static void tell_secrets(webchat_service *service) {
    static const char *const secrets[] = {SECRETS};
    webchat_outcome *outcome;
    webchat_session session;
    CHECK_STATUS(webchat_call(service, "getSessionData", NULL, 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_payload_session(webchat_outcome_payload(outcome), &session, sizeof session), WEBCHAT_OK);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) fprintf(stderr, "%s\n", secrets[i]);
    /* GMS knows the session by a short number, which other entries may hold by chance. */
    fprintf(stderr, "%s\n", session.key.data);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
}

int main(int argc, char **argv) {
    static const char *const secrets[] = {SECRETS};
    webchat_chat_form form = {.size = sizeof form, .nickname = secrets[0], .lastname = secrets[1], .email = secrets[2]};
    webchat_service *service;
    webchat_event *event;
    char message[100];
    probe p;
    CHECK(argc == 3);
    probe_init(&p);
    CHECK_STATUS(webchat_set_log((uint32_t)atoi(argv[1]), on_entry, &p, probe_destroyed), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_new(argv[2], &service), WEBCHAT_OK);
    /* To find nothing in time is no failure that the log would tell of. */
    while (webchat_next_event(service, 0, &event) == WEBCHAT_OK) CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    CHECK_STATUS(webchat_start_chat(service, &form, NULL, NULL), WEBCHAT_OK);
    until(service, WEBCHAT_EVENT_AGENT_CONNECTED);
    snprintf(message, sizeof message, "{\"message\": \"%s\"}", secrets[3]);
    CHECK_STATUS(webchat_call(service, "sendMessage", message, 60000, NULL), WEBCHAT_OK);
    snprintf(message, sizeof message, "{\"message\": \"%s\"}", secrets[4]);
    CHECK_STATUS(webchat_call(service, "sendTyping", message, 60000, NULL), WEBCHAT_OK);
    tell_secrets(service);
    CHECK_STATUS(webchat_call(service, "endChat", NULL, 60000, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_wait_closed(service, 60000), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_OFF, NULL, NULL, NULL), WEBCHAT_OK);
    probe_wait(&p, &p.destroyed, 1, __FILE__, __LINE__);
    return 0;
}
