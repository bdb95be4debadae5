/*
 * The commands of the C adapter through their own functions: options of the forms that these take. Whatever else a scenario gives, options
 * of a wrong type among them, goes by name.
 */
#include "json.h"
#include <webchat.h>

enum { MAX_OPTIONS = 6 };

/* What goes by name after all. */
static const webchat_status BY_NAME = UINT32_MAX;

/* A command that is being given. */
typedef struct {
    webchat_service *service;
    const webchat_completion *completion;
    uint64_t *request;
    /* Its options in the order of the table: texts, JSON text where they are something else, or NULL where they are not given. */
    char *option[MAX_OPTIONS];
    /* Those as JSON. */
    json given[MAX_OPTIONS];
} call;

/* Whether the name of a member is this one. */
static int json_is(json name, const char *text) {
    const size_t length = strlen(text);
    return name.length == length + 2 && strncmp(name.at + 1, text, length) == 0;
}

static webchat_status start_chat(const call *c) {
    webchat_chat_form form = {0};
    form.size = sizeof form;
    form.nickname = c->option[0];
    form.firstname = c->option[1];
    form.lastname = c->option[2];
    form.email = c->option[3];
    form.subject = c->option[4];
    form.user_data_json = c->option[5];
    return webchat_start_chat(c->service, &form, c->completion, c->request);
}

static webchat_status restore(const call *c) {
    return webchat_restore(c->service, c->option[0], c->completion, c->request);
}

static webchat_status send_message(const call *c) {
    if (c->option[1] == NULL && c->option[2] == NULL) {
        return webchat_send_message(c->service, c->option[0], c->completion, c->request);
    }
    return webchat_send_message_as(c->service, c->option[0], c->option[1], c->option[2], c->completion, c->request);
}

static webchat_status send_custom_notice(const call *c) {
    return webchat_send_custom_notice(c->service, c->option[0], c->completion, c->request);
}

static webchat_status send_typing(const call *c) {
    return webchat_send_typing(c->service, c->option[0], c->completion, c->request);
}

static webchat_status send_filtered_message(const call *c) {
    return webchat_send_filtered_message(c->service, c->option[0], c->option[1], c->completion, c->request);
}

/* One filter, or several. */
static webchat_status add_prefilter(const call *c) {
    enum { MAX_FILTERS = 8 };
    char *filters[MAX_FILTERS];
    const char *at = c->given[0].at + 1;
    json name, filter;
    size_t count = 0;
    webchat_status status = WEBCHAT_OK;
    if (c->given[0].at[0] == '"') {
        return webchat_add_prefilter(c->service, (const char *const *)c->option, 1, c->completion, c->request);
    }
    while (c->given[0].at[0] == '[' && count < MAX_FILTERS && json_next(&at, &name, &filter)) {
        if (filter.at[0] != '"') status = BY_NAME;
        filters[count++] = json_text(filter);
    }
    if (count == 0) status = BY_NAME;
    if (status == WEBCHAT_OK) {
        status = webchat_add_prefilter(c->service, (const char *const *)filters, count, c->completion, c->request);
    }
    while (count > 0) free(filters[--count]);
    return status;
}

static webchat_status push_url(const call *c) {
    return webchat_push_url(c->service, c->option[0], c->completion, c->request);
}

static webchat_status update_nickname(const call *c) {
    return webchat_update_nickname(c->service, c->option[0], c->completion, c->request);
}

/* Here 0 is the newest message, and by name it is wrong. */
static webchat_status read_receipt(const call *c) {
    const uint64_t index = c->option[0] == NULL ? 0 : strtoull(c->option[0], NULL, 10);
    if (c->option[0] != NULL && index == 0) return BY_NAME;
    return webchat_read_receipt(c->service, index, c->completion, c->request);
}

/* A path, or an object with a name and bytes, or with a path and another name. */
static webchat_status send_file(const call *c) {
    const char *at = c->given[0].at + 1;
    char *path = NULL, *name = NULL, *bytes = NULL;
    json member, value;
    webchat_status status = BY_NAME;
    if (c->given[0].at[0] == '"') return webchat_send_file(c->service, c->option[0], NULL, NULL, c->completion, c->request);
    while (c->given[0].at[0] == '{' && json_next(&at, &member, &value)) {
        char **const known = json_is(member, "path") ? &path : json_is(member, "name") ? &name : json_is(member, "bytes") ? &bytes : NULL;
        if (known != NULL) *known = json_text(value);
    }
    if (path != NULL && bytes == NULL) {
        status = webchat_send_file(c->service, path, name, NULL, c->completion, c->request);
    } else if (path == NULL && name != NULL && bytes != NULL) {
        const size_t length = json_bytes(bytes);
        status = webchat_send_file_bytes(c->service, name, (const uint8_t *)bytes, length, NULL, c->completion, c->request);
    }
    free(path);
    free(name);
    free(bytes);
    return status;
}

/* Into memory, to a path, or into a directory. */
static webchat_status download_file(const call *c) {
    const char *const path = c->option[1], *const directory = c->option[2], *const name = c->option[3];
    if (path == NULL && directory == NULL && name == NULL) {
        return webchat_download_file(c->service, c->option[0], c->completion, c->request);
    }
    if (directory == NULL) return name != NULL ? BY_NAME : webchat_download_file_to(c->service, c->option[0], path, c->completion, c->request);
    if (path != NULL) return BY_NAME;
    return webchat_download_file_into(c->service, c->option[0], directory, name, c->completion, c->request);
}

static webchat_status delete_file(const call *c) {
    return webchat_delete_file(c->service, c->option[0], c->completion, c->request);
}

/* Commands with options: what these are called, what each begins with in JSON ('*': with anything, '0': it is a number), how many there
 * must be, and what gives it. */
static const struct {
    const char *name, *options[MAX_OPTIONS], *begin;
    size_t needed;
    webchat_status (*give)(const call *);
} typed_commands[] = {
    {"startChat", {"nickname", "firstname", "lastname", "email", "subject", "userData"}, "\"\"\"\"\"{", 0, start_chat},
    {"restore", {"sessionData"}, "*", 0, restore},
    {"sendMessage", {"message", "type", "parentMessageID"}, "\"\"\"", 1, send_message},
    {"sendCustomNotice", {"message"}, "\"", 0, send_custom_notice},
    {"sendTyping", {"message"}, "\"", 0, send_typing},
    {"sendFilteredMessage", {"message", "regex"}, "\"\"", 2, send_filtered_message},
    {"addPrefilter", {"filters"}, "*", 1, add_prefilter},
    {"pushUrl", {"url"}, "\"", 1, push_url},
    {"updateNickname", {"nickname"}, "\"", 1, update_nickname},
    {"readReceipt", {"index"}, "0", 0, read_receipt},
    {"sendFile", {"files"}, "*", 1, send_file},
    {"downloadFile", {"fileId", "path", "directory", "fileName"}, "\"\"\"\"", 1, download_file},
    {"deleteFile", {"fileId"}, "\"", 1, delete_file},
};

/* Commands without options. */
typedef webchat_status (*plain_command)(webchat_service *, const webchat_completion *, uint64_t *);

static const struct {
    const char *name;
    plain_command give;
} plain_commands[] = {
    {"endChat", webchat_end_chat},
    {"verifySession", webchat_verify_session},
    {"getTranscript", webchat_get_transcript},
    {"getAgents", webchat_get_agents},
    {"getStats", webchat_get_stats},
    {"getOutbox", webchat_get_outbox},
    {"getSessionData", webchat_get_session_data},
    {"fetchHistory", webchat_fetch_history},
    {"getFileLimits", webchat_get_file_limits},
    {"poll", webchat_poll},
    {"startPoll", webchat_start_poll},
    {"stopPoll", webchat_stop_poll},
    {"resetPollExceptions", webchat_reset_poll_exceptions},
};

/* Reads an option; whether the function of command number `row` takes it. */
static int take_option(call *c, size_t row, json name, json value) {
    for (size_t i = 0; i < MAX_OPTIONS && typed_commands[row].options[i] != NULL; i++) {
        const char wanted = typed_commands[row].begin[i];
        const char begin = value.at[0] >= '0' && value.at[0] <= '9' ? '0' : value.at[0];
        if (!json_is(name, typed_commands[row].options[i])) continue;
        if (wanted != '*' && wanted != begin) return 0;
        c->given[i] = value;
        c->option[i] = json_text(value);
        return c->option[i] != NULL;
    }
    return 0;
}

/* Gives a command through its own function; BY_NAME where that does not take these options. */
static webchat_status give_typed(
    webchat_service *service, const char *name, const char *options, const webchat_completion *completion, uint64_t *request
) {
    webchat_status status = BY_NAME;
    if (strcmp(name, "configure") == 0) return webchat_configure(service, options, completion, request);
    if (strcmp(name, "updateUserData") == 0) return webchat_update_user_data(service, options, completion, request);
    for (size_t i = 0; i < sizeof plain_commands / sizeof *plain_commands && strcmp(options, "{}") == 0; i++) {
        if (strcmp(name, plain_commands[i].name) == 0) return plain_commands[i].give(service, completion, request);
    }
    for (size_t row = 0; row < sizeof typed_commands / sizeof *typed_commands && options[0] == '{'; row++) {
        call c = {service, completion, request, {NULL}, {{NULL, 0}}};
        const char *at = options + 1;
        json option, value;
        int fits = strcmp(name, typed_commands[row].name) == 0;
        while (fits && json_next(&at, &option, &value)) fits = take_option(&c, row, option, value);
        for (size_t i = 0; i < typed_commands[row].needed; i++) fits = fits && c.option[i] != NULL;
        if (fits) status = typed_commands[row].give(&c);
        for (size_t i = 0; i < MAX_OPTIONS; i++) free(c.option[i]);
    }
    return status;
}
