package io.openpanel.web.internal.terminal;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntSupplier;

/**
 * What is on its way to one client. Whoever prints never waits: when more waits than there is room for, the rest is
 * dropped until the client has caught up, and the client is told how much.
 */
final class Outflow {
    private static final int LARGEST_FRAME = 64 * 1024;

    private final Wire wire;
    private final IntSupplier room;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int size;
    private long dropped;
    private boolean sending;
    private Ending ending;
    private boolean ended;

    /** Where it goes; each call is answered by {@link Outflow#sent} when the client has room again. */
    interface Wire {
        void bytes(ByteBuffer bytes);

        void text(String json);

        /** After this nothing more comes. */
        void last(Ending ending);
    }

    /** @param room how many bytes may wait */
    Outflow(Wire wire, IntSupplier room) {
        this.wire = wire;
        this.room = room;
    }

    synchronized void add(byte[] bytes) {
        if (ending != null) {
            return;
        }
        if (dropped > 0 || size + bytes.length > room.getAsInt()) {
            dropped += bytes.length;
        } else {
            waiting.add(bytes);
            size += bytes.length;
        }
        send();
    }

    /** Ends it once what waits has gone. */
    synchronized void finish(Ending reason) {
        if (ending == null) {
            ending = reason;
            send();
        }
    }

    /** Ends it without what waits. */
    synchronized void cut(Ending reason) {
        waiting.clear();
        size = 0;
        dropped = 0;
        sending = false;
        ending = reason;
        send();
    }

    synchronized void sent() {
        sending = false;
        send();
    }

    private void send() {
        if (sending || ended) {
            return;
        }
        if (size > 0) {
            sending = true;
            wire.bytes(next());
        } else if (dropped > 0) {
            sending = true;
            long gone = dropped;
            dropped = 0;
            wire.text("{\"dropped\":{\"bytes\":" + gone + "}}");
        } else if (ending != null) {
            ended = true;
            wire.last(ending);
        }
    }

    private ByteBuffer next() {
        ByteBuffer frame = ByteBuffer.allocate(Math.min(size, Math.max(LARGEST_FRAME, waiting.peek().length)));
        while (!waiting.isEmpty() && waiting.peek().length <= frame.remaining()) {
            frame.put(waiting.poll());
        }
        size -= frame.position();
        return frame.flip();
    }
}
