package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Counts what goes wrong in each plugin's code by the plugin's own fault, and says so when it is too much. */
public final class Faults {
    private static final int TOO_MANY = 5;
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final Map<String, Deque<Long>> byPlugin = new ConcurrentHashMap<>();
    private volatile BiConsumer<String, String> onTooMany = (plugin, reason) -> {};

    /** Sets who hears of a plugin with too many faults, with a sentence that says why. */
    public void onTooMany(BiConsumer<String, String> listener) {
        onTooMany = listener;
    }

    /** Notes what ended a piece of work of a plugin; what is told to the caller is no fault. */
    public void note(String plugin, String where, RuntimeException failure) {
        boolean told = failure instanceof Problem problem
                && problem.kind() != Problem.Kind.TIMEOUT
                && problem.kind() != Problem.Kind.LIMITED;
        if (told || !isTooMuch(plugin)) {
            return;
        }
        onTooMany.accept(
                plugin,
                TOO_MANY + " faults within " + WITHIN.toSeconds() + " s, the last in " + where + ": "
                        + failure.getMessage());
    }

    private boolean isTooMuch(String plugin) {
        long now = System.nanoTime();
        Deque<Long> times = byPlugin.computeIfAbsent(plugin, any -> new ArrayDeque<>());
        synchronized (times) {
            times.addLast(now);
            while (now - times.peekFirst() > WITHIN.toNanos()) {
                times.removeFirst();
            }
            if (times.size() < TOO_MANY) {
                return false;
            }
            times.clear();
            return true;
        }
    }
}
