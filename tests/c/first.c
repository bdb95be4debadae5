#include <stdio.h>
#include <webchat.h>

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
    webchat_service *service;
    webchat_event *event;
    webchat_message message;
    if (webchat_service_new(config, &service) != WEBCHAT_OK) return 1;
    webchat_start_chat(service, &form, NULL, NULL);
    while (webchat_next_event(service, 10000, &event) == WEBCHAT_OK) {
        const webchat_payload *payload = webchat_event_payload(event);
        for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++)
            printf("%s\t%s\t%s\n", webchat_event_name(event), message.from_name.data, message.text.data);
        if (webchat_event_kind(event) == WEBCHAT_EVENT_AGENT_CONNECTED)
            webchat_send_message(service, "Just looking, bye!", NULL, NULL);
        if (webchat_event_kind(event) == WEBCHAT_EVENT_ENDED) webchat_service_close(service);
        webchat_event_free(event);
    }
    return webchat_service_destroy(service) != WEBCHAT_OK;
}
