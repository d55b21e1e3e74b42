package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Counts what goes wrong in each plugin's code by the plugin's own fault, and says so when it is too much. */
public final class PluginFaults {
    private static final int TOO_MANY = 5;
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final long begun = System.nanoTime();
    private final Map<String, Recent> byPlugin = new ConcurrentHashMap<>();
    private volatile BiConsumer<String, String> onTooMany = (plugin, reason) -> {};

    /** Sets who hears of a plugin with too many faults, with a sentence that says why. */
    public void onTooMany(BiConsumer<String, String> listener) {
        onTooMany = listener;
    }

    /** Forgets a plugin's faults, those included that work which began before now has yet to end with. */
    public void startAnew(String plugin) {
        byPlugin.put(plugin, new Recent(System.nanoTime()));
    }

    /**
     * Notes what ended a piece of work of a plugin; what is told to the caller is no fault.
     *
     * @param began when the work did, in {@link System#nanoTime}
     */
    public void note(String plugin, String where, long began, RuntimeException failure) {
        boolean told = failure instanceof Problem problem
                && problem.kind() != Problem.Kind.TIMEOUT
                && problem.kind() != Problem.Kind.LIMITED;
        if (told || !byPlugin.computeIfAbsent(plugin, any -> new Recent(begun)).isTooMuch(began)) {
            return;
        }
        onTooMany.accept(
                plugin,
                TOO_MANY + " faults within " + WITHIN.toSeconds() + " s, the last in " + where + ": "
                        + failure.getMessage());
    }

    /** Says of a plugin that it is too much, without counting. */
    public void giveUp(String plugin, String reason) {
        onTooMany.accept(plugin, reason);
    }

    /** The faults of one run of a plugin. */
    private static final class Recent {
        private final long since;
        private final Deque<Long> times = new ArrayDeque<>();

        Recent(long since) {
            this.since = since;
        }

        synchronized boolean isTooMuch(long began) {
            if (began - since < 0) {
                return false;
            }
            long now = System.nanoTime();
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
