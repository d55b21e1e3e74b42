package io.openpanel.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Hears durable events, at least once and in order per resource. The method takes one public record, filled by name from
 * the event's data (unknown properties are ignored), or an {@link Event}. It runs as the plugin, in the event's team. What
 * it throws makes the event come again, after 2 s, then 4 s and so on up to 5 min; after ten tries it is set aside for
 * people to look at, and the resource's next one comes.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface On {
    /** A topic, or a pattern where {@code *} stands for one word and {@code **} for any: {@code deployment.*}. */
    String value();
}
