/*
 * A chat in GLib's main loop, as programs with GTK have it: events come by a source for the service's descriptor, outcomes by g_idle_add,
 * so that all of the program's own code runs in the loop's thread.
 *
 *     glib [CONFIGURATION]
 */
#include <glib-unix.h>
#include <glib.h>
#include <stdio.h>
#include <webchat.h>

enum { COMMAND_MS = 15000, CHAT_SECONDS = 120 };

typedef struct app {
    GMainLoop *loop;
    webchat_service *service;
    gboolean asked, failed;
} app;

/* The program's only one, for what g_idle_add brings. */
static app self;

static void give_up(const char *why) {
    g_printerr("%s\n", why);
    self.failed = TRUE;
    g_main_loop_quit(self.loop);
}

/* In the loop: what has become of a command. */
static gboolean on_outcome(gpointer data) {
    webchat_outcome *outcome = data;
    webchat_str command, why;
    webchat_outcome_command(outcome, &command);
    webchat_outcome_reason(outcome, &why);
    if (webchat_outcome_status(outcome) != WEBCHAT_OK) {
        give_up(why.data);
    } else if (g_str_equal(command.data, "sendMessage")) {
        self.asked = TRUE;
    }
    webchat_outcome_free(outcome);
    return G_SOURCE_REMOVE;
}

/* On the library's callback thread: hands the outcome to the loop. */
static void on_done(void *context, const webchat_outcome *outcome) {
    webchat_outcome *own;
    (void)context;
    if (webchat_outcome_clone(outcome, &own) == WEBCHAT_OK) g_idle_add(on_outcome, own);
}

static const webchat_completion completion = {.size = sizeof completion, .deadline_ms = COMMAND_MS, .on_done = on_done};

static void on_message(const webchat_message *message) {
    if (message->text.len == 0) return;
    g_print("%s: %s\n", message->from_name.data, message->text.data);
    /* The first answer will do. */
    if (self.asked && g_str_equal(message->from_type.data, "Agent")) {
        self.asked = FALSE;
        webchat_end_chat(self.service, &completion, NULL);
    }
}

static void on_event(const webchat_event *event) {
    const webchat_payload *payload = webchat_event_payload(event);
    webchat_message message;
    switch (webchat_event_kind(event)) {
    case WEBCHAT_EVENT_AGENT_CONNECTED: webchat_send_message(self.service, "Is my order on its way?", &completion, NULL); break;
    case WEBCHAT_EVENT_MESSAGE_RECEIVED:
        for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++) on_message(&message);
        break;
    case WEBCHAT_EVENT_ENDED: g_main_loop_quit(self.loop); break;
    default: break;
    }
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data) {
    webchat_event *event;
    (void)fd, (void)condition, (void)data;
    while (webchat_next_event(self.service, 0, &event) == WEBCHAT_OK) {
        on_event(event);
        webchat_event_free(event);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_late(gpointer data) {
    (void)data;
    give_up("The chat takes too long.");
    return G_SOURCE_REMOVE;
}

int main(int argc, char **argv) {
    const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
    const webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
    int fd;
    self.loop = g_main_loop_new(NULL, FALSE);
    if (webchat_service_new(config, &self.service) != WEBCHAT_OK || webchat_event_fd(self.service, &fd) != WEBCHAT_OK ||
        webchat_start_chat(self.service, &form, &completion, NULL) != WEBCHAT_OK) {
        g_printerr("%s\n", webchat_failure_reason());
        return 1;
    }
    const guint readable = g_unix_fd_add(fd, G_IO_IN, on_readable, NULL);
    g_timeout_add_seconds(CHAT_SECONDS, on_late, NULL);
    g_main_loop_run(self.loop);
    /* The descriptor goes with the service, so its source goes first. */
    g_source_remove(readable);
    webchat_service_destroy(self.service);
    g_main_loop_unref(self.loop);
    return self.failed;
}
