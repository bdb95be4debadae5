/*
 * What the generated program of hostile calls is made of (ffi/tests/hostile.rs): values for each kind of parameter, good ones first, and
 * what has to hold after every call. A value that is always a mistake says so by MISTAKE.
 */
#ifndef HOSTILE_H
#define HOSTILE_H
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* ---- The call under way ---- */

static const char *function;
static int chosen[8], arguments, mistake, calls;

#define MISTAKE (mistake = 1)

static void describe(int signal) {
    char text[200];
    int length = snprintf(text, sizeof text, "%s in %s, values", signal == SIGALRM ? "it hangs" : "it fails", function);
    for (int i = 0; i < arguments; i++) length += snprintf(text + length, sizeof text - (size_t)length, " %d", chosen[i]);
    text[length++] = '\n';
    if (write(2, text, (size_t)length) < 0) _exit(4);
    _exit(3);
}

static void fail(const char *what) {
    fprintf(stderr, "%s: ", what);
    describe(SIGUSR1);
}

static void begin(const char *name, const int *values, int count) {
    function = name;
    memcpy(chosen, values, (size_t)count * sizeof *values);
    arguments = count;
    mistake = 0;
    calls++;
}

/* ---- Contexts: the library hands each back once ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int handed, returned;

static void good_webchat_destroy_fn(void *context) {
    (void)context;
    pthread_mutex_lock(&lock);
    returned++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void hand_over(void) {
    pthread_mutex_lock(&lock);
    handed++;
    pthread_mutex_unlock(&lock);
}

static int count_returned(void) {
    pthread_mutex_lock(&lock);
    const int count = returned;
    pthread_mutex_unlock(&lock);
    return count;
}

static void wait_for_all_contexts(void) {
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 60;
    pthread_mutex_lock(&lock);
    while (returned < handed) {
        if (pthread_cond_timedwait(&changed, &lock, &limit) != 0) fail("contexts were not let go");
    }
    CHECK(returned == handed);
    pthread_mutex_unlock(&lock);
}

/* ---- Callbacks, one for each type of the header ---- */

static void good_webchat_outcome_fn(void *context, const webchat_outcome *outcome) {
    (void)context;
    CHECK(webchat_outcome_status(outcome) != WEBCHAT_ERR_INVALID_HANDLE);
}
static void good_webchat_event_fn(void *context, const webchat_event *event) {
    (void)context;
    CHECK(webchat_event_kind(event) != WEBCHAT_EVENT_NONE);
}
static void good_webchat_progress_fn(void *context, uint64_t transferred, uint64_t total) {
    (void)context, (void)transferred, (void)total;
}
static void good_webchat_log_fn(void *context, uint32_t level, const char *text) {
    (void)context, (void)level;
    CHECK(text != NULL);
}
static void good_webchat_wake_fn(void *context) { (void)context; }
static void ask(void *context, webchat_reply *reply) {
    (void)context;
    CHECK_STATUS(webchat_reply_set(reply, "a\xff"), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_reply_set(reply, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_reply_fail(reply, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
}
static void tell(void *context, const char *text, webchat_reply *reply) {
    (void)text;
    ask(context, reply);
}
#define good_webchat_typing_input_fn ask
#define good_webchat_load_fn ask
#define good_webchat_load_session_fn ask
#define good_webchat_preprocess_fn tell
#define good_webchat_save_fn tell
#define good_webchat_store_session_fn tell
#define good_webchat_forget_session_fn tell

/* ---- Handles ---- */

static webchat_service *live_service, *freed_service;
static webchat_runtime *live_runtime, *freed_runtime;
static webchat_event *live_event, *freed_event;
static webchat_outcome *live_outcome, *freed_outcome;
/* Part of the event, or of the outcome. */
static void *live_payload, *freed_payload;
static webchat_subscription *live_subscription, *freed_subscription;
static webchat_look *live_look, *freed_look;
/* A reply lives during a callback only. */
static webchat_reply *live_reply, *freed_reply;

/* Makes sure that there is a live handle of each kind. */
static void renew(void) {
    if (webchat_service_close(live_service) == WEBCHAT_OK) CHECK_STATUS(webchat_service_destroy(live_service), WEBCHAT_OK);
    webchat_event_free(live_event);
    webchat_outcome_free(live_outcome);
    webchat_runtime_destroy(live_runtime);
    webchat_look_destroy(live_look);
    live_service = open_service();
    CHECK_STATUS(webchat_runtime_new(0, &live_runtime), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_event(live_service, WEBCHAT_FOREVER, &live_event), WEBCHAT_OK);
    CHECK_STATUS(webchat_call(live_service, "getStats", NULL, 0, &live_outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(live_service, NULL, good_webchat_event_fn, NULL, NULL, &live_subscription), WEBCHAT_OK);
    CHECK_STATUS(webchat_look_new(live_service, 0, &live_look), WEBCHAT_OK);
    live_payload = (void *)webchat_event_payload(live_event);
}

static void begin_all(void) {
    signal(SIGALRM, describe);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
    signal(SIGSEGV, describe);
    signal(SIGABRT, describe);
#endif
    alarm(500);
    renew();
    freed_service = live_service, freed_runtime = live_runtime, freed_event = live_event;
    freed_payload = (void *)webchat_outcome_payload(live_outcome);
    freed_outcome = live_outcome, freed_subscription = live_subscription, freed_look = live_look;
    renew();
}

static void end_all(void) {
    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_OFF, NULL, NULL, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(live_service), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_free(live_event), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(live_outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_look_destroy(live_look), WEBCHAT_OK);
    CHECK_STATUS(webchat_runtime_destroy(live_runtime), WEBCHAT_OK);
    wait_for_all_contexts();
    printf("hostile: %d calls passed\n", calls);
}

enum { N_HANDLE = 8 };
#define HANDLE(kind, value) ((webchat_##kind *)handle_value(value, live_##kind, freed_##kind))
static void *handle_value(int value, void *good, void *freed) {
    static int local;
    if (value > 0 || good == NULL) MISTAKE;
    switch (value) {
    case 0: return good;
    case 1: return NULL;
    case 2: return freed;
    case 3: return good == (void *)live_runtime ? (void *)live_service : (void *)live_runtime;
    case 4: return (void *)1;
    case 5: return (void *)-1;
    case 6: return &local;
    default: return (void *)((uintptr_t)good ^ ((uintptr_t)1 << 40));
    }
}

/* ---- Texts, bytes, numbers, functions ---- */

enum { N_TEXT = 9, N_TEXTS = 3, N_BYTES = 2, N_NUMBER = 3, N_SHORT_TIME = 2, N_THREADS = 3, N_COUNT = 3, N_FUNCTION = 2, N_CONTEXT = 2 };

static const char *text_value(int value, const char *good, int is_json, int is_path) {
    static char *large;
    if (large == NULL) {
        CHECK((large = calloc(1, 70001)) != NULL);
        memset(large, 'a', 70000);
    }
    switch (value) {
    case 0: return good;
    case 1: return NULL;
    case 2: return "";
    case 3: mistake |= !is_path; return "a\xff\xfe"; /* not UTF-8 */
    case 4: mistake |= is_json; return "[";
    case 5: mistake |= is_json; return "{";
    case 6: return "{}";
    case 7: return large;
    default: return "%s%n../..";
    }
}
static const char *const *texts_value(int value) {
    static const char *const good[] = {"/a/"}, *const bad[] = {NULL};
    return value == 0 ? good : value == 1 ? NULL : bad;
}
static const uint8_t *bytes_value(int value) { return value == 0 ? (const uint8_t *)"a" : NULL; }
static uint64_t number_value(int value) { return value == 0 ? 0 : value == 1 ? 1 : UINT64_MAX; }
static uint32_t short_time_value(int value) { return value == 0 ? 1000 : 1; }
static uint32_t threads_value(int value) { return (uint32_t)value; }
static size_t count_value(int value) {
    if (value == 2) MISTAKE;
    return value == 0 ? 1 : value == 1 ? 0 : SIZE_MAX;
}
/* A context with a function that lets it go is handed over, whatever becomes of the call. */
#define DESTROY(value) ((value) == 0 ? (hand_over(), good_webchat_destroy_fn) : NULL)

/* ---- Structures that the library reads ---- */

/* A copy of `structure` that says to be `size` bytes large, in a block that has no byte more. */
static void *sized_copy(const void *structure, size_t real, size_t size) {
    static void *blocks[16];
    static int next;
    const size_t room = size > 8192 || size < sizeof size ? sizeof size : size;
    void **block = &blocks[next++ % 16];
    free(*block);
    CHECK((*block = calloc(1, room)) != NULL);
    memcpy(*block, structure, room < real ? room : real);
    memcpy(*block, &size, sizeof size);
    return *block;
}

/* ---- What the library fills ---- */

enum { ROOM = 8192, PATTERN = 0xA5, MOST_BELIEVED = 4096 };
static unsigned char room[4][ROOM];

static void *out_value(int value, int place, int optional) {
    memset(room[place], PATTERN, ROOM);
    if (value > 0 && !optional) MISTAKE;
    return value == 0 ? (void *)room[place] : NULL;
}
static int is_untouched(const unsigned char *from, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (from[i] != PATTERN) return 0;
    }
    return 1;
}
static void check_status_of_call(webchat_status status) {
    if (mistake && status == WEBCHAT_OK) fail("a mistake was accepted");
    if (status == WEBCHAT_ERR_INTERNAL) fail("a fault in the library");
}
/* An out-parameter of `size` bytes is set, and nothing behind it. */
static void check_out(const void *out, size_t size) {
    if (out == NULL) return;
    const unsigned char *from = out;
    if (is_untouched(from, size)) fail("an out-parameter was left unset");
    if (!is_untouched(from + size, ROOM - size)) fail("something behind an out-parameter was written");
}
static void check_sized_out(const void *out, size_t real, size_t size) {
    if (out == NULL) return;
    const size_t believed = size > MOST_BELIEVED ? 0 : size;
    const size_t known = believed < real ? believed : real;
    if (known > 0 && is_untouched(out, known)) fail("an out-parameter was left unset");
    if (!is_untouched((const unsigned char *)out + believed, ROOM - believed)) fail("something behind an out-parameter was written");
}
/* A handle that was made is ended; without success there is none. */
#define CHECK_MADE(out, status, end)                                                  \
    do {                                                                              \
        if ((out) == NULL) break;                                                     \
        if (((status) == WEBCHAT_OK) != (*(out) != NULL)) fail("a handle and a status that do not agree"); \
        if (*(out) != NULL) CHECK_STATUS(end(*(out)), WEBCHAT_OK);                    \
    } while (0)

/* ---- All pairs of values ---- */

typedef struct entry {
    const char *name;
    void (*call)(const int *values);
    int arguments;
    int values[8];
    int renews; /* it ends what it is given */
} entry;

static void try_all(const entry *it) {
    int values[8] = {0};
#define CALL (it->call(values), (void)(it->renews ? renew() : (void)0))
    CALL;
    for (int i = 0; i < it->arguments; i++) {
        for (values[i] = 1; values[i] < it->values[i]; values[i]++) {
            CALL;
            for (int j = i + 1; j < it->arguments; j++) {
                for (values[j] = 1; values[j] < it->values[j]; values[j]++) CALL;
                values[j] = 0;
            }
        }
        values[i] = 0;
    }
#undef CALL
}

#endif
