/*
 * The C adapter of the conformance table (tests/conformance/README.md has the protocol): commands come as lines on standard input,
 * outcomes and events go as lines to standard output. The last argument is the configuration as JSON text, or "-" for none; with
 * "asking" before it outcomes and events are asked for, each by a thread. WEBCHAT_KEEPER_FILE names a file that keeps the session of an
 * asynchronous chat.
 *
 * Commands go through their own functions (typed.h), and through webchat_command where those do not take what a scenario gives.
 */
#define _POSIX_C_SOURCE 200809L

#include <ctype.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <webchat.h>
#include "typed.h"

enum { MAX_COMMANDS = 4096 };

/* The library's request ids by the runner's command ids. Written by the main thread, and read by that which asks for outcomes. */
static uint64_t requests[MAX_COMMANDS];
static pthread_mutex_t giving = PTHREAD_MUTEX_INITIALIZER;
static int asking;

/* How many contexts the library holds. When there are none, nothing more comes. */
static size_t held;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;

static void hold(void) {
    pthread_mutex_lock(&lock);
    held++;
    pthread_mutex_unlock(&lock);
}

static void release(void *context) {
    free(context);
    pthread_mutex_lock(&lock);
    held--;
    pthread_cond_signal(&let_go);
    pthread_mutex_unlock(&lock);
}

static void wait_until_all_let_go(void) {
    pthread_mutex_lock(&lock);
    while (held > 0) pthread_cond_wait(&let_go, &lock);
    pthread_mutex_unlock(&lock);
}

/* ---- What the library tells ---- */

static void on_event(void *context, const webchat_event *event) {
    webchat_str json;
    (void)context;
    if (webchat_event_json(event, &json) != WEBCHAT_OK) abort();
    printf("event %s %s\n", webchat_event_name(event), json.data);
    fflush(stdout);
}

static void tell_outcome(unsigned long id, const webchat_outcome *outcome) {
    const webchat_status status = webchat_outcome_status(outcome);
    webchat_str json;
    if (webchat_payload_json(webchat_outcome_payload(outcome), &json) != WEBCHAT_OK) abort();
    if (status == WEBCHAT_OK) {
        printf("resolved %lu %s\n", id, json.data);
    } else {
        printf("rejected %lu %s %s\n", id, webchat_status_name(status), json.data);
    }
    fflush(stdout);
}

static void on_done(void *context, const webchat_outcome *outcome) { tell_outcome(*(const unsigned long *)context, outcome); }

/* ---- What is asked of it ---- */

static void *take_events(void *service) {
    webchat_event *event;
    while (webchat_next_event(service, WEBCHAT_FOREVER, &event) == WEBCHAT_OK) {
        on_event(NULL, event);
        webchat_event_free(event);
    }
    return NULL;
}

static void *take_outcomes(void *service) {
    webchat_outcome *outcome;
    while (webchat_next_outcome(service, WEBCHAT_FOREVER, &outcome) == WEBCHAT_OK) {
        uint64_t request;
        unsigned long id = 0;
        if (webchat_outcome_request(outcome, &request) != WEBCHAT_OK) abort();
        pthread_mutex_lock(&giving);
        while (id < MAX_COMMANDS && requests[id] != request) id++;
        pthread_mutex_unlock(&giving);
        if (id == MAX_COMMANDS) abort();
        tell_outcome(id, outcome);
        webchat_outcome_free(outcome);
    }
    return NULL;
}

/* ---- The functions of an application ---- */

static void typed(void *context, webchat_reply *reply) {
    (void)context;
    webchat_reply_set(reply, "what I am typing");
}

static void nothing(void *context, const char *message, webchat_reply *reply) {
    (void)context, (void)message, (void)reply;
}

static void failing(void *context, const char *message, webchat_reply *reply) {
    (void)context, (void)message;
    webchat_reply_set(reply, "this is no JSON object");
}

/* Replaces the first `old` in `text` by `new`; the result is the caller's. NULL when there is none. */
static char *replaced(const char *text, const char *old, const char *new) {
    const char *at = strstr(text, old);
    char *result;
    if (at == NULL) return NULL;
    result = malloc(strlen(text) + strlen(new) + 1);
    if (result == NULL) abort();
    memcpy(result, text, (size_t)(at - text));
    strcpy(result + (at - text), new);
    strcat(result, at + strlen(old));
    return result;
}

/* Capitals for ASCII will do here, and the library's JSON has no spaces. */
static void upper_case(void *context, const char *message, webchat_reply *reply) {
    const char *key = "\"text\":\"";
    char *changed, *text;
    (void)context;
    if (strstr(message, "\"type\":\"Message\"") == NULL) return;
    changed = replaced(message, "{", "{\"html\":true,");
    text = changed == NULL ? NULL : strstr(changed, key);
    for (text = text == NULL ? NULL : text + strlen(key); text != NULL && *text != '"' && *text != '\0'; text++) {
        *text = (char)toupper((unsigned char)*text);
    }
    if (text != NULL) webchat_reply_set(reply, changed);
    free(changed);
}

static void silent_join(void *context, const char *message, webchat_reply *reply) {
    char *changed;
    (void)context;
    if (strstr(message, "\"type\":\"Agent\"") == NULL) return;
    changed = replaced(message, "\"type\":\"ParticipantJoined\"", "\"type\":\"\"");
    if (changed != NULL) webchat_reply_set(reply, changed);
    free(changed);
}

static const struct {
    const char *name;
    webchat_preprocess_fn function;
} preprocessors[] = {
    {"upperCase", upper_case}, {"nothing", nothing}, {"silentJoin", silent_join}, {"failing", failing}
};

/* ---- The session keeper: a file ---- */

static const char *keeper_file;

static void store_session(void *context, const char *session, webchat_reply *reply) {
    FILE *file = fopen(keeper_file, "w");
    (void)context;
    if (file == NULL || fputs(session, file) < 0 || fclose(file) != 0) webchat_reply_fail(reply, keeper_file);
}

static void load_session(void *context, webchat_reply *reply) {
    FILE *file = fopen(keeper_file, "r");
    char *session = NULL;
    size_t size = 0;
    (void)context;
    if (file == NULL) return;
    if (getline(&session, &size, file) > 0) webchat_reply_set(reply, session);
    free(session);
    fclose(file);
}

static void forget_session(void *context, const char *lost, webchat_reply *reply) {
    (void)context, (void)reply;
    remove(keeper_file);
    printf("note forgotten %s\n", lost);
    fflush(stdout);
}

static webchat_status make_service(const char *config, webchat_service **service) {
    webchat_session_keeper keeper = {sizeof keeper, store_session, load_session, forget_session, NULL, release};
    webchat_service_options options = {.size = sizeof options, .config_json = config};
    keeper_file = getenv("WEBCHAT_KEEPER_FILE");
    if (keeper_file != NULL) {
        options.keeper = &keeper;
        hold();
    }
    return webchat_service_new_with(&options, service, NULL);
}

/* ---- Commands ---- */

static webchat_status give_function(
    webchat_service *service, const char *name, const char *function, const webchat_completion *completion, uint64_t *request
) {
    if (strcmp(name, "registerTypingPreviewInput") == 0) {
        return webchat_register_typing_preview_input(service, typed, NULL, NULL, completion, request);
    }
    for (size_t i = 0; i < sizeof preprocessors / sizeof *preprocessors; i++) {
        if (strcmp(function, preprocessors[i].name) == 0) {
            return webchat_register_pre_processor(service, preprocessors[i].function, NULL, NULL, completion, request);
        }
    }
    return WEBCHAT_ERR_INTERNAL;
}

static webchat_status give(
    webchat_service *service, char *name, const char *options, const webchat_completion *completion, uint64_t *request
) {
    char *function = strchr(name, ':');
    webchat_status status;
    if (function != NULL) {
        *function++ = '\0';
        return give_function(service, name, function, completion, request);
    }
    status = give_typed(service, name, options, completion, request);
    if (status != BY_NAME) return status;
    return webchat_command(service, name, options, completion, request);
}

/* "command ID DEADLINE NAME OPTIONS" or "begin ...", without the first word. */
static int command(webchat_service *service, char *line) {
    char *rest = line;
    const unsigned long id = strtoul(rest, &rest, 10);
    const unsigned long deadline = strtoul(rest, &rest, 10);
    char *name = *rest == ' ' ? rest + 1 : NULL;
    char *options = name == NULL ? NULL : strchr(name, ' ');
    unsigned long *context = malloc(sizeof *context);
    webchat_completion completion = {0};
    webchat_status status;
    if (options == NULL || context == NULL || id >= MAX_COMMANDS) {
        free(context);
        return 0;
    }
    *options++ = '\0';
    *context = id;
    completion.size = sizeof completion;
    completion.deadline_ms = (uint32_t)deadline;
    completion.on_done = asking ? NULL : on_done;
    completion.by_asking = asking ? 1 : 0;
    completion.context = context;
    completion.destroy = release;
    hold();
    pthread_mutex_lock(&giving);
    status = give(service, name, options, &completion, &requests[id]);
    pthread_mutex_unlock(&giving);
    if (status != WEBCHAT_OK) {
        printf("rejected %lu %s \"%s\"\n", id, webchat_status_name(status), webchat_status_text(status));
        fflush(stdout);
    }
    return 1;
}

static int cancel(webchat_service *service, const char *line) {
    const unsigned long id = strtoul(line, NULL, 10);
    return id < MAX_COMMANDS && webchat_cancel(service, requests[id]) == WEBCHAT_OK;
}

/* Obeys until the order to close; 0 when there was something else. */
static int obey(webchat_service *service) {
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int good = 1, closed = 0;
    while (good && !closed && (length = getline(&line, &size, stdin)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "close") == 0) {
            closed = 1;
        } else if (strncmp(line, "command ", 8) == 0 || strncmp(line, "begin ", 6) == 0) {
            good = command(service, strchr(line, ' ') + 1);
        } else {
            good = strncmp(line, "cancel ", 7) == 0 && cancel(service, line + 7);
        }
        if (!good) fprintf(stderr, "not understood: %s\n", line);
    }
    free(line);
    return good && closed;
}

int main(int argc, char **argv) {
    const char *config = argc > 1 && strcmp(argv[argc - 1], "-") != 0 ? argv[argc - 1] : NULL;
    webchat_service *service;
    const webchat_status status = make_service(config, &service);
    pthread_t takers[2];
    int good;
    asking = argc == 3 && strcmp(argv[1], "asking") == 0;
    if (argc != 2 + asking || status != WEBCHAT_OK) {
        fprintf(stderr, "no service: %s\n", webchat_status_text(status));
        return 2;
    }
    if (asking) {
        /* From here on the service keeps events; this thread's time limit is over at once. */
        webchat_event *event;
        if (webchat_next_event(service, 0, &event) == WEBCHAT_OK) on_event(NULL, event), webchat_event_free(event);
        if (pthread_create(&takers[0], NULL, take_events, service) != 0) return 2;
        if (pthread_create(&takers[1], NULL, take_outcomes, service) != 0) return 2;
    } else {
        hold();
        if (webchat_subscribe(service, NULL, on_event, NULL, release, NULL) != WEBCHAT_OK) return 2;
    }
    good = obey(service);
    if (webchat_service_close(service) != WEBCHAT_OK) return 2;
    if (webchat_service_wait_closed(service, WEBCHAT_FOREVER) != WEBCHAT_OK) return 2;
    for (int i = 0; asking && i < 2; i++) {
        if (pthread_join(takers[i], NULL) != 0) return 2;
    }
    if (webchat_service_destroy(service) != WEBCHAT_OK) return 2;
    wait_until_all_let_go();
    return good ? 0 : 1;
}
