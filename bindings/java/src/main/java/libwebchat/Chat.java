package libwebchat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One customer's chat. Commands are futures; events go to a listener, in order and one at a time. Both run on the chat's executor, never on
 * a thread of the library's. All methods may be called by any thread.
 */
public final class Chat implements AutoCloseable, Commands {
    private static final Map<Long, Chat> CHATS = new ConcurrentHashMap<>();
    private static final Map<Long, Pending> PENDING = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();
    private static final Library LIBRARY = Library.load(new Library.Callbacks() {
        @Override
        public void outcome(long context, long outcome) {
            PENDING.remove(context).end(outcome);
        }

        @Override
        public void event(long context) {
            Chat chat = CHATS.get(context);
            if (chat != null) chat.ring();
        }
    });

    private final long number = LAST.incrementAndGet();
    private final long service;
    private final Executor executor;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicInteger rings = new AtomicInteger();
    private final Object taking = new Object();
    private volatile Consumer<Event> listener;
    private boolean over; // of taking: closed, and nothing is left to do

    /** A command that has no outcome yet. To cancel it gives it up; a message may have left by then. */
    private final class Pending extends CompletableFuture<JsonElement> {
        private final String command;
        private volatile long request;

        Pending(String command) {
            this.command = command;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            // First, since the library tells its outcome of it at once, on another thread.
            boolean cancelled = super.cancel(mayInterrupt);
            if (cancelled) LIBRARY.cancel(service, request);
            return cancelled;
        }

        /** Reads the outcome, which is lent. What depends on it runs on the executor. */
        void end(long outcome) {
            int status = LIBRARY.outcomeStatus(outcome);
            JsonElement value = JsonParser.parseString(LIBRARY.outcomeJson(outcome));
            if (status == Library.OK) {
                executor.execute(() -> complete(value));
                return;
            }
            long after = LIBRARY.outcomeRetryAfter(outcome);
            WebchatException error = new WebchatException(
                    LIBRARY.statusName(status), LIBRARY.outcomeReason(outcome), command, value, after < 0 ? null : Duration.ofMillis(after));
            executor.execute(() -> completeExceptionally(error));
        }
    }

    /** Makes a chat on the common pool; see the other constructor. */
    public Chat(JsonObject config) {
        this(config, ForkJoinPool.commonPool());
    }

    /**
     * Makes a chat. Without a configuration (null) the command configure has to bring it. Throws a WebchatException that names what is wrong.
     */
    public Chat(JsonObject config, Executor executor) {
        this.executor = executor;
        long[] made = new long[1];
        int status = LIBRARY.serviceNew(config == null ? null : config.toString(), made);
        if (status != Library.OK) throw refusal(status, null);
        service = made[0];
        CHATS.put(number, this);
    }

    /** Why the call that returned this status failed. */
    private static WebchatException refusal(int status, String command) {
        return new WebchatException(LIBRARY.statusName(status), LIBRARY.failureReason(), command, null, null);
    }

    /** Gives any command by its name. */
    @Override
    public CompletableFuture<JsonElement> command(String name, JsonObject options) {
        return command(name, options, Duration.ZERO);
    }

    /** Gives a command that is given up after a time: rejected as "timeout", or "outcome_unknown" for a message that has left. */
    public CompletableFuture<JsonElement> command(String name, JsonObject options, Duration timeout) {
        Pending pending = new Pending(name);
        long context = LAST.incrementAndGet();
        PENDING.put(context, pending);
        long[] request = new long[1];
        int deadline = (int) Math.min(timeout.toMillis(), Integer.MAX_VALUE);
        int status = LIBRARY.command(service, name, options == null ? "{}" : options.toString(), deadline, context, request);
        pending.request = request[0];
        if (status != Library.OK) {
            PENDING.remove(context);
            pending.completeExceptionally(refusal(status, name));
        }
        return pending;
    }

    /** Whether the back end has an ability: "fileUpload", "history", ... */
    public boolean can(String ability) {
        int[] can = new int[1];
        int status = LIBRARY.capability(service, ability, can);
        if (status != Library.OK) throw refusal(status, null);
        return can[0] == 1;
    }

    /**
     * Has the listener told of all events, from the beginning when it comes first, whenever that is. While it is busy with 1,024 waiting, no
     * more messages are fetched. There is one: a later one takes its place.
     */
    public Chat onEvent(Consumer<Event> listener) {
        boolean first = this.listener == null;
        this.listener = listener;
        if (first) {
            // The queue first: who asks first gets all. Then the bell, and a look for what came in between.
            executor.execute(() -> {
                drain();
                LIBRARY.subscribe(service, number);
                ring();
            });
        }
        return this;
    }

    private void ring() {
        if (rings.getAndIncrement() == 0) executor.execute(this::answer);
    }

    private void answer() {
        int seen;
        do {
            seen = rings.get();
            drain();
        } while (rings.addAndGet(-seen) != 0);
    }

    private void drain() {
        synchronized (taking) {
            long[] taken = new long[1];
            while (LIBRARY.nextEvent(service, 0, taken) == Library.OK) {
                String json = LIBRARY.eventJson(taken[0]);
                LIBRARY.eventFree(taken[0]);
                try {
                    listener.accept(Event.read(json));
                } catch (RuntimeException thrown) {
                    Thread thread = Thread.currentThread();
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
                }
            }
            if (over) LIBRARY.destroy(service);
        }
    }

    /**
     * Closes the chat without ending its session at the server: what has no outcome yet is rejected as "closed". Waits until nothing is left
     * to do, and the listener has been told of all events.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) return;
        LIBRARY.close(service);
        LIBRARY.waitClosed(service, Library.FOREVER);
        CHATS.remove(number);
        // The listener itself may close: what is left it gets when it returns.
        boolean inListener = Thread.holdsLock(taking);
        synchronized (taking) {
            over = true;
            if (listener == null) LIBRARY.destroy(service);
            else if (!inListener) drain();
        }
    }
}
