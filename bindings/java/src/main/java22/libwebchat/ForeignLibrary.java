package libwebchat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;

/** The library by Java's foreign-function API. Pointers and contexts are numbers of 64 bits. */
final class ForeignLibrary implements Library {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout ADDRESS = ValueLayout.ADDRESS;
    /** webchat_completion: size, deadline_ms, on_done, on_progress, context, destroy. */
    private static final MemoryLayout COMPLETION =
            MemoryLayout.structLayout(LONG, INT, MemoryLayout.paddingLayout(4), ADDRESS, ADDRESS, LONG, ADDRESS);

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols = SymbolLookup.libraryLookup(Library.file(), Arena.global());
    private final MethodHandle serviceNew = function("webchat_service_new", INT, ADDRESS, ADDRESS);
    private final MethodHandle close = function("webchat_service_close", INT, LONG);
    private final MethodHandle waitClosed = function("webchat_service_wait_closed", INT, LONG, INT);
    private final MethodHandle destroy = function("webchat_service_destroy", INT, LONG);
    private final MethodHandle capability = function("webchat_capability", INT, LONG, ADDRESS, ADDRESS);
    private final MethodHandle command = function("webchat_command", INT, LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private final MethodHandle cancel = function("webchat_cancel", INT, LONG, LONG);
    private final MethodHandle subscribe = function("webchat_subscribe", INT, LONG, ADDRESS, ADDRESS, LONG, ADDRESS, ADDRESS);
    private final MethodHandle nextEvent = function("webchat_next_event", INT, LONG, INT, ADDRESS);
    private final MethodHandle eventJson = function("webchat_event_json", INT, LONG, ADDRESS);
    private final MethodHandle eventFree = function("webchat_event_free", INT, LONG);
    private final MethodHandle outcomeStatus = function("webchat_outcome_status", INT, LONG);
    private final MethodHandle outcomeReason = function("webchat_outcome_reason", INT, LONG, ADDRESS);
    private final MethodHandle outcomeRetry = function("webchat_outcome_retry", INT, LONG, ADDRESS, ADDRESS);
    private final MethodHandle outcomePayload = function("webchat_outcome_payload", LONG, LONG);
    private final MethodHandle payloadJson = function("webchat_payload_json", INT, LONG, ADDRESS);
    private final MethodHandle statusName = function("webchat_status_name", ADDRESS, INT);
    private final MethodHandle failureReason = function("webchat_failure_reason", ADDRESS);
    private final MemorySegment onOutcome;
    private final MemorySegment onEvent;

    ForeignLibrary(Callbacks callbacks) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodType type = MethodType.methodType(void.class, Callbacks.class, long.class, long.class);
        FunctionDescriptor called = FunctionDescriptor.ofVoid(LONG, LONG);
        onOutcome = linker.upcallStub(lookup.findStatic(ForeignLibrary.class, "outcome", type).bindTo(callbacks), called, Arena.global());
        onEvent = linker.upcallStub(lookup.findStatic(ForeignLibrary.class, "event", type).bindTo(callbacks), called, Arena.global());
    }

    private static void outcome(Callbacks callbacks, long context, long outcome) {
        callbacks.outcome(context, outcome);
    }

    private static void event(Callbacks callbacks, long context, long event) {
        callbacks.event(context);
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        MemorySegment symbol = symbols.find(name).orElseThrow(() -> new UnsatisfiedLinkError(name));
        return linker.downcallHandle(symbol, FunctionDescriptor.of(result, parameters));
    }

    /** A call whose handle cannot fail but by a fault of this class. */
    private interface Call<T> {
        T call(Arena arena) throws Throwable;
    }

    private static <T> T within(Call<T> call) {
        try (Arena arena = Arena.ofConfined()) {
            return call.call(arena);
        } catch (Throwable fault) {
            throw new LinkageError("libwebchat", fault);
        }
    }

    private static MemorySegment text(Arena arena, String text) {
        return text == null ? MemorySegment.NULL : arena.allocateFrom(text);
    }

    /** What a function writes into a webchat_str. */
    private static String read(MethodHandle function, long handle, String otherwise) {
        return within(arena -> {
            MemorySegment text = arena.allocate(16, 8);
            if ((int) function.invokeExact(handle, text) != OK) return otherwise;
            long length = text.get(LONG, 8);
            byte[] bytes = MemorySegment.ofAddress(text.get(LONG, 0)).reinterpret(length).toArray(ValueLayout.JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8);
        });
    }

    private static String literal(MemorySegment text) {
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    @Override
    public int serviceNew(String config, long[] service) {
        return within(arena -> {
            MemorySegment made = arena.allocate(LONG);
            int status = (int) serviceNew.invokeExact(text(arena, config), made);
            service[0] = made.get(LONG, 0);
            return status;
        });
    }

    @Override
    public int close(long service) {
        return within(arena -> (int) close.invokeExact(service));
    }

    @Override
    public int waitClosed(long service, int milliseconds) {
        return within(arena -> (int) waitClosed.invokeExact(service, milliseconds));
    }

    @Override
    public int destroy(long service) {
        return within(arena -> (int) destroy.invokeExact(service));
    }

    @Override
    public int capability(long service, String name, int[] can) {
        return within(arena -> {
            MemorySegment found = arena.allocate(INT);
            int status = (int) capability.invokeExact(service, text(arena, name), found);
            can[0] = found.get(INT, 0);
            return status;
        });
    }

    @Override
    public int command(long service, String name, String options, int deadline, long context, long[] request) {
        return within(arena -> {
            MemorySegment completion = arena.allocate(COMPLETION);
            completion.set(LONG, 0, COMPLETION.byteSize());
            completion.set(INT, 8, deadline);
            completion.set(LONG, 16, onOutcome.address());
            completion.set(LONG, 32, context);
            MemorySegment given = arena.allocate(LONG);
            int status = (int) command.invokeExact(service, text(arena, name), text(arena, options), completion, given);
            request[0] = given.get(LONG, 0);
            return status;
        });
    }

    @Override
    public int cancel(long service, long request) {
        return within(arena -> (int) cancel.invokeExact(service, request));
    }

    @Override
    public int subscribe(long service, long context) {
        MemorySegment none = MemorySegment.NULL;
        return within(arena -> (int) subscribe.invokeExact(service, none, onEvent, context, none, none));
    }

    @Override
    public int nextEvent(long service, int milliseconds, long[] event) {
        return within(arena -> {
            MemorySegment taken = arena.allocate(LONG);
            int status = (int) nextEvent.invokeExact(service, milliseconds, taken);
            event[0] = taken.get(LONG, 0);
            return status;
        });
    }

    @Override
    public String eventJson(long event) {
        return read(eventJson, event, "");
    }

    @Override
    public void eventFree(long event) {
        within(arena -> (int) eventFree.invokeExact(event));
    }

    @Override
    public int outcomeStatus(long outcome) {
        return within(arena -> (int) outcomeStatus.invokeExact(outcome));
    }

    @Override
    public String outcomeReason(long outcome) {
        return read(outcomeReason, outcome, "");
    }

    @Override
    public String outcomeJson(long outcome) {
        long payload = within(arena -> (long) outcomePayload.invokeExact(outcome));
        return read(payloadJson, payload, "null");
    }

    @Override
    public long outcomeRetryAfter(long outcome) {
        return within(arena -> {
            MemorySegment retry = arena.allocate(INT);
            MemorySegment after = arena.allocate(LONG);
            boolean said = (int) outcomeRetry.invokeExact(outcome, retry, after) == OK && retry.get(INT, 0) == RETRY_AFTER;
            return said ? after.get(LONG, 0) : -1L;
        });
    }

    @Override
    public String statusName(int status) {
        return within(arena -> literal((MemorySegment) statusName.invokeExact(status)));
    }

    @Override
    public String failureReason() {
        return within(arena -> literal((MemorySegment) failureReason.invokeExact()));
    }
}
