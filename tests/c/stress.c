/*
 * Eight threads use everything at once: services that are shared, and made and destroyed all the time, events in all ways, commands,
 * cancelling, handles passed from thread to thread. For ThreadSanitizer, valgrind and plain runs. Arguments: the URL of a chat server, and
 * how many rounds.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

enum { THREADS = 8, SHARED = 4, HANDED_ON = 64 };

static const webchat_chat_form form = {sizeof form, "Jo", NULL, NULL, NULL, NULL, NULL, NULL};
static const char *config;
static int rounds;
static webchat_runtime *runtime;
static webchat_service *services[SHARED];

/* ---- Events on their way from one thread to another ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static webchat_event *handed_on[HANDED_ON];
static int next;

static void hand_on(webchat_event *event) {
    pthread_mutex_lock(&lock);
    webchat_event **place = &handed_on[next++ % HANDED_ON], *before = *place;
    *place = event;
    pthread_mutex_unlock(&lock);
    if (before != NULL) {
        webchat_str text;
        CHECK_STATUS(webchat_event_json(before, &text), WEBCHAT_OK);
        CHECK(text.len > 0 && text.data[text.len] == '\0');
        CHECK_STATUS(webchat_event_free(before), WEBCHAT_OK);
    }
}

/* ---- Contexts: looked at with a lock, because the sanitizer does not see the order that the library makes ---- */

static pthread_cond_t all_back = PTHREAD_COND_INITIALIZER;
static int contexts;

static void *new_context(void) {
    int *context = malloc(sizeof *context);
    CHECK(context != NULL);
    pthread_mutex_lock(&lock);
    *context = 7;
    contexts++;
    pthread_mutex_unlock(&lock);
    return context;
}

static void check_context(const void *context) {
    pthread_mutex_lock(&lock);
    CHECK(*(const int *)context == 7);
    pthread_mutex_unlock(&lock);
}

static void end_context(void *context) {
    check_context(context);
    free(context);
    pthread_mutex_lock(&lock);
    if (--contexts == 0) pthread_cond_signal(&all_back);
    pthread_mutex_unlock(&lock);
}

static void on_event(void *context, const webchat_event *event) {
    webchat_event *own;
    check_context(context);
    CHECK_STATUS(webchat_event_clone(event, &own), WEBCHAT_OK);
    hand_on(own);
}

static void on_done(void *context, const webchat_outcome *outcome) {
    webchat_str text;
    check_context(context);
    CHECK_STATUS(webchat_payload_json(webchat_outcome_payload(outcome), &text), WEBCHAT_OK);
}

static void on_entry(void *context, uint32_t level, const char *text) {
    check_context(context);
    CHECK(level > 0 && text != NULL);
}

/* ---- What each thread does ---- */

static void give_commands(webchat_service *service, int round) {
    uint64_t request = 0;
    webchat_completion completion = {sizeof completion, 0, on_done, NULL, new_context(), end_context, 0};
    CHECK_STATUS(webchat_send_message(service, "a", &completion, &request), WEBCHAT_OK);
    if (round % 3 == 0) CHECK_STATUS(webchat_cancel(service, request), WEBCHAT_OK);
    completion.context = new_context();
    completion.deadline_ms = 1;
    CHECK_STATUS(webchat_update_user_data(service, "{\"a\": 1}", &completion, NULL), WEBCHAT_OK);
    webchat_outcome *outcome;
    CHECK_STATUS(webchat_call(service, round % 2 ? "getTranscript" : "getAgents", NULL, 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
}

static void take_events(webchat_service *service) {
    webchat_event *event;
    while (webchat_next_event(service, 0, &event) == WEBCHAT_OK) hand_on(event);
}

static void subscribe_for_a_while(webchat_service *service) {
    webchat_subscription *subscription;
    CHECK_STATUS(webchat_subscribe(service, NULL, on_event, new_context(), end_context, &subscription), WEBCHAT_OK);
    CHECK_STATUS(webchat_unsubscribe(subscription), WEBCHAT_OK);
}

static void hold_a_chat(int round) {
    webchat_service *own;
    webchat_outcome *failure;
    webchat_service_options options = {sizeof options, config, round % 2 ? runtime : NULL, NULL, NULL};
    CHECK_STATUS(webchat_service_new_with(&options, &own, &failure), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(own, NULL, on_event, new_context(), end_context, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_start_chat(own, &form, NULL, NULL), WEBCHAT_OK);
    give_commands(own, round);
    if (round % 2) CHECK_STATUS(webchat_service_close(own), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(own), WEBCHAT_OK);
}

static void *work(void *number) {
    const int mine = *(int *)number;
    for (int i = 0; i < rounds; i++) {
        webchat_service *service = services[(mine + i) % SHARED];
        switch ((mine + i) % 4) {
        case 0: give_commands(service, i); break;
        case 1: take_events(service); break;
        case 2: subscribe_for_a_while(service); break;
        default:
            hold_a_chat(i);
            CHECK_STATUS(webchat_set_log(1 + (uint32_t)i % 3, on_entry, new_context(), end_context), WEBCHAT_OK);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    int numbers[THREADS];
    CHECK(argc == 3);
    config = config_for(argv[1]);
    rounds = atoi(argv[2]);
    CHECK_STATUS(webchat_runtime_new(2, &runtime), WEBCHAT_OK);
    for (int i = 0; i < SHARED; i++) {
        CHECK_STATUS(webchat_service_new(config, &services[i]), WEBCHAT_OK);
        CHECK_STATUS(webchat_start_chat(services[i], &form, NULL, NULL), WEBCHAT_OK);
    }
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < SHARED; i++) CHECK_STATUS(webchat_service_destroy(services[i]), WEBCHAT_OK);
    CHECK_STATUS(webchat_runtime_destroy(runtime), WEBCHAT_OK);
    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_OFF, NULL, NULL, NULL), WEBCHAT_OK);
    pthread_mutex_lock(&lock);
    while (contexts > 0) pthread_cond_wait(&all_back, &lock);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < HANDED_ON; i++) {
        if (handed_on[i] != NULL) CHECK_STATUS(webchat_event_free(handed_on[i]), WEBCHAT_OK);
    }
    puts("stress: passed");
    return 0;
}
