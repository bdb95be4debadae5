/*
 * A program that may write no files (ulimit -f 0) and leaves SIGXFSZ at its default lives through a session store in a file: what cannot be
 * stored is in the log, and the chat goes on. Arguments: the URL of a chat server, and a path for the store.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <signal.h>
#include <sys/resource.h>

static void call(webchat_service *service, const char *name) {
    webchat_outcome *outcome;
    CHECK_STATUS(webchat_call(service, name, "{\"nickname\": \"Jo\", \"message\": \"a\"}", 0, &outcome), WEBCHAT_OK);
    CHECK_STATUS(webchat_outcome_free(outcome), WEBCHAT_OK);
}

static void on_entry(void *context, uint32_t level, const char *text) {
    (void)level;
    if (strstr(text, "store") != NULL) probe_called(context);
}

int main(int argc, char **argv) {
    static const struct rlimit none = {0, 0};
    char config[1000];
    webchat_service *service;
    probe p;
    probe_init(&p);
    CHECK(argc == 3 && signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
    snprintf(config, sizeof config, "{\"dataURL\": \"%s\", \"sessionStore\": {\"type\": \"file\", \"path\": \"%s\"}}", argv[1], argv[2]);
    CHECK_STATUS(webchat_set_log(WEBCHAT_LOG_WARN, on_entry, &p, NULL), WEBCHAT_OK);
    CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
    CHECK_STATUS(webchat_service_new(config, &service), WEBCHAT_OK);
    call(service, "startChat");
    call(service, "sendMessage");
    call(service, "endChat");
    WAIT_CALLS(&p, 1);
    CHECK_STATUS(webchat_service_destroy(service), WEBCHAT_OK);
    puts("file_limit: passed");
    return 0;
}
