package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The near end of a two-way stream: what is typed goes out, what comes is printed. */
final class Terminal implements WebSocket.Listener {
    private static final int READ = 8 * 1024;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean window;
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<JsonNode> ended = new CompletableFuture<>();
    private volatile JsonNode last = Json.object();

    /** @param window whether a person looks at it */
    Terminal(InputStream in, PrintStream out, PrintStream err, boolean window) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.window = window;
    }

    /** Opens it with its ticket. Returns the exit code of the far end. */
    int run(HttpClient client, String panel, JsonNode ticket) {
        URI url = URI.create(
                panel.replaceFirst("^http", "ws") + ticket.path("url").asText());
        WebSocket socket = open(client, url, panel, ticket.path("ticket").asText());
        try (Window mode = window ? Window.raw() : Window.none()) {
            mode.onSize((columns, rows) -> send(
                    () -> socket.sendText("{\"resize\":{\"columns\":" + columns + ",\"rows\":" + rows + "}}", true)));
            Thread typing = new Thread(() -> type(socket), "typing");
            typing.setDaemon(true);
            typing.start();
            return exitCode(ended.join());
        } finally {
            socket.abort();
        }
    }

    private WebSocket open(HttpClient client, URI url, String panel, String ticket) {
        URI own = URI.create(panel);
        try {
            return client.newWebSocketBuilder()
                    .subprotocols("openpanel.terminal", "ticket." + ticket)
                    .header("Origin", own.getScheme() + "://" + own.getAuthority())
                    .header("User-Agent", "openpanel-cli")
                    .buildAsync(url, this)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                throw Failure.of(
                        refused.getResponse().statusCode(),
                        "",
                        "The panel refused to open it (" + refused.getResponse().statusCode() + "); try again");
            }
            throw new Failure(Failure.UNAVAILABLE, "The panel at " + panel + " does not answer: " + e.getMessage());
        }
    }

    private void type(WebSocket socket) {
        byte[] buffer = new byte[READ];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                ByteBuffer typed = ByteBuffer.wrap(buffer, 0, count);
                send(() -> socket.sendBinary(typed, true));
            }
            send(() -> socket.sendText("{\"eof\":true}", true));
        } catch (IOException | CompletionException e) {
            // It has ended, and why is told by what came.
            return;
        }
    }

    /** One after the other, which the client insists on. */
    private synchronized void send(Supplier<CompletableFuture<WebSocket>> message) {
        message.get().exceptionally(gone -> null).join();
    }

    private static int exitCode(JsonNode end) {
        if (end.path("reason").asText().equals("exited")) {
            return end.path("exitCode").asInt(0);
        }
        String message = end.path("message").asText("The connection was cut; run the command again");
        throw switch (end.path("reason").asText()) {
            case "moved", "unavailable", "limited", "" -> new Failure(Failure.UNAVAILABLE, message);
            case "unauthenticated" -> new Failure(Failure.SIGN_IN, message);
            case "denied" -> new Failure(Failure.DENIED, message);
            case "missing" -> new Failure(Failure.MISSING, message);
            case "conflict" -> new Failure(Failure.CONFLICT, message);
            case "invalid" -> new Failure(Failure.USAGE, message);
            default -> new Failure(Failure.FAILED, message);
        };
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean whole) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        print(out, bytes);
        socket.request(1);
        return null;
    }

    private static void print(OutputStream to, byte[] bytes) {
        try {
            to.write(bytes);
            to.flush();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean whole) {
        text.append(data);
        if (whole) {
            JsonNode message = Json.parse(text.toString());
            text.setLength(0);
            if (message.has("dropped")) {
                err.print("[" + message.path("dropped").path("bytes").asLong() + " bytes dropped: too slow]\r\n");
            }
            last = message.has("ended") ? message.get("ended") : last;
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        ended.complete(last);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable cause) {
        ended.complete(last);
    }
}
