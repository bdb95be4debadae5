package libwebchat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** Options of a command, put together: those that are given by their place join the others. */
public final class Options {
    private final JsonObject all;

    private Options(JsonObject all) {
        this.all = all;
    }

    /** Begins with these; null: with none. */
    public static Options of(JsonObject options) {
        return new Options(options == null ? new JsonObject() : options.deepCopy());
    }

    /** Begins with one. */
    public static Options of(String name, String value) {
        return of(null).with(name, value);
    }

    /** Adds a text. */
    public Options with(String name, String value) {
        all.addProperty(name, value);
        return this;
    }

    /** Adds a list of texts. */
    public Options with(String name, List<String> values) {
        JsonArray array = new JsonArray();
        values.forEach(array::add);
        all.add(name, array);
        return this;
    }

    /** All of them. */
    public JsonObject all() {
        return all;
    }
}
