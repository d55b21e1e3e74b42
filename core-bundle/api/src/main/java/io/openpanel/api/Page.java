package io.openpanel.api;

import java.util.List;
import java.util.Optional;

/**
 * A page of a list.
 *
 * @param next the cursor of the next page; empty on the last
 */
public record Page<T>(List<T> items, Optional<String> next) {}
