package libwebchat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The adapter of the conformance table (tests/conformance/README.md): commands come as lines, outcomes and events go as lines. */
final class Adapter {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Adapter() {}

    /** By its method where that takes what is given, else by its name. */
    private static CompletableFuture<?> give(Chat chat, String name, JsonObject options, Duration within) {
        if (within.isZero() && name.equals("startChat")) return chat.startChat(options);
        if (within.isZero() && name.equals("endChat") && options.size() == 0) return chat.endChat();
        if (within.isZero() && name.equals("sendMessage") && options.has("message") && options.get("message") instanceof JsonPrimitive) {
            return chat.sendMessage(options.get("message").getAsString(), options);
        }
        return chat.command(name, options, within);
    }

    private static void tell(String id, Object value, Throwable error) {
        if (error == null) {
            OUT.println("resolved " + id + " " + value);
        } else if (error instanceof WebchatException refused) {
            Object told = refused.value() == null ? new JsonPrimitive(refused.getMessage()) : refused.value();
            OUT.println("rejected " + id + " " + refused.kind() + " " + told);
        } else {
            OUT.println("rejected " + id + " cancelled \"" + error + "\"");
        }
    }

    public static void main(String[] arguments) throws Exception {
        // One thread tells all, in the order in which it happens.
        ExecutorService telling = Executors.newSingleThreadExecutor();
        String config = arguments[arguments.length - 1];
        Chat chat = new Chat(config.equals("-") ? null : JsonParser.parseString(config).getAsJsonObject(), telling);
        chat.onEvent(event -> OUT.println("event " + event.name() + " " + event.raw()));
        Map<String, CompletableFuture<?>> given = new HashMap<>();
        List<CompletableFuture<?>> told = new ArrayList<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null && !line.equals("close"); line = lines.readLine()) {
            String[] words = line.split(" ", 5);
            if (words[0].equals("cancel")) {
                given.get(words[1]).cancel(true);
                continue;
            }
            JsonObject options = JsonParser.parseString(words[4]).getAsJsonObject();
            CompletableFuture<?> future = give(chat, words[3], options, Duration.ofMillis(Long.parseLong(words[2])));
            given.put(words[1], future);
            told.add(future.handle((value, error) -> {
                tell(words[1], value, error);
                return null;
            }));
        }
        chat.close();
        CompletableFuture.allOf(told.toArray(new CompletableFuture<?>[0])).join();
        telling.shutdown();
    }
}
