package libwebchat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The tests, as a program: each against a simulator of its own, which WEBCHAT_SIMULATOR names. */
final class ChatTest {
    /** A test. */
    private interface Test {
        void run(Server server) throws Exception;
    }

    /** A simulated Genesys server. */
    private static final class Server implements AutoCloseable {
        private final Process process;
        private final JsonObject urls;

        Server() throws Exception {
            String program = Objects.requireNonNullElse(System.getenv("WEBCHAT_SIMULATOR"), "webchat-simulator");
            process = new ProcessBuilder(program, "--port", "0", "--json", "--script", "none").redirectError(ProcessBuilder.Redirect.INHERIT).start();
            urls = JsonParser.parseString(new BufferedReader(new InputStreamReader(process.getInputStream())).readLine()).getAsJsonObject();
        }

        JsonObject config() {
            JsonObject config = Options.of("dataURL", urls.get("url").getAsString()).all();
            config.addProperty("pollRateMin", 250);
            config.addProperty("pollRateMax", 250);
            return config;
        }

        String ask(String method, String path, String body) throws Exception {
            URI uri = URI.create(urls.get("controlUrl").getAsString() + path);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            check(answer.statusCode() < 300, path + ": " + answer.body());
            return answer.body();
        }

        void agent(String action, String body) throws Exception {
            ask("POST", "/chats/latest/" + action, body);
        }

        void requests(String operation) throws Exception {
            ask("GET", "/log?operation=" + operation + "&count=1&waitMs=30000", "");
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** A chat whose events wait to be looked at. */
    private static final class Heard implements AutoCloseable {
        final Chat chat;
        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

        Heard(Server server) {
            chat = new Chat(server.config());
            chat.onEvent(events::add);
        }

        Event until(String name, Predicate<Event.Message> fits) throws Exception {
            for (;;) {
                Event event = Objects.requireNonNull(events.poll(60, TimeUnit.SECONDS), "no event " + name);
                if (event.name().equals(name) && event.messages().stream().anyMatch(fits)) return event;
            }
        }

        @Override
        public void close() {
            chat.close();
        }
    }

    private static void check(boolean holds, Object why) {
        if (!holds) throw new AssertionError(why);
    }

    private static Predicate<Event.Message> says(String text) {
        return message -> message.text().equals(text);
    }

    private static JsonObject ann() {
        return Options.of("nickname", "Ann").all();
    }

    /** The rejection of a command. */
    private static WebchatException rejection(CompletableFuture<?> future) throws Exception {
        try {
            throw new AssertionError("it resolved with " + future.get(60, TimeUnit.SECONDS));
        } catch (ExecutionException refused) {
            return (WebchatException) refused.getCause();
        }
    }

    private static void aWholeChat(Server server) throws Exception {
        try (Heard heard = new Heard(server)) {
            heard.chat.startChat(ann()).get();
            server.agent("join", "{\"nickname\": \"Kim\"}");
            heard.until("agentConnected", message -> message.fromName().equals("Kim"));
            heard.chat.sendMessage("Hällo 👋").get();
            heard.until("messageReceived", says("Hällo 👋"));
            server.agent("say", "{\"text\": \"Good day\"}");
            heard.until("messageReceived", message -> says("Good day").test(message) && message.fromType().equals("Agent"));
            heard.chat.endChat().get();
            while (!heard.events.take().name().equals("ended")) continue;
        }
    }

    private static void refusals(Server server) throws Exception {
        try (Chat chat = new Chat(server.config())) {
            WebchatException early = rejection(chat.sendMessage("too early"));
            check(early.kind().equals("no_session") && early.getMessage().equals("There is no active chat session"), early);
            check(early.command().equals("sendMessage"), early.command());
            check(rejection(chat.command("dance", null)).getMessage().contains("dance"), "dance");
            check(chat.can("fileUpload"), "fileUpload");
            chat.startChat(ann()).get();
            server.ask("POST", "/faults", "{\"kind\": \"status\", \"operation\": \"send\", \"code\": 247, \"status\": 400}");
            WebchatException refused = rejection(chat.sendMessage("refused"));
            check(refused.kind().equals("rejected") && refused.value().toString().contains("247"), refused.value());
        }
        try (Chat chat = new Chat(JsonParser.parseString("{\"dataURL\": 7}").getAsJsonObject())) {
            throw new AssertionError(chat);
        } catch (WebchatException wrong) {
            check(wrong.kind().equals("invalid_configuration") && wrong.getMessage().contains("dataURL"), wrong);
        }
    }

    private static void files(Server server) throws Exception {
        try (Chat chat = new Chat(server.config())) {
            chat.startChat(ann()).get();
            JsonObject file = Options.of("name", "notes.txt").with("bytes", Base64.getEncoder().encodeToString("some notes".getBytes())).all();
            JsonObject options = new JsonObject();
            options.add("files", file);
            JsonObject sent = chat.command("sendFile", options).get().getAsJsonObject();
            String id = sent.getAsJsonObject("userData").get("file-id").getAsString();
            JsonObject back = chat.downloadFile(id).get().getAsJsonObject();
            check(new String(Base64.getDecoder().decode(back.get("bytes").getAsString())).equals("some notes"), back);
        }
    }

    private static void cancelled(Server server) throws Exception {
        try (Chat chat = new Chat(server.config())) {
            chat.startChat(ann()).get();
            server.ask("POST", "/faults", "{\"kind\": \"hang\", \"operation\": \"send\"}");
            CompletableFuture<?> left = chat.sendMessage("has left");
            server.requests("send");
            check(left.cancel(true), "it can be cancelled");
            try {
                throw new AssertionError(left.get());
            } catch (CancellationException expected) {
                chat.getAgents().get();
            }
        }
    }

    private static void closedWhileBusy(Server server) throws Exception {
        Heard heard = new Heard(server);
        heard.chat.startChat(ann()).get();
        server.ask("POST", "/faults", "{\"kind\": \"hang\", \"operation\": \"send\", \"times\": 3}");
        CompletableFuture<?> left = heard.chat.sendMessage("has left");
        CompletableFuture<?> waits = heard.chat.sendMessage("waits");
        server.requests("send");
        heard.close();
        heard.close();
        check(rejection(left).kind().equals("outcome_unknown"), "left");
        check(rejection(waits).kind().equals("closed"), "waits");
        check(rejection(heard.chat.endChat()).kind().equals("invalid_handle"), "later");
        check(heard.events.stream().anyMatch(event -> event.name().equals("started")), heard.events);
    }

    private static void listenersMayDoAnything(Server server) throws Exception {
        CompletableFuture<String> closed = new CompletableFuture<>();
        Chat chat = new Chat(server.config());
        List<String> names = new ArrayList<>();
        chat.onEvent(event -> {
            names.add(event.name());
            if (event.name().equals("started")) {
                chat.close();
                closed.complete(Thread.currentThread().getName());
            }
        });
        chat.startChat(ann());
        check(!closed.get(60, TimeUnit.SECONDS).startsWith("webchat"), "the library's thread");
    }

    private static void manyChats(Server server) throws Exception {
        JsonObject config = server.config();
        config.addProperty("pollRateMin", 1000);
        config.addProperty("pollRateMax", 1000);
        List<Heard> all = new ArrayList<>();
        List<CompletableFuture<?>> started = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Heard heard = new Heard(server);
            String text = "from chat " + i;
            started.add(heard.chat.startChat(ann()).thenCompose(answer -> heard.chat.sendMessage(text)));
            all.add(heard);
        }
        CompletableFuture.allOf(started.toArray(new CompletableFuture<?>[0])).get();
        for (int i = 0; i < all.size(); i++) all.get(i).until("messageReceived", says("from chat " + i));
        CompletableFuture.allOf(all.stream().map(heard -> heard.chat.endChat()).toArray(CompletableFuture<?>[]::new)).get();
        all.forEach(Heard::close);
        long threads = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().contains("webchat")).count();
        check(threads <= 1, threads + " threads");
    }

    public static void main(String[] arguments) {
        Map<String, Test> tests = new LinkedHashMap<>();
        tests.put("a whole chat", ChatTest::aWholeChat);
        tests.put("refusals", ChatTest::refusals);
        tests.put("files", ChatTest::files);
        tests.put("cancelled", ChatTest::cancelled);
        tests.put("closed while busy", ChatTest::closedWhileBusy);
        tests.put("listeners may do anything", ChatTest::listenersMayDoAnything);
        tests.put("300 chats at once", ChatTest::manyChats);
        int failed = 0;
        for (Map.Entry<String, Test> test : tests.entrySet()) {
            try (Server server = new Server()) {
                test.getValue().run(server);
                System.out.println("passed " + test.getKey());
            } catch (Throwable thrown) {
                failed++;
                System.out.println("failed " + test.getKey());
                thrown.printStackTrace(System.out);
            }
        }
        System.out.printf("%d passed, %d failed%n", tests.size() - failed, failed);
        // By returning: nothing of ours keeps the program alive.
        if (failed > 0) System.exit(1);
    }
}
