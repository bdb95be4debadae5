/*
 * A chat that asks for everything, events and outcomes alike: one thread, one poll(), and no function that the library could call. Languages
 * that cannot be called by a foreign thread hold their chats like this.
 *
 *     asking [CONFIGURATION]
 */
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <stdio.h>
#include <webchat.h>

enum { COMMAND_MS = 15000, SILENCE_MS = 120000 };

/* How every command is given: its outcome waits until it is asked for. */
static const webchat_completion asked = {.size = sizeof asked, .deadline_ms = COMMAND_MS, .by_asking = 1};

static int refused; /* a command that the chat cannot do without */

/* Says what became of a message, by the id under which it was given; without a chat there is nothing to wait for. */
static void show_outcome(webchat_service *service, uint64_t message, const webchat_outcome *outcome) {
    webchat_str command = {"", 0}, reason = {"", 0};
    uint64_t request = 0;
    webchat_outcome_request(outcome, &request);
    webchat_outcome_command(outcome, &command);
    webchat_outcome_reason(outcome, &reason);
    if (webchat_outcome_status(outcome) == WEBCHAT_OK) {
        if (request == message) puts("(the message has arrived)");
        return;
    }
    fprintf(stderr, "%s: %s\n", command.data, reason.data);
    if (request == message) return;
    refused = 1;
    webchat_service_close(service);
}

static void take_outcomes(webchat_service *service, uint64_t message) {
    webchat_outcome *outcome;
    while (webchat_next_outcome(service, 0, &outcome) == WEBCHAT_OK) {
        show_outcome(service, message, outcome);
        webchat_outcome_free(outcome);
    }
}

static void show_event(webchat_service *service, const webchat_event *event, uint64_t *message) {
    const webchat_payload *payload = webchat_event_payload(event);
    webchat_message said;
    for (size_t i = 0; webchat_payload_message(payload, i, &said, sizeof said) == WEBCHAT_OK; i++) {
        if (said.text.len > 0) printf("%s: %s\n", said.from_name.data, said.text.data);
    }
    if (webchat_event_kind(event) == WEBCHAT_EVENT_AGENT_CONNECTED) webchat_send_message(service, "Goodbye!", &asked, message);
    if (webchat_event_kind(event) == WEBCHAT_EVENT_ENDED) webchat_service_close(service);
}

/* Returns 0 when nothing more comes. */
static int take_events(webchat_service *service, uint64_t *message) {
    webchat_event *event;
    webchat_status status;
    while ((status = webchat_next_event(service, 0, &event)) == WEBCHAT_OK) {
        show_event(service, event, message);
        webchat_event_free(event);
    }
    return status != WEBCHAT_END_OF_EVENTS;
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    const webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
    struct pollfd chat = {.fd = -1, .events = POLLIN};
    webchat_service *service;
    uint64_t message = 0;
    int goes_on = 1;
    if (webchat_service_new(config, &service) != WEBCHAT_OK || webchat_event_fd(service, &chat.fd) != WEBCHAT_OK ||
        webchat_start_chat(service, &form, &asked, NULL) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    while (goes_on) {
        /* One descriptor tells of both. */
        if (poll(&chat, 1, SILENCE_MS) <= 0) {
            fprintf(stderr, "Nothing has happened for two minutes.\n");
            return webchat_service_destroy(service), 1;
        }
        goes_on = take_events(service, &message);
        take_outcomes(service, message);
    }
    /* Every command has its outcome by now. */
    webchat_service_destroy(service);
    return refused;
}
