package io.openpanel.web.internal.stream;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to one client without a thread ever waiting for it. Whoever has something wakes it; one thread at a time then
 * moves bytes from the source to the container for as long as the container takes them.
 */
final class Outlet implements WriteListener, AsyncListener {
    private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);
    /** A client that left is noticed at the second write after it did: two of these stay below the promised 15 s. */
    private static final long PING_MILLIS = 7_000;

    private final AsyncContext async;
    private final ServletOutputStream out;
    private final Pool pool;
    private final byte[] ping;
    private final long rest;
    private final Bytes buffer = new Bytes();
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private Source source;
    private ScheduledFuture<?> pings;
    private volatile boolean ready;
    private volatile boolean pingDue;
    private volatile long lastWrite;
    private boolean unflushed;

    /** Where the bytes come from; its methods are called by one thread at a time. */
    interface Source {
        /** Moves what waits into the buffer; true when nothing will come after it. */
        boolean fill(Bytes into);

        /** The client took what was filled in. */
        void taken();

        /** The client has gone, or everything was sent. */
        void closed();
    }

    /** @param rest the least time between two writes that nothing urgent asks for, in milliseconds */
    Outlet(AsyncContext async, ServletOutputStream out, Pool pool, byte[] ping, long rest) {
        this.async = async;
        this.out = out;
        this.pool = pool;
        this.ping = ping;
        this.rest = TimeUnit.MILLISECONDS.toNanos(rest);
        this.lastWrite = System.nanoTime() - this.rest;
    }

    /** Begins to write. */
    void start(Source from) {
        source = from;
        async.addListener(this);
        pings = pool.every(PING_MILLIS, () -> {
            pingDue = true;
            wake();
        });
        out.setWriteListener(this);
    }

    /** Writes now. */
    void wake() {
        if (work.getAndIncrement() != 0) {
            return;
        }
        int done = 1;
        do {
            write();
            done = work.addAndGet(-done);
        } while (done != 0);
    }

    /** Writes a little later, together with what else comes until then. */
    void wakeSoon() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            long wait = Math.max(Pool.GATHER_NANOS, lastWrite + rest - System.nanoTime());
            pool.after(wait, () -> {
                scheduled.set(false);
                wake();
            });
        }
    }

    private void write() {
        try {
            while (!closed.get() && ready) {
                // Cleared first: onWritePossible may come before isReady has returned.
                ready = false;
                if (!out.isReady()) {
                    return;
                }
                ready = true;
                if (!step()) {
                    return;
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("A reader has gone: {}", e.toString());
            close();
        }
    }

    private boolean step() throws IOException {
        if (unflushed) {
            unflushed = false;
            out.flush();
            source.taken();
            return true;
        }
        buffer.clear();
        boolean last = source.fill(buffer);
        if (buffer.size() == 0 && pingDue && !last) {
            buffer.add(ping);
        }
        pingDue = false;
        if (buffer.size() > 0) {
            lastWrite = System.nanoTime();
            unflushed = true;
            out.write(buffer.array(), 0, buffer.size());
            return true;
        }
        if (last) {
            close();
        }
        return false;
    }

    private void close() {
        if (closed.compareAndSet(false, true)) {
            pings.cancel(false);
            source.closed();
            try {
                async.complete();
            } catch (IllegalStateException e) {
                LOG.debug("Already complete: {}", e.toString());
            }
        }
    }

    @Override
    public void onWritePossible() {
        ready = true;
        wake();
    }

    @Override
    public void onError(Throwable cause) {
        LOG.debug("A reader has gone: {}", cause.toString());
        close();
    }

    @Override
    public void onError(AsyncEvent event) {
        close();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        close();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        close();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // It is started once.
    }
}
