/*
 * A kiosk: one loop draws the screen and serves visitors one after the other, without a thread or a callback that does any work. The wait
 * for the next event is the pause between two frames.
 *
 *     kiosk [CONFIGURATION [VISITORS]]
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <webchat.h>

enum { FRAME_MS = 40, FRAMES_A_SECOND = 1000 / FRAME_MS, START_MS = 15000, PATIENCE = 60 * FRAMES_A_SECOND };

typedef enum screen { WELCOME, CONNECTING, CHATTING, GOODBYE, OUT_OF_ORDER } screen;
static const char *const titles[] = {"Welcome", "Please wait", "You are connected", "Goodbye", "Out of order"};

static struct {
    webchat_service *service;
    screen screen;
    int visitors, is_touched, idle_frames;
    char line[200];
} kiosk;

/* The one thing that the callback thread leaves here: how the start of a chat has ended. */
static _Atomic(webchat_outcome *) started;

static void on_started(void *context, const webchat_outcome *outcome) {
    webchat_outcome *own;
    (void)context;
    if (webchat_outcome_clone(outcome, &own) == WEBCHAT_OK) atomic_store(&started, own);
}

static void show(screen next, const char *line) {
    snprintf(kiosk.line, sizeof kiosk.line, "%s", line);
    kiosk.screen = next;
    kiosk.idle_frames = 0;
    kiosk.is_touched = 0;
    printf("[%s] %s\n", titles[next], line);
    fflush(stdout);
}

/* Stands for the hardware: here a visitor touches the screen as soon as there is something to touch it for. */
static int is_touched(void) {
    if (kiosk.is_touched) return 0;
    kiosk.is_touched = kiosk.screen == WELCOME || (kiosk.screen == CHATTING && kiosk.line[0] != '\0');
    return kiosk.is_touched;
}

static void take_event(const webchat_event *event) {
    const webchat_payload *payload = webchat_event_payload(event);
    webchat_message message;
    switch (webchat_event_kind(event)) {
    case WEBCHAT_EVENT_AGENT_CONNECTED: show(CHATTING, ""); break;
    case WEBCHAT_EVENT_MESSAGE_RECEIVED:
        for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++)
            if (strcmp(message.from_type.data, "Agent") == 0 && message.text.len > 0) show(CHATTING, message.text.data);
        break;
    case WEBCHAT_EVENT_DISCONNECTED: show(kiosk.screen, "One moment please."); break;
    case WEBCHAT_EVENT_ENDED: show(GOODBYE, "Thank you."); break;
    default: break;
    }
}

static void take_outcome(void) {
    webchat_outcome *outcome = atomic_exchange(&started, NULL);
    webchat_str why;
    if (outcome == NULL) return;
    webchat_outcome_reason(outcome, &why);
    if (webchat_outcome_status(outcome) != WEBCHAT_OK) show(OUT_OF_ORDER, why.data);
    webchat_outcome_free(outcome);
}

/* What the visitor and the clock bring about. */
static void run_frame(void) {
    const webchat_chat_form form = {.size = sizeof form, .nickname = "Visitor", .subject = "Kiosk 12"};
    const webchat_completion completion = {.size = sizeof completion, .deadline_ms = START_MS, .on_done = on_started};
    const int touched = is_touched(), is_late = ++kiosk.idle_frames > PATIENCE;
    switch (kiosk.screen) {
    case WELCOME:
        if (!touched) break;
        show(CONNECTING, "");
        if (webchat_start_chat(kiosk.service, &form, &completion, NULL) != WEBCHAT_OK) show(OUT_OF_ORDER, webchat_failure_reason());
        break;
    case CONNECTING:
    case CHATTING:
        /* A visitor who has gone away leaves no chat behind. */
        if (!touched && !is_late) break;
        kiosk.idle_frames = 0;
        if (webchat_end_chat(kiosk.service, NULL, NULL) != WEBCHAT_OK) show(OUT_OF_ORDER, webchat_failure_reason());
        break;
    case GOODBYE:
        kiosk.visitors--;
        show(WELCOME, "Touch the screen to chat.");
        break;
    case OUT_OF_ORDER: break;
    }
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    webchat_event *event;
    kiosk.visitors = argc > 2 ? atoi(argv[2]) : 2;
    if (webchat_service_new(config, &kiosk.service) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    show(WELCOME, "Touch the screen to chat.");
    while (kiosk.visitors > 0 && kiosk.screen != OUT_OF_ORDER) {
        while (webchat_next_event(kiosk.service, FRAME_MS, &event) == WEBCHAT_OK) {
            take_event(event);
            webchat_event_free(event);
        }
        take_outcome();
        run_frame();
    }
    webchat_service_destroy(kiosk.service);
    if (kiosk.screen == OUT_OF_ORDER) fprintf(stderr, "%s\n", kiosk.line);
    return kiosk.screen == OUT_OF_ORDER;
}
