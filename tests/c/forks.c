/*
 * Forks: a child of a process that has begun to use the library is told at once by every function, ends as it should, and hangs nowhere,
 * however much the parent's threads do at the moment of the fork. Argument: the URL of a chat server.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 300 };

static const char *url;

/* Runs `work` in a child, which has 30 seconds for what takes none. */
static void in_child(void (*work)(void)) {
    int status;
    fflush(NULL);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(30);
        work();
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) fprintf(stderr, "a child ended by signal %d\n", WTERMSIG(status));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void hold_a_chat(void) {
    webchat_service *service;
    webchat_outcome *outcome;
    CHECK_STATUS(webchat_service_new(config_for(url), &service), WEBCHAT_OK);
    CHECK_STATUS(webchat_call(service, "startChat", "{\"nickname\": \"Jo\"}", 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
}

/* ---- What the parent has ---- */

static webchat_runtime *runtime;
static webchat_service *service;
static webchat_event *event;
static webchat_outcome *outcome;
static webchat_subscription *subscription;

static void ignore(void *context, const webchat_event *received) { (void)context, (void)received; }
static void ignore_log(void *context, uint32_t level, const char *text) { (void)context, (void)level, (void)text; }

#define FORKED(call) CHECK_STATUS(call, WEBCHAT_ERR_FORKED)

/* With nothing but a runtime in the parent, or what is left when the last service is gone. */
static void without_services(void) {
    webchat_runtime *other;
    webchat_service *made;
    webchat_outcome *failure;
    probe p;
    probe_init(&p);
    FORKED(webchat_service_new(config_for(url), &made));
    CHECK(made == NULL);
    FORKED(webchat_service_new_with(NULL, &made, &failure));
    CHECK(made == NULL && failure == NULL);
    FORKED(webchat_runtime_new(0, &other));
    CHECK(other == NULL);
    FORKED(webchat_runtime_destroy(runtime));
    FORKED(webchat_set_log(WEBCHAT_LOG_TRACE, ignore_log, &p, probe_destroyed));
    CHECK(p.destroyed == 1);
    CHECK(webchat_version() == WEBCHAT_VERSION);
    CHECK(strcmp(webchat_status_name(WEBCHAT_ERR_FORKED), "forked") == 0);
}

static void with_everything(void) {
    webchat_outcome *other;
    webchat_event *next;
    webchat_str text;
    uint64_t request;
    int fd;
    probe p;
    probe_init(&p);
    webchat_completion completion = completion_of(&p);
    FORKED(webchat_call(service, "getStats", NULL, 1000, &other));
    CHECK(other == NULL);
    FORKED(webchat_send_message(service, "a", &completion, &request));
    CHECK(request == 0 && p.destroyed == 1 && p.calls == 0);
    FORKED(webchat_next_event(service, WEBCHAT_FOREVER, &next));
    CHECK(next == NULL);
    FORKED(webchat_event_fd(service, &fd));
    CHECK(fd == -1);
    FORKED(webchat_subscribe(service, NULL, ignore, NULL, NULL, NULL));
    FORKED(webchat_cancel(service, 1));
    FORKED(webchat_event_json(event, &text));
    CHECK(text_is(text, ""));
    CHECK(webchat_event_kind(event) == WEBCHAT_EVENT_NONE);
    FORKED(webchat_outcome_status(outcome));
    FORKED(webchat_send_message(service, NULL, NULL, NULL));
    without_services();
    in_child(without_services);
    /* What only ends something comes back as well. */
    FORKED(webchat_unsubscribe(subscription));
    FORKED(webchat_event_free(event));
    FORKED(webchat_outcome_free(outcome));
    FORKED(webchat_service_close(service));
    FORKED(webchat_service_wait_closed(service, WEBCHAT_FOREVER));
    FORKED(webchat_service_destroy(service));
}

/* ---- Forks while much goes on ---- */

static volatile sig_atomic_t over;

static void *busy(void *unused) {
    while (!over) {
        webchat_outcome *ended;
        webchat_event *next;
        webchat_service *own = open_service();
        CHECK_STATUS(webchat_subscribe(own, NULL, ignore, NULL, NULL, NULL), WEBCHAT_OK);
        CHECK_STATUS(webchat_call(own, "getStats", NULL, 0, &ended), WEBCHAT_OK);
        CHECK_STATUS(webchat_outcome_free(ended), WEBCHAT_OK);
        CHECK_STATUS(webchat_next_event(own, WEBCHAT_FOREVER, &next), WEBCHAT_OK);
        CHECK_STATUS(webchat_event_free(next), WEBCHAT_OK);
        CHECK_STATUS(webchat_service_destroy(own), WEBCHAT_OK);
    }
    return unused;
}

int main(int argc, char **argv) {
    pthread_t threads[3];
    CHECK(argc == 2);
    url = argv[1];
    /* A process that has not used the library leaves its children free to. */
    CHECK(webchat_version() == WEBCHAT_VERSION);
    in_child(hold_a_chat);
    in_child(hold_a_chat);

    CHECK_STATUS(webchat_runtime_new(0, &runtime), WEBCHAT_OK);
    in_child(without_services);
    CHECK_STATUS(webchat_service_destroy(open_service()), WEBCHAT_OK);
    in_child(without_services);

    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_TRACE, ignore_log, NULL, NULL), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_new(config_for(url), &service), WEBCHAT_OK);
    CHECK_STATUS(webchat_subscribe(service, NULL, ignore, NULL, NULL, &subscription), WEBCHAT_OK);
    CHECK_STATUS(webchat_next_event(service, WEBCHAT_FOREVER, &event), WEBCHAT_OK);
    CHECK_STATUS(webchat_call(service, "startChat", "{\"nickname\": \"Jo\"}", 0, &outcome), WEBCHAT_OK);
    in_child(with_everything);

    for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, busy, NULL) == 0);
    for (int i = 0; i < FORKS; i++) in_child(with_everything);
    over = 1;
    for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);

    /* The parent has noticed nothing. */
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_call(service, "endChat", NULL, 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_runtime_destroy(runtime), WEBCHAT_OK);
    puts("forks: passed");
    return 0;
}
