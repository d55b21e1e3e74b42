package io.openpanel.kernel.internal.gateway;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts calls and their time: {@code openpanel_action_seconds{action,surface,outcome}} in Prometheus text. */
public final class Metrics implements Supplier<String> {
    private static final Set<String> FAULTS = Set.of("failed", "timeout");

    private final Map<Key, Value> values = new ConcurrentHashMap<>();

    private record Key(String action, String surface, String outcome) {}

    private record Value(LongAdder count, LongAdder nanos) {}

    void record(String action, String surface, String outcome, long nanos) {
        Value value = values.computeIfAbsent(
                new Key(action, surface, outcome), key -> new Value(new LongAdder(), new LongAdder()));
        value.count().increment();
        value.nanos().add(nanos);
    }

    /**
     * How much some actions were called since the panel's start.
     *
     * @param failed those that ended with a fault in the code, or in no time
     * @param mean of all of them
     */
    public record Usage(long calls, long failed, Duration mean) {}

    /** What was counted of some actions. */
    public Usage of(Collection<String> actions) {
        long calls = 0;
        long failed = 0;
        long nanos = 0;
        for (Map.Entry<Key, Value> each : values.entrySet()) {
            if (actions.contains(each.getKey().action())) {
                long count = each.getValue().count().sum();
                calls += count;
                nanos += each.getValue().nanos().sum();
                failed += FAULTS.contains(each.getKey().outcome()) ? count : 0;
            }
        }
        return new Usage(calls, failed, Duration.ofNanos(calls == 0 ? 0 : nanos / calls));
    }

    @Override
    public String get() {
        StringBuilder text = new StringBuilder(4096);
        text.append("# HELP openpanel_action_seconds Calls of actions and the time they took\n")
                .append("# TYPE openpanel_action_seconds summary\n");
        values.forEach((key, value) -> {
            String labels = "{action=\"" + key.action() + "\",surface=\"" + key.surface() + "\",outcome=\""
                    + key.outcome() + "\"} ";
            text.append("openpanel_action_seconds_count")
                    .append(labels)
                    .append(value.count().sum())
                    .append('\n');
            text.append("openpanel_action_seconds_sum")
                    .append(labels)
                    .append(value.nanos().sum() / (double) Duration.ofSeconds(1).toNanos())
                    .append('\n');
        });
        return text.toString();
    }
}
