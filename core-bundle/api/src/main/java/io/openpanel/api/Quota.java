package io.openpanel.api;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Something a team may have so much of and no more, where an owner of the panel says how much. The gateway asks before each
 * action that takes of it, one at a time for each team, and refuses what would be too much.
 *
 * @param name by which it is set and told, in the plural: {@code apps}, {@code memory}
 * @param summary what is counted, a few words: {@code Memory promised to apps}
 * @param unit what the numbers are
 * @param actions those that take of it; of a job each unfinished one counts as 1 besides, where the unit is {@link Unit#COUNT}
 * @param used how much the call's team has
 * @param wanted how much more an action takes, by its input; empty where there would be no bound, which a team with this
 *     quota may not have
 */
public record Quota(
        String name,
        String summary,
        Unit unit,
        Set<String> actions,
        LongSupplier used,
        Function<Object, OptionalLong> wanted) {
    /** What a quota's numbers are. */
    public enum Unit {
        COUNT,
        BYTES,
        /** Thousandths of a processor core. */
        MILLICORES
    }

    public Quota {
        Objects.requireNonNull(unit, "unit");
        if (!name.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
            throw new IllegalArgumentException("'" + name + "' is no name of a quota; write it as api-keys");
        }
        actions = Set.copyOf(actions);
    }

    /** One of which each action takes 1. */
    public static Quota count(String name, String summary, LongSupplier used, String... actions) {
        return new Quota(name, summary, Unit.COUNT, Set.of(actions), used, any -> OptionalLong.of(1));
    }
}
