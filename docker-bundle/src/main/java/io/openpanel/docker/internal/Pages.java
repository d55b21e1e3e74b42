package io.openpanel.docker.internal;

import io.openpanel.api.Page;
import io.openpanel.api.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** Cuts a list into pages that stay right when items come and go in between. */
public final class Pages {
    private static final int USUAL = 100;
    private static final char MARK = '\u0000';

    private Pages() {}

    /**
     * One page.
     *
     * @param keys what can be sorted by → its sortable text
     * @param sort one of them, {@code -} in front for descending
     * @param id tells items with the same key apart
     */
    public static <T> Page<T> of(
            Stream<T> items,
            Map<String, Function<T, String>> keys,
            String sort,
            Function<T, String> id,
            Optional<String> cursor,
            Optional<Integer> limit) {
        boolean descending = sort.startsWith("-");
        Function<T, String> key = keys.get(descending ? sort.substring(1) : sort);
        if (key == null) {
            throw Problem.invalid(
                    "sort",
                    "sort must be one of " + String.join(", ", new TreeSet<>(keys.keySet()))
                            + ", with - in front for descending");
        }
        Comparator<String> up = Comparator.naturalOrder();
        Comparator<String> order = descending ? up.reversed() : up;
        record Keyed<T>(T item, String place) {}
        Optional<String> after = cursor.map(Pages::decode);
        List<Keyed<T>> rest = items.map(item -> new Keyed<>(item, key.apply(item) + MARK + id.apply(item)))
                .filter(each -> after.isEmpty() || order.compare(each.place, after.get()) > 0)
                .sorted(Comparator.comparing(Keyed::place, order))
                .toList();
        int most = limit.orElse(USUAL);
        List<T> page = rest.stream().limit(most).map(Keyed::item).toList();
        return new Page<>(page, rest.size() > most ? Optional.of(encode(rest.get(most - 1).place)) : Optional.empty());
    }

    private static String encode(String place) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(place.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("cursor", "cursor must be the next of a page before");
        }
    }
}
