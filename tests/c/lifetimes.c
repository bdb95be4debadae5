/* Services, contexts and threads that end at every moment: nothing may crash or hang, and each context is let go exactly once. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <sys/prctl.h>

/* A callback that does what is not allowed there, and destroys its own service. */
struct inside {
    probe p;
    webchat_service *service;
    webchat_subscription *subscription;
};

static void misbehave(struct inside *in) {
    webchat_outcome *outcome;
    webchat_event *event;
    CHECK_STATUS(webchat_call(in->service, "getStats", NULL, 0, &outcome), WEBCHAT_ERR_WRONG_THREAD);
    CHECK_STATUS(webchat_next_event(in->service, 1, &event), WEBCHAT_ERR_WRONG_THREAD);
    CHECK_STATUS(webchat_next_event(in->service, WEBCHAT_FOREVER, &event), WEBCHAT_ERR_WRONG_THREAD);
    CHECK_STATUS(webchat_service_wait_closed(in->service, 1), WEBCHAT_ERR_WRONG_THREAD);
    CHECK_STATUS(webchat_service_wait_closed(in->service, 0), WEBCHAT_ERR_TIMEOUT);
    webchat_status status = webchat_next_event(in->service, 0, &event);
    CHECK(status == WEBCHAT_OK || status == WEBCHAT_ERR_TIMEOUT);
    if (status == WEBCHAT_OK) webchat_event_free(event);
    CHECK_STATUS(webchat_get_stats(in->service, NULL, NULL), WEBCHAT_OK);
}

static void destroy_in_event(void *context, const webchat_event *event) {
    struct inside *in = context;
    misbehave(in);
    CHECK_STATUS(webchat_event_free((webchat_event *)event), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_service_destroy(in->service), WEBCHAT_OK);
    CHECK(webchat_event_kind(event) == WEBCHAT_EVENT_READY);
    CHECK_STATUS(webchat_unsubscribe(in->subscription), WEBCHAT_ERR_INVALID_HANDLE);
    probe_called(&in->p);
    CHECK(in->p.destroyed == 0);
}

static void unsubscribe_in_event(void *context, const webchat_event *event) {
    struct inside *in = context;
    CHECK(strcmp(webchat_event_name(event), "ready") == 0);
    CHECK_STATUS(webchat_unsubscribe(in->subscription), WEBCHAT_OK);
    CHECK_STATUS(webchat_unsubscribe(in->subscription), WEBCHAT_ERR_INVALID_HANDLE);
    probe_called(&in->p);
    CHECK(in->p.destroyed == 0);
}

static void destroy_in_outcome(void *context, const webchat_outcome *outcome) {
    struct inside *in = context;
    misbehave(in);
    CHECK_STATUS(webchat_outcome_free((webchat_outcome *)outcome), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(webchat_service_destroy(in->service), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_status(outcome), WEBCHAT_OK);
    probe_called(&in->p);
}

static void inside_destroyed(void *context) {
    probe_destroyed(&((struct inside *)context)->p);
}

static void callbacks(void) {
    for (int i = 0; i < 20; i++) {
        struct inside event, once, outcome;
        probe_init(&event.p);
        probe_init(&once.p);
        probe_init(&outcome.p);

        event.service = once.service = NULL;
        CHECK_STATUS(webchat_service_new(NULL, &event.service), WEBCHAT_OK);
        once.service = event.service;
        CHECK_STATUS(webchat_subscribe(event.service, NULL, unsubscribe_in_event, &once, inside_destroyed,
                                       &once.subscription), WEBCHAT_OK);
        CHECK_STATUS(webchat_subscribe(event.service, "WebChatService.ready", destroy_in_event, &event, inside_destroyed,
                                       &event.subscription), WEBCHAT_OK);
        CHECK_STATUS(webchat_configure(event.service, NOWHERE, NULL, NULL), WEBCHAT_OK);
        CHECK_ENDED(&once.p, 1);
        CHECK_ENDED(&event.p, 1);

        outcome.service = open_service();
        webchat_completion completion = completion_of(&outcome.p);
        completion.context = &outcome;
        completion.on_done = destroy_in_outcome;
        completion.destroy = inside_destroyed;
        CHECK_STATUS(webchat_get_stats(outcome.service, &completion, NULL), WEBCHAT_OK);
        CHECK_ENDED(&outcome.p, 1);
    }
}

static void *destroy_elsewhere(void *service) {
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    return NULL;
}

/* Commands that wait for their configuration, and one that waits for an event, while another thread destroys the service. */
static void destroyed_elsewhere(void) {
    enum { COMMANDS = 50 };
    static probe probes[COMMANDS];
    for (int round = 0; round < 10; round++) {
        webchat_service *service;
        webchat_event *event;
        pthread_t thread;
        CHECK_STATUS(webchat_service_new(NULL, &service), WEBCHAT_OK);
        for (int i = 0; i < COMMANDS; i++) {
            probe_init(&probes[i]);
            webchat_completion completion = completion_of(&probes[i]);
            CHECK_STATUS(webchat_send_message(service, "a", &completion, NULL), WEBCHAT_OK);
        }
        CHECK(pthread_create(&thread, NULL, destroy_elsewhere, service) == 0);
        webchat_status status = webchat_next_event(service, WEBCHAT_FOREVER, &event);
        CHECK(status == WEBCHAT_END_OF_EVENTS || status == WEBCHAT_ERR_INVALID_HANDLE);
        pthread_join(thread, NULL);
        for (int i = 0; i < COMMANDS; i++) {
            CHECK_ENDED(&probes[i], 1);
            CHECK_STATUS(probes[i].status, WEBCHAT_ERR_CLOSED);
            CHECK_STATUS(webchat_outcome_free(probes[i].outcome), WEBCHAT_OK);
        }
    }
}

/* Threads that use, destroy and close the same service at once: every accepted command has its outcome, every context is let go. */
struct racer {
    webchat_service *service;
    probe *counts;
    int accepted;
};

static void count_outcome(void *context, const webchat_outcome *outcome) {
    webchat_status status = webchat_outcome_status(outcome);
    CHECK(status == WEBCHAT_ERR_NO_SESSION || status == WEBCHAT_ERR_CLOSED || status == WEBCHAT_ERR_CANCELLED);
    probe *p = context;
    pthread_mutex_lock(&p->lock);
    p->calls++;
    pthread_mutex_unlock(&p->lock);
}

static void *race(void *context) {
    struct racer *racer = context;
    webchat_event *event;
    webchat_completion completion = completion_of(racer->counts);
    completion.on_done = count_outcome;
    for (int i = 0; i < 200; i++) {
        uint64_t request;
        webchat_status status = webchat_send_message(racer->service, "a", &completion, &request);
        CHECK(status == WEBCHAT_OK || status == WEBCHAT_ERR_INVALID_HANDLE);
        racer->accepted += status == WEBCHAT_OK;
        if (i % 3 == 0) webchat_cancel(racer->service, request);
        if (webchat_next_event(racer->service, 0, &event) == WEBCHAT_OK) webchat_event_free(event);
        if (i == 150) webchat_service_destroy(racer->service);
    }
    return NULL;
}

static void races(void) {
    enum { THREADS = 4 };
    static probe counts[10];
    for (int round = 0; round < 10; round++) {
        struct racer racers[THREADS];
        pthread_t threads[THREADS];
        webchat_service *service = open_service();
        int accepted = 0;
        probe_init(&counts[round]);
        for (int i = 0; i < THREADS; i++) {
            racers[i] = (struct racer){service, &counts[round], 0};
            CHECK(pthread_create(&threads[i], NULL, race, &racers[i]) == 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            accepted += racers[i].accepted;
        }
        CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_ERR_INVALID_HANDLE);
        probe_wait(&counts[round], &counts[round].destroyed, THREADS * 200, __FILE__, __LINE__);
        CHECK(counts[round].calls == accepted && counts[round].destroyed == THREADS * 200);
    }
}

/* A runtime may go before its services, which keep it. */
static void own_runtime(void) {
    webchat_runtime *runtime;
    webchat_service *service, *other;
    webchat_outcome *outcome;
    webchat_service_options options = {.size = sizeof options, .config_json = NOWHERE};
    CHECK_STATUS(webchat_runtime_new(1, &runtime), WEBCHAT_OK);
    options.runtime = runtime;
    CHECK_STATUS(webchat_service_new_with(&options, &service, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_runtime_destroy(runtime), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_new_with(&options, &other, NULL), WEBCHAT_ERR_INVALID_HANDLE);
    CHECK_STATUS(webchat_call(service, "verifySession", NULL, 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

/* A store that fails, and one that returns rubbish, do not keep a service from working. */
static void fail(void *context, webchat_reply *reply) {
    probe_called(context);
    CHECK_STATUS(webchat_reply_fail(reply, "the disk is full"), WEBCHAT_OK);
}

static void rubbish(void *context, webchat_reply *reply) {
    probe_called(context);
    CHECK_STATUS(webchat_reply_set(reply, "not JSON"), WEBCHAT_OK);
}

static void keep(void *context, const char *text, webchat_reply *reply) {
    (void)text;
    fail(context, reply);
}

static void bad_stores(void) {
    webchat_load_fn loads[] = {fail, rubbish};
    for (int i = 0; i < 2; i++) {
        webchat_service *service;
        webchat_event *event;
        probe p;
        probe_init(&p);
        webchat_store store = {sizeof store, loads[i], keep, &p, probe_destroyed};
        webchat_service_options options = {.size = sizeof options, .config_json = NOWHERE, .store = &store};
        CHECK_STATUS(webchat_service_new_with(&options, &service, NULL), WEBCHAT_OK);
        WAIT_CALLS(&p, 1);
        CHECK_STATUS(webchat_next_event(service, 60000, &event), WEBCHAT_OK);
        CHECK(webchat_event_kind(event) == WEBCHAT_EVENT_READY);
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
        CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
        probe_wait(&p, &p.destroyed, 1, __FILE__, __LINE__);
    }
}

static void on_log(void *context, uint32_t level, const char *text) {
    webchat_outcome *outcome;
    CHECK(level >= WEBCHAT_LOG_ERROR && level <= WEBCHAT_LOG_WARN);
    CHECK(text[0] != '\0');
    char name[16];
    CHECK(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "webchat-log") == 0);
    CHECK(webchat_call(NULL, "getStats", NULL, 0, &outcome) == WEBCHAT_ERR_INVALID_HANDLE);
    probe_called(context);
}

static void logs(void) {
    probe first, second;
    webchat_service *service = open_service();
    probe_init(&first);
    probe_init(&second);
    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_WARN, on_log, &first, probe_destroyed), WEBCHAT_OK);
    CHECK_STATUS(webchat_send_message(service, NULL, NULL, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    WAIT_CALLS(&first, 1);
    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_WARN, on_log, &second, probe_destroyed), WEBCHAT_OK);
    probe_wait(&first, &first.destroyed, 1, __FILE__, __LINE__);
    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_OFF, NULL, NULL, NULL), WEBCHAT_OK);
    probe_wait(&second, &second.destroyed, 1, __FILE__, __LINE__);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

static webchat_service *last;

static void at_exit(void) {
    CHECK(webchat_send_message(last, "a", NULL, NULL) == WEBCHAT_OK);
    CHECK(webchat_service_destroy(last) == WEBCHAT_OK);
    CHECK(webchat_service_destroy(last) == WEBCHAT_ERR_INVALID_HANDLE);
}

int main(void) {
    callbacks();
    destroyed_elsewhere();
    races();
    own_runtime();
    bad_stores();
    logs();
    last = open_service();
    atexit(at_exit);
    puts("lifetimes: passed");
    return 0;
}
