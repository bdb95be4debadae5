/*
 * Outcomes by asking: they wait until they are taken, in bounds, told of by the descriptor; and whoever waits for the end of a service
 * waits for the last on_done. Argument: the URL of a chat server.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <poll.h>
#include <unistd.h>

enum { MOST = 10000, COMMANDS = 50, WAIT_MS = 300000 };

static const webchat_completion asked = {.size = sizeof asked, .by_asking = 1};

static int readable(int fd) {
    struct pollfd polled = {fd, POLLIN, 0};
    return poll(&polled, 1, 0) == 1;
}

static void take(webchat_service *service, uint64_t request, const char *command, webchat_status status) {
    webchat_outcome *outcome;
    webchat_str name;
    uint64_t id;
    CHECK_STATUS(webchat_next_outcome(service, WAIT_MS, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_request(outcome, &id), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_command(outcome, &name), WEBCHAT_OK);
    CHECK(id == request && text_is(name, command));
    CHECK_STATUS(webchat_outcome_status(outcome), status);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
}

static void drain_events(webchat_service *service) {
    webchat_event *event;
    while (webchat_next_event(service, 0, &event) == WEBCHAT_OK) CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
}

/* A chat by one thread that is never called back. */
static void test_chat(const char *url) {
    webchat_chat_form form = {.size = sizeof form, .nickname = "Jo"};
    webchat_service *service;
    webchat_outcome *outcome;
    uint64_t start, first, second, end;
    int fd;
    CHECK_STATUS(webchat_service_new(config_for(url), &service), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_fd(service, &fd), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_outcome(service, 0, &outcome), WEBCHAT_ERR_TIMEOUT);
    CHECK_STATUS(webchat_next_outcome(service, 1, &outcome), WEBCHAT_ERR_TIMEOUT);
    CHECK(outcome == NULL);
    CHECK_STATUS(webchat_start_chat(service, &form, &asked, &start), WEBCHAT_OK);
    take(service, start, "startChat", WEBCHAT_OK);
    CHECK_STATUS(webchat_send_message(service, "one", &asked, &first), WEBCHAT_OK);
    CHECK_STATUS(webchat_send_message(service, "two", &asked, &second), WEBCHAT_OK);
    take(service, first, "sendMessage", WEBCHAT_OK);
    take(service, second, "sendMessage", WEBCHAT_OK);
    CHECK_STATUS(webchat_end_chat(service, &asked, &end), WEBCHAT_OK);
    take(service, end, "endChat", WEBCHAT_OK);
    CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_outcome(service, WEBCHAT_FOREVER, &outcome), WEBCHAT_END_OF_EVENTS);
    CHECK_STATUS(webchat_send_message(service, "late", &asked, &end), WEBCHAT_OK);
    take(service, end, "sendMessage", WEBCHAT_ERR_CLOSED);
    CHECK_STATUS(webchat_next_outcome(service, WEBCHAT_FOREVER, &outcome), WEBCHAT_END_OF_EVENTS);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_outcome(service, WEBCHAT_FOREVER, &outcome), WEBCHAT_ERR_INVALID_HANDLE);
}

/* The descriptor is readable while an outcome waits. */
static void test_descriptor(void) {
    webchat_service *service = open_service();
    webchat_event *event;
    uint64_t request;
    int fd;
    CHECK_STATUS(webchat_event_fd(service, &fd), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_event(service, WAIT_MS, &event), WEBCHAT_OK); /* ready */
    CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    drain_events(service);
    CHECK(!readable(fd));
    for (int i = 0; i < COMMANDS; i++) {
        struct pollfd polled = {fd, POLLIN, 0};
        CHECK_STATUS(webchat_get_agents(service, &asked, &request), WEBCHAT_OK);
        CHECK(poll(&polled, 1, -1) == 1);
        take(service, request, "getAgents", WEBCHAT_OK);
        CHECK(!readable(fd));
    }
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

/* How many bytes have come; -1 when the socket has ended. */
static long heard(int socket) {
    char bytes[64];
    const ssize_t count = read(socket, bytes, sizeof bytes);
    return count > 0 ? count : count == 0 ? -1 : 0;
}

static void await_readable(int fd) {
    struct pollfd polled = {fd, POLLIN, 0};
    CHECK(poll(&polled, 1, -1) == 1);
}

/* A byte comes with each outcome where there was none, whatever events are left; and with the first event where there was none. */
static void test_waking(void) {
    webchat_service *service = open_service();
    uint64_t request;
    int socket, second, events;
    CHECK_STATUS(webchat_wake_fd(service, &socket), WEBCHAT_OK);
    CHECK(heard(socket) == 0);
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(webchat_get_agents(service, &asked, &request), WEBCHAT_OK);
        await_readable(socket);
        CHECK(heard(socket) == 1);
        take(service, request, "getAgents", WEBCHAT_OK);
        if (i > 0) continue;
        /* From here on events are told, too: "ready" is, and nobody takes it. */
        CHECK_STATUS(webchat_event_fd(service, &events), WEBCHAT_OK);
        await_readable(socket);
        CHECK(heard(socket) == 1 && readable(events));
    }
    /* What waits already is told of at once, by the new one; the old one ends. */
    CHECK_STATUS(webchat_get_agents(service, &asked, &request), WEBCHAT_OK);
    await_readable(socket);
    CHECK_STATUS(webchat_wake_fd(service, &second), WEBCHAT_OK);
    CHECK(heard(second) == 1 && heard(socket) == 1 && heard(socket) == -1);
    close(socket);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    while (heard(second) > 0) continue;
    CHECK(heard(second) == -1);
    close(second);
}

/* Nobody hears: the library neither waits nor takes a signal for it. */
static void test_unheard(void) {
    webchat_service *service = open_service();
    webchat_outcome *outcome;
    uint64_t request;
    int socket, unread;
    CHECK_STATUS(webchat_wake_fd(service, &socket), WEBCHAT_OK);
    close(socket);
    CHECK_STATUS(webchat_get_agents(service, &asked, &request), WEBCHAT_OK);
    take(service, request, "getAgents", WEBCHAT_OK);
    CHECK_STATUS(webchat_wake_fd(service, &unread), WEBCHAT_OK);
    for (int i = 0; i < 5000; i++) {
        CHECK_STATUS(webchat_get_agents(service, &asked, NULL), WEBCHAT_OK);
        CHECK_STATUS(webchat_next_outcome(service, WAIT_MS, &outcome), WEBCHAT_OK);
        CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    }
    CHECK(heard(unread) > 0);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    close(unread);
}

/* A completion has one way alone. */
static void test_refusals(void) {
    webchat_service *service = open_service();
    probe both, odd;
    probe_init(&both), probe_init(&odd);
    webchat_completion completion = completion_of(&both);
    completion.by_asking = 1;
    CHECK_STATUS(webchat_get_agents(service, &completion, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK(strstr(webchat_failure_reason(), "by_asking") != NULL);
    CHECK(both.calls == 0 && both.destroyed == 1);
    completion = completion_of(&odd);
    completion.by_asking = 2;
    completion.on_done = NULL;
    CHECK_STATUS(webchat_get_agents(service, &completion, NULL), WEBCHAT_ERR_INVALID_ARGUMENT);
    CHECK(odd.destroyed == 1);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

/* Outcomes that nobody takes are kept in bounds, and freed with the service; their contexts are let go before. */
static void test_nobody_asks(void) {
    webchat_service *service = open_service();
    webchat_completion completion;
    webchat_outcome *outcome;
    probe p;
    probe_init(&p);
    completion = completion_of(&p);
    completion.by_asking = 1;
    completion.on_done = NULL;
    CHECK_STATUS(webchat_get_agents(service, &completion, NULL), WEBCHAT_OK);
    CHECK_ENDED(&p, 0);
    for (int i = 1; i < MOST; i++) CHECK_STATUS(webchat_get_agents(service, &asked, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_get_agents(service, &asked, NULL), WEBCHAT_ERR_BUSY);
    CHECK_STATUS(webchat_next_outcome(service, WAIT_MS, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_get_agents(service, &asked, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_get_agents(service, &asked, NULL), WEBCHAT_ERR_BUSY);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

static void *wait_for_end(void *service) {
    webchat_outcome *outcome;
    const webchat_status status = webchat_next_outcome(service, WEBCHAT_FOREVER, &outcome);
    /* One that comes late to a service that is destroyed. */
    CHECK(status == WEBCHAT_END_OF_EVENTS || status == WEBCHAT_ERR_INVALID_HANDLE);
    return NULL;
}

/* Threads share the outcomes; who waits is told of the end, whatever ends the service. */
static void test_waiting_threads(webchat_status (*end)(webchat_service *)) {
    webchat_service *service = open_service();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, wait_for_end, service) == 0);
    /* One that has no time to wait leaves nothing behind. */
    for (int i = 0; i < COMMANDS; i++) {
        webchat_outcome *outcome;
        CHECK_STATUS(webchat_next_outcome(service, 0, &outcome), WEBCHAT_ERR_TIMEOUT);
    }
    CHECK_STATUS(end(service), WEBCHAT_OK);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    webchat_service_destroy(service);
}

static void in_callback(void *context, const webchat_outcome *done) {
    webchat_service *service = *(webchat_service **)context;
    webchat_outcome *outcome;
    (void)done;
    CHECK_STATUS(webchat_next_outcome(service, 1, &outcome), WEBCHAT_ERR_WRONG_THREAD);
    CHECK_STATUS(webchat_next_outcome(service, 0, &outcome), WEBCHAT_ERR_TIMEOUT);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void held_up(void *context, const webchat_outcome *outcome) {
    (void)outcome;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    probe_called(context);
}

/* Whoever waits until a service is closed waits for the last on_done. */
static void test_wait_closed(void) {
    webchat_service *service = open_service();
    webchat_completion completion = {.size = sizeof completion, .on_done = in_callback, .context = &service};
    webchat_outcome *outcome;
    probe p;
    probe_init(&p);
    CHECK_STATUS(webchat_get_agents(service, &completion, NULL), WEBCHAT_OK);
    completion = completion_of(&p);
    completion.on_done = held_up;
    completion.destroy = NULL;
    pthread_mutex_lock(&gate);
    for (int i = 0; i < COMMANDS; i++) CHECK_STATUS(webchat_get_agents(service, &completion, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_wait_closed(service, 200), WEBCHAT_ERR_TIMEOUT);
    CHECK_STATUS(webchat_next_outcome(service, 0, &outcome), WEBCHAT_ERR_TIMEOUT);
    pthread_mutex_unlock(&gate);
    CHECK_STATUS(webchat_service_wait_closed(service, WEBCHAT_FOREVER), WEBCHAT_OK);
    CHECK(p.calls == COMMANDS);
    CHECK_STATUS(webchat_service_wait_closed(service, 0), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_outcome(service, 0, &outcome), WEBCHAT_END_OF_EVENTS);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    test_chat(argv[1]);
    test_descriptor();
    test_waking();
    test_unheard();
    test_refusals();
    test_nobody_asks();
    test_waiting_threads(webchat_service_close);
    test_waiting_threads(webchat_service_destroy);
    test_wait_closed();
    puts("outcomes: passed");
    return 0;
}
