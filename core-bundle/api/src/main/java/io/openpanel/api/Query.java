package io.openpanel.api;

import java.util.Map;

/**
 * The input of a list.
 *
 * @param limit how many items at most, 1 to 1,000; 100 where not given
 * @param cursor {@link Page#next} of the page before; {@code ""} for the first
 * @param sort a property, {@code -} in front for descending; {@code ""} for the list's own order
 * @param filter property → value it must have
 */
public record Query(int limit, String cursor, String sort, Map<String, String> filter) {}
