package libwebchat;

import com.sun.jna.Callback;
import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The library by JNA. */
final class JnaLibrary implements Library {
    public interface OutcomeFn extends Callback {
        void invoke(Pointer context, Pointer outcome);
    }

    public interface EventFn extends Callback {
        void invoke(Pointer context, Pointer event);
    }

    @FieldOrder({"data", "len"})
    public static final class Text extends Structure {
        public Pointer data;
        public long len;

        String take() {
            return new String(data.getByteArray(0, Math.toIntExact(len)), StandardCharsets.UTF_8);
        }
    }

    @FieldOrder({"size", "deadline_ms", "on_done", "on_progress", "context", "destroy"})
    public static final class Completion extends Structure {
        public long size;
        public int deadline_ms;
        public OutcomeFn on_done;
        public Pointer on_progress;
        public Pointer context;
        public Pointer destroy;
    }

    /** As in the header. */
    public interface C extends com.sun.jna.Library {
        int webchat_service_new(String config, PointerByReference service);

        int webchat_service_close(Pointer service);

        int webchat_service_wait_closed(Pointer service, int milliseconds);

        int webchat_service_destroy(Pointer service);

        int webchat_capability(Pointer service, String name, IntByReference can);

        int webchat_command(Pointer service, String name, String options, Completion completion, LongByReference request);

        int webchat_cancel(Pointer service, long request);

        int webchat_subscribe(Pointer service, String name, EventFn event, Pointer context, Pointer destroy, Pointer subscription);

        int webchat_next_event(Pointer service, int milliseconds, PointerByReference event);

        int webchat_event_json(Pointer event, Text json);

        int webchat_event_free(Pointer event);

        int webchat_outcome_status(Pointer outcome);

        int webchat_outcome_reason(Pointer outcome, Text reason);

        int webchat_outcome_retry(Pointer outcome, IntByReference retry, LongByReference after);

        Pointer webchat_outcome_payload(Pointer outcome);

        int webchat_payload_json(Pointer payload, Text json);

        String webchat_status_name(int status);

        String webchat_failure_reason();
    }

    private final C c = Native.load(Library.file(), C.class, Map.of(com.sun.jna.Library.OPTION_STRING_ENCODING, "UTF-8"));
    // Held here, or the collector would take them.
    private final OutcomeFn onOutcome;
    private final EventFn onEvent;

    JnaLibrary(Callbacks callbacks) {
        onOutcome = (context, outcome) -> callbacks.outcome(Pointer.nativeValue(context), Pointer.nativeValue(outcome));
        onEvent = (context, event) -> callbacks.event(Pointer.nativeValue(context));
        // The library's thread stays attached between calls, and keeps no program alive.
        CallbackThreadInitializer thread = new CallbackThreadInitializer(true, false, "webchat callbacks");
        Native.setCallbackThreadInitializer(onOutcome, thread);
        Native.setCallbackThreadInitializer(onEvent, thread);
    }

    private static Pointer at(long handle) {
        return handle == 0 ? null : new Pointer(handle);
    }

    @Override
    public int serviceNew(String config, long[] service) {
        PointerByReference made = new PointerByReference();
        int status = c.webchat_service_new(config, made);
        service[0] = Pointer.nativeValue(made.getValue());
        return status;
    }

    @Override
    public int close(long service) {
        return c.webchat_service_close(at(service));
    }

    @Override
    public int waitClosed(long service, int milliseconds) {
        return c.webchat_service_wait_closed(at(service), milliseconds);
    }

    @Override
    public int destroy(long service) {
        return c.webchat_service_destroy(at(service));
    }

    @Override
    public int capability(long service, String name, int[] can) {
        IntByReference found = new IntByReference();
        int status = c.webchat_capability(at(service), name, found);
        can[0] = found.getValue();
        return status;
    }

    @Override
    public int command(long service, String name, String options, int deadline, long context, long[] request) {
        Completion completion = new Completion();
        completion.size = completion.size();
        completion.deadline_ms = deadline;
        completion.on_done = onOutcome;
        completion.context = at(context);
        LongByReference given = new LongByReference();
        int status = c.webchat_command(at(service), name, options, completion, given);
        request[0] = given.getValue();
        return status;
    }

    @Override
    public int cancel(long service, long request) {
        return c.webchat_cancel(at(service), request);
    }

    @Override
    public int subscribe(long service, long context) {
        return c.webchat_subscribe(at(service), null, onEvent, at(context), null, null);
    }

    @Override
    public int nextEvent(long service, int milliseconds, long[] event) {
        PointerByReference taken = new PointerByReference();
        int status = c.webchat_next_event(at(service), milliseconds, taken);
        event[0] = Pointer.nativeValue(taken.getValue());
        return status;
    }

    @Override
    public String eventJson(long event) {
        Text json = new Text();
        return c.webchat_event_json(at(event), json) == OK ? json.take() : "";
    }

    @Override
    public void eventFree(long event) {
        c.webchat_event_free(at(event));
    }

    @Override
    public int outcomeStatus(long outcome) {
        return c.webchat_outcome_status(at(outcome));
    }

    @Override
    public String outcomeReason(long outcome) {
        Text reason = new Text();
        return c.webchat_outcome_reason(at(outcome), reason) == OK ? reason.take() : "";
    }

    @Override
    public String outcomeJson(long outcome) {
        Text json = new Text();
        return c.webchat_payload_json(c.webchat_outcome_payload(at(outcome)), json) == OK ? json.take() : "null";
    }

    @Override
    public long outcomeRetryAfter(long outcome) {
        IntByReference retry = new IntByReference();
        LongByReference after = new LongByReference();
        boolean said = c.webchat_outcome_retry(at(outcome), retry, after) == OK && retry.getValue() == RETRY_AFTER;
        return said ? after.getValue() : -1;
    }

    @Override
    public String statusName(int status) {
        return c.webchat_status_name(status);
    }

    @Override
    public String failureReason() {
        return c.webchat_failure_reason();
    }
}
