package io.openpanel.web.internal.terminal;

import io.openpanel.api.Duplex;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client at one terminal. Public for the server, which calls it by its methods' names. */
public final class TerminalSocket implements Session.Listener, Outflow.Wire {
    private static final Logger LOG = LoggerFactory.getLogger(TerminalSocket.class);
    private static final int READ = 16 * 1024;
    private static final long PING_SECONDS = 20;
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(30);
    /** Three pings. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(3 * PING_SECONDS);

    /** So long a client may take for the last bytes, and to agree that it is over. */
    private static final long FAREWELL_SECONDS = 20;
    /** The same where it must be over soon. */
    private static final long SHORT_FAREWELL_SECONDS = 2;

    private final OpenTerminals terminals;
    private final Gateway gateway;
    private final Gateway.Invocation call;
    private final Outflow outflow;
    private final Callback sent;
    private final AtomicBoolean disposed = new AtomicBoolean();
    private final AtomicBoolean parting = new AtomicBoolean();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile Session session;
    private volatile Duplex terminal;
    private volatile ScheduledFuture<?> pings;
    private volatile long active = System.nanoTime();
    private volatile long heard = System.nanoTime();
    private volatile boolean busy;

    TerminalSocket(OpenTerminals terminals, Gateway gateway, Gateway.Invocation call) {
        this.terminals = terminals;
        this.gateway = gateway;
        this.call = call;
        this.outflow = new Outflow(this, terminals::budget);
        this.sent = Callback.from(outflow::sent, failure -> dispose());
    }

    @Override
    public void onWebSocketOpen(Session opened) {
        session = opened;
        if (!terminals.add(this) || !terminals.run(this::serve)) {
            end(Ending.FULL);
            return;
        }
        pings = terminals.every(PING_SECONDS, this::ping);
    }

    private void serve() {
        try {
            Gateway.Reply.Terminal reply = (Gateway.Reply.Terminal) gateway.call(call);
            terminal = reply.duplex();
            reply.ended().thenAccept(why -> end(Ending.of(why)));
            if (disposed.get()) {
                terminal.close();
                return;
            }
            session.demand();
            print();
        } catch (Problem problem) {
            outflow.finish(Ending.of(problem));
            part(FAREWELL_SECONDS);
        } catch (RuntimeException bug) {
            LOG.debug("The terminal of request {} failed", call.requestId(), bug);
            outflow.finish(Ending.BUG);
            part(FAREWELL_SECONDS);
        }
    }

    /** Sends what the far end prints, until it ends. */
    private void print() {
        byte[] buffer = new byte[READ];
        try (InputStream output = terminal.output()) {
            for (int read = output.read(buffer); read >= 0; read = output.read(buffer)) {
                active = System.nanoTime();
                outflow.add(Arrays.copyOf(buffer, read));
            }
            outflow.finish(Ending.exited(terminal.exitCode()));
        } catch (IOException e) {
            LOG.debug("The terminal of request {} broke: {}", call.requestId(), e.toString());
            outflow.finish(Ending.BUG);
        }
        part(FAREWELL_SECONDS);
    }

    @Override
    public void onWebSocketBinary(ByteBuffer typed, Callback callback) {
        byte[] bytes = new byte[typed.remaining()];
        typed.get(bytes);
        callback.succeed();
        handle(() -> {
            terminal.input().write(bytes);
            terminal.input().flush();
        });
    }

    @Override
    public void onWebSocketText(String text) {
        Control control;
        try {
            control = Control.read(text);
        } catch (Problem problem) {
            end(Ending.malformed(problem.getMessage()));
            return;
        }
        handle(() -> {
            if (control instanceof Control.Resize size) {
                terminal.resize(size.columns(), size.rows());
            } else {
                terminal.input().close();
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Does it on a thread that may wait, and only then asks for the next message. */
    private void handle(Work work) {
        active = System.nanoTime();
        busy = true;
        boolean begun = terminals.run(() -> {
            try {
                work.run();
            } catch (IOException | RuntimeException e) {
                // Where the far end has gone, its output ends too, and that is what the client is told.
                LOG.debug("The terminal of request {} takes nothing: {}", call.requestId(), e.toString());
            }
            heard = System.nanoTime();
            busy = false;
            session.demand();
        });
        if (!begun) {
            end(Ending.FULL);
        }
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        heard = System.nanoTime();
        session.demand();
    }

    private void ping() {
        if (!busy && terminal != null && System.nanoTime() - heard > SILENT_NANOS) {
            session.disconnect();
            return;
        }
        if (System.nanoTime() - active > IDLE_NANOS) {
            end(Ending.IDLE);
            return;
        }
        session.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
    }

    /** Ends it from here, at once. */
    void end(Ending why) {
        if (session == null) {
            return;
        }
        outflow.cut(why);
        part(SHORT_FAREWELL_SECONDS);
    }

    /** Gives the client a moment to say good-bye, then cuts the connection. */
    private void part(long seconds) {
        if (parting.compareAndSet(false, true)) {
            terminals.after(seconds, session::disconnect);
            hangUp();
        }
    }

    @Override
    public void bytes(ByteBuffer bytes) {
        session.sendBinary(bytes, sent);
    }

    @Override
    public void text(String json) {
        session.sendText(json, sent);
    }

    @Override
    public void last(Ending why) {
        session.sendText(
                why.message(),
                Callback.from(() -> session.close(why.status(), why.reason(), Callback.NOOP), failure -> dispose()));
    }

    @Override
    public void onWebSocketClose(int status, String reason) {
        dispose();
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        LOG.debug("The client of request {} is gone: {}", call.requestId(), cause.toString());
        dispose();
    }

    private void dispose() {
        if (!disposed.compareAndSet(false, true)) {
            return;
        }
        terminals.remove(this);
        ScheduledFuture<?> pinging = pings;
        if (pinging != null) {
            pinging.cancel(false);
        }
        hangUp();
    }

    /** Ends the far end; that may take a moment, which is nobody else's. */
    private void hangUp() {
        Duplex open = terminal;
        if (open == null
                || !terminals.run(() -> {
                    open.close();
                    gone.countDown();
                })) {
            gone.countDown();
        }
    }

    /** Cuts the connection once the far end was ended, or after a while. */
    void leave(long nanos) {
        try {
            if (!gone.await(nanos, TimeUnit.NANOSECONDS)) {
                LOG.warn("The terminal of request {} takes long to end", call.requestId());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        session.disconnect();
    }
}
