/*
 * A chat that survives the program: its session is kept in a file, so the second start goes on where the first has stopped.
 *
 *     restore [CONFIGURATION]        starts a chat, and leaves
 *     restore [CONFIGURATION]        within a minute: shows what has been said so far, and ends the chat
 */
#include <stdio.h>
#include <webchat.h>

static const char *const local =
    "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\", \"sessionStore\": {\"type\": \"file\", \"path\": \"session.json\"}}";

enum { COMMAND_MS = 15000, SILENCE_MS = 60000 };

static int call(webchat_service *service, const char *name, const char *options) {
    if (webchat_call(service, name, options, COMMAND_MS, NULL) == WEBCHAT_OK) return 1;
    fprintf(stderr, "%s: %s\n", name, webchat_failure_reason());
    return 0;
}

/* Whether there is a session: a stored one has been restored by itself, which verifySession waits for. -1 when that cannot be told. */
static int has_session(webchat_service *service) {
    webchat_outcome *outcome;
    int32_t is_active;
    int known = webchat_call(service, "verifySession", NULL, COMMAND_MS, &outcome) == WEBCHAT_OK;
    if (!known) fprintf(stderr, "%s\n", webchat_failure_reason());
    known = known && webchat_payload_session_active(webchat_outcome_payload(outcome), &is_active) == WEBCHAT_OK;
    webchat_outcome_free(outcome);
    return known ? is_active : -1;
}

static void show(const webchat_event *event) {
    const webchat_payload *payload = webchat_event_payload(event);
    webchat_message message;
    for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++)
        if (message.text.len > 0) printf("%s%s: %s\n", message.restoring ? "(before) " : "", message.from_name.data, message.text.data);
}

/* Shows events until one of this kind has come. Returns 0 when it has not. */
static int show_until(webchat_service *service, uint32_t wanted) {
    webchat_event *event;
    uint32_t kind = WEBCHAT_EVENT_NONE;
    while (kind != wanted && kind != WEBCHAT_EVENT_ENDED && webchat_next_event(service, SILENCE_MS, &event) == WEBCHAT_OK) {
        kind = webchat_event_kind(event);
        if (kind == WEBCHAT_EVENT_MESSAGE_RECEIVED) show(event);
        if (kind == WEBCHAT_EVENT_RESTORE_FAILED) fprintf(stderr, "The session that was kept could not be restored.\n");
        webchat_event_free(event);
    }
    if (kind != wanted) fprintf(stderr, "There was no %s.\n", webchat_event_kind_name(wanted));
    return kind == wanted;
}

/* The first time: the agent is told, and the session stays open. */
static int begin(webchat_service *service) {
    return call(service, "startChat", "{\"nickname\": \"Ann\"}") && show_until(service, WEBCHAT_EVENT_AGENT_CONNECTED) &&
           call(service, "sendMessage", "{\"message\": \"I shall be back in a moment.\"}");
}

/* The second time. Where the agent is quicker, the chat has ended all the same. */
static int go_on(webchat_service *service) {
    return show_until(service, WEBCHAT_EVENT_RESTORED) && call(service, "sendMessage", "{\"message\": \"Here I am again.\"}") &&
           (call(service, "endChat", NULL), show_until(service, WEBCHAT_EVENT_ENDED));
}

int main(int argc, char **argv) {
    webchat_service *service;
    webchat_event *none;
    if (webchat_service_new(argc > 1 ? argv[1] : local, &service) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    /* Whoever is there before the first command gets every event: asking once, without waiting, is enough. */
    if (webchat_next_event(service, 0, &none) == WEBCHAT_OK) webchat_event_free(none);
    const int session = has_session(service);
    const int is_well = session == 1 ? go_on(service) : session == 0 && begin(service);
    /* What is to be stored has been when this returns. */
    webchat_service_close(service);
    const int is_stored = webchat_service_wait_closed(service, COMMAND_MS) == WEBCHAT_OK;
    if (is_well && session == 0) puts("The chat goes on: start me again.");
    webchat_service_destroy(service);
    return !is_well || !is_stored;
}
