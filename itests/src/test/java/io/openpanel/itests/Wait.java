package io.openpanel.itests;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for things to happen. */
final class Wait {
    private Wait() {}

    static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** How long it took until something was so. */
    static Duration until(String what, Duration longest, BooleanSupplier so) {
        long start = System.nanoTime();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - start > longest.toNanos()) {
                throw new AssertionError("Not within " + longest + ": " + what);
            }
            millis(50);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
