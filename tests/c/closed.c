/*
 * A program that closes the library's file descriptors, as those that become daemons do: every call comes back, everything is told of it,
 * nothing is written to stderr, and files that get the numbers are left alone. Argument: the URL of a chat server.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LAST = 256, FILES = 32 };

static const char *url;

/* What a scenario does. */
typedef struct plan {
    uint32_t workers; /* of a runtime of its own; UINT32_MAX: the default one */
    int reuse;        /* other files get the numbers */
    int session;      /* a chat is under way */
    int waiting;      /* a thread waits for an event meanwhile, another for an answer */
    int calling;      /* a callback is running meanwhile */
} plan;

static webchat_service *service;
static probe events;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void on_event(void *context, const webchat_event *event) { (void)event, probe_called(context); }

/* A callback that goes on when it is let. */
static void on_done_held(void *context, const webchat_outcome *outcome) {
    (void)outcome;
    probe_called(context);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
}

static webchat_status call(const char *name, const char *options) {
    webchat_outcome *outcome;
    const webchat_status status = webchat_call(service, name, options, 0, &outcome);
    if (outcome != NULL) CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
    return status;
}

static void *take_events(void *unused) {
    webchat_event *event;
    webchat_status status;
    while ((status = webchat_next_event(service, WEBCHAT_FOREVER, &event)) == WEBCHAT_OK)
        CHECK_STATUS(webchat_event_free(event), WEBCHAT_OK);
    CHECK_STATUS(status, WEBCHAT_END_OF_EVENTS);
    return unused;
}

static void *wait_for_outcome(void *unused) {
    CHECK_STATUS(call("startChat", "{\"nickname\": \"Jo\"}"), WEBCHAT_ERR_CLOSED);
    return unused;
}

/* A configuration that gives the library little to do, for the server at `at`. */
static const char *quiet_config(const char *at) {
    static char config[512];
    snprintf(config, sizeof config, "{\"dataURL\": \"%s\", \"pollRateMin\": 5000, \"pollRateMax\": 5000, \"ajaxTimeout\": 60000}", at);
    return config;
}

/* The URL of a server that takes connections and never answers; its descriptor is not among those that are closed. */
static const char *silent_server(void) {
    static char silent[64];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    const int low = socket(AF_INET, SOCK_STREAM, 0), high = fcntl(low, F_DUPFD, LAST);
    CHECK(high >= LAST);
    close(low);
    CHECK(bind(high, (struct sockaddr *)&address, length) == 0 && listen(high, 8) == 0);
    CHECK(getsockname(high, (struct sockaddr *)&address, &length) == 0);
    snprintf(silent, sizeof silent, "http://127.0.0.1:%d/chat", ntohs(address.sin_port));
    return silent;
}

/* How often the other threads have been woken, in all; 0 while one of them runs. */
static unsigned long wakes(void) {
    unsigned long all = 1;
    struct dirent *entry;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    while ((entry = readdir(tasks)) != NULL) {
        char path[64], line[128];
        unsigned long count;
        int sleeps = 0;
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == getpid()) continue;
        snprintf(path, sizeof path, "/proc/self/task/%.16s/status", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL) continue;
        while (fgets(line, sizeof line, file) != NULL) {
            if (strncmp(line, "State:\tS", 8) == 0) sleeps = 1;
            if (sscanf(line, "voluntary_ctxt_switches: %lu", &count) == 1) all += count;
        }
        fclose(file);
        if (!sleeps) {
            closedir(tasks);
            return 0;
        }
    }
    closedir(tasks);
    return all;
}

/* Waits until the library has nothing to do: what is closed under a thread at work is a matter of luck. */
static void settle(void) {
    unsigned long before = 0;
    int same = 0;
    while (same < 100) {
        const unsigned long now = wakes();
        same = now != 0 && now == before ? same + 1 : 0;
        before = now;
        sched_yield();
    }
}

static int files[FILES];

static void close_all(int reuse) {
    char name[] = "/tmp/webchat-closed-XXXXXX";
    for (int fd = 3; fd < LAST; fd++) close(fd);
    if (!reuse) return;
    for (int i = 0; i < FILES; i++) {
        files[i] = i == 0 ? mkstemp(name) : open(name, O_RDWR);
        CHECK(files[i] >= 0);
    }
    unlink(name);
}

static void files_are_left_alone(void) {
    for (int i = 0; i < FILES; i++) {
        struct stat stat;
        CHECK(fstat(files[i], &stat) == 0);
        CHECK(stat.st_size == 0);
    }
}

static void run_plan(const plan *p) {
    webchat_runtime *runtime = NULL;
    webchat_service_options options;
    pthread_t taker, waiter;
    probe held, last;
    int fd;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.config_json = quiet_config(p->waiting ? silent_server() : url);
    if (p->workers != UINT32_MAX) CHECK_STATUS(webchat_runtime_new(p->workers, &runtime), WEBCHAT_OK);
    options.runtime = runtime;
    CHECK_STATUS(webchat_service_new_with(&options, &service, NULL), WEBCHAT_OK);
    probe_init(&events), probe_init(&held), probe_init(&last);
    CHECK_STATUS(webchat_subscribe(service, NULL, on_event, &events, probe_destroyed, NULL), WEBCHAT_OK);
    WAIT_CALLS(&events, 1);
    CHECK_STATUS(webchat_event_fd(service, &fd), WEBCHAT_OK);
    if (p->session) CHECK_STATUS(call("startChat", "{\"nickname\": \"Jo\"}"), WEBCHAT_OK);
    if (p->waiting) {
        CHECK(pthread_create(&taker, NULL, take_events, NULL) == 0);
        CHECK(pthread_create(&waiter, NULL, wait_for_outcome, NULL) == 0);
    }
    if (p->calling) {
        webchat_completion completion = completion_of(&held);
        completion.on_done = on_done_held;
        pthread_mutex_lock(&gate);
        CHECK_STATUS(webchat_get_stats(service, &completion, NULL), WEBCHAT_OK);
        WAIT_CALLS(&held, 1);
    }

    settle();
    close_all(p->reuse);
    CHECK_STATUS(call("getStats", NULL), WEBCHAT_ERR_CLOSED);
    CHECK_STATUS(call("getStats", NULL), WEBCHAT_ERR_CLOSED);
    CHECK_STATUS(call("sendMessage", "{\"message\": \"a\"}"), WEBCHAT_ERR_CLOSED);
    take_events(NULL);
    if (p->waiting) {
        CHECK(pthread_join(taker, NULL) == 0);
        CHECK(pthread_join(waiter, NULL) == 0);
    }
    if (p->calling) {
        pthread_mutex_unlock(&gate);
        CHECK_ENDED(&held, 1);
    }
    /* Callbacks still run. */
    webchat_completion completion = completion_of(&last);
    CHECK_STATUS(webchat_get_stats(service, &completion, NULL), WEBCHAT_OK);
    CHECK_ENDED(&last, 1);
    CHECK(last.status == WEBCHAT_ERR_CLOSED);
    CHECK_STATUS(webchat_service_close(service), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_wait_closed(service, WEBCHAT_FOREVER), WEBCHAT_OK);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    probe_wait(&events, &events.destroyed, 1, __FILE__, __LINE__);
    if (runtime != NULL) {
        /* Its descriptors are gone for good. */
        CHECK_STATUS(webchat_service_new_with(&options, &service, NULL), WEBCHAT_ERR_CLOSED);
        CHECK_STATUS(webchat_runtime_destroy(runtime), WEBCHAT_OK);
    }
    if (p->reuse) files_are_left_alone();

    /* The default runtime begins anew, or says why not: tokio may have had a descriptor for the whole process. */
    const webchat_status again = webchat_service_new(quiet_config(url), &service);
    if (again == WEBCHAT_OK) {
        CHECK_STATUS(call("startChat", "{\"nickname\": \"Jo\"}"), WEBCHAT_OK);
        CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    } else if (!p->reuse) {
        CHECK_STATUS(again, WEBCHAT_ERR_CLOSED);
    }
}

/* Each in a process of its own, which has 30 seconds and says nothing on stderr. */
static void in_child(const plan *p) {
    char said[4096];
    size_t length = 0;
    ssize_t got;
    int status, ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(30);
        dup2(ends[1], 2);
        run_plan(p);
        _exit(0);
    }
    close(ends[1]);
    while (length < sizeof said && (got = read(ends[0], said + length, sizeof said - length)) > 0) length += (size_t)got;
    close(ends[0]);
    CHECK(waitpid(child, &status, 0) == child);
    if (length == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    fprintf(stderr, "workers %d, reuse %d, session %d, waiting %d, calling %d: status %#x, said: %.*s\n", (int)p->workers,
            p->reuse, p->session, p->waiting, p->calling, (unsigned)status, (int)length, said);
    exit(1);
}

int main(int argc, char **argv) {
    const uint32_t runtimes[] = {UINT32_MAX, 0, 2};
    CHECK(argc == 2);
    url = argv[1];
    for (int i = 0; i < 3; i++) {
        for (int reuse = 0; reuse < 2; reuse++) {
            const plan plans[] = {
                {runtimes[i], reuse, 0, 0, 0}, {runtimes[i], reuse, 1, 0, 0}, {runtimes[i], reuse, 0, 1, 0},
                {runtimes[i], reuse, 0, 0, 1}, {runtimes[i], reuse, 1, 0, 1},
            };
            for (size_t j = 0; j < sizeof plans / sizeof *plans; j++) in_child(&plans[j]);
        }
    }
    puts("closed: passed");
    return 0;
}
