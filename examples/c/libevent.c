/*
 * A chat in libevent's loop: a persistent event for the service's descriptor, and for each outcome an event that happens once, which the
 * callback thread may add because evthread_use_pthreads has been called.
 *
 *     libevent [CONFIGURATION]
 */
#include <event2/event.h>
#include <event2/thread.h>
#include <stdio.h>
#include <string.h>
#include <webchat.h>

enum { COMMAND_MS = 15000, CHAT_SECONDS = 120 };

static struct {
    struct event_base *base;
    webchat_service *service;
    int asked, failed;
} app;

static void give_up(const char *why) {
    fprintf(stderr, "%s\n", why);
    app.failed = 1;
    event_base_loopbreak(app.base);
}

/* In the loop: what has become of a command. */
static void on_outcome(evutil_socket_t none, short what, void *data) {
    webchat_outcome *outcome = data;
    webchat_str command, why;
    (void)none, (void)what;
    webchat_outcome_command(outcome, &command);
    webchat_outcome_reason(outcome, &why);
    if (webchat_outcome_status(outcome) != WEBCHAT_OK) {
        give_up(why.data);
    } else if (strcmp(command.data, "sendMessage") == 0) {
        app.asked = 1;
    }
    webchat_outcome_free(outcome);
}

/* On the library's callback thread: hands the outcome to the loop. */
static void on_done(void *context, const webchat_outcome *outcome) {
    webchat_outcome *own;
    if (webchat_outcome_clone(outcome, &own) == WEBCHAT_OK) event_base_once(context, -1, EV_TIMEOUT, on_outcome, own, NULL);
}

static webchat_completion completion(void) {
    return (webchat_completion){.size = sizeof(webchat_completion), .deadline_ms = COMMAND_MS, .on_done = on_done, .context = app.base};
}

static void on_message(const webchat_message *message) {
    const webchat_completion ending = completion();
    if (message->text.len == 0) return;
    printf("%s: %s\n", message->from_name.data, message->text.data);
    /* The first answer will do. */
    if (app.asked && strcmp(message->from_type.data, "Agent") == 0) {
        app.asked = 0;
        webchat_end_chat(app.service, &ending, NULL);
    }
}

static void on_event(const webchat_event *event) {
    const webchat_completion asking = completion();
    const webchat_payload *payload = webchat_event_payload(event);
    webchat_message message;
    switch (webchat_event_kind(event)) {
    case WEBCHAT_EVENT_AGENT_CONNECTED: webchat_send_message(app.service, "Is my order on its way?", &asking, NULL); break;
    case WEBCHAT_EVENT_MESSAGE_RECEIVED:
        for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++) on_message(&message);
        break;
    case WEBCHAT_EVENT_ENDED: event_base_loopbreak(app.base); break;
    default: break;
    }
}

static void on_readable(evutil_socket_t fd, short what, void *data) {
    webchat_event *event;
    (void)fd, (void)what, (void)data;
    while (webchat_next_event(app.service, 0, &event) == WEBCHAT_OK) {
        on_event(event);
        webchat_event_free(event);
    }
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    const webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
    const struct timeval limit = {.tv_sec = CHAT_SECONDS};
    int fd;
    if (evthread_use_pthreads() != 0 || (app.base = event_base_new()) == NULL) return 1;
    const webchat_completion starting = completion();
    if (webchat_service_new(config, &app.service) != WEBCHAT_OK || webchat_event_fd(app.service, &fd) != WEBCHAT_OK ||
        webchat_start_chat(app.service, &form, &starting, NULL) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    struct event *readable = event_new(app.base, fd, EV_READ | EV_PERSIST, on_readable, NULL);
    if (readable == NULL || event_add(readable, NULL) != 0) return 1;
    event_base_loopexit(app.base, &limit);
    event_base_dispatch(app.base);
    if (event_base_got_exit(app.base)) give_up("The chat takes too long.");
    /* The descriptor goes with the service, so its event goes first; the callback thread may need the base until the service is done. */
    event_free(readable);
    webchat_service_close(app.service);
    webchat_service_wait_closed(app.service, COMMAND_MS);
    webchat_service_destroy(app.service);
    event_base_free(app.base);
    return app.failed;
}
