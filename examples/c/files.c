/*
 * Files both ways, with their progress: sends one to the agent, and saves the one that the agent sends.
 *
 *     files [CONFIGURATION [FILE [DIRECTORY]]]
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <webchat.h>

enum { COMMAND_MS = 30000, SILENCE_MS = 60000 };

/* Somebody who waits for the outcome of a command. */
typedef struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int is_let_go;
    webchat_outcome *outcome;
} waiter;

static void on_progress(void *context, uint64_t transferred, uint64_t total) {
    (void)context;
    if (total == UINT64_MAX) fprintf(stderr, "%llu bytes\n", (unsigned long long)transferred);
    else if (total > 0) fprintf(stderr, "%3.0f %%\n", 100 * (double)transferred / (double)total);
}

static void on_done(void *context, const webchat_outcome *outcome) {
    waiter *it = context;
    webchat_outcome_clone(outcome, &it->outcome);
}

/* The last call of all: from here on the waiter belongs to the thread that waits alone, so it may be on its stack. */
static void on_destroy(void *context) {
    waiter *it = context;
    pthread_mutex_lock(&it->lock);
    it->is_let_go = 1;
    pthread_cond_signal(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

static waiter new_waiter(void) {
    return (waiter){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
}

/* A transfer may take long, so it has no deadline: the configuration has a limit for one that stands still. */
static webchat_completion completion_of(waiter *it) {
    return (webchat_completion){.size = sizeof(webchat_completion), .on_done = on_done, .on_progress = on_progress,
                                .context = it, .destroy = on_destroy};
}

/* Waits for the outcome of a command whose function has returned `given`. Where it has failed, that is told, and the outcome is NULL. */
static webchat_outcome *wait_for(waiter *it, webchat_status given) {
    webchat_str why;
    pthread_mutex_lock(&it->lock);
    while (!it->is_let_go) pthread_cond_wait(&it->changed, &it->lock);
    pthread_mutex_unlock(&it->lock);
    if (given != WEBCHAT_OK) return fprintf(stderr, "%s\n", webchat_failure_reason()), NULL;
    if (webchat_outcome_status(it->outcome) == WEBCHAT_OK) return it->outcome;
    webchat_outcome_reason(it->outcome, &why);
    fprintf(stderr, "%s\n", why.data);
    webchat_outcome_free(it->outcome);
    return NULL;
}

static int send_file(webchat_service *service, const char *path) {
    waiter it = new_waiter();
    const webchat_completion completion = completion_of(&it);
    webchat_outcome *outcome = wait_for(&it, webchat_send_file(service, path, NULL, NULL, &completion, NULL));
    if (outcome == NULL) return 0;
    printf("sent %s\n", path);
    return webchat_outcome_free(outcome) == WEBCHAT_OK;
}

static int save_file(webchat_service *service, const char *id, const char *directory) {
    waiter it = new_waiter();
    const webchat_completion completion = completion_of(&it);
    webchat_download saved;
    webchat_outcome *outcome = wait_for(&it, webchat_download_file_into(service, id, directory, NULL, &completion, NULL));
    if (outcome == NULL) return 0;
    if (webchat_payload_download(webchat_outcome_payload(outcome), &saved, sizeof saved) == WEBCHAT_OK)
        printf("saved %s (%llu bytes)\n", saved.path.data, (unsigned long long)saved.size);
    return webchat_outcome_free(outcome) == WEBCHAT_OK;
}

/* Gives a command that takes no time worth showing, and waits for it. */
static int call(webchat_service *service, const char *name, const char *options) {
    if (webchat_call(service, name, options, COMMAND_MS, NULL) == WEBCHAT_OK) return 1;
    fprintf(stderr, "%s: %s\n", name, webchat_failure_reason());
    return 0;
}

/* Returns 0 when something has failed. */
static int take(webchat_service *service, const webchat_event *event, const char *path, const char *directory) {
    const uint32_t kind = webchat_event_kind(event);
    webchat_message message;
    if (kind == WEBCHAT_EVENT_ENDED) webchat_service_close(service);
    if (kind == WEBCHAT_EVENT_AGENT_CONNECTED)
        return send_file(service, path) && call(service, "sendMessage", "{\"message\": \"Please send me my invoice.\"}");
    if (kind != WEBCHAT_EVENT_MESSAGE_RECEIVED) return 1;
    for (size_t i = 0; webchat_payload_message(webchat_event_payload(event), i, &message, sizeof message) == WEBCHAT_OK; i++)
        if (message.file_id.len > 0 && strcmp(message.from_type.data, "Agent") == 0)
            return save_file(service, message.file_id.data, directory) && call(service, "endChat", NULL);
    return 1;
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    webchat_service *service;
    webchat_event *event;
    webchat_status next;
    int is_well = 1;
    if (webchat_service_new(config, &service) != WEBCHAT_OK) return fprintf(stderr, "%s\n", webchat_failure_reason()), 1;
    is_well = call(service, "startChat", "{\"nickname\": \"Ann\"}");
    while (is_well && (next = webchat_next_event(service, SILENCE_MS, &event)) != WEBCHAT_END_OF_EVENTS) {
        if (next != WEBCHAT_OK) fprintf(stderr, "Nothing has happened for too long.\n");
        is_well = next == WEBCHAT_OK && take(service, event, argc > 2 ? argv[2] : "files.c", argc > 3 ? argv[3] : ".");
        webchat_event_free(event);
    }
    return webchat_service_destroy(service) != WEBCHAT_OK || !is_well;
}
