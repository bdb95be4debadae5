// Made from the tables (make tables).
package libwebchat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The commands, each as a method; what it does and takes is in docs/reference/commands.md. */
public interface Commands {
    /** Gives any command by its name. */
    CompletableFuture<JsonElement> command(String name, JsonObject options);

    /** Configures a chat that was made without a configuration; once. Resolves when the chat is ready. A configuration that cannot be used is named in the rejection, by its key. Resolves with nothing. */
    default CompletableFuture<JsonElement> configure(JsonObject options) {
        return command("configure", Options.of(options).all());
    }

    /** Starts a chat session with what the customer entered. Resolves after the event `started`. */
    default CompletableFuture<JsonElement> startChat() {
        return startChat(null);
    }

    /** Starts a chat session with what the customer entered. Resolves after the event `started`. */
    default CompletableFuture<JsonElement> startChat(JsonObject options) {
        return command("startChat", Options.of(options).all());
    }

    /** Ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed. Resolves after the event `ended`. */
    default CompletableFuture<JsonElement> endChat() {
        return command("endChat", Options.of(null).all());
    }

    /** Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its newest messages have been published, after the event `restored` (`started`, when the server has made a new session instead); `fetchHistory` has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes to be known later. */
    default CompletableFuture<JsonElement> restore() {
        return restore(null);
    }

    /** Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its newest messages have been published, after the event `restored` (`started`, when the server has made a new session instead); `fetchHistory` has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes to be known later. */
    default CompletableFuture<JsonElement> restore(JsonObject options) {
        return command("restore", Options.of(options).all());
    }

    /** Tells whether a session exists, judged from what is known here. */
    default CompletableFuture<JsonElement> verifySession() {
        return command("verifySession", Options.of(null).all());
    }

    /** Takes another nickname. */
    default CompletableFuture<JsonElement> updateNickname(String nickname) {
        return command("updateNickname", Options.of(null).with("nickname", nickname).all());
    }

    /** Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request's id is the message's local id. Exactly one outcome: resolved (sent); rejected as not sent (the connection is lost, and nothing has left) or otherwise (it did not arrive); rejected as of unknown outcome (it left, and nothing tells). How sure it is comes with the outcome. */
    default CompletableFuture<JsonElement> sendMessage(String message) {
        return sendMessage(message, null);
    }

    /** Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request's id is the message's local id. Exactly one outcome: resolved (sent); rejected as not sent (the connection is lost, and nothing has left) or otherwise (it did not arrive); rejected as of unknown outcome (it left, and nothing tells). How sure it is comes with the outcome. */
    default CompletableFuture<JsonElement> sendMessage(String message, JsonObject options) {
        return command("sendMessage", Options.of(options).with("message", message).all());
    }

    /** Sends a notice to a custom agent desktop. */
    default CompletableFuture<JsonElement> sendCustomNotice() {
        return sendCustomNotice(null);
    }

    /** Sends a notice to a custom agent desktop. */
    default CompletableFuture<JsonElement> sendCustomNotice(JsonObject options) {
        return command("sendCustomNotice", Options.of(options).all());
    }

    /** Tells the agent that the customer types. What is repeated within two seconds needs no request. */
    default CompletableFuture<JsonElement> sendTyping() {
        return sendTyping(null);
    }

    /** Tells the agent that the customer types. What is repeated within two seconds needs no request. */
    default CompletableFuture<JsonElement> sendTyping(JsonObject options) {
        return command("sendTyping", Options.of(options).all());
    }

    /** Sends a message and hides it, and all that match, from the transcript. Resolves at once, whatever becomes of the message; without a text or an expression nothing is sent. Resolves with nothing. */
    default CompletableFuture<JsonElement> sendFilteredMessage(String message, String regex) {
        return command("sendFilteredMessage", Options.of(null).with("message", message).with("regex", regex).all());
    }

    /** Hides messages that match from the transcript. None of them is registered where one cannot be used. */
    default CompletableFuture<JsonElement> addPrefilter(List<String> filters) {
        return command("addPrefilter", Options.of(null).with("filters", filters).all());
    }

    /** Pushes a web address to the agent. */
    default CompletableFuture<JsonElement> pushUrl(String url) {
        return command("pushUrl", Options.of(null).with("url", url).all());
    }

    /** Reports what the customer has read. */
    default CompletableFuture<JsonElement> readReceipt() {
        return readReceipt(null);
    }

    /** Reports what the customer has read. */
    default CompletableFuture<JsonElement> readReceipt(JsonObject options) {
        return command("readReceipt", Options.of(options).all());
    }

    /** Changes the attached data of the chat, or of chats to come. */
    default CompletableFuture<JsonElement> updateUserData(JsonObject options) {
        return command("updateUserData", Options.of(options).all());
    }

    /** Returns the messages of the chat in order, those hidden by prefilters absent. Beyond `maxTranscriptBytes` of the configuration the oldest are missing, and `truncated` is true. */
    default CompletableFuture<JsonElement> getTranscript() {
        return command("getTranscript", Options.of(null).all());
    }

    /** Returns the agents of the chat. */
    default CompletableFuture<JsonElement> getAgents() {
        return command("getAgents", Options.of(null).all());
    }

    /** Returns figures of the chat: who took part, when it began and ended, how long it took. */
    default CompletableFuture<JsonElement> getStats() {
        return command("getStats", Options.of(null).all());
    }

    /** Returns the messages that were given and have no outcome yet, in order: with their local ids, how far they are, and their texts. */
    default CompletableFuture<JsonElement> getOutbox() {
        return command("getOutbox", Options.of(null).all());
    }

    /** Returns what identifies the session; empty without one. Whoever has it can take part in the chat. */
    default CompletableFuture<JsonElement> getSessionData() {
        return command("getSessionData", Options.of(null).all());
    }

    /** Fetches a page of older messages of an asynchronous chat. They come with `messageReceived`, newest first and `oldMessages` true, before this resolves. */
    default CompletableFuture<JsonElement> fetchHistory() {
        return command("fetchHistory", Options.of(null).all());
    }

    /** Sends a file, read while it is sent. */
    default CompletableFuture<JsonElement> sendFile(String files) {
        return sendFile(files, null);
    }

    /** Sends a file, read while it is sent. */
    default CompletableFuture<JsonElement> sendFile(String files, JsonObject options) {
        return command("sendFile", Options.of(options).with("files", files).all());
    }

    /** Fetches a file, into memory (up to the configuration's limit for answers) unless it is to be saved. Resolves when it is complete. */
    default CompletableFuture<JsonElement> downloadFile(String fileId) {
        return downloadFile(fileId, null);
    }

    /** Fetches a file, into memory (up to the configuration's limit for answers) unless it is to be saved. Resolves when it is complete. */
    default CompletableFuture<JsonElement> downloadFile(String fileId, JsonObject options) {
        return command("downloadFile", Options.of(options).with("fileId", fileId).all());
    }

    /** Returns what the server allows to upload. */
    default CompletableFuture<JsonElement> getFileLimits() {
        return command("getFileLimits", Options.of(null).all());
    }

    /** Deletes an uploaded file. */
    default CompletableFuture<JsonElement> deleteFile(String fileId) {
        return command("deleteFile", Options.of(null).with("fileId", fileId).all());
    }

    /** Polls once, also while automatic polling is stopped; private to the service. A program that polls by a clock of its own gives it for the service. Resolves after what the answer brings was published, images apart. */
    default CompletableFuture<JsonElement> poll() {
        return command("poll", Options.of(null).all());
    }

    /** Starts automatic polling. Resolves with nothing. */
    default CompletableFuture<JsonElement> startPoll() {
        return command("startPoll", Options.of(null).all());
    }

    /** Stops automatic polling. Resolves with nothing. */
    default CompletableFuture<JsonElement> stopPoll() {
        return command("stopPoll", Options.of(null).all());
    }

    /** Sets the count of poll exceptions to 0. Resolves with nothing. */
    default CompletableFuture<JsonElement> resetPollExceptions() {
        return command("resetPollExceptions", Options.of(null).all());
    }
}
