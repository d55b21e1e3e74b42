package io.openpanel.routes.internal.strict;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the routes of a plugin may be made of that nobody trusts. There is no list of what is forbidden: a step, property,
 * address, path or operator that is not here does not exist in such a route.
 */
final class AllowList {
    /** Where a route begins, and what may stand beside the address. */
    static final Map<String, Set<String>> SOURCES =
            Map.of("event", Set.of(), "direct", Set.of(), "timer", Set.of("period", "delay", "repeatCount"));

    /** Where a step {@code to} leads. */
    static final Set<String> TARGETS = Set.of("action", "direct");

    /** How a value is said. */
    static final Set<String> EXPRESSIONS = Set.of("simple", "constant", "language");

    /** Each step with what may be said in it. */
    static final Map<String, Set<String>> STEPS = Map.ofEntries(
            Map.entry("to", Set.of("uri")),
            Map.entry("filter", with(EXPRESSIONS, "expression", "steps")),
            Map.entry("choice", Set.of("when", "otherwise")),
            Map.entry("split", with(EXPRESSIONS, "expression", "steps")),
            Map.entry(
                    "aggregate",
                    Set.of(
                            "correlationExpression",
                            "aggregationStrategy",
                            "completionSize",
                            "completionTimeout",
                            "steps")),
            Map.entry("throttle", with(EXPRESSIONS, "expression", "timePeriodMillis")),
            Map.entry("delay", with(EXPRESSIONS, "expression")),
            Map.entry("setBody", with(EXPRESSIONS, "expression")),
            Map.entry("transform", with(EXPRESSIONS, "expression")),
            Map.entry("setHeader", with(EXPRESSIONS, "expression", "name")),
            Map.entry("removeHeader", Set.of("name")),
            Map.entry("log", Set.of("message", "loggingLevel")),
            Map.entry("stop", Set.of()));

    /** What stands between <code>${</code> and <code>}</code>. */
    static final Pattern PATH =
            Pattern.compile("(body|header\\.[a-z][a-z0-9-]{0,40}|exchangeProperty\\.(?:setting|topic|answer))"
                    + "((?:\\[[A-Za-z0-9_-]{1,60}])*)");

    /** How two values are compared. */
    static final List<String> OPERATORS =
            List.of("==", "!=", ">=", "<=", ">", "<", "!contains", "contains", "startsWith", "endsWith");

    /** A header; Camel gives a meaning to those that begin with its name. */
    static final Pattern HEADER = Pattern.compile("(?!camel)[a-z][a-z0-9-]{0,40}");

    static final Set<String> LEVELS = Set.of("DEBUG", "INFO", "WARN", "ERROR");

    static final Duration LEAST_PERIOD = Duration.ofSeconds(10);
    static final Duration LONGEST_DELAY = Duration.ofSeconds(10);
    static final Duration LONGEST_GATHERING = Duration.ofHours(1);
    static final int MOST_ROUTES = 20;
    static final int MOST_STEPS = 100;
    static final int DEEPEST = 8;
    static final int MOST_GATHERED = 1000;
    static final int MOST_GROUPS = 1000;
    static final int MOST_SPLIT = 1000;
    static final long MOST_DONE = 10_000;
    static final long LARGEST_VALUE = 1 << 18;
    static final int LONGEST_TEXT = 8192;

    private AllowList() {}

    private static Set<String> with(Set<String> some, String... more) {
        Set<String> all = new java.util.HashSet<>(some);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }
}
