package libwebchat;

import com.google.gson.JsonElement;
import java.time.Duration;

/** Why a command was refused. A future has it as the cause of its ExecutionException or CompletionException. */
public final class WebchatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String kind;
    private final String command;
    private final transient JsonElement value;
    private final Duration retryAfter;

    WebchatException(String kind, String reason, String command, JsonElement value, Duration retryAfter) {
        super(reason);
        this.kind = kind;
        this.command = command;
        this.value = value;
        this.retryAfter = retryAfter;
    }

    /** The kind of error: "no_session", "rejected", "outcome_unknown", ... as in docs/reference/commands.md. */
    public String kind() {
        return kind;
    }

    /** The command; null when it was no command. */
    public String command() {
        return command;
    }

    /** What the original's fail gets: the server's answer, or the reason; null when the command was not taken. */
    public JsonElement value() {
        return value;
    }

    /** How long to wait before trying again, where the server said so; else null. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
