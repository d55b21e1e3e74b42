package io.openpanel.kernel.internal.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts calls and their time: {@code openpanel_action_seconds{action,surface,outcome}} in Prometheus text. */
public final class Metrics implements Supplier<String> {
    private final Map<Key, Value> values = new ConcurrentHashMap<>();

    private record Key(String action, String surface, String outcome) {}

    private record Value(LongAdder count, LongAdder nanos) {}

    void record(String action, String surface, String outcome, long nanos) {
        Value value = values.computeIfAbsent(
                new Key(action, surface, outcome), key -> new Value(new LongAdder(), new LongAdder()));
        value.count().increment();
        value.nanos().add(nanos);
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
