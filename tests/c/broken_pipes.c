/*
 * A program that leaves SIGPIPE at its default lives through servers that close, reset, restart and answer early, and no thread of the
 * library takes a signal. Arguments: for how many milliseconds, then configurations, with a customer for each.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

enum { PART = 1 << 20 };

static struct timespec end;
static char *form; /* what startChat is given: a lot */
static uint8_t *part;

static int is_over(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec);
}

/* Any outcome will do, if there is one. */
static void call(webchat_service *service, const char *name, const char *options) {
    webchat_outcome *outcome;
    webchat_call(service, name, options, 500, &outcome);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
}

static void upload(webchat_service *service) {
    probe p;
    probe_init(&p);
    webchat_completion completion = completion_of(&p);
    completion.deadline_ms = 500;
    CHECK_STATUS(webchat_send_file_bytes(service, "large.bin", part, PART, NULL, &completion, NULL), WEBCHAT_OK);
    CHECK_ENDED(&p, 1);
    CHECK_STATUS(webchat_outcome_free(p.outcome), WEBCHAT_OK);
}

static void *customer(void *config) {
    while (!is_over()) {
        webchat_service *service;
        CHECK_STATUS(webchat_service_new(config, &service), WEBCHAT_OK);
        call(service, "startChat", form);
        for (int i = 0; i < 3 && !is_over(); i++) {
            call(service, "sendMessage", "{\"message\": \"Is anybody there?\"}");
            call(service, "sendTyping", "{\"message\": \"I am\"}");
            upload(service);
        }
        call(service, "endChat", NULL);
        CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    }
    return NULL;
}

/* Whether the thread takes a signal but those that it brings upon itself. */
static int takes_signals(const char *thread) {
    static const int own[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPROF, SIGSEGV, SIGSYS, SIGTRAP, SIGKILL, SIGSTOP};
    char path[300], line[200];
    unsigned long long blocked = 0;
    FILE *file;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
    if ((file = fopen(path, "r")) == NULL) return 0; /* it has ended */
    while (fgets(line, sizeof line, file) != NULL) sscanf(line, "SigBlk: %llx", &blocked);
    fclose(file);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) blocked |= 1ull << (own[i] - 1);
    return (blocked & 0x7fffffff) != 0x7fffffff;
}

/* Looks at the library's threads: all that there are besides the calling one, the first. */
static void look_at_threads(void) {
    DIR *threads = opendir("/proc/self/task");
    struct dirent *entry;
    int seen = 0;
    CHECK(threads != NULL);
    while ((entry = readdir(threads)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]) || atol(entry->d_name) == (long)getpid()) continue;
        seen++;
        CHECK(!takes_signals(entry->d_name));
    }
    closedir(threads);
    CHECK(seen >= 2);
}

int main(int argc, char **argv) {
    pthread_t customers[16];
    struct sigaction action;
    CHECK(argc >= 3 && argc - 2 <= 16);
    const long milliseconds = atol(argv[1]);
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    CHECK((part = calloc(1, PART)) != NULL && (form = malloc(PART + 100)) != NULL);
    const int begun = sprintf(form, "{\"nickname\": \"Jo\", \"userData\": {\"story\": \"");
    memset(form + begun, 'a', PART);
    strcpy(form + begun + PART, "\"}}");
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += milliseconds / 1000;
    end.tv_nsec += milliseconds % 1000 * 1000000;
    if (end.tv_nsec >= 1000000000) end.tv_sec++, end.tv_nsec -= 1000000000;

    webchat_service *service = open_service();
    for (int i = 2; i < argc; i++) CHECK(pthread_create(&customers[i - 2], NULL, customer, argv[i]) == 0);
    for (int i = 2; i < argc; i++) CHECK(pthread_join(customers[i - 2], NULL) == 0);
    look_at_threads();
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    /* The library has not helped itself by changing what is the program's. */
    CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
    free(form);
    free(part);
    puts("broken_pipes: passed");
    return 0;
}
