/*
 * A bot that chats as a customer: it answers what the agent says from a table, in callbacks. Commands never wait, so they may be given
 * there; the main thread sleeps until the chat is over.
 *
 *     bot [CONFIGURATION]
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <webchat.h>

enum { COMMAND_MS = 15000, CHAT_SECONDS = 120, MOST_ANSWERS = 20 };

/* The first that is found in a message has the answer to it. */
static const struct { const char *heard, *answer; } answers[] = {
    {"can I help", "I need my invoice, please."},
    {"order number", "It is 4711."},
    {"invoice", "Thank you!"},
    {"welcome", "That was all. Goodbye."},
};

typedef struct bot {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    webchat_service *service;
    int given, over, failed;
} bot;

static void finish(bot *self, const char *why) {
    pthread_mutex_lock(&self->lock);
    if (why != NULL) fprintf(stderr, "%s\n", why);
    self->failed |= why != NULL;
    self->over = 1;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

/* How a command has ended. A message of which nobody knows whether it arrived is not said again: the agent might read it twice. */
static void on_done(void *context, const webchat_outcome *outcome) {
    uint32_t delivery;
    webchat_str why;
    if (webchat_outcome_status(outcome) == WEBCHAT_OK) return;
    webchat_outcome_delivery(outcome, &delivery);
    webchat_outcome_reason(outcome, &why);
    if (delivery == WEBCHAT_DELIVERY_UNKNOWN) {
        fprintf(stderr, "It may not have arrived: %s\n", why.data);
    } else {
        finish(context, why.data);
    }
}

static webchat_completion completion_of(bot *self) {
    return (webchat_completion){.size = sizeof(webchat_completion), .deadline_ms = COMMAND_MS, .on_done = on_done, .context = self};
}

static void answer(bot *self, const webchat_message *message) {
    const webchat_completion completion = completion_of(self);
    printf("%s: %s\n", message->from_name.data, message->text.data);
    if (strcmp(message->from_type.data, "Agent") != 0) return;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        /* Two bots would talk for ever. */
        if (strstr(message->text.data, answers[i].heard) == NULL || self->given++ >= MOST_ANSWERS) continue;
        webchat_send_typing(self->service, answers[i].answer, NULL, NULL);
        webchat_send_message(self->service, answers[i].answer, &completion, NULL);
        return;
    }
}

static void on_messages(void *context, const webchat_event *event) {
    webchat_message message;
    for (size_t i = 0; webchat_payload_message(webchat_event_payload(event), i, &message, sizeof message) == WEBCHAT_OK; i++)
        if (message.text.len > 0) answer(context, &message);
}

static void on_ended(void *context, const webchat_event *event) {
    (void)event;
    finish(context, NULL);
}

/* Returns 0 when it takes too long. */
static int wait_for_end(bot *self) {
    struct timespec limit;
    int failure = 0;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += CHAT_SECONDS;
    pthread_mutex_lock(&self->lock);
    while (!self->over && failure == 0) failure = pthread_cond_timedwait(&self->changed, &self->lock, &limit);
    pthread_mutex_unlock(&self->lock);
    return failure == 0;
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    const webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
    /* Callbacks may use it until the library has let it go, which no function waits for: so it is on no stack. */
    static bot self = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    const webchat_completion completion = completion_of(&self);
    if (webchat_service_new(config, &self.service) != WEBCHAT_OK ||
        webchat_subscribe(self.service, "messageReceived", on_messages, &self, NULL, NULL) != WEBCHAT_OK ||
        webchat_subscribe(self.service, "ended", on_ended, &self, NULL, NULL) != WEBCHAT_OK ||
        webchat_start_chat(self.service, &form, &completion, NULL) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    if (!wait_for_end(&self)) {
        fprintf(stderr, "The chat takes too long.\n");
        webchat_call(self.service, "endChat", NULL, COMMAND_MS, NULL);
        self.failed = 1;
    }
    return webchat_service_destroy(self.service) != WEBCHAT_OK || self.failed;
}
