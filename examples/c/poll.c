/*
 * A chat in the terminal, with poll(): one thread waits for the keyboard and for the chat at once. What is typed is sent; the end of the
 * input (Ctrl-D) ends the chat.
 *
 *     poll [CONFIGURATION]
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <webchat.h>

enum { CHAT, KEYBOARD, START_MS = 15000, AGENT_MS = 120000 };

/* Told on the callback thread. */
static void on_sent(void *context, const webchat_outcome *outcome) {
    webchat_str why;
    (void)context;
    if (webchat_outcome_status(outcome) == WEBCHAT_OK) return;
    webchat_outcome_reason(outcome, &why);
    fprintf(stderr, "A message was not sent: %s\n", why.data);
}

/* A chat that cannot be ended properly is left. */
static void on_ended(void *context, const webchat_outcome *outcome) {
    if (webchat_outcome_status(outcome) != WEBCHAT_OK) webchat_service_close(context);
}

static void send_line(webchat_service *service, const char *line) {
    const webchat_completion completion = {.size = sizeof completion, .on_done = on_sent};
    if (*line == '\0') return;
    if (webchat_send_message(service, line, &completion, NULL) != WEBCHAT_OK) fprintf(stderr, "%s\n", webchat_failure_reason());
}

/* Sends every whole line that has been typed. Returns 0 at the end of the input. */
static int read_keyboard(webchat_service *service) {
    static char typed[4096];
    static size_t used;
    char *line = typed, *end;
    const ssize_t count = read(STDIN_FILENO, typed + used, sizeof typed - 1 - used);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    used += (size_t)count;
    typed[used] = '\0';
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        send_line(service, line);
    }
    used -= (size_t)(line - typed);
    memmove(typed, line, used + 1);
    if (count == 0 || used == sizeof typed - 1) {
        send_line(service, typed);
        used = 0;
    }
    return count > 0;
}

/* Shows what has come. Returns 0 when nothing more will. */
static int take_events(webchat_service *service, int *agent_is_there) {
    webchat_event *event;
    webchat_message message;
    webchat_status status;
    while ((status = webchat_next_event(service, 0, &event)) == WEBCHAT_OK) {
        const webchat_payload *payload = webchat_event_payload(event);
        switch (webchat_event_kind(event)) {
        case WEBCHAT_EVENT_AGENT_CONNECTED: *agent_is_there = 1; break;
        case WEBCHAT_EVENT_DISCONNECTED: puts("(the connection is lost)"); break;
        case WEBCHAT_EVENT_RECONNECTED: puts("(the connection is back)"); break;
        case WEBCHAT_EVENT_ENDED: puts("(the chat has ended)"); webchat_service_close(service); break;
        case WEBCHAT_EVENT_MESSAGE_RECEIVED:
            for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++)
                if (message.text.len > 0) printf("%s: %s\n", message.from_name.data, message.text.data);
            break;
        default: break;
        }
        webchat_event_free(event);
    }
    fflush(stdout);
    return status != WEBCHAT_END_OF_EVENTS;
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    struct pollfd files[] = {[CHAT] = {.fd = -1, .events = POLLIN}, [KEYBOARD] = {.fd = -1, .events = POLLIN}};
    int agent_is_there = 0, typing = 1;
    webchat_service *service;
    /* The descriptor comes first: whoever is there before the first command gets every event. */
    if (webchat_service_new(config, &service) != WEBCHAT_OK || webchat_event_fd(service, &files[CHAT].fd) != WEBCHAT_OK ||
        webchat_call(service, "startChat", "{\"nickname\": \"Ann\"}", START_MS, NULL) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    const long long limit = now_ms() + AGENT_MS;
    for (;;) {
        const long long left = agent_is_there ? -1 : limit > now_ms() ? limit - now_ms() : 0;
        files[KEYBOARD].fd = agent_is_there && typing ? STDIN_FILENO : -1;
        const int ready = poll(files, 2, (int)left);
        if (ready < 0 && errno != EINTR) return perror("poll"), 1;
        if (ready == 0) {
            fprintf(stderr, "No agent has come.\n");
            return webchat_service_destroy(service), 1;
        }
        if (ready > 0 && files[KEYBOARD].revents != 0 && !(typing = read_keyboard(service))) {
            const webchat_completion completion = {.size = sizeof completion, .on_done = on_ended, .context = service};
            webchat_end_chat(service, &completion, NULL);
        }
        if (ready > 0 && files[CHAT].revents != 0 && !take_events(service, &agent_is_there)) break;
    }
    return webchat_service_destroy(service) != WEBCHAT_OK;
}
