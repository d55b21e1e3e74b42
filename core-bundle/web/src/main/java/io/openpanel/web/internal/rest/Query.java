package io.openpanel.web.internal.rest;

import io.openpanel.api.Problem;
import io.openpanel.web.internal.edge.CamelNames;
import io.openpanel.web.internal.edge.RawPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A query string: names in order, each with the values it was given; Camel's names are left out. */
public final class Query {
    private static final int MOST = 200;

    private Query() {}

    /** @param commas whether the client wrote a comma as it is, which separates the items of a list */
    record Value(String text, boolean commas) {}

    static Map<String, List<Value>> parse(String query) {
        if (query == null || query.isEmpty()) {
            return Map.of();
        }
        Map<String, List<Value>> values = new LinkedHashMap<>();
        int count = 0;
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            if (++count > MOST) {
                throw new Problem(Problem.Kind.INVALID, "The query has more than " + MOST + " parameters");
            }
            int equals = pair.indexOf('=');
            String name = RawPath.decode(equals < 0 ? pair : pair.substring(0, equals), true);
            if (!CamelNames.has(name)) {
                // A name alone is a flag: ?follow
                String text = equals < 0 ? "true" : pair.substring(equals + 1);
                values.computeIfAbsent(name, any -> new ArrayList<>(1))
                        .add(new Value(RawPath.decode(text, true), text.indexOf(',') >= 0));
            }
        }
        return values;
    }

    /** Name → first value. */
    public static Map<String, String> first(String query) {
        Map<String, String> first = new LinkedHashMap<>();
        parse(query).forEach((name, values) -> first.put(name, values.get(0).text()));
        return first;
    }
}
