/*
 * A chat in libuv's loop: a uv_poll_t for the events, and for each command a uv_async_t of its own, which brings the outcome from the
 * library's callback thread into the loop.
 *
 *     libuv [CONFIGURATION]
 */
#define _POSIX_C_SOURCE 200809L /* uv.h wants it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <webchat.h>

enum { COMMAND_MS = 15000, CHAT_MS = 120000 };

typedef struct command {
    uv_async_t wake;
    webchat_outcome *outcome;
} command;

static struct {
    uv_loop_t *loop;
    uv_poll_t readable;
    uv_timer_t late;
    webchat_service *service;
    int asked, failed;
} app;

static void give_up(const char *why) {
    fprintf(stderr, "%s\n", why);
    app.failed = 1;
    webchat_service_close(app.service);
}

static void free_command(uv_handle_t *wake) { free(wake->data); }

/* In the loop: what has become of a command. */
static void on_outcome(uv_async_t *wake) {
    command *it = wake->data;
    webchat_str name, why;
    webchat_outcome_command(it->outcome, &name);
    webchat_outcome_reason(it->outcome, &why);
    const webchat_status status = webchat_outcome_status(it->outcome);
    if (status != WEBCHAT_OK && status != WEBCHAT_ERR_CLOSED) give_up(why.data);
    if (status == WEBCHAT_OK && strcmp(name.data, "sendMessage") == 0) app.asked = 1;
    webchat_outcome_free(it->outcome);
    uv_close((uv_handle_t *)wake, free_command);
}

/* On the callback thread: uv_async_send alone may be called there. */
static void on_done(void *context, const webchat_outcome *outcome) {
    command *it = context;
    webchat_outcome_clone(outcome, &it->outcome);
    uv_async_send(&it->wake);
}

/* Gives a command with no more than a name and options; the loop goes on until its outcome is there. */
static void give(const char *name, const char *options) {
    command *it = calloc(1, sizeof *it);
    if (it == NULL || uv_async_init(app.loop, &it->wake, on_outcome) != 0) {
        free(it);
        give_up("There is no memory.");
        return;
    }
    it->wake.data = it;
    const webchat_completion completion = {.size = sizeof completion, .deadline_ms = COMMAND_MS, .on_done = on_done, .context = it};
    if (webchat_command(app.service, name, options, &completion, NULL) != WEBCHAT_OK) {
        give_up(webchat_failure_reason());
        uv_close((uv_handle_t *)&it->wake, free_command);
    }
}

static void on_message(const webchat_message *message) {
    if (message->text.len == 0) return;
    printf("%s: %s\n", message->from_name.data, message->text.data);
    /* The first answer will do. */
    if (app.asked && strcmp(message->from_type.data, "Agent") == 0) app.asked = 0, give("endChat", NULL);
}

static void on_event(const webchat_event *event) {
    const webchat_payload *payload = webchat_event_payload(event);
    webchat_message message;
    switch (webchat_event_kind(event)) {
    case WEBCHAT_EVENT_AGENT_CONNECTED: give("sendMessage", "{\"message\": \"Is my order on its way?\"}"); break;
    case WEBCHAT_EVENT_MESSAGE_RECEIVED:
        for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++) on_message(&message);
        break;
    case WEBCHAT_EVENT_ENDED: webchat_service_close(app.service); break;
    default: break;
    }
}

static void on_readable(uv_poll_t *poll, int status, int events) {
    webchat_event *event;
    webchat_status next;
    (void)status, (void)events;
    while ((next = webchat_next_event(app.service, 0, &event)) == WEBCHAT_OK) {
        on_event(event);
        webchat_event_free(event);
    }
    if (next == WEBCHAT_ERR_TIMEOUT) return;
    /* Nothing more comes. The descriptor goes with the service, so its handle goes first. */
    uv_close((uv_handle_t *)poll, NULL);
    uv_close((uv_handle_t *)&app.late, NULL);
    webchat_service_destroy(app.service);
}

static void on_late(uv_timer_t *timer) {
    (void)timer;
    give_up("The chat takes too long.");
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    int fd;
    app.loop = uv_default_loop();
    if (webchat_service_new(config, &app.service) != WEBCHAT_OK || webchat_event_fd(app.service, &fd) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    if (uv_poll_init(app.loop, &app.readable, fd) != 0 || uv_timer_init(app.loop, &app.late) != 0) return 1;
    uv_poll_start(&app.readable, UV_READABLE, on_readable);
    uv_timer_start(&app.late, on_late, CHAT_MS, 0);
    give("startChat", "{\"nickname\": \"Ann\"}");
    uv_run(app.loop, UV_RUN_DEFAULT);
    return uv_loop_close(app.loop) != 0 || app.failed;
}
