package io.openpanel.web;

import io.openpanel.spi.Gateway;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** A stream that keeps to the reader's demand: a number of lines from the start, then what it is handed. */
final class Feed implements Flow.Publisher<Gateway.Item>, Flow.Subscription {
    private static final Object END = new Object();

    final AtomicLong sent = new AtomicLong();
    volatile boolean cancelled;
    volatile boolean subscribed;
    private final long count;
    private final boolean open;
    private final BlockingQueue<Object> more = new LinkedBlockingQueue<>();
    private final Semaphore demand = new Semaphore(0);
    private volatile Thread thread;

    /** @param open whether more comes after the first lines */
    Feed(long count, boolean open) {
        this.count = count;
        this.open = open;
    }

    void send(String json) {
        more.add(json);
    }

    void fail(RuntimeException problem) {
        more.add(problem);
    }

    void end() {
        more.add(END);
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Gateway.Item> reader) {
        subscribed = true;
        reader.onSubscribe(this);
        thread = new Thread(() -> run(reader), "feed");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Flow.Subscriber<? super Gateway.Item> reader) {
        try {
            for (long i = 1; i <= count && !cancelled; i++) {
                next(
                        reader,
                        "{\"seq\":" + i + ",\"line\":\"2026-01-01T00:00:00Z a line of a log that is of usual length "
                                + i + "\"}");
            }
            while (open && !cancelled) {
                Object next = more.take();
                if (next == END) {
                    break;
                }
                if (next instanceof RuntimeException problem) {
                    reader.onError(problem);
                    return;
                }
                next(reader, (String) next);
            }
            if (!cancelled) {
                reader.onComplete();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void next(Flow.Subscriber<? super Gateway.Item> reader, String json) throws InterruptedException {
        demand.acquire();
        reader.onNext(new Gateway.Item(sent.incrementAndGet(), json.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void request(long n) {
        demand.release((int) n);
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
