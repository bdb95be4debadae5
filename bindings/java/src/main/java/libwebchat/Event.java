package libwebchat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened: its name (docs/reference/events.md), when (milliseconds since 1970 UTC), what it carries, and all of it as on the widget
 * bus. Data and raw hold what opens the session: keep them out of logs.
 */
public record Event(String name, long time, JsonObject data, String raw) {
    static Event read(String json) {
        JsonObject all = JsonParser.parseString(json).getAsJsonObject();
        return new Event(all.get("event").getAsString(), all.get("time").getAsLong(), all.getAsJsonObject("data"), json);
    }

    /** What messageReceived brings, or the one message behind agentConnected and its like. */
    public List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        if (data.has("messages")) data.getAsJsonArray("messages").forEach(message -> messages.add(Message.read(message)));
        if (data.has("message")) messages.add(Message.read(data.get("message")));
        return messages;
    }

    /** An entry of the transcript: what it is, its text (empty where it has none), who it is from, and all there is of it. */
    public record Message(String type, String text, String fromType, String fromName, JsonObject raw) {
        static Message read(JsonElement element) {
            JsonObject raw = element.getAsJsonObject();
            JsonObject from = raw.has("from") ? raw.getAsJsonObject("from") : new JsonObject();
            return new Message(text(raw, "type"), text(raw, "text"), text(from, "type"), text(from, "name"), raw);
        }

        private static String text(JsonObject object, String name) {
            return object.has(name) && object.get(name).isJsonPrimitive() ? object.get(name).getAsString() : "";
        }
    }
}
