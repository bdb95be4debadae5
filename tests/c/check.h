/* What the C tests share: checks that stop the program, and a probe that counts the calls of callbacks. */
#ifndef CHECK_H
#define CHECK_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <webchat.h>

#define CHECK(condition) check_that(!!(condition), #condition, __FILE__, __LINE__)
#define CHECK_STATUS(call, expected) check_status((call), (expected), #call, __FILE__, __LINE__)

static inline void check_that(int holds, const char *what, const char *file, int line) {
    if (holds) return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    exit(1);
}

static inline void check_status(webchat_status got, webchat_status expected, const char *call, const char *file, int line) {
    if (got == expected) return;
    fprintf(stderr, "%s:%d: %s\n    is %s, not %s\n", file, line, call, webchat_status_name(got),
            webchat_status_name(expected));
    exit(1);
}

/* The context of a callback: how often it was called and let go, and what an outcome said. */
typedef struct probe {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int calls;
    int destroyed;
    webchat_status status;
    webchat_outcome *outcome; /* the test's own */
} probe;

static inline void probe_init(probe *p) {
    memset(p, 0, sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
}

static inline void probe_called(probe *p) {
    pthread_mutex_lock(&p->lock);
    if (p->destroyed) {
        fprintf(stderr, "a callback ran after its context was let go\n");
        abort();
    }
    p->calls++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static inline void probe_destroyed(void *context) {
    probe *p = context;
    pthread_mutex_lock(&p->lock);
    p->destroyed++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static inline void probe_on_done(void *context, const webchat_outcome *outcome) {
    probe *p = context;
    p->status = webchat_outcome_status(outcome);
    CHECK_STATUS(webchat_outcome_clone(outcome, &p->outcome), WEBCHAT_OK);
    probe_called(p);
}

/* Waits until *counter, one of the probe's, has reached `count`. A minute is more than anything here takes. */
static inline void probe_wait(probe *p, const int *counter, int count, const char *file, int line) {
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 300; /* valgrind on a busy machine is slow */
    pthread_mutex_lock(&p->lock);
    while (*counter < count) {
        if (pthread_cond_timedwait(&p->changed, &p->lock, &limit) != 0) {
            fprintf(stderr, "%s:%d: waited in vain: %d of %d\n", file, line, *counter, count);
            exit(1);
        }
    }
    pthread_mutex_unlock(&p->lock);
}

/* The context was let go, once, and the callback was called this often before. */
#define CHECK_ENDED(p, expected_calls)                              \
    do {                                                            \
        probe_wait((p), &(p)->destroyed, 1, __FILE__, __LINE__);    \
        CHECK((p)->calls == (expected_calls));                      \
        CHECK((p)->destroyed == 1);                                 \
    } while (0)

#define WAIT_CALLS(p, count) probe_wait((p), &(p)->calls, (count), __FILE__, __LINE__)

static inline webchat_completion completion_of(probe *p) {
    webchat_completion completion;
    memset(&completion, 0, sizeof completion);
    completion.size = sizeof completion;
    completion.on_done = probe_on_done;
    completion.context = p;
    completion.destroy = probe_destroyed;
    return completion;
}

static inline int text_is(webchat_str text, const char *expected) {
    return text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0 && text.data[text.len] == '\0';
}

/* A configuration for a server that is not there, and a service with it. */
#define NOWHERE "{\"dataURL\": \"http://127.0.0.1:9/chat\", \"ajaxTimeout\": 60000}"

static inline webchat_service *open_service(void) {
    webchat_service *service;
    CHECK_STATUS(webchat_service_new(NOWHERE, &service), WEBCHAT_OK);
    CHECK(service != NULL);
    return service;
}

/* A configuration with quick polls for the chat server at `url`. */
static inline const char *config_for(const char *url) {
    static char config[512];
    snprintf(config, sizeof config,
             "{\"dataURL\": \"%s\", \"pollRateMin\": 250, \"pollRateMax\": 250, \"ajaxTimeout\": 20000}", url);
    return config;
}

#endif
