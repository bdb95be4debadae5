/*
 * A chat with an agent, start to end. Prints a line for each event: time in ms, event, who, text, with tabs between.
 *
 *     demo '{"dataURL": "http://localhost:8080/genesys/2/chat/support"}'
 */
#include <stdio.h>
#include <string.h>
#include <webchat.h>

static const char *const lines[] = {"Hello", "Can I have my invoice?", "Thanks", "Bye"};

static void print_event(const webchat_event *event, uint64_t start) {
    uint64_t time = start;
    webchat_message message;
    const webchat_payload *payload = webchat_event_payload(event);
    const char *name = webchat_event_name(event);
    size_t count = 0;
    webchat_event_time(event, &time);
    while (webchat_payload_message(payload, count, &message, sizeof message) == WEBCHAT_OK) {
        int is_text = strcmp(message.type.data, "Message") == 0;
        const char *text = is_text ? message.text.data : message.file_name.len > 0 ? message.file_name.data : message.type.data;
        printf("%u\t%s\t%s\t%s\n", (unsigned)(time - start), name, message.from_name.data, text);
        count++;
    }
    if (count == 0) printf("%u\t%s\t\t\n", (unsigned)(time - start), name);
    fflush(stdout);
}

/* The next line of the customer's, once the agent has answered the last one. */
static void answer(webchat_service *service, const webchat_event *event, size_t *said) {
    webchat_message message;
    const webchat_payload *payload = webchat_event_payload(event);
    for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++) {
        int is_answer = strcmp(message.from_type.data, "Agent") == 0 && strcmp(message.type.data, "Message") == 0;
        if (is_answer && *said < sizeof lines / sizeof *lines) {
            webchat_send_typing(service, lines[*said], NULL, NULL);
            webchat_send_message(service, lines[(*said)++], NULL, NULL);
        }
    }
}

int main(int argc, char **argv) {
    webchat_service_options options = {.size = sizeof options, .config_json = argc == 2 ? argv[1] : NULL};
    webchat_chat_form form = {.size = sizeof form, .nickname = "Ann", .firstname = "Ann", .lastname = "Lee",
                              .email = "ann@example.com", .subject = "My invoice"};
    webchat_service *service;
    webchat_outcome *failure;
    webchat_event *event;
    webchat_str why;
    uint64_t start = 0;
    size_t said = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: demo CONFIGURATION\n");
        return 2;
    }
    if (webchat_service_new_with(&options, &service, &failure) != WEBCHAT_OK) {
        webchat_outcome_reason(failure, &why);
        fprintf(stderr, "%s\n", why.data);
        return 1;
    }
    webchat_start_chat(service, &form, NULL, NULL);
    while (webchat_next_event(service, 20000, &event) == WEBCHAT_OK) {
        uint32_t kind = webchat_event_kind(event);
        if (start == 0) webchat_event_time(event, &start);
        print_event(event, start);
        if (kind == WEBCHAT_EVENT_MESSAGE_RECEIVED) answer(service, event, &said);
        if (kind == WEBCHAT_EVENT_ENDED) webchat_service_close(service);
        webchat_event_free(event);
    }
    webchat_service_destroy(service);
    return said < sizeof lines / sizeof *lines;
}
