/*
 * An asynchronous chat, which lasts for days: the program keeps its session itself, here in a file, and comes back to what has been said
 * meanwhile. (Over Nexus or CometD. A program with accounts keeps the session with the customer's.)
 *
 *     asynchronous [CONFIGURATION [KEPT]]       shows the chat so far, says something, and leaves
 *     asynchronous CONFIGURATION KEPT end       ... and ends the chat
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <webchat.h>

static const char *const local =
    "{\"transport\": {\"type\": \"pureengage-v3-rest\", \"dataURL\": \"http://localhost:8080/nexus/v3/chat/sessions\","
    " \"endpoint\": \"support\", \"headers\": {\"x-api-key\": \"key\"}, \"async\": {\"enabled\": true}}}";

enum { COMMAND_MS = 15000 };

/* ---- The keeper: its functions run on the callback thread ---- */

/* Whoever has the session can take part in the chat, so nobody else may read it; and it is kept whole or not at all. */
static void store_session(void *context, const char *session_json, webchat_reply *reply) {
    char fresh[4096];
    const size_t length = strlen(session_json);
    const int is_named = snprintf(fresh, sizeof fresh, "%s.new", (const char *)context) < (int)sizeof fresh;
    const int file = is_named ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    const int is_written = file >= 0 && write(file, session_json, length) == (ssize_t)length && fsync(file) == 0;
    const int is_closed = file < 0 || close(file) == 0;
    if (!is_written || !is_closed || rename(fresh, context) != 0) webchat_reply_fail(reply, "the session cannot be kept");
}

static void load_session(void *context, webchat_reply *reply) {
    char session[65536];
    FILE *file = fopen(context, "r");
    if (file == NULL) return; /* nothing is kept */
    session[fread(session, 1, sizeof session - 1, file)] = '\0';
    fclose(file);
    if (session[0] != '\0') webchat_reply_set(reply, session);
}

static void forget_session(void *context, const char *lost_json, webchat_reply *reply) {
    (void)lost_json;
    if (remove(context) != 0) webchat_reply_fail(reply, "the session cannot be forgotten");
}

/* ---- The chat ---- */

static int call(webchat_service *service, const char *name, const char *options) {
    if (webchat_call(service, name, options, COMMAND_MS, NULL) == WEBCHAT_OK) return 1;
    fprintf(stderr, "%s: %s\n", name, webchat_failure_reason());
    return 0;
}

/* Shows what has come so far. */
static void show(webchat_service *service) {
    webchat_event *event;
    webchat_message message;
    int32_t is_old;
    while (webchat_next_event(service, 0, &event) == WEBCHAT_OK) {
        const webchat_payload *payload = webchat_event_payload(event);
        webchat_payload_old_messages(payload, &is_old);
        if (webchat_event_kind(event) == WEBCHAT_EVENT_RESTORED) puts("(the chat goes on)");
        if (webchat_event_kind(event) == WEBCHAT_EVENT_STARTED) puts("(a chat has begun)");
        for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++)
            if (message.text.len > 0) printf("%s%s: %s\n", is_old ? "(earlier) " : "", message.from_name.data, message.text.data);
        webchat_event_free(event);
    }
}

/* Goes on with the chat that is kept, or begins one. Returns 0 when neither is possible. */
static int take_up(webchat_service *service) {
    webchat_outcome *outcome;
    webchat_status page = WEBCHAT_OK;
    int32_t is_restored = 0;
    /* What is kept is restored by itself, which this waits for. */
    if (webchat_call(service, "verifySession", NULL, COMMAND_MS, &outcome) == WEBCHAT_OK)
        webchat_payload_session_active(webchat_outcome_payload(outcome), &is_restored);
    webchat_outcome_free(outcome);
    if (!is_restored) return call(service, "startChat", "{\"nickname\": \"Ann\"}");
    while (page == WEBCHAT_OK) {
        show(service);
        page = webchat_call(service, "fetchHistory", NULL, COMMAND_MS, NULL);
    }
    /* There are no older ones. */
    if (page != WEBCHAT_ERR_NOT_FOUND) fprintf(stderr, "fetchHistory: %s\n", webchat_failure_reason());
    return page == WEBCHAT_ERR_NOT_FOUND;
}

int main(int argc, char **argv) {
    static char kept[] = "session.json";
    const webchat_session_keeper keeper = {.size = sizeof keeper, .store_session = store_session, .load_session = load_session,
                                           .forget_session = forget_session, .context = argc > 2 ? argv[2] : kept};
    const webchat_service_options options = {.size = sizeof options, .config_json = argc > 1 ? argv[1] : local, .keeper = &keeper};
    const int ends = argc > 3 && strcmp(argv[3], "end") == 0;
    webchat_service *service;
    webchat_event *none;
    if (webchat_service_new_with(&options, &service, NULL) != WEBCHAT_OK) return fprintf(stderr, "%s\n", webchat_failure_reason()), 1;
    /* Whoever asks for events before the first command gets all of them. */
    if (webchat_next_event(service, 0, &none) == WEBCHAT_OK) webchat_event_free(none);
    int is_well = take_up(service) && call(service, "sendMessage", "{\"message\": \"Is there anything new?\"}");
    if (is_well && ends) is_well = call(service, "endChat", NULL);
    show(service);
    /* What is to be kept has been when this returns. */
    webchat_service_close(service);
    is_well = webchat_service_wait_closed(service, COMMAND_MS) == WEBCHAT_OK && is_well;
    show(service);
    webchat_service_destroy(service);
    if (is_well && !ends) puts("(start me again, any time)");
    return !is_well;
}
