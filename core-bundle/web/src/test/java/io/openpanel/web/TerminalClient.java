package io.openpanel.web;

import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a client hears of a terminal. */
final class TerminalClient implements WebSocket.Listener {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    volatile String reason = "";
    private final boolean reads;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final StringBuilder text = new StringBuilder();

    /** @param reads whether it asks for what comes */
    TerminalClient(boolean reads) {
        this.reads = reads;
    }

    int size() {
        synchronized (printed) {
            return printed.size();
        }
    }

    String printed() {
        synchronized (printed) {
            return printed.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void onOpen(WebSocket socket) {
        if (reads) {
            socket.request(1);
        }
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        synchronized (printed) {
            printed.write(bytes, 0, bytes.length);
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            messages.add(text.toString());
            text.setLength(0);
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String why) {
        reason = why;
        closed.complete(status);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable cause) {
        closed.completeExceptionally(cause);
    }
}
