/*
 * Threads of the program's in the library: cancelled in the middle of a call, and with small stacks. And one of the library's that a
 * callback ends.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the header promises to be enough. */
enum { STACK = 128 << 10 };

/* ---- Cancelling ---- */

typedef struct waiting {
    webchat_service *service;
    void (*wait)(webchat_service *service);
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int begun, returned;
} waiting;

static void wait_for_outcome(webchat_service *service) {
    webchat_outcome *outcome;
    CHECK_STATUS(webchat_call(service, "startChat", NULL, 0, &outcome), WEBCHAT_ERR_CLOSED);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
}

static void wait_for_event(webchat_service *service) {
    webchat_event *event;
    webchat_status status;
    while ((status = webchat_next_event(service, WEBCHAT_FOREVER, &event)) == WEBCHAT_OK) {
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    }
    CHECK_STATUS(status, WEBCHAT_END_OF_EVENTS);
}

static void set(waiting *it, int *what) {
    pthread_mutex_lock(&it->lock);
    *what = 1;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

static void *wait_in_library(void *context) {
    waiting *it = context;
    int state;
    set(it, &it->begun);
    it->wait(it->service);
    set(it, &it->returned);
    /* It can be cancelled as before. */
    CHECK(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state) == 0 && state == PTHREAD_CANCEL_ENABLE);
    for (;;) pthread_testcancel();
    return NULL;
}

/* A server that takes connections and never answers. */
static const char *silent_server(void) {
    static char config[200];
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(server >= 0 && bind(server, (struct sockaddr *)&address, sizeof address) == 0 && listen(server, 100) == 0);
    CHECK(getsockname(server, (struct sockaddr *)&address, &length) == 0);
    snprintf(config, sizeof config,
             "{\"dataURL\": \"http://127.0.0.1:%d/chat\", \"ajaxTimeout\": 60000, \"connection\": {\"proxy\": \"none\"}}",
             ntohs(address.sin_port));
    return config;
}

static void cancelled(const char *config, void (*wait)(webchat_service *)) {
    pthread_t thread;
    void *result;
    waiting it = {NULL, wait, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};
    CHECK_STATUS(webchat_service_new(config, &it.service), WEBCHAT_OK);
    CHECK(pthread_create(&thread, NULL, wait_in_library, &it) == 0);
    pthread_mutex_lock(&it.lock);
    while (!it.begun) pthread_cond_wait(&it.changed, &it.lock);
    pthread_mutex_unlock(&it.lock);
    CHECK(pthread_cancel(thread) == 0);
    CHECK_STATUS(webchat_service_destroy(it.service), WEBCHAT_OK);
    CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
}

/* A cancellation that comes before the first cancellation point waits for one of the program's. */
static void *call_when_cancelled(void *context) {
    webchat_service *service = context;
    webchat_outcome *outcome;
    CHECK(pthread_cancel(pthread_self()) == 0);
    CHECK_STATUS(webchat_call(service, "getStats", NULL, 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    pthread_testcancel();
    return NULL;
}

/* In a callback nobody can cancel the thread, which is the library's. */
static void cancel_own_thread(void *context, const webchat_outcome *outcome) {
    CHECK(pthread_cancel(pthread_self()) == 0);
    pthread_testcancel();
    probe_on_done(context, outcome);
}

static void cancelling(void) {
    const char *silent = silent_server();
    pthread_t thread;
    void *result;
    for (int i = 0; i < 50; i++) {
        cancelled(silent, wait_for_outcome);
        cancelled(silent, wait_for_event);
    }
    CHECK(pthread_create(&thread, NULL, call_when_cancelled, open_service()) == 0);
    CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);

    probe p;
    probe_init(&p);
    webchat_service *service = open_service();
    webchat_completion completion = completion_of(&p);
    completion.on_done = cancel_own_thread;
    CHECK_STATUS(webchat_get_stats(service, &completion, NULL), WEBCHAT_OK);
    CHECK_ENDED(&p, 1);
    CHECK_STATUS(webchat_outcome_free(p.outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

/* ---- Leaving a callback by its thread's end ---- */

static void end_own_thread(void *context, const webchat_outcome *outcome) {
    (void)context, (void)outcome;
    pthread_exit(NULL);
}

/* The process ends, as the header says, and nothing goes on in a state that nobody knows. Before the library is used: children cannot. */
static void leaving_a_callback(void) {
    int status;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        webchat_completion completion = {.size = sizeof completion, .on_done = end_own_thread};
        if (setrlimit(RLIMIT_CORE, &no_core) != 0 || freopen("/dev/null", "w", stderr) == NULL) _exit(2);
        if (webchat_get_stats(open_service(), &completion, NULL) != WEBCHAT_OK) _exit(3);
        for (;;) pause();
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* ---- Small stacks ---- */

static void *use_everything(void *unused) {
    webchat_runtime *runtime;
    webchat_service *service;
    webchat_outcome *outcome, *failure;
    webchat_event *event;
    webchat_str text;
    int fd;
    webchat_service_options options = {sizeof options, NOWHERE, NULL, NULL, NULL};
    webchat_chat_form form = {sizeof form, "Jo", NULL, NULL, NULL, NULL, "{\"a\": {\"b\": []}}", NULL};
    CHECK_STATUS(webchat_runtime_new(1, &runtime), WEBCHAT_OK);
    options.runtime = runtime;
    CHECK_STATUS(webchat_service_new(NOWHERE, &service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_new("{\"dataURL\": 7}", &service), WEBCHAT_ERR_INVALID_CONFIGURATION);
    CHECK_STATUS(webchat_service_new_with(&options, &service, &failure), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_fd(service, &fd), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_event(service, WEBCHAT_FOREVER, &event), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_json(event, &text), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    CHECK_STATUS(webchat_start_chat(service, &form, NULL, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_call(service, "getStats", "{\"a\": [{}]}", 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_payload_json(webchat_outcome_payload(outcome), &text), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_call(service, "addPrefilter", "{\"filters\": [\"/(a|b)*[^c]{2,40}\\\\d+/iu\"]}", 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_runtime_destroy(runtime), WEBCHAT_OK);
    return unused;
}

static void small_stacks(size_t size) {
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, size) == 0);
    CHECK(pthread_create(&thread, &attributes, use_everything, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
}

int main(int argc, char **argv) {
    if (argc == 2) {
        small_stacks((size_t)atol(argv[1]));
    } else {
        leaving_a_callback();
        small_stacks(STACK);
        cancelling();
    }
    puts("threads: passed");
    return 0;
}
