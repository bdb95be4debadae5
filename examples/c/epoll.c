/*
 * Several customers' chats in one thread, with epoll. Outcomes of commands come on the library's callback thread; a pipe brings them into
 * the loop, so that nothing has to be locked.
 *
 *     epoll [CONFIGURATION [CHATS]]
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <webchat.h>

enum { MOST = 100, COMMAND_MS = 15000, SILENCE_MS = 120000 };

typedef struct chat {
    webchat_service *service;
    int asked;
} chat;

/* What goes through the pipe. */
typedef struct outcome {
    chat *of;
    webchat_outcome *outcome;
} outcome;

static chat chats[MOST];
static int outcomes[2], failed;

/* Callback thread. So few bytes go through a pipe in one piece. */
static void on_done(void *context, const webchat_outcome *done) {
    outcome told = {context, NULL};
    if (webchat_outcome_clone(done, &told.outcome) != WEBCHAT_OK) return;
    while (write(outcomes[1], &told, sizeof told) < 0 && errno == EINTR) continue;
}

static webchat_completion completion_of(chat *it) {
    return (webchat_completion){.size = sizeof(webchat_completion), .deadline_ms = COMMAND_MS, .on_done = on_done, .context = it};
}

static void take_outcome(void) {
    outcome told;
    webchat_str command, why;
    if (read(outcomes[0], &told, sizeof told) != (ssize_t)sizeof told) return;
    webchat_outcome_command(told.outcome, &command);
    webchat_outcome_reason(told.outcome, &why);
    const webchat_status status = webchat_outcome_status(told.outcome);
    if (status != WEBCHAT_OK && status != WEBCHAT_ERR_CLOSED) {
        fprintf(stderr, "chat %td: %s\n", told.of - chats, why.data);
        failed = 1;
        webchat_service_close(told.of->service);
    }
    if (status == WEBCHAT_OK && strcmp(command.data, "sendMessage") == 0) told.of->asked = 1;
    webchat_outcome_free(told.outcome);
}

static void take_message(chat *it, const webchat_message *message) {
    const webchat_completion completion = completion_of(it);
    if (message->text.len == 0) return;
    printf("chat %td: %s: %s\n", it - chats, message->from_name.data, message->text.data);
    /* The first answer will do. */
    if (it->asked && strcmp(message->from_type.data, "Agent") == 0) {
        it->asked = 0;
        webchat_end_chat(it->service, &completion, NULL);
    }
}

static void take_event(chat *it, const webchat_event *event) {
    const webchat_completion completion = completion_of(it);
    const webchat_payload *payload = webchat_event_payload(event);
    webchat_message message;
    switch (webchat_event_kind(event)) {
    case WEBCHAT_EVENT_AGENT_CONNECTED: webchat_send_message(it->service, "Is my order on its way?", &completion, NULL); break;
    case WEBCHAT_EVENT_MESSAGE_RECEIVED:
        for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++) take_message(it, &message);
        break;
    case WEBCHAT_EVENT_ENDED: webchat_service_close(it->service); break;
    default: break;
    }
}

/* Takes what has come. Returns 0 when nothing more will. */
static int take_events(chat *it) {
    webchat_event *event;
    webchat_status next;
    while ((next = webchat_next_event(it->service, 0, &event)) == WEBCHAT_OK) {
        take_event(it, event);
        webchat_event_free(event);
    }
    return next != WEBCHAT_END_OF_EVENTS;
}

static int watch(int poller, int fd, chat *it) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = it}};
    return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static int begin(int poller, const char *config, chat *it) {
    const webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
    const webchat_completion completion = completion_of(it);
    int fd;
    if (webchat_service_new(config, &it->service) != WEBCHAT_OK || webchat_event_fd(it->service, &fd) != WEBCHAT_OK ||
        webchat_start_chat(it->service, &form, &completion, NULL) != WEBCHAT_OK) {
        return fprintf(stderr, "%s\n", webchat_failure_reason()), -1;
    }
    return watch(poller, fd, it);
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    int open = argc > 2 ? atoi(argv[2]) : 3, ready = 1;
    const int poller = epoll_create1(0);
    if (open < 1 || open > MOST || poller < 0 || pipe(outcomes) != 0 || watch(poller, outcomes[0], NULL) != 0) return 1;
    for (int i = 0; i < open; i++)
        if (begin(poller, config, &chats[i]) != 0) return 1;
    while (open > 0 && ready != 0) {
        struct epoll_event events[16];
        ready = epoll_wait(poller, events, 16, SILENCE_MS);
        if (ready < 0 && errno != EINTR) return perror("epoll_wait"), 1;
        for (int i = 0; i < ready; i++) {
            chat *it = events[i].data.ptr;
            if (it == NULL) take_outcome();
            else if (!take_events(it)) open--, webchat_service_destroy(it->service); /* and its descriptor with it */
        }
    }
    if (ready == 0) fprintf(stderr, "Nothing has happened for too long.\n");
    return failed || ready == 0;
}
