/*
 * libwebchat: the Genesys WebChatService for C programs. One service is one customer's chat: it takes the commands of the
 * specification (startChat, sendMessage, ...), talks to a Genesys chat back end and publishes the specification's events (started,
 * messageReceived, agentConnected, ...).
 *
 * A FIRST PROGRAM (cc first.c -lwebchat)
 *
 *     #include <stdio.h>
 *     #include <webchat.h>
 *
 *     int main(int argc, char **argv) {
 *         const char *config = argc > 1 ? argv[1] : "{\"dataURL\": \"http://localhost:8080/genesys/2/chat/support\"}";
 *         webchat_chat_form form = {.size = sizeof form, .nickname = "Ann"};
 *         webchat_service *service;
 *         webchat_event *event;
 *         webchat_message message;
 *         if (webchat_service_new(config, &service) != WEBCHAT_OK) return 1;
 *         webchat_start_chat(service, &form, NULL, NULL);
 *         while (webchat_next_event(service, 10000, &event) == WEBCHAT_OK) {
 *             const webchat_payload *payload = webchat_event_payload(event);
 *             for (size_t i = 0; webchat_payload_message(payload, i, &message, sizeof message) == WEBCHAT_OK; i++)
 *                 printf("%s\t%s\t%s\n", webchat_event_name(event), message.from_name.data, message.text.data);
 *             if (webchat_event_kind(event) == WEBCHAT_EVENT_AGENT_CONNECTED)
 *                 webchat_send_message(service, "Just looking, bye!", NULL, NULL);
 *             if (webchat_event_kind(event) == WEBCHAT_EVENT_ENDED) webchat_service_close(service);
 *             webchat_event_free(event);
 *         }
 *         return webchat_service_destroy(service) != WEBCHAT_OK;
 *     }
 *
 * HOW A COMMAND GOES
 *
 * Each command has a function: webchat_start_chat, webchat_send_message, ... . It checks its parameters, queues the command and returns
 * at once: WEBCHAT_OK when it is accepted, with a request id in *out_request (the pointer may be NULL). The outcome comes exactly once,
 * to the webchat_completion (NULL: nobody waits), also when the service is closed or destroyed first: a function of yours is called with it
 * (on_done), or it waits until you ask (by_asking, webchat_next_outcome), so that nothing has to be called back. What the specification calls
 * `done` is an outcome with status WEBCHAT_OK, what it calls `fail` one with another status, a reason in the specification's words and,
 * where the specification says "(AJAX Response Object)", the server's response as JSON. webchat_cancel gives a command up.
 * webchat_command gives any command by name with JSON options. webchat_call does so and waits.
 *
 * "A command: see above" stands for: any thread, also in a callback; `completion` and `out_request` may be NULL, other pointers only
 * where said; texts and structures are read during the call. WEBCHAT_ERR_INVALID_HANDLE: `service` is none. WEBCHAT_ERR_INVALID_ARGUMENT:
 * a text is NULL or not UTF-8, or JSON is none; webchat_failure_reason and the log name the parameter. WEBCHAT_ERR_BUSY: 10,000 commands,
 * or 64 MiB of their options, have no outcome yet, or one that waits for its on_done or for you to ask. When the command is not accepted
 * there is no outcome.
 * Any accepted command can also be rejected with WEBCHAT_ERR_CLOSED, WEBCHAT_ERR_CANCELLED and, with a deadline, WEBCHAT_ERR_TIMEOUT.
 * One given before the service is configured waits while a webchat_configure is under way, and 5 s at most for one to come: then it is
 * rejected with WEBCHAT_ERR_INVALID_CONFIGURATION, and the reason says that the chat was never configured.
 *
 * EVENTS, IN THREE WAYS
 *
 *     webchat_subscribe     a function of yours is called with each
 *     webchat_next_event    you ask for the next, and wait for it
 *     webchat_event_fd      a file descriptor tells your event loop when to ask, for outcomes as well (webchat_wake_fd: a socket of your own)
 *
 * And webchat_look_new looks for a certain one, behind a command that brings it, and takes it from nobody.
 *
 * In each way events come in order, one at a time for a service. What is there before your first command, in whatever way and however
 * often, gets all events from the beginning: those of a restored chat first of all (see webchat_subscribe).
 *
 * Take them: while 1,024 wait for you, or 16 MiB of messages, in the queue or behind a callback that runs, the service fetches no more
 * messages. Nothing is lost: they are fetched when you have taken half. Commands go on meanwhile, but for those that would bring many more
 * events: WEBCHAT_ERR_BUSY. A server drops a customer whom it does not hear for 45 s; the service keeps the session up as long as it runs.
 *
 * WHO OWNS WHAT
 *
 *     webchat_service        yours from webchat_service_new until webchat_service_destroy
 *     webchat_runtime        yours from webchat_runtime_new until webchat_runtime_destroy
 *     webchat_subscription   yours until webchat_unsubscribe, or until its service is destroyed
 *     webchat_look           yours from webchat_look_new until webchat_look_destroy
 *     webchat_event          lent to a callback; yours from webchat_next_event or webchat_event_clone until webchat_event_free
 *     webchat_outcome        lent to a callback; yours from webchat_next_outcome, webchat_call or webchat_outcome_clone until webchat_outcome_free
 *     webchat_payload        part of an event or outcome, which webchat_event_payload and webchat_outcome_payload give: never freed
 *     webchat_reply          lent to a callback
 *     webchat_str            part of the event or outcome it was read from: never free it
 *     contexts (void *)      the library's from the call on; it hands them back once, to `destroy`, also when the call fails
 *     texts you pass         yours: the library copies them before the function returns
 *
 * A handle is a number in the guise of a pointer: it is looked up, never followed. NULL, a destroyed handle, one of another kind or any
 * other value gives WEBCHAT_ERR_INVALID_HANDLE, and so does freeing twice. (In 64 bits; in 32 bits a destroyed handle can come back to
 * life after 268 million others.) Wild pointers to texts and structures remain the caller's affair, as everywhere in C.
 *
 * WHAT A CALL LEAVES BEHIND
 *
 * An out-parameter is never left unset, whatever the call returns: a handle is NULL then, a number 0 (a file descriptor -1), a text empty,
 * and a structure empty as far as your size says. A structure's size that ends in the middle of a field, or is beyond 4096, is refused with
 * WEBCHAT_ERR_INVALID_ARGUMENT; in the latter case alone an out-parameter of that size is not touched.
 *
 * TEXT
 *
 * Text in: NUL-terminated UTF-8; anything else is refused. Text out: webchat_str, UTF-8 with a length and a NUL behind it. Paths of files,
 * in and out, are the system's bytes. JSON is made when it is asked for. Structures that the library fills take sizeof as their last
 * argument, structures that it reads begin with their size: both can grow in later versions without breaking your program.
 *
 * THREADS
 *
 * Every function may be called from any thread, at any time. Callbacks run one at a time on the callback thread of the service's
 * runtime; log entries have a thread of their own. In a callback you may call everything but what waits: webchat_call, and
 * webchat_next_event, webchat_next_outcome and webchat_service_wait_closed with a timeout, return WEBCHAT_ERR_WRONG_THREAD there. A callback that blocks holds up the callbacks of all services
 * of its runtime. You may destroy the service in its own callback.
 *
 * A callback has to return. Behind it stand frames of the library that nothing else can leave: a C++ exception out of it, longjmp and
 * pthread_exit are errors of the program, and pthread_exit ends the process there (SIGABRT).
 *
 * A function needs at most 128 KiB of stack. A thread that is cancelled (pthread_cancel) in a function of the library goes on to the
 * function's end, and is cancelled at the next cancellation point of your own: end a wait by destroying the service, or give it a limit.
 *
 * Threads do not survive fork. In the child of a process that has made a runtime or a service, or has set a log, every function that returns
 * a status returns WEBCHAT_ERR_FORKED at once, and frees nothing: call exec, or fork from a process that has not used the library. A child
 * of such a process can use it.
 *
 * SIGNALS
 *
 * The library's threads take no signals: all are blocked in them but those that a thread brings upon itself (SIGSEGV, SIGBUS, SIGFPE, SIGILL,
 * SIGTRAP, SIGSYS, SIGABRT) and the profiler's SIGPROF. A broken connection never raises SIGPIPE, nor a file that may not grow SIGXFSZ, whatever
 * you do about these signals, and your threads write to neither. No handler is installed and no disposition changed. A process that you start in a callback inherits the
 * callback thread's blocked signals, as it would any thread's: unblock them there (posix_spawnattr_setsigmask), or start it elsewhere.
 *
 * THE END
 *
 * webchat_service_destroy returns at once. What has no outcome yet gets one, then each context goes to its `destroy`: that is the one
 * signal that nothing more comes. Before leaving a function whose stack holds contexts, wait for it; at any other time nothing needs
 * waiting for, and destroying at exit (atexit, static destructors) is fine. A program that ends right after it takes with it what its
 * chats still had to do: a startChat under way then leaves its chat open at the server; see webchat_service_wait_closed. The library stays loaded, whatever dlclose says: its threads
 * end a little after the last service. A chat's session stays open at the server unless webchat_end_chat ended it, and can be restored
 * by another service with the same store or session keeper.
 */

#ifndef WEBCHAT_H
#define WEBCHAT_H

/* Made from ffi/src by `cargo run -p webchat-ffi --example header`. Do not edit. */

#include <stddef.h>
#include <stdint.h>

/* For programs on Windows that link the shared library. */
#if defined(_WIN32) && defined(WEBCHAT_SHARED)
#define WEBCHAT_API __declspec(dllimport)
#else
#define WEBCHAT_API
#endif


/** Major version of this header: programs keep working within one. */
#define WEBCHAT_VERSION_MAJOR 0

/** Minor version of this header: something was added. */
#define WEBCHAT_VERSION_MINOR 1

/** Patch version of this header. */
#define WEBCHAT_VERSION_PATCH 0

/** Version of this header as one number: 0xMMmmpp. */
#define WEBCHAT_VERSION (((WEBCHAT_VERSION_MAJOR << 16) | (WEBCHAT_VERSION_MINOR << 8)) | WEBCHAT_VERSION_PATCH)

/** The outcome is of another command than sendMessage. */
#define WEBCHAT_DELIVERY_NONE 0

/** The server has the message. */
#define WEBCHAT_DELIVERY_SENT 1

/** The message did not arrive: it never left, or the server refused it. The status says why. */
#define WEBCHAT_DELIVERY_NOT_SENT 2

/** The message left, and nothing tells whether it arrived. */
#define WEBCHAT_DELIVERY_UNKNOWN 3

/** Trying the same again cannot help, unless something else changes. */
#define WEBCHAT_RETRY_NEVER 0

/** Trying again can help once the given time has passed: the server said so. */
#define WEBCHAT_RETRY_AFTER 1

/** Trying again can help, after a pause that grows with each attempt. */
#define WEBCHAT_RETRY_BACKOFF 2

/** For webchat_next_event: wait as long as it takes. */
#define WEBCHAT_FOREVER 4294967295U

/** For webchat_look_new: what comes from now on, and `ready` if that has been. */
#define WEBCHAT_FROM_NOW 18446744073709551615ULL

/** No event: what webchat_event_kind returns for an invalid handle. */
#define WEBCHAT_EVENT_NONE 0

/** `ready`: The service accepts commands. Late listeners get it too. */
#define WEBCHAT_EVENT_READY 1

/** `restored`: A stored session was accepted; its messages follow. */
#define WEBCHAT_EVENT_RESTORED 2

/** `restoreTimeout`: The stored session is too old, or the server says it has ended. */
#define WEBCHAT_EVENT_RESTORE_TIMEOUT 3

/** `restoreFailed`: The stored session could not be restored; with the response that said so. */
#define WEBCHAT_EVENT_RESTORE_FAILED 4

/** `restoredOffline`: The session was restored while the chat server is offline. */
#define WEBCHAT_EVENT_RESTORED_OFFLINE 5

/** `messageReceived`: New messages, one event for each answer that has visible ones. */
#define WEBCHAT_EVENT_MESSAGE_RECEIVED 6

/** `error`: An error between client and server, with the server's response. */
#define WEBCHAT_EVENT_ERROR 7

/** `started`: The chat session has started. */
#define WEBCHAT_EVENT_STARTED 8

/** `ended`: The chat session has ended. */
#define WEBCHAT_EVENT_ENDED 9

/** `agentTypingStarted`: An agent or supervisor started typing. */
#define WEBCHAT_EVENT_AGENT_TYPING_STARTED 10

/** `agentTypingStopped`: An agent or supervisor stopped typing; with the notice, where a notice said so. */
#define WEBCHAT_EVENT_AGENT_TYPING_STOPPED 11

/** `pollingStarted`: Automatic polling has started. */
#define WEBCHAT_EVENT_POLLING_STARTED 12

/** `pollingStopped`: Automatic polling has stopped. */
#define WEBCHAT_EVENT_POLLING_STOPPED 13

/** `clientConnected`: The customer is in the chat. */
#define WEBCHAT_EVENT_CLIENT_CONNECTED 14

/** `clientDisconnected`: The customer has left the chat. */
#define WEBCHAT_EVENT_CLIENT_DISCONNECTED 15

/** `agentConnected`: An agent has joined. */
#define WEBCHAT_EVENT_AGENT_CONNECTED 16

/** `agentDisconnected`: An agent has left. */
#define WEBCHAT_EVENT_AGENT_DISCONNECTED 17

/** `supervisorConnected`: A supervisor has joined. */
#define WEBCHAT_EVENT_SUPERVISOR_CONNECTED 18

/** `supervisorDisconnected`: A supervisor has left. */
#define WEBCHAT_EVENT_SUPERVISOR_DISCONNECTED 19

/** `botConnected`: A bot has joined. */
#define WEBCHAT_EVENT_BOT_CONNECTED 20

/** `botDisconnected`: A bot has left. */
#define WEBCHAT_EVENT_BOT_DISCONNECTED 21

/** `clientTypingStarted`: The customer types, and the agent is told. */
#define WEBCHAT_EVENT_CLIENT_TYPING_STARTED 22

/** `clientTypingStopped`: The customer stopped typing. */
#define WEBCHAT_EVENT_CLIENT_TYPING_STOPPED 23

/** `disconnected`: The servers cannot be reached. */
#define WEBCHAT_EVENT_DISCONNECTED 24

/** `reconnected`: The servers can be reached again, after `disconnected`. */
#define WEBCHAT_EVENT_RECONNECTED 25

/** `chatServerWentOffline`: The chat server is offline; the session has not ended. */
#define WEBCHAT_EVENT_CHAT_SERVER_WENT_OFFLINE 26

/** `chatServerBackOnline`: The chat server is back. */
#define WEBCHAT_EVENT_CHAT_SERVER_BACK_ONLINE 27

/** `connectionPending`: The chat server did not answer; the service tries again. */
#define WEBCHAT_EVENT_CONNECTION_PENDING 28

/** `connectionRestored`: The connection to the chat server works again. */
#define WEBCHAT_EVENT_CONNECTION_RESTORED 29

/** `outbox`: A message has got further on its way; without its text. */
#define WEBCHAT_EVENT_OUTBOX 30

/** Nothing. */
#define WEBCHAT_LOG_OFF 0

/** Faults in the library. */
#define WEBCHAT_LOG_ERROR 1

/** What the library had to cope with: the network, the server, misuse. */
#define WEBCHAT_LOG_WARN 2

/** What happens, in few words. */
#define WEBCHAT_LOG_INFO 3

/** Details. */
#define WEBCHAT_LOG_DEBUG 4

/** All details. */
#define WEBCHAT_LOG_TRACE 5

/**
 * Something that happened. Opaque: read it with the webchat_event_... functions, and what it
 * carries by webchat_event_payload. Since 0.1.
 */
typedef struct webchat_event webchat_event;

/** A search through the newest events of a service, for a certain one. Opaque. Since 0.1. */
typedef struct webchat_look webchat_look;

/**
 * How a command ended. Opaque: read it with the webchat_outcome_... functions, and what it carries by
 * webchat_outcome_payload. Since 0.1.
 */
typedef struct webchat_outcome webchat_outcome;

/**
 * What an event or an outcome carries. Opaque: read it with the webchat_payload_... functions. It is not freed, and is valid as long as
 * the event or outcome it is of. Since 0.1.
 */
typedef struct webchat_payload webchat_payload;

/** Takes what a callback returns. Opaque; lent: valid during the callback. Since 0.1. */
typedef struct webchat_reply webchat_reply;

/** A few threads, a callback thread and a connection pool, shared by the services made with it. Opaque. Since 0.1. */
typedef struct webchat_runtime webchat_runtime;

/** One customer's chat. Opaque. Since 0.1. */
typedef struct webchat_service webchat_service;

/** A subscription. Opaque. Since 0.1. */
typedef struct webchat_subscription webchat_subscription;

/**
 * What a call or a command came to: one of the WEBCHAT_OK, WEBCHAT_ERR_... and WEBCHAT_END_... numbers. New ones may be added:
 * treat an unknown number as an error. Since 0.1.
 */
typedef uint32_t webchat_status;

/** Returns the text last saved with webchat_reply_set, or nothing when there is none. Callback thread. Since 0.1. */
typedef void (*webchat_load_fn)(void *context, webchat_reply *reply);

/** Keeps `text` in place of what was kept before; NULL: forgets it. webchat_reply_fail says that it could not. Callback thread. Since 0.1. */
typedef void (*webchat_save_fn)(void *context, const char *text, webchat_reply *reply);

/**
 * Lets a context go. Runs exactly once for each context handed over, after every call that gets it; then nothing more comes.
 * May be NULL. Since 0.1.
 */
typedef void (*webchat_destroy_fn)(void *context);

/**
 * Where session data are kept, so that a chat can be restored in another process: one text, a JSON object, that `load` returns as `save`
 * got it. Whoever has it can take part in the chat: keep it where nobody else reads. Both functions are needed; they run on the
 * callback thread, one at a time. `context` belongs to the library from the call on; `destroy` runs exactly once, after the last
 * use. A store that fails never fails a chat: the log has the reason, and what was not saved cannot be restored. One that does not answer
 * within five seconds counts as failed, and is asked again once it has answered; nothing waits longer for it, webchat_service_close not more
 * than three. When what is kept cannot be had at the start, `error` is published after `ready`. Services may share what is kept: each
 * looks before it saves, and leaves the chat of another alone. Since 0.1.
 */
typedef struct webchat_store {
    /** sizeof(webchat_store). */
    size_t size;
    /** Returns what is kept. */
    webchat_load_fn load;
    /** Keeps something else. */
    webchat_save_fn save;
    /** Handed to both. */
    void *context;
    /** Lets `context` go. May be NULL. */
    webchat_destroy_fn destroy;
} webchat_store;

/**
 * Keeps `session_json` in place of what was kept before: {messageIndex, token} of Nexus, the data of webchat_get_session_data of GMS.
 * webchat_reply_fail says that it could not. The original's getSessionData. Callback thread. Since 0.1.
 */
typedef void (*webchat_store_session_fn)(void *context, const char *session_json, webchat_reply *reply);

/**
 * Returns what was kept with webchat_reply_set, as it was given or just Nexus's token; nothing when there is none. webchat_reply_fail says
 * that it cannot be had. The original's setSessionData. Callback thread. Since 0.1.
 */
typedef void (*webchat_load_session_fn)(void *context, webchat_reply *reply);

/**
 * Forgets what was kept: the server does not know the session any more. `lost_json` is {sessionData, response}: where several services share
 * what is kept, forget it only if it is of that session. webchat_reply_fail says that it could not. The original's deleteSessionData.
 * Callback thread. Since 0.1.
 */
typedef void (*webchat_forget_session_fn)(void *context, const char *lost_json, webchat_reply *reply);

/**
 * What keeps an asynchronous chat, so that it goes on in another process or on another machine; without effect for other chats. These are
 * the functions of transport.async and async, whose names there say what a page does with them. A service without one keeps the session in
 * its store alone. Whoever has what is kept can take part in the chat: keep it where nobody else reads.
 *
 * The functions run on the callback thread, in order and one at a time: `load_session` when the service is configured and for
 * webchat_restore without session data, `store_session` whenever there is something new: at the start, after a restoration, of Nexus after
 * each batch of messages, `forget_session` when the session is lost, and not when a chat ends as it should. The first two are needed.
 * `context` belongs to the library from the call on; `destroy` runs exactly once, after the last use. A keeper that fails never fails a
 * chat: the log has the reason. One that does not answer within five seconds counts as failed, and is called again once it has answered.
 * Since 0.1.
 */
typedef struct webchat_session_keeper {
    /** sizeof(webchat_session_keeper). */
    size_t size;
    /** Keeps a session. */
    webchat_store_session_fn store_session;
    /** Returns the session that is kept. */
    webchat_load_session_fn load_session;
    /** Forgets the session that is kept. May be NULL. */
    webchat_forget_session_fn forget_session;
    /** Handed to all. */
    void *context;
    /** Lets `context` go. May be NULL. */
    webchat_destroy_fn destroy;
} webchat_session_keeper;

/** What a service is made from. The structure and its texts are read during the call; what is left zero is not used. Since 0.1. */
typedef struct webchat_service_options {
    /** sizeof(webchat_service_options). */
    size_t size;
    /**
     * The configuration as JSON text: the object of _genesys.widgets.webchat, or one with it inside. Its `connection` says how connections
     * are made: `proxy`, `noProxy`, `rootCertificates`, `clientCertificate`, `minimumTls` and more (docs/reference/configuration.md). NULL: the command configure
     * brings it, and other commands wait for it.
     */
    const char *config_json;
    /** The runtime to use. NULL: the default one. */
    webchat_runtime *runtime;
    /** Where session data are kept, so that a chat can be restored. NULL: where the configuration says. */
    const webchat_store *store;
    /** What keeps an asynchronous chat besides the store, and wins over it. NULL: the store alone. */
    const webchat_session_keeper *keeper;
} webchat_service_options;

/** Told how a command ended. `outcome` is lent: valid during the call; webchat_outcome_clone keeps it. Callback thread. Since 0.1. */
typedef void (*webchat_outcome_fn)(void *context, const webchat_outcome *outcome);

/**
 * Told how far a transfer is: bytes transferred, and bytes in all or UINT64_MAX when that is not known. Steps can be left out.
 * Callback thread. Since 0.1.
 */
typedef void (*webchat_progress_fn)(void *context, uint64_t transferred, uint64_t total);

/**
 * Who is told how a command ended. The structure is read during the call and may be on the stack; what is left zero is not used.
 *
 * When the command is accepted (WEBCHAT_OK), on_done runs exactly once, also after webchat_service_destroy; else never. In both
 * cases `context` belongs to the library from the call on, and destroy runs exactly once: after on_done on the callback thread (where
 * there is none, when the outcome is there), or before a command that is not accepted returns, on the caller's thread. A structure whose
 * size is wrong is not touched at all. on_done can run before the command's function returns: take the request id from the outcome there.
 * Since 0.1.
 */
typedef struct webchat_completion {
    /** sizeof(webchat_completion). */
    size_t size;
    /**
     * Milliseconds until the command is given up: WEBCHAT_ERR_TIMEOUT, or WEBCHAT_ERR_OUTCOME_UNKNOWN for a message that has left.
     * 0: no limit but those of the configuration.
     */
    uint32_t deadline_ms;
    /** Called with the outcome. May be NULL. */
    webchat_outcome_fn on_done;
    /** Called while a file is transferred, never after on_done. May be NULL. */
    webchat_progress_fn on_progress;
    /** Handed to both. */
    void *context;
    /** Lets `context` go. May be NULL. */
    webchat_destroy_fn destroy;
    /** 1: the outcome waits until webchat_next_outcome takes it; on_done has to be NULL then. 0: it goes to on_done. */
    uint32_t by_asking;
} webchat_completion;

/**
 * The customer's entries in the form that starts a chat. The structure and its texts are read during the call; what is left NULL is
 * empty. Since 0.1.
 */
typedef struct webchat_chat_form {
    /** sizeof(webchat_chat_form). */
    size_t size;
    /** The name that the agent sees. */
    const char *nickname;
    /** First name. */
    const char *firstname;
    /** Last name. */
    const char *lastname;
    /** E-mail address. */
    const char *email;
    /** Subject. */
    const char *subject;
    /** Attached data as a JSON object; they win over the configured ones. */
    const char *user_data_json;
    /** Further fields of the form as a JSON object. Nexus sends them along, GMS knows none. */
    const char *other_json;
} webchat_chat_form;

/** Returns the text that the customer is typing with webchat_reply_set, or nothing. Callback thread. Since 0.1. */
typedef void (*webchat_typing_input_fn)(void *context, webchat_reply *reply);

/**
 * Changes a message before it is shown: gets it as JSON and returns another JSON object with webchat_reply_set, or nothing to keep it.
 * Anything but an object keeps it, too. Callback thread. Since 0.1.
 */
typedef void (*webchat_preprocess_fn)(void *context, const char *message_json, webchat_reply *reply);

/**
 * Text that the library owns: UTF-8, `len` bytes at `data`, and a NUL after them. `data` is never NULL: absent text is empty.
 * Valid as long as the event, outcome or callback it came from. Text from a chat can hold NUL bytes before its end.
 * Since 0.1.
 */
typedef struct webchat_str {
    /** The bytes. */
    const char *data;
    /** How many, without the NUL. */
    size_t len;
} webchat_str;

/** Told of an event. `event` is lent: valid during the call; webchat_event_clone keeps it. Callback thread. Since 0.1. */
typedef void (*webchat_event_fn)(void *context, const webchat_event *event);

/** Told that a look has something to look at, or that its time is over. Callback thread. Since 0.1. */
typedef void (*webchat_wake_fn)(void *context);

/** One entry of a transcript. The texts are valid as long as the event or outcome it was read from. Since 0.1. */
typedef struct webchat_message {
    /**
     * Place in the transcript: later entries have greater ones, and no two of a chat have the same. GMS counts from 1. 0 where what the
     * server wrote is no place: see index_text.
     */
    uint64_t index;
    /** When, in milliseconds since 1970 UTC. */
    uint64_t timestamp;
    /** What it is: "Message", "ParticipantJoined", "FileUploaded", ... or a name of the server's own. */
    webchat_str type;
    /** The text; empty where the entry has none. */
    webchat_str text;
    /** Who: the participant's id within the chat; empty where the server names nobody. */
    webchat_str from_id;
    /** What the participant is: "Client", "Agent", "Supervisor", "Bot", "External", or a name of the server's own. */
    webchat_str from_type;
    /** The name shown to people. */
    webchat_str from_name;
    /** For a file: the id that webchat_download_file takes; else empty. */
    webchat_str file_id;
    /** For a file: its name, as the sender says; else empty. */
    webchat_str file_name;
    /** For a file: its size in bytes, as the server says; 0 when it does not. */
    uint64_t file_size;
    /** 1: the sender is typing; 0: has stopped; -1: the entry does not tell. */
    int32_t is_typing;
    /** 1 in the replay after a restore, else 0. */
    int32_t restoring;
    /** The place as the server writes it, where that is text (Nexus) or no place at all; else empty. */
    webchat_str index_text;
    /** How much is attached; read it by webchat_payload_content. */
    size_t content_count;
} webchat_message;

/**
 * One attachment of a message: an image, with its bytes. Texts and bytes are valid as long as the event or outcome it was read from.
 * Since 0.1.
 */
typedef struct webchat_content {
    /** What it is: "image", or what else the server says. */
    webchat_str type;
    /** Its media type, "image/png"; empty when the server does not tell. */
    webchat_str mime;
    /** Where it is, as the server says: relative to the server, as a rule, and open to the participants only. Empty when it does not. */
    webchat_str url;
    /** The image's bytes, which the library has fetched; else NULL. */
    const uint8_t *data;
    /** How many bytes are at `data`. */
    size_t data_len;
    /** Why there are no bytes although it is an image: the message came without it. Else empty. */
    webchat_str unavailable;
} webchat_content;

/** An agent or supervisor who is or was in the chat. The texts are valid as long as the event or outcome it was read from. Since 0.1. */
typedef struct webchat_agent {
    /** The participant's id within the chat. */
    webchat_str id;
    /** The name shown to people. */
    webchat_str name;
    /** 1 while in the chat, 0 once gone. */
    int32_t connected;
    /** 1 for a supervisor, 0 for an agent. */
    int32_t supervisor;
    /** When the agent joined, in milliseconds since 1970 UTC. */
    uint64_t connected_time;
    /** When the agent left; 0 while connected. */
    uint64_t disconnected_time;
} webchat_agent;

/**
 * What identifies a chat session towards the server (getSessionData). Without a session, id and key are empty. Whoever has these can take
 * part in the chat: keep them out of logs. The texts are valid as long as the event or outcome they were read from. Since 0.1.
 */
typedef struct webchat_session {
    /** The server's session id: GMS's sessionID, Nexus's sessionId. */
    webchat_str session_id;
    /** What every request of the session carries: GMS's secureKey, Nexus's token, which webchat_restore takes. */
    webchat_str key;
    /**
     * All the data as a JSON object, in the names of the back end: of GMS secureKey, sessionID, alias and userId, which webchat_restore
     * takes too; of Nexus sessionId, transportId, participantId and token, those that are known.
     */
    webchat_str json;
} webchat_session;

/** Figures of a chat session (getStats). Times are in milliseconds; 0 when not known. Since 0.1. */
typedef struct webchat_stats {
    /** Timestamp of the first message received, since 1970 UTC. */
    uint64_t start_time;
    /** Timestamp of the last message received, since 1970 UTC. */
    uint64_t end_time;
    /** The time between the two. */
    uint64_t duration;
    /** How many agents and supervisors are or were in the chat; read them by webchat_payload_agent. */
    size_t agent_count;
} webchat_stats;

/** What the server allows to upload (getFileLimits). A limit is UINT64_MAX when the server names none. Since 0.1. */
typedef struct webchat_file_limits {
    /** Uploads allowed in a session. */
    uint64_t max_files;
    /** Bytes allowed in a file. */
    uint64_t max_file_size;
    /** Bytes allowed in a session. */
    uint64_t max_total_size;
    /** Uploads done. */
    uint64_t used_files;
    /** Bytes uploaded. */
    uint64_t used_total_size;
    /** 1 when uploads wait for an agent in the chat, else 0. */
    int32_t need_agent;
    /** Extensions allowed, in lower case without the dot, with commas between; empty when the server names none. */
    webchat_str file_types;
} webchat_file_limits;

/** A file that arrived (downloadFile). Texts and bytes are valid as long as the outcome they were read from. Since 0.1. */
typedef struct webchat_download {
    /** Its name without any directory. */
    webchat_str file_name;
    /** Where it was saved, as the system has it: UTF-8 unless the path given is not. Empty for a download into memory. */
    webchat_str path;
    /** Its size in bytes. */
    uint64_t size;
    /** Its bytes, for a download into memory; else NULL. */
    const uint8_t *data;
    /** How many bytes are at `data`. */
    size_t data_len;
} webchat_download;

/** Told of a log entry: its level (WEBCHAT_LOG_...) and its text, valid during the call. Log thread. Since 0.1. */
typedef void (*webchat_log_fn)(void *context, uint32_t level, const char *text);

/** It worked. */
#define WEBCHAT_OK 0

/** An option, text or name given by the caller is not usable. The error says which. */
#define WEBCHAT_ERR_INVALID_ARGUMENT 1

/** The configuration is missing or has a bad value; the error names the key. */
#define WEBCHAT_ERR_INVALID_CONFIGURATION 2

/** The command needs a chat session and there is none. */
#define WEBCHAT_ERR_NO_SESSION 3

/** The command needs that no chat session is active. */
#define WEBCHAT_ERR_SESSION_ACTIVE 4

/** The same thing is already under way. */
#define WEBCHAT_ERR_BUSY 5

/** The command is private to the service. */
#define WEBCHAT_ERR_ACCESS_DENIED 6

/** The transport in use, or this build or system, does not offer it. */
#define WEBCHAT_ERR_UNSUPPORTED 7

/** What was asked for does not exist, for example no session to restore. */
#define WEBCHAT_ERR_NOT_FOUND 8

/** The server understood the request and refused it. See the response. */
#define WEBCHAT_ERR_REJECTED 9

/** The server or a gateway wants other credentials. */
#define WEBCHAT_ERR_UNAUTHORIZED 10

/** The server asks to slow down. */
#define WEBCHAT_ERR_RATE_LIMITED 11

/** The server, or the chat server behind it, cannot serve at the moment. */
#define WEBCHAT_ERR_UNAVAILABLE 12

/** The server cannot be reached. */
#define WEBCHAT_ERR_DISCONNECTED 13

/** The time given for it is over. */
#define WEBCHAT_ERR_TIMEOUT 14

/** The request left, and nothing tells whether it took effect. */
#define WEBCHAT_ERR_OUTCOME_UNKNOWN 15

/** The server's answer is not what the protocol says. */
#define WEBCHAT_ERR_PROTOCOL 16

/** The caller cancelled it. */
#define WEBCHAT_ERR_CANCELLED 17

/** The service was closed before the outcome was known. */
#define WEBCHAT_ERR_CLOSED 18

/** A file on this machine, or a descriptor, could not be read, written or made. */
#define WEBCHAT_ERR_IO 19

/** A blocking call was made inside a callback, where it could never end. */
#define WEBCHAT_ERR_WRONG_THREAD 20

/** A fault in this library. Please report it. */
#define WEBCHAT_ERR_INTERNAL 21

/** The message was not sent, because the connection is lost: nothing has left. */
#define WEBCHAT_ERR_NOT_SENT 22

/** The system gives no more threads, file descriptors or memory. The error says which. */
#define WEBCHAT_ERR_OUT_OF_RESOURCES 23

/** The handle is null, destroyed, of another kind, or never was one. */
#define WEBCHAT_ERR_INVALID_HANDLE 64

/** No error: the service is closed, and all its events have been taken. */
#define WEBCHAT_END_OF_EVENTS 65

/**
 * The process was forked from one that had begun to use the library, whose threads stayed there: nothing works here. Call exec, or let
 * a process fork that has made no runtime and no service.
 */
#define WEBCHAT_ERR_FORKED 66

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/* ---- Version ---- */

/** The version of the loaded library, to compare with WEBCHAT_VERSION, the header's. Any thread. Since 0.1. */
WEBCHAT_API uint32_t webchat_version(void);

/** The version of the loaded library, "0.1.0". Static text; never NULL. Any thread. Since 0.1. */
WEBCHAT_API const char *webchat_version_text(void);

/* ---- Statuses ---- */

/** One sentence for a person, in English, about a status. Static text; never NULL, whatever the number. Any thread. Since 0.1. */
WEBCHAT_API
const char *webchat_status_text(webchat_status status);

/**
 * The name of a status in snake_case, the same in every language ("invalid_argument"); "unknown" for any other number.
 * Static text; never NULL. Any thread. Since 0.1.
 */
WEBCHAT_API
const char *webchat_status_name(webchat_status status);

/**
 * Why the latest call of this thread that failed did so, in English, for a person: which argument, event, key or file it was about; the
 * text of the status where there is no more to say. That holds for every function: those that return no status fail when they return what
 * they do for an invalid handle. webchat_call fails as its command does, and has its reason here as well; of commands that nobody waits
 * for webchat_outcome_reason tells. Empty when no call has failed. Never NULL; valid until the next call of this thread that fails. Any
 * thread. Since 0.1.
 */
WEBCHAT_API
const char *webchat_failure_reason(void);

/* ---- Runtimes ---- */

/**
 * Starts a runtime with this many worker threads besides its callback thread (at most 1024). With 0, as in the default runtime, the
 * callback thread moves the chats on itself while it has nothing to call back, and a second thread while a callback takes long; more
 * are for programs with so many chats that one thread cannot carry them. Services made without a runtime share a default that starts
 * with the first and stops with the last.
 * Every callback of a runtime's services runs on its one callback thread. Any thread. Destroy it with webchat_runtime_destroy.
 * WEBCHAT_ERR_OUT_OF_RESOURCES when the system gives no threads or descriptors, or the limit of the address space leaves no room for
 * them.
 *
 * A program that closes file descriptors which it has not opened, the library's among them, ends the chats of the runtime: their
 * commands are rejected with WEBCHAT_ERR_CLOSED, their events end, and the runtime takes no more services. The default one begins anew
 * with the next service. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_runtime_new(uint32_t worker_threads,
                                   webchat_runtime **out_runtime);

/**
 * Lets a runtime go. Returns at once; its threads end when the last service made with it is gone. Any thread, also in a callback.
 * WEBCHAT_ERR_INVALID_HANDLE when `runtime` is none. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_runtime_destroy(webchat_runtime *runtime);

/* ---- Services ---- */

/**
 * Makes a service with this configuration (JSON text; NULL: webchat_configure brings it, and has to come first) on the default runtime.
 * `ready` is published when it accepts commands. Any thread. Destroy it with webchat_service_destroy.
 *
 * WEBCHAT_ERR_INVALID_ARGUMENT: the text is not UTF-8, or an out-pointer is NULL. WEBCHAT_ERR_INVALID_CONFIGURATION: a key is missing or
 * wrong; webchat_failure_reason names it. WEBCHAT_ERR_UNSUPPORTED: see webchat_service_new_with. WEBCHAT_ERR_OUT_OF_RESOURCES: see
 * webchat_runtime_new.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_service_new(const char *config_json,
                                   webchat_service **out_service);

/**
 * Makes a service with more to say about how. `options` may be NULL. When it fails, *out_failure (the pointer may be NULL) is an
 * outcome of your own whose reason says why, naming the key of the configuration: free it with webchat_outcome_free; else it is NULL.
 * The contexts of the store and the keeper pass to the library, also when the call fails. Any thread.
 *
 * WEBCHAT_ERR_INVALID_ARGUMENT: a text is not UTF-8, or a size is wrong. WEBCHAT_ERR_INVALID_HANDLE: the runtime is none.
 * WEBCHAT_ERR_INVALID_CONFIGURATION: a key is missing or wrong. WEBCHAT_ERR_UNSUPPORTED: the transport is not in this build.
 * WEBCHAT_ERR_OUT_OF_RESOURCES: see webchat_runtime_new. WEBCHAT_ERR_CLOSED: the program has closed the runtime's file descriptors.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_service_new_with(const webchat_service_options *options,
                                        webchat_service **out_service,
                                        webchat_outcome **out_failure);

/**
 * Whether the transport that the configuration has chosen has the ability called `name`: 1 or 0. Commands that need one that it has not
 * are rejected with WEBCHAT_ERR_UNSUPPORTED.
 *
 * "polling", "fileUpload", "fileDownload" (files can be fetched by their id), "fileLimits", "fileDeletion", "customNotice",
 * "updateUserData" (during a chat), "history" (asynchronous chats), "verifySession", "serverOutage" (the events of the chat server's
 * outages can come), "pushUrl", "updateNickname", "readReceipt".
 *
 * WEBCHAT_ERR_NOT_FOUND: this library knows none of that name. WEBCHAT_ERR_INVALID_CONFIGURATION: the service is not configured yet.
 * WEBCHAT_ERR_INVALID_HANDLE. WEBCHAT_ERR_INVALID_ARGUMENT: a pointer is NULL, or `name` is not UTF-8. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_capability(webchat_service *service,
                                  const char *name,
                                  int32_t *out);

/**
 * Closes a service without ending the session at the server, and keeps the handle: every command gets its outcome, then no event
 * comes any more, and webchat_next_event returns WEBCHAT_END_OF_EVENTS once all have been taken, as does webchat_next_outcome. What is stored of the session stays,
 * to be restored by another service. Returns at once. Any thread, also in a callback. Closing twice is no error. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_service_close(webchat_service *service);

/**
 * Waits until a service is closed (webchat_service_close, on any thread) and has done all that is left to do: every command has its
 * outcome, and its on_done has returned, what is to be stored of the session is, and a chat that the server makes after all, for a startChat that was under way, is
 * ended there. Up to `timeout_ms` milliseconds (0: not at all; WEBCHAT_FOREVER: a server that does not answer can take many times
 * ajaxTimeout). A program that is about to end calls it between webchat_service_close and webchat_service_destroy, which wait for
 * nothing. Any thread; in a callback only with timeout 0.
 *
 * WEBCHAT_ERR_TIMEOUT: it takes longer, or nobody has closed the service. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait.
 * WEBCHAT_ERR_INVALID_HANDLE: `service` is none, or was destroyed before. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_service_wait_closed(webchat_service *service,
                                           uint32_t timeout_ms);

/**
 * Closes a service and ends its handle. Returns at once. From then on no event callback begins; one under way goes on to its end.
 * Every command that has no outcome yet gets it (WEBCHAT_ERR_CLOSED, or WEBCHAT_ERR_OUTCOME_UNKNOWN for a message that has left), then
 * every context is let go on the callback thread. Outcomes that nobody has taken are freed. A webchat_next_event or webchat_next_outcome
 * that waits returns WEBCHAT_END_OF_EVENTS; the file descriptor of webchat_event_fd is closed, the socket of webchat_wake_fd ends. Any thread, also in a callback and at exit. WEBCHAT_ERR_INVALID_HANDLE when `service` is none.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_service_destroy(webchat_service *service);

/* ---- Replies of callbacks ---- */

/**
 * Returns `text` from the callback that `reply` was lent to; it is copied. A second call replaces the first. In a callback only, on its
 * thread or another. WEBCHAT_ERR_INVALID_HANDLE once the callback has returned. WEBCHAT_ERR_INVALID_ARGUMENT: not UTF-8, or NULL.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_reply_set(webchat_reply *reply,
                                 const char *text);

/**
 * Says that the callback failed, and why; `why` is copied and goes into the log. In a callback of webchat_store or
 * webchat_session_keeper only; others have nothing to fail at. Statuses as for webchat_reply_set. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_reply_fail(webchat_reply *reply,
                                  const char *why);

/* ---- Commands: the chat ---- */

/**
 * configure: configures a service that was made without a configuration, once. `config_json` is JSON text as for webchat_service_new.
 * Resolves with nothing when the service is ready. Rejected: WEBCHAT_ERR_INVALID_CONFIGURATION, and the reason names the key. A
 * command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_configure(webchat_service *service,
                                 const char *config_json,
                                 const webchat_completion *completion,
                                 uint64_t *out_request);

/**
 * startChat: starts a chat session with what the customer entered; `form` may be NULL. Resolves with the server's answer, after the
 * event `started`. Rejected: WEBCHAT_ERR_SESSION_ACTIVE, WEBCHAT_ERR_BUSY, what the server answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_start_chat(webchat_service *service,
                                  const webchat_chat_form *form,
                                  const webchat_completion *completion,
                                  uint64_t *out_request);

/**
 * endChat: ends the chat session, once the messages on their way have their outcome. Resolves with the server's answer, after the event
 * `ended`. Rejected: WEBCHAT_ERR_NO_SESSION, what the server answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_end_chat(webchat_service *service,
                                const webchat_completion *completion,
                                uint64_t *out_request);

/**
 * restore: takes up an asynchronous chat again. `session_data` names it: Nexus's token, or as JSON text an object with `token`, or of GMS
 * with `secureKey`, `sessionID`, `alias` and `userId`; NULL: the one that webchat_session_keeper or the store keeps. Resolves with the
 * server's answer once its newest messages have been published, after the event `restored` (`started`, when the server has made a new
 * session instead); webchat_fetch_history has the older ones. What is kept is restored by itself when a service is configured: this is for
 * a session that comes to be known later. Rejected: WEBCHAT_ERR_ACCESS_DENIED unless the chat is asynchronous, WEBCHAT_ERR_SESSION_ACTIVE,
 * WEBCHAT_ERR_BUSY, WEBCHAT_ERR_NO_SESSION when nothing is kept, WEBCHAT_ERR_NOT_FOUND when the server has it no more, what the server
 * answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_restore(webchat_service *service,
                               const char *session_data,
                               const webchat_completion *completion,
                               uint64_t *out_request);

/**
 * verifySession: whether a session exists, judged from what is known here. Resolves with what webchat_payload_session_active reads. A
 * command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_verify_session(webchat_service *service,
                                      const webchat_completion *completion,
                                      uint64_t *out_request);

/**
 * Takes another nickname (updateNickname). Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, what the server answers.
 * A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_update_nickname(webchat_service *service,
                                       const char *nickname,
                                       const webchat_completion *completion,
                                       uint64_t *out_request);

/* ---- Commands: messages ---- */

/**
 * sendMessage: sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request id is the message's
 * local id. Resolves with the server's answer: the message was sent. Rejected: WEBCHAT_ERR_NO_SESSION, an empty text, what the server
 * answers, WEBCHAT_ERR_NOT_SENT (the connection is lost, and nothing has left), WEBCHAT_ERR_OUTCOME_UNKNOWN;
 * webchat_outcome_delivery says how sure it is that it did not arrive. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_send_message(webchat_service *service,
                                    const char *text,
                                    const webchat_completion *completion,
                                    uint64_t *out_request);

/**
 * sendMessage with its other options: a label for the kind of text (`message_type`; NULL: "text"), and the id of the rich message that
 * this one answers (`parent_message_id`; NULL: none). Else as webchat_send_message. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_send_message_as(webchat_service *service,
                                       const char *text,
                                       const char *message_type,
                                       const char *parent_message_id,
                                       const webchat_completion *completion,
                                       uint64_t *out_request);

/**
 * sendCustomNotice: sends a notice to a custom agent desktop, with a text (NULL: none). Resolves with the server's answer. Rejected:
 * WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_send_custom_notice(webchat_service *service,
                                          const char *message,
                                          const webchat_completion *completion,
                                          uint64_t *out_request);

/**
 * sendTyping: tells the agent that the customer types, and what (NULL: the registered typing preview input is asked). Resolves with
 * nothing. Rejected: WEBCHAT_ERR_NO_SESSION. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_send_typing(webchat_service *service,
                                   const char *message,
                                   const webchat_completion *completion,
                                   uint64_t *out_request);

/**
 * sendFilteredMessage: sends a message and hides it, and all that match `regex`, from the transcript. `regex` is a JavaScript regular
 * expression, "/pattern/flags". Resolves at once with nothing, whatever becomes of the message. Rejected:
 * WEBCHAT_ERR_INVALID_ARGUMENT, and the reason says what is wrong with the expression. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_send_filtered_message(webchat_service *service,
                                             const char *message,
                                             const char *regex,
                                             const webchat_completion *completion,
                                             uint64_t *out_request);

/**
 * addPrefilter: hides messages that match one of `count` JavaScript regular expressions, "/pattern/flags" each, from the transcript.
 * Resolves with all registered filters. Rejected: WEBCHAT_ERR_INVALID_ARGUMENT, with none of them registered. A command: see above.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_add_prefilter(webchat_service *service,
                                     const char *const *filters,
                                     size_t count,
                                     const webchat_completion *completion,
                                     uint64_t *out_request);

/**
 * Pushes a web address to the agent (pushUrl). Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION,
 * WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_push_url(webchat_service *service,
                                const char *url,
                                const webchat_completion *completion,
                                uint64_t *out_request);

/**
 * Reports what the customer has read (readReceipt): everything up to the message with this index in the transcript; 0: up to the newest
 * one received. Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_UNSUPPORTED, what the server answers.
 * A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_read_receipt(webchat_service *service,
                                    uint64_t index,
                                    const webchat_completion *completion,
                                    uint64_t *out_request);

/* ---- Commands: data ---- */

/**
 * updateUserData: changes attached data of the chat, or of chats to come. `user_data_json` is a JSON object (NULL: an empty one).
 * Resolves with the server's answer, or without a session with the data that a chat will start with. Rejected:
 * WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_update_user_data(webchat_service *service,
                                        const char *user_data_json,
                                        const webchat_completion *completion,
                                        uint64_t *out_request);

/**
 * getTranscript: the messages of the chat. Read them by webchat_payload_message. Beyond maxTranscriptBytes of the configuration (64 MiB)
 * the oldest are missing; the outcome's JSON then has "truncated": true. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_get_transcript(webchat_service *service,
                                      const webchat_completion *completion,
                                      uint64_t *out_request);

/** getAgents: the agents of the chat. Read them by webchat_payload_agent. A command: see above. Since 0.1. */
WEBCHAT_API
webchat_status webchat_get_agents(webchat_service *service,
                                  const webchat_completion *completion,
                                  uint64_t *out_request);

/** getStats: figures of the chat. Read them by webchat_payload_stats and webchat_payload_agent. A command: see above. Since 0.1. */
WEBCHAT_API
webchat_status webchat_get_stats(webchat_service *service,
                                 const webchat_completion *completion,
                                 uint64_t *out_request);

/**
 * getOutbox: the messages that were given and have no outcome yet, in order. Read them as JSON: `{"messages": [{"localID", "state",
 * "restored", "requestID", "message"}]}`. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_get_outbox(webchat_service *service,
                                  const webchat_completion *completion,
                                  uint64_t *out_request);

/** getSessionData: the session's data. Read them by webchat_payload_session. A command: see above. Since 0.1. */
WEBCHAT_API
webchat_status webchat_get_session_data(webchat_service *service,
                                        const webchat_completion *completion,
                                        uint64_t *out_request);

/**
 * fetchHistory: fetches a page of older messages of an asynchronous chat. They come with messageReceived, newest first
 * (webchat_payload_old_messages). Resolves with the server's answer after that. Rejected: WEBCHAT_ERR_NOT_FOUND when there are no older
 * ones, WEBCHAT_ERR_UNSUPPORTED unless the chat is asynchronous, WEBCHAT_ERR_NO_SESSION, what the server answers. A command: see above.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_fetch_history(webchat_service *service,
                                     const webchat_completion *completion,
                                     uint64_t *out_request);

/* ---- Commands: files ---- */

/**
 * sendFile: sends the file at `path`, read while it is sent, under `name` (NULL: its own) with attached data (a JSON object; NULL: none).
 * Paths are the system's bytes, UTF-8 or not; a name that is not is made readable. on_progress tells how far it is. Resolves with the
 * server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_IO when it cannot be read or is no regular file,
 * WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_send_file(webchat_service *service,
                                 const char *path,
                                 const char *name,
                                 const char *user_data_json,
                                 const webchat_completion *completion,
                                 uint64_t *out_request);

/**
 * sendFile with bytes in memory, which are copied: `length` bytes at `data` (NULL when there are none) under `name`. Else as
 * webchat_send_file. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_send_file_bytes(webchat_service *service,
                                       const char *name,
                                       const uint8_t *data,
                                       size_t length,
                                       const char *user_data_json,
                                       const webchat_completion *completion,
                                       uint64_t *out_request);

/**
 * downloadFile into memory, up to the configuration's response limit. `file_id` is a message's. on_progress tells how far it is. Read the
 * bytes by webchat_payload_download. Rejected: WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see
 * above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_download_file(webchat_service *service,
                                     const char *file_id,
                                     const webchat_completion *completion,
                                     uint64_t *out_request);

/**
 * downloadFile to exactly this file (a path: the system's bytes); an existing one is replaced once the download is complete. Rejected with
 * WEBCHAT_ERR_IO when it cannot be written. Else as webchat_download_file. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_download_file_to(webchat_service *service,
                                        const char *file_id,
                                        const char *path,
                                        const webchat_completion *completion,
                                        uint64_t *out_request);

/**
 * downloadFile into a directory under `file_name` (NULL: the name the server tells, else the id): never outside of the directory, never
 * over an existing file. The outcome's `path` says where it is. Else as webchat_download_file_to. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_download_file_into(webchat_service *service,
                                          const char *file_id,
                                          const char *directory,
                                          const char *file_name,
                                          const webchat_completion *completion,
                                          uint64_t *out_request);

/**
 * getFileLimits: what the server allows to upload. Read it by webchat_payload_file_limits. Rejected: WEBCHAT_ERR_NO_SESSION,
 * WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_get_file_limits(webchat_service *service,
                                       const webchat_completion *completion,
                                       uint64_t *out_request);

/**
 * Deletes an uploaded file (deleteFile). Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, what the server answers.
 * A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_delete_file(webchat_service *service,
                                   const char *file_id,
                                   const webchat_completion *completion,
                                   uint64_t *out_request);

/* ---- Commands: callbacks ---- */

/**
 * registerTypingPreviewInput: has `input` asked for the text being typed whenever the agent is told of it. `context` belongs to the
 * library from the call on: `destroy` (may be NULL) runs exactly once, when another input replaces this one or the service is closed;
 * when this function fails, before it returns. Resolves with nothing. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_register_typing_preview_input(webchat_service *service,
                                                     webchat_typing_input_fn input,
                                                     void *context,
                                                     webchat_destroy_fn destroy,
                                                     const webchat_completion *completion,
                                                     uint64_t *out_request);

/**
 * registerPreProcessor: has every message passed through `preprocess` before it is shown, in the order of registration. `context`
 * belongs to the library from the call on: `destroy` (may be NULL) runs exactly once, when the service is closed; when this function
 * fails, before it returns. Resolves with nothing. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_register_pre_processor(webchat_service *service,
                                              webchat_preprocess_fn preprocess,
                                              void *context,
                                              webchat_destroy_fn destroy,
                                              const webchat_completion *completion,
                                              uint64_t *out_request);

/* ---- Commands: polling ---- */

/**
 * poll: private to the service: always rejected, with WEBCHAT_ERR_ACCESS_DENIED. By name with the commander "WebChatService" it polls
 * once: see webchat_command. A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_poll(webchat_service *service,
                            const webchat_completion *completion,
                            uint64_t *out_request);

/**
 * startPoll: starts automatic polling, which a chat does by itself. Resolves with nothing. Rejected: WEBCHAT_ERR_NO_SESSION,
 * WEBCHAT_ERR_UNSUPPORTED where messages are pushed (CometD). A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_start_poll(webchat_service *service,
                                  const webchat_completion *completion,
                                  uint64_t *out_request);

/** stopPoll: stops automatic polling. Resolves with nothing. Rejected: as webchat_start_poll. A command: see above. Since 0.1. */
WEBCHAT_API
webchat_status webchat_stop_poll(webchat_service *service,
                                 const webchat_completion *completion,
                                 uint64_t *out_request);

/**
 * resetPollExceptions: sets the count of poll exceptions to 0. Resolves with nothing, always. Rejected: WEBCHAT_ERR_UNSUPPORTED where
 * there are none (Nexus). A command: see above. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_reset_poll_exceptions(webchat_service *service,
                                             const webchat_completion *completion,
                                             uint64_t *out_request);

/* ---- Commands by name ---- */

/**
 * Gives any command by its name, with or without "WebChatService." before it; `options_json` is a JSON object (NULL: none) with the
 * options of the specification. Options that cannot be used, and a name that does not exist (WEBCHAT_ERR_UNSUPPORTED), are rejections;
 * options that a command does not have are named in the log. Callbacks cannot be written in JSON: registerPreProcessor and
 * registerTypingPreviewInput have functions of their own.
 *
 * The option `commander` names who gives the command, as on the widget bus; without it, the program does. What is private to the service
 * is carried out for "WebChatService": `poll` with {"commander": "WebChatService"} makes one poll now, also while automatic polling is
 * stopped, so that a program can poll by a clock of its own. It resolves with the server's answer, after what that brings was published,
 * images apart. Rejected ("previous poll has not finished."): WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_BUSY while a poll is under way;
 * WEBCHAT_ERR_UNSUPPORTED where messages are pushed (CometD). `restore` with it restores the stored session also where chats are not
 * asynchronous.
 *
 * A command: see above. WEBCHAT_ERR_INVALID_ARGUMENT: `options_json` is not JSON. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_command(webchat_service *service,
                               const char *name,
                               const char *options_json,
                               const webchat_completion *completion,
                               uint64_t *out_request);

/**
 * webchat_command for scripts: waits for the outcome, up to `deadline_ms` milliseconds if that is not 0, and returns its status. If the
 * command was given, *out_outcome (the pointer may be NULL) is its outcome, your own: free it with webchat_outcome_free; else it is
 * NULL. Any thread but those of callbacks: WEBCHAT_ERR_WRONG_THREAD there. Statuses of the call and of the command. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_call(webchat_service *service,
                            const char *name,
                            const char *options_json,
                            uint32_t deadline_ms,
                            webchat_outcome **out_outcome);

/**
 * Gives up a command that has no outcome yet: it is rejected with WEBCHAT_ERR_CANCELLED, a message that has left with
 * WEBCHAT_ERR_OUTCOME_UNKNOWN; a transfer is broken off. Nothing happens when there is no such command or it has its outcome. Returns at
 * once. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_cancel(webchat_service *service,
                              uint64_t request);

/* ---- Outcomes ---- */

/**
 * The status of a command: WEBCHAT_OK when it resolved, else why it was rejected; WEBCHAT_ERR_INVALID_HANDLE when `outcome` is no
 * outcome. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_outcome_status(const webchat_outcome *outcome);

/** The request id of the command; 0 when there was none. Any thread. Since 0.1. */
WEBCHAT_API webchat_status webchat_outcome_request(const webchat_outcome *outcome, uint64_t *out);

/** The name of the command, "sendMessage". Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_outcome_command(const webchat_outcome *outcome,
                                       webchat_str *out);

/**
 * Why the command was rejected: the specification's words where it has some, and what exactly is wrong behind them ("Command does not
 * exist: 'dance'"); webchat_payload_json has the words alone. Empty when it resolved. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_outcome_reason(const webchat_outcome *outcome,
                                      webchat_str *out);

/**
 * Whether trying the same again can help: one of WEBCHAT_RETRY_..., and the milliseconds to wait for WEBCHAT_RETRY_AFTER (`out_after_ms`
 * may be NULL). Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_outcome_retry(const webchat_outcome *outcome,
                                     uint32_t *out_retry,
                                     uint64_t *out_after_ms);

/** What became of a message (sendMessage): one of WEBCHAT_DELIVERY_... . Any thread. Since 0.1. */
WEBCHAT_API webchat_status webchat_outcome_delivery(const webchat_outcome *outcome, uint32_t *out);

/**
 * The system's number for what is wrong with a file on this machine (errno: ENOENT, EACCES, ENOSPC, ...), for a command rejected with
 * WEBCHAT_ERR_IO; 0 where the system gave none. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_outcome_os_error(const webchat_outcome *outcome,
                                        int32_t *out);

/** Makes a handle of your own to an outcome, which outlives the callback: free it with webchat_outcome_free. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_outcome_clone(const webchat_outcome *outcome,
                                     webchat_outcome **out_outcome);

/**
 * Frees an outcome of your own, with all texts read from it. An outcome lent to a callback is refused (WEBCHAT_ERR_INVALID_ARGUMENT),
 * one freed before as well (WEBCHAT_ERR_INVALID_HANDLE). Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_outcome_free(webchat_outcome *outcome);

/* ---- Events by callback ---- */

/**
 * Has `on_event` called with each event of this name, with or without "WebChatService." before it; NULL: with every event. Calls come
 * in order, one at a time, on the callback thread. Every subscription that is there before the program's first command (one rejected for
 * its name or options and webchat_configure apart) gets all events from the beginning, however many there are and whatever has happened
 * meanwhile; so do webchat_next_event and webchat_event_fd when used before it, and the first of all whenever it comes. Later ones get
 * what comes, and `ready`. 1,024 events are kept for that; when more have come to an earlier subscription, a new one is late as well.
 *
 * `context` belongs to the library from the call on: `destroy` (may be NULL) runs exactly once, after the last call, when the
 * subscription has ended or the service is closed; when this function fails, before it returns. `out_subscription` may be NULL: the
 * subscription then ends with the service; else it is set before the first call. Any thread, also in a callback.
 *
 * WEBCHAT_ERR_INVALID_ARGUMENT: no such event, or `on_event` is NULL. WEBCHAT_ERR_INVALID_HANDLE: `service` is none. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_subscribe(webchat_service *service,
                                 const char *event_name,
                                 webchat_event_fn on_event,
                                 void *context,
                                 webchat_destroy_fn destroy,
                                 webchat_subscription **out_subscription);

/**
 * Ends a subscription. Returns at once; no call begins from then on, and its context is let go once a call under way has returned.
 * Any thread, also in the callback itself. WEBCHAT_ERR_INVALID_HANDLE when it has ended before, also with its service. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_unsubscribe(webchat_subscription *subscription);

/* ---- Events by asking ---- */

/**
 * Takes the next event, waiting up to `timeout_ms` milliseconds for it (0: not at all; WEBCHAT_FOREVER). Events come in order, each to
 * one caller; from the first call of this function or webchat_event_fd on, the service keeps events until they are taken, so keep
 * taking them. Which there are, says webchat_subscribe. The event is your own: free it with webchat_event_free. Any thread; in a callback only with timeout 0.
 *
 * WEBCHAT_ERR_TIMEOUT: there was none in time. WEBCHAT_END_OF_EVENTS: the service is closed (also by another thread, meanwhile), and
 * all events have been taken. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_next_event(webchat_service *service,
                                  uint32_t timeout_ms,
                                  webchat_event **out_event);

/**
 * A file descriptor that is readable while webchat_next_event or webchat_next_outcome would not have to wait, for poll, select, epoll or
 * any event loop. It belongs to the service, the same at every call, valid until webchat_service_destroy: never read, write or close it.
 * When it is readable, call webchat_next_event with timeout 0 until it returns no event, and webchat_next_outcome likewise where commands
 * are given by_asking. After the end it stays readable: stop watching it at WEBCHAT_END_OF_EVENTS. Any thread.
 *
 * WEBCHAT_ERR_IO: the system gives no descriptor. WEBCHAT_ERR_UNSUPPORTED: the system has no such descriptors.
 * WEBCHAT_ERR_INVALID_HANDLE. *out_fd is -1 then. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_event_fd(webchat_service *service,
                                int *out_fd);

/**
 * Makes a socket on which a byte comes whenever there is something new to ask for: an event or the end of them where there was none, or an
 * outcome where there was none. It is for hosts whose event loop reads sockets and cannot watch a descriptor as webchat_event_fd gives it
 * (Node.js), and for those that leave events unread for a while but not outcomes. When bytes have come, read them, however many, and ask
 * webchat_next_outcome and webchat_next_event with timeout 0 until they have nothing; what you leave tells nothing anew. Events are told
 * from the first webchat_next_event or webchat_event_fd on: this function does not begin to keep them.
 *
 * The socket is yours: it does not block; close it when you like. It ends (a read gives 0 bytes) when the service is destroyed, or when this
 * function is called again. The library waits for nobody to read it: bytes that do not fit are left out. Any thread.
 *
 * WEBCHAT_ERR_IO: the system gives no socket. WEBCHAT_ERR_UNSUPPORTED: the system has no such sockets. WEBCHAT_ERR_INVALID_HANDLE.
 * *out_fd is -1 then. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_wake_fd(webchat_service *service,
                               int *out_fd);

/* ---- Outcomes by asking ---- */

/**
 * Takes the next outcome of the commands that were given with `by_asking` in their webchat_completion, waiting up to `timeout_ms`
 * milliseconds for it (0: not at all; WEBCHAT_FOREVER). It is for programs that cannot be called back by another thread, or would rather
 * not: which command it is of, webchat_outcome_request says. Outcomes come in the order in which the commands ended, each to one caller.
 * The outcome is your own: free it with webchat_outcome_free. webchat_event_fd and webchat_wake_fd tell when to ask. Any thread; in a
 * callback only with timeout 0.
 *
 * None is lost: they wait until they are taken or the service is destroyed. Take them: a command whose outcome waits counts among the
 * 10,000 that may be without one, and its outcome (answers, transcripts, files fetched into memory) among their 64 MiB; beyond that commands
 * are refused with WEBCHAT_ERR_BUSY.
 *
 * WEBCHAT_ERR_TIMEOUT: there was none in time. WEBCHAT_END_OF_EVENTS: the service is closed (also by another thread, meanwhile), every
 * command has its outcome, and all have been taken. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait.
 * WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_next_outcome(webchat_service *service,
                                    uint32_t timeout_ms,
                                    webchat_outcome **out_outcome);

/* ---- Looking for a certain event ---- */

/**
 * Where the next event will stand among those of a service; the first stands at 0. Taken before a command is given, it is where a look
 * (webchat_look_new) begins for what the command brings: however fast that came, it is not missed.
 *
 * From the first call of this function or webchat_look_new on, the service remembers its newest events: 1,024, or 1 MiB of messages; a call
 * before the first command has it remember all from the beginning. Whoever listens after it is none the later.
 *
 * Any thread. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_event_mark(webchat_service *service,
                                  uint64_t *out_mark);

/**
 * Begins to look through the events that a service remembers, from `mark` on (webchat_event_mark); WEBCHAT_FROM_NOW: `ready`, if that has
 * been, and what comes from now on. It takes nothing from others: subscriptions, webchat_next_event and other looks get the events as well.
 * Destroy it with webchat_look_destroy. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_look_new(webchat_service *service,
                                uint64_t mark,
                                webchat_look **out_look);

/**
 * Looks at the next event, waiting up to `timeout_ms` milliseconds for it (0: not at all; WEBCHAT_FOREVER). The event is your own: free it
 * with webchat_event_free. Any thread, one at a time for a look; in a callback only with timeout 0.
 *
 * WEBCHAT_ERR_TIMEOUT: there was none in time. WEBCHAT_END_OF_EVENTS: the service is closed (also by another thread, meanwhile), and all
 * events have been looked at. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_look_next(webchat_look *look,
                                 uint32_t timeout_ms,
                                 webchat_event **out_event);

/**
 * Has `on_wake` called once, on the callback thread: when webchat_look_next would not have to wait, which can be at once, or when
 * `timeout_ms` milliseconds are over (WEBCHAT_FOREVER: never). It takes the place of a call before that has not been made. `context` belongs
 * to the library from here on: `destroy` (may be NULL) runs exactly once, after the call, or when there will be none any more; when this
 * function fails, before it returns. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. WEBCHAT_ERR_INVALID_ARGUMENT: `on_wake`
 * is NULL. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_look_wake(webchat_look *look,
                                 uint32_t timeout_ms,
                                 webchat_wake_fn on_wake,
                                 void *context,
                                 webchat_destroy_fn destroy);

/**
 * Where the event after the one that was looked at last stands, to begin another look there; and whether the session had ended when this
 * look began, and no other had begun: then an event that comes in a session only comes no more, unless it is here already. Any thread.
 * WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_look_mark(const webchat_look *look,
                                 uint64_t *out_mark,
                                 int32_t *out_is_over);

/** Ends a look. Returns at once; no on_wake begins from then on. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1. */
WEBCHAT_API
webchat_status webchat_look_destroy(webchat_look *look);

/* ---- Events ---- */

/**
 * The specification's name of an event number ("messageReceived"); "" for any other number. Static text; never NULL. Any thread.
 * Since 0.1.
 */
WEBCHAT_API
const char *webchat_event_kind_name(uint32_t kind);

/** What happened: one of WEBCHAT_EVENT_..., or a newer one; WEBCHAT_EVENT_NONE when `event` is no event. Any thread. Since 0.1. */
WEBCHAT_API
uint32_t webchat_event_kind(const webchat_event *event);

/**
 * The specification's name of what happened, "messageReceived"; "" when `event` is no event. Static text; never NULL. Any thread.
 * Since 0.1.
 */
WEBCHAT_API
const char *webchat_event_name(const webchat_event *event);

/** When it was published, in milliseconds since 1970 UTC. Any thread. Since 0.1. */
WEBCHAT_API webchat_status webchat_event_time(const webchat_event *event, uint64_t *out);

/** The whole event as JSON, {time, publisher, event, data}, as on the widget bus. Made when first asked for. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_event_json(const webchat_event *event,
                                  webchat_str *out);

/** Makes a handle of your own to an event, which outlives the callback: free it with webchat_event_free. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_event_clone(const webchat_event *event,
                                   webchat_event **out_event);

/**
 * Frees an event of your own, with all texts read from it. An event lent to a callback is refused (WEBCHAT_ERR_INVALID_ARGUMENT), one
 * freed before as well (WEBCHAT_ERR_INVALID_HANDLE). Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_event_free(webchat_event *event);

/* ---- What events and outcomes carry ---- */

/** What an event carries. The same for the same event; functions that read it say whether that is one. Any thread. Since 0.1. */
WEBCHAT_API
const webchat_payload *webchat_event_payload(const webchat_event *event);

/** What an outcome carries. The same for the same outcome; functions that read it say whether that is one. Any thread. Since 0.1. */
WEBCHAT_API
const webchat_payload *webchat_outcome_payload(const webchat_outcome *outcome);

/**
 * All of it as JSON. Of an event, its data; "{}" when it has none. Of an outcome, the value that a JavaScript caller would find in `done`
 * or `fail`: the resolution, the server's response or the reason; "null" for a command that resolves with nothing. Made when first asked
 * for. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_json(const webchat_payload *payload,
                                    webchat_str *out);

/**
 * How many messages there are: those of messageReceived and of a transcript (getTranscript), or the one notice behind agentTyping...,
 * ...Connected and ...Disconnected; else 0. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_message_count(const webchat_payload *payload,
                                             size_t *out);

/**
 * Reads a message, counted from 0. `size` is sizeof *out. Fails with WEBCHAT_ERR_NOT_FOUND behind the last one, so a loop needs no count.
 * Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_message(const webchat_payload *payload,
                                       size_t position,
                                       webchat_message *out,
                                       size_t size);

/** A message as JSON. WEBCHAT_ERR_NOT_FOUND behind the last one. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_payload_message_json(const webchat_payload *payload,
                                            size_t position,
                                            webchat_str *out);

/**
 * A message as the server sent it, as JSON, an element of `originalMessages`. WEBCHAT_ERR_NOT_FOUND behind the last one, and for a notice.
 * Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_message_original(const webchat_payload *payload,
                                                size_t position,
                                                webchat_str *out);

/**
 * Reads what is attached to a message; message and attachment are counted from 0. `size` is sizeof *out. WEBCHAT_ERR_NOT_FOUND behind the
 * last one. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_content(const webchat_payload *payload,
                                       size_t message,
                                       size_t position,
                                       webchat_content *out,
                                       size_t size);

/**
 * How many agents and supervisors are in the chat after ...Connected or ...Disconnected. Else WEBCHAT_ERR_NOT_FOUND. Any thread.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_agents_connected(const webchat_payload *payload,
                                                size_t *out);

/** How many agents are listed, those who left included (...Connected, ...Disconnected, getAgents, getStats); else 0. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_payload_agent_count(const webchat_payload *payload,
                                           size_t *out);

/** Reads an agent that is listed, counted from 0. `size` is sizeof *out. WEBCHAT_ERR_NOT_FOUND behind the last one. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_payload_agent(const webchat_payload *payload,
                                     size_t position,
                                     webchat_agent *out,
                                     size_t size);

/**
 * Reads the session's data (started, messageReceived, getSessionData). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread.
 * Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_session(const webchat_payload *payload,
                                       webchat_session *out,
                                       size_t size);

/** Whether messageReceived is the replay after a restore: 1, else 0. Any thread. Since 0.1. */
WEBCHAT_API webchat_status webchat_payload_restoring(const webchat_payload *payload, int32_t *out);

/** Whether messageReceived has older messages fetched by fetchHistory: 1, else 0. Any thread. Since 0.1. */
WEBCHAT_API webchat_status webchat_payload_old_messages(const webchat_payload *payload, int32_t *out);

/**
 * Whether the chat that `restored` tells of is asynchronous: 1 or 0. WEBCHAT_ERR_NOT_FOUND where the back end does not know the difference
 * (GMS, but for asynchronous chats), and for anything else. Any thread. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_payload_asynchronous(const webchat_payload *payload,
                                            int32_t *out);

/** Reads the figures of a chat (getStats). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_payload_stats(const webchat_payload *payload,
                                     webchat_stats *out,
                                     size_t size);

/** Whether a session exists (verifySession): 1 or 0. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_payload_session_active(const webchat_payload *payload,
                                              int32_t *out);

/** Reads what may be uploaded (getFileLimits). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_payload_file_limits(const webchat_payload *payload,
                                           webchat_file_limits *out,
                                           size_t size);

/** Reads the file that arrived (downloadFile). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1. */
WEBCHAT_API
webchat_status webchat_payload_download(const webchat_payload *payload,
                                        webchat_download *out,
                                        size_t size);

/* ---- Log ---- */

/**
 * Has `on_entry` called with the library's log entries of this level (WEBCHAT_LOG_...) and graver ones; it replaces the function set
 * before. NULL, or WEBCHAT_LOG_OFF: no entries any more. One log per process. Calls come in order, one at a time, on a thread of
 * their own, a little after what they tell of; entries are left out, and counted, when `on_entry` is much too slow. Entries hold no
 * message text, name or key, and are cut at 4,096 bytes.
 *
 * `context` belongs to the library from the call on; `destroy` (may be NULL) runs exactly once, after the last call; when this
 * function fails, before it returns. Any thread. Inside `on_entry` the rules of callbacks hold.
 *
 * WEBCHAT_ERR_BUSY: a Rust program that this library is linked into has a logger of its own. Since 0.1.
 */
WEBCHAT_API
webchat_status webchat_set_log(uint32_t level,
                               webchat_log_fn on_entry,
                               void *context,
                               webchat_destroy_fn destroy);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* WEBCHAT_H */
