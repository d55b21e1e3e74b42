package io.openpanel.itests;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks an app again and again, one request after another, and counts what went wrong. */
final class Load implements AutoCloseable {
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final StringBuffer reasons = new StringBuffer();
    private final Thread thread;

    Load(int port, String host, String path) {
        thread = new Thread(
                () -> {
                    while (!stop.get()) {
                        requests.incrementAndGet();
                        try {
                            Web.Page page = Web.get(port, host, path);
                            if (page.status() != 200) {
                                failed.incrementAndGet();
                                reasons.append(page.status()).append(' ');
                            }
                        } catch (IOException e) {
                            failed.incrementAndGet();
                            reasons.append(e.getMessage()).append(' ');
                        }
                        Wait.millis(5);
                    }
                },
                "load");
        thread.start();
    }

    int requests() {
        return requests.get();
    }

    int failed() {
        return failed.get();
    }

    String reasons() {
        return reasons.toString();
    }

    @Override
    public void close() {
        stop.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
