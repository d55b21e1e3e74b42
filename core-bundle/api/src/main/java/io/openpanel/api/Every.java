package io.openpanel.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Runs a method without parameters on a schedule, as the plugin; of several panels on one database, one runs it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Every {
    /** An ISO-8601 duration between runs ({@code PT1H}) or a cron expression with seconds, in UTC ({@code 0 0 3 * * *}). */
    String value();
}
